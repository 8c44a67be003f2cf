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

/** The accuracy that a task measured, with its interval, beside full precision. */
export function AccuracyLine({ task, waits }: { task: TaskState<'answers'>; waits: boolean }) {
  const words = useWords().workbench;
  const { percent } = useFormat();
  const { done } = task;
  if (!done || waits) return <span aria-busy={waits}>{words.accuracyComes}</span>;
  const { n, split } = done.result;
  const { full, student, onlyFull, onlyStudent } = tally(done.result);
  const [lower, upper] = shareInterval({ correct: student, n });
  const { difference } = pairedDifference({ n, onlyA: onlyFull, onlyB: onlyStudent });
  return (
    <span>
      {words.accuracyNow(percent(student / n), percent(lower), percent(upper), words.splits[split](grouped(n)))}{' '}
      {words.beside(percent(full / n), points(difference))}
    </span>
  );
}
