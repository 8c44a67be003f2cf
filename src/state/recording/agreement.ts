import type { ArmId } from '../../engine/methods/arms';
import type { AccuracyRow } from '../../engine/runReport';
import type { RunSettings } from '../../engine/runSettings';
import type { RunStatus } from '../../worker/protocol';
import { armsIn, type ByArm, type RunRecord } from '../runRecord';
import type { Series } from '../series';
import { sameValue, SETTING_KEYS } from '../settings';
import type { Recording } from './format';
import { orNull } from './rounding';

/** What is remembered of a recorded run, to say of the engine's own run of its settings whether it comes to the same. */
export interface Reference extends Pick<RunRecord, 'generatorLosses' | 'studentLosses'> {
  settings: RunSettings;
  network: string;
  /** Only a run that came to its end has something to end alike. */
  finished: boolean;
  accuracy: readonly AccuracyRow[];
}

export const referenceOf = ({ settings, finished, record }: Recording): Reference => ({
  settings,
  finished,
  network: record.overview.network.name,
  generatorLosses: record.generatorLosses,
  studentLosses: record.studentLosses,
  accuracy: record.live.accuracy,
});

/** The page's state, as far as it is looked at. */
export interface Compared extends Omit<RunRecord, 'history'> {
  reference: Reference | null;
  /** Null while the engine's own run is shown. */
  recorded: object | null;
  applied: RunSettings;
  status: RunStatus;
}

/** How a run of a recording's own settings compares with it. */
export type Agreement =
  /** Every student's weights, bit by bit. */
  | { kind: 'same' }
  /** In everything the recording has, which has no hashes of weights. */
  | { kind: 'alike' }
  /** Where it first differs: the first loss, as precisely as recordings keep them. */
  | { kind: 'loss'; of: 'generator' | 'student'; arm: ArmId; step: number }
  /** No loss shows it, but the student that came out is another one. */
  | { kind: 'end'; arm: ArmId };

type Losses = ByArm<Series<{ step: number }>>;

/** Numbers of a sample as a recording keeps them; its names and places are left out. */
const numbersOf = (sample: object): (number | null)[] =>
  Object.entries(sample).flatMap(([key, value]: [string, unknown]): (number | null)[] => {
    if (key === 'step') return [];
    if (typeof value === 'object' && value !== null) return numbersOf(value);
    return typeof value === 'number' || value === null ? [orNull(value)] : [];
  });

/** The first step at which both series have a sample, and not the same one. */
function firstDifference(one: Series<{ step: number }>, other: Series<{ step: number }>): number | null {
  const known = new Map(other.items.map((sample) => [sample.step, sample]));
  const found = one.items.find((sample) => {
    const recorded = known.get(sample.step);
    if (!recorded) return false;
    const [a, b] = [numbersOf(sample), numbersOf(recorded)];
    return a.length !== b.length || a.some((value, i) => value !== b[i]);
  });
  return found?.step ?? null;
}

function inLosses(of: 'generator' | 'student', own: Losses, recorded: Losses): Agreement | null {
  for (const arm of armsIn(own)) {
    const step = recorded[arm] ? firstDifference(own[arm]!, recorded[arm]!) : null;
    if (step !== null) return { kind: 'loss', of, arm, step };
  }
  return null;
}

const isArm = (row: AccuracyRow): row is AccuracyRow & { id: ArmId } => row.id !== 'fullPrecision' && row.id !== 'ptq';

/**
 * The engine's run beside the recording that was opened last; null where there is nothing to say: they are not of the
 * same settings and network, or nothing differs and the run is not at its end.
 */
export function agreementOf({
  reference,
  recorded,
  applied,
  overview,
  live,
  status,
  generatorLosses,
  studentLosses,
}: Compared): Agreement | null {
  if (!reference || recorded || !live || overview?.network.name !== reference.network) return null;
  if (!SETTING_KEYS.every((key) => sameValue(applied[key], reference.settings[key]))) return null;
  const differs =
    inLosses('generator', generatorLosses, reference.generatorLosses) ??
    inLosses('student', studentLosses, reference.studentLosses);
  if (differs) return differs;
  if (status !== 'finished' || !reference.finished) return null;
  const students = live.accuracy.filter(isArm);
  let known = students.length > 0;
  for (const { id, weightsHash, correct } of students) {
    const other = reference.accuracy.find((row) => row.id === id);
    if (!other || other.correct !== correct) return { kind: 'end', arm: id };
    if (other.weightsHash === null || weightsHash === null) known = false;
    else if (other.weightsHash !== weightsHash) return { kind: 'end', arm: id };
  }
  return { kind: known ? 'same' : 'alike' };
}
