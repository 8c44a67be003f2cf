import { describe, expect, it } from 'vitest';
import { createCifar10 } from '../../../src/engine/data/cifar10';
import { cifarFile } from './cifarFile';

describe('CIFAR-10', () => {
  const data = createCifar10({
    train: [cifarFile([3, 1, 4, 1], 0), cifarFile([5, 9, 2, 6, 5, 3], 4)],
    test: [cifarFile([8, 0], 100)],
  });

  it('has the last fifth of the training images for validation, and calibrates on the rest', () => {
    expect((['train', 'calibration', 'validation', 'test'] as const).map((split) => data.size(split))).toEqual([
      8, 8, 2, 2,
    ]);
    expect(Array.from({ length: 8 }, (_, i) => data.label('calibration', i))).toEqual([3, 1, 4, 1, 5, 9, 2, 6]);
    expect([data.label('validation', 0), data.label('validation', 1)]).toEqual([5, 3]);
    expect(data.label('test', 1)).toBe(0);
  });

  it('keeps at most 1000 images for validation', () => {
    const many = createCifar10({ train: [cifarFile(new Array<number>(5100).fill(7), 0)], test: [cifarFile([0], 0)] });
    expect([many.size('calibration'), many.size('validation')]).toEqual([4100, 1000]);
  });

  it('puts red, green and blue of a pixel side by side', () => {
    const { pixels, label } = data.image('test', 1);
    const stored = cifarFile([8, 0], 100).subarray(3073);
    expect(label).toBe(0);
    expect(pixels).toHaveLength(3072);
    expect([...pixels.subarray(0, 6)]).toEqual([
      stored[1],
      stored[1025],
      stored[2049],
      stored[2],
      stored[1026],
      stored[2050],
    ]);
    expect(pixels[3 * (5 * 32 + 7) + 2]).toBe(stored[1 + 2048 + 5 * 32 + 7]);
  });

  it('refuses what is no CIFAR-10 file, and images that do not exist', () => {
    const good = cifarFile([1], 0);
    expect(() => createCifar10({ train: [good.subarray(1)], test: [good] })).toThrow(/training images has 3072 bytes/);
    expect(() => createCifar10({ train: [good], test: [cifarFile([1, 10], 0)] })).toThrow(
      /CIFAR-10 test images: image 1 has the label 10/,
    );
    expect(() => createCifar10({ train: [good], test: [] })).toThrow(/no CIFAR-10 test images/);
    expect(() => data.image('validation', 2)).toThrow(RangeError);
  });
});
