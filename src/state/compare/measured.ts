import type { RightAnswers } from '../../engine/evaluation/rightAnswers';
import { rightAnswers } from '../../engine/evaluation/rightAnswers';
import type { AccuracyRow, RunOverview } from '../../engine/runReport';
import { judge, type Answered, type Judgement } from './judgement';

/** What tells a run's test images from another's. */
export interface TestImages {
  /** [n] what is on them; null where a recorded run does not say. */
  labels: Uint16Array | null;
  inputShape: readonly number[];
  classNames: readonly string[];
}

/** An accuracy that was measured to the end, in a few hundred bytes. */
export interface Measured extends Answered {
  accuracy: number;
  correct: number;
  /** A bit an image; null where the answers were not kept. */
  right: RightAnswers | null;
  test: TestImages | null;
  /** What the student's learning rate was at most, as its first step was too long with more; left out: as it was set. */
  rateCap?: number;
}

export const testImagesOf = ({ testLabels, network }: Pick<RunOverview, 'testLabels' | 'network'>): TestImages => ({
  labels: testLabels,
  inputShape: network.inputShape,
  classNames: network.classNames,
});

/** What is kept of a row to compare it with others; null while it is not measured to the end. */
export function measuredOf(row: AccuracyRow | undefined, test: TestImages): Measured | null {
  if (row?.state !== 'done' || row.accuracy === null || row.correct === null || row.n === 0) return null;
  const { accuracy, correct, n, answers, rateCap } = row;
  const known = answers !== null && test.labels !== null && answers.length === n && test.labels.length === n;
  return {
    accuracy,
    correct,
    n,
    right: known ? rightAnswers(answers, test.labels!) : null,
    test,
    ...(rateCap === undefined ? {} : { rateCap }),
  };
}

const alike = <T>(a: ArrayLike<T>, b: ArrayLike<T>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/**
 * Whether two runs were tested on the same images: of the same classes and size, and in the same order by what is on
 * them. Where that is not known of one of them, only the rest is asked.
 */
export function sameTestImages(a: TestImages | null, b: TestImages | null): boolean {
  if (a === null || b === null || a === b) return true;
  return (
    alike(a.inputShape, b.inputShape) &&
    alike(a.classNames, b.classNames) &&
    (a.labels === null || b.labels === null || a.labels === b.labels || alike(a.labels, b.labels))
  );
}

/** How B does beside A, image by image where both answered the same ones. */
export const judgeMeasured = (a: Measured, b: Measured): Judgement | null =>
  judge(a, b, null, sameTestImages(a.test, b.test));
