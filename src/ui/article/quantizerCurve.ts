import { fakeQuantizeValue } from '../../engine/kernels/scalarQuantizer';

export interface QuantizerCurve {
  /** [x, rounded x] pairs, x evenly from `from` to `to`. */
  points: [number, number][];
  /** Largest distance between a number within lo to hi and what it is rounded to. */
  largestError: number;
}

/** What `bits` bits make of numbers from `from` to `to` when the range is `lo` to `hi`, at `count` places. */
export function quantizerCurve(
  lo: number,
  hi: number,
  bits: number,
  from: number,
  to: number,
  count: number,
): QuantizerCurve {
  const points = Array.from({ length: count }, (_, i): [number, number] => {
    const x = from + ((to - from) * i) / (count - 1);
    return [x, fakeQuantizeValue(x, lo, hi, bits)];
  });
  const within = points
    .filter(([x]) => x >= lo && x <= hi)
    .concat([lo, hi].map((x): [number, number] => [x, fakeQuantizeValue(x, lo, hi, bits)]));
  return {
    points,
    largestError: Math.max(...within.map(([x, y]) => Math.abs(x - y))),
  };
}
