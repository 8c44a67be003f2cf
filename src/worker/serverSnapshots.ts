import type { Run, RunSnapshot } from '../engine/training/run';

/** The least time between two snapshots, and the most. */
const INTERVAL_MS = 4000;
const MOST_INTERVAL_MS = 60_000;
/** Snapshots may take this share of a run's time. */
const SHARE = 0.01;

/** Step of a snapshot, within its stage. */
export const stepOf = ({ step }: RunSnapshot): number => step;

const placeOf = ({ stage, step }: RunSnapshot): string => `${stage}/${step}`;

/**
 * The snapshots of one run. A step that spoils the weights has a finite loss itself, the next one has not: a snapshot
 * is safe to go back to only when a later step's loss has been seen to be finite. That a student has become worse shows
 * still later: until a loss or an accuracy vouches for a newer one, an older snapshot is kept as well.
 */
export class ServerSnapshots {
  private proven: RunSnapshot | null = null;
  private candidate: RunSnapshot | null = null;
  /** The newest whose student is known to have been well, and the oldest of which that is not known yet. */
  private sound: RunSnapshot | null = null;
  private waiting: RunSnapshot | null = null;
  private takenAt = 0;
  /** Milliseconds that the last one took. */
  private cost = 0;
  private frozen = false;

  /** The newest one that is safe to go back to. */
  get safe(): RunSnapshot | null {
    return this.proven;
  }

  /** The newest one: for a run that was well when it was interrupted. */
  get latest(): RunSnapshot | null {
    return this.candidate ?? this.proven;
  }

  /** Forgets all; a run goes on from `first`, which is known to be safe. */
  begin(first: RunSnapshot | null): void {
    this.proven = this.sound = first;
    this.candidate = this.waiting = null;
    this.frozen = false;
    this.takenAt = performance.now();
  }

  /**
   * A student has become worse: what is safe is from before that, and stays as it is until the run begins anew or goes
   * back.
   */
  freeze(run: Run): void {
    if (this.frozen) return;
    this.frozen = true;
    this.updateSound(run);
    this.proven = this.sound;
    this.candidate = this.waiting = null;
  }

  private updateSound(run: Run): void {
    const newest = [this.candidate, this.proven, this.waiting].find((each) => each && run.vouches(each));
    if (!newest) return;
    this.sound = newest;
    if (!this.waiting || run.vouches(this.waiting)) this.waiting = null;
  }

  /** Milliseconds between two: more for a network whose snapshots are long in the taking. */
  get intervalMs(): number {
    return Math.min(MOST_INTERVAL_MS, Math.max(INTERVAL_MS, this.cost / SHARE));
  }

  /** What handing the last one on took besides. */
  alsoTook(milliseconds: number): void {
    this.cost += milliseconds;
  }

  /**
   * Takes one when it is time.
   *
   * @returns the new one; null where there is none
   * @throws NotFiniteError where a loss since the last one was no finite number
   */
  async take(run: Run, intervalMs = this.intervalMs): Promise<RunSnapshot | null> {
    const began = performance.now();
    if (this.frozen || began - this.takenAt < intervalMs) return null;
    // Reads the losses so far.
    const snapshot = await run.snapshot();
    if (this.candidate && placeOf(this.candidate) !== placeOf(snapshot)) this.proven = this.candidate;
    this.updateSound(run);
    this.candidate = snapshot;
    this.waiting ??= snapshot;
    this.takenAt = performance.now();
    this.cost = this.takenAt - began;
    return snapshot;
  }
}
