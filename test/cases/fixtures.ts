/**
 * Readers for the PyTorch vectors in test/fixtures: NCHW becomes NHWC, OIHW becomes HWIO, on plain arrays.
 */
import type { Network, NetworkNode, Padding, WeightArray } from '../../src/engine/network/types';

export interface FixtureArray {
  shape: number[];
  data: number[];
}

/** Permutes the axes of a row-major array. */
export function permute({ shape, data }: FixtureArray, axes: number[]): WeightArray {
  const outShape = axes.map((a) => shape[a]);
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((p, v) => p * v, 1));
  const values = new Float32Array(data.length);
  const index = new Array(axes.length).fill(0);
  for (let i = 0; i < values.length; i++) {
    values[i] = data[axes.reduce((sum, axis, k) => sum + index[k] * strides[axis], 0)];
    for (let k = axes.length - 1; k >= 0 && ++index[k] === outShape[k]; k--) index[k] = 0;
  }
  return { shape: outShape, values };
}

export const nhwc = (a: FixtureArray): WeightArray => permute(a, [0, 2, 3, 1]);
/** Convolution kernel OIHW to HWIO. */
export const hwio = (a: FixtureArray): WeightArray => permute(a, [2, 3, 1, 0]);
/** Depthwise kernel [C, 1, H, W] to [H, W, C, 1]. */
export const hwc1 = (a: FixtureArray): WeightArray => permute(a, [2, 3, 0, 1]);
/** Linear weight [out, in] to [in, out]. */
export const io = (a: FixtureArray): WeightArray => permute(a, [1, 0]);
export const flat = (a: FixtureArray): WeightArray => ({ shape: a.shape, values: Float32Array.from(a.data) });

/** A PyTorch parameter of the fixtures' networks in this project's layout, by its name and rank. */
export function fromTorch(name: string, a: FixtureArray): WeightArray {
  if (a.shape.length === 4) return name.startsWith('dw') ? hwc1(a) : hwio(a);
  return a.shape.length === 2 ? io(a) : flat(a);
}

export interface TinyFixture {
  classes: number;
  weights: Record<string, FixtureArray>;
  images: FixtureArray;
  labels: number[];
  logits: FixtureArray;
  batch_statistics: { layer: string; mean: FixtureArray; var: FixtureArray }[];
  centers_1: { mean: FixtureArray; var: FixtureArray }[][];
  centers_1_logits: FixtureArray[];
  centers_2: { mean: FixtureArray; var: FixtureArray }[][];
}

const pad = (p: number): Padding => ({ top: p, bottom: p, left: p, right: p });

/** The network of tiny_network.json; weights keep their PyTorch names ("stem.weight", "bn0.running_mean", ...). */
export function tinyNetwork(fixture: Pick<TinyFixture, 'classes' | 'weights'>): Network {
  const nodes: NetworkNode[] = [{ op: 'input', name: 'input', inputs: [] }];
  const add = (node: NetworkNode) => (nodes.push(node), node.name);
  const conv = (name: string, from: string, size: number, stride = 1, op: 'conv2d' | 'depthwiseConv2d' = 'conv2d') =>
    add({ op, name, inputs: [from], kernel: `${name}.weight`, strides: [stride, stride], padding: pad(size >> 1) });
  const bn = (name: string, from: string) =>
    add({
      op: 'batchNorm',
      name,
      inputs: [from],
      epsilon: 1e-5,
      gamma: `${name}.weight`,
      beta: `${name}.bias`,
      mean: `${name}.running_mean`,
      variance: `${name}.running_var`,
    });
  const relu = (name: string, from: string, op: 'relu' | 'relu6' = 'relu') => add({ op, name, inputs: [from] });
  const sum = (name: string, a: string, b: string) => add({ op: 'add', name, inputs: [a, b] });
  let h = relu('relu0', bn('bn0', conv('stem', 'input', 3)));
  let y = relu('relu1', bn('bn1', conv('a1', h, 3)));
  h = relu('relu2', sum('addA', bn('bn2', conv('a2', y, 3)), h));
  y = relu('relu3', bn('bn3', conv('b1', h, 3, 2)));
  h = relu('relu4', sum('addB', bn('bn4', conv('b2', y, 3)), bn('bn5', conv('proj', h, 1, 2))));
  h = relu('relu5', bn('bn6', conv('dw', h, 3, 1, 'depthwiseConv2d')), 'relu6');
  add({ op: 'globalAveragePool', name: 'pool', inputs: [h] });
  add({ op: 'dense', name: 'fc', inputs: ['pool'], kernel: 'fc.weight', bias: 'fc.bias' });
  return {
    definition: {
      name: 'tiny',
      inputShape: [8, 8, 3],
      numClasses: fixture.classes,
      nodes,
      normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
    },
    weights: Object.fromEntries(Object.entries(fixture.weights).map(([k, a]) => [k, fromTorch(k, a)])),
  };
}
