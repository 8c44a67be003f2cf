/** Where a quantizer's range comes from: kernels from themselves, activations from calibration or generated images. */
import * as tf from '@tensorflow/tfjs-core';
import { channelRange } from '../kernels/fakeQuantize';
import { fakeQuantizeValue, type Range } from '../kernels/scalarQuantizer';
import type { Conv2dNode, DenseNode } from '../network/types';
import type { RunSettings } from '../runSettings';

export type { Range };

/** Ranges that come from values of calibration images; 'movingAverage' comes from whatever passes through. */
export type CalibrationMethod = Exclude<RunSettings['activationRange'], 'movingAverage'>;

/**
 * Share of the values, in per cent, that lies below the upper end of the 'percentile' range (and above its lower end).
 */
export const PERCENTILE = 99.9;
/** Clips that the 'mse' range tries: 1/100, 2/100, ... of the full range. */
export const MSE_CANDIDATES = 100;
/** Share of the old value that the program's moving average keeps. */
export const MOVING_AVERAGE_BETA = 0.9;

const HISTOGRAM_BINS = 4096;

/**
 * Smallest and largest value of a kernel: scalars per tensor; per channel one for each output channel, [O] for [h, w,
 * i, O] and [i, O], [c, m] for depthwise kernels [h, w, c, m]. Not differentiable; the caller owns both.
 */
export function weightRange(
  op: (Conv2dNode | DenseNode)['op'],
  kernel: tf.Tensor,
  granularity: RunSettings['weightGranularity'],
): { lo: tf.Tensor; hi: tf.Tensor } {
  return channelRange(kernel, weightChannels(op, kernel, granularity));
}

/**
 * Share of smallest to largest that a kernel's grid spans at so many bits: the more levels there are, the less is won
 * by clipping. What is left out falls as the distance of two levels does: 25 % at 2 bits are 11 % at 3, 5 % at 4 and
 * 0.3 % at 8.
 *
 * @param share at 2 bits (`weightRangeShare`); 1: everything, at any bits
 */
export function spannedShare(share: number, bits: number): number {
  return 1 - ((1 - share) * 3) / (2 ** bits - 1);
}

/** Shape of a kernel's ranges, see weightRange. */
export function weightChannels(
  op: (Conv2dNode | DenseNode)['op'],
  kernel: { shape: number[] },
  granularity: RunSettings['weightGranularity'],
): number[] {
  if (granularity === 'perTensor') return [];
  return kernel.shape.slice(op === 'depthwiseConv2d' ? -2 : -1);
}

/** Smallest and largest of some values. Error where there are none. */
export function minMaxRange(values: ArrayLike<number>): Range {
  if (values.length === 0) throw new Error('A range needs at least one value.');
  let lo = Infinity;
  let hi = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < lo) lo = values[i];
    if (values[i] > hi) hi = values[i];
  }
  return { lo, hi };
}

/**
 * From the (100 - p)th to the p-th percentile, with linear interpolation between neighbours (numpy's default). For ReLU
 * outputs, which have more than a few zeros, the lower end is 0.
 */
export function percentileRange(values: ArrayLike<number>, percentile: number = PERCENTILE): Range {
  if (values.length === 0) throw new Error('A range needs at least one value.');
  if (!(percentile > 50 && percentile <= 100))
    throw new RangeError(`A percentile is above 50 and at most 100, not ${percentile}.`);
  const sorted = Float32Array.from(values).sort();
  const at = (p: number) => {
    const position = (p / 100) * (sorted.length - 1);
    const below = Math.floor(position);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
  };
  return { lo: at(100 - percentile), hi: at(percentile) };
}

/**
 * The range [f min, f max] with the smallest mean squared error of quantizing `values` to `bits` bits, over
 * f = 1/candidates ... 1; of equal ones the widest. min is taken as 0 where all values are positive, and max where all
 * are negative. Many values are first gathered into a histogram whose bins keep their values' mean.
 */
export function mseRange(values: ArrayLike<number>, bits: number, candidates: number = MSE_CANDIDATES): Range {
  const full = minMaxRange(values);
  const [min, max] = [Math.min(0, full.lo), Math.max(0, full.hi)];
  const points =
    values.length <= HISTOGRAM_BINS ? Array.from(values, (value) => ({ value, count: 1 })) : histogram(values, full);
  let best: Range = { lo: min, hi: max };
  let smallest = Infinity;
  for (let i = candidates; i >= 1; i--) {
    const range = { lo: (min * i) / candidates, hi: (max * i) / candidates };
    let error = 0;
    for (const { value, count } of points)
      error += count * (fakeQuantizeValue(value, range.lo, range.hi, bits) - value) ** 2;
    if (error < smallest) {
      smallest = error;
      best = range;
    }
  }
  return best;
}

function histogram(values: ArrayLike<number>, { lo, hi }: Range): { value: number; count: number }[] {
  const sums = new Float64Array(HISTOGRAM_BINS);
  const counts = new Float64Array(HISTOGRAM_BINS);
  const perBin = HISTOGRAM_BINS / Math.max(hi - lo, Number.MIN_VALUE);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.min(HISTOGRAM_BINS - 1, Math.floor((values[i] - lo) * perBin));
    sums[bin] += values[i];
    counts[bin] += 1;
  }
  return Array.from(counts, (count, bin) => ({ value: sums[bin] / count, count })).filter(({ count }) => count > 0);
}

/** One update of the program's moving average, which starts from 0 and so needs some 30 batches to arrive. */
export function movingAverage(previous: Range, batch: Range, beta: number = MOVING_AVERAGE_BETA): Range {
  return { lo: beta * previous.lo + (1 - beta) * batch.lo, hi: beta * previous.hi + (1 - beta) * batch.hi };
}

/**
 * At most about `limit` values of a tensor, evenly spread and always the same ones: every s-th, with s sharing no
 * divisor with the size, so that no channel and no column is passed over. The caller owns the result [n].
 */
export function sampleValues(x: tf.Tensor, limit: number): tf.Tensor1D {
  return tf.tidy(() => {
    const flat = tf.reshape(x, [x.size]) as tf.Tensor1D;
    if (x.size <= limit) return tf.clone(flat);
    let stride = Math.ceil(x.size / limit);
    while (greatestCommonDivisor(stride, x.size) !== 1) stride += 1;
    return tf.stridedSlice(flat, [0], [x.size], [stride]) as tf.Tensor1D;
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
