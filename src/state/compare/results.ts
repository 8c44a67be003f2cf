import type { RowId } from '../../engine/runReport';
import type { KeptRun } from './keptRun';
import { networkKey } from './keptRun';
import { ROW_IDS } from '../history';
import { changedSettings } from '../settings';
import type { SeedsJudgement } from './judgement';
import { judgeSeeds } from './judgement';
import { measuredOf, sameTestImages, testImagesOf } from './measured';
import type { Result } from './result';
import type { Summary } from './statistics';
import { summarize } from './statistics';

export type { Result };

export function resultOf({ run, settings, backend, overview, moment }: KeptRun, number: number): Result {
  const accuracy: Result['accuracy'] = {};
  const test = testImagesOf(overview);
  for (const row of moment.accuracy) {
    const measured = measuredOf(row, test);
    if (measured) accuracy[row.id] = measured;
  }
  return {
    number,
    run,
    settings,
    networkName: overview.network.name,
    network: networkKey(overview),
    backend,
    accuracy,
    seconds: moment.elapsedSeconds,
    changedMidway: changedSettings(overview.settings, settings, 'live').length > 0,
  };
}

export const MAX_RESULTS = 50;

/** `results` with `result` as its newest, the oldest going where there are too many; a run has one result. */
export function addResult(results: readonly Result[], result: Result, most = MAX_RESULTS): readonly Result[] {
  return [...results.filter(({ run }) => run !== result.run), result].slice(-most);
}

export type ResultColumn = 'number' | 'weightBits' | 'activationBits' | 'imagesPerClass' | 'seed' | RowId | 'seconds';

export function columnValue(result: Result, column: ResultColumn): number | null {
  switch (column) {
    case 'number':
    case 'seconds':
      return result[column];
    case 'weightBits':
    case 'activationBits':
    case 'imagesPerClass':
    case 'seed':
      return result.settings[column];
    default:
      return result.accuracy[column]?.accuracy ?? null;
  }
}

/** By a column, runs that lack it at the end; of equal ones the earlier run first. */
export function sortedResults(results: readonly Result[], column: ResultColumn, descending: boolean): Result[] {
  return [...results].sort((a, b) => {
    const [one, other] = [columnValue(a, column), columnValue(b, column)];
    if (one === other) return a.number - b.number;
    if (one === null || other === null) return one === null ? 1 : -1;
    return descending ? other - one : one - other;
  });
}

export interface Spread {
  id: RowId;
  /** [seed, accuracy] pairs. */
  values: [number, number][];
  summary: Summary;
}

/** The rows that these results have, in the order in which they are shown. */
export const rowsOf = (results: readonly Pick<Result, 'accuracy'>[]): RowId[] =>
  ROW_IDS.filter((id) => results.some(({ accuracy }) => accuracy[id] !== undefined));

/** How each method's accuracy scatters over runs that differ in their seed. */
export function spreadOf(results: readonly Result[]): Spread[] {
  return rowsOf(results).flatMap((id) => {
    const values = results.flatMap(({ settings, accuracy }): [number, number][] => {
      const measured = accuracy[id];
      return measured ? [[settings.seed, measured.accuracy]] : [];
    });
    const summary = summarize(values.map(([, accuracy]) => accuracy));
    return summary ? [{ id, values, summary }] : [];
  });
}

/** What an arm brought beside another over seeds. */
export interface Gains {
  /** [seed, difference] pairs, in accuracy (0.01 is a point). */
  bySeed: [number, number][];
  judgement: SeedsJudgement;
}

/**
 * What one row brought beside another, run by run: only within a run, and only in runs that were tested on the same
 * images as the first one.
 *
 * @param without calibration images alone, unless told otherwise
 */
export function gains(results: readonly Result[], row: RowId, without: RowId = 'calibration'): Gains | null {
  const pairs = results.flatMap(({ settings: { seed }, accuracy: { [row]: b, [without]: a } }) =>
    a && b ? [{ seed, a, b }] : [],
  );
  const alike = pairs.filter(({ a }) => a.n === pairs[0].a.n && sameTestImages(a.test, pairs[0].a.test));
  const judgement = judgeSeeds(alike, null);
  return judgement && { bySeed: alike.map(({ seed, a, b }) => [seed, (b.correct - a.correct) / b.n]), judgement };
}
