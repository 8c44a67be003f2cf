/**
 * The asymmetric uniform quantizer of fdda.md ("Quantizer"), as integers and as "fake" quantization: values rounded to
 * the grid but kept as floating point, with a gradient that passes straight through.
 *
 * For k bits: scale = (2^k - 1) / max(hi - lo, 1e-8), zero = round(scale lo) + 2^(k-1),
 * q = clamp(round(scale x - zero), -2^(k-1), 2^(k-1) - 1), x' = (q + zero) / scale; round half to even. Everything is
 * computed in float32 in this order, because where a value lies between two grid points the last bit decides.
 */
import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from './differentiable';
import { fused, hasFused, runFused } from './fused';
import { checkBits, roundHalfToEven, SMALLEST_RANGE } from './scalarQuantizer';

/**
 * Where the grid of one tensor lies: x' = (q + zero) / scale. Scalars, or one value a channel broadcastable along the
 * last axes: [O] for kernels [h, w, i, O] and [i, O], [c, m] for depthwise kernels [h, w, c, m].
 */
export type QuantizationGrid = {
  scale: tf.Tensor;
  /** Whole numbers. Outside the integers' range where the value range excludes 0. */
  zero: tf.Tensor;
  bits: number;
};

/**
 * The grid for values from `lo` to `hi`.
 *
 * @param lo number, scalar tensor, or one value a channel (see QuantizationGrid)
 */
export function quantizationGrid(lo: number | tf.Tensor, hi: number | tf.Tensor, bits: number): QuantizationGrid {
  checkBits(bits);
  const half = 2 ** (bits - 1);
  if (typeof lo === 'number' && typeof hi === 'number') {
    // The same float32 steps without a launch.
    const f = Math.fround;
    const scale = f((2 ** bits - 1) / Math.max(f(f(hi) - f(lo)), f(SMALLEST_RANGE)));
    return { scale: tf.scalar(scale), zero: tf.scalar(f(roundHalfToEven(f(scale * f(lo))) + half)), bits };
  }
  return tf.tidy(() => {
    const scale = tf.div(2 ** bits - 1, tf.maximum(tf.sub(hi, lo), SMALLEST_RANGE));
    return { scale, zero: tf.add(tf.round(tf.mul(scale, lo)), half), bits };
  });
}

/** The signed integers of `x`, -2^(k-1) to 2^(k-1) - 1, as float32. */
export function quantize(x: tf.Tensor, { scale, zero, bits }: QuantizationGrid): tf.Tensor {
  const half = 2 ** (bits - 1);
  return tf.tidy(() => tf.clipByValue(tf.round(tf.sub(tf.mul(x, scale), zero)), -half, half - 1));
}

/** The values that integers stand for: (q + zero) / scale. */
export function dequantize(q: tf.Tensor, { scale, zero }: QuantizationGrid): tf.Tensor {
  return tf.tidy(() => tf.div(tf.add(q, zero), scale));
}

/**
 * What a gradient does where values are clipped: 'pass' is the plain straight-through estimator of the authors'
 * program, 'mask' lets nothing pass there (PyTorch's `fake_quantize`, PACT, LSQ), so that no value is pushed further
 * out for ever.
 */
export type ClippedGradient = 'mask' | 'pass';

/**
 * `x` rounded to the grid, which is a constant. The gradient passes straight through inside the grid, and outside as
 * `clipped` says.
 *
 * @param grid the grid, or a function that makes it of `x` and is then not differentiated
 */
export function fakeQuantizeOnGrid<T extends tf.Tensor>(
  x: T,
  grid: QuantizationGrid | (() => QuantizationGrid),
  clipped: ClippedGradient = 'pass',
): T {
  let bits = 0;
  return differentiable<T>(
    [x],
    (save) =>
      tf.tidy(() => {
        const g = typeof grid === 'function' ? grid() : grid;
        bits = g.bits;
        if (clipped === 'mask') save([x, g.scale, g.zero]);
        return onGrid(x, g);
      }),
    (dy, [saved, scale, zero]) =>
      clipped === 'pass' ? [tf.clone(dy)] : [gridGradients(dy, saved, { scale, zero, bits }, false)[0]],
  );
}

/**
 * Fake quantization on a learned grid (LSQ, Esser et al. 2020, with LSQ+'s zero points): differentiable in `x`, and in
 * the step and the zero point as PyTorch's `_fake_quantize_learnable_per_channel_affine` has it. The grid is scale = 1
 * / step, the zero point rounded to a whole number, with a gradient that passes straight through the rounding.
 *
 * d/dx: 1 inside the grid, 0 outside. d/dstep: q + zero - x / step inside, the clipped level q + zero outside. d/dzero:
 * 0 inside, step outside.
 *
 * @param step, zero scalars or one value a channel, as in QuantizationGrid
 */
