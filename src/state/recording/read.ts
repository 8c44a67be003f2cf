import type {
  AccuracyRow,
  GeneratorSample,
  ImageTile,
  LayerPoints,
  RunOverview,
  RunPhase,
  SeparationByLayer,
  StudentSample,
  SyntheticSnapshot,
  Verdicts,
} from '../../engine/runReport';
import type { RunSettings, TermName } from '../../engine/runSettings';
import { TERMS } from '../../engine/runSettings';
import { BACKENDS } from '../shareLink';
import type { Moment } from '../history';
import type { Series } from '../series';
import type { SettingValue } from '../settings';
import { defaultSettings, SETTING_KEYS, SETTINGS } from '../settings';
import { Field, RecordingError } from './checks';
import type { Recording, RecordingFacts } from './format';
import { FORMAT, FORMAT_VERSION, GENERATOR_COLUMNS, LIMITS, STUDENT_COLUMNS } from './format';
import { coefficientCount, fromCoefficients } from './imageCodec';
import { readNumbers } from './numbers';
import { unpackBytes } from './packing';
import { readRealQuality, readSyntheticQuality } from './quality';

const PHASES: readonly RunPhase[] = ['prepare', 'ptq', 'generator', 'calibration', 'fdda', 'done'];
const METHODS = ['fullPrecision', 'ptq', 'calibration', 'fdda'] as const;
const MOST_STEPS = 1e9;

/** A file of which only the facts have been looked at. */
export interface OpenedRecording {
  facts: RecordingFacts;
  /** Checks and unpacks all the rest. @throws RecordingError */
  unpack(): Promise<Recording>;
}

/**
 * Reads a recorded run's file; everything in it is checked before it is used.
 *
 * @throws RecordingError that says what is wrong with it
 */
export async function readRecording(text: string): Promise<Recording> {
  return openRecording(text).unpack();
}

/** Reads what is said of the run, before the work of unpacking what it showed. @throws RecordingError */
export function openRecording(text: string): OpenedRecording {
  if (text.length > LIMITS.fileBytes)
    throw new RecordingError({ kind: 'tooLarge', bytes: text.length, most: LIMITS.fileBytes });
  const root = new Field(parse(text), '');
  if (
    typeof root.value !== 'object' ||
    root.value === null ||
    !root.has('format') ||
    root.get('format').value !== FORMAT
  ) {
    throw new RecordingError({ kind: 'foreign' });
  }
  const version = root.get('version');
  if (version.value !== FORMAT_VERSION) {
    throw new RecordingError({ kind: 'version', found: String(version.value).slice(0, 20), known: FORMAT_VERSION });
  }
  const facts: RecordingFacts = {
    settings: readSettings(root.get('settings')),
    versions: {
      playground: root.get('versions').get('playground').text(LIMITS.text),
      tfjs: root.get('versions').get('tfjs').text(LIMITS.text),
    },
    backend: root.get('backend').oneOf(BACKENDS),
    dataset: root.get('dataset').text(LIMITS.text),
    written: readDate(root.get('written')),
    finished: root.get('finished').boolean(),
  };
  return { facts, unpack: async () => ({ ...facts, record: await readRecord(root, facts.settings) }) };
}

function parse(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') throw new RecordingError({ kind: 'empty' });
  try {
    return JSON.parse(trimmed);
  } catch {
    // A file that was cut off begins as ours does and lacks its end.
    const cut = trimmed.startsWith('{') && trimmed.slice(0, 200).includes(FORMAT) && !trimmed.endsWith('}');
    throw new RecordingError({ kind: cut ? 'truncated' : 'notJson' });
  }
}

function readDate(field: Field): string {
  const text = field.text(40);
  if (Number.isNaN(Date.parse(text))) field.fail('range');
  return text;
}

/**
 * A setting that the file lacks did not exist when it was written: its default says what the program did then. One that
 * this page does not know is left out.
 */
function readSettings(field: Field): RunSettings {
  field.object();
  const values = SETTING_KEYS.filter((key) => field.has(key)).map((key): [string, SettingValue] => {
    const setting = SETTINGS[key];
    const given = field.get(key);
    switch (setting.kind) {
      case 'integer':
        return [key, given.integer(setting.min, setting.max)];
      case 'number':
        return [key, given.number(setting.min, setting.max)];
      case 'boolean':
        return [key, given.boolean()];
      case 'choice':
        return [key, given.oneOf(setting.options.map(({ value }) => value))];
    }
  });
  return { ...defaultSettings(), ...Object.fromEntries(values) };
}

