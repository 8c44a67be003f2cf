import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { fakeQuantizeValue } from '../../../src/engine/kernels/scalarQuantizer';
import {
  minMaxRange,
  movingAverage,
  mseRange,
  percentileRange,
  sampleValues,
  weightRange,
} from '../../../src/engine/quantization/ranges';
import { calibratedRange } from '../../../src/engine/quantization/rangeMethods';
import { NODE_BACKENDS, use } from '../backends';

const error = (values: ArrayLike<number>, lo: number, hi: number, bits: number) =>
  Array.from(values).reduce((sum, v) => sum + (fakeQuantizeValue(v, lo, hi, bits) - v) ** 2, 0);

describe('ranges from values', () => {
  it('min-max', () => {
    expect(minMaxRange([3, -1, 0, 7, 2])).toEqual({ lo: -1, hi: 7 });
    expect(() => minMaxRange([])).toThrow('at least one value');
  });

  it('percentile: linear between neighbours', () => {
    // 0, 1, ..., 10: the 95th percentile lies at position 9.5, the 5th at 0.5.
    expect(percentileRange([10, 0, 9, 1, 8, 2, 7, 3, 6, 4, 5], 95)).toEqual({ lo: 0.5, hi: 9.5 });
    expect(percentileRange([4], 99)).toEqual({ lo: 4, hi: 4 });
    expect(percentileRange([1, 2, 3], 100)).toEqual({ lo: 1, hi: 3 });
    expect(() => percentileRange([], 99)).toThrow('at least one value');
    expect(() => percentileRange([1], 50)).toThrow(RangeError);
  });

  it('percentile: an outlier among a thousand does not count, many zeros keep the lower end at 0', () => {
    const values = [...new Array(500).fill(0), ...Array.from({ length: 1500 }, (_, i) => i / 1500), 1000];
    const { lo, hi } = percentileRange(values);
    expect(lo).toBe(0);
    expect(hi).toBeCloseTo((0.999 * 2000 - 500) / 1500, 5);
  });

  it('MSE: clips the outlier of 1000 ones when that costs less', () => {
    // 2 bits over [0, 3.6]: grid 0, 1.2, 2.4, 3.6. 1 becomes 1.2: 1000 times 0.04, far more than clipping 3.6 to 3
    // costs.
    const values = [...new Array(1000).fill(1), 3.6];
    const { lo, hi } = mseRange(values, 2, 36);
    expect(lo).toBe(0);
    expect(hi).toBeCloseTo(3, 6);
  });

  it('MSE: keeps the full range where it is exact, the widest of equal ones, and 0 for nothing but zeros', () => {
    expect(mseRange([0, 1, 2, 3], 2)).toEqual({ lo: 0, hi: 3 });
    expect(mseRange([-2, -1, 0, 1], 2)).toEqual({ lo: -2, hi: 1 });
    expect(mseRange([0, 0], 4)).toEqual({ lo: 0, hi: 0 });
    expect(() => mseRange([], 4)).toThrow('at least one value');
  });

  it('MSE of many values, by histogram, is as good as the best candidate by brute force', () => {
    // Half zeros and an exponential tail, about what a ReLU gives.
    const values = Float32Array.from({ length: 6000 }, (_, i) => (i % 2 ? 0 : -Math.log((i + 1) / 6001)));
    for (const bits of [2, 3, 4, 8]) {
      const { hi: max } = minMaxRange(values);
      const best = Math.min(...Array.from({ length: 100 }, (_, i) => error(values, 0, (max * (i + 1)) / 100, bits)));
      const { lo, hi } = mseRange(values, bits);
      expect(lo).toBe(0);
      expect(error(values, lo, hi, bits)).toBeLessThan(1.002 * best);
      if (bits < 4) expect(hi).toBeLessThan(0.8 * max);
    }
  });

  it('moving average from 0 with beta 0.9', () => {
    const once = movingAverage({ lo: 0, hi: 0 }, { lo: -1, hi: 2 });
    expect(once.lo).toBeCloseTo(-0.1, 12);
    expect(once.hi).toBeCloseTo(0.2, 12);
    expect(movingAverage(once, { lo: 0, hi: 4 }).hi).toBeCloseTo(0.58, 12);
  });

  it('calibratedRange picks the method', () => {
    const values = [...new Array(1000).fill(1), 3.6];
    expect(calibratedRange('minMax', values, 2)).toEqual(minMaxRange(values));
    expect(calibratedRange('percentile', values, 2)).toEqual(percentileRange(values));
    expect(calibratedRange('mse', values, 2)).toEqual(mseRange(values, 2));
  });
});

describe.each(NODE_BACKENDS)('on %s', (backend) => {
  beforeAll(() => use(backend));

  it('weight ranges per channel, per (channel, multiplier) and per tensor', async () => {
    const before = tf.memory().numTensors;
    const read = async (
      op: 'conv2d' | 'depthwiseConv2d' | 'dense',
      shape: number[],
      granularity: 'perChannel' | 'perTensor',
    ) => {
      const kernel = tf.tidy(() => tf.reshape(tf.tensor1d([1, -2, 3, 4, 5, -6, 7, 0]), shape));
      const { lo, hi } = weightRange(op, kernel, granularity);
      const result = { shape: lo.shape, lo: [...(await lo.data())], hi: [...(await hi.data())] };
      tf.dispose([kernel, lo, hi]);
      return result;
    };
    expect(await read('conv2d', [1, 2, 2, 2], 'perChannel')).toEqual({ shape: [2], lo: [1, -6], hi: [7, 4] });
    expect(await read('dense', [2, 4], 'perChannel')).toEqual({ shape: [4], lo: [1, -6, 3, 0], hi: [5, -2, 7, 4] });
    expect(await read('depthwiseConv2d', [1, 2, 2, 2], 'perChannel')).toEqual({
      shape: [2, 2],
      lo: [1, -6, 3, 0],
      hi: [5, -2, 7, 4],
    });
    expect(await read('conv2d', [1, 2, 2, 2], 'perTensor')).toEqual({ shape: [], lo: [-6], hi: [7] });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('samples every s-th value, from every channel, and all of a small tensor', async () => {
    const x = tf.tidy(() => tf.reshape(tf.range(0, 2 * 4 * 4 * 8), [2, 4, 4, 8]));
    const [some, all] = [sampleValues(x, 40), sampleValues(x, 256)];
    const values = [...(await some.data())];
    // 256 / 40 rounds up to 7, which has no divisor in common with 256.
    expect(values).toEqual(Array.from({ length: 37 }, (_, i) => 7 * i));
    expect(new Set(values.map((v) => v % 8)).size).toBe(8);
    expect([...(await all.data())]).toEqual(Array.from({ length: 256 }, (_, i) => i));
    tf.dispose([x, some, all]);
  });
});