export function fakeQuantizeLearned<T extends tf.Tensor>(x: T, step: tf.Tensor, zero: tf.Tensor, bits: number): T {
  checkBits(bits);
  return differentiable<T>(
    [x, step, zero],
    (save) => {
      const scale = tf.div(1, step);
      const rounded = tf.round(zero);
      save([x, scale, rounded]);
      return tf.tidy(() => onGrid(x, { scale, zero: rounded, bits }));
    },
    (dy, [saved, scale, rounded]) => {
      const [dx, dStep, outside] = gridGradients(dy, saved, { scale, zero: rounded, bits }, true);
      return [dx, dStep, tf.div(outside, scale)];
    },
  );
}

function onGrid<T extends tf.Tensor>(x: T, g: QuantizationGrid): T {
  const { scale, zero, bits } = g;
  return fused('FakeQuantize', { x, scale, zero }, { bits }, () => dequantize(quantize(x, g), g) as T);
}

/**
 * [dx], dy where x is not clipped; with `sums` also, of the grid's shape, dy times d/dstep, and dy where x is clipped,
 * summed over each channel.
 */
function gridGradients(dy: tf.Tensor, x: tf.Tensor, grid: QuantizationGrid, sums: boolean): tf.Tensor[] {
  const { scale, zero, bits } = grid;
  return fused<tf.Tensor[]>('FakeQuantizeGradient', { dy, x, scale, zero }, { bits, sums }, () => {
    const half = 2 ** (bits - 1);
    const product = tf.mul(x, scale);
    const q = tf.round(tf.sub(product, zero));
    const inside = tf.cast(tf.logicalAnd(tf.greaterEqual(q, -half), tf.lessEqual(q, half - 1)), 'float32');
    const dx = tf.mul(dy, inside);
    if (!sums) return [dx];
    const level = tf.add(tf.clipByValue(q, -half, half - 1), zero);
    const overChannels = (t: tf.Tensor) =>
      tf.reshape(tf.sum(tf.reshape(t, [x.size / scale.size, scale.size]), 0), scale.shape);
    const derivative = tf.sub(level, tf.mul(product, inside));
    return [dx, overChannels(tf.mul(dy, derivative)), overChannels(tf.sub(dy, dx))];
  });
}

/**
 * Smallest and largest value of every channel of `x`, of shape `channels`: its last axes, as in QuantizationGrid; []
 * for one range of all. Not differentiable; the caller owns both.
 */
export function channelRange(x: tf.Tensor, channels: number[]): { lo: tf.Tensor; hi: tf.Tensor } {
  const count = channels.reduce((a, b) => a * b, 1);
  return tf.tidy(() => {
    const [lo, hi] = fused<tf.Tensor[]>('ChannelRange', { x }, { count }, () => {
      const rows = tf.reshape(x, [x.size / count, count]);
      return [tf.min(rows, 0), tf.max(rows, 0)];
    });
    return { lo: tf.reshape(lo, channels), hi: tf.reshape(hi, channels) };
  });
}

/**
 * Fake quantization with `bits` bits from each channel's smallest to its largest value; see channelRange and
 * fakeQuantizeOnGrid.
 */
export function fakeQuantizeToOwnRange<T extends tf.Tensor>(x: T, channels: number[], bits: number): T {
  checkBits(bits);
  if (!hasFused('FakeQuantizeToOwnRange')) {
    return fakeQuantizeOnGrid(x, () => {
      const { lo, hi } = channelRange(x, channels);
      return quantizationGrid(lo, hi, bits);
    });
  }
  const count = channels.reduce((a, b) => a * b, 1);
  return differentiable<T>(
    [x],
    () => runFused('FakeQuantizeToOwnRange', { x }, { count, bits }),
    (dy) => [tf.clone(dy)],
  );
}

/** Fake quantization with `bits` bits of values from `lo` to `hi`; see fakeQuantizeOnGrid and quantizationGrid. */
export function fakeQuantize<T extends tf.Tensor>(
  x: T,
  lo: number | tf.Tensor,
  hi: number | tf.Tensor,
  bits: number,
  clipped: ClippedGradient = 'pass',
): T {
  checkBits(bits);
  return fakeQuantizeOnGrid(x, () => quantizationGrid(lo, hi, bits), clipped);
}
