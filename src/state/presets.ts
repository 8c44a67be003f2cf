import { applyMethod, METHOD_IDS, methodOf, switchedMethod } from '../engine/methods';
import type { ArmId } from '../engine/methods/arms';
import type { RunSettings } from '../engine/runSettings';
import { SETTINGS } from './settings';

export { enabledKey, weightKey } from '../engine/methods';

/** What the settings can be made with one press: a method, or no training at all. */
export const PRESETS = ['ptq', ...METHOD_IDS] as const;
export type PresetName = (typeof PRESETS)[number];

/** `settings` with the preset's terms; steps and batches that another preset took away come back at their defaults. */
export function applyPreset(settings: RunSettings, preset: PresetName): RunSettings {
  if (preset === 'ptq') {
    // Nothing is trained: no terms, as for the calibration images alone, but the batch stays.
    const { syntheticBatch } = settings;
    const bare = applyMethod(settings, 'calibration');
    return { ...bare, syntheticBatch: syntheticBatch || SETTINGS.syntheticBatch.default, studentSteps: 0 };
  }
  const next = applyMethod(settings, preset);
  return next.studentSteps === 0 ? { ...next, studentSteps: SETTINGS.studentSteps.default } : next;
}

/** Steps with which FDDA+'s images are moved often enough. */
const PLUS_STEPS = 200;

/**
 * What a press on a preset's button does: `applyPreset`, and as many generator steps as FDDA+ needs in place of the
 * default, which is enough for a generator that was trained ahead but moves no image twice.
 */
export function choosePreset(settings: RunSettings, preset: PresetName): RunSettings {
  const next = applyPreset(settings, preset);
  const fewest = SETTINGS.generatorSteps.default;
  if (preset === 'fddaPlus') return next.generatorSteps === fewest ? { ...next, generatorSteps: PLUS_STEPS } : next;
  const wasPlus = switchedMethod(settings) === 'fddaPlus';
  return wasPlus && next.generatorSteps === PLUS_STEPS ? { ...next, generatorSteps: fewest } : next;
}

/** The preset that these settings are, or null for a combination that has no name. */
export function presetOf(settings: RunSettings): PresetName | null {
  if (settings.studentSteps === 0) return 'ptq';
  const method = methodOf(settings);
  return method === 'custom' ? null : method;
}

/** The method that these settings are, as a run names its leading arm. */
export const leadingMethod = (settings: RunSettings): ArmId => methodOf(settings);
