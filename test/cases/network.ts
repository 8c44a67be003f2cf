/** The executor against PyTorch: logits, BatchNorm statistics, gradients of the images. */
import * as tf from '@tensorflow/tfjs-core';
import { forward, uploadWeights } from '../../src/engine/network/executor';
import { imageStatistics } from '../../src/engine/kernels/reductions';
import tiny from '../fixtures/tiny_network.json';
import statistics from '../fixtures/statistics.json';
import type { Case } from './case';
import { nhwc, tinyNetwork, type TinyFixture } from './fixtures';
import { read } from './kernels';

const fixture = tiny as unknown as TinyFixture;

export const networkCases: Case[] = [
  {
    name: 'the tiny network gives PyTorch\'s logits and per-image statistics',
    run: () => {
      const network = tinyNetwork(fixture);
      return read(() => {
        const weights = uploadWeights(network);
        const images = nhwc(fixture.images);
        const taps: tf.Tensor2D[] = [];
        const logits = forward(network.definition, weights, tf.tensor4d(images.values, images.shape as [number, number, number, number]), {
          tap: (_, x) => taps.push(imageStatistics(x)),
        });
        const expected = (layer: number) =>
          statistics.per_image_statistics.flatMap((image) => [...image[layer].mean.data, ...image[layer].var.data]);
        return {
          logits: [logits, fixture.logits.data],
          ...Object.fromEntries(taps.map((t, i) => [`statistics of layer ${i}`, [t, expected(i)] as [tf.Tensor, number[]]])),
        };
      });
    },
  },
];
