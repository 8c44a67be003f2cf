import type { RowId } from '../../engine/runReport';
import type { RunSettings } from '../../engine/runSettings';
import type { BackendName } from '../../worker/protocol';
import type { Measured } from './measured';

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
