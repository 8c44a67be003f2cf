/** Statistics of a few values. None of them says more than so few can. */

export interface Summary {
  n: number;
  mean: number;
  /** Of the sample (n - 1 below the line); null for a single value. */
  deviation: number | null;
  least: number;
  greatest: number;
}

/** Null for no values at all. */
export function summarize(values: readonly number[]): Summary | null {
  const n = values.length;
  if (n === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    n,
    mean,
    deviation: n < 2 ? null : Math.sqrt(squares / (n - 1)),
    least: Math.min(...values),
    greatest: Math.max(...values),
  };
}

/** Student's t, 97.5 % quantile for n - 1 degrees of freedom; of n = 2 to 10. */
const BOUNDS = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** So many standard errors a mean of n differences must lie from 0 to be taken as shown (95 %, bell-shaped scatter). */
export const boundOf = (n: number): number => BOUNDS[Math.min(n, BOUNDS.length + 1) - 2] ?? Infinity;

/**
 * What differences show: nothing (fewer than two of them), not shown (within two standard errors of 0), a hint (beyond
 * two, but not beyond what so few differences need), shown.
 */
export type Verdict = 'tooFew' | 'notShown' | 'hint' | 'shown';

export interface Paired extends Summary {
  /** Of the mean; null for a single difference. */
  standardError: number | null;
  verdict: Verdict;
}

/** Of the differences of pairs that belong together. */
export function paired(differences: readonly number[]): Paired | null {
  const summary = summarize(differences);
  if (!summary) return null;
  const standardError = summary.deviation === null ? null : summary.deviation / Math.sqrt(summary.n);
  return { ...summary, standardError, verdict: verdictOf(summary.mean, standardError, summary.n) };
}

function verdictOf(mean: number, standardError: number | null, n: number): Verdict {
  if (standardError === null) return 'tooFew';
  const size = Math.abs(mean);
  if (size <= 2 * standardError) return 'notShown';
  // Without any scatter there is nothing to measure the difference with: few test images make equal counts.
  return standardError > 0 && size > boundOf(n) * standardError ? 'shown' : 'hint';
}
