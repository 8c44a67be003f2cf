/** What a visit keeps for the next one: one entry for what there is, one for each part of it. */
import type { KeptRun } from '../compare/keptRun';
import type { Result } from '../compare/results';
import { within } from '../history';
import type { LastRun } from '../lastRun';
import type { RunRecord } from '../runRecord';

/** To be raised when a page that is newer would misread what an older one kept: it is dropped then. */
export const KEPT_VERSION = 1;
/** Visits of which something is kept beside the one that is going on. */
export const MOST_VISITS = 3;
/** Of the last run: what it showed on its way is thinned to this. */
const MOST_MOMENTS = 40;
const MOST_BYTES = 12 * 2 ** 20;
/** A run whose snapshot is larger is kept to be looked at only. */
export const MOST_SNAPSHOT_BYTES = 64 * 2 ** 20;

export const PARTS = ['results', 'pinned', 'run'] as const;
export type Part = (typeof PARTS)[number];

export interface Parts {
  results: readonly Result[];
  pinned: KeptRun | null;
  run: LastRun | null;
}

/** What is known of a visit without reading all of it. */
export interface VisitFacts {
  version: number;
  /** Milliseconds since 1970. */
  written: number;
  bytes: Record<Part, number>;
  results: number;
  pinned: boolean;
  run: { fraction: number; finished: boolean; goesOn: boolean } | null;
}

export const nameOf = (visit: string, part: Part | 'facts'): string => `${visit}/${part}`;

/** Facts as they were written; null where an other page's, or nobody's. */
export function readFacts(value: unknown): VisitFacts | null {
  const facts = value as VisitFacts | null | undefined;
  const whole =
    typeof facts === 'object' &&
    facts !== null &&
    facts.version === KEPT_VERSION &&
    typeof facts.written === 'number' &&
    typeof facts.results === 'number' &&
    typeof facts.pinned === 'boolean' &&
    typeof facts.bytes === 'object' &&
    PARTS.every((part) => typeof facts.bytes[part] === 'number');
  return whole ? facts : null;
}

/** A record that is small enough to be written several times a minute. */
export function thinnedRecord<R extends RunRecord>(record: R): R {
  return { ...record, history: within(record.history, MOST_MOMENTS, MOST_BYTES) };
}

/** Whether there is anything that somebody would want back. */
export const isWorth = ({ results, pinned, run }: Pick<VisitFacts, 'results' | 'pinned' | 'run'>): boolean =>
  results > 0 || pinned || run !== null;
