/** A loss became NaN or infinite. The run must not go on from here: its weights are spoiled. */
export class NotFiniteError extends Error {
  constructor(readonly term: string, readonly step: number) {
    super(`${term} is not a finite number at step ${step}.`);
    this.name = 'NotFiniteError';
  }
}
