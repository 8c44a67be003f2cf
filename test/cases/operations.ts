/** Operations of networks that are opened, against loops, with their gradients against differences. */
import * as tf from '@tensorflow/tfjs-core';
import { forward } from '../../src/engine/network/executor';
import type { NetworkDefinition, NetworkNode, Padding } from '../../src/engine/network/types';
import type { Case } from './case';
import { read, tensor, values } from './kernels';

/** The node as a network of its own; two inputs are two rescaled images. */
function network(node: NetworkNode, inputShape: [number, number, number]): NetworkDefinition {
  return {
    name: node.op,
    inputShape,
    numClasses: 1,
    normalization: { mean: [0], std: [1] },
    nodes: [
      { op: 'input', name: 'in', inputs: [] },
      { op: 'rescale', name: 'other', inputs: ['in'], scale: [-2], offset: [0.5] },
      node,
    ],
  };
}

interface Loop {
  (x: number[], weights: Record<string, number[]>): number[];
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/**
 * Value against the loop; the gradients of the image and of each weight against central differences of the loop, which
 * are exact for what is linear in each of them.
 */
function operation(
  name: string,
  node: NetworkNode,
  inputShape: [number, number, number],
  loop: Loop,
  weightShapes: Record<string, number[]> = {},
): Case {
  return {
    name: `${name} and its gradients`,
    run: () =>
      read(() => {
        const shape = [1, ...inputShape];
        const images = tensor(shape, 1) as tf.Tensor4D;
        const numbers = Object.fromEntries(
          Object.entries(weightShapes).map(([key, of], i) => [key, values(sizeOf(of), i + 2)]),
        );
        const x = values(sizeOf(shape), 1);
        const expected = loop(x, numbers);
        const dy = values(expected.length, 9);
        const along = (y: number[]) => y.reduce((sum, v, i) => sum + v * dy[i], 0);
        const slopes = (of: number[], put: (changed: number[]) => number[]) =>
          of.map((_, i) => {
            const moved = (by: number) => put(of.map((v, k) => (k === i ? v + by : v)));
            return (along(moved(1e-4)) - along(moved(-1e-4))) / 2e-4;
          });
        const keys = Object.keys(weightShapes);
        const weights = keys.map((key) => tf.tensor(numbers[key], weightShapes[key]));
        const run = (...[image, ...given]: tf.Tensor[]) =>
          forward(
            network(node, inputShape),
            Object.fromEntries(keys.map((key, i) => [key, given[i]])),
            image as tf.Tensor4D,
          ) as tf.Tensor;
        const value = run(images, ...weights);
        const gradients = tf.grads(run)([images, ...weights], tf.tensor(dy, value.shape));
        return {
          value: [value, expected],
          image: [gradients[0], slopes(x, (changed) => loop(changed, numbers))],
          ...Object.fromEntries(
            keys.map((key, i) => [
              key,
              [gradients[i + 1], slopes(numbers[key], (changed) => loop(x, { ...numbers, [key]: changed }))] as [
                tf.Tensor,
                number[],
              ],
            ]),
          ),
        };
      }),
  };
}

/** A convolution of one image as loops. */
function convolve(
  x: number[],
  [h, w, c]: number[],
  f: number[],
  [kh, kw, ci, co]: number[],
  {
    strides: [sh, sw],
    padding,
    dilations: [dh, dw] = [1, 1],
    groups = 1,
  }: {
    strides: [number, number];
    padding: Padding;
    dilations?: [number, number];
    groups?: number;
  },
): number[] {
  const oh = Math.floor((h + padding.top + padding.bottom - (kh - 1) * dh - 1) / sh) + 1;
  const ow = Math.floor((w + padding.left + padding.right - (kw - 1) * dw - 1) / sw) + 1;
  const y: number[] = [];
  for (let i = 0; i < oh; i++)
    for (let j = 0; j < ow; j++)
      for (let o = 0; o < co; o++) {
        let sum = 0;
        const first = Math.floor(o / (co / groups)) * ci;
        for (let u = 0; u < kh; u++)
          for (let v = 0; v < kw; v++)
            for (let k = 0; k < ci; k++) {
              const [r, q] = [i * sh + u * dh - padding.top, j * sw + v * dw - padding.left];
              if (r >= 0 && q >= 0 && r < h && q < w)
                sum += x[(r * w + q) * c + first + k] * f[((u * kw + v) * ci + k) * co + o];
            }
        y.push(sum);
      }
  return y;
}

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
const hard = (v: number) => Math.min(1, Math.max(0, v / 6 + 0.5));
const activation = (op: 'leakyRelu' | 'hardSwish' | 'silu' | 'sigmoid' | 'hardSigmoid', of: (v: number) => number) =>
  operation(op, { op, name: 'a', inputs: ['in'], ...(op === 'leakyRelu' ? { slope: 0.2 } : {}) }, [3, 2, 5], (x) =>
    x.map(of),
  );

const grouped = { strides: [2, 1] as [number, number], padding: { top: 1, bottom: 0, left: 1, right: 1 }, groups: 3 };
const dilated = {
  strides: [1, 2] as [number, number],
  padding: { top: 2, bottom: 2, left: 1, right: 2 },
  dilations: [2, 3] as [number, number],
};

export const operationCases: Case[] = [
  operation(
    'a grouped convolution',
    { op: 'conv2d', name: 'a', inputs: ['in'], kernel: 'f', ...grouped },
    [5, 4, 6],
    (x, { f }) => convolve(x, [5, 4, 6], f, [3, 3, 2, 9], grouped),
    { f: [3, 3, 2, 9] },
  ),
  operation(
    'a dilated convolution',
    { op: 'conv2d', name: 'a', inputs: ['in'], kernel: 'f', ...dilated },
    [7, 8, 3],
    (x, { f }) => convolve(x, [7, 8, 3], f, [3, 2, 3, 4], dilated),
    { f: [3, 2, 3, 4] },
  ),
  operation(
    'a dilated depthwise convolution',
    { op: 'depthwiseConv2d', name: 'a', inputs: ['in'], kernel: 'f', ...dilated },
    [7, 8, 5],
    (x, { f }) => convolve(x, [7, 8, 5], f, [3, 2, 1, 5], { ...dilated, groups: 5 }),
    { f: [3, 2, 5, 1] },
  ),
  activation('leakyRelu', (v) => (v > 0 ? v : 0.2 * v)),
  activation('sigmoid', sigmoid),
  activation('silu', (v) => v * sigmoid(v)),
  activation('hardSigmoid', hard),
  activation('hardSwish', (v) => v * hard(v)),
  operation('softmax', { op: 'softmax', name: 'a', inputs: ['in'] }, [2, 2, 5], (x) => {
    const rows = Array.from({ length: 4 }, (_, r) => x.slice(5 * r, 5 * r + 5).map(Math.exp));
    return rows.flatMap((row) => row.map((v) => v / row.reduce((a, b) => a + b, 0)));
  }),
  operation('a product', { op: 'multiply', name: 'a', inputs: ['in', 'other'] }, [3, 2, 5], (x) =>
    x.map((v) => v * (0.5 - 2 * v)),
  ),
  operation('a concatenation', { op: 'concat', name: 'a', inputs: ['other', 'in'] }, [3, 2, 5], (x) =>
    Array.from({ length: 6 }, (_, p) => x.slice(5 * p, 5 * p + 5)).flatMap((p) => [...p.map((v) => 0.5 - 2 * v), ...p]),
  ),
  operation(
    'constants a channel',
    { op: 'rescale', name: 'a', inputs: ['in'], scale: [2, -1, 0.5], offset: [0.1, 0, -3] },
    [3, 2, 3],
    (x) => x.map((v, i) => v * [2, -1, 0.5][i % 3] + [0.1, 0, -3][i % 3]),
  ),
  operation('global max pooling', { op: 'globalMaxPool', name: 'a', inputs: ['in'] }, [3, 4, 5], (x) =>
    Array.from({ length: 5 }, (_, c) => Math.max(...x.filter((_v, i) => i % 5 === c))),
  ),
  operation('a transpose', { op: 'transpose', name: 'a', inputs: ['in'], order: [2, 0, 1] }, [3, 2, 5], (x) =>
    Array.from({ length: 30 }, (_, i) => x[(i % 6) * 5 + Math.floor(i / 6)]),
  ),
  operation('a reshape', { op: 'reshape', name: 'a', inputs: ['in'], shape: [6, 5, 1] }, [3, 2, 5], (x) => x),
];
