import type { RunSettings } from '../engine/runSettings';
import type { RunSnapshot } from '../engine/training/run';
import type { BackendName } from '../worker/protocol';
import type { Position, RunRecord } from './runRecord';

/** The last run of a visit: to be looked at, and, where it has a snapshot, to be gone on with. */
export interface LastRun {
  /** Counts the visit's runs. */
  run: number;
  /** What it began with, and with what was changed since. */
  settings: RunSettings;
  applied: RunSettings;
  record: RunRecord & { overview: NonNullable<RunRecord['overview']>; live: NonNullable<RunRecord['live']> };
  position: Position | null;
  finished: boolean;
  backend: BackendName;
  /** null: it was on files of the user's, which a browser does not keep, or is too large. */
  snapshot: RunSnapshot | null;
}
