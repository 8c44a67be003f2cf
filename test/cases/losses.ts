/** The generator's loss terms and their gradients against PyTorch, by way of the executor's taps. */
import * as tf from '@tensorflow/tfjs-core';
import {
  averagingMatrix,
  BnsTable,
  networkLayout,
  poolStatistics,
  runningStatistics,
  statisticsTap,
} from '../../src/engine/bns/statistics';
import { oneHotLabels } from '../../src/engine/kernels/oneHotLabels';
import {
  centralizedTerm,
  contrastTerm,
  distortedTerm,
  type GeneratorLoss,
  type TeacherView,
  type TermWeights,
} from '../../src/engine/losses/generatorLosses';
import { defaultStartLayer, GeneratorTargets, type TargetOptions } from '../../src/engine/losses/generatorTargets';
import { crossEntropy } from '../../src/engine/losses/crossEntropy';
import { forward, uploadWeights, type WeightTensors } from '../../src/engine/network/executor';
import type { Network } from '../../src/engine/network/types';
import { TERMS } from '../../src/engine/runSettings';
import lossesJson from '../fixtures/losses.json';
import tinyJson from '../fixtures/tiny_network.json';
import type { Case } from './case';
import { aimAt, lossOf } from './lossOf';
import { nhwc, tinyNetwork, type FixtureArray, type TinyFixture } from './fixtures';
import { compositionCase, read, tensor } from './kernels';

const tiny = tinyJson as unknown as TinyFixture;
const losses = lossesJson as unknown as {
  start_layer: number;
  mixed_images: FixtureArray;
  mixed_labels: number[];
  single_images: FixtureArray;
  class: number;
  noise: { mean: FixtureArray; var: FixtureArray }[];
  ce_mixed: number;
  bns: number;
  ce_single: number;
  distorted: number;
  centralized: number;
  total: number;
  grad_mixed_images: FixtureArray;
  grad_single_images: FixtureArray;
};
const WEIGHTS: TermWeights = {
  ceMixed: 0.5,
  bns: 0.2,
  distorted: 0.9,
  ceSingle: 0.5,
  centralized: 0.01,
  contrast: null,
};
const row = (layers: { mean: FixtureArray; var: FixtureArray }[]) =>
  layers.flatMap((s) => [...s.mean.data, ...s.var.data]);
const images = (a: FixtureArray) => tf.tensor4d(nhwc(a).values, nhwc(a).shape as [number, number, number, number]);

/** What the teacher makes of both batches, run through it together. */
function view(network: Network, weights: WeightTensors, both: tf.Tensor4D): [TeacherView, TeacherView] {
  const layout = networkLayout(network);
  const { statistics, packed } = statisticsTap();
  const logits = forward(network.definition, weights, both, { statistics });
  const pooled = poolStatistics(packed(), tf.tensor2d(averagingMatrix([6, 6]), [2, 12]), layout);
  const part = (g: number, labels: number[]): TeacherView => ({
    logits: tf.slice(logits, [6 * g, 0], [6, -1]),
    labels: oneHotLabels(labels, 5),
    statistics: tf.slice(pooled, [g, 0], [1, -1]),
  });
  return [part(0, losses.mixed_labels), part(1, new Array(6).fill(losses.class))];
}

function targetsOf(network: Network, startLayer = losses.start_layer, options?: TargetOptions): GeneratorTargets {
  const centers = BnsTable.unpack(networkLayout(network), 5, tiny.centers_1.flatMap(row));
  return new GeneratorTargets(runningStatistics(network), centers, startLayer, options);
}

