/** Convolutions and their gradients at the shapes that networks for 224x224 have, on wasm, against direct sums. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { convolution } from '../../../src/engine/kernels/convolution';
import { upsampleConv2d } from '../../../src/engine/kernels/upsampleConv2d';
import { use } from '../backends';

beforeAll(() => use('wasm'));

interface Geometry {
  /** Height and width of the input. */
  side: number;
  /** Channels. */
  from: number;
  to: number;
  kernel: number;
  stride: number;
  /** As many as channels: depthwise. */
  groups: number;
}

/** Uniform in -1 to 1, the same whenever it is asked for. */
function noise(length: number, seed: number): Float32Array {
  let state = seed * 7919 + 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Value, dL/dx and dL/dfilter in double precision, one product at a time. */
function direct(
  { side, from, to, kernel, stride, groups }: Geometry,
  out: number,
  x: Float32Array,
  f: Float32Array,
  dy: Float32Array,
) {
  const before = kernel >> 1;
  const [inputs, outputs] = [from / groups, to / groups];
  const [y, dx, df] = [dy, x, f].map(({ length }) => new Float64Array(length));
  for (let i = 0; i < out; i++)
    for (let j = 0; j < out; j++)
      for (let u = 0; u < kernel; u++)
        for (let v = 0; v < kernel; v++) {
          const [r, q] = [i * stride + u - before, j * stride + v - before];
          if (r < 0 || q < 0 || r >= side || q >= side) continue;
          const [pixel, output] = [(r * side + q) * from, (i * out + j) * to];
          for (let g = 0; g < groups; g++)
            for (let m = 0; m < inputs; m++) {
              const at = pixel + g * inputs + m;
              const row = ((u * kernel + v) * inputs + m) * to;
              for (let k = g * outputs; k < (g + 1) * outputs; k++) {
                y[output + k] += x[at] * f[row + k];
                dx[at] += f[row + k] * dy[output + k];
                df[row + k] += x[at] * dy[output + k];
              }
            }
        }
  return { y, dx, df };
}

/** Largest difference relative to the largest value. */
function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let [most, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i] - expected[i]);
    // What is no number is as far off as can be.
    most = off >= 0 ? Math.max(most, off) : Infinity;
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return most / largest;
}

const cases: [name: string, geometry: Geometry][] = [
  ['the first of ResNet: 7x7, stride 2', { side: 224, from: 3, to: 64, kernel: 7, stride: 2, groups: 1 }],
  ['the first of the others: 3x3, stride 2', { side: 224, from: 3, to: 32, kernel: 3, stride: 2, groups: 1 }],
  ['3x3 at 56x56', { side: 56, from: 64, to: 32, kernel: 3, stride: 1, groups: 1 }],
  ['1x1 at 112x112', { side: 112, from: 32, to: 64, kernel: 1, stride: 1, groups: 1 }],
  ['1x1, stride 2, at 56x56', { side: 56, from: 64, to: 128, kernel: 1, stride: 2, groups: 1 }],
  ['1x1 at 7x7', { side: 7, from: 320, to: 1280, kernel: 1, stride: 1, groups: 1 }],
  ['depthwise 3x3 at 112x112', { side: 112, from: 32, to: 32, kernel: 3, stride: 1, groups: 32 }],
  ['depthwise 3x3, stride 2, at 112x112', { side: 112, from: 96, to: 96, kernel: 3, stride: 2, groups: 96 }],
  ['depthwise 3x3 at 56x56', { side: 56, from: 144, to: 144, kernel: 3, stride: 1, groups: 144 }],
  ['depthwise 3x3, stride 2, at 56x56', { side: 56, from: 144, to: 144, kernel: 3, stride: 2, groups: 144 }],
  ['RegNet: 3x3 in groups, stride 2, at 112x112', { side: 112, from: 48, to: 48, kernel: 3, stride: 2, groups: 2 }],
  ['RegNet: 3x3 in groups at 28x28', { side: 28, from: 96, to: 96, kernel: 3, stride: 1, groups: 4 }],
];

