import { inWords, say, type Said } from '../sentences';

/** A loss became NaN or infinite. The run must not go on from here: its weights are spoiled. */
export class NotFiniteError extends Error {
  readonly said: Said;
  constructor(
    readonly term: string,
    readonly step: number,
  ) {
    const said = say('notFinite', term, step);
    super(inWords(said));
    this.said = said;
    this.name = 'NotFiniteError';
  }
}
