import type { Spread } from '../../state/compare/results';
import type { ChartBar } from '../charts/chart';
import type { Words } from '../words/words';

/** A dot for each seed, and their mean: what a bar gets from a repetition over seeds. */
export const seedDots = (
  words: Words,
  { values, summary }: Spread,
  percent: (share: number) => string,
): Pick<ChartBar, 'dots' | 'mean'> => ({
  dots: values.map(([seed, value]) => ({
    label: words.compare.seeds.seedValue(String(seed), percent(value)),
    value,
  })),
  mean: summary.mean,
});
