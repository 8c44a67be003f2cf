import type {
  AccuracyRow,
  GeneratorSample,
  RunOverview,
  RunPhase,
  StudentSample,
  SyntheticSnapshot,
} from '../../engine/runReport';
import type { RunSettings, TermName } from '../../engine/runSettings';
import { TERMS } from '../../engine/runSettings';
import { ARM_IDS, type ArmId } from '../../engine/methods/arms';
import { BACKENDS } from '../shareLink';
import type { Moment } from '../history';
import { ROW_IDS } from '../history';
import type { Series } from '../series';
import type { SettingValue } from '../settings';
import { defaultSettings, SETTING_KEYS, SETTINGS } from '../settings';
import { unpackAnswers } from './answers';
import { Field, RecordingError } from './checks';
import type { Recording, RecordingFacts } from './format';
import { FIRST_VERSION, FORMAT, FORMAT_VERSION, GENERATOR_COLUMNS, LIMITS, STUDENT_COLUMNS } from './format';
import { readNumbers } from './numbers';
import { readSyntheticQuality } from './quality';
import {
  MOST_STEPS,
  readOverview,
  readPoints,
  readSeparation,
  readTile,
  readVerdicts,
  type ReadTile,
} from './readOverview';
import { fromVersion1, settingsOfVersion1 } from './version1';

const PHASES: readonly RunPhase[] = ['prepare', 'ptq', 'generator', 'student', 'done'];

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
  if (version.value !== FORMAT_VERSION && version.value !== FIRST_VERSION) {
    throw new RecordingError({ kind: 'version', found: String(version.value).slice(0, 20), known: FORMAT_VERSION });
  }
  const first = version.value === FIRST_VERSION;
  const given = root.get('settings');
  const facts: RecordingFacts = {
    settings: readSettings(first ? new Field(settingsOfVersion1(given.value), given.path) : given),
    versions: {
      playground: root.get('versions').get('playground').text(LIMITS.text),
      tfjs: root.get('versions').get('tfjs').text(LIMITS.text),
    },
    backend: root.get('backend').oneOf(BACKENDS),
    dataset: root.get('dataset').text(LIMITS.text),
    written: readDate(root.get('written')),
    finished: root.get('finished').boolean(),
  };
  return {
    facts,
    unpack: async () => {
      const { settings } = facts;
      const file = first ? new Field(fromVersion1(root.object(), settings), '') : root;
      return { ...facts, record: await readRecord(file, settings) };
    },
  };
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

/** What `weightsHash` makes. */
const HASH = /^[0-9a-f]{16}$/;

/** What the program did before these settings existed, where that is not what their defaults do now. */
const BEFORE: Partial<RunSettings> = { clippedGradient: 'pass', weightRangeShare: 1, updateLimit: 0 };

/**
 * A setting that the file lacks did not exist when it was written: `BEFORE` or its default says what the program did
 * then. One that this page does not know is left out.
 */
export function readSettings(field: Field): RunSettings {
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
      case 'set': {
        const options: readonly string[] = setting.options.map(({ value }) => value);
        const chosen = given.items({ most: options.length }).map((each) => each.oneOf(options));
        if (new Set(chosen).size < chosen.length) given.fail('contradiction');
        return [key, options.filter((option) => chosen.includes(option))];
      }
      case 'list': {
        const entries = given.items({ most: LIMITS.list }).map((each) => each.text(400));
        if (!entries.every((entry) => setting.accepts(entry))) given.fail('range');
        return [key, entries];
      }
    }
  });
  return { ...defaultSettings(), ...BEFORE, ...Object.fromEntries(values) };
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
  const answers = await readAnswers(root.get('answers'), overview);
  const accuracies = root
    .get('accuracies')
    .items({ most: LIMITS.moments })
    .map((rows) => readAccuracies(rows, answers, overview.testLabels));
  const history = readMoments(root.get('moments'), snapshots, accuracies);
  const losses = root.get('losses');
  return {
    overview,
    history,
    live: history[history.length - 1],
    generatorLosses: readByArm(losses.get('generator'), readGeneratorLosses),
    studentLosses: readByArm(losses.get('student'), readStudentLosses),
  };
}

