/** Whether a training's loss has left where it was: the mean over some steps beside the least such mean so far. */

/** Steps that one mean is taken over. */
export const LOSS_WINDOW = 10;
/** So many times the least mean is a collapse. */
export const COLLAPSE_FACTOR = 10;

export class LossWatch {
  private window: number[] = [];
  private least = Infinity;

  /** Losses taken that no mean is of yet. */
  get open(): number {
    return this.window.length;
  }

  /**
   * Takes the losses of further steps. What rose, from the least mean to the last, if it is a collapse; said once, then
   * it counts anew.
   */
  look(losses: readonly number[]): { from: number; to: number } | null {
    let risen: { from: number; to: number } | null = null;
    for (const loss of losses) {
      this.window.push(loss);
      if (this.window.length < LOSS_WINDOW) continue;
      const mean = this.window.reduce((sum, each) => sum + each, 0) / LOSS_WINDOW;
      this.window = [];
      if (mean > COLLAPSE_FACTOR * this.least) {
        risen = { from: this.least, to: mean };
        this.least = mean;
      } else this.least = Math.min(this.least, mean);
    }
    return risen;
  }
}
