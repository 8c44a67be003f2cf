import type { RunSettings } from '../engine/runSettings';
import { defaultSettings, sameValue } from './settings';

/**
 * Complete sets of settings, whatever the method: what the page starts with, and the authors' own values. What is
 * looked at and drawn (seed, images for looking and testing) stays the visitor's.
 */
export const SETUPS = ['interactive', 'paper'] as const;
export type SetupName = (typeof SETUPS)[number];

/** Settings that a setup leaves alone. */
const KEPT = ['seed', 'observationPerClass', 'testImages', 'beside'] as const satisfies (keyof RunSettings)[];

/**
 * Every value of the authors' program (fdda.md, "Generator", "Quantizer", "Student"): 400 epochs of 200 steps for the
 * generator, of which the student takes part in the last 350. Weights and noise of the terms are the table's defaults,
 * which are the program's.
 */
const PAPER: Partial<RunSettings> = {
  imagesPerClass: 1,
  generatorStart: 'scratch',
  generatorChannels: 128,
  generatorSteps: 80000,
  generatorBatch: 16,
  generatorLearningRate: 1e-3,
  stepsPerEpoch: 200,
  weightBits: 4,
  activationBits: 4,
  weightGranularity: 'perChannel',
  firstLast: 'low',
  activationRange: 'movingAverage',
  weightRange: 'minMax',
  weightRangeShare: 1,
  studentRecipe: 'distillation',
  studentSteps: 70000,
  calibrationBatch: 16,
  syntheticBatch: 16,
  stepSizes: 'fixed',
  clippedGradient: 'pass',
  updateLimit: 0,
  studentLearningRate: 1e-6,
  studentSchedule: 'program',
  momentum: 0.9,
  weightDecay: 1e-4,
  temperature: 20,
  distillationWeight: 20,
  augment: true,
};

/** `settings` with everything as the setup has it, but what it leaves alone. */
export function applySetup(settings: RunSettings, setup: SetupName): RunSettings {
  const kept = Object.fromEntries(KEPT.map((key) => [key, settings[key]])) as Partial<RunSettings>;
  return { ...defaultSettings(), ...(setup === 'paper' ? PAPER : {}), ...kept };
}

/** The setup that these settings are, or null. */
export function setupOf(settings: RunSettings): SetupName | null {
  return (
    SETUPS.find((setup) => {
      const whole = applySetup(settings, setup);
      return (Object.keys(whole) as (keyof RunSettings)[]).every((key) => sameValue(settings[key], whole[key]));
    }) ?? null
  );
}
