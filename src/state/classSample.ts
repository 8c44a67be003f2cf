import type { RunOverview, SyntheticSnapshot } from '../engine/runReport';

/** Of which classes the views have a row, a point or a cell where a network has more than they have room for. */

export const SAMPLE_BY = ['even', 'farthest', 'changed'] as const;
/**
 * - `even`: evenly spread over all classes;
 * - `farthest`: whose synthetic batches lie farthest from their own center, measured by the nearest other one;
 * - `changed`: where that changed most since it was first looked at.
 */
export type SampleBy = (typeof SAMPLE_BY)[number];

export interface ClassSample {
  by: SampleBy;
  /** Classes that were looked for by name: shown in any case, the latest last. */
  picked: readonly number[];
}

export const DEFAULT_SAMPLE: ClassSample = { by: 'even', picked: [] };
/** Classes that are shown; a network of no more has all of them shown. */
export const MOST_SHOWN = 20;
/** Classes that were looked for, of those. */
export const MOST_PICKED = 8;

/** The classes whose synthetic images were looked at; all of them before any was. */
export function lookedAt(classes: number, snapshot: SyntheticSnapshot | null): readonly number[] {
  return snapshot ? Array.from(snapshot.batchPoints.labels) : Array.from({ length: classes }, (_, c) => c);
}

/**
 * Of each class the mean, over the layers that the center terms look at, of its batch's distance to its own center
 * divided by that to the nearest other one; NaN where it was not looked at.
 */
export function farness(
  { startLayer, network: { numClasses, layers } }: Pick<RunOverview, 'startLayer' | 'network'>,
  { distanceToOwnCenter, distanceToNearestOther }: SyntheticSnapshot,
): Float64Array {
  const sums = new Float64Array(numClasses);
  for (let layer = startLayer; layer < layers.length; layer++)
    for (let c = 0, at = layer * numClasses; c < numClasses; c++, at++)
      sums[c] += distanceToOwnCenter[at] / distanceToNearestOther[at];
  return sums.map((sum) => sum / (layers.length - startLayer));
}

/** As many of `from` as asked for, evenly spread. */
const evenly = (from: readonly number[], count: number): number[] =>
  Array.from(
    { length: Math.min(count, from.length) },
    (_, i) => from[Math.floor((i * from.length) / Math.min(count, from.length))],
  );

/** Those with the largest scores; what has none comes last, in its order. */
const largest = (from: readonly number[], score: (c: number) => number): number[] =>
  from
    .map((c) => ({ c, score: score(c) }))
    .sort((a, b) => (Number.isNaN(b.score) ? -1 : b.score) - (Number.isNaN(a.score) ? -1 : a.score) || a.c - b.c)
    .map(({ c }) => c);

/**
 * The classes that are shown, rising.
 *
 * @param first the earliest look at the same generator that is kept
 * @param chosen the chosen class, shown in any case
 */
export function sampledClasses(
  overview: Pick<RunOverview, 'startLayer' | 'network'>,
  snapshot: SyntheticSnapshot | null,
  first: SyntheticSnapshot | null,
  { by, picked }: ClassSample,
  chosen: number | null,
): readonly number[] {
  const { numClasses } = overview.network;
  if (numClasses <= MOST_SHOWN) return Array.from({ length: numClasses }, (_, c) => c);
  const shown = new Set([...picked, ...(chosen === null ? [] : [chosen])].filter((c) => c < numClasses));
  const others = lookedAt(numClasses, snapshot).filter((c) => !shown.has(c));
  const count = Math.max(0, MOST_SHOWN - shown.size);
  const ordered = () => {
    if (by === 'even' || !snapshot) return evenly(others, count);
    const now = farness(overview, snapshot);
    if (by === 'farthest') return largest(others, (c) => now[c]);
    const before = farness(overview, first ?? snapshot);
    return largest(others, (c) => Math.abs(now[c] - before[c]));
  };
  for (const c of ordered().slice(0, count)) shown.add(c);
  return [...shown].sort((a, b) => a - b);
}
