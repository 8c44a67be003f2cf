/** The worker's side of the workbench: one task after the other, beside a run that may be going on, each stoppable. */
import type { AskedTask, TaskName, TaskResult } from '../engine/workbench/report';
import type { TaskContext } from '../engine/workbench/trial';

/** Least time between two words of progress, so that they do not keep the page busy. */
const PROGRESS_INTERVAL_MS = 100;

export interface WorkbenchTools {
  breathe: () => Promise<void>;
  /** Tells how far a task is. */
  progress: (id: number, fraction: number) => void;
}

/** A task that was stopped before it was done. */
export class TaskStopped extends Error {}

export class ServerWorkbench {
  private readonly stops = new Map<number, AbortController>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly tools: WorkbenchTools) {}

  /** A task waits or is being done. */
  get busy(): boolean {
    return this.stops.size > 0;
  }

  /**
   * Does a task when those before it are done. Rejects with `TaskStopped` when it was stopped before that.
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
        const { doTask } = await import('../engine/workbench/tasks');
        return await doTask(task, { ...context, pause });
      } catch (error) {
        if (signal.aborted) throw new TaskStopped();
        throw error;
      } finally {
        this.stops.delete(id);
      }
    };
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }

  /** Tells one task to stop, or all of them. */
  stop(id?: number): void {
    for (const [each, controller] of this.stops) if (id === undefined || each === id) controller.abort();
  }

  /** Stops all tasks; resolves when none goes on. */
  async end(): Promise<void> {
    this.stop();
    await this.last;
  }
}
