import { ARM_IDS, type ArmId } from '../engine/methods/arms';
import type { AccuracyRow, RowId, RunFrame, RunPhase, SyntheticSnapshot } from '../engine/runReport';

/** All that the views need to show one moment of a run again. */
export interface Moment {
  /** Unique within a run, rising. */
  id: number;
  phase: RunPhase;
  /** Whose turn it is; null where the phase is nobody's. */
  arm: ArmId | null;
  step: number;
  steps: number;
  elapsedSeconds: number;
  fraction: number;
  /** Last step so far of each generator, by the arm whose it is; left out before the first. */
  generatorStep: Readonly<Partial<Record<ArmId, number>>>;
  /** Last student step so far, by arm. */
  studentStep: Readonly<Partial<Record<ArmId, number>>>;
  /** The latest synthetic images so far of each generator; several moments may share one snapshot. */
  synthetic: Readonly<Partial<Record<ArmId, SyntheticSnapshot>>>;
  accuracy: readonly AccuracyRow[];
}

export const MAX_MOMENTS = 120;
/** Of all snapshots in a history together. */
export const MAX_HISTORY_BYTES = 96 * 2 ** 20;

/** All rows that a run may measure, in the order in which they are shown. */
export const ROW_IDS: readonly RowId[] = ['fullPrecision', 'ptq', ...ARM_IDS];

/** The moment that `frame` makes, given the one before it. */
export function nextMoment(previous: Moment | null, frame: RunFrame): Moment {
  return {
    id: (previous?.id ?? 0) + 1,
    phase: frame.phase,
    arm: frame.arm,
    step: frame.step,
    steps: frame.steps,
    elapsedSeconds: frame.elapsedSeconds,
    fraction: frame.fraction,
    generatorStep: withNew(previous?.generatorStep, frame.generator, ({ step }) => step),
    studentStep: withNew(previous?.studentStep, frame.student, ({ step }) => step),
    synthetic: withNew(previous?.synthetic, frame.synthetic, (snapshot) => snapshot),
    accuracy: mergeAccuracy(previous?.accuracy ?? [], frame.accuracy),
  };
}

/** What is known by arm, with what is new; the very same where nothing is. */
function withNew<T extends { arm: ArmId }, Value>(
  known: Readonly<Partial<Record<ArmId, Value>>> = {},
  news: readonly T[],
  value: (each: T) => Value,
): Readonly<Partial<Record<ArmId, Value>>> {
  if (news.length === 0) return known;
  const next: Partial<Record<ArmId, Value>> = { ...known };
  for (const each of news) next[each.arm] = value(each);
  return next;
}

/**
 * A frame may carry only the rows that changed. The answers of a measurement are kept once, however many moments have
 * it.
 */
function mergeAccuracy(known: readonly AccuracyRow[], news: readonly AccuracyRow[]): readonly AccuracyRow[] {
  if (news.length === 0) return known;
  return ROW_IDS.map((id) => {
    const before = known.find((row) => row.id === id);
    const after = news.find((row) => row.id === id);
    if (!after || !before) return after ?? before;
    return before.answers && sameAnswers(before.answers, after.answers) ? { ...after, answers: before.answers } : after;
  }).filter((row) => row !== undefined);
}

const sameAnswers = (one: Uint16Array, other: Uint16Array | null): boolean =>
  other !== null && one.length === other.length && one.every((answer, i) => answer === other[i]);

/** Every array that a snapshot holds, wherever in it. */
function snapshotBytes({ images, verdicts, points, batchPoints, separation, ...rest }: SyntheticSnapshot): number {
  const { distanceToOwnCenter, distanceToNearestOther, quality } = rest;
  const arrays = [
    images.rgba,
    ...Object.values(verdicts),
    ...[points, batchPoints].flatMap(({ xy, labels }) => [xy, labels]),
    ...Object.values(separation),
    distanceToOwnCenter,
    distanceToNearestOther,
    ...(quality ? [quality.silhouetteByClass, quality.spreadByClass, quality.bnsGap, quality.coverage] : []),
  ];
  return arrays.reduce((sum, { byteLength }) => sum + byteLength, 4096);
}

function historyBytes(history: readonly Moment[]): number {
  const snapshots = new Set(history.flatMap(({ synthetic }) => Object.values(synthetic)));
  const answers = new Set(history.flatMap(({ accuracy }) => accuracy.map((row) => row.answers)));
  let bytes = 0;
  for (const snapshot of snapshots) bytes += snapshotBytes(snapshot);
  for (const each of answers) bytes += each?.byteLength ?? 0;
  return bytes;
}

/**
 * `history` with `moment` at its end, within its bounds. First and last always stay.
 */
export function addMoment(
  history: readonly Moment[],
  moment: Moment,
  maxMoments = MAX_MOMENTS,
  maxBytes = MAX_HISTORY_BYTES,
): readonly Moment[] {
  return within([...history, moment], maxMoments, maxBytes);
}

/**
 * `history` within bounds: as long as it is too large, the moment whose neighbours are closest in time goes, which keeps
 * the rest evenly spread. First and last always stay.
 */
export function within(history: readonly Moment[], maxMoments: number, maxBytes: number): readonly Moment[] {
  const next = [...history];
  while (next.length > 2 && (next.length > maxMoments || historyBytes(next) > maxBytes)) {
    let least = 1;
    let leastGap = Infinity;
    for (let i = 1; i < next.length - 1; i++) {
      const gap = Math.abs(next[i + 1].elapsedSeconds - next[i - 1].elapsedSeconds);
      if (gap < leastGap) [least, leastGap] = [i, gap];
    }
    next.splice(least, 1);
  }
  return next;
}
