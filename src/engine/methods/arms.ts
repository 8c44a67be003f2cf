import { firstRefineStep, TERMS, type LiveSettings, type RunSettings } from '../runSettings';
import { applyMethod, enabledKey, hasGenerator, METHOD_IDS, methodOf, weightKey, type MethodId } from './index';

/**
 * The arms of a run: the methods that it compares, side by side. The *leading* one is what the settings say; the others
 * (`RunSettings.beside`) have the same settings but for what makes their method. All of them share teacher, calibration
 * images, seed and quantizer, and their generators as far as those are trained alike.
 */
export type ArmId = MethodId | 'custom';

/** All arms there can be, in the order in which they run and are shown. */
export const ARM_IDS: readonly ArmId[] = [...METHOD_IDS, 'custom'];

export interface Arm {
  /** Fixed for the run, whatever is changed on the way. */
  id: ArmId;
  settings: RunSettings;
  /** What the settings say; live changes of terms are this one's. Exactly one arm of a run leads. */
  leads: boolean;
}

/**
 * The arms of a run with these settings, in the order of `ARM_IDS`. A run without student steps has only the leading
 * one: there is nothing to compare. (So has one whose `calibrationBatch` is 0 no calibration arm beside.)
 */
export function armsOf(settings: RunSettings): Arm[] {
  const leading: Arm = { id: methodOf(settings), settings, leads: true };
  if (settings.studentSteps === 0) return [leading];
  const beside = METHOD_IDS.filter((id) => id !== leading.id && settings.beside.includes(id))
    .map((id): Arm => ({ id, settings: applyMethod(settings, id), leads: false }))
    .filter(trainsStudent);
  return ARM_IDS.flatMap((id) => [leading, ...beside].filter((arm) => arm.id === id));
}

/** Whether there is a student to train, and anything for it to learn from. */
export const trainsStudent = ({ settings }: Pick<Arm, 'settings'>): boolean =>
  settings.studentSteps > 0 && (hasGenerator(settings) || settings.calibrationBatch > 0);

/** Settings that some method sets and that no generator sees. All other differences between arms are its business. */
const NOT_OF_GENERATORS: readonly (keyof RunSettings)[] = [
  'syntheticBatch',
  'syntheticShare',
  'studentSteps',
  'beside',
];

/** What a generator's training depends on; what has no effect as the other settings are is left out. */
function generatorTerms(settings: RunSettings): Partial<RunSettings> {
  const terms: Partial<RunSettings> = { ...settings };
  const drop = (...keys: readonly (keyof RunSettings)[]) => keys.forEach((key) => delete terms[key]);
  drop(...NOT_OF_GENERATORS);
  for (const term of TERMS) if (!settings[enabledKey(term)]) drop(weightKey(term));
  if (!settings.contrastEnabled) drop('contrastTemperature');
  if (!settings.distortedEnabled) drop('distortionMean', 'distortionVariance', 'distortionScale');
  if (!settings.bnsEnabled && !settings.distortedEnabled && !settings.centralizedEnabled) drop('scaledDistances');
  if (firstRefineStep(settings) === Infinity) drop('refineShare', 'refinedPerClass', 'refineLearningRate');
  return terms;
}

/**
 * Whose generator each arm's student learns from: arms whose generators are trained alike share one, which is the
 * leading arm's where that is among them, else the first one's. Null: the arm has none.
 */
export function generatorOwners(arms: readonly Arm[]): Map<ArmId, ArmId | null> {
  const owners = new Map<string, ArmId>();
  const keyOf = ({ settings }: Arm) => {
    const terms = generatorTerms(settings);
    return JSON.stringify(
      Object.keys(terms)
        .sort()
        .map((key) => [key, terms[key as keyof RunSettings]]),
    );
  };
  for (const arm of [...arms].sort((a, b) => Number(b.leads) - Number(a.leads))) {
    if (hasGenerator(arm.settings) && !owners.has(keyOf(arm))) owners.set(keyOf(arm), arm.id);
  }
  return new Map(arms.map((arm) => [arm.id, hasGenerator(arm.settings) ? owners.get(keyOf(arm))! : null]));
}

/**
 * Live settings that no method sets: a change of them is every arm's. Terms, their weights and softness are the leading
 * arm's.
 */
const OF_ALL_ARMS = [
  'generatorLearningRate',
  'studentLearningRate',
  'distortionMean',
  'distortionVariance',
] as const satisfies readonly (keyof LiveSettings)[];

/** An arm after a live change. Its id stays: what it was at the run's start. */
export function withLive(arm: Arm, live: LiveSettings): Arm {
  const own = arm.leads
    ? live
    : Object.fromEntries(OF_ALL_ARMS.filter((key) => live[key] !== undefined).map((key) => [key, live[key]]));
  return { ...arm, settings: { ...arm.settings, ...own } };
}
