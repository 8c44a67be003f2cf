/** Kernels against the plain composition of tfjs operations and against directly computed values. */
import * as tf from '@tensorflow/tfjs-core';
import { dense } from '../../src/engine/kernels/dense';
import { groupedBatchNorm } from '../../src/engine/kernels/groupedBatchNorm';
import { leakyRelu } from '../../src/engine/kernels/leakyRelu';
import { averagePool, maxPool, type Pooling } from '../../src/engine/kernels/pooling';
import { globalAveragePool, imageStatistics } from '../../src/engine/kernels/reductions';
import { upsampleConv2d } from '../../src/engine/kernels/upsampleConv2d';
import type { Case, Comparison } from './case';

type Conv = (x: number[], xs: number[], f: number[], fs: number[], stride: number, pad: [number, number]) => number[];

/** Convolution as six loops: NHWC, HWIO (depthwise: [h, w, c, multiplier]), padding [before, after] on both axes. */
const loops =
  (depthwise: boolean): Conv =>
  (x, [n, h, w, c], f, [kh, kw, , last], s, [before, after]) => {
    const oh = Math.floor((h + before + after - kh) / s) + 1;
    const ow = Math.floor((w + before + after - kw) / s) + 1;
    const o = depthwise ? c * last : last;
    const y = new Array(n * oh * ow * o).fill(0);
    for (let b = 0; b < n; b++)
      for (let i = 0; i < oh; i++)
        for (let j = 0; j < ow; j++)
          for (let k = 0; k < o; k++) {
            let sum = 0;
            for (let u = 0; u < kh; u++)
              for (let v = 0; v < kw; v++) {
                const [r, q] = [i * s + u - before, j * s + v - before];
                if (r < 0 || q < 0 || r >= h || q >= w) continue;
                if (depthwise) {
                  const channel = Math.floor(k / last);
                  sum += x[((b * h + r) * w + q) * c + channel] * f[((u * kw + v) * c + channel) * last + (k % last)];
                } else {
                  for (let m = 0; m < c; m++)
                    sum += x[((b * h + r) * w + q) * c + m] * f[((u * kw + v) * c + m) * o + k];
                }
              }
            y[((b * oh + i) * ow + j) * o + k] = sum;
          }
    return y;
  };

/** Deterministic values in about [-1, 1], different for every seed. */
export function values(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + seed * 78.233) * Math.cos(i * 0.731 + seed));
}
const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
export const tensor = (shape: number[], seed: number) => tf.tensor(values(size(shape), seed), shape);

/** Because convolution is linear, <conv(x, f), dy> has dL/dx[i] = its value for x = e_i: exact, no step size. */
function convGradients(
  conv: Conv,
  x: number[],
  xs: number[],
  f: number[],
  fs: number[],
  s: number,
  p: [number, number],
  dy: number[],
) {
  const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i], 0);
  const unit = (length: number, i: number) => Array.from({ length }, (_, k) => (k === i ? 1 : 0));
  return {
    dx: x.map((_, i) => dot(conv(unit(x.length, i), xs, f, fs, s, p), dy)),
    df: f.map((_, i) => dot(conv(x, xs, unit(f.length, i), fs, s, p), dy)),
  };
}

function convolutionCase(
  name: string,
  xs: number[],
  fs: number[],
  stride: number,
  pad: [number, number],
  depthwise = false,
): Case {
  return {
    name: `gradients of ${name}`,
    async run() {
      const conv = loops(depthwise);
      const [x, f] = [values(size(xs), 1), values(size(fs), 2)];
      const y = conv(x, xs, f, fs, stride, pad);
      const dy = values(y.length, 3);
      const expected = convGradients(conv, x, xs, f, fs, stride, pad, dy);
      const explicit: [[number, number], [number, number], [number, number], [number, number]] = [
        [0, 0],
        pad,
        pad,
        [0, 0],
      ];
      const op = depthwise ? tf.depthwiseConv2d : tf.conv2d;
      return read(() => {
        const run = (a: tf.Tensor, b: tf.Tensor) => op(a as tf.Tensor4D, b as tf.Tensor4D, stride, explicit);
        const [ta, tb] = [tf.tensor(x, xs), tf.tensor(f, fs)];
        const value = run(ta, tb);
        const [dx, df] = tf.grads(run)([ta, tb], tf.tensor(dy, value.shape));
        return { value: [value, y], dx: [dx, expected.dx], df: [df, expected.df] };
      });
    },
  };
}

/** Reads tensors, compares each with what is expected, disposes everything. */
export async function read(
  compute: () => Record<string, [tf.Tensor, ArrayLike<number> | tf.Tensor]>,
  absolute = 2e-5,
  relative = 2e-5,
): Promise<Comparison[]> {
  const results: [string, tf.Tensor, ArrayLike<number> | tf.Tensor][] = [];
  tf.tidy(() => {
    for (const [name, [actual, expected]] of Object.entries(compute())) {
      results.push([name, tf.keep(actual), expected instanceof tf.Tensor ? tf.keep(expected) : expected]);
    }
  });
  const comparisons: Comparison[] = [];
  for (const [name, actual, expected] of results) {
    comparisons.push({
      name,
      actual: await actual.data(),
      expected: expected instanceof tf.Tensor ? await expected.data() : expected,
      absolute,
      relative,
    });
  }
  tf.dispose(
    results.flatMap(([, actual, expected]) => (expected instanceof tf.Tensor ? [actual, expected] : [actual])),
  );
  return comparisons;
}

