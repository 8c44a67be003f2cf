/**
 * What an experiment consists of: cells (one student each), the work they need, and which of it can be shared. Plain
 * data.
 */
import { createHash } from 'node:crypto';
import { UNRELIABLE_EPOCHS } from '../../engine/training/generatorTrainer';
import { hasGenerator } from '../../engine/methods';
import { trainsStudent } from '../../engine/methods/arms';
import type { CenterTargets } from '../../engine/training/prepare';
import { TERMS, type RunSettings } from '../../engine/runSettings';
import { applyPreset, PRESETS, type PresetName } from '../../state/presets';
import { isIdle } from '../../state/idleSettings';
import { inKebab, SETTING_KEYS, SETTINGS, type SettingGroup, type SettingKey } from '../../state/settings';

/** A preset of the page, or the terms as the settings have them. */
export type Method = PresetName | 'custom';

/** Presets by the names that flags and results use: zeroShot is zero-shot. */
export const METHODS: readonly Method[] = [...PRESETS, 'custom'];

export const methodName = (method: Method): string => inKebab(method);

/** Settings that change together from one column of an experiment to the next. */
export type Variant = Partial<RunSettings>;

/** What was asked for. */
export interface Experiment {
  settings: RunSettings;
  methods: Method[];
  /** What the terms about centres aim at; methods without them have only the first. */
  centers: CenterTargets[];
  /** Every combination of one variant of each axis is run. */
  axes: Variant[][];
  /** How many, from settings.seed on. */
  seeds: number;
  /** Student learning rates to choose from; empty: the settings'. */
  learningRates: number[];
  /** Seeds whose validation accuracies choose; the others are only run with what was chosen. */
  selectionSeeds: number;
  quality: boolean;
}

/** One row of the table before its learning rate and seed are fixed. */
export interface Column {
  method: Method;
  center: CenterTargets;
  /** What the axes say. */
  variant: Variant;
  /** Complete, with the preset's switches. */
  settings: RunSettings;
}

/** Everything that one student's accuracy depends on. */
export interface Cell {
  column: Column;
  settings: RunSettings;
}

/** The columns in the order of the table: by the axes, then by method. */
export function columnsOf({ settings, methods, centers, axes }: Experiment): Column[] {
  const variants = axes.reduce<Variant[]>(
    (known, axis) => known.flatMap((one) => axis.map((other) => ({ ...one, ...other }))),
    [{}],
  );
  return variants.flatMap((variant) =>
    methods.flatMap((method) => {
      const base = { ...settings, ...variant };
      const own = { ...(method === 'custom' ? base : applyPreset(base, method)), beside: [] };
      const aims: CenterTargets[] = usesCenters(own) ? centers : ['class'];
      return aims.map((center) => ({ method, center, variant, settings: own }));
    }),
  );
}

/** Whether a student of these settings is trained at all; plain quantization has no learning rate. */
export const isTrained = ({ settings }: Column) => trainsStudent({ settings });

/** Whether these settings train a generator. */
export const trainsGenerator = (settings: RunSettings) => hasGenerator(settings) && settings.generatorSteps > 0;

export function cellOf(column: Column, seed: number, learningRate: number | null): Cell {
  const settings = { ...column.settings, seed };
  return { column, settings: learningRate === null ? settings : { ...settings, studentLearningRate: learningRate } };
}

/**
 * Settings of a run that measures nothing itself and looks at as little as there may be: neither changes what is
 * trained.
 */
export function withoutTest(settings: RunSettings): RunSettings {
  return {
    ...settings,
    testImages: 0,
    observationPerClass: SETTINGS.observationPerClass.min as number,
    beside: [],
  };
}

function usesCenters(settings: RunSettings): boolean {
  return trainsGenerator(settings) && (settings.distortedEnabled || settings.centralizedEnabled);
}

// ---- what is shared ----------------------------------------------------------------------------------------------

/** Settings that a student meets in its generator only. */
const OF_GENERATORS: readonly SettingKey[] = [
  'generatorStart',
  'generatorChannels',
  'generatorSteps',
  'generatorBatch',
  'generatorLearningRate',
  'classesPerStep',
  'refineShare',
  'refinedPerClass',
  'refineLearningRate',
  'distortionMean',
  'distortionVariance',
  'distortionScale',
  'startLayer',
  'contrastTemperature',
  'scaledDistances',
  ...TERMS.flatMap((term) => [`${term}Enabled`, `${term}Weight`] as const),
];
/** Settings of which it is known here what a generator's training has of them. */
const KNOWN: readonly SettingKey[] = [
  ...OF_GENERATORS,
  'seed',
  'imagesPerClass',
  'stepsPerEpoch',
  'labelRule',
  'testImages',
  'observationPerClass',
];
/** What lies beyond the paper, as it is when it is off: then it is left out, as if it did not exist. */
const ADDITIONS = {
  contrastEnabled: false,
  classesPerStep: 1,
  refineShare: 0,
  scaledDistances: false,
  distortionScale: 'fixed',
  syntheticShare: 'fixed',
  studentRecipe: 'distillation',
  weightRange: 'minMax',
  weightRangeShare: 1,
  stepSizes: 'fixed',
  clippedGradient: 'pass',
  updateLimit: 0,
} as const satisfies Partial<RunSettings>;

