import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/engine/data/dataset';
import {
  checkIndex,
  gatherBatch,
  indexRange,
  measureNormalization,
  toImageTile,
} from '../../../src/engine/data/dataset';

/** Three images of 1x2 pixels whose bytes count up: 0..5, 6..11, 12..17. */
const counting: Dataset = {
  name: 'Counting',
  classNames: ['a', 'b'],
  imageShape: [1, 2, 3],
  size: (split) => (split === 'train' ? 3 : 0),
  label: (split, index) => {
    checkIndex(counting, split, index);
    return index % 2;
  },
  image: (split, index) => ({
    label: counting.label(split, index),
    pixels: Uint8Array.from({ length: 6 }, (_, i) => index * 6 + i),
  }),
};
const identity = { mean: [0, 0, 0], std: [1, 1, 1] };

describe('gatherBatch', () => {
  it('normalizes per channel and keeps the order asked for', () => {
    const { count, images, labels } = gatherBatch(counting, 'train', [2, 1], {
      mean: [0, 0.5, 0],
      std: [1, 0.5, 0.25],
    });
    expect(count).toBe(2);
    expect([...labels]).toEqual([0, 1]);
    // Image 2 starts 12, 13, 14: (12/255, (13/255 - 0.5) / 0.5, 14/255 * 4).
    const expected = [
      [12 / 255, 26 / 255 - 1, 56 / 255, 15 / 255, 32 / 255 - 1, 68 / 255],
      [6 / 255, 14 / 255 - 1, 32 / 255, 9 / 255, 20 / 255 - 1, 44 / 255],
    ].flat();
    expect(images.length).toBe(12);
    expected.forEach((value, i) => expect(images[i]).toBeCloseTo(value, 6));
  });

  it('names the split and the index that do not exist', () => {
    expect(() => gatherBatch(counting, 'train', [3], identity)).toThrow(/Counting has no image 3 in 'train'/);
    expect(() => gatherBatch(counting, 'test', [0], identity)).toThrow(RangeError);
    expect(() => gatherBatch(counting, 'train', [0.5], identity)).toThrow(RangeError);
    expect(() => gatherBatch(counting, 'train', [0], { mean: [0], std: [1] })).toThrow(/3 channels/);
  });

  it('makes an empty batch of no indices', () => {
    expect(gatherBatch(counting, 'train', indexRange(2, 2), identity).images.length).toBe(0);
    expect([...indexRange(1, 4)]).toEqual([1, 2, 3]);
  });
});

describe('toImageTile', () => {
  const normalization = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4] };

  it('gives back the bytes that were normalized', () => {
    const { images } = gatherBatch(counting, 'train', [0, 1, 2], normalization);
    const tile = toImageTile(images, counting.imageShape, normalization);
    expect([tile.count, tile.height, tile.width]).toEqual([3, 1, 2]);
    const expected = indexRange(0, 6).reduce<number[]>(
      (all, pixel) => [...all, pixel * 3, pixel * 3 + 1, pixel * 3 + 2, 255],
      [],
    );
    expect([...tile.rgba]).toEqual(expected);
  });

  it('rounds, clamps, and shows NaN as black', () => {
    const tile = toImageTile(new Float32Array([-3, 7, NaN, 0.5, 0.498, 1]), [1, 2, 3], identity);
    expect([...tile.rgba]).toEqual([0, 255, 0, 255, 128, 127, 255, 255]);
  });

  it('shows one channel as grey', () => {
    expect([...toImageTile(new Float32Array([1, 0]), [1, 2, 1], { mean: [0], std: [1] }).rgba]).toEqual([
      255, 255, 255, 255, 0, 0, 0, 255,
    ]);
  });

  it('refuses what is no whole number of images', () => {
    expect(() => toImageTile(new Float32Array(7), [1, 2, 3], identity)).toThrow(RangeError);
    expect(() => toImageTile(new Float32Array(4), [1, 2, 2], { mean: [0, 0], std: [1, 1] })).toThrow(/1 or 3 channels/);
  });
});

describe('measureNormalization', () => {
  it('is the mean and the deviation of each channel', () => {
    // Red of images 0 and 1: 0, 3, 6, 9.
    const { mean, std } = measureNormalization(counting, 'train', [0, 1]);
    expect(mean[0]).toBeCloseTo(4.5 / 255, 12);
    expect(mean[2]).toBeCloseTo(6.5 / 255, 12);
    std.forEach((value) => expect(value).toBeCloseTo(Math.sqrt(11.25) / 255, 12));
    expect(() => measureNormalization(counting, 'train', [])).toThrow(RangeError);
  });
});
