import type { ReactNode } from 'react';

/** Rows of names and values beside the place that is pointed at. */
export function ChartTooltip({
  title,
  rows,
}: {
  title: string;
  rows: readonly { key: string; color: string; sign: string; label: string; value: ReactNode }[];
}) {
  return (
    <div className="tooltip" aria-live="polite">
      <strong>{title}</strong>
      {rows.map(({ key, color, sign, label, value }) => (
        <div key={key} className="tooltip-row">
          <span className="tooltip-key" style={{ color }}>
            {sign}
          </span>{' '}
          {label} <b>{value}</b>
        </div>
      ))}
    </div>
  );
}
