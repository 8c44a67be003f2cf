/**
 * Convolutions and their gradients, large enough for several tiles and parts of a tiled kernel, against direct sums.
 */
import * as tf from '@tensorflow/tfjs-core';
import { convolution } from '../../src/engine/kernels/convolution';
import { upsampleConv2d } from '../../src/engine/kernels/upsampleConv2d';
import type { Case } from './case';
import { compositionCase, read, upsample, values } from './kernels';

type Shape = [number, number, number, number];
const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

/** Value, dL/dx and dL/dfilter in double precision, one product at a time; padding [before, after] on both axes. */
function direct(
  x: number[],
  xs: Shape,
  f: number[],
  fs: Shape,
  dy: number[],
  ys: Shape,
  stride: number,
  before: number,
) {
  const [n, h, w, c] = xs;
  const [kh, kw, , o] = fs;
  const [, oh, ow] = ys;
  const [y, dx, df] = [dy, x, f].map(({ length }) => new Float64Array(length));
  for (let b = 0; b < n; b++)
    for (let i = 0; i < oh; i++)
      for (let j = 0; j < ow; j++)
        for (let u = 0; u < kh; u++)
          for (let v = 0; v < kw; v++) {
            const [r, q] = [i * stride + u - before, j * stride + v - before];
            if (r < 0 || q < 0 || r >= h || q >= w) continue;
            const [pixel, output] = [((b * h + r) * w + q) * c, ((b * oh + i) * ow + j) * o];
            for (let m = 0; m < c; m++)
              for (let k = 0; k < o; k++) {
                const tap = ((u * kw + v) * c + m) * o + k;
                y[output + k] += x[pixel + m] * f[tap];
                dx[pixel + m] += f[tap] * dy[output + k];
                df[tap] += x[pixel + m] * dy[output + k];
              }
          }
  return { y, dx, df };
}

function gradientCase(name: string, xs: Shape, fs: Shape, stride: number, pad: [number, number]): Case {
  return {
    name: `${name}, and its gradients`,
    async run() {
      const [before, after] = pad;
      const outputs = (length: number, k: number) => Math.floor((length + before + after - k) / stride) + 1;
      const ys: Shape = [xs[0], outputs(xs[1], fs[0]), outputs(xs[2], fs[1]), fs[3]];
      const [x, f, dy] = [values(size(xs), 1), values(size(fs), 2), values(size(ys), 3)];
      const expected = direct(x, xs, f, fs, dy, ys, stride, before);
      return read(
        () => {
          const run = (a: tf.Tensor, b: tf.Tensor) =>
            tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, [[0, 0], pad, pad, [0, 0]]);
          const inputs = [tf.tensor(x, xs), tf.tensor(f, fs)];
          const [dx, df] = tf.grads(run)(inputs, tf.tensor(dy, ys));
          return { value: [run(inputs[0], inputs[1]), expected.y], dx: [dx, expected.dx], df: [df, expected.df] };
        },
        2e-4,
        2e-5,
      );
    },
  };
}

const plainUpsampling = (x: tf.Tensor, w: tf.Tensor) =>
  tf.conv2d(upsample(x as tf.Tensor4D), w as tf.Tensor4D, 1, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
const fusedUpsampling = (x: tf.Tensor, w: tf.Tensor) => upsampleConv2d(x as tf.Tensor4D, w as tf.Tensor4D);

const GROUPS = 3;
/** The same kernel for all channels, with zeros where a group does not look. */
const plainGroups = (x: tf.Tensor, w: tf.Tensor) => {
  const inputs = w.shape[2]!;
  const wide = tf.split(w, GROUPS, 3).map((part, g) =>
    tf.pad(part, [
      [0, 0],
      [0, 0],
      [g * inputs, (GROUPS - 1 - g) * inputs],
      [0, 0],
    ]),
  );
  return tf.conv2d(x as tf.Tensor4D, tf.concat(wide, 3) as tf.Tensor4D, 2, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
};
const groups = (x: tf.Tensor, w: tf.Tensor) =>
  convolution(x as tf.Tensor4D, w as tf.Tensor4D, {
    strides: [2, 2],
    padding: { top: 1, bottom: 1, left: 1, right: 1 },
    groups: GROUPS,
  });

export const convolutionCases: Case[] = [
  compositionCase(
    'a 3x3 convolution of 12 to 18 channels in three groups, stride 2',
    [
      [2, 9, 8, 12],
      [3, 3, 4, 18],
    ],
    groups,
    plainGroups,
    1e-4,
  ),
  gradientCase('a 3x3 convolution of 20 to 36 channels', [2, 18, 17, 20], [3, 3, 20, 36], 1, [1, 1]),
  gradientCase('a 3x3 convolution of 12 to 8 channels without padding', [3, 9, 6, 12], [3, 3, 12, 8], 1, [0, 0]),
  gradientCase('a 3x3 convolution of 8 to 20 channels, padded unevenly', [2, 11, 7, 8], [3, 3, 8, 20], 1, [2, 0]),
  gradientCase('a 3x3 convolution of 16 to 16 channels, padded far', [1, 8, 12, 16], [3, 3, 16, 16], 1, [3, 4]),
  gradientCase('a 3x3 convolution of 8 to 8 channels of 5x5 pixels', [2, 5, 5, 8], [3, 3, 8, 8], 1, [1, 1]),
  gradientCase('a 3x3 convolution of 7 to 9 channels', [2, 10, 9, 7], [3, 3, 7, 9], 1, [1, 1]),
  gradientCase('a 3x3 convolution of 5 to 70 channels, stride 2', [2, 17, 18, 5], [3, 3, 5, 70], 2, [1, 1]),
  gradientCase('a 1x1 convolution of 6 to 33 channels', [3, 13, 12, 6], [1, 1, 6, 33], 1, [0, 0]),
  gradientCase('a 1x1 convolution of 40 to 8 channels, stride 2', [2, 15, 14, 40], [1, 1, 40, 8], 2, [0, 0]),
  gradientCase(
    'a 4x4 convolution of 3 to 17 channels, stride 3, padded unevenly',
    [1, 20, 19, 3],
    [4, 4, 3, 17],
    3,
    [1, 2],
  ),
  gradientCase('a 7x7 convolution of 3 to 16 channels, stride 2', [2, 16, 16, 3], [7, 7, 3, 16], 2, [3, 3]),
  compositionCase(
    'upsampleConv2d of 20 to 36 channels',
    [
      [2, 9, 7, 20],
      [3, 3, 20, 36],
    ],
    fusedUpsampling,
    plainUpsampling,
    1e-4,
  ),
  compositionCase(
    'upsampleConv2d of 9 to 70 channels',
    [
      [1, 5, 6, 9],
      [3, 3, 9, 70],
    ],
    fusedUpsampling,
    plainUpsampling,
    1e-4,
  ),
];
