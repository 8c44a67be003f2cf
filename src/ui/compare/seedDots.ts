import type { Spread } from '../../state/compare/results';
import type { ChartBar } from '../charts/chart';
import type { Words } from '../words/words';
import { points } from './sentences';

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

/** The same in words: how many seeds, their mean and spread, and each of them. */
export function spreadInWords(words: Words, { values, summary }: Spread, percent: (share: number) => string): string {
  const { seeds } = words.compare;
  const each = values.map(([seed, value]) => seeds.seedValue(String(seed), percent(value)));
  return `${seeds.spread(String(summary.n), percent(summary.mean), points(summary.deviation ?? 0))} (${each.join(words.comma)})`;
}
