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