export const lossesCases: Case[] = [
  {
    name: "every term of the generator's loss and both gradients are PyTorch's",
    run: () =>
      read(() => {
        const network = tinyNetwork(tiny);
        const weights = uploadWeights(network);
        const targets = targetsOf(network, defaultStartLayer(7));
        const noise = tf.tensor2d(row(losses.noise), [1, targets.running.size]);
        let result: GeneratorLoss;
        const { grads } = tf.valueAndGrads((mixed, single) => {
          const [m, s] = view(network, weights, tf.concat([mixed, single], 0) as tf.Tensor4D);
          result = lossOf(m, s, targets, [{ index: losses.class, noise, trusted: true }], WEIGHTS, 1);
          for (const term of [result.total, ...Object.values(result.terms)]) if (term) tf.keep(term);
          return result.total;
        })([images(losses.mixed_images), images(losses.single_images)]);
        const [dMixed, dSingle] = grads;
        const value = (t: tf.Tensor) => {
          const copy = tf.clone(t);
          t.dispose();
          return copy;
        };
        const { terms, total } = result!;
        return {
          ceMixed: [value(terms.ceMixed!), [losses.ce_mixed]],
          bns: [value(terms.bns!), [losses.bns]],
          distorted: [value(terms.distorted!), [losses.distorted]],
          ceSingle: [value(terms.ceSingle!), [losses.ce_single]],
          centralized: [value(terms.centralized!), [losses.centralized]],
          total: [value(total), [losses.total]],
          'gradient of the mixed images': [dMixed, nhwc(losses.grad_mixed_images).values],
          'gradient of the single-class images': [dSingle, nhwc(losses.grad_single_images).values],
        };
      }),
  },
  {
    name: 'terms that are switched off are not there, and add nothing',
    run: () =>
      read(() => {
        const network = tinyNetwork(tiny);
        const weights = uploadWeights(network);
        const targets = targetsOf(network);
        const noise = tf.zeros([1, targets.running.size]) as tf.Tensor2D;
        const [m, s] = view(
          network,
          weights,
          tf.concat([images(losses.mixed_images), images(losses.single_images)], 0) as tf.Tensor4D,
        );
        const some = lossOf(
          m,
          s,
          targets,
          [{ index: 3, noise, trusted: true }],
          { ...WEIGHTS, ceMixed: null, distorted: null, ceSingle: null },
          1,
        );
        const none = lossOf(
          m,
          s,
          targets,
          [{ index: 3, noise, trusted: true }],
          { ceMixed: null, bns: null, distorted: null, ceSingle: null, centralized: null, contrast: null },
          1,
        );
        const present = ({ terms }: GeneratorLoss) => tf.tensor1d(TERMS.map((t) => (terms[t] ? 1 : 0)));
        return {
          'BNS and C only': [present(some), [0, 1, 0, 0, 1, 0]],
          'their total': [some.total, [0.2 * losses.bns + 0.01 * losses.centralized]],
          nothing: [present(none), [0, 0, 0, 0, 0, 0]],
          'total of nothing': [none.total, [0]],
        };
      }),
  },
  {
    name: 'a class that is not trusted: D against the noise in all layers, doubled; C is 0',
    run: () =>
      read(() => {
        const network = tinyNetwork(tiny);
        const targets = targetsOf(network);
        const { channels } = networkLayout(network);
        const [statistics, noise] = [
          tensor([1, targets.running.size], 1),
          tensor([1, targets.running.size], 2),
        ] as tf.Tensor2D[];
        const single = { index: 1, noise, trusted: false };
        // Layer by layer, as the formula is written.
        const layerwise = (s: tf.Tensor) => {
          let at = 0;
          const perLayer = channels.map((c) => {
            const mse = (from: number) =>
              tf.mean(tf.square(tf.sub(tf.slice(s, [0, from], [1, c]), tf.slice(noise, [0, from], [1, c]))));
            at += 2 * c;
            return tf.add(mse(at - 2 * c), mse(at - c));
          });
          return tf.mul(
            2 / channels.length,
            perLayer.reduce((a, b) => tf.add(a, b)),
          ) as tf.Scalar;
        };
        const [actual, expected] = [
          (s: tf.Tensor) => distortedTerm(s as tf.Tensor2D, targets, aimAt(targets, single)),
          layerwise,
        ].map((f) => tf.valueAndGrad(f as (s: tf.Tensor) => tf.Scalar)(statistics));
        return {
          D: [actual.value, expected.value],
          'gradient of D': [actual.grad, expected.grad],
          C: [centralizedTerm(statistics, targets, aimAt(targets, single)), [0]],
        };
      }),
  },
  {
    name: 'scaled BNS, scaled C and the contrast of centers are what the formulas say, layer by layer, for each of several classes',
    run: () =>
      read(
        () => {
          const network = tinyNetwork(tiny);
          const startLayer = losses.start_layer;
          const targets = targetsOf(network, startLayer, { scaled: true });
          targets.place();
          const running = runningStatistics(network);
          const centers = BnsTable.unpack(networkLayout(network), 5, tiny.centers_1.flatMap(row));
          const statistics = tf.add(
            tf.stack([2, 4].map((index) => tf.tensor1d(targets.aimOf(index)))),
            tf.mul(0.1, tensor([2, targets.running.size], 3)),
          ) as tf.Tensor2D;
          const classes = [2, 4].map((index) => ({
            index,
            noise: tf.zeros([1, targets.running.size]) as tf.Tensor2D,
            trusted: true,
          }));
          // [G, C] squared distances: mean over deep layers of mean squares of means over deviations plus of variances
          // over variances.
          const distances = (s: tf.Tensor, table = centers, from = startLayer) => {
            const layers = running.layers.slice(from).map(({ channels, values }, i) => {
              const at = running.layout.offsets[from + i];
              const variance = Array.from(values.slice(channels), (v) => v + 1e-5);
              const scale = tf.tensor1d([...variance.map(Math.sqrt), ...variance]);
              const [mine, theirs] = [
                tf.slice(s, [0, at], [-1, 2 * channels]),
                tf.tensor2d(table.layers[from + i].values, [table.rows, 2 * channels]),
              ];
              const squares = tf.square(tf.div(tf.sub(tf.expandDims(mine, 1), tf.expandDims(theirs, 0)), scale));
              return tf.div(tf.sum(squares, 2), channels);
            });
            return tf.div(
              layers.reduce((a, b) => tf.add(a, b)),
              layers.length,
            ) as tf.Tensor2D;
          };
          const wanted = oneHotLabels([2, 4], 5);
          const temperature = 0.3;
          const expected = {
            BNS: (s: tf.Tensor) => tf.mean(distances(tf.slice(s, 0, 1), running, 0)) as tf.Scalar,
            C: (s: tf.Tensor) => tf.mean(tf.sum(tf.mul(distances(s), wanted), 1)) as tf.Scalar,
            K: (s: tf.Tensor) =>
              tf.neg(
                tf.mean(tf.sum(tf.mul(tf.logSoftmax(tf.div(distances(s), -temperature) as tf.Tensor2D), wanted), 1)),
              ) as tf.Scalar,
          };
          const nothing = {
            ceMixed: null,
            bns: null,
            distorted: null,
            ceSingle: null,
            centralized: null,
            contrast: null,
          };
          const loss = (only: Partial<TermWeights>) => (s: tf.Tensor) => {
            const view = { logits: tf.zeros([2, 5]) as tf.Tensor2D, labels: wanted, statistics: s as tf.Tensor2D };
            return lossOf(
              { ...view, statistics: tf.slice(s, 0, 1) as tf.Tensor2D },
              view,
              targets,
              classes,
              { ...nothing, ...only },
              temperature,
            ).total;
          };
          const pairs = { BNS: loss({ bns: 1 }), C: loss({ centralized: 1 }), K: loss({ contrast: 1 }) };
          const compared = (['BNS', 'C', 'K'] as const).flatMap((name) => {
            const [mine, theirs] = [pairs[name], expected[name]].map((f) => tf.valueAndGrad(f)(statistics));
            return [
              [name, [mine.value, theirs.value]],
              [`gradient of ${name}`, [mine.grad, theirs.grad]],
            ];
          });
          return {
            ...(Object.fromEntries(compared) as Record<string, [tf.Tensor, tf.Tensor]>),
            'K of a class that is not trusted': [
              contrastTerm(
                tf.slice(statistics, 0, 1),
                targets,
                aimAt(targets, { ...classes[0], trusted: false }),
                tf.scalar(1 / temperature),
              ),
              [0],
            ],
          };
        },
        1e-4,
        1e-4,
      ),
  },
  compositionCase(
    'crossEntropy',
    [[4, 5]],
    (x) => crossEntropy(x as tf.Tensor2D, oneHotLabels([1, 0, 4, 1], 5)),
    (x) => tf.neg(tf.mean(tf.sum(tf.mul(oneHotLabels([1, 0, 4, 1], 5), tf.log(tf.softmax(x as tf.Tensor2D))), 1))),
  ),
];
