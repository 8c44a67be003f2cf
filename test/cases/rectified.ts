/**
 * The ReLU computed together with BatchNorm or a sum, beside the same operations one after the other; and a network's
 * forward pass that joins them, beside one that does not.
 */
import * as tf from '@tensorflow/tfjs-core';
import { relu } from '../../src/engine/kernels/activations';
import {
  frozenBatchNorm,
  frozenBatchNormWithStatistics,
  type FrozenBatchNorm,
} from '../../src/engine/kernels/frozenBatchNorm';
import { addRelu, frozenBatchNormRelu, frozenBatchNormReluWithStatistics } from '../../src/engine/kernels/rectified';
import { forward, uploadWeights, type ForwardHooks } from '../../src/engine/network/executor';
import { createResNet } from '../../src/engine/network/resnet';
import { Random } from '../../src/engine/random';
import type { Case } from './case';
import { compositionCase, read, tensor } from './kernels';

const layerOf = (c: number): FrozenBatchNorm => ({
  mean: tensor([c], 1),
  variance: tf.add(tf.square(tensor([c], 2)), 0.2),
  gamma: tensor([c], 3),
  beta: tensor([c], 4),
  epsilon: 0.01,
});

const SAME = 1e-6;

/** Value and gradients in x, gamma and beta, which are variables. */
const trained = (shape: number[]): Case => ({
  name: `frozenBatchNormRelu of trained parameters, ${shape.join('x')}`,
  async run() {
    const parameters = tf.tidy(() => [3, 4].map((seed) => tf.variable(tensor([shape[3]], seed))));
    const comparisons = await read(
      () => {
        const [gamma, beta] = parameters;
        const layer = { ...layerOf(shape[3]), gamma, beta };
        const [x, dy] = [tensor(shape, 5) as tf.Tensor4D, tensor(shape, 6)];
        const run = (f: (x: tf.Tensor4D) => tf.Tensor) =>
          tf.grads((first) => f(first as tf.Tensor4D))([x, gamma, beta], dy);
        const actual = run((t) => frozenBatchNormRelu(t, layer));
        const expected = run((t) => relu(frozenBatchNorm(t, layer)));
        return {
          value: [frozenBatchNormRelu(x, layer), relu(frozenBatchNorm(x, layer))],
          dx: [actual[0], expected[0]],
          dGamma: [actual[1], expected[1]],
          dBeta: [actual[2], expected[2]],
        };
      },
      SAME,
      SAME,
    );
    tf.dispose(parameters);
    return comparisons;
  },
});

/** Both outputs count in the gradient. */
const withStatistics = (shape: number[]): Case => {
  const rows = (y: tf.Tensor, statistics: tf.Tensor) => tf.concat([tf.reshape(y, [shape[0], -1]), statistics], 1);
  return compositionCase(
    `frozenBatchNormReluWithStatistics, ${shape.join('x')}`,
    [shape],
    (x) => {
      const { y, statistics } = frozenBatchNormReluWithStatistics(x as tf.Tensor4D, layerOf(shape[3]));
      return rows(y, statistics);
    },
    (x) => {
      const { y, statistics } = frozenBatchNormWithStatistics(x as tf.Tensor4D, layerOf(shape[3]));
      return rows(relu(y), statistics);
    },
    SAME,
  );
};

const staysNoNumber: Case = {
  name: 'the ReLU of what is no number is none, alone and joined',
  run: () =>
    read(() => {
      const x = tf.tensor([NaN, -1, 2, NaN], [1, 1, 2, 2]) as tf.Tensor4D;
      const layer = { ...layerOf(2), mean: tf.zeros([2]), gamma: tf.ones([2]), beta: tf.zeros([2]) };
      const noNumber = (y: tf.Tensor) => tf.cast(tf.isNaN(y), 'float32');
      return {
        frozenBatchNormRelu: [noNumber(frozenBatchNormRelu(x, layer)), [1, 0, 0, 1]],
        withStatistics: [noNumber(frozenBatchNormReluWithStatistics(x, layer).y), [1, 0, 0, 1]],
        addRelu: [noNumber(addRelu(x, tf.onesLike(x))), [1, 0, 0, 1]],
      };
    }),
};

