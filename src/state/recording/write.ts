import type {
  AccuracyRow,
  GeneratorSample,
  ImageTile,
  LayerPoints,
  SeparationByLayer,
  StudentSample,
  SyntheticSnapshot,
  Verdicts,
} from '../../engine/runReport';
import { TERMS } from '../../engine/runSettings';
import { ARM_IDS, type ArmId } from '../../engine/methods/arms';
import type { Moment } from '../history';
import type { ByArm } from '../runRecord';
import { armsIn } from '../runRecord';
import { packAnswers } from './answers';
import type { Series } from '../series';
import type {
  AccuracyFile,
  Columns,
  PackedPoints,
  PackedTile,
  Recording,
  RecordingFile,
  SeparationFile,
  SnapshotFile,
  VerdictsFile,
  WithheldTile,
} from './format';
import type { GENERATOR_COLUMNS, STUDENT_COLUMNS } from './format';
import { FORMAT, FORMAT_VERSION, LIMITS } from './format';
import { toCoefficients } from './imageCodec';
import { packBytes, packNumbers } from './packing';
import { realQualityFile, syntheticQualityFile } from './quality';
import { orNull, round } from './rounding';

/** Synthetic snapshots kept of a run that has more, of all its generators together: the largest part of a file. */
const MOST_SNAPSHOTS = 24;
/** Of each generator at least: where it began and where it ended. */
const LEAST_SNAPSHOTS = 2;

const rounded = (values: ArrayLike<number>, digits?: number): number[] =>
  Array.from(values, (value) => round(value, digits));

export interface WriteOptions {
  /** Of the synthetic images, evenly chosen. */
  mostSnapshots?: number;
  /** Leaves the calibration images out; what was computed of them stays. */
  withhold?: boolean;
}

/** The text of a recorded run's file. */
export async function writeRecording(
  recording: Recording,
  { mostSnapshots = MOST_SNAPSHOTS, withhold = false }: WriteOptions = {},
): Promise<string> {
  const { record, settings, versions, backend, dataset, written, finished } = recording;
  const { network, startLayer, calibration, points, separation, quality, checkpoint, arms, testLabels } =
    record.overview;
  const kept = chosenSnapshots(record.history, Math.min(mostSnapshots, LIMITS.snapshots));
  const answers: Uint16Array[] = [];
  const answersIndex = (each: Uint16Array | null): number | null => {
    if (each === null || testLabels === null) return null;
    const index = answers.indexOf(each);
    if (index >= 0) return index;
    return answers.length < LIMITS.measurements ? answers.push(each) - 1 : null;
  };
  const accuracies: AccuracyFile[][] = [];
  const known = new Map<string, number>();
  const accuracyIndex = (rows: readonly AccuracyRow[]): number => {
    const file = rows.map((row) => accuracyFile(row, answersIndex(row.answers)));
    const key = JSON.stringify(file);
    if (!known.has(key)) known.set(key, accuracies.push(file) - 1);
    return known.get(key)!;
  };
  // First, because it is here that it turns out which answers are kept.
  const moments = record.history.map((moment) => ({
    phase: moment.phase,
    arm: moment.arm,
    step: moment.step,
    steps: moment.steps,
    elapsedSeconds: round(moment.elapsedSeconds),
    fraction: round(moment.fraction),
    generatorStep: moment.generatorStep,
    studentStep: moment.studentStep,
    snapshots: mapArms(moment.synthetic, (snapshot) => snapshotIndex(kept, snapshot) ?? undefined),
    accuracy: accuracyIndex(moment.accuracy),
  }));
  const file: RecordingFile = {
    format: FORMAT,
    version: FORMAT_VERSION,
    written,
    versions,
    backend,
    dataset,
    finished,
    settings,
    overview: {
      network: {
        name: network.name,
        inputShape: network.inputShape,
        classNames: network.classNames,
        layers: network.layers.map(({ name, channels, height, width }) => ({ name, channels, height, width })),
        parameters: network.parameters,
        macs: network.macs,
      },
      startLayer,
      calibration: {
        images:
          withhold || calibration.images.withheld
            ? withheldTile(calibration.images)
            : (await packTile(calibration.images, null)).packed,
        verdicts: verdictsFile(calibration.verdicts),
        reliable: Array.from(calibration.reliable),
      },
      points: {
        observation: await packPoints(points.observation),
        calibration: await packPoints(points.calibration),
        centers: await packPoints(points.centers),
        distorted: await packPoints(points.distorted),
        explainedVariance: rounded(points.explainedVariance),
      },
      separation: separationFile(separation),
      ...(quality && { quality: await realQualityFile(quality) }),
      checkpoint,
      arms,
      testLabels: testLabels && {
        count: testLabels.length,
        data: await packAnswers(testLabels, null, network.numClasses),
      },
    },
    losses: {
      generator: mapArms(record.generatorLosses, generatorColumns),
      student: mapArms(record.studentLosses, studentColumns),
    },
    snapshots: await packSnapshots(kept),
    moments,
    answers: await Promise.all(answers.map((each) => packAnswers(each, testLabels, network.numClasses))),
    accuracies,
  };
  return `${JSON.stringify(file)}\n`;
}

/** What becomes of each arm's part; an arm of which nothing comes is left out. */
function mapArms<T, Value>(byArm: ByArm<T>, how: (each: T) => Value | undefined): Partial<Record<ArmId, Value>> {
  const mapped = armsIn(byArm).map((arm) => [arm, how(byArm[arm]!)] as const);
  return Object.fromEntries(mapped.filter(([, value]) => value !== undefined));
}

