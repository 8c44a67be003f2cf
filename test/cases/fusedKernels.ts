/**
 * Operations that some backends do in one launch, at sizes that fill no workgroup, against their plain compositions.
 */
import * as tf from '@tensorflow/tfjs-core';
import { relu, relu6, tanh } from '../../src/engine/kernels/activations';
import { concatColumns } from '../../src/engine/kernels/columns';
import { transposedProduct } from '../../src/engine/kernels/dense';
import {
  channelRange,
  dequantize,
  fakeQuantizeToOwnRange,
  quantizationGrid,
  quantize,
} from '../../src/engine/kernels/fakeQuantize';
import { oneHotLabels } from '../../src/engine/kernels/oneHotLabels';
import { crossEntropy } from '../../src/engine/losses/crossEntropy';
import { weightedSquaredDistance } from '../../src/engine/losses/generatorLosses';
import { studentLosses } from '../../src/engine/losses/studentLosses';
import { Adam, Sgd } from '../../src/engine/training/optimizers';
import type { Case } from './case';
import { compositionCase, read, tensor, values } from './kernels';

/** Away from the kinks of ReLU and ReLU6, where a gradient is a matter of taste. */
const offKinks = (x: tf.Tensor) => tf.add(tf.mul(x, 9), 0.01);

/** Fake quantization on the range of every channel, and the range: exactly what the definition gives. */
function ownRangeCase(shape: number[], channels: number[], bits: number): Case {
  return {
    name: `fakeQuantizeToOwnRange, ${bits} bits, ${shape.join('x')}, ranges [${channels}]`,
    run: () =>
      read(
        () => {
          const x = tensor(shape, bits);
          const count = channels.reduce((a, b) => a * b, 1);
          const rows = tf.reshape(x, [x.size / count, count]);
          const [lo, hi] = [tf.reshape(tf.min(rows, 0), channels), tf.reshape(tf.max(rows, 0), channels)];
          const grid = quantizationGrid(lo, hi, bits);
          const range = channelRange(x, channels);
          const dy = tensor(shape, 9);
          return {
            values: [fakeQuantizeToOwnRange(x, channels, bits), dequantize(quantize(x, grid), grid)],
            gradient: [tf.grad((t) => fakeQuantizeToOwnRange(t, channels, bits))(x, dy), dy],
            lo: [range.lo, lo],
            hi: [range.hi, hi],
          };
        },
        1e-6,
        1e-6,
      ),
  };
}

const distillation = (shape: number[]): Case => {
  const [n, classes] = shape;
  const labels = () =>
    tf.tensor1d(
      Array.from({ length: n }, (_, i) => (7 * i) % classes),
      'int32',
    );
  return compositionCase(
    `student losses of ${classes} classes`,
    [shape],
    (student) => {
      const {
        ce,
        distillation: kl,
        total,
      } = studentLosses(student as tf.Tensor2D, tensor(shape, 9) as tf.Tensor2D, labels(), 4, 3);
      return tf.stack([ce, kl, total]);
    },
    (student) => {
      const oneHot = oneHotLabels(
        Array.from({ length: n }, (_, i) => (7 * i) % classes),
        classes,
      );
      const [p, q] = [tensor(shape, 9), student].map((x) => tf.logSoftmax(tf.div(x, 4) as tf.Tensor2D));
      const ce = tf.neg(tf.mean(tf.sum(tf.mul(oneHot, tf.logSoftmax(student as tf.Tensor2D)), 1)));
      const kl = tf.mul(tf.mean(tf.sum(tf.mul(tf.exp(p), tf.sub(p, q)), 1)), 48);
      return tf.stack([ce, kl, tf.add(ce, kl)]);
    },
    1e-4,
  );
};

