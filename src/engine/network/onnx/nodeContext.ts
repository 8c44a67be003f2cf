/** What a conversion of one ONNX node reads of it and appends to. */
import { say, type Said } from '../../sentences';
import type { ActivationNode } from '../types';
import { NodeAttributes } from './attributes';
import { unusable, type GraphBuilder, type GraphValue } from './graph';
import type { Constant, OnnxNode } from './model';

export interface NodeContext {
  node: OnnxNode;
  /** Of the node, for people and for ours. */
  name: string;
  graph: GraphBuilder;
  /** Version of the operations. */
  opset: number;
  attributes: NodeAttributes;
  /** @throws NetworkError naming the node */
  refuse: (why: Said) => never;
  constantAt: (i: number) => Constant | undefined;
  valueAt: (i: number) => GraphValue;
  /** An input of that place is there. */
  given: (i: number) => boolean;
  /** An input that must be a constant. */
  weight: (i: number) => Constant;
  /** Refuses a node with more inputs. */
  atMost: (count: number) => void;
  /** An input that must be an image; [C, H, W]. */
  image: (i: number) => GraphValue;
  /** One input, of the same shape out. */
  unary: (op: ActivationNode['op'], slope?: number) => GraphValue;
  /** Key of a constant as a vector of that length. */
  vectorOf: (constant: Constant, key: string, length: number) => string;
}

/** How the nodes of one kind are converted: what is appended to the graph, and what the output is. */
export type Converter = (on: NodeContext) => GraphValue;

export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export function nodeContext(node: OnnxNode, name: string, graph: GraphBuilder, opset: number): NodeContext {
  const refuse = (why: Said): never => unusable(name, node.kind, why);
  const constantAt = (i: number): Constant | undefined => graph.constants.get(node.inputs[i] ?? '');
  const valueAt = (i: number): GraphValue =>
    graph.values.get(node.inputs[i] ?? '') ?? refuse(say('readsUnknownValue', node.inputs[i] ?? String(i)));
  return {
    node,
    name,
    graph,
    opset,
    attributes: new NodeAttributes(node, refuse),
    refuse,
    constantAt,
    valueAt,
    given: (i) => (node.inputs[i] ?? '') !== '',
    weight: (i) => constantAt(i) ?? refuse(say('weightNotConstant', node.inputs[i] ?? String(i))),
    atMost(count) {
      if (node.inputs.length > count) refuse(say('readsSeveral', node.inputs.length));
    },
    image(i) {
      const value = valueAt(i);
      if (value.shape.length !== 3) refuse(say('notAnImage', String(value.shape)));
      return graph.asImage(value, name);
    },
    unary(op, slope) {
      const value = valueAt(0);
      const added = graph.add({ op, name, inputs: [value.node], ...(slope === undefined ? {} : { slope }) });
      return { ...value, node: added };
    },
    vectorOf(constant, key, length) {
      if (constant.values.length !== length) refuse(say('weightShape', key, String(constant.shape)));
      return graph.weight(key, `vector ${length}`, [length], () => Float32Array.from(constant.values));
    },
  };
}
