/**
 * The quantizer's gradients where it clips, learned step sizes, and what is no number: each against the definition, in
 * double precision.
 */
import * as tf from '@tensorflow/tfjs-core';
import { relu, relu6 } from '../../src/engine/kernels/activations';
import {
  channelRange,
  fakeQuantize,
  fakeQuantizeLearned,
  fakeQuantizeToOwnRange,
} from '../../src/engine/kernels/fakeQuantize';
import { roundHalfToEven } from '../../src/engine/kernels/scalarQuantizer';
import type { Case } from './case';
import { read, values } from './kernels';
import { newStudent, ranges as studentRanges, tinyImages } from './student';

const f = Math.fround;

interface Gradients {
  dx: Float64Array;
  dStep: Float64Array;
  dZero: Float64Array;
}

/**
 * The gradients by their definition (LSQ, Esser et al. 2020, Eq. 3; LSQ+, Bhalgat et al. 2020; PyTorch's
 * `_fake_quantize_learnable_per_channel_affine`): value i belongs to channel i % count.
 */
function byDefinition(x: number[], dy: number[], step: number[], zero: number[], bits: number): Gradients {
  const half = 2 ** (bits - 1);
  const count = step.length;
  const result = { dx: new Float64Array(x.length), dStep: new Float64Array(count), dZero: new Float64Array(count) };
  x.forEach((each, i) => {
    const c = i % count;
    const place = roundHalfToEven(zero[c]);
    // As the quantizer rounds; what lies between two levels is decided in float32.
    const product = f(f(each) * f(1 / f(step[c])));
    const q = roundHalfToEven(f(product - place));
    if (q >= -half && q <= half - 1) {
      result.dx[i] = dy[i];
      result.dStep[c] += dy[i] * (q + place - product);
      return;
    }
    result.dStep[c] += dy[i] * (Math.min(half - 1, Math.max(-half, q)) + place);
    result.dZero[c] += dy[i] * step[c];
  });
  return result;
}

function gradientCase(name: string, shape: number[], step: number[], zero: number[], bits: number): Case {
  const size = shape.reduce((a, b) => a * b, 1);
  const [x, dy] = [values(size, 3).map((v) => 4 * v), values(size, 4)];
  const gridShape = step.length === 1 ? [] : [step.length];
  return {
    name: `learned step sizes: ${name}`,
    run: () =>
      read(
        () => {
          const expected = byDefinition(x.map(f), dy.map(f), step.map(f), zero, bits);
          const [dx, dStep, dZero] = tf.grads((v, s, z) => fakeQuantizeLearned(v, s, z, bits))(
            [tf.tensor(x, shape), tf.tensor(step, gridShape), tf.tensor(zero, gridShape)],
            tf.tensor(dy, shape),
          );
          return { dx: [dx, expected.dx], dStep: [dStep, expected.dStep], dZero: [dZero, expected.dZero] };
        },
        2e-4,
        2e-5,
      ),
  };
}

/** Five times what is no number, with its sign bit set, and three numbers. */
const signed = new Float32Array([0, 0, 0, 0, 0, -1, 0.5, 2]);
new Uint32Array(signed.buffer).fill(0xffc00000, 0, 5);

/** Whether each value is a number. */
const numbers = (t: tf.Tensor): tf.Tensor => tf.sub(1, tf.cast(tf.isNaN(t), 'float32'));