/** What has no effect as the other settings are. */
function dropIdle(terms: Record<string, unknown>, settings: RunSettings): void {
  for (const key of SETTING_KEYS) if (isIdle(settings, key)) delete terms[key];
}

function dropAdditions(terms: Record<string, unknown>): void {
  if (terms.contrastEnabled === false) delete terms.contrastWeight;
  if (Array.isArray(terms.layerBits) && terms.layerBits.length === 0) delete terms.layerBits;
  for (const [key, off] of Object.entries(ADDITIONS)) if (terms[key] === off) delete terms[key];
}

/** Terms that look at no calibration image. */
const WITHOUT_CENTERS: readonly string[] = ['ceMixed', 'bns', 'ceSingle'];

const inGroup = (key: SettingKey, ...groups: SettingGroup[]) => groups.includes(SETTINGS[key].group);

/**
 * What a generator's training depends on, apart from the number of steps: bit widths and students are left out, and so
 * are weights of terms that are off. A setting that is not known here counts, whatever it is.
 */
export function generatorTerms(cell: Cell): Record<string, unknown> {
  const { settings, column } = cell;
  const terms: Record<string, unknown> = {};
  for (const key of SETTING_KEYS) {
    if (!inGroup(key, 'quantizer', 'student', 'comparison')) terms[key] = settings[key];
  }
  for (const key of ['testImages', 'observationPerClass']) delete terms[key];
  // Which steps move images, and how far, goes by the number of steps; otherwise a training goes on from a shorter one.
  if (settings.refineShare === 0) delete terms.generatorSteps;
  for (const term of TERMS) if (!settings[`${term}Enabled`]) delete terms[`${term}Weight`];
  dropIdle(terms, settings);
  terms.center = column.center;
  dropAdditions(terms);
  const strange = SETTING_KEYS.some(
    (key) =>
      inGroup(key, 'data', 'generator', 'terms') && !KNOWN.includes(key) && settings[key] !== SETTINGS[key].default,
  );
  const simple = !strange && TERMS.every((term) => WITHOUT_CENTERS.includes(term) || !settings[`${term}Enabled`]);
  if (simple) {
    delete terms.startLayer;
    // Which classes are reliable is known from the calibration images.
    const asked = settings.labelRule && settings.generatorSteps > UNRELIABLE_EPOCHS * settings.stepsPerEpoch;
    if (!asked) for (const key of ['imagesPerClass', 'labelRule']) delete terms[key];
  }
  return terms;
}

/** What a student's accuracy depends on: what its method does not use is left out. */
function studentTerms(cell: Cell): Record<string, unknown> {
  const { settings } = cell;
  const terms: Record<string, unknown> = { ...settings };
  for (const key of ['observationPerClass', 'beside']) delete terms[key];
  const trained = trainsStudent({ settings });
  if (!trained) {
    for (const key of SETTING_KEYS) if (inGroup(key, 'student')) delete terms[key];
  }
  const synthetic = trainsGenerator(settings) || (trained && hasGenerator(settings));
  if (!synthetic) delete terms.syntheticShare;
  dropIdle(terms, settings);
  dropAdditions(terms);
  if (synthetic || settings.activationRange !== 'movingAverage') for (const key of OF_GENERATORS) delete terms[key];
  if (synthetic) Object.assign(terms, { generator: generatorTerms(cell), generatorSteps: settings.generatorSteps });
  return terms;
}

/** A short name for what these terms are on one network and dataset. */
export function keyOf(source: string, terms: Record<string, unknown>): string {
  const ordered = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, each]) => [key, ordered(each)])
      : value;
  return createHash('sha256')
    .update(JSON.stringify([source, ordered(terms)]))
    .digest('hex')
    .slice(0, 16);
}

export const generatorKey = (source: string, cell: Cell) => keyOf(source, generatorTerms(cell));
export const studentKey = (source: string, cell: Cell) => keyOf(source, studentTerms(cell));
/** The same generator is looked at from the centres of each calibration set. */
export const qualityKey = (source: string, cell: Cell) =>
  keyOf(source, {
    generator: generatorTerms(cell),
    steps: cell.settings.generatorSteps,
    imagesPerClass: cell.settings.imagesPerClass,
    observationPerClass: cell.settings.observationPerClass,
    startLayer: cell.settings.startLayer,
  });
