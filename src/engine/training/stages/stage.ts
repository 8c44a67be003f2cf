import type { ArmId } from '../../methods/arms';
import type { AccuracyRow, GeneratorSample, RunPhase, StudentSample } from '../../runReport';
import type { CollapseError } from '../notFinite';

/** What a stage's steps had to say since they were last asked. */
export interface StageSamples {
  generator?: GeneratorSample[];
  student?: StudentSample[];
}

/**
 * One part of a run: it owns what it makes, and is advanced by small units of work, one after the other, until it is
 * done. A new kind of stage is a file beside this one and its line in `createStages`.
 *
 * `Data` is what a snapshot holds: plain data, from which an equal stage of another run of the same settings goes on.
 */
export interface Stage<Data = unknown> {
  /** Unique within a run, and the same in every run of the same settings: snapshots are kept under it. */
  readonly id: string;
  readonly phase: Exclude<RunPhase, 'prepare' | 'done'>;
  /** Whose stage it is; null: nobody's alone. */
  readonly arm: ArmId | null;
  /** Multiply-accumulates of all its units of work. */
  readonly macs: number;
  readonly done: boolean;
  /** The accuracies it measures; null where it measures none. It stays the stage's. */
  readonly row: AccuracyRow | null;
  /** One unit of work: an optimizer step, or one batch of a measurement. @returns multiply-accumulates done */
  advance(): Promise<number>;
  /** Units done and in all, as a user counts them. */
  progress(): { step: number; steps: number };
  /** Where it is, between any two units of work. */
  snapshot(): Promise<Data>;
  /** Goes back (in a fresh run: forward) to a snapshot. */
  restore(data: Data): Promise<void>;
  /**
   * Reads the numbers of the steps since the last call. @throws NotFiniteError where one of them is no finite number
   */
  drain(): Promise<void>;
  /**
   * What its user should know before it goes on, said once; null: all is well. Left out where nothing of the kind can
   * happen.
   */
  alarm?(): Promise<CollapseError | null>;
  /**
   * Whether all was well after so many steps, as far as what came later can tell. Left out where nothing can be wrong.
   */
  vouches?(step: number): boolean;
  /** Everything that was read since the last call. */
  take(): StageSamples;
  dispose(): void;
}
