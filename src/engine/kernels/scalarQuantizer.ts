/**
 * The quantizer of fdda.md ("Quantizer") for single numbers: plain arithmetic without tensors, in float32 and in the
 * same order as the tensors' version (`fakeQuantize.ts`). The page draws it, and searches for ranges use it.
 */

/** Values outside are clipped. */
export interface Range {
  lo: number;
  hi: number;
}

/** Ranges below this count as this wide, so that a constant channel has a scale. */
export const SMALLEST_RANGE = 1e-8;

/** RangeError unless `bits` is a whole number from 2 to 8. */
export function checkBits(bits: number): void {
  if (!Number.isInteger(bits) || bits < 2 || bits > 8)
    throw new RangeError(`A quantizer has 2 to 8 bits, not ${bits}.`);
}

/** Nearest whole number, halves to the even one, as IEEE 754 and PyTorch round. */
export function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Fake quantization of one number in float32: what the tensors' version does. */
export function fakeQuantizeValue(x: number, lo: number, hi: number, bits: number): number {
  const f = Math.fround;
  const half = 2 ** (bits - 1);
  const scale = f((2 ** bits - 1) / Math.max(f(f(hi) - f(lo)), f(SMALLEST_RANGE)));
  const zero = f(roundHalfToEven(f(scale * f(lo))) + half);
  const q = Math.min(half - 1, Math.max(-half, roundHalfToEven(f(f(scale * f(x)) - zero))));
  return f(f(q + zero) / scale);
}
