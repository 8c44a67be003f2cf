/**
 * The range whose quantized values are distributed most like the values themselves: least Kullback-Leibler divergence
 * (S. Migacz, 8-bit Inference with TensorRT, GPU Technology Conference 2017).
 */
import type { Range } from '../../kernels/scalarQuantizer';

const BINS = 2048;
/** Clips that are tried: 1/100, 2/100, ... of the full range. */
const CANDIDATES = 100;

/**
 * What is left of counts when each group of neighbouring bins is one level: a group's sum is shared out equally over
 * those of its bins that are not empty.
 *
 * @param levels groups, as equally wide as they can be
 */
export function expanded(counts: ArrayLike<number>, levels: number): Float64Array {
  const result = new Float64Array(counts.length);
  for (let level = 0; level < levels; level++) {
    const from = Math.round((level * counts.length) / levels);
    const to = Math.round(((level + 1) * counts.length) / levels);
    let [sum, filled] = [0, 0];
    for (let i = from; i < to; i++) {
      sum += counts[i];
      if (counts[i] > 0) filled++;
    }
    for (let i = from; i < to; i++) if (counts[i] > 0) result[i] = sum / filled;
  }
  return result;
}

/** KL(P || Q) in nats of two lists of counts, each divided by its sum; Infinity where Q lacks what P has. */
export function countDivergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
  const total = (counts: ArrayLike<number>) => Array.from(counts).reduce((sum, each) => sum + each, 0);
  const [sumP, sumQ] = [total(p), total(q)];
  let result = 0;
  for (let i = 0; i < p.length; i++) {
    if (p[i] === 0) continue;
    if (q[i] === 0) return Infinity;
    result += (p[i] / sumP) * Math.log(p[i] / sumP / (q[i] / sumQ));
  }
  return result;
}

/**
 * The range [f min, f max] of least divergence, over f = 1/100 ... 1; of equal ones the widest. What is clipped counts
 * in the outermost bins of the values, but not of their quantized copy. min is at most 0 and max at least 0. Values of
 * exactly 0 are left out: they have a level of their own in every grid, and after a ReLU would outweigh all others.
 *
 * @throws Error where there are no values
 */
export function entropyRange(values: ArrayLike<number>, bits: number): Range {
  if (values.length === 0) throw new Error('A range needs at least one value.');
  let [min, max] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < min) min = values[i];
    if (values[i] > max) max = values[i];
  }
  const full: Range = { lo: min, hi: max };
  if (!(max > min)) return full;
  const counts = new Float64Array(BINS);
  const perBin = BINS / (max - min);
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== 0) counts[Math.min(BINS - 1, Math.floor((values[i] - min) * perBin))]++;
  }
  let best = full;
  let least = Infinity;
  for (let k = CANDIDATES; k >= 1; k--) {
    const range = { lo: (min * k) / CANDIDATES, hi: (max * k) / CANDIDATES };
    const from = Math.floor((range.lo - min) * perBin);
    const to = Math.max(from + 1, Math.min(BINS, Math.ceil((range.hi - min) * perBin)));
    if (to - from < 2 ** bits) break;
    const inside = counts.slice(from, to);
    const quantized = expanded(inside, 2 ** bits);
    for (let i = 0; i < from; i++) inside[0] += counts[i];
    for (let i = to; i < BINS; i++) inside[inside.length - 1] += counts[i];
    const divergence = countDivergence(inside, quantized);
    if (divergence < least) [best, least] = [range, divergence];
  }
  return best;
}
