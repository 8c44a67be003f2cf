import type { Student } from '../../quantization/student';
import type { LookedImages } from '../lookedImages';
import type { RepairName } from '../report';

/** What a repair works with. */
export interface RepairContext {
  /** Changed in place; its grids and ranges are there. */
  student: Student;
  /** What it may look at. Stay the caller's. */
  images: LookedImages;
  seed: number;
  /** Tells how far it is, 0 to 1; throws where it is to stop. */
  pause(fraction: number): Promise<void>;
}

/** Something done to a quantized network after the fact. @returns layers that it changed, by name */
export type Repair = (context: RepairContext) => Promise<string[]>;
export type Repairs = Record<RepairName, Repair>;
