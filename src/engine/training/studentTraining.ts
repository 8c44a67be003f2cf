import type { Student } from '../quantization/student';
import type { StudentSample } from '../runReport';
import type { RunSettings } from '../runSettings';
import type { CollapseError, CollapseSign } from './notFinite';

/** One way to train a student, step by step. It owns the student and what it needs for that. */
export interface StudentTraining<Snapshot = unknown> {
  readonly student: Student;
  /** Steps done. */
  readonly steps: number;
  /** Steps whose losses have been looked at and were well: the weights before the last of them were, too. */
  readonly wellSteps: number;
  /** What the learning rate is at most, because a first step with more was too long; Infinity: nothing was found. */
  readonly rateCap: number;
  /**
   * Comes before every step, which it may do itself.
   *
   * @returns false: the step was taken back, and is to be begun again with less of the learning rate
   */
  begin(settings: RunSettings): Promise<boolean>;
  /** A step, or a part of one; `steps` tells. */
  step(settings: RunSettings): void;
  /**
   * Reads the numbers of all steps since the last call. @throws NotFiniteError where one, or a weight, is not finite
   */
  drain(): Promise<StudentSample[]>;
  /** A collapse that the losses show since the last call; null: none. */
  collapse(): Promise<CollapseError | null>;
  /** A collapse by this sign, with the weight that has moved furthest. */
  collapsed(sign: CollapseSign, step: number): Promise<CollapseError>;
  snapshot(): Promise<Snapshot>;
  /** Goes back (in a fresh training: forward) to a snapshot of a training of the same settings. */
  restore(snapshot: Snapshot): void;
  /** Lets go of what only further steps need. */
  release(): void;
  dispose(): void;
}
