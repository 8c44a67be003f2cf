/** The executor against PyTorch: logits, BatchNorm statistics, gradients of the images. */
import * as tf from '@tensorflow/tfjs-core';
import { forward, uploadWeights } from '../../src/engine/network/executor';
import { imageStatistics } from '../../src/engine/kernels/reductions';
import type { NetworkDefinition } from '../../src/engine/network/types';
import tiny from '../fixtures/tiny_network.json';
import statistics from '../fixtures/statistics.json';
import type { Case } from './case';
import { nhwc, tinyNetwork, type TinyFixture } from './fixtures';
import { read, tensor, values } from './kernels';

const fixture = tiny as unknown as TinyFixture;

/** Option-A shortcut of a 5x4 image: every second pixel, one zero channel before and two after. */
const shortcut: NetworkDefinition = {
  name: 'shortcut',
  inputShape: [5, 4, 2],
  numClasses: 5,
  normalization: { mean: [0, 0], std: [1, 1] },
  nodes: [
    { op: 'input', name: 'in', inputs: [] },
    { op: 'shortcutPad', name: 'a', inputs: ['in'], stride: 2, channelsBefore: 1, channelsAfter: 2 },
  ],
};

export const networkCases: Case[] = [
  {
    name: 'the parameter-free shortcut subsamples, pads channels, and passes its gradient to the pixels it took',
    run: () =>
      read(() => {
        const x = tensor([2, 5, 4, 2], 1) as tf.Tensor4D;
        const run = (a: tf.Tensor) => forward(shortcut, {}, a as tf.Tensor4D) as tf.Tensor;
        const value = run(x);
        const dy = values(2 * 3 * 2 * 5, 3);
        const [pixels, expected, dx] = [values(80, 1), new Array<number>(60).fill(0), new Array<number>(80).fill(0)];
        for (let n = 0; n < 2; n++)
          for (let i = 0; i < 3; i++)
            for (let j = 0; j < 2; j++)
              for (let k = 0; k < 2; k++) {
                const [from, to] = [((n * 5 + 2 * i) * 4 + 2 * j) * 2 + k, ((n * 3 + i) * 2 + j) * 5 + 1 + k];
                expected[to] = pixels[from];
                dx[from] = dy[to];
              }
        return { value: [value, expected], dx: [tf.grad(run)(x, tf.tensor(dy, value.shape)), dx] };
      }),
  },
  {
    name: "the tiny network gives PyTorch's logits and per-image statistics",
    run: () => {
      const network = tinyNetwork(fixture);
      return read(() => {
        const weights = uploadWeights(network);
        const images = nhwc(fixture.images);
        const taps: tf.Tensor2D[] = [];
        const logits = forward(
          network.definition,
          weights,
          tf.tensor4d(images.values, images.shape as [number, number, number, number]),
          {
            tap: (_, x) => taps.push(imageStatistics(x)),
          },
        );
        const expected = (layer: number) =>
          statistics.per_image_statistics.flatMap((image) => [...image[layer].mean.data, ...image[layer].var.data]);
        return {
          logits: [logits, fixture.logits.data],
          ...Object.fromEntries(
            taps.map((t, i) => [`statistics of layer ${i}`, [t, expected(i)] as [tf.Tensor, number[]]]),
          ),
        };
      });
    },
  },
];
