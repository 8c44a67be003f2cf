/** Notices an engine that is dead or silent: how the page waits for a worker's words, and for its lock. */

/** Seconds beyond what the engine itself expects until it is taken for dead. */
const MARGIN = 4;
/** A watch that comes later than this has slept, and so have others: what was not heard meanwhile says nothing. */
const JUMP_SECONDS = 3;

export interface WatchOptions {
  /** Silence that is worth a word to the user, in seconds, where nothing is known about what the engine does. */
  patience: number;
  /** Resolves when nobody holds a Web Lock of that name any more; rejects where that cannot be known. */
  whenFree: (lock: string, signal: AbortSignal) => Promise<void>;
  /** Nothing has been heard for `seconds` although something is due; 0 when the engine speaks again. */
  silence: (seconds: number) => void;
  /** It was silent for far longer than it said it would be, or its lock is free. */
  dead: (reason: 'silent' | 'vanished', detail: string) => void;
}

export class EngineWatch {
  /** Seconds in which nothing was heard, as far as this page was awake. */
  private quiet = 0;
  private lastTick = 0;
  private silent = false;
  /** Something that may take as long as it likes is among what is due. */
  private anyLength = false;
  /** Seconds after which silence means that the engine is dead; null: not known. */
  private expected: number | null = null;
  /** Ends the wait for the worker's lock. */
  private lockWatch: AbortController | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly options: WatchOptions) {}

  /** The engine has said something. */
  heard(): void {
    this.quiet = 0;
    if (!this.silent) return;
    this.silent = false;
    this.options.silence(0);
  }

  /** @param seconds by when its next word has to come; null: not known */
  expect(seconds: number | null): void {
    this.expected = seconds;
  }

  /**
   * @param due something is: an answer, or the frames of a run that is going
   * @param anyLength and may take as long as it likes
   */
  update(due: boolean, anyLength: boolean): void {
    this.anyLength = anyLength;
    if (due && this.timer === null) {
      this.lastTick = Date.now();
      this.quiet = 0;
      this.timer = setInterval(() => this.tick(), 1000);
    } else if (!due && this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
  }

  /** The first of what is due was asked for just now. */
  begin(): void {
    this.quiet = 0;
  }

  /** The worker holds the lock as long as it lives; no step is too long, and no sleep, to tell whether it does. */
  watchLock(lock: string): void {
    this.lockWatch?.abort();
    const watch = (this.lockWatch = new AbortController());
    this.options.whenFree(lock, watch.signal).then(
      () => !watch.signal.aborted && this.options.dead('vanished', ''),
      // Where locks cannot be had there is still the silence.
      () => undefined,
    );
  }

  /** Of this worker nothing is expected any more. */
  end(): void {
    this.lockWatch?.abort();
    this.lockWatch = null;
    this.expected = null;
    this.silent = false;
    this.update(false, false);
  }

  /**
   * Counts the seconds in which the page was awake to hear something. The clock alone does not tell: it goes on while
   * the machine sleeps, and a hidden page's timers come once a minute.
   */
  private tick(): void {
    const now = Date.now();
    const passed = (now - this.lastTick) / 1000;
    this.lastTick = now;
    // What was said meanwhile may not have been handed over yet.
    if (passed < 0 || passed > JUMP_SECONDS) this.quiet = 0;
    else this.quiet += Math.min(passed, 1);
    if (!this.anyLength && this.expected !== null && this.quiet > this.expected + MARGIN)
      return this.options.dead('silent', String(Math.round(this.quiet)));
    if (this.quiet < this.options.patience) return;
    this.silent = true;
    this.options.silence(this.quiet);
  }
}
