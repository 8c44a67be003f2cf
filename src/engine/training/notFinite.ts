import { inWords, say, type Said } from '../sentences';

/** A loss or a weight became NaN or infinite. The run must not go on from here: its weights are spoiled. */
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

/** What a collapse is seen by: the training loss has risen tenfold, or the student is worse than plain quantization. */
export type CollapseSign =
  { kind: 'loss'; from: number; to: number } | { kind: 'accuracy'; plain: number; student: number };

/**
 * Training has made the student worse instead of better. Its weights are still numbers: the run may go on from here.
 */
export class CollapseError extends Error {
  readonly said: Said;
  constructor(
    readonly sign: CollapseSign,
    readonly step: number,
    /** The weight that has moved furthest beside its size. */
    readonly weight: string,
  ) {
    const said =
      sign.kind === 'loss'
        ? say('collapsedLoss', step, sign.from.toPrecision(3), sign.to.toPrecision(3), weight)
        : say('collapsedAccuracy', step, percent(sign.student), percent(sign.plain), weight);
    super(inWords(said));
    this.said = said;
    this.name = 'CollapseError';
  }
}

const percent = (share: number) => (100 * share).toFixed(1);
