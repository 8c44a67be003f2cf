import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { dequantize, quantize } from '../../../src/engine/kernels/fakeQuantize';
import { fakeQuantizeValue } from '../../../src/engine/kernels/scalarQuantizer';
import { leastSquaresGrid, leastSquaresGrids, type UniformGrid } from '../../../src/engine/quantization/leastSquares';
import { Random } from '../../../src/engine/random';
import { NODE_BACKENDS, use } from '../backends';

function onGrid(value: number, { step, lowest }: UniformGrid, bits: number): number {
  return step * Math.min(lowest + 2 ** bits - 1, Math.max(lowest, Math.round(value / step)));
}

const errorOf = (values: ArrayLike<number>, quantized: (value: number) => number): number =>
  Array.from(values).reduce((sum, value) => sum + (quantized(value) - value) ** 2, 0);

/** The quantizer from the values' smallest to their largest. */
function smallestToLargest(values: ArrayLike<number>, bits: number): (value: number) => number {
  const [lo, hi] = [Math.min(...Array.from(values)), Math.max(...Array.from(values))];
  return (value) => fakeQuantizeValue(value, lo, hi, bits);
}

describe('the grid of least squared error', () => {
  it.each<[string, number[], number, UniformGrid]>([
    ['all four levels of 2 bits', [-1, -0.5, 0, 0.5], 2, { step: 0.5, lowest: -2 }],
    ['the same, some of them often', [0.5, -1, 0.5, 0.5, -0.5, 0, 0], 2, { step: 0.5, lowest: -2 }],
    ['levels from 0 upwards', [0, 0.25, 0.5, 0.75], 2, { step: 0.25, lowest: 0 }],
    ['levels up to 0', [0, -0.25, -0.5, -0.75], 2, { step: 0.25, lowest: -3 }],
    ['all eight levels of 3 bits', [-0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1], 3, { step: 0.25, lowest: -3 }],
    [
      'all 256 levels of 8 bits',
      Array.from({ length: 256 }, (_, i) => (i - 128) / 64),
      8,
      { step: 1 / 64, lowest: -128 },
    ],
  ])('finds values that lie on one exactly: %s', (_, values, bits, expected) => {
    const grid = leastSquaresGrid(values, bits);
    expect(grid).toEqual(expected);
    for (const value of values) expect(onGrid(value, grid, bits)).toBe(value);
  });

  it('is where an outlier costs less than the grid that would hold it: a hundred values of +-1 and one of 10', () => {
    const values = [...Array.from({ length: 100 }, (_, i) => (i % 2 ? 1 : -1)), 10];
    const grid = leastSquaresGrid(values, 2);
    // Levels -2 to 1: the hundred sit on +-1 steps and the outlier on 1, so that the step is (100 + 10) / 101. From -1
    // on the outlier is at 2 steps, and the step (100 + 20) / 104 would leave less: 200 + 100 - 120^2 / 104 = 61.5.
    expect(grid.lowest).toBe(-1);
    expect(grid.step).toBeCloseTo(120 / 104, 12);
    expect(errorOf(values, (value) => onGrid(value, grid, 2))).toBeCloseTo(200 - 120 ** 2 / 104, 9);
    // Smallest to largest: steps of 11 / 3, all of the hundred at 0.
    expect(errorOf(values, smallestToLargest(values, 2))).toBeGreaterThan(100);
  });

  it.each<[string, number[]]>([
    ['one value', [0.7]],
    ['one value below 0', [-0.7]],
    ['a constant', [3, 3, 3, 3]],
    ['a constant below 0', [-3, -3]],
  ])('of %s holds it, in as wide steps as there are', (_, values) => {
    for (const bits of [2, 3, 4, 8]) {
      const grid = leastSquaresGrid(values, bits);
      expect(onGrid(values[0], grid, bits)).toBeCloseTo(values[0], 12);
      expect(grid.lowest).toBeLessThanOrEqual(0);
      expect(grid.lowest).toBeGreaterThan(-(2 ** bits));
    }
    expect(leastSquaresGrid(values, 2).step).toBeCloseTo(Math.abs(values[0]), 12);
  });

  it.each<[string, number[]]>([
    ['no values', []],
    ['zeros', [0, 0, 0]],
  ])('of %s is one that can be used', (_, values) => {
    expect(leastSquaresGrid(values, 2)).toEqual({ step: 1, lowest: -2 });
    expect(leastSquaresGrid(values, 4, 0)).toEqual({ step: 1, lowest: 0 });
  });

  it('spends no level below 0 on values that are all above it', () => {
    const random = new Random(1);
    const values = Array.from({ length: 400 }, () => random.uniform(0.5, 2));
    for (const bits of [2, 3, 4, 6, 8]) expect(leastSquaresGrid(values, bits).lowest).toBe(0);
    // And the other way round.
    const below = values.map((value) => -value);
    for (const bits of [2, 3, 4, 6, 8]) expect(leastSquaresGrid(below, bits).lowest).toBe(1 - 2 ** bits);
  });

  it('begins where it is told to', () => {
    const random = new Random(2);
    const values = Array.from({ length: 300 }, () => Math.max(0, random.normal()));
    const grid = leastSquaresGrid(values, 3, 0);
    expect(grid.lowest).toBe(0);
    // Half of a normal distribution at 8 levels: nearer than the largest value.
    expect(7 * grid.step).toBeLessThan(Math.max(...values));
    expect(7 * grid.step).toBeGreaterThan(1.5);
  });

  it.each([2, 3, 4, 5, 6, 7, 8])('is never worse than smallest to largest on random values (%i bits)', (bits) => {
    const random = new Random(bits);
    for (let trial = 0; trial < 40; trial++) {
      // Of different sizes, places and shapes: with the cube, long tails.
      const [size, shift, power] = [10 ** random.uniform(-3, 2), random.uniform(-0.9, 0.9), trial % 2 ? 1 : 3];
      const values = Float32Array.from({ length: 5 + trial * 5 }, () => size * (random.normal() ** power + shift));
      // A range that holds 0, as the grid does.
      values[0] = -size / 100;
      values[1] = size / 100;
      const grid = leastSquaresGrid(values, bits);
      const [own, full] = [
        errorOf(values, (value) => onGrid(value, grid, bits)),
        errorOf(values, smallestToLargest(values, bits)),
      ];
      expect(own).toBeLessThanOrEqual(full * (1 + 1e-5));
    }
  });

  it('is the best there is, as far as trying all steps can tell (2 and 3 bits, normal values)', () => {
    const random = new Random(5);
    for (const bits of [2, 3]) {
      const values = Float32Array.from({ length: 500 }, () => random.normal());
      let least = Infinity;
      for (let step = 0.02; step < 3; step += 0.005)
        for (let lowest = 1 - 2 ** bits; lowest <= 0; lowest++)
          least = Math.min(
            least,
            errorOf(values, (value) => onGrid(value, { step, lowest }, bits)),
          );
      const grid = leastSquaresGrid(values, bits);
      const own = errorOf(values, (value) => onGrid(value, grid, bits));
      expect(own).toBeLessThanOrEqual(1.001 * least);
      // Smallest to largest leaves half as much again, and more.
      expect(1.5 * own).toBeLessThan(errorOf(values, smallestToLargest(values, bits)));
    }
  });
});