/** Something of some arms, each under its name. */
function readByArm<T>(field: Field, read: (each: Field, arm: ArmId) => T): Partial<Record<ArmId, T>> {
  for (const key of Object.keys(field.object())) if (!ARM_IDS.some((arm) => arm === key)) field.get(key).fail('range');
  return Object.fromEntries(ARM_IDS.filter((arm) => field.has(arm)).map((arm) => [arm, read(field.get(arm), arm)]));
}
async function readAnswers(
  field: Field,
  { testLabels, network }: Pick<RunOverview, 'testLabels' | 'network'>,
): Promise<Uint16Array[]> {
  const all: Uint16Array[] = [];
  for (const each of field.items({ most: LIMITS.measurements })) {
    if (testLabels === null) return each.fail('contradiction');
    all.push(
      await each.unpacked(
        (text) => unpackAnswers(text, testLabels.length, network.numClasses, testLabels),
        LIMITS.fileBytes,
      ),
    );
  }
  return all;
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
    // Of very many classes only some were looked at: those of which there are batches.
    const looked = each.get('batchPoints').get('count').integer(0, classes);
    if (looked * perClass !== count) each.get('perClass').fail('contradiction');
    const [points, batchPoints] = [
      await readPoints(each.get('points'), layers, classes),
      await readPoints(each.get('batchPoints'), layers, classes),
    ];
    if (points.count !== count) each.get('points').get('count').fail('contradiction');
    if (new Set(batchPoints.labels).size !== looked) each.get('batchPoints').get('count').fail('contradiction');
    result.push({
      arm: each.get('arm').oneOf(ARM_IDS),
      step: each.get('step').integer(0, MOST_STEPS),
      perClass,
      // Of all the recorded moments one is looked at first: a page that made the images of all would show none for half
      // a second.
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

function readHash(field: Field): string {
  const text = field.text(LIMITS.text);
  return HASH.test(text) ? text : field.fail('range');
}

function readAccuracies(field: Field, answers: readonly Uint16Array[], labels: Uint16Array | null): AccuracyRow[] {
  const rows = field.items({ most: ROW_IDS.length });
  const seen = new Set<string>();
  return rows.map((row) => {
    const id = row.get('id').oneOf(ROW_IDS);
    if (seen.has(id)) row.get('id').fail('contradiction');
    seen.add(id);
    const n = row.get('n').integer(0, MOST_STEPS);
    const orNull = <T>(key: string, read: (each: Field) => T): T | null =>
      row.get(key).isNull ? null : read(row.get(key));
    const accuracy = orNull('accuracy', (each) => each.number(0, 1));
    const correct = orNull('correct', (each) => each.integer(0, n));
    if (accuracy !== null && correct !== null && Math.abs(accuracy * n - correct) > 0.5)
      row.get('accuracy').fail('contradiction');
    const own = orNull('answers', (each) => answers[each.integer(0, answers.length - 1)]);
    if (own && labels && (own.length !== n || own.filter((answer, i) => answer === labels[i]).length !== correct))
      row.get('answers').fail('contradiction');
    return {
      id,
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
      answers: own,
      weightsHash: row.has('weightsHash') ? readHash(row.get('weightsHash')) : null,
      ...(row.has('rateCap') ? { rateCap: row.get('rateCap').number(0) } : {}),
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
    const arm = each.get('arm');
    const steps = (of: Field) => of.integer(0, MOST_STEPS);
    const snapshotOf = (of: Field, owner: ArmId): SyntheticSnapshot => {
      const snapshot = snapshots[of.integer(0, snapshots.length - 1)];
      return snapshot.arm === owner ? snapshot : of.fail('contradiction');
    };
    return {
      id: i + 1,
      phase: each.get('phase').oneOf(PHASES),
      arm: arm.isNull ? null : arm.oneOf(ARM_IDS),
      step: each.get('step').integer(0, MOST_STEPS),
      steps: each.get('steps').integer(0, MOST_STEPS),
      elapsedSeconds: elapsed,
      fraction: each.get('fraction').number(0, 1),
      generatorStep: readByArm(each.get('generatorStep'), steps),
      studentStep: readByArm(each.get('studentStep'), steps),
      synthetic: readByArm(each.get('snapshots'), snapshotOf),
      accuracy: accuracies[each.get('accuracy').integer(0, accuracies.length - 1)],
    };
  });
}

/** A series' columns, all as long as its steps, which rise. */
function readColumns<Name extends string>(
  field: Field,
  names: readonly Name[],
  nullable: readonly string[],
  mayBeMissing = nullable,
): ({ step: number } & Record<Name, number | null>)[] {
  const steps = field.get('step').items({ most: LIMITS.samples });
  // A term that did not exist when the file was written is one that was off.
  const present = names.filter((name) => !mayBeMissing.includes(name) || field.has(name));
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

function readGeneratorLosses(field: Field, arm: ArmId): Series<GeneratorSample> {
  const rows = readColumns(field, GENERATOR_COLUMNS, [...TERMS, 'distortedFloor']);
  return seriesOf(
    rows.map((row) => ({
      arm,
      step: row.step,
      terms: Object.fromEntries(TERMS.map((term) => [term, row[term]])) as Record<TermName, number | null>,
      total: row.total!,
      distortedFloor: row.distortedFloor,
      learningRate: row.learningRate!,
    })),
  );
}

function readStudentLosses(field: Field, arm: ArmId): Series<StudentSample> {
  const rows = readColumns(field, STUDENT_COLUMNS, ['ce', 'distillation'], []);
  return seriesOf(
    rows.map(({ step, ce, distillation, total, learningRate }) => ({
      arm,
      step,
      ce,
      distillation,
      total: total!,
      learningRate: learningRate!,
    })),
  );
}
