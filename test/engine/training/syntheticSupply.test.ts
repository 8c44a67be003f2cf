/** Synthetic images to look at: the same whenever they are asked for, of their classes, moved ones where there are such. */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Generator } from '../../../src/engine/generator/generator';
import { RefinedImages } from '../../../src/engine/generator/refinedImages';
import { Random } from '../../../src/engine/random';
import { syntheticSupply } from '../../../src/engine/training/syntheticSupply';
import { NODE_BACKENDS, use } from '../backends';

const config = { latentDim: 6, channels: 4, imageSize: 4, imageChannels: 3, numClasses: 3 };
const normalization = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.3] };

describe.each(NODE_BACKENDS)('synthetic images to look at, on %s', (backend) => {
  let generator: Generator;
  let before = 0;
  beforeEach(async () => {
    await use(backend);
    before = tf.memory().numTensors;
    generator = Generator.create(config, new Random(1));
  });
  afterEach(() => {
    generator.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  const valuesOf = async (tensor: tf.Tensor): Promise<number[]> =>
    Array.from(await tensor.data().finally(() => tensor.dispose()));

  it('come from the generator, class by class', async () => {
    const supply = syntheticSupply(generator, null, 2, new Random(7));
    expect([...supply.labels]).toEqual([0, 0, 1, 1, 2, 2]);
    const z = tf.tensor2d(new Random(7).fillNormal(new Float32Array(6 * 6)), [6, 6]);
    const expected = await valuesOf(generator.generate(z, [0, 0, 1, 1, 2, 2]));
    expect(await valuesOf(supply.at([0, 1, 2, 3, 4, 5]))).toEqual(expected);
    // Some of them, in any order, have the latents and classes of their places.
    const chosen = tf.gather(z, [4, 1]) as tf.Tensor2D;
    const some = await valuesOf(generator.generate(chosen, [2, 0]));
    tf.dispose([z, chosen]);
    for (let time = 0; time < 2; time++) expect(await valuesOf(supply.at([4, 1]))).toEqual(some);
  });

  it('are those that were moved, no more than there are of a class', async () => {
    const refined = RefinedImages.create(generator, normalization, 4, true, new Random(2));
    const { images } = await refined.snapshot();
    const one = 4 * 4 * 3;
    const row = (i: number) => [...images.subarray(i * one, (i + 1) * one)];
    const supply = syntheticSupply(generator, refined, 3, new Random(7));
    expect([...supply.labels]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
    // The second of class 0, the third of class 2, of four a class.
    expect(await valuesOf(supply.at([1, 8]))).toEqual([...row(1), ...row(10)]);
    expect(syntheticSupply(generator, refined, 20, new Random(7)).labels).toHaveLength(12);
    refined.dispose();
  });
});
