import type { AccuracyRow, MethodId, RunFrame, RunPhase, StudentSample, SyntheticSnapshot } from '../engine/runReport';

/** All that the views need to show one moment of a run again. */
export interface Moment {
  /** Unique within a run, rising. */
  id: number;
  phase: RunPhase;
  step: number;
  steps: number;
  elapsedSeconds: number;
  fraction: number;
  /** Last generator step so far; null before the first. */
  generatorStep: number | null;
  /** Last student step so far, by method. */
  studentStep: Partial<Record<StudentSample['method'], number>>;
  /** The latest synthetic images so far; several moments may share one snapshot. */
  synthetic: SyntheticSnapshot | null;
  accuracy: readonly AccuracyRow[];
}

export const MAX_MOMENTS = 120;
/** Of all snapshots in a history together. */
export const MAX_HISTORY_BYTES = 96 * 2 ** 20;

/** The moment that `frame` makes, given the one before it. */
export function nextMoment(previous: Moment | null, frame: RunFrame): Moment {
  const studentStep = { ...previous?.studentStep };
  for (const sample of frame.student) studentStep[sample.method] = sample.step;
  return {
    id: (previous?.id ?? 0) + 1,
    phase: frame.phase,
    step: frame.step,
    steps: frame.steps,
    elapsedSeconds: frame.elapsedSeconds,
    fraction: frame.fraction,
    generatorStep: frame.generator.at(-1)?.step ?? previous?.generatorStep ?? null,
    studentStep,
    synthetic: frame.synthetic ?? previous?.synthetic ?? null,
    accuracy: mergeAccuracy(previous?.accuracy ?? [], frame.accuracy),
  };
}

const METHODS: readonly MethodId[] = ['fullPrecision', 'ptq', 'calibration', 'fdda'];

/** A frame may carry only the rows that changed. */
function mergeAccuracy(known: readonly AccuracyRow[], news: readonly AccuracyRow[]): readonly AccuracyRow[] {
  if (news.length === 0) return known;
  return METHODS.map(
    (method) => news.find((row) => row.method === method) ?? known.find((row) => row.method === method),
  ).filter((row) => row !== undefined);
}

function snapshotBytes(snapshot: SyntheticSnapshot): number {
  const { images, points, batchPoints, quality } = snapshot;
  const byClass = quality ? quality.silhouetteByClass.byteLength + quality.spreadByClass.byteLength : 0;
  return images.rgba.byteLength + points.xy.byteLength + batchPoints.xy.byteLength + byClass + 4096;
}

function historyBytes(history: readonly Moment[]): number {
  const snapshots = new Set(history.map((moment) => moment.synthetic));
  let bytes = 0;
  for (const snapshot of snapshots) if (snapshot) bytes += snapshotBytes(snapshot);
  return bytes;
}

/**
 * `history` with `moment` at its end, within its bounds: as long as it is too large, the moment whose neighbours are
 * closest in time goes, which keeps the rest evenly spread. First and last always stay.
 */
export function addMoment(
  history: readonly Moment[],
  moment: Moment,
  maxMoments = MAX_MOMENTS,
  maxBytes = MAX_HISTORY_BYTES,
): readonly Moment[] {
  const next = [...history, moment];
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