describe('a convolution of 224x224', () => {
  it.each(cases)('%s, and its gradients', (_, geometry) => {
    const { side, from, to, kernel, stride, groups } = geometry;
    const depthwise = groups === from && groups > 1;
    const edge = kernel >> 1;
    const out = Math.floor((side + 2 * edge - kernel) / stride) + 1;
    const shape: [number, number, number, number] = depthwise
      ? [kernel, kernel, from, 1]
      : [kernel, kernel, from / groups, to];
    const [x, f, dy] = [
      noise(side * side * from, 1),
      noise(kernel * kernel * (from / groups) * to, 2),
      noise(out * out * to, 3),
    ];
    const expected = direct(geometry, out, x, f, dy);
    const alive = tf.memory().numTensors;
    tf.tidy(() => {
      const inputs = [tf.tensor(x, [1, side, side, from]), tf.tensor(f, shape)];
      const run = (image: tf.Tensor, filter: tf.Tensor) =>
        convolution(
          image as tf.Tensor4D,
          filter as tf.Tensor4D,
          {
            strides: [stride, stride],
            padding: { top: edge, bottom: edge, left: edge, right: edge },
            groups: depthwise ? 1 : groups,
          },
          depthwise,
        );
      const y = run(inputs[0], inputs[1]);
      expect(y.shape).toEqual([1, out, out, to]);
      expect(difference(y.dataSync(), expected.y)).toBeLessThan(2e-6);
      const [dx, df] = tf.grads(run)(inputs, tf.tensor(dy, y.shape));
      expect(difference(dx.dataSync(), expected.dx)).toBeLessThan(2e-6);
      expect(difference(df.dataSync(), expected.df)).toBeLessThan(1e-5);
    });
    expect(tf.memory().numTensors).toBe(alive);
  });

  it('the generator: doubled to 224x224, then 3x3, and its gradients', () => {
    const [side, from, to] = [112, 8, 4];
    const [x, f] = [noise(side * side * from, 1), noise(9 * from * to, 2)];
    const dy = noise(4 * side * side * to, 3);
    const doubled = new Float32Array(4 * x.length);
    for (let i = 0; i < 2 * side; i++)
      for (let j = 0; j < 2 * side; j++) {
        const source = ((i >> 1) * side + (j >> 1)) * from;
        doubled.set(x.subarray(source, source + from), (i * 2 * side + j) * from);
      }
    const geometry = { side: 2 * side, from, to, kernel: 3, stride: 1, groups: 1 };
    const plain = direct(geometry, 2 * side, doubled, f, dy);
    const expectedDx = new Float64Array(x.length);
    for (let i = 0; i < 2 * side; i++)
      for (let j = 0; j < 2 * side; j++)
        for (let k = 0; k < from; k++)
          expectedDx[((i >> 1) * side + (j >> 1)) * from + k] += plain.dx[(i * 2 * side + j) * from + k];
    tf.tidy(() => {
      const inputs = [tf.tensor(x, [1, side, side, from]), tf.tensor(f, [3, 3, from, to])];
      const run = (image: tf.Tensor, filter: tf.Tensor) => upsampleConv2d(image as tf.Tensor4D, filter as tf.Tensor4D);
      expect(difference(run(inputs[0], inputs[1]).dataSync(), plain.y)).toBeLessThan(2e-6);
      const [dx, df] = tf.grads(run)(inputs, tf.tensor(dy, [1, 2 * side, 2 * side, to]));
      expect(difference(dx.dataSync(), expectedDx)).toBeLessThan(2e-6);
      expect(difference(df.dataSync(), plain.df)).toBeLessThan(1e-5);
    });
  });

  it('memory beyond 2 GB has addresses of its own, not negative ones', async () => {
    const { withScratch } = await import('../../../src/engine/kernels/wasm/module');
    const buffer = { asked: 0, freed: 0 };
    const high = 2 ** 31 + 2 ** 20 + 8;
    // As emscripten's allocator answers: with a sign.
    const wasm = { _malloc: () => (buffer.asked++, high | 0), _free: (at: number) => (buffer.freed = at) };
    const backend = { wasm } as unknown as Parameters<typeof withScratch>[0];
    const at = withScratch(backend, 64, (address) => address);
    expect(at).toBe(2 ** 31 + 2 ** 20 + 16);
    expect([buffer.asked, buffer.freed]).toEqual([1, high]);
  });
});
