import { overSeeds, seedReading, type OverSeeds, type Reading } from '../../engine/evaluation/overSeeds';
import { pairedDifference, unpairedDifference, type PairedDifference } from '../../engine/evaluation/paired';
import {
  countPairs,
  pairedIndices,
  rightAnswers,
  type PairedKind,
  type RightAnswers,
} from '../../engine/evaluation/rightAnswers';

/** What is known of one method's answers to test images; a row of the accuracy table is one. */
export interface Answered {
  /** 0 to 1; null while it is not measured. */
  accuracy: number | null;
  correct: number | null;
  n: number;
  /** [n] the class that was seen in each image; missing or null where it was not kept. */
  answers?: ArrayLike<number> | null;
  /** Which answers are right, for where only that was kept. */
  right?: RightAnswers | null;
}

/** Counted image by image. */
export interface PairedJudgement extends PairedDifference {
  kind: 'paired';
  images: Readonly<Record<PairedKind, readonly number[]>>;
}

/** As if the accuracies were of different images; `why` it had to be. */
export interface UnpairedJudgement extends Pick<PairedDifference, 'difference' | 'interval' | 'verdict'> {
  kind: 'unpaired';
  /** `notKept`: it is not known which images were answered rightly. `otherImages`: they were not the same ones. */
  why: 'notKept' | 'otherImages';
  /** Images of the one with fewer. */
  n: number;
}

export type Judgement = PairedJudgement | UnpairedJudgement;

function rightOf({ answers, right, n }: Answered, labels: ArrayLike<number> | null): RightAnswers | null {
  if (answers && labels && answers.length === n && labels.length === n) return rightAnswers(answers, labels);
  return right?.n === n ? right : null;
}

const isMeasured = ({ accuracy, correct, n }: Answered): boolean => accuracy !== null && correct !== null && n > 0;

/**
 * How B does beside A, and how sure that is. Null while one of them is not measured.
 *
 * @param labels [n] what is on the test images; null where it is not known
 * @param sameImages whether the test images of both are the same ones, as far as there are equally many
 */
export function judge(a: Answered, b: Answered, labels: ArrayLike<number> | null, sameImages = true): Judgement | null {
  if (!isMeasured(a) || !isMeasured(b)) return null;
  const same = sameImages && a.n === b.n;
  const [rightA, rightB] = same ? [rightOf(a, labels), rightOf(b, labels)] : [null, null];
  if (rightA && rightB) {
    return {
      kind: 'paired',
      ...pairedDifference(countPairs(rightA, rightB)),
      images: pairedIndices(rightA, rightB),
    };
  }
  const [countA, countB] = [a, b].map(({ correct, n }) => ({ correct: correct!, n }));
  return {
    kind: 'unpaired',
    why: same ? 'notKept' : 'otherImages',
    n: Math.min(a.n, b.n),
    ...unpairedDifference(countA, countB),
  };
}

/** B beside A over seeds. */
export interface SeedsJudgement {
  seeds: number;
  /** Test images of each seed. */
  n: number;
  difference: number;
  onTheseImages: Reading;
  /** With the images counted one by one; null where a seed's answers were not kept. */
  counted: Pick<OverSeeds, 'onlyA' | 'onlyB' | 'images' | 'inGeneral'> | null;
}

/**
 * How B does beside A over seeds. Pairs that are not measured, or on another number of images than the first, are left
 * out; null where none is left.
 *
 * @param labels as in `judge`: the same for every seed
 */
export function judgeSeeds(
  pairs: readonly { a: Answered; b: Answered }[],
  labels: ArrayLike<number> | null,
): SeedsJudgement | null {
  const measured = pairs.filter(({ a, b }) => isMeasured(a) && isMeasured(b) && a.n === b.n);
  const alike = measured.filter(({ a }) => a.n === measured[0].a.n);
  if (alike.length === 0) return null;
  const { difference, ...onTheseImages } = seedReading(alike.map(({ a, b }) => (b.correct! - a.correct!) / a.n));
  const right = alike.map(({ a, b }) => ({ a: rightOf(a, labels), b: rightOf(b, labels) }));
  const known = right.flatMap(({ a, b }) => (a && b ? [{ a, b }] : []));
  const shared = { seeds: alike.length, n: alike[0].a.n, difference, onTheseImages };
  if (known.length < alike.length) return { ...shared, counted: null };
  const { onlyA, onlyB, images, inGeneral } = overSeeds(known);
  return { ...shared, counted: { onlyA, onlyB, images, inGeneral } };
}