/** Value and gradients of an operation against the same thing composed of plain tfjs operations. */
export function compositionCase(
  name: string,
  shapes: number[][],
  op: (...x: tf.Tensor[]) => tf.Tensor,
  plain: (...x: tf.Tensor[]) => tf.Tensor,
  absolute = 2e-5,
): Case {
  return {
    name: `${name} equals its plain composition`,
    run: () =>
      read(
        () => {
          const inputs = shapes.map((shape, i) => tensor(shape, i + 1));
          const [value, expected] = [op(...inputs), plain(...inputs)];
          const dy = tensor(value.shape, 99);
          const gradients = tf.grads(op)(inputs, dy);
          const plainGradients = tf.grads(plain)(inputs, dy);
          return {
            value: [value, expected],
            ...Object.fromEntries(
              gradients.map((g, i) => [`gradient ${i}`, [g, plainGradients[i]] as [tf.Tensor, tf.Tensor]]),
            ),
          };
        },
        absolute,
        absolute,
      ),
  };
}

export const perGroup = (
  x: tf.Tensor,
  groups: number[],
  f: (part: tf.Tensor, start: number) => tf.Tensor,
): tf.Tensor => {
  let start = 0;
  return tf.concat(
    groups.map((g) => {
      const part = tf.slice(x, [start, 0, 0, 0], [g, -1, -1, -1]);
      start += g;
      return f(part, start - g);
    }),
    0,
  );
};

/** Nearest x2 by reshape and concatenation: tfjs's own gradient of resizeNearestNeighbor is wrong on cpu. */
export function upsample(x: tf.Tensor4D): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const wide = tf.reshape(tf.concat([tf.reshape(x, [n, h, w, 1, c]), tf.reshape(x, [n, h, w, 1, c])], 3), [
    n,
    h,
    1,
    2 * w * c,
  ]);
  return tf.reshape(tf.concat([wide, wide], 2), [n, 2 * h, 2 * w, c]);
}

