/** Most samples of one kind that wait for a frame. */
export const MAX_WAITING_SAMPLES = 2000;

/**
 * Samples that wait until somebody takes them: all of them in the usual case, a bounded, evenly spread choice where
 * nobody comes for a long time. The newest is always among them.
 */
export class SampleBuffer<T> {
  private kept: T[] = [];
  private newest: T | null = null;
  private seen = 0;
  private stride = 1;

  /** @param cap most samples that `take` returns; at least 2 */
  constructor(private readonly cap = MAX_WAITING_SAMPLES) {}

  add(samples: readonly T[]): void {
    for (const sample of samples) {
      if (this.seen++ % this.stride === 0) this.kept.push(sample);
      this.newest = sample;
      // One place stays free for the newest.
      if (this.kept.length < this.cap) continue;
      this.kept = this.kept.filter((_, i) => i % 2 === 0);
      this.stride *= 2;
    }
  }

  /** Everything since the last call, oldest first. */
  take(): T[] {
    const { kept, newest } = this;
    if (newest !== null && kept[kept.length - 1] !== newest) kept.push(newest);
    this.clear();
    return kept;
  }

  clear(): void {
    this.kept = [];
    this.newest = null;
    this.seen = 0;
    this.stride = 1;
  }
}
