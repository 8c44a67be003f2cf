/** What a task works on and with. */
import type { Dataset } from '../data/dataset';
import type { ImageSupply } from '../data/imageSupply';
import type { Network } from '../network/types';
import type { RunSettings } from '../runSettings';
import type { StudentNow } from '../training/run';

/** Where a task gets what it works on. All of it stays the run's. */
export interface WorkbenchSource {
  network: Network;
  dataset: Dataset;
  calibration: ImageSupply;
  studentNow(): Promise<StudentNow>;
  /** Class by class; null where there is no generator. */
  syntheticImages(perClass: number): ImageSupply | null;
}

/** What a task works with. */
export interface TaskContext {
  source: WorkbenchSource;
  /** As the page has them: bits, granularity and ranges are taken from here. */
  settings: RunSettings;
  /** Tells how far it is, 0 to 1, and lets other work in between. @throws where the task is to stop; it then leaves nothing behind */
  pause(fraction: number): Promise<void>;
}
