import { thin } from '../../state/series';
import type { ChartSeries } from './chart';

/** So many points of a line are drawn at most. */
export const MOST_POINTS = 600;

/**
 * One place on the x axis and what the series have there, by `keyOf`; null leaves a gap, a key that is missing does
 * not.
 */
export interface ChartRow {
  x: number;
  [key: string]: number | null;
}

/** Under which name the values of the i-th series stand in a row. */
export const keyOf = (index: number): string => `y${index}`;

/** The value where it can be drawn. */
export const drawable = (y: number | null, log: boolean): number | null =>
  y === null || !Number.isFinite(y) || (log && y <= 0) ? null : y;

/** The points of a line, thinned where there are more than can be seen; extremes and gaps stay. */
function fewer(points: ChartSeries['points']): ChartSeries['points'] {
  if (points.length <= MOST_POINTS) return points;
  const kept = thin(
    points.map(([, y], step) => ({ step, y })),
    MOST_POINTS,
  );
  return kept.map(({ step }) => points[step]);
}

/** All series as one table, x rising. */
export function chartRows(series: readonly ChartSeries[], log: boolean): ChartRow[] {
  const rows = new Map<number, ChartRow>();
  series.forEach(({ points }, index) => {
    for (const [x, y] of fewer(points)) {
      let row = rows.get(x);
      if (!row) rows.set(x, (row = { x }));
      row[keyOf(index)] = drawable(y, log);
    }
  });
  return [...rows.values()].sort((a, b) => a.x - b.x);
}

/** The values that stand in a row, each with its series. */
export const readingsAt = (
  row: ChartRow | undefined,
  series: readonly ChartSeries[],
): { series: ChartSeries; value: number }[] =>
  row
    ? series.flatMap((each, index) => {
        const value = row[keyOf(index)];
        return value === undefined || value === null ? [] : [{ series: each, value }];
      })
    : [];

/** Of the width of a chart, what a few words take. */
const WORDS = 0.4;

/**
 * At which end of a line across the chart its words lie on fewer of the other lines: where these keep further away from
 * it. The right one if nothing says otherwise.
 *
 * @param rows as drawn
 * @param height of the line, in the values' unit
 */
export function freerEnd(rows: readonly ChartRow[], height: number): 'left' | 'right' {
  if (rows.length === 0) return 'right';
  const [from, to] = [rows[0].x, rows[rows.length - 1].x];
  const nearest = (isNear: (share: number) => boolean) => {
    let least = Infinity;
    for (const { x, ...values } of rows) {
      if (!isNear(to > from ? (x - from) / (to - from) : 0)) continue;
      for (const value of Object.values(values)) if (value !== null) least = Math.min(least, Math.abs(value - height));
    }
    return least;
  };
  return nearest((share) => share <= WORDS) > nearest((share) => share >= 1 - WORDS) ? 'left' : 'right';
}
