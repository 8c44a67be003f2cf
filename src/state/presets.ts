import type { RunSettings, TermName } from '../engine/runSettings';
import { FDDA_TERMS, TERMS } from '../engine/runSettings';
import { SETTINGS } from './settings';

/**
 * The methods that are compared are subsets of one run's terms, never separate code: a preset only sets the five
 * switches, and for two of them takes the synthetic images or the training away.
 */
export const PRESETS = ['ptq', 'calibration', 'zeroShot', 'centralized', 'distorted', 'fdda', 'fddaPlus'] as const;
export type PresetName = (typeof PRESETS)[number];

const TERMS_OF: Record<PresetName, readonly TermName[]> = {
  ptq: [],
  calibration: [],
  zeroShot: ['ceMixed', 'bns'],
  centralized: ['ceMixed', 'bns', 'ceSingle', 'centralized'],
  distorted: ['ceMixed', 'bns', 'ceSingle', 'distorted'],
  fdda: FDDA_TERMS,
  fddaPlus: ['ceMixed', 'bns', 'distorted', 'centralized', 'contrast'],
};

/** What FDDA+ has beside its terms: switches that are off in every other method, and values that others may have as well. */
const PLUS_SWITCHES = {
  classesPerStep: 4,
  scaledDistances: true,
  distortionScale: 'scatter',
  refineShare: 0.6,
  syntheticShare: 'byRealImages',
} as const satisfies Partial<RunSettings>;
const PLUS_VALUES = {
  bnsWeight: 1,
  centralizedWeight: 4,
  contrastWeight: 2,
  contrastTemperature: 0.02,
  labelRule: false,
} as const satisfies Partial<RunSettings>;

/** The settings' key of a term's switch. */
export const enabledKey = <Term extends TermName>(term: Term) => `${term}Enabled` as const;
/** The settings' key of a term's weight. */
export const weightKey = <Term extends TermName>(term: Term) => `${term}Weight` as const;

/** `settings` with the preset's terms; steps and batches that another preset took away come back at their defaults. */
export function applyPreset(settings: RunSettings, preset: PresetName): RunSettings {
  const next = { ...settings };
  for (const term of TERMS) next[enabledKey(term)] = TERMS_OF[preset].includes(term);
  if (preset === 'ptq') next.studentSteps = 0;
  else if (next.studentSteps === 0) next.studentSteps = SETTINGS.studentSteps.default;
  if (preset === 'calibration') next.syntheticBatch = 0;
  else if (next.syntheticBatch === 0) next.syntheticBatch = SETTINGS.syntheticBatch.default;
  return { ...next, ...(preset === 'fddaPlus' ? { ...PLUS_SWITCHES, ...PLUS_VALUES } : withoutPlus(settings)) };
}

/** The switches off, and after FDDA+ its values back at their defaults; a value of the visitor's own stays. */
function withoutPlus(settings: RunSettings): Partial<RunSettings> {
  const values = hasSwitches(settings, true)
    ? (Object.keys(PLUS_VALUES) as (keyof typeof PLUS_VALUES)[]).filter((key) => settings[key] === PLUS_VALUES[key])
    : [];
  const defaults = [...(Object.keys(PLUS_SWITCHES) as (keyof typeof PLUS_SWITCHES)[]), ...values].map((key) => [
    key,
    SETTINGS[key].default,
  ]);
  return Object.fromEntries(defaults) as Partial<RunSettings>;
}

/** Whether none of FDDA+'s switches, or all of them, are as `plus` says. */
const hasSwitches = (settings: RunSettings, plus: boolean): boolean =>
  (Object.keys(PLUS_SWITCHES) as (keyof typeof PLUS_SWITCHES)[]).every(
    (key) => settings[key] === (plus ? PLUS_SWITCHES[key] : SETTINGS[key].default),
  );

/** Steps with which FDDA+'s images are moved often enough. */
const PLUS_STEPS = 200;

/**
 * What a press on a preset's button does: `applyPreset`, and as many generator steps as FDDA+ needs in place of the default,
 * which is enough for a generator that was trained ahead but moves no image twice.
 */
export function choosePreset(settings: RunSettings, preset: PresetName): RunSettings {
  const next = applyPreset(settings, preset);
  const fewest = SETTINGS.generatorSteps.default;
  if (preset === 'fddaPlus') return next.generatorSteps === fewest ? { ...next, generatorSteps: PLUS_STEPS } : next;
  return hasSwitches(settings, true) && next.generatorSteps === PLUS_STEPS ? { ...next, generatorSteps: fewest } : next;
}

/** The preset that these settings are, or null for a combination that has no name. */
export function presetOf(settings: RunSettings): PresetName | null {
  if (settings.studentSteps === 0) return 'ptq';
  if (settings.syntheticBatch === 0) return 'calibration';
  const terms = TERMS.filter((term) => settings[enabledKey(term)]).join();
  return (
    PRESETS.slice(2).find(
      (preset) =>
        TERMS.filter((term) => TERMS_OF[preset].includes(term)).join() === terms &&
        hasSwitches(settings, preset === 'fddaPlus'),
    ) ?? null
  );
}
