import { firstRefineStep, studentBatch, type RunSettings } from '../engine/runSettings';
import type { SettingKey } from './settingKinds';

/** Details that count only together with another setting, and when they do not. */
const IDLE: Partial<Record<SettingKey, (settings: RunSettings) => boolean>> = {
  refinedPerClass: (settings) => firstRefineStep(settings) === Infinity,
  refineLearningRate: (settings) => firstRefineStep(settings) === Infinity,
  contrastTemperature: ({ contrastEnabled }) => !contrastEnabled,
  scaledDistances: ({ bnsEnabled, distortedEnabled, centralizedEnabled }) =>
    !bnsEnabled && !distortedEnabled && !centralizedEnabled,
  distortionMean: ({ distortedEnabled, distortionScale }) => !distortedEnabled || distortionScale === 'scatter',
  distortionVariance: ({ distortedEnabled, distortionScale }) => !distortedEnabled || distortionScale === 'scatter',
  distortionScale: ({ distortedEnabled }) => !distortedEnabled,
  // Beside nothing that is trained nothing is.
  beside: ({ studentSteps }) => studentSteps === 0,
  weightRangeShare: ({ weightRange }) => weightRange === 'mse',
  // Learned step sizes have a gradient of their own where values are clipped.
  clippedGradient: ({ stepSizes, studentRecipe }) => stepSizes === 'learned' || studentRecipe !== 'distillation',
  // Block by block those of the activations are always learned, and the rest is as published.
  stepSizes: ({ studentRecipe }) => studentRecipe !== 'distillation',
  ...Object.fromEntries(
    (
      [
        'studentLearningRate',
        'updateLimit',
        'studentSchedule',
        'momentum',
        'weightDecay',
        'temperature',
        'distillationWeight',
      ] as const
    ).map((key) => [key, ({ studentRecipe }: RunSettings) => studentRecipe === 'reconstruction']),
  ),
  syntheticShare: (settings) => {
    const [fixed, changed] = (['fixed', 'byRealImages'] as const).map(
      (syntheticShare) => studentBatch({ ...settings, syntheticShare }, settings.imagesPerClass, true).synthetic,
    );
    return fixed === changed;
  },
};

/** Whether a setting has no effect as the others are. False for those of which it is not known. */
export function isIdle(settings: RunSettings, key: SettingKey): boolean {
  return IDLE[key]?.(settings) ?? false;
}
