import type { Spread } from '../../state/compare/results';
import { useFormat, useWords } from '../language';
import { points } from './sentences';

/** A dot for each seed and a line at their mean, along a track from 0 to 1. */
export function SeedMarks({ spread: { values, summary } }: { spread: Spread }) {
  const {
    comma,
    compare: { seeds: words },
  } = useWords();
  const { percent } = useFormat();
  const each = values.map(([seed, accuracy]) => words.seedValue(String(seed), percent(accuracy)));
  const label = `${words.spread(String(summary.n), percent(summary.mean), points(summary.deviation ?? 0))} (${each.join(comma)})`;
  return (
    <span className="seed-marks" role="img" aria-label={label} title={label}>
      {values.map(([seed, accuracy]) => (
        <span key={seed} className="seed-dot" style={{ left: `${accuracy * 100}%` }} />
      ))}
      <span className="seed-mean" style={{ left: `${summary.mean * 100}%` }} />
    </span>
  );
}