/** Evenly chosen of each generator, one generator after the other. */
function chosenSnapshots(history: readonly Moment[], most: number): SyntheticSnapshot[] {
  const all = new Set(history.flatMap(({ synthetic }) => armsIn(synthetic).map((arm) => synthetic[arm]!)));
  const arms = ARM_IDS.filter((arm) => [...all].some((snapshot) => snapshot.arm === arm));
  const each = Math.max(most === 1 ? 1 : LEAST_SNAPSHOTS, Math.floor(most / Math.max(1, arms.length)));
  return arms.flatMap((arm) => {
    const own = [...all].filter((snapshot) => snapshot.arm === arm);
    if (own.length <= each) return own;
    return Array.from(
      { length: each },
      (_, i) => own[each === 1 ? own.length - 1 : Math.round((i * (own.length - 1)) / (each - 1))],
    );
  });
}

/** The kept snapshot that stands for `snapshot`: itself, or the last one of its generator before it. */
function snapshotIndex(kept: readonly SyntheticSnapshot[], snapshot: SyntheticSnapshot): number | null {
  const index = kept.includes(snapshot)
    ? kept.indexOf(snapshot)
    : kept.findLastIndex(({ arm, step }) => arm === snapshot.arm && step <= snapshot.step);
  return index < 0 ? null : index;
}

async function packTile(
  tile: ImageTile,
  before: Uint8Array | null,
): Promise<{ packed: PackedTile; coefficients: Uint8Array }> {
  const { count, height, width } = tile;
  const coefficients = toCoefficients(tile);
  const differences =
    before?.length === coefficients.length ? coefficients.map((value, i) => value - before[i]) : coefficients;
  return { packed: { count, height, width, data: await packBytes(differences) }, coefficients };
}

const withheldTile = ({ count, height, width }: ImageTile): WithheldTile => ({ count, height, width, data: null });

async function packPoints({ count, xy, labels }: LayerPoints): Promise<PackedPoints> {
  return { count, xy: await packNumbers(xy), labels: Array.from(labels) };
}

async function packSnapshots(snapshots: readonly SyntheticSnapshot[]): Promise<SnapshotFile[]> {
  const result: SnapshotFile[] = [];
  let before: Uint8Array | null = null;
  for (const snapshot of snapshots) {
    const { packed, coefficients } = await packTile(snapshot.images, before);
    before = coefficients;
    result.push({
      arm: snapshot.arm,
      step: snapshot.step,
      perClass: snapshot.perClass,
      images: packed,
      verdicts: verdictsFile(snapshot.verdicts),
      points: await packPoints(snapshot.points),
      batchPoints: await packPoints(snapshot.batchPoints),
      separation: separationFile(snapshot.separation),
      distanceToOwnCenter: await packNumbers(snapshot.distanceToOwnCenter),
      distanceToNearestOther: await packNumbers(snapshot.distanceToNearestOther),
      ...(snapshot.quality && { quality: await syntheticQualityFile(snapshot.quality) }),
    });
  }
  return result;
}

const verdictsFile = ({ labels, predicted, probability }: Verdicts): VerdictsFile => ({
  labels: Array.from(labels),
  predicted: Array.from(predicted),
  probability: rounded(probability, 4),
});

const separationFile = ({
  silhouette,
  intraClass,
  interClass,
  nearestCenterAccuracy,
}: SeparationByLayer): SeparationFile => ({
  silhouette: Array.from(silhouette, orNull),
  intraClass: Array.from(intraClass, orNull),
  interClass: Array.from(interClass, orNull),
  nearestCenterAccuracy: Array.from(nearestCenterAccuracy, orNull),
});

const accuracyFile = (
  { id, accuracy, correct, n, state, step, steps, curve, weightsHash, rateCap }: AccuracyRow,
  answers: number | null,
): AccuracyFile => ({
  id,
  accuracy: accuracy === null ? null : round(accuracy, 6),
  correct,
  n,
  state,
  step,
  steps,
  curve: curve.slice(0, LIMITS.curve).map(([at, value]) => [at, round(value, 6)]),
  answers,
  ...(weightsHash === null ? {} : { weightsHash }),
  ...(rateCap === undefined ? {} : { rateCap }),
});

/** The kept samples; none that a diverged run spoiled. */
function samplesOf<T extends { step: number; total: number }>({ items }: Series<T>): readonly T[] {
  return items.filter(({ total }) => Number.isFinite(total));
}

function generatorColumns(series: Series<GeneratorSample>): Columns<(typeof GENERATOR_COLUMNS)[number]> {
  const samples = samplesOf(series);
  const terms = Object.fromEntries(
    TERMS.map((term) => [term, samples.map((sample) => orNull(sample.terms[term]))]),
  ) as Record<(typeof TERMS)[number], (number | null)[]>;
  return {
    step: samples.map(({ step }) => step),
    ...terms,
    total: samples.map(({ total }) => orNull(total)),
    distortedFloor: samples.map(({ distortedFloor }) => orNull(distortedFloor)),
    learningRate: samples.map(({ learningRate }) => orNull(learningRate)),
  };
}

function studentColumns(series: Series<StudentSample>): Columns<(typeof STUDENT_COLUMNS)[number]> {
  const samples = samplesOf(series);
  return {
    step: samples.map(({ step }) => step),
    ce: samples.map(({ ce }) => orNull(ce)),
    distillation: samples.map(({ distillation }) => orNull(distillation)),
    total: samples.map(({ total }) => orNull(total)),
    learningRate: samples.map(({ learningRate }) => orNull(learningRate)),
  };
}
