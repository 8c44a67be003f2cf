import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AugmentParameters } from '../../../src/engine/data/augment';
import { augmentBatch, drawAugmentation } from '../../../src/engine/data/augment';
import { Random } from '../../../src/engine/random';
import { NODE_BACKENDS, use } from '../backends';

/** The area and the ratio of a box, undone of its flip. */
function describeBox(box: ArrayLike<number>, aspect = 1) {
  const [height, width] = [box[2] - box[0], Math.abs(box[3] - box[1])];
  return { area: height * width, ratio: (width * aspect) / height, flipped: box[1] > box[3] };
}

const boxesOf = (values: Float32Array) =>
  Array.from({ length: values.length / 4 }, (_, i) => values.subarray(i * 4, i * 4 + 4));

describe('drawAugmentation', () => {
  it('stays within the image, the scale and the ratio, and flips half of the images', () => {
    const boxes = boxesOf(drawAugmentation(2000, [32, 32, 3], new Random(1))).map((box) => {
      for (const value of box) expect(value >= 0 && value <= 1).toBe(true);
      return describeBox(box);
    });
    // Margins and float32 take at most a few millionths.
    expect(Math.min(...boxes.map(({ area }) => area))).toBeGreaterThan(0.6 - 1e-5);
    expect(Math.max(...boxes.map(({ area }) => area))).toBeLessThanOrEqual(1);
    expect(Math.min(...boxes.map(({ ratio }) => ratio))).toBeGreaterThan(3 / 4 - 1e-4);
    expect(Math.max(...boxes.map(({ ratio }) => ratio))).toBeLessThan(4 / 3 + 1e-4);
    const flips = boxes.filter(({ flipped }) => flipped).length;
    expect(Math.abs(flips - 1000)).toBeLessThan(5 * Math.sqrt(500));
  });

  it('means the ratio in pixels', () => {
    const parameters: AugmentParameters = { scale: [0.3, 0.3], ratio: [1, 1], flip: 0 };
    for (const box of boxesOf(drawAugmentation(20, [16, 32, 3], new Random(2), parameters))) {
      expect(describeBox(box, 2).ratio).toBeCloseTo(1, 4);
      expect(describeBox(box).area).toBeCloseTo(0.3, 4);
    }
  });

  it('leaves images alone when told to, and clips boxes that never fit', () => {
    const whole = [0, 0, 1, 1, 0, 0, 1, 1];
    expect([...drawAugmentation(2, [8, 8], new Random(3), { scale: [1, 1], ratio: [1, 1], flip: 0 })]).toEqual(whole);
    expect([...drawAugmentation(2, [8, 8], new Random(3), { scale: [3, 3], ratio: [1, 1], flip: 0 })]).toEqual(whole);
    expect([...drawAugmentation(1, [8, 8], new Random(3), { scale: [1, 1], ratio: [1, 1], flip: 1 })]).toEqual([
      0, 1, 1, 0,
    ]);
  });

  it('is decided by the stream', () => {
    const draw = (seed: number) => drawAugmentation(5, [32, 32], new Random(seed));
    expect(draw(4)).toEqual(draw(4));
    expect(draw(4)).not.toEqual(draw(5));
  });
});

describe.each(NODE_BACKENDS)('augmentBatch on %s', (backend) => {
  beforeAll(() => use(backend));

  async function augment(values: ArrayLike<number>, shape: [number, number, number, number], boxes: number[]) {
    const before = tf.memory().numTensors;
    const images = tf.tensor4d(Float32Array.from(values), shape);
    const result = augmentBatch(images, new Float32Array(boxes));
    expect(result.shape).toEqual(shape);
    expect(tf.memory().numTensors).toBe(before + 2);
    const data = await result.data();
    tf.dispose([images, result]);
    expect(tf.memory().numTensors).toBe(before);
    return [...data];
  }

  it('agrees with a crop and a flip reckoned by hand', async () => {
    const first = [0, 8, 0, 4, 2, 6, 1, 3, 5];
    const second = first.map((value) => value * 100);
    // Rows at 0.5, 1.25, 2 and columns at 0, 0.5, 1 of the first image; the second image flipped: columns 1, 0.5, 0.
    const result = await augment([...first, ...second], [2, 3, 3, 1], [0.25, 0, 1, 0.5, 0.25, 0.5, 1, 0]);
    const expected = [2, 3.5, 5, 3.25, 2.75, 2.25, 1, 2, 3, 500, 350, 200, 225, 275, 325, 300, 200, 100];
    expect(result.length).toBe(expected.length);
    expected.forEach((value, i) => expect(result[i]).toBeCloseTo(value, 4));
  });

  it('returns the image of the whole box exactly, and its mirror image', async () => {
    const shape: [number, number, number, number] = [2, 32, 32, 3];
    const values = new Random(5).fillNormal(new Float32Array(2 * 32 * 32 * 3));
    const result = await augment(values, shape, [0, 0, 1, 1, 0, 1, 1, 0]);
    const expected = Array.from(values, (value, i) => {
      if (i < 3072) return value;
      const [pixel, c] = [Math.floor((i - 3072) / 3), i % 3];
      const [row, column] = [Math.floor(pixel / 32), pixel % 32];
      return values[3072 + (row * 32 + 31 - column) * 3 + c];
    });
    expect(result).toEqual(expected);
  });

  it('never reads beyond the edge, which would be black', async () => {
    const count = 300;
    const boxes = drawAugmentation(count, [32, 32, 1], new Random(6));
    const result = await augment(new Float32Array(count * 32 * 32).fill(1), [count, 32, 32, 1], [...boxes]);
    expect(Math.min(...result.slice(0, 1024))).toBeCloseTo(1, 5);
    expect(result.reduce((least, value) => Math.min(least, value), Infinity)).toBeCloseTo(1, 5);
  });

  it('refuses another number of boxes', () => {
    const images = tf.zeros([2, 4, 4, 1]) as tf.Tensor4D;
    expect(() => augmentBatch(images, new Float32Array(4))).toThrow(RangeError);
    images.dispose();
  });
});
