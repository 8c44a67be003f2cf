import { pairedDifference, shareInterval } from '../../engine/evaluation/paired';
import type { Answers } from '../../engine/workbench/report';
import { grouped } from '../format';
import { useFormat, useWords } from '../language';
import type { TaskState } from './useTask';

/** Right answers of two networks to the same images, and how many only one of them answers rightly. */
export function tally({ labels, full, student }: Pick<Answers, 'labels' | 'full' | 'student'>) {
  const count = { full: 0, student: 0, onlyFull: 0, onlyStudent: 0 };
  labels.forEach((label, i) => {
    const [fullRight, right] = [full[i] === label, student[i] === label];
    if (fullRight) count.full++;
    if (right) count.student++;
    if (fullRight && !right) count.onlyFull++;
    if (right && !fullRight) count.onlyStudent++;
  });
  return count;
}

/** A share of 1 as percentage points. */
export const points = (value: number): string => (value * 100).toFixed(1).replace('-', '−');

interface AccuracyOfProps {
  /** Right answers of two networks to the same `n` images, as `tally` counts them. */
  counts: ReturnType<typeof tally>;
  n: number;
  /** Which images these are. */
  images: string;
}

/** An accuracy with its interval and its n, beside full precision. */
export function AccuracyOf({ counts: { full, student, onlyFull, onlyStudent }, n, images }: AccuracyOfProps) {
  const words = useWords().workbench;
  const { percent } = useFormat();
  const [lower, upper] = shareInterval({ correct: student, n });
  const { difference } = pairedDifference({ n, onlyA: onlyFull, onlyB: onlyStudent });
  return (
    <>
      {words.accuracyNow(percent(student / n), percent(lower), percent(upper), images)}{' '}
      {words.beside(percent(full / n), points(difference))}
    </>
  );
}

/** The accuracy that a task measured. */
export function AccuracyLine({ task, waits }: { task: TaskState<'answers'>; waits: boolean }) {
  const words = useWords().workbench;
  const { done } = task;
  if (!done || waits) return <span aria-busy={waits}>{words.accuracyComes}</span>;
  const { n, split } = done.result;
  return (
    <span>
      <AccuracyOf counts={tally(done.result)} n={n} images={words.splits[split](grouped(n))} />
    </span>
  );
}
