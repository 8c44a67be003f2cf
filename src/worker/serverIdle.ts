/**
 * Work for when nobody wants anything: it begins a moment after the last request, and ends at once with the next one.
 */
export class IdleWork {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private ending: AbortController | null = null;
  private working: Promise<void> = Promise.resolve();

  /**
   * @param work must be over soon after its signal has come, and leave everything as it was; it may be begun again then
   * @param delay milliseconds without a request before it begins
   */
  constructor(
    private readonly work: (signal: AbortSignal) => Promise<void>,
    private readonly delay: number,
  ) {}

  /** There is nothing else to do from here on. */
  rest(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      const ending = (this.ending = new AbortController());
      // Nobody waits for it: that it failed is only worth a line for whoever looks.
      this.working = this.work(ending.signal).catch((error: unknown) => console.warn(error));
    }, this.delay);
  }

  /** There is. Resolves when nothing of the work goes on. */
  async wake(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.ending?.abort();
    this.ending = null;
    await this.working;
  }
}
