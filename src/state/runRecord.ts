import { ARM_IDS, type ArmId } from '../engine/methods/arms';
import type { GeneratorSample, RunFrame, RunOverview, RunPhase, StudentSample } from '../engine/runReport';
import type { Moment } from './history';
import { addMoment, nextMoment } from './history';
import type { Series } from './series';
import { appendSamples, emptySeries } from './series';

/** Something of those arms of a run that have it. */
export type ByArm<T> = Readonly<Partial<Record<ArmId, T>>>;

/** The arms that are there, in the order in which they are shown. */
export const armsIn = (byArm: ByArm<unknown>): ArmId[] => ARM_IDS.filter((arm) => byArm[arm] !== undefined);

/** The arm that the run's settings are; null without a run. */
export const leadingArm = (overview: Pick<RunOverview, 'arms'> | null): ArmId | null =>
  overview?.arms.find(({ leads }) => leads)?.id ?? null;

/**
 * Whose generator's images stand for an arm: the one that its student learns from. Of an arm without one, or that the
 * run does not have, the leading arm's, else the first there is; null where the run has none at all.
 *
 * @param arm null: the leading one
 */
export function generatorArm(overview: Pick<RunOverview, 'arms'> | null, arm: ArmId | null = null): ArmId | null {
  const arms = overview?.arms ?? [];
  const of = (id: ArmId | null) => arms.find((each) => each.id === id)?.generator;
  return of(arm) ?? of(leadingArm(overview)) ?? arms.find(({ generator }) => generator !== null)?.generator ?? null;
}

/** Whose generators a run has, in the order of its arms. */
export const generatorArms = (overview: Pick<RunOverview, 'arms'> | null): ArmId[] =>
  (overview?.arms ?? []).filter(({ id, generator }) => id === generator).map(({ id }) => id);

/** Where the run is, of the latest frame. */
export interface Position {
  phase: RunPhase;
  /** Whose turn it is; null where the phase is nobody's. */
  arm: ArmId | null;
  step: number;
  steps: number;
  fraction: number;
  elapsedSeconds: number;
  secondsPerStep: number | null;
  remainingSeconds: number | null;
}

/** All that a run has shown so far, in bounded memory: everything that the views draw. */
export interface RunRecord {
  overview: RunOverview | null;
  /** Of each generator, by the arm whose it is. */
  generatorLosses: ByArm<Series<GeneratorSample>>;
  studentLosses: ByArm<Series<StudentSample>>;
  /** The newest moment. */
  live: Moment | null;
  history: readonly Moment[];
}

export function emptyRecord(overview: RunOverview | null = null): RunRecord {
  return {
    overview,
    generatorLosses: {},
    studentLosses: {},
    live: null,
    history: [],
  };
}

/** `known` with each sample at the end of its arm's series. */
function appendByArm<T extends { arm: ArmId; step: number }>(
  known: ByArm<Series<T>>,
  samples: readonly T[],
): ByArm<Series<T>> {
  if (samples.length === 0) return known;
  const next: Partial<Record<ArmId, Series<T>>> = { ...known };
  for (const arm of new Set(samples.map((sample) => sample.arm)))
    next[arm] = appendSamples(
      next[arm] ?? emptySeries<T>(),
      samples.filter((sample) => sample.arm === arm),
    );
  return next;
}

/** What `frame` changes of a record. The page's own runs and the recorder go through here alike. */
export function afterFrame(record: RunRecord, frame: RunFrame): Omit<RunRecord, 'overview'> {
  const live = nextMoment(record.live, frame);
  return {
    live,
    history: addMoment(record.history, live),
    generatorLosses: appendByArm(record.generatorLosses, frame.generator),
    studentLosses: appendByArm(record.studentLosses, frame.student),
  };
}

/** A record without what came after a moment: the run goes on from there. Its curves are mended by what comes. */
export function backTo(record: RunRecord, elapsedSeconds: number): RunRecord {
  const history = record.history.filter((moment) => moment.elapsedSeconds <= elapsedSeconds);
  return history.length === 0 ? record : { ...record, history, live: history[history.length - 1] };
}
