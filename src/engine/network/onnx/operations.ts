/** One ONNX operation at a time into the executor's nodes. */
import { say } from '../../sentences';
import type { GraphBuilder, GraphValue } from './graph';
import type { OnnxNode } from './model';
import { nodeContext, type Converter } from './nodeContext';
import { activations } from './operations/activations';
import { arithmetics } from './operations/arithmetic';
import { shapes } from './operations/shapes';
import { weighted } from './operations/weighted';
import { windows } from './operations/windows';

/** By the kind of node. */
const CONVERTERS = new Map<string, Converter>(
  [activations, arithmetics, shapes, weighted, windows].flatMap((each) => Object.entries(each)),
);

/**
 * Appends what a node computes to the graph, and says what its output is.
 *
 * @param name of the node, for people and for ours
 * @throws NetworkError naming the node where the executor has no such operation or setting
 */
export function convertOperation(node: OnnxNode, name: string, graph: GraphBuilder, opset: number): GraphValue {
  const on = nodeContext(node, name, graph, opset);
  const convert = CONVERTERS.get(node.kind);
  if (!convert)
    return on.refuse(say(/Quantize|QLinear|Integer/.test(node.kind) ? 'quantizedAlready' : 'noSuchOperation'));
  const converted = convert(on);
  on.attributes.finish();
  return converted;
}