// ---- what it showed ---------------------------------------------------------------------------------------------

interface Shape {
  layers: number;
  classes: number;
  height: number;
  width: number;
  /** Null where the file does not say. */
  activations: number | null;
}

async function readRecord(root: Field, settings: RunSettings): Promise<Recording['record']> {
  const overview = await readOverview(root.get('overview'), settings);
  const { network } = overview;
  const shape: Shape = {
    layers: network.layers.length,
    classes: network.numClasses,
    height: network.inputShape[0],
    width: network.inputShape[1],
    activations: overview.quality?.activations.length ?? null,
  };
  const snapshots = await readSnapshots(root.get('snapshots'), shape);
  const accuracies = root.get('accuracies').items({ most: LIMITS.moments }).map(readAccuracies);
  const history = readMoments(root.get('moments'), snapshots, accuracies);
  const losses = root.get('losses');
  return {
    overview,
    history,
    live: history[history.length - 1],
    generatorLosses: readGeneratorLosses(losses.get('generator')),
    studentLosses: {
      calibration: readStudentLosses(losses.get('student').get('calibration'), 'calibration'),
      fdda: readStudentLosses(losses.get('student').get('fdda'), 'fdda'),
    },
  };
}

async function readOverview(field: Field, settings: RunSettings): Promise<RunOverview> {
  const network = field.get('network');
  const shape = network
    .get('inputShape')
    .items({ length: 3 })
    .map((each) => each.integer(1, LIMITS.imageSide));
  const classNames = network
    .get('classNames')
    .items({ most: LIMITS.classes })
    .map((each) => each.text(LIMITS.text));
  const layers = network
    .get('layers')
    .items({ most: LIMITS.layers })
    .map((layer, index) => ({
      index,
      name: layer.get('name').text(LIMITS.text),
      channels: layer.get('channels').integer(1, LIMITS.channels),
      height: layer.get('height').integer(1, LIMITS.imageSide),
      width: layer.get('width').integer(1, LIMITS.imageSide),
    }));
  if (classNames.length === 0) network.get('classNames').fail('length');
  if (layers.length === 0) network.get('layers').fail('length');
  const [L, C] = [layers.length, classNames.length];
  const calibration = field.get('calibration');
  const tile = (await readTile(calibration.get('images'), shape[0], shape[1], null)).tile();
  const points = field.get('points');
  const centers = await readPoints(points.get('centers'), L, C);
  if (centers.count !== C) points.get('centers').get('count').fail('contradiction');
  const calibrationPoints = await readPoints(points.get('calibration'), L, C);
  if (calibrationPoints.count !== tile.count) points.get('calibration').get('count').fail('contradiction');
  const checkpoint = field.get('checkpoint');
  return {
    settings,
    network: {
      name: network.get('name').text(LIMITS.text),
      inputShape: shape as [number, number, number],
      numClasses: C,
      classNames,
      layers,
      parameters: network.get('parameters').number(0),
      macs: network.get('macs').number(0),
    },
    startLayer: field.get('startLayer').integer(0, L - 1),
    calibration: {
      images: tile,
      verdicts: readVerdicts(calibration.get('verdicts'), tile.count, C),
      reliable: Uint8Array.from(calibration.get('reliable').items({ length: C }), (each) => each.integer(0, 1)),
    },
    points: {
      centers,
      calibration: calibrationPoints,
      observation: await readPoints(points.get('observation'), L, C),
      distorted: await readPoints(points.get('distorted'), L, C),
      explainedVariance: Float32Array.from(points.get('explainedVariance').items({ length: 2 * L }), (each) =>
        each.number(0, 1.001),
      ),
    },
    separation: readSeparation(field.get('separation'), L),
    quality: field.has('quality') ? await readRealQuality(field.get('quality'), L, C) : null,
    checkpoint: checkpoint.isNull
      ? null
      : { note: checkpoint.get('note').text(5 * LIMITS.text), steps: checkpoint.get('steps').integer(0, MOST_STEPS) },
  };
}

/** Images of a file, checked; they are only made when they are asked for. */
interface ReadTile {
  count: number;
  coefficients: Uint8Array;
  tile(): ImageTile;
}

