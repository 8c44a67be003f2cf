/**
 * What an ONNX graph is turned into while it is read. ONNX keeps images as [channels, height, width]; a value here is
 * either an image in our layout [height, width, channels], or it has its axes as ONNX has them.
 */
import { say, type Said } from '../../sentences';
import { NetworkError } from '../networkError';
import type { NetworkNode, WeightArray } from '../types';
import type { Constant } from './model';

/** What stands for the size of a batch among constants that are computed from shapes. */
export const BATCH = Infinity;

export interface GraphValue {
  /** Our node. */
  node: string;
  /** As ONNX has it, without the batch. */
  shape: number[];
  /** The node's output is [H, W, C], of what is [C, H, W] here. */
  image: boolean;
}

const HINT = say('onnxSupported');

export class GraphBuilder {
  readonly nodes: NetworkNode[] = [];
  readonly weights: Record<string, WeightArray> = {};
  readonly values = new Map<string, GraphValue>();
  readonly constants: Map<string, Constant>;
  /** Value -> how many nodes read it. */
  readonly readers = new Map<string, number>();
  private readonly byName = new Map<string, NetworkNode>();
  /** Name -> the last number behind it. */
  private readonly numbered = new Map<string, number>();
  /** Weight key -> what was done to the constant of this name. */
  private readonly made = new Map<string, string>();

  /** Values that constants may still be computed to: nodes that double one a few times would fill any memory. */
  private left: number;
  private readonly counted = new WeakSet<Constant['values']>();

  constructor(constants: ReadonlyMap<string, Constant>) {
    this.constants = new Map(constants);
    this.left = [...constants.values()].reduce((sum, { values }) => sum + values.length, 4e6);
  }

  /** Whether there is room for a constant that was computed (of the values of another one there is). */
  takes(values: Constant['values']): boolean {
    if (!this.counted.has(values)) this.left -= values.length;
    this.counted.add(values);
    return this.left >= 0;
  }

  add(node: NetworkNode): string {
    let { name } = node;
    for (let i = this.numbered.get(node.name) ?? 0; this.byName.has(name);) {
      name = `${node.name}:${++i}`;
      this.numbered.set(node.name, i);
    }
    const unique = { ...node, name } as NetworkNode;
    this.nodes.push(unique);
    this.byName.set(name, unique);
    return name;
  }

  find(name: string): NetworkNode {
    return this.byName.get(name)!;
  }

  /** A weight made of the constant `name`; one that is made of it in another way too gets a key of its own. */
  weight(name: string, how: string, shape: number[], make: () => Float32Array): string {
    // An object's own field of that name cannot be set like others.
    const plain = name === '__proto__' ? 'weight __proto__' : name;
    let key = plain;
    for (let i = 1; this.made.has(key) && this.made.get(key) !== how; i++) key = `${plain}:${i}`;
    if (this.made.has(key)) return key;
    const values = make();
    if (values.some((v) => !Number.isFinite(v)))
      throw new NetworkError(say('weightsNotFinite', name), say('damagedHint'));
    this.made.set(key, how);
    this.weights[key] = { shape, values };
    return key;
  }

  /** The value in our layout; what has three axes is one. */
  asImage(value: GraphValue, name: string): GraphValue {
    if (value.image) return value;
    const [c, h, w] = value.shape;
    return {
      node: this.reordered(value.node, value.shape, [1, 2, 0], [h, w, c], `${name}/image`),
      shape: value.shape,
      image: true,
    };
  }

  /** The value with its axes as ONNX has them. */
  asWritten(value: GraphValue, name: string): GraphValue {
    if (!value.image) return value;
    const [c, h, w] = value.shape;
    return {
      node: this.reordered(value.node, [h, w, c], [2, 0, 1], value.shape, `${name}/channels`),
      shape: value.shape,
      image: false,
    };
  }

  /** The value's axes in another order: nothing where that leaves it as it is, a reshape where single pixels move. */
  reordered(from: string, shape: number[], order: number[], to: number[], name: string): string {
    if (order.every((axis, i) => axis === i)) return from;
    const source = this.find(from);
    if (source.op === 'transpose' && order.every((axis, i) => source.order[axis] === i)) return source.inputs[0];
    const moved = order.filter((axis) => shape[axis] !== 1);
    if (moved.every((axis, i) => i === 0 || axis > moved[i - 1])) return this.reshaped(from, to, name);
    return this.add({ op: 'transpose', name, inputs: [from], order });
  }

  reshaped(from: string, to: number[], name: string): string {
    const source = this.find(from);
    // Of two changes of shape only the last one shows.
    const input = source.op === 'reshape' ? source.inputs[0] : from;
    return this.add({ op: 'reshape', name, inputs: [input], shape: to });
  }
}

/** Refuses a node, naming it. */
export function unusable(name: string, kind: string, why: Said): never {
  const hint = why.name === 'inTrainingMode' ? say('noBatchNormOnnxHint') : HINT;
  throw new NetworkError(say('layerUnusable', name, kind, why), hint);
}
