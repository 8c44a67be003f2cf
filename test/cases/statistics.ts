/** Statistics of batches and classes against PyTorch, and the gradient of pooling. */
import * as tf from '@tensorflow/tfjs-core';
import { bnsCenters } from '../../src/engine/bns/centers';
import {
  averagingMatrix,
  collectStatistics,
  networkLayout,
  poolStatistics,
  runningStatistics,
  statisticsLayout,
  statisticsTap,
} from '../../src/engine/bns/statistics';
import { forward, uploadWeights } from '../../src/engine/network/executor';
import tiny from '../fixtures/tiny_network.json';
import type { Case, Comparison } from './case';
import { nhwc, tinyNetwork, type FixtureArray, type TinyFixture } from './fixtures';
import { compositionCase, read } from './kernels';

const fixture = tiny as unknown as TinyFixture;
const row = (layers: { mean: FixtureArray; var: FixtureArray }[]) =>
  layers.flatMap((s) => [...s.mean.data, ...s.var.data]);
const imageTensor = () => tf.tensor4d(nhwc(fixture.images).values, [10, 8, 8, 3]);
/** float32 against PyTorch's: a few units in the last place of sums over up to 640 values. */
const TOLERANCE = { absolute: 2e-5, relative: 2e-5 };

export const statisticsCases: Case[] = [
  {
    name: 'pooled statistics are those of one batch (PyTorch)',
    run: () => {
      const network = tinyNetwork(fixture);
      return read(
        () => {
          const images = imageTensor();
          const { statistics, packed } = statisticsTap();
          forward(network.definition, uploadWeights(network), images, { statistics });
          const pool = (groups: number[]) =>
            poolStatistics(packed(), tf.tensor2d(averagingMatrix(groups), [groups.length, 10]), networkLayout(network));
          return {
            'the whole batch': [pool([10]), row(fixture.batch_statistics)],
            'pairs of a class': [pool([2, 2, 2, 2, 2]), fixture.centers_2.flatMap(row)],
          };
        },
        TOLERANCE.absolute,
        TOLERANCE.relative,
      );
    },
  },
  {
    name: "collected statistics give PyTorch's centres of one and of two images a class",
    async run(): Promise<Comparison[]> {
      const network = tinyNetwork(fixture);
      const images = imageTensor();
      const weights = uploadWeights(network);
      // Batches of 4, 4 and 2: the seams are part of the check.
      const collected = (await collectStatistics(network.definition, weights, images, { batch: 4 }))!;
      tf.dispose([images, weights]);
      const firsts = [0, 2, 4, 6, 8];
      const one = bnsCenters(
        collected.statistics.select(firsts),
        firsts.map((i) => fixture.labels[i]),
        fixture.classes,
      );
      const two = bnsCenters(collected.statistics, fixture.labels, fixture.classes);
      return [
        { name: 'logits', actual: collected.logits, expected: fixture.logits.data, ...TOLERANCE },
        { name: 'centers_1', actual: one.table.pack(), expected: fixture.centers_1.flatMap(row), ...TOLERANCE },
        { name: 'centers_2', actual: two.table.pack(), expected: fixture.centers_2.flatMap(row), ...TOLERANCE },
        {
          name: 'running statistics',
          actual: runningStatistics(network).pack(),
          expected: network.definition.nodes.flatMap((n) =>
            n.op === 'batchNorm' ? [...network.weights[n.mean].values, ...network.weights[n.variance].values] : [],
          ),
          absolute: 1e-12,
          relative: 0,
        },
      ];
    },
  },
  compositionCase(
    'poolStatistics of two layers',
    [[5, 10]],
    (x) => poolStatistics(x as tf.Tensor2D, tf.tensor2d(averagingMatrix([3, 2]), [2, 5]), statisticsLayout([2, 3])),
    (x) =>
      tf.concat(
        [
          [0, 3],
          [3, 2],
        ].map(([start, count]) => {
          const group = tf.slice(x, [start, 0], [count, -1]);
          return tf.concat(
            [
              [0, 2],
              [4, 3],
            ].flatMap(([at, c]) => {
              const [m, v] = [tf.slice(group, [0, at], [-1, c]), tf.slice(group, [0, at + c], [-1, c])];
              const mean = tf.mean(m, 0, true);
              return [mean, tf.mean(tf.add(v, tf.square(tf.sub(m, mean))), 0, true)];
            }),
            1,
          );
        }),
        0,
      ),
  ),
  compositionCase(
    'poolStatistics of one layer',
    [[3, 4]],
    (x) => poolStatistics(x as tf.Tensor2D, tf.tensor2d(averagingMatrix([3]), [1, 3])),
    (x) => {
      const [m, v] = [tf.slice(x, [0, 0], [-1, 2]), tf.slice(x, [0, 2], [-1, 2])];
      const mean = tf.mean(m, 0, true);
      return tf.concat([mean, tf.mean(tf.add(v, tf.square(tf.sub(m, mean))), 0, true)], 1);
    },
  ),
];
