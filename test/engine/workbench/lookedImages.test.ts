/** Images in passes that fit into memory: every one once, of many classes at a time, and nothing stays. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ImageSupply } from '../../../src/engine/data/imageSupply';
import { createResNet } from '../../../src/engine/network/resnet';
import type { Network } from '../../../src/engine/network/types';
import { Random } from '../../../src/engine/random';
import { batchSize, imagesInPass } from '../../../src/engine/workbench/images';
import { LookedImages } from '../../../src/engine/workbench/lookedImages';
import { use } from '../backends';

beforeAll(() => use('wasm'));

/** @param width channels of its one stage of images of 64x64 */
const network = (width: number, size = 64): Network =>
  createResNet(
    {
      name: 'wide',
      inputShape: [size, size, 3],
      classNames: ['a', 'b'],
      normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
      widths: [width],
      strides: [1],
      blocks: 1,
      stemStride: 1,
      epsilon: 1e-5,
    },
    new Random(1),
  );

/** Images whose values are all their place. `asked` gathers what is made at a time. */
function supply(count: number, [height, width, channels]: number[], asked: number[][] = []): ImageSupply {
  return {
    labels: Uint16Array.from({ length: count }, (_, i) => Math.floor((10 * i) / count)),
    at(places) {
      asked.push([...places]);
      return tf.tidy(() =>
        tf.tile(tf.reshape(tf.tensor1d([...places], 'float32'), [places.length, 1, 1, 1]), [
          1,
          height,
          width,
          channels,
        ]),
      );
    },
  };
}

/** Places of the images of each pass. */
async function passesOf(images: LookedImages): Promise<number[][]> {
  const passes: number[][] = [];
  for (const pass of images.passes()) {
    const firsts = tf.tidy(() => tf.slice(pass, [0, 0, 0, 0], [pass.shape[0], 1, 1, 1]));
    passes.push([...(await firsts.data())]);
    firsts.dispose();
  }
  return passes;
}

const rising = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('images that are looked at', () => {
  it('are one pass where they fit, and that is all of them in order', async () => {
    const small = network(4, 16);
    const before = tf.memory().numTensors;
    const asked: number[][] = [];
    const images = new LookedImages(supply(40, [16, 16, 3], asked), small);
    expect(await passesOf(images)).toEqual([rising(40)]);
    expect(asked).toEqual([rising(40)]);
    images.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are several passes of many classes where they do not, made once and kept', async () => {
    const wide = network(512);
    const size = imagesInPass(wide);
    expect(size).toBeLessThan(20);
    const before = tf.memory().numTensors;
    const asked: number[][] = [];
    const images = new LookedImages(supply(40, [64, 64, 3], asked), wide);
    for (let time = 0; time < 2; time++) {
      const passes = await passesOf(images);
      expect(Math.max(...passes.map(({ length }) => length))).toBeLessThanOrEqual(size);
      expect(passes.flat().sort((a, b) => a - b)).toEqual(rising(40));
      for (const pass of passes)
        expect(new Set(pass.map((place) => Math.floor(place / 4))).size).toBeGreaterThanOrEqual(5);
    }
    expect(asked.flat().sort((a, b) => a - b)).toEqual(rising(40));
    images.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are some of very many, evenly spread, each made when its pass comes', async () => {
    const wide = network(512);
    const before = tf.memory().numTensors;
    const asked: number[][] = [];
    const images = new LookedImages(supply(5000, [64, 64, 3], asked), wide);
    const size = imagesInPass(wide);
    expect(images.count).toBe(Math.max(64, 16 * size));
    const all = (await passesOf(images)).flat().sort((a, b) => a - b);
    expect(all).toHaveLength(images.count);
    all.forEach((place, i) => expect(Math.abs(place - (5000 * i) / images.count)).toBeLessThan(1));
    images.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('batches that are measured on are as large as fits, and no larger than 50', () => {
    expect(batchSize(network(4, 16))).toBe(50);
    const wide = network(512);
    expect(batchSize(wide)).toBe(imagesInPass(wide));
    expect(batchSize(wide, 0.5)).toBe(Math.floor(imagesInPass(wide) / 2));
    // Where not one image fits, it is one.
    expect(batchSize(wide, 0.01)).toBe(1);
  });
});