async function readTile(field: Field, height: number, width: number, before: Uint8Array | null): Promise<ReadTile> {
  const count = field.get('count').integer(0, LIMITS.images);
  for (const [key, value] of [
    ['height', height],
    ['width', width],
  ] as const) {
    if (field.get(key).integer(1, LIMITS.imageSide) !== value) field.get(key).fail('contradiction');
  }
  const length = coefficientCount(count, height, width);
  const coefficients = await field.get('data').unpacked((text) => unpackBytes(text, length), LIMITS.fileBytes);
  if (before?.length === length) for (let i = 0; i < length; i++) coefficients[i] += before[i];
  let tile: ImageTile | null = null;
  return { count, coefficients, tile: () => (tile ??= fromCoefficients(coefficients, count, height, width)) };
}

const readLabels = (field: Field, length: number, classes: number): Uint8Array =>
  Uint8Array.from(field.items({ length }), (each) => each.integer(0, classes - 1));

async function readPoints(field: Field, layers: number, classes: number): Promise<LayerPoints> {
  const count = field.get('count').integer(0, LIMITS.points);
  const labels = readLabels(field.get('labels'), count, classes);
  return { count, xy: await readNumbers(field.get('xy'), layers * count * 2), labels };
}

function readVerdicts(field: Field, count: number, classes: number): Verdicts {
  return {
    labels: readLabels(field.get('labels'), count, classes),
    predicted: readLabels(field.get('predicted'), count, classes),
    probability: Float32Array.from(field.get('probability').items({ length: count }), (each) => each.number(0, 1)),
  };
}

function readSeparation(field: Field, layers: number): SeparationByLayer {
  const values = (key: keyof SeparationByLayer, min: number, max: number) =>
    Float32Array.from(field.get(key).items({ length: layers }), (each) => (each.isNull ? NaN : each.number(min, max)));
  return {
    silhouette: values('silhouette', -1, 1),
    intraClass: values('intraClass', 0, 1e30),
    interClass: values('interClass', 0, 1e30),
    nearestCenterAccuracy: values('nearestCenterAccuracy', 0, 1),
  };
}

async function readSnapshots(
  field: Field,
  { layers, classes, height, width, activations }: Shape,
): Promise<SyntheticSnapshot[]> {
  const result: SyntheticSnapshot[] = [];
  let before: Uint8Array | null = null;
  // One after the other: each is kept as its differences to the one before, and between two the page may paint.
  for (const each of field.items({ most: LIMITS.snapshots })) {
    const read: ReadTile = await readTile(each.get('images'), height, width, before);
    before = read.coefficients;
    const { count } = read;
    const perClass = each.get('perClass').integer(1, LIMITS.images);
    if (perClass * classes !== count) each.get('perClass').fail('contradiction');
    const [points, batchPoints] = [
      await readPoints(each.get('points'), layers, classes),
      await readPoints(each.get('batchPoints'), layers, classes),
    ];
    if (points.count !== count) each.get('points').get('count').fail('contradiction');
    if (batchPoints.count !== classes) each.get('batchPoints').get('count').fail('contradiction');
    result.push({
      step: each.get('step').integer(0, MOST_STEPS),
      perClass,
      // Of all the recorded moments one is looked at first: a page that made the images of all would show none for half a second.
      get images() {
        return read.tile();
      },
      verdicts: readVerdicts(each.get('verdicts'), count, classes),
      points,
      batchPoints,
      separation: readSeparation(each.get('separation'), layers),
      distanceToOwnCenter: await readNumbers(each.get('distanceToOwnCenter'), layers * classes),
      distanceToNearestOther: await readNumbers(each.get('distanceToNearestOther'), layers * classes),
      quality: each.has('quality')
        ? await readSyntheticQuality(each.get('quality'), layers, classes, activations)
        : null,
    });
  }
  return result;
}

