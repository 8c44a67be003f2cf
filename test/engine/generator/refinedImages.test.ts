import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Generator } from '../../../src/engine/generator/generator';
import { RefinedImages } from '../../../src/engine/generator/refinedImages';
import { Random } from '../../../src/engine/random';
import { Adam } from '../../../src/engine/training/optimizers';
import { NODE_BACKENDS, use } from '../backends';

const config = { latentDim: 6, channels: 4, imageSize: 4, imageChannels: 3, numClasses: 3 };
const normalization = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.3] };
const PIXELS = 4 * 4 * 3;

describe.each(NODE_BACKENDS)('images that are moved themselves, on %s', (backend) => {
  let generator: Generator;
  let images: RefinedImages;
  let before = 0;

  beforeEach(async () => {
    await use(backend);
    before = tf.memory().numTensors;
    generator = Generator.create(config, new Random(1));
    images = RefinedImages.create(generator, normalization, 4, true, new Random(2));
  });
  afterEach(() => {
    generator.dispose();
    images.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  const all = async () => (await images.snapshot()).images;
  const gradient = (rows: number, seed: number) => {
    const values = new Random(seed).fillNormal(new Float32Array(rows * PIXELS));
    return { values, tensor: tf.tensor4d(values, [rows, 4, 4, 3]) };
  };

  it('start as what the generator makes, those that were looked at first', async () => {
    const z = tf.tensor2d(new Random(5).fillNormal(new Float32Array(6 * 6)), [6, 6]);
    const made = generator.generate(z, [0, 0, 1, 1, 2, 2]);
    const followed = RefinedImages.create(generator, normalization, 5, true, new Random(2), z);
    expect(followed.labels).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
    const first = followed.firstOfEach(2);
    const [a, b] = [await first.data(), await made.data()];
    a.forEach((v, i) => expect(v).toBeCloseTo(b[i], 5));
    const apart = RefinedImages.create(generator, normalization, 2, false, new Random(2), z);
    const own = generator.generate(z, [0, 0, 1, 1, 2, 2], [2, 2, 2]);
    const [c, d] = [(await apart.snapshot()).images, await own.data()];
    c.forEach((v, i) => expect(v).toBeCloseTo(d[i], 5));
    tf.dispose([z, made, first, own]);
    followed.dispose();
    apart.dispose();
  });

  it('are picked by class, none twice while there are others', () => {
    const rows = images.pick([0, 0, 0, 0, 2, 2, 1], new Random(3));
    expect(rows.map((row) => images.labels[row])).toEqual([0, 0, 0, 0, 2, 2, 1]);
    expect(new Set(rows).size).toBe(7);
    const many = images.pick(new Array<number>(10).fill(1), new Random(3));
    expect(new Set(many).size).toBe(4);
    expect(many.every((row) => images.labels[row] === 1)).toBe(true);
  });

  it('are moved in fixed groups of their class', () => {
    const random = new Random(3);
    const seen = new Set<string>();
    for (let i = 0; i < 40; i++) seen.add(images.pickGroups([1, 1, 2, 2], random).join());
    expect([...seen].sort()).toEqual(['4,5,10,11', '4,5,8,9', '6,7,10,11', '6,7,8,9']);
    // Three do not divide four: the last group takes what the first has left, and some of it.
    const threes = new Set<string>();
    for (let i = 0; i < 20; i++) threes.add(images.pickGroups([2, 2, 2], random).join());
    expect([...threes].sort()).toEqual(['8,9,10', '9,10,11']);
    // More than there are of a class: all of them, some twice.
    const rows = images.pickGroups([0, 0, 0, 0, 0, 0], random);
    expect(new Set(rows)).toEqual(new Set([0, 1, 2, 3]));
    expect(rows).toHaveLength(6);
  });

  it('move by Adam, each with its own memory, and only when they are looked at', async () => {
    const start = await all();
    const rows = [1, 6, 9];
    // The same three images as a variable of Adam's own, which has other betas: the first update does not depend on
    // them.
    const chosen = images.batch(rows);
    const variable = tf.variable(chosen);
    chosen.dispose();
    const held = gradient(3, 7);
    const adam = new Adam({ x: variable }, { beta1: 0.9, beta2: 0.99, epsilon: 1e-10 });
    const moveBoth = () => {
      images.update(rows, held.tensor, 0.01);
      adam.apply({ x: held.tensor }, 0.01);
    };
    moveBoth();
    // Another image in between: it is not remembered by the three.
    const other = gradient(1, 8);
    images.update([4], other.tensor, 0.01);
    moveBoth();
    const [now, expected] = [await all(), await variable.data()];
    const [low, high] = [0, 1].map((edge) => normalization.mean.map((m, c) => (edge - m) / normalization.std[c]));
    for (let i = 0; i < start.length; i++) {
      const row = Math.floor(i / PIXELS);
      const place = rows.indexOf(row);
      if (place >= 0) {
        const value = Math.min(high[i % 3], Math.max(low[i % 3], expected[place * PIXELS + (i % PIXELS)]));
        expect(Math.abs(now[i] - value)).toBeLessThan(1e-4);
      } else if (row !== 4) expect(now[i]).toBe(start[i]);
    }
    expect((await images.snapshot()).updates).toEqual([0, 2, 0, 0, 1, 0, 2, 0, 0, 2, 0, 0]);
    variable.dispose();
    adam.dispose();
    tf.dispose([held.tensor, other.tensor]);
  });

  it('stay what pixels can be', async () => {
    const push = tf.fill([2, 4, 4, 3], -1) as tf.Tensor4D;
    for (let i = 0; i < 5; i++) images.update([0, 7], push, 10);
    const now = await all();
    push.dispose();
    for (const row of [0, 7]) {
      for (let i = 0; i < PIXELS; i++)
        expect(now[row * PIXELS + i]).toBeCloseTo((1 - normalization.mean[i % 3]) / normalization.std[i % 3], 4);
    }
  });

  it('add up the gradients of an image that is in a batch twice', async () => {
    const state = await images.snapshot();
    const twin = RefinedImages.restore(state, normalization);
    const { values, tensor } = gradient(2, 9);
    const summed = tf.tensor4d(
      values.subarray(0, PIXELS).map((v, i) => v + values[PIXELS + i]),
      [1, 4, 4, 3],
    );
    images.update([5, 5], tensor, 0.02);
    twin.update([5], summed, 0.02);
    const [a, b] = [await images.snapshot(), await twin.snapshot()];
    expect(a.updates).toEqual(b.updates);
    for (const key of ['images', 'mean', 'square'] as const)
      a[key].forEach((v, i) => expect(Math.abs(v - b[key][i])).toBeLessThan(1e-4));
    twin.dispose();
    tf.dispose([tensor, summed]);
  });

  it('go on from a snapshot as if nothing had happened', async () => {
    const { tensor } = gradient(2, 4);
    images.update([2, 8], tensor, 0.02);
    const twin = RefinedImages.restore(await images.snapshot(), normalization);
    for (const each of [images, twin]) each.update([8, 3], tensor, 0.02);
    expect(await twin.snapshot()).toEqual(await images.snapshot());
    twin.dispose();
    tensor.dispose();
  });
});

it('large ones are made a few classes at a time, as they are looked at', async () => {
  await use('wasm');
  const before = tf.memory().numTensors;
  const generator = Generator.create({ ...config, channels: 2, imageSize: 224 }, new Random(1));
  const z = tf.tensor2d(new Random(5).fillNormal(new Float32Array(18 * 6)), [18, 6]);
  const images = RefinedImages.create(generator, normalization, 7, true, new Random(2), z);
  // 13 images of this size at a time: two of three classes, then the third.
  const parts = [
    [0, 2],
    [2, 3],
  ].map(([from, to]) => {
    const labels = Array.from({ length: 6 * (to - from) }, (_, i) => from + Math.floor(i / 6));
    return tf.tidy(() => generator.generate(tf.slice(z, [6 * from, 0], [labels.length, 6]), labels));
  });
  const expected = tf.concat(parts);
  const first = images.firstOfEach(6);
  const [a, b] = [await first.data(), await expected.data()];
  expect(a.length).toBe(18 * 224 * 224 * 3);
  expect(a.every((v, i) => v === b[i])).toBe(true);
  tf.dispose([z, ...parts, expected, first]);
  generator.dispose();
  images.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
