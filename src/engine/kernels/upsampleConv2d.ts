/**
 * Nearest-neighbour x2 upsampling followed by a 3x3 convolution (zero padding 1), as one operation.
 *
 * After the upsampling every output pixel sees only 2x2 different input pixels, so the pair equals four 2x2
 * convolutions of the small image, one for each position in a 2x2 block of the output: 16 multiply-accumulates where
 * the plain form has 36, in both gradients too. The generator spends nearly all of its time here.
 */
import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from './differentiable';
import { fused } from './fused';
import { interleave2x2 } from './layout';

/** Rows of the 3-tap filter that fall on the low-resolution tap p, for output phase a: [a][p] -> taps. */
const TAPS: number[][][] = [
  [[0], [1, 2]],
  [[0, 1], [2]],
];

/** 16 x 9 matrix that sums a 3x3 filter's taps into the phase filters; `row(a, b, p, q)` says where each goes. */
function tapMatrix(row: (a: number, b: number, p: number, q: number) => number): Float32Array {
  const matrix = new Float32Array(16 * 9);
  for (let a = 0; a < 2; a++)
    for (let b = 0; b < 2; b++)
      for (let p = 0; p < 2; p++)
        for (let q = 0; q < 2; q++) {
          for (const u of TAPS[a][p]) for (const v of TAPS[b][q]) matrix[row(a, b, p, q) * 9 + u * 3 + v] = 1;
        }
  return matrix;
}

/** Four phase filters one after the other. */
const PHASES = tapMatrix((a, b, p, q) => ((a * 2 + b) * 2 + p) * 2 + q);
/** The adjoint is one 4x4 convolution of stride 2: phase a, tap p lies at row 3 - 2p - a of its filter. */
const ADJOINT = tapMatrix((a, b, p, q) => (3 - 2 * p - a) * 4 + (3 - 2 * q - b));

function transposed(matrix: Float32Array): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let r = 0; r < 16; r++) for (let c = 0; c < 9; c++) result[c * 16 + r] = matrix[r * 9 + c];
  return result;
}
const ADJOINT_TRANSPOSED = transposed(ADJOINT);

/**
 * @param x [N, H, W, I]
 * @param filter [3, 3, I, O]
 * @returns [N, 2 H, 2 W, O], equal to conv2d(resizeNearestNeighbor(x, x2), filter, padding 1)
 */
export function upsampleConv2d(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  const [kh, kw, inChannels, outChannels] = filter.shape;
  if (kh !== 3 || kw !== 3) throw new Error(`upsampleConv2d: the filter must be 3x3, not ${kh}x${kw}`);
  const io = inChannels * outChannels;
  return differentiable<tf.Tensor4D>(
    [x, filter],
    (save) => {
      save([x, filter]);
      return fused('UpsampleConv2d', { x, filter }, {}, () => forward(x, filter));
    },
    (dy, [x0, filter0]) => [
      fused('UpsampleConv2dInputGradient', { dy, filter: filter0 }, {}, () => {
        const adjoint = tf.matMul(tf.tensor2d(ADJOINT, [16, 9]), tf.reshape(filter0, [9, io]) as tf.Tensor2D);
        const adjointFilter = tf.transpose(
          tf.reshape(adjoint, [4, 4, inChannels, outChannels]),
          [0, 1, 3, 2],
        ) as tf.Tensor4D;
        return tf.conv2d(dy, adjointFilter, 2, [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ]);
      }),
      fused('UpsampleConv2dFilterGradient', { x: x0, dy }, {}, () => {
        // x and dy change roles: seen from dy, x is the output of the adjoint convolution.
        const dAdjoint = tf.engine().runKernel(
          'Conv2DBackpropFilter',
          { x: dy, dy: x0 },
          {
            strides: [2, 2],
            pad: [
              [0, 0],
              [1, 1],
              [1, 1],
              [0, 0],
            ],
            dataFormat: 'NHWC',
            filterShape: [4, 4, outChannels, inChannels],
          },
        ) as tf.Tensor;
        const dTaps = tf.matMul(
          tf.tensor2d(ADJOINT_TRANSPOSED, [9, 16]),
          tf.reshape(dAdjoint, [16, io]) as tf.Tensor2D,
        );
        return tf.transpose(tf.reshape(dTaps, [3, 3, outChannels, inChannels]), [0, 1, 3, 2]);
      }),
    ],
  );
}

function forward(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  const [, , inChannels, outChannels] = filter.shape;
  const io = inChannels * outChannels;
  const phaseFilters = tf.matMul(tf.tensor2d(PHASES, [16, 9]), tf.reshape(filter, [9, io]) as tf.Tensor2D);
  const phases = [0, 1, 2, 3].map((phase) => {
    const [a, b] = [phase >> 1, phase & 1];
    const k = tf.reshape(tf.slice(phaseFilters, [4 * phase, 0], [4, io]), [
      2,
      2,
      inChannels,
      outChannels,
    ]) as tf.Tensor4D;
    return tf.conv2d(x, k, 1, [
      [0, 0],
      [1 - a, a],
      [1 - b, b],
      [0, 0],
    ]);
  });
  return interleave2x2(phases as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D]);
}
