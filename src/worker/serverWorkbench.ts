/** The worker's side of the workbench: one task after the other, beside a run that may be going on, each stoppable. */
import type { AskedTask, TaskName, TaskResult } from '../engine/workbench/report';
import type { TaskContext } from '../engine/workbench/source';
import type { TriedRanges } from '../engine/workbench/triedRange';

/** Least time between two words of progress, so that they do not keep the page busy. */
const PROGRESS_INTERVAL_MS = 100;
/** After the last range that was tried, what is kept for the next one is let go. */
const KEEP_MS = 60_000;
/** A run stands aside until so long after a look that somebody waits for: a hand that drags rests in between. */
const ASIDE_MS = 1000;

export interface WorkbenchTools {
  breathe: () => Promise<void>;
  /** Tells how far a task is. */
  progress: (id: number, fraction: number) => void;
  /** Milliseconds after which what is kept for the next range that is tried is let go. */
  keepMs?: number;
  /** Milliseconds that a run stands aside after a look that somebody waits for. */
  asideMs?: number;
}

/** Answered at once, with a hand on the range or on the list of layers. Further slices of a range may take their time. */
const isLook = ({ name, options }: AskedTask): boolean =>
  name === 'histogram' || (name === 'triedRange' && options.from === 0);

/** A task that was stopped before it was done. */
export class TaskStopped extends Error {}

export class ServerWorkbench {
  private readonly stops = new Map<number, AbortController>();
  private last: Promise<unknown> = Promise.resolve();
  /** Ranges that are tried do not wait for other tasks: a slice is short, and fits between two of their pauses. */
  private lastTried: Promise<unknown> = Promise.resolve();
  private tried: TriedRanges | null = null;
  private forget: ReturnType<typeof setTimeout> | null = null;
  /** When the latest look was asked for, or reached for. */
  private lookedAt = -Infinity;

  constructor(private readonly tools: WorkbenchTools) {}

  /** A task waits or is being done. */
  get busy(): boolean {
    return this.stops.size > 0;
  }

  /**
   * A run's next step had better wait: a look is being taken, or the next one is likely. A step takes longer than a look;
   * one that takes a second or more is no longer waited for.
   */
  get comesFirst(): boolean {
    return performance.now() - this.lookedAt < (this.tools.asideMs ?? ASIDE_MS);
  }

  /** Somebody reaches for a range: a step that began now would keep the first look waiting. */
  expectLook(): void {
    this.lookedAt = performance.now();
  }

  /**
   * Does a task when those before it are done, or, where it is a range that is tried, those of them that are. Rejects
   * with `TaskStopped` when it was stopped before that.
   *
   * @param prepare says, when it is the task's turn, what it works on
   */
  do(
    id: number,
    task: AskedTask,
    prepare: () => Promise<Pick<TaskContext, 'source' | 'settings'>>,
  ): Promise<TaskResult<TaskName>> {
    const controller = new AbortController();
    this.stops.set(id, controller);
    if (isLook(task)) this.expectLook();
    const { signal } = controller;
    let toldAt = 0;
    const work = async () => {
      try {
        const pause = async (fraction: number) => {
          if (performance.now() - toldAt >= PROGRESS_INTERVAL_MS) {
            toldAt = performance.now();
            this.tools.progress(id, fraction);
          }
          await this.tools.breathe();
          signal.throwIfAborted();
        };
        signal.throwIfAborted();
        const context = await prepare();
        signal.throwIfAborted();
        // Loaded when it is first asked for: a run does without it.
        const { doTask, TriedRanges } = await import('../engine/workbench/tasks');
        if (task.name === 'triedRange') this.tried ??= new TriedRanges();
        return await doTask(task, { ...context, pause, ...(this.tried && { tried: this.tried }) });
      } catch (error) {
        if (signal.aborted) throw new TaskStopped();
        throw error;
      } finally {
        this.stops.delete(id);
      }
    };
    if (task.name === 'triedRange') {
      const done = this.lastTried.then(work);
      this.lastTried = done.catch(() => undefined).then(() => this.forgetLater());
      return done;
    }
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }

  private forgetLater(): void {
    if (this.forget !== null) clearTimeout(this.forget);
    this.forget = setTimeout(() => {
      // One that has begun by now begins another time.
      this.lastTried = this.lastTried.then(() => this.forgetTried());
    }, this.tools.keepMs ?? KEEP_MS);
  }

  private forgetTried(): void {
    if (this.forget !== null) clearTimeout(this.forget);
    this.forget = null;
    this.tried?.dispose();
    this.tried = null;
  }

  /** Tells one task to stop, or all of them. */
  stop(id?: number): void {
    for (const [each, controller] of this.stops) if (id === undefined || each === id) controller.abort();
  }

  /** Stops all tasks, and lets go of what is kept; resolves when none goes on. */
  async end(): Promise<void> {
    this.stop();
    this.lookedAt = -Infinity;
    await Promise.all([this.last, this.lastTried]);
    this.forgetTried();
  }
}