/** A residual network has BatchNorms before a ReLU and before a sum, and sums before a ReLU. */
const network: Case = {
  name: 'a forward pass that joins ReLUs is the one that does not, with what its hooks see',
  run: () =>
    read(
      () => {
        const resnet = createResNet(
          {
            name: 'joined',
            inputShape: [8, 8, 3],
            classNames: ['a', 'b', 'c'],
            normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
            widths: [3, 4],
            strides: [1, 2],
            blocks: 2,
            stemStride: 1,
            epsilon: 1e-5,
          },
          new Random(3),
        );
        const weights = uploadWeights(resnet);
        const x = tensor([2, 8, 8, 3], 1) as tf.Tensor4D;
        const dy = tensor([2, 3], 2);
        // To look at every node keeps them apart.
        const run = (apart: ForwardHooks) => {
          const order: string[] = [];
          const seen: tf.Tensor[] = [];
          const hooks: ForwardHooks = {
            ...apart,
            tap: (layer, input) => {
              order.push(`tap ${layer}`);
              seen.push(input);
            },
            statistics: (layer, statistics) => {
              order.push(`statistics ${layer}`);
              seen.push(statistics);
            },
            activation: (node, y) => {
              order.push(node.name);
              seen.push(y);
              return tf.mul(y, 0.9);
            },
          };
          const logits = forward(resnet.definition, weights, x, hooks);
          const values = tf.concat(seen.map((each) => tf.reshape(each, [-1])));
          // Statistics are part of what is differentiated.
          const gradient = tf.grad((images) => {
            const statistics: tf.Tensor[] = [];
            const y = forward(resnet.definition, weights, images as tf.Tensor4D, {
              ...apart,
              statistics: (_, s) => statistics.push(tf.sum(tf.square(s))),
            });
            return tf.add(tf.sum(tf.mul(y, dy)), tf.addN(statistics.slice(0, 6)));
          })(x);
          return { order, values, logits, gradient };
        };
        const [joined, apart] = [run({}), run({ output: () => {} })];
        const places = (order: string[]) => order.map((each) => apart.order.indexOf(each));
        return {
          order: [tf.tensor1d(places(joined.order)), places(apart.order)],
          'what hooks see': [joined.values, apart.values],
          logits: [joined.logits, apart.logits],
          gradient: [joined.gradient, apart.gradient],
        };
      },
      1e-5,
      1e-5,
    ),
};

export const rectifiedCases: Case[] = [
  compositionCase(
    'frozenBatchNormRelu of constants',
    [[3, 5, 7, 33]],
    (x) => frozenBatchNormRelu(x as tf.Tensor4D, layerOf(33)),
    (x) => relu(frozenBatchNorm(x as tf.Tensor4D, layerOf(33))),
    SAME,
  ),
  compositionCase(
    'frozenBatchNormRelu without gamma and beta',
    [[2, 3, 3, 5]],
    (x) => frozenBatchNormRelu(x as tf.Tensor4D, { ...layerOf(5), gamma: undefined, beta: undefined }),
    (x) => relu(frozenBatchNorm(x as tf.Tensor4D, { ...layerOf(5), gamma: undefined, beta: undefined })),
    SAME,
  ),
  trained([3, 5, 7, 33]),
  trained([2, 33, 32, 5]),
  withStatistics([3, 5, 7, 33]),
  withStatistics([2, 33, 32, 5]),
  compositionCase(
    'addRelu',
    [
      [3, 5, 7, 33],
      [3, 5, 7, 33],
    ],
    addRelu,
    (a, b) => relu(tf.add(a, b)),
    SAME,
  ),
  compositionCase('addRelu of one value and many', [[2, 5], [5]], addRelu, (a, b) => relu(tf.add(a, b)), SAME),
  staysNoNumber,
  network,
];
