/** What a grid does to a histogram's values. Plain arithmetic: the page does it while a range is dragged. */
import { fakeQuantizeValue, type Range } from '../kernels/scalarQuantizer';

/** Values in equally wide bins. */
export interface Histogram {
  lo: number;
  hi: number;
  /** [bins] */
  counts: Float64Array;
  /** [bins] sum of the values of each. */
  sums: Float64Array;
}

export interface GridError {
  /** 10 log10(sum x^2 / sum (x - x')^2), dB; Infinity where there is no error. */
  sqnr: number;
  /** Shares of the squared error that come from clipping and from rounding, 0 to 1; NaN where there is none. */
  clipping: number;
  rounding: number;
  /** Share of the values outside the levels, 0 to 1. */
  clipped: number;
}

/** The lowest and the highest level of the grid for values from lo to hi. */
export const levelEnds = ({ lo, hi }: Range, bits: number): Range => ({
  lo: fakeQuantizeValue(-Infinity, lo, hi, bits),
  hi: fakeQuantizeValue(Infinity, lo, hi, bits),
});

/** All levels of the grid for values from lo to hi, rising. */
export function levels(range: Range, bits: number): number[] {
  const ends = levelEnds(range, bits);
  const steps = 2 ** bits - 1;
  return Array.from({ length: steps + 1 }, (_, i) => ends.lo + ((ends.hi - ends.lo) * i) / steps);
}

/** Of a value: what float32 loses of it in the way to a level and back, which on the grid of a constant is many steps. */
export const ROUNDING = 2 ** -20;

/** Each bin counts as its values' mean. */
export function gridError({ counts, sums }: Histogram, range: Range, bits: number): GridError {
  const ends = levelEnds(range, bits);
  const half = (ends.hi - ends.lo) / (2 * (2 ** bits - 1));
  let [signal, clipping, rounding, clipped, n] = [0, 0, 0, 0, 0];
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin];
    if (count === 0) continue;
    const value = sums[bin] / count;
    const error = count * (fakeQuantizeValue(value, range.lo, range.hi, bits) - value) ** 2;
    n += count;
    signal += count * value * value;
    if (Math.max(ends.lo - value, value - ends.hi) > half + Math.abs(value) * ROUNDING) {
      clipping += error;
      clipped += count;
    } else rounding += error;
  }
  const noise = clipping + rounding;
  return {
    sqnr: noise === 0 ? Infinity : 10 * Math.log10(signal / noise),
    clipping: clipping / noise,
    rounding: rounding / noise,
    clipped: n === 0 ? 0 : clipped / n,
  };
}
