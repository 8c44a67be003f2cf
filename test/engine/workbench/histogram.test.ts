import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { gridError, levels } from '../../../src/engine/workbench/gridError';
import { BINS, histogram, histogramOf } from '../../../src/engine/workbench/histogram';
import { use } from '../backends';
import { tinyContext } from './source';

beforeAll(() => use('wasm'));

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('a histogram', () => {
  it('holds all values, in bins from the smallest to the largest', () => {
    const { lo, hi, counts, sums } = histogramOf([-1, 3, 3, 0.999]);
    expect([lo, hi]).toEqual([-1, 3]);
    expect([counts[0], counts[BINS - 1], counts[BINS / 2 - 1]]).toEqual([1, 2, 1]);
    expect(sum(counts)).toBe(4);
    expect(sum(sums)).toBeCloseTo(5.999, 12);
    // Constant ones make no width, and no bin of their own.
    expect(histogramOf([2, 2]).counts[0]).toBe(2);
  });

  it('says what a grid does to its values', () => {
    // 2 bits from 0 to 3: levels 0, 1, 2, 3. Errors: 0.25 rounded, 2 clipped.
    const values = histogramOf([0, 1.25, 5]);
    expect(levels({ lo: 0, hi: 3 }, 2)).toEqual([0, 1, 2, 3]);
    const { sqnr, clipping, rounding, clipped } = gridError(values, { lo: 0, hi: 3 }, 2);
    const noise = 0.25 ** 2 + 2 ** 2;
    expect(sqnr).toBeCloseTo(10 * Math.log10((1.25 ** 2 + 25) / noise), 6);
    expect(clipping).toBeCloseTo(4 / noise, 6);
    expect(rounding).toBeCloseTo(0.0625 / noise, 6);
    expect(clipped).toBeCloseTo(1 / 3, 12);
    expect(gridError(histogramOf([0, 1, 2]), { lo: 0, hi: 3 }, 2).sqnr).toBe(Infinity);
    // A constant has no width: its value is not clipped, whatever float32 makes of the few levels around it.
    for (const constant of [0, 0.3, -7]) {
      const found = gridError(histogramOf([constant, constant]), { lo: constant, hi: constant }, 3);
      expect(found.clipped).toBe(0);
      expect(found.sqnr).toBeGreaterThan(100);
    }
    // A range of zero width is the narrowest that there is: nothing is divided by zero.
    expect(Number.isFinite(gridError(values, { lo: 1, hi: 1 }, 2).sqnr)).toBe(true);
  });

  it('is of a kernel, one of its channels, or an activation on the chosen images', async () => {
    const { context, run, done } = await tinyContext({ weightBits: 3 });
    await run.studentNow();
    const before = tf.memory().numTensors;
    const quantizer = { kind: 'weight', node: 'stem_conv' } as const;
    const kernel = { quantizer, images: 'calibration' } as const;
    expect(await histogram(context, { ...kernel, quantizer: null, channel: 1 })).toMatchObject(quantizer);
    const all = await histogram(context, { ...kernel, channel: null });
    expect(all).toMatchObject({ channels: 4, bits: 3, n: 108 });
    expect(sum(all.counts)).toBe(108);
    expect(all.scale).toHaveLength(4);
    const each = await Promise.all([0, 1, 2, 3].map((channel) => histogram(context, { ...kernel, channel })));
    expect(sum(each.map(({ n }) => n))).toBe(108);
    expect(Math.max(...each.map(({ hi }) => hi))).toBe(all.hi);
    const activation = { quantizer: { kind: 'activation', node: 'stem_relu' }, channel: null } as const;
    const real = await histogram(context, { ...activation, images: 'calibration' });
    const both = await histogram(context, { ...activation, images: 'both' });
    expect(real.n).toBe(4 * 8 * 8 * 4);
    expect(both.n).toBe(real.n + 16 * 8 * 8 * 4);
    expect(both.hi).toBeGreaterThanOrEqual(real.hi);
    expect(real.scale).toHaveLength(1);
    expect(tf.memory().numTensors).toBe(before);
    await expect(histogram(context, { ...kernel, channel: 4 })).rejects.toThrow(/no channel 4/);
    await expect(
      histogram(context, { ...kernel, quantizer: { ...quantizer, node: 'nowhere' }, channel: null }),
    ).rejects.toThrow(/nowhere/);
    expect(tf.memory().numTensors).toBe(before);
    done();
  });
});
