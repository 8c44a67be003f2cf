/**
 * What the worker lets the page expect: it knows how long a step takes, and says before each one by when its next word
 * has to come. A page that hears nothing for longer than that may take the worker for dead.
 */

/** Cycles whose longest is what is expected of the next one. */
const RECENT = 20;
/** Between two beats that say the same. */
const INTERVAL_MS = 500;
/** A step may take so many times what it took so far: other programs want the processor too. */
const FACTOR = 3;
const LEAST_SECONDS = 1;
/** Of a step about which nothing is known. */
const UNKNOWN_SECONDS = 60;
/** That the first step on a graphics card takes more, for its shaders are compiled then. */
const SHADER_SECONDS = 60;

export class ServerPulse {
  private recent: number[] = [];
  private place: string | null = null;
  private saidAt = -Infinity;
  private said = 0;

  /** @param beat tells the page that its next word comes within so many seconds */
  constructor(
    private readonly beat: (seconds: number) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Before a step.
   *
   * @param place where the run is: what was measured elsewhere says nothing about it
   * @param expected seconds that a step should take here, from its multiply-accumulates; null: not known
   * @param compiles shaders may have to be compiled first
   */
  before(place: string, expected: number | null, compiles: boolean): void {
    if (place !== this.place) {
      this.recent = [];
      this.place = place;
      this.said = 0;
    }
    const first = this.recent.length === 0;
    const longest = first ? (expected ?? UNKNOWN_SECONDS / FACTOR) : Math.max(...this.recent);
    const seconds = LEAST_SECONDS + FACTOR * longest + (first && compiles ? SHADER_SECONDS : 0);
    const now = this.now();
    // A step that takes longer is announced before it begins; that they have become shorter may wait.
    if (seconds <= this.said && now - this.saidAt < INTERVAL_MS) return;
    this.said = seconds;
    this.saidAt = now;
    this.beat(seconds);
  }

  /** After a step, and everything that was done with it. */
  after(seconds: number): void {
    this.recent.push(seconds);
    if (this.recent.length > RECENT) this.recent.shift();
  }
}