function readAccuracies(field: Field): AccuracyRow[] {
  const rows = field.items({ most: METHODS.length });
  const seen = new Set<string>();
  return rows.map((row) => {
    const method = row.get('method').oneOf(METHODS);
    if (seen.has(method)) row.get('method').fail('contradiction');
    seen.add(method);
    const n = row.get('n').integer(0, MOST_STEPS);
    const orNull = <T>(key: string, read: (each: Field) => T): T | null =>
      row.get(key).isNull ? null : read(row.get(key));
    const accuracy = orNull('accuracy', (each) => each.number(0, 1));
    const correct = orNull('correct', (each) => each.integer(0, n));
    if (accuracy !== null && correct !== null && Math.abs(accuracy * n - correct) > 0.5)
      row.get('accuracy').fail('contradiction');
    return {
      method,
      accuracy,
      correct,
      n,
      state: row.get('state').oneOf(['pending', 'running', 'done'] as const),
      step: row.get('step').integer(0, MOST_STEPS),
      steps: row.get('steps').integer(0, MOST_STEPS),
      curve: row
        .get('curve')
        .items({ most: LIMITS.curve })
        .map((pair): [number, number] => {
          const [step, value] = pair.items({ length: 2 });
          return [step.integer(0, MOST_STEPS), value.number(0, 1)];
        }),
    };
  });
}

function readMoments(
  field: Field,
  snapshots: readonly SyntheticSnapshot[],
  accuracies: readonly AccuracyRow[][],
): Moment[] {
  const items = field.items({ most: LIMITS.moments });
  if (items.length === 0) field.fail('length');
  let elapsed = 0;
  return items.map((each, i): Moment => {
    const seconds = each.get('elapsedSeconds');
    if (seconds.number(0, MOST_STEPS) < elapsed) seconds.fail('contradiction');
    elapsed = seconds.number();
    const studentStep: Moment['studentStep'] = {};
    for (const method of ['calibration', 'fdda'] as const) {
      if (each.get('studentStep').has(method))
        studentStep[method] = each.get('studentStep').get(method).integer(0, MOST_STEPS);
    }
    const generatorStep = each.get('generatorStep');
    const snapshot = each.get('snapshot');
    return {
      id: i + 1,
      phase: each.get('phase').oneOf(PHASES),
      step: each.get('step').integer(0, MOST_STEPS),
      steps: each.get('steps').integer(0, MOST_STEPS),
      elapsedSeconds: elapsed,
      fraction: each.get('fraction').number(0, 1),
      generatorStep: generatorStep.isNull ? null : generatorStep.integer(0, MOST_STEPS),
      studentStep,
      synthetic: snapshot.isNull ? null : snapshots[snapshot.integer(0, snapshots.length - 1)],
      accuracy: accuracies[each.get('accuracy').integer(0, accuracies.length - 1)],
    };
  });
}

/** A series' columns, all as long as its steps, which rise. */
function readColumns<Name extends string>(
  field: Field,
  names: readonly Name[],
  nullable: readonly string[],
): ({ step: number } & Record<Name, number | null>)[] {
  const steps = field.get('step').items({ most: LIMITS.samples });
  // A term that did not exist when the file was written is one that was off.
  const present = names.filter((name) => !nullable.includes(name) || field.has(name));
  const columns = present.map((name) => [name, field.get(name).items({ length: steps.length })] as const);
  let before = -1;
  return steps.map((each, i) => {
    const step = each.integer(0, MOST_STEPS);
    if (step <= before) each.fail('contradiction');
    before = step;
    const values = columns.map(
      ([name, items]) => [name, items[i].isNull && nullable.includes(name) ? null : items[i].number()] as const,
    );
    return { step, ...Object.fromEntries([...names.map((name) => [name, null]), ...values]) } as {
      step: number;
    } & Record<Name, number | null>;
  });
}

function seriesOf<T extends { step: number }>(items: T[]): Series<T> {
  return { items, last: items.at(-1) ?? null };
}

function readGeneratorLosses(field: Field): Series<GeneratorSample> {
  const rows = readColumns(field, GENERATOR_COLUMNS, [...TERMS, 'distortedFloor']);
  return seriesOf(
    rows.map((row) => ({
      step: row.step,
      terms: Object.fromEntries(TERMS.map((term) => [term, row[term]])) as Record<TermName, number | null>,
      total: row.total!,
      distortedFloor: row.distortedFloor,
      learningRate: row.learningRate!,
    })),
  );
}

function readStudentLosses(field: Field, method: StudentSample['method']): Series<StudentSample> {
  const rows = readColumns(field, STUDENT_COLUMNS, []);
  return seriesOf(
    rows.map(({ step, ce, distillation, total, learningRate }) => ({
      method,
      step,
      ce: ce!,
      distillation: distillation!,
      total: total!,
      learningRate: learningRate!,
    })),
  );
}
