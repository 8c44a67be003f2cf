import { pairedDifference, type PairedDifference } from '../../engine/evaluation/paired';
import type { Answers } from '../../engine/workbench/report';
import { MOST_SHOWN } from '../../state/classSample';

/** How the answers of two networks go together, class by class, however many there are. */

/** Classes that a matrix has where there are too many for all. */
export const MOST_CONFUSED = 12;

export interface Confusion {
  /** Rows and columns: classes, rising. */
  classes: readonly number[];
  /** The last row and column are all other classes together. */
  others: boolean;
  /** [n, n] images by what full precision says (rows) and what the student says (columns). */
  counts: readonly number[];
}

/**
 * All classes, or, of too many, those whose answers differ most often.
 *
 * @param most classes shown where there are more than `MOST_SHOWN`
 */
export function confusion(
  { full, student }: Pick<Answers, 'full' | 'student'>,
  classes: number,
  most = MOST_CONFUSED,
): Confusion {
  const others = classes > MOST_SHOWN;
  const differing = new Int32Array(classes);
  full.forEach((answer, i) => {
    if (answer === student[i]) return;
    differing[answer]++;
    differing[student[i]]++;
  });
  const every = Array.from({ length: classes }, (_, c) => c);
  const shown = others
    ? every
        .sort((a, b) => differing[b] - differing[a] || a - b)
        .slice(0, most)
        .sort((a, b) => a - b)
    : every;
  const size = shown.length + Number(others);
  const places = new Int32Array(classes).fill(shown.length);
  shown.forEach((c, place) => (places[c] = place));
  const counts = new Array<number>(size * size).fill(0);
  full.forEach((answer, i) => counts[places[answer] * size + places[student[i]]]++);
  return { classes: shown, others, counts };
}

export interface ClassChange extends PairedDifference {
  classIndex: number;
  /** Right answers of each. */
  full: number;
  student: number;
}

export interface ClassChanges {
  /** Those that lost most, worst first. */
  worst: ClassChange[];
  /** Classes that there are images of. */
  count: number;
}

/** What became of the classes. @param most of them given back */
export function classChanges({ labels, full, student }: Answers, classes: number, most: number): ClassChanges {
  const [n, rightFull, rightStudent, onlyFull, onlyStudent] = Array.from({ length: 5 }, () => new Int32Array(classes));
  labels.forEach((label, i) => {
    const [a, b] = [full[i] === label, student[i] === label];
    n[label]++;
    if (a) rightFull[label]++;
    if (b) rightStudent[label]++;
    if (a && !b) onlyFull[label]++;
    if (b && !a) onlyStudent[label]++;
  });
  const lost = (c: number) => (onlyFull[c] - onlyStudent[c]) / n[c];
  const there = Array.from({ length: classes }, (_, c) => c).filter((c) => n[c] > 0);
  const worst = [...there]
    .sort((a, b) => lost(b) - lost(a) || a - b)
    .slice(0, most)
    .map((c) => ({
      classIndex: c,
      full: rightFull[c],
      student: rightStudent[c],
      ...pairedDifference({ n: n[c], onlyA: onlyFull[c], onlyB: onlyStudent[c] }),
    }));
  return { worst, count: there.length };
}
