import type { RunSettings, TermName } from '../engine/training/runSettings';
import { TERMS } from '../engine/training/runSettings';
import { SETTINGS } from './settings';

/**
 * The methods that are compared are subsets of one run's terms, never separate code: a preset only sets the five
 * switches, and for two of them takes the synthetic images or the training away.
 */
export const PRESETS = ['ptq', 'calibration', 'zeroShot', 'centralized', 'distorted', 'fdda'] as const;
export type PresetName = (typeof PRESETS)[number];

const TERMS_OF: Record<PresetName, readonly TermName[]> = {
  ptq: [],
  calibration: [],
  zeroShot: ['ceMixed', 'bns'],
  centralized: ['ceMixed', 'bns', 'ceSingle', 'centralized'],
  distorted: ['ceMixed', 'bns', 'ceSingle', 'distorted'],
  fdda: TERMS,
};

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
  return next;
}

/** The preset that these settings are, or null for a combination that has no name. */
export function presetOf(settings: RunSettings): PresetName | null {
  if (settings.studentSteps === 0) return 'ptq';
  if (settings.syntheticBatch === 0) return 'calibration';
  const terms = TERMS.filter((term) => settings[enabledKey(term)]).join();
  return PRESETS.slice(2).find((preset) => TERMS.filter((term) => TERMS_OF[preset].includes(term)).join() === terms) ?? null;
}
