/** Moving images themselves: picked, moved by Adam and left alone, against plain arithmetic. */
import * as tf from '@tensorflow/tfjs-core';
import { Generator } from '../../src/engine/generator/generator';
import { RefinedImages } from '../../src/engine/generator/refinedImages';
import { Random } from '../../src/engine/random';
import type { Case } from './case';

const CONFIG = { latentDim: 4, channels: 2, imageSize: 4, imageChannels: 3, numClasses: 2 };
const NORMALIZATION = { mean: [0.5, 0.5, 0.4], std: [0.2, 0.25, 0.3] };
const PIXELS = 4 * 4 * 3;
const RATE = 0.05;

export const refinedImagesCases: Case[] = [
  {
    name: 'images that were looked at move by Adam within what pixels can be; the others stay',
    run: async () => {
      const generator = Generator.create(CONFIG, new Random(1));
      const images = RefinedImages.create(generator, NORMALIZATION, 3, true, new Random(2));
      generator.dispose();
      const start = (await images.snapshot()).images;
      const [value, mean, square] = [
        Float64Array.from(start),
        new Float64Array(start.length),
        new Float64Array(start.length),
      ];
      const updates = new Array<number>(6).fill(0);
      const batches = [
        [0, 4],
        [4, 5],
        [0, 4],
      ];
      for (const [i, rows] of batches.entries()) {
        const gradient = new Random(10 + i).fillNormal(new Float32Array(rows.length * PIXELS));
        const held = tf.tensor4d(gradient, [rows.length, 4, 4, 3]);
        images.update(rows, held, RATE);
        held.dispose();
        rows.forEach((row, place) => {
          const t = ++updates[row];
          for (let k = 0; k < PIXELS; k++) {
            const [at, g, c] = [row * PIXELS + k, gradient[place * PIXELS + k], k % 3];
            mean[at] = 0.9 * mean[at] + 0.1 * g;
            square[at] = 0.99 * square[at] + 0.01 * g * g;
            const step = (RATE * (mean[at] / (1 - 0.9 ** t))) / Math.sqrt(square[at] / (1 - 0.99 ** t));
            const [low, high] = [0, 1].map((edge) => (edge - NORMALIZATION.mean[c]) / NORMALIZATION.std[c]);
            value[at] = Math.min(high, Math.max(low, value[at] - step));
          }
        });
      }
      const after = await images.snapshot();
      const batch = images.batch([4, 0]);
      const picked = await batch.data();
      batch.dispose();
      images.dispose();
      const tolerance = { absolute: 1e-4, relative: 1e-4 };
      return [
        { name: 'images', actual: after.images, expected: value, ...tolerance },
        {
          name: 'a batch of them',
          actual: picked,
          expected: [...value.subarray(4 * PIXELS, 5 * PIXELS), ...value.subarray(0, PIXELS)],
          ...tolerance,
        },
        { name: 'what is remembered of the gradients', actual: after.mean, expected: mean, ...tolerance },
        { name: 'updates', actual: after.updates, expected: [2, 0, 0, 0, 3, 1], absolute: 0.1, relative: 0 },
      ];
    },
  },
];
