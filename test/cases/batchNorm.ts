/**
 * Statistics and BatchNorm with channels and pixels that fill no workgroup, against double precision and plain
 * compositions.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  frozenBatchNorm,
  frozenBatchNormWithStatistics,
  type FrozenBatchNorm,
} from '../../src/engine/kernels/frozenBatchNorm';
import { groupedBatchNorm } from '../../src/engine/kernels/groupedBatchNorm';
import { globalAveragePool, imageStatistics } from '../../src/engine/kernels/reductions';
import type { Case } from './case';
import { compositionCase, perGroup, read, tensor, values } from './kernels';

const plainStatistics = (x: tf.Tensor) => {
  const mean = tf.mean(x, [1, 2], true);
  const [n, , , c] = x.shape;
  return tf.concat([tf.reshape(mean, [n, c]), tf.mean(tf.square(tf.sub(x, mean)), [1, 2])], 1);
};

/** A mean a thousand times the spread: E[x^2] - E[x]^2 has no digit left in float32. */
const farFromZero: Case = {
  name: 'imageStatistics of values far from zero',
  async run() {
    const [n, pixels, c] = [2, 33 * 9, 5];
    const x = values(n * pixels * c, 1).map((v) => Math.fround(1000 + v));
    const expected = new Array(n * 2 * c).fill(0);
    for (let b = 0; b < n; b++)
      for (let k = 0; k < c; k++) {
        const channel = Array.from({ length: pixels }, (_, i) => x[(b * pixels + i) * c + k]);
        const mean = channel.reduce((a, v) => a + v) / pixels;
        expected[b * 2 * c + k] = mean;
        expected[b * 2 * c + c + k] = channel.reduce((a, v) => a + (v - mean) ** 2, 0) / pixels;
      }
    return read(
      () => ({ statistics: [imageStatistics(tf.tensor(x, [n, 33, 9, c]) as tf.Tensor4D), expected] }),
      0,
      1e-3,
    );
  },
};

const grouped = (groups: number[], shape: number[]): Case => {
  const [n, , , c] = shape;
  return compositionCase(
    `groupedBatchNorm of groups of ${groups.join(', ')} images, ${shape.join('x')}`,
    [shape, [n, c], [n, c]],
    (x, s, b) => groupedBatchNorm(x as tf.Tensor4D, s as tf.Tensor2D, b as tf.Tensor2D, groups, 0.1),
    (x, s, b) =>
      tf.add(
        tf.mul(
          perGroup(x, groups, (part) => {
            const centred = tf.sub(part, tf.mean(part, [0, 1, 2], true));
            return tf.div(centred, tf.sqrt(tf.add(tf.mean(tf.square(centred), [0, 1, 2], true), 0.1)));
          }),
          tf.reshape(s, [n, 1, 1, c]),
        ),
        tf.reshape(b, [n, 1, 1, c]),
      ),
    1e-4,
  );
};

const plainFrozen = (x: tf.Tensor, { mean, variance, gamma, beta, epsilon }: FrozenBatchNorm) =>
  tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon))), gamma ?? 1), beta ?? 0);

/** Value and gradients in x, gamma and beta, of parameters that are constants or variables. */
function frozenCase(name: string, shape: number[], trained: boolean, has: { gamma: boolean; beta: boolean }): Case {
  const c = shape[3];
  return {
    name: `frozenBatchNorm, ${name}`,
    async run() {
      const parameters = tf.tidy(() =>
        [3, 4].map((seed) => {
          const start = tensor([c], seed);
          return trained ? tf.variable(start) : tf.keep(start);
        }),
      );
      const comparisons = await read(
        () => {
          const [gamma, beta] = parameters;
          const layer = {
            mean: tensor([c], 1),
            variance: tf.add(tf.square(tensor([c], 2)), 0.2),
            epsilon: 0.01,
            gamma: has.gamma ? gamma : undefined,
            beta: has.beta ? beta : undefined,
          };
          const x = tensor(shape, 5);
          const dy = tensor(shape, 6);
          const inputs = trained ? [x, gamma, beta] : [x];
          const run = (f: (x: tf.Tensor) => tf.Tensor) => tf.grads((first) => f(first))(inputs, dy);
          const [value, expected] = [frozenBatchNorm(x as tf.Tensor4D, layer), plainFrozen(x, layer)];
          const [actual, plain] = [
            run((t) => frozenBatchNorm(t as tf.Tensor4D, layer)),
            run((t) => plainFrozen(t, layer)),
          ];
          return {
            value: [value, expected],
            ...Object.fromEntries(
              actual.map((g, i) => [
                `gradient of ${['x', 'gamma', 'beta'][i]}`,
                [g, plain[i]] as [tf.Tensor, tf.Tensor],
              ]),
            ),
          };
        },
        1e-4,
        1e-4,
      );
      tf.dispose(parameters);
      return comparisons;
    },
  };
}

/** Both outputs count in the gradient. */
const withStatistics = (shape: number[]): Case => {
  const [n, , , c] = shape;
  const layer = (): FrozenBatchNorm => ({
    mean: tensor([c], 1),
    variance: tf.add(tf.square(tensor([c], 2)), 0.2),
    gamma: tensor([c], 3),
    beta: tensor([c], 4),
    epsilon: 0.01,
  });
  const joined = (y: tf.Tensor, statistics: tf.Tensor) => tf.concat([tf.reshape(y, [n, -1]), statistics], 1);
  return compositionCase(
    `frozenBatchNormWithStatistics, ${shape.join('x')}`,
    [shape],
    (x) => {
      const { y, statistics } = frozenBatchNormWithStatistics(x as tf.Tensor4D, layer());
      return joined(y, statistics);
    },
    (x) => joined(plainFrozen(x, layer()), plainStatistics(x)),
    1e-4,
  );
};

export const batchNormCases: Case[] = [
  compositionCase(
    'imageStatistics of 40 channels',
    [[3, 7, 9, 40]],
    (x) => imageStatistics(x as tf.Tensor4D),
    plainStatistics,
  ),
  compositionCase(
    'imageStatistics of 3 channels and 1,271 pixels',
    [[2, 41, 31, 3]],
    (x) => imageStatistics(x as tf.Tensor4D),
    plainStatistics,
  ),
  compositionCase(
    'imageStatistics of one pixel',
    [[2, 1, 1, 33]],
    (x) => imageStatistics(x as tf.Tensor4D),
    plainStatistics,
  ),
  farFromZero,
  compositionCase(
    'globalAveragePool of 70 channels',
    [[2, 9, 5, 70]],
    (x) => globalAveragePool(x as tf.Tensor4D),
    (x) => tf.mean(x, [1, 2]),
  ),
  grouped([2, 2, 2], [6, 13, 11, 33]),
  grouped([4], [4, 3, 2, 70]),
  grouped([1, 1], [2, 5, 5, 3]),
  frozenCase('constant', [3, 5, 7, 33], false, { gamma: true, beta: true }),
  frozenCase('trained', [3, 5, 7, 33], true, { gamma: true, beta: true }),
  frozenCase('trained, 1,056 pixels', [2, 33, 32, 5], true, { gamma: true, beta: true }),
  frozenCase('without gamma and beta', [2, 3, 3, 5], false, { gamma: false, beta: false }),
  withStatistics([3, 5, 7, 33]),
  withStatistics([2, 33, 32, 5]),
];
