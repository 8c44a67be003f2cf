import { type ArmId } from '../../engine/methods/arms';
import type { RowId } from '../../engine/runReport';
import type { RunSettings } from '../../engine/runSettings';
import type { BackendName } from '../../worker/protocol';
import type { KeptRun } from './keptRun';
import { networkKey } from './keptRun';
import { ROW_IDS } from '../history';
import { changedSettings } from '../settings';
import type { Paired, Summary } from './statistics';
import { paired, summarize } from './statistics';

export interface Measured {
  accuracy: number;
  n: number;
}

/** What a finished run came to. */
export interface Result {
  /** Counts the visit's results, from 1. */
  number: number;
  /** See `KeptRun`. */
  run: number;
  settings: RunSettings;
  networkName: string;
  /** See `networkKey`. */
  network: string;
  backend: BackendName | null;
  /** Only what was measured to the end. */
  accuracy: Partial<Record<RowId, Measured>>;
  seconds: number;
  /** Settings changed while the run was going: with these settings alone it cannot be had again. */
  changedMidway: boolean;
}

export function resultOf({ run, settings, backend, overview, moment }: KeptRun, number: number): Result {
  const accuracy: Result['accuracy'] = {};
  for (const row of moment.accuracy) {
    if (row.state === 'done' && row.accuracy !== null) accuracy[row.id] = { accuracy: row.accuracy, n: row.n };
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

/**
 * What an arm brought beside another, run by run, in accuracy (0.01 is a point).
 *
 * @param without calibration images alone, unless told otherwise
 */
export function gains(
  results: readonly Result[],
  arm: ArmId,
  without: ArmId = 'calibration',
): { bySeed: [number, number][]; paired: Paired } | null {
  const bySeed = results.flatMap(({ settings, accuracy }): [number, number][] => {
    const [one, other] = [accuracy[arm], accuracy[without]];
    return one && other ? [[settings.seed, one.accuracy - other.accuracy]] : [];
  });
  const all = paired(bySeed.map(([, difference]) => difference));
  return all && { bySeed, paired: all };
}
