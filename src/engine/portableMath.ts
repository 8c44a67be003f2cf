/**
 * Logarithm, exponential, sine and cosine of additions, multiplications and divisions alone, which every JavaScript
 * engine rounds alike. Those of `Math` may differ in their last bit from one to the next, and a run is to be the same on
 * all. Within two units in the last place for what the engine asks of them (the tests look).
 */

/** ln 2 in two parts: few enough bits that small multiples of the first are exact, and what it lacks. */
const LN2_HIGH = Math.fround(Math.LN2);
const LN2_LOW = -1.904654299957768e-9;

/** Terms of the series of e, which like the others are summed from the smallest on. */
const EXP_TERMS = 16;

/** Natural logarithm of a positive number. */
export function log(x: number): number {
  let exponent = 0;
  let m = x;
  for (; m > Math.SQRT2; exponent++) m /= 2;
  for (; m < Math.SQRT1_2; exponent--) m *= 2;
  // 2 artanh s, where s is at most 0.172.
  const s = (m - 1) / (m + 1);
  const z = s * s;
  // Written out: the loop takes half as long again, and these series are most of what drawing a normal number takes.
  let sum = 0;
  sum = z * (1 / 25 + sum);
  sum = z * (1 / 23 + sum);
  sum = z * (1 / 21 + sum);
  sum = z * (1 / 19 + sum);
  sum = z * (1 / 17 + sum);
  sum = z * (1 / 15 + sum);
  sum = z * (1 / 13 + sum);
  sum = z * (1 / 11 + sum);
  sum = z * (1 / 9 + sum);
  sum = z * (1 / 7 + sum);
  sum = z * (1 / 5 + sum);
  sum = z * (1 / 3 + sum);
  return exponent * LN2_HIGH + (exponent * LN2_LOW + (2 * s + 2 * s * sum));
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

/** Sine and cosine of r turns, r at most 1/8. */
function smallTurn(r: number): { sine: number; cosine: number } {
  const a = 2 * Math.PI * r;
  const z = -(a * a);
  // Written out, as above: twice as fast.
  let sine = 0;
  let cosine = 0;
  sine = (z / 420) * (1 + sine);
  cosine = (z / 380) * (1 + cosine);
  sine = (z / 342) * (1 + sine);
  cosine = (z / 306) * (1 + cosine);
  sine = (z / 272) * (1 + sine);
  cosine = (z / 240) * (1 + cosine);
  sine = (z / 210) * (1 + sine);
  cosine = (z / 182) * (1 + cosine);
  sine = (z / 156) * (1 + sine);
  cosine = (z / 132) * (1 + cosine);
  sine = (z / 110) * (1 + sine);
  cosine = (z / 90) * (1 + cosine);
  sine = (z / 72) * (1 + sine);
  cosine = (z / 56) * (1 + cosine);
  sine = (z / 42) * (1 + sine);
  cosine = (z / 30) * (1 + cosine);
  sine = (z / 20) * (1 + sine);
  cosine = (z / 12) * (1 + cosine);
  sine = (z / 6) * (1 + sine);
  cosine = (z / 2) * (1 + cosine);
  return { sine: a + a * sine, cosine: 1 + cosine };
}

/** Sine and cosine of an angle in turns, 2 pi of them: what is left of whole quarters is exact. */
export function turn(turns: number): { sine: number; cosine: number } {
  const quarters = Math.round(4 * turns);
  const { sine, cosine } = smallTurn(turns - quarters / 4);
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