export const learnedQuantizerCases: Case[] = [
  {
    name: 'a masked gradient stops where the quantizer clips, and nowhere else',
    run: () =>
      read(
        () => {
          // lo = -1, hi = 0.5 at 2 bits: levels -1, -0.5, 0, 0.5; what rounds to a level of the grid is inside.
          const x = tf.tensor1d([-9, -1.26, -1.24, -1, 0, 0.5, 0.74, 0.76, 9]);
          const dy = tf.tensor1d([1, 2, 3, 4, 5, 6, 7, 8, 9]);
          const gradient = (clipped: 'mask' | 'pass') => tf.grad((v) => fakeQuantize(v, -1, 0.5, 2, clipped))(x, dy);
          return {
            mask: [gradient('mask'), [0, 0, 3, 4, 5, 6, 7, 0, 0]],
            pass: [gradient('pass'), [1, 2, 3, 4, 5, 6, 7, 8, 9]],
          };
        },
        1e-7,
        0,
      ),
  },
  gradientCase('one of a small activation', [2, 3, 3, 2], [0.3], [2], 2),
  gradientCase('one of a large activation, summed in parts', [4, 48, 48, 6], [0.2], [4], 3),
  gradientCase('one for each of six channels', [3, 3, 5, 6], [0.3, 0.4, 0.5, 0.6, 0.7, 0.8], [0, 0, 1, -1, 0, 0.4], 2),
  gradientCase(
    'one for each of 70 channels of a dense layer',
    [9, 70],
    Array.from({ length: 70 }, (_, i) => 0.1 + 0.01 * i),
    new Array<number>(70).fill(0),
    4,
  ),
  {
    name: 'learned step sizes: where everything is clipped the value is proportional to the step',
    run: () =>
      read(
        () => {
          const x = tf.tensor1d([7, -8, 9, 20]);
          const dy = tf.tensor1d([1, 2, -0.5, 0.25]);
          const [, dStep] = tf.grads((v, s) => fakeQuantizeLearned(v, s, tf.scalar(0), 2))([x, tf.scalar(0.5)], dy);
          // 1, -2, 1 and 1 steps, weighted by dy: -3.25 times the step.
          return { dStep: [dStep, [-3.25]] };
        },
        1e-5,
        1e-5,
      ),
  },
  {
    name: 'what is no number stays so: quantizers, ranges and ReLU6',
    run: () =>
      read(
        () => {
          const x = tf.tensor2d([NaN, 0.3, 5, -5, NaN, 1], [3, 2]);
          const { lo, hi } = channelRange(x, []);
          const some = tf.tensor1d([-1, 0, 1]);
          return {
            'with a fixed range': [numbers(fakeQuantize(x, -1, 1, 3)), [0, 1, 1, 1, 0, 1]],
            // Both channels have one.
            'with its own range': [numbers(fakeQuantizeToOwnRange(x, [2], 3)), [0, 1, 0, 1, 0, 1]],
            'with a learned step': [
              numbers(fakeQuantizeLearned(x, tf.scalar(0.5), tf.scalar(0), 3)),
              [0, 1, 1, 1, 0, 1],
            ],
            'with a range that is none': [numbers(fakeQuantize(some, tf.scalar(NaN), tf.scalar(1), 3)), [0, 0, 0]],
            'with a step that is none': [
              numbers(fakeQuantizeLearned(some, tf.scalar(NaN), tf.scalar(0), 3)),
              [0, 0, 0],
            ],
            range: [numbers(tf.stack([lo, hi])), [0, 0]],
            relu6: [numbers(relu6(x)), [0, 1, 1, 1, 0, 1]],
            // With the sign bit set, as processors make it.
            'relu, signed': [numbers(relu(tf.tensor1d(signed))), [0, 0, 0, 0, 0, 1, 1, 1]],
            'relu6, signed': [numbers(relu6(tf.tensor1d(signed))), [0, 0, 0, 0, 0, 1, 1, 1]],
            'quantizer, signed': [numbers(fakeQuantize(tf.tensor1d(signed), -1, 1, 3)), [0, 0, 0, 0, 0, 1, 1, 1]],
            'relu of numbers': [relu(tf.tensor1d([-3, 0, 2.5, 6, 7])), [0, 0, 2.5, 6, 7]],
            'relu6 of numbers': [relu6(tf.tensor1d([-3, 0, 2.5, 6, 7])), [0, 0, 2.5, 6, 6]],
          };
        },
        1e-6,
        0,
      ),
  },
  {
    name: "what is no number in the first kernel reaches the student's logits",
    async run() {
      const student = newStudent(3);
      student.setRanges(studentRanges);
      const [first] = Object.values(student.variables);
      const comparisons = await read(
        () => {
          first.assign(tf.fill(first.shape, NaN));
          const logits = student.forward(tinyImages());
          return { logits: [numbers(logits), new Float32Array(logits.size)] };
        },
        1e-6,
        0,
      );
      student.dispose();
      return comparisons;
    },
  },
];
