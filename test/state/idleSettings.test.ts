import { describe, expect, it } from 'vitest';
import { isIdle } from '../../src/state/idleSettings';
import { applyPreset } from '../../src/state/presets';
import { defaultSettings, SETTING_KEYS } from '../../src/state/settings';

const idleIn = (settings: ReturnType<typeof defaultSettings>) => SETTING_KEYS.filter((key) => isIdle(settings, key));

describe('settings without an effect', () => {
  it('are details of what is off', () => {
    const zeroShot = applyPreset(defaultSettings(), 'zeroShot');
    expect(idleIn(zeroShot)).toEqual([
      'refinedPerClass',
      'refineLearningRate',
      'contrastTemperature',
      'distortionMean',
      'distortionVariance',
      'distortionScale',
      'syntheticShare',
    ]);
    expect(idleIn(defaultSettings())).toEqual([
      'refinedPerClass',
      'refineLearningRate',
      'contrastTemperature',
      'syntheticShare',
    ]);
    expect(idleIn({ ...zeroShot, bnsEnabled: false })).toContain('scaledDistances');
  });

  it('and what only distillation asks for, where blocks are fitted', () => {
    const ofDistillation = ['studentLearningRate', 'updateLimit', 'temperature', 'distillationWeight'] as const;
    const blocks = idleIn({ ...defaultSettings(), studentRecipe: 'reconstruction' });
    for (const key of [...ofDistillation, 'stepSizes', 'clippedGradient'] as const) expect(blocks).toContain(key);
    const both = idleIn({ ...defaultSettings(), studentRecipe: 'both' });
    for (const key of ofDistillation) expect(both).not.toContain(key);
    expect(both).toContain('stepSizes');
  });

  it('and the two numbers that measured noise takes the place of', () => {
    const plus = { ...applyPreset(defaultSettings(), 'fddaPlus'), generatorSteps: 200 };
    expect(idleIn(plus)).toEqual(['distortionMean', 'distortionVariance', 'syntheticShare']);
    expect(idleIn({ ...plus, distortionScale: 'fixed', imagesPerClass: 4 })).toEqual([]);
    expect(idleIn({ ...plus, distortionScale: 'fixed', imagesPerClass: 4, syntheticBatch: 0 })).toEqual([
      'syntheticShare',
    ]);
    // No step is left to move images in.
    expect(idleIn({ ...plus, generatorSteps: 0 })).toContain('refineLearningRate');
  });
});
