import type { ReactNode } from 'react';
import { useMemo } from 'react';
import { BarChart } from '../charts/BarChart';
import type { BarChartProps, ChartBar } from '../charts/chart';

export interface BarRow {
  bar: ChartBar;
  /** What the bar says, in words: also for those who cannot see it. */
  value: ReactNode;
  state?: string;
}

const SHARE = [0, 1] as const;

/** Shares as bars, one chart for all of them, with a name before and the number behind each. */
export function BarRows({
  rows,
  pinned = false,
  ...chart
}: Omit<BarChartProps, 'bars' | 'domain'> & { rows: readonly BarRow[]; pinned?: boolean }) {
  const bars = useMemo(() => rows.map(({ bar }) => bar), [rows]);
  return (
    <div className="bars" data-pinned={pinned}>
      <div className="bar-tracks" style={{ gridRow: `1 / span ${rows.length}` }}>
        <BarChart {...chart} bars={bars} domain={SHARE} />
      </div>
      {rows.map(({ bar: { id, label }, value, state }, index) => (
        <div key={id} className="bar" data-state={state}>
          <span className="bar-name" style={{ gridRow: index + 1 }}>
            {label}
          </span>
          <span className="bar-value" style={{ gridRow: index + 1 }}>
            {value}
          </span>
        </div>
      ))}
    </div>
  );
}
