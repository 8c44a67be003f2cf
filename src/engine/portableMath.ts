/**
 * Logarithm, exponential, sine and cosine of additions, multiplications and divisions alone, which every JavaScript
 * engine rounds alike. Those of `Math` may differ in their last bit from one to the next, and a run is to be the same on
 * all. Within two units in the last place for what the engine asks of them (the tests look).
 */

/** ln 2 in two parts: few enough bits that small multiples of the first are exact, and what it lacks. */
const LN2_HIGH = Math.fround(Math.LN2);
const LN2_LOW = -1.904654299957768e-9;

const TWO_TO_32 = 2 ** 32;

/** Terms of the series of e, summed from the smallest on. */
const EXP_TERMS = 16;

/** Natural logarithm of a positive number. */
export function log(x: number): number {
  let exponent = 0;
  let m = x;
  for (; m > Math.SQRT2; exponent++) m /= 2;
  for (; m < Math.SQRT1_2; exponent--) m *= 2;
  return logOfScaled(m, exponent);
}

/**
 * ln (m 2^exponent), for m from the square root of 1/2 to that of 2.
 *
 * 2 artanh s by the polynomial in s^2 whose largest relative error is least (Remez, 60 digits): 1.3e-18.
 */
function logOfScaled(m: number, exponent: number): number {
  // At most 0.172.
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let sum = 0.1479610180286249;
  sum = 0.1531403618704396 + z * sum;
  sum = 0.18183564853474612 + z * sum;
  sum = 0.22222198563727008 + z * sum;
  sum = 0.28571428742472665 + z * sum;
  sum = 0.3999999999941433 + z * sum;
  sum = 0.6666666666666734 + z * sum;
  return exponent * LN2_HIGH + (exponent * LN2_LOW + (2 * s + s * (z * sum)));
}

/** 2^-k */
const HALVES = Float64Array.from({ length: 33 }, (_, k) => 2 ** -k);

/** ln (n / 2^32), for an integer n from 1 to 2^32. Several times as fast as `log`, and the same. */
export function logOfShare(n: number): number {
  // Of the highest bit: n / 2^bits lies in [1, 2).
  const bits = n < TWO_TO_32 ? 31 - Math.clz32(n) : 32;
  const m = n * HALVES[bits];
  return m > Math.SQRT2 ? logOfScaled(m / 2, bits - 31) : logOfScaled(m, bits - 32);
}

/** e to the power of x, for x that is not far from 0. */
export function exp(x: number): number {
  const k = Math.round(x / Math.LN2);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 0;
  for (let i = EXP_TERMS; i > 0; i--) sum = (r / i) * (1 + sum);
  let power = 1;
  for (let i = 0; i < Math.abs(k); i++) power *= 2;
  return k < 0 ? (1 + sum) / power : (1 + sum) * power;
}

/** Sine of a, at most pi / 4: as with the logarithm, the polynomial of least error (4e-18). */
export function sineOfSmall(a: number): number {
  const z = a * a;
  let sum = 1.5896213905538653e-10;
  sum = -2.5050747489760537e-8 + z * sum;
  sum = 2.7557313619688146e-6 + z * sum;
  sum = -0.00019841269829584776 + z * sum;
  sum = 0.008333333333322113 + z * sum;
  sum = -0.1666666666666663 + z * sum;
  return a + a * (z * sum);
}

/** Cosine of a, at most pi / 4 (6e-20). */
export function cosineOfSmall(a: number): number {
  const z = a * a;
  let sum = -1.1358525275632135e-11;
  sum = 2.087570062982336e-9 + z * sum;
  sum = -2.755731417777475e-7 + z * sum;
  sum = 2.4801587288846578e-5 + z * sum;
  sum = -0.001388888888887305 + z * sum;
  sum = 0.041666666666666595 + z * sum;
  return 1 - (z / 2 - z * z * sum);
}

/** Sine and cosine of an angle in turns, 2 pi of them: what is left of whole quarters is exact. */
export function turn(turns: number): { sine: number; cosine: number } {
  const quarters = Math.round(4 * turns);
  const angle = 2 * Math.PI * (turns - quarters / 4);
  const [sine, cosine] = [sineOfSmall(angle), cosineOfSmall(angle)];
  switch (quarters & 3) {
    case 1:
      return { sine: cosine, cosine: -sine };
    case 2:
      return { sine: -sine, cosine: -cosine };
    case 3:
      return { sine: -cosine, cosine: sine };
    default:
      return { sine, cosine };
  }
}