/** What was taken from a variable before a step stays as it was: nothing is updated in place. */
function untouched(name: string, make: (v: Record<string, tf.Variable>) => Adam | Sgd): Case {
  return {
    name: `${name}: clones and readbacks begun before a step keep the old values`,
    async run() {
      const variables = tf.tidy(() => ({ a: tf.variable(tensor([3, 5], 1)), b: tf.variable(tensor([7], 2)) }));
      const optimizer = make(variables);
      const step = () => tf.tidy(() => optimizer.apply({ a: tensor([3, 5], 3), b: tensor([7], 4) }, 0.1));
      const before = Float32Array.from(await variables.a.data());
      step();
      const first = Float32Array.from(await variables.a.data());
      // One is read while the step runs, the other only afterwards.
      const clones = [tf.clone(variables.a), tf.clone(variables.a)];
      const pending = clones[0].data();
      const snapshot = optimizer.snapshot();
      step();
      const [during, after, held] = [await pending, await variables.a.data(), await clones[1].data()];
      const moved =
        after.every((v, i) => Math.abs(v - first[i]) > 1e-4) && first.every((v, i) => Math.abs(v - before[i]) > 1e-4);
      const { step: steps } = await snapshot;
      tf.dispose([...clones, ...Object.values(variables)]);
      optimizer.dispose();
      return [
        { name: 'read before the step', actual: during, expected: first, absolute: 1e-9, relative: 0 },
        { name: 'read after it', actual: held, expected: first, absolute: 1e-9, relative: 0 },
        {
          name: 'the variable moved, and the snapshot is of its step',
          actual: [Number(moved), steps],
          expected: [1, 1],
          absolute: 1e-9,
          relative: 0,
        },
      ];
    },
  };
}

/** Sums over all axes but the last, in double precision. */
function columnSumCase(shape: number[]): Case {
  return {
    name: `the sum over all but the last axis of ${shape.join('x')}`,
    run: () => {
      const c = shape[shape.length - 1];
      const expected = new Float64Array(c);
      values(
        shape.reduce((a, b) => a * b),
        1,
      ).forEach((v, i) => {
        expected[i % c] += v;
      });
      return read(
        () => {
          const axes = shape.slice(0, -1).map((_, i) => i);
          return {
            sum: [tf.sum(tensor(shape, 1), axes), expected],
            'dimensions kept': [tf.sum(tensor(shape, 1), axes, true), expected],
          };
        },
        1e-3,
        1e-5,
      );
    },
  };
}

const widths = [3, 8, 1, 5, 2, 70, 4, 9, 6];

export const fusedKernelCases: Case[] = [
  compositionCase(
    'relu',
    [[2, 5, 7, 3]],
    (x) => relu(offKinks(x)),
    (x) => tf.relu(offKinks(x)),
  ),
  compositionCase(
    'relu6',
    [[2, 5, 7, 3]],
    (x) => relu6(offKinks(x)),
    (x) => tf.clipByValue(offKinks(x), 0, 6),
  ),
  compositionCase(
    'tanh',
    [[2, 5, 7, 3]],
    (x) => tanh(x),
    (x) => tf.tanh(x),
  ),
  compositionCase(
    'concatColumns of nine matrices',
    widths.map((w) => [5, w]),
    (...parts) => concatColumns(parts as tf.Tensor2D[]),
    (...parts) => tf.concat(parts, 1),
  ),
  {
    name: 'transposedProduct equals the product with a transpose',
    run: () =>
      read(() => {
        const [a, b] = [tensor([9, 5], 1) as tf.Tensor2D, tensor([9, 70], 2) as tf.Tensor2D];
        return { product: [transposedProduct(a, b), tf.matMul(tf.transpose(a) as tf.Tensor2D, b)] };
      }),
  },
  columnSumCase([7, 33]),
  columnSumCase([3, 21, 20, 5]),
  ownRangeCase([3, 3, 20, 33], [33], 4),
  ownRangeCase([5, 5, 6, 2], [6, 2], 3),
  ownRangeCase([6000, 3], [3], 8),
  ownRangeCase([17, 130], [130], 2),
  ownRangeCase([17, 130], [], 5),
  ownRangeCase([20011], [], 4),
  compositionCase(
    'crossEntropy of 130 classes',
    [[3, 130]],
    (x) => crossEntropy(tf.mul(x, 5) as tf.Tensor2D, oneHotLabels([129, 0, 64], 130)),
    (x) =>
      tf.neg(tf.mean(tf.sum(tf.mul(oneHotLabels([129, 0, 64], 130), tf.logSoftmax(tf.mul(x, 5) as tf.Tensor2D)), 1))),
  ),
  distillation([5, 130]),
  distillation([3, 4]),
  compositionCase(
    'weightedSquaredDistance of 600 columns',
    [[1, 600]],
    (x) =>
      weightedSquaredDistance(x as tf.Tensor2D, tensor([1, 600], 5) as tf.Tensor2D, tensor([1, 600], 6) as tf.Tensor2D),
    (x) => tf.sum(tf.mul(tf.squaredDifference(x, tensor([1, 600], 5)), tensor([1, 600], 6))),
  ),
  untouched('Adam', (v) => new Adam(v)),
  untouched('SGD', (v) => new Sgd(v)),
];