describe.each(NODE_BACKENDS)('grids of a kernel on %s', (backend) => {
  beforeAll(() => use(backend));

  it("are its channels' own, and quantize what lies on them to itself", async () => {
    const before = tf.memory().numTensors;
    // [1, 4, 2]: the first channel on steps of 0.5 from -1, the second on steps of 2 from -2.
    const kernel = [-1, -2, -0.5, 0, 0, 2, 0.5, 4];
    const grid = leastSquaresGrids(kernel, [2], 2);
    expect([grid.scale.shape, grid.zero.shape, grid.bits]).toEqual([[2], [2], 2]);
    expect(Array.from(await grid.scale.data())).toEqual([2, 0.5]);
    expect(Array.from(await grid.zero.data())).toEqual([0, 1]);
    const values = tf.tidy(() => dequantize(quantize(tf.tensor(kernel, [1, 4, 2]), grid), grid));
    expect(Array.from(await values.data())).toEqual(kernel);
    // One grid for all of them.
    const whole = leastSquaresGrids([-1, -0.5, 0, 0.5], [], 2);
    expect([whole.scale.shape, Array.from(await whole.scale.data()), Array.from(await whole.zero.data())]).toEqual([
      [],
      [2],
      [0],
    ]);
    tf.dispose([values, grid.scale, grid.zero, whole.scale, whole.zero]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