export const kernelCases: Case[] = [
  convolutionCase('conv2d 3x3', [2, 5, 4, 3], [3, 3, 3, 5], 1, [1, 1]),
  convolutionCase('conv2d 3x3, stride 2, odd size', [3, 7, 7, 2], [3, 3, 2, 3], 2, [1, 1]),
  convolutionCase('conv2d 3x3, stride 2, even size', [2, 8, 8, 3], [3, 3, 3, 4], 2, [1, 1]),
  convolutionCase('conv2d 3x3, stride 2, padded at one side', [2, 8, 8, 2], [3, 3, 2, 3], 2, [0, 1]),
  convolutionCase('conv2d 1x1', [2, 4, 5, 3], [1, 1, 3, 6], 1, [0, 0]),
  convolutionCase('conv2d 1x1, stride 2', [2, 6, 5, 3], [1, 1, 3, 2], 2, [0, 0]),
  convolutionCase('conv2d 5x5, no padding, stride 3', [1, 9, 10, 2], [5, 5, 2, 2], 3, [0, 0]),
  convolutionCase('conv2d 2x2, stride 2', [2, 6, 6, 2], [2, 2, 2, 2], 2, [0, 0]),
  convolutionCase('depthwise 3x3', [2, 5, 5, 3], [3, 3, 3, 1], 1, [1, 1], true),
  convolutionCase('depthwise 3x3, stride 2', [2, 7, 6, 5], [3, 3, 5, 1], 2, [1, 1], true),
  convolutionCase('depthwise 3x3 of 22 channels', [2, 6, 5, 22], [3, 3, 22, 1], 1, [1, 1], true),
  convolutionCase(
    'depthwise 5x5 of 84 channels, stride 2, padded unevenly',
    [1, 8, 7, 84],
    [5, 5, 84, 1],
    2,
    [1, 2],
    true,
  ),
  convolutionCase('depthwise 2x2 of 17 channels, stride 3', [2, 8, 8, 17], [2, 2, 17, 1], 3, [0, 0], true),
  convolutionCase('depthwise 3x3, multiplier 2', [1, 4, 4, 3], [3, 3, 3, 2], 1, [1, 1], true),
  compositionCase(
    'dense',
    [
      [4, 7],
      [7, 3],
    ],
    (x, w) => dense(x as tf.Tensor2D, w as tf.Tensor2D),
    (x, w) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D),
  ),
  compositionCase(
    'leakyRelu',
    [[2, 3, 3, 5]],
    (x) => leakyRelu(x as tf.Tensor4D, 0.2),
    (x) => tf.add(tf.mul(tf.relu(x), 0.8), tf.mul(x, 0.2)),
  ),
  compositionCase(
    'globalAveragePool',
    [[3, 4, 5, 6]],
    (x) => globalAveragePool(x as tf.Tensor4D),
    (x) => tf.mean(x, [1, 2]),
  ),
  compositionCase(
    'imageStatistics',
    [[3, 4, 5, 6]],
    (x) => imageStatistics(x as tf.Tensor4D),
    (x) => {
      const mean = tf.mean(x, [1, 2], true);
      return tf.concat([tf.reshape(mean, [3, 6]), tf.mean(tf.square(tf.sub(x, mean)), [1, 2])], 1);
    },
  ),
  compositionCase(
    'upsampleConv2d',
    [
      [2, 3, 4, 3],
      [3, 3, 3, 5],
    ],
    (x, w) => upsampleConv2d(x as tf.Tensor4D, w as tf.Tensor4D),
    (x, w) =>
      tf.conv2d(upsample(x as tf.Tensor4D), w as tf.Tensor4D, 1, [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]),
  ),
  compositionCase(
    'groupedBatchNorm',
    [
      [5, 3, 2, 4],
      [5, 4],
      [5, 4],
    ],
    (x, s, b) => groupedBatchNorm(x as tf.Tensor4D, s as tf.Tensor2D, b as tf.Tensor2D, [3, 2], 0.8),
    (x, s, b) =>
      tf.add(
        tf.mul(
          perGroup(x, [3, 2], (part) => {
            const mean = tf.mean(part, [0, 1, 2], true);
            const centred = tf.sub(part, mean);
            return tf.div(centred, tf.sqrt(tf.add(tf.mean(tf.square(centred), [0, 1, 2], true), 0.8)));
          }),
          tf.reshape(s, [5, 1, 1, 4]),
        ),
        tf.reshape(b, [5, 1, 1, 4]),
      ),
  ),
  {
    // tfjs's WebGPU splits a product of this length into parts, and misreads the second factor then.
    name: 'a product along 2048 values with the second factor transposed',
    async run() {
      const [m, k, n] = [5, 2048, 36];
      const [a, b] = [values(m * k, 1), values(n * k, 2)];
      const expected = Array.from({ length: m * n }, (_, i) => {
        let sum = 0;
        for (let at = 0; at < k; at++) sum += a[Math.floor(i / n) * k + at] * b[(i % n) * k + at];
        return sum;
      });
      return read(() => ({
        product: [tf.matMul(tf.tensor2d(a, [m, k]), tf.tensor2d(b, [n, k]), false, true), expected],
      }));
    },
  },
  poolCase('averagePool 2x2', 'avg', [2, 4, 6, 3], 2, 2, [0, 0]),
  poolCase('averagePool 3x3, stride 2, padded', 'avg', [2, 5, 5, 2], 3, 2, [1, 1]),
  poolCase('maxPool 2x2', 'max', [2, 4, 6, 3], 2, 2, [0, 0]),
  poolCase('maxPool 3x3, stride 2, padded', 'max', [2, 5, 5, 2], 3, 2, [1, 1]),
  poolCase('maxPool 3x3, stride 1, padded before, of few values', 'max', [2, 6, 5, 3], 3, 1, [2, 0], (v) =>
    Math.sign(v),
  ),
];

function poolCase(
  name: string,
  kind: 'avg' | 'max',
  xs: number[],
  k: number,
  s: number,
  [p, q]: [number, number],
  of = (v: number) => v,
): Case {
  return {
    name: `gradient of ${name}`,
    async run() {
      const [n, h, w, c] = xs;
      const x = Array.from(values(size(xs), 1), of);
      const [oh, ow] = [Math.floor((h + p + q - k) / s) + 1, Math.floor((w + p + q - k) / s) + 1];
      const y = new Array(n * oh * ow * c).fill(0);
      const dy = values(y.length, 3);
      const dx = new Array(x.length).fill(0);
      for (let b = 0; b < n; b++)
        for (let i = 0; i < oh; i++)
          for (let j = 0; j < ow; j++)
            for (let m = 0; m < c; m++) {
              const seen: number[] = [];
              for (let u = 0; u < k; u++)
                for (let v = 0; v < k; v++) {
                  const [r, t] = [i * s + u - p, j * s + v - p];
                  if (r >= 0 && t >= 0 && r < h && t < w) seen.push(((b * h + r) * w + t) * c + m);
                }
              const o = ((b * oh + i) * ow + j) * c + m;
              if (kind === 'avg') {
                y[o] = seen.reduce((sum, at) => sum + x[at], 0) / seen.length;
                for (const at of seen) dx[at] += dy[o] / seen.length;
              } else {
                const best = seen.reduce((a, at) => (x[at] > x[a] ? at : a));
                y[o] = x[best];
                dx[best] += dy[o];
              }
            }
      return read(() => {
        const geometry: Pooling = { size: [k, k], strides: [s, s], padding: { top: p, bottom: q, left: p, right: q } };
        const run = (a: tf.Tensor) => (kind === 'avg' ? averagePool : maxPool)(a as tf.Tensor4D, geometry);
        const tx = tf.tensor(x, xs);
        const value = run(tx);
        return { value: [value, y], dx: [tf.grad(run)(tx, tf.tensor(dy, value.shape)), dx] };
      });
    },
  };
}
