/** The few distributions that comparisons need. Plain arithmetic: page, engine and command line share it. */

/** 97.5 % quantile of the normal distribution: what a 95 % interval takes on each side. */
export const NORMAL_BOUND = 1.959963984540054;

/**
 * Probability that |t| stays below `t` (0 or more) with `df` (1, 2, ...) degrees of freedom: Student's distribution as
 * a finite series (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4).
 */
function centralProbability(t: number, df: number): number {
  const angle = Math.atan(t / Math.sqrt(df));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = df % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = df === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < df; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}

/**
 * 97.5 % quantile of Student's t: so many standard errors a 95 % interval takes on each side.
 *
 * @param df degrees of freedom, 1, 2, ...
 * @throws RangeError for none, or a fraction
 */
export function studentBound(df: number): number {
  if (!Number.isInteger(df) || df < 1) throw new RangeError(`Student's t has 1, 2, ... degrees of freedom, not ${df}.`);
  let [low, high] = [NORMAL_BOUND, 12.71];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (centralProbability(middle, df) < 0.95) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Of a fair coin thrown `n` times: the probability of at most `heads` heads, and of exactly so many. Summed from the
 * largest term down, whose logarithm is exact enough for any n: 2 ** -n itself is 0 from n = 1,075 on.
 */
export function fairCoin(heads: number, n: number): { atMost: number; exactly: number } {
  if (heads < 0) return { atMost: 0, exactly: 0 };
  let log = -n * Math.LN2;
  for (let i = 1; i <= heads; i++) log += Math.log((n - heads + i) / i);
  const exactly = Math.exp(log);
  let [term, sum] = [1, 1];
  for (let k = heads; k > 0; k--) {
    term *= k / (n - k + 1);
    sum += term;
    // Below the middle the terms only shrink.
    if (term < sum * 1e-18 && 2 * k <= n) break;
  }
  return { atMost: Math.min(1, exactly * sum), exactly };
}
