import { describe, expect, it } from 'vitest';
import { applyPreset, presetOf } from '../../src/state/presets';
import { defaultSettings, SETTING_KEYS, SETTINGS } from '../../src/state/settings';
import { applySetup, setupOf, SETUPS } from '../../src/state/setups';
import { readLink, writeLink } from '../../src/state/shareLink';

describe('setups', () => {
  it('interactive is what the page starts with', () => {
    expect(applySetup(defaultSettings(), 'interactive')).toEqual(defaultSettings());
    expect(setupOf(defaultSettings())).toBe('interactive');
  });

  it("the paper's has FDDA's five terms at the authors' weights and nothing beyond", () => {
    const paper = applySetup(applyPreset(defaultSettings(), 'fddaPlus'), 'paper');
    expect(presetOf(paper)).toBe('fdda');
    expect(paper).toMatchObject({
      ceMixedWeight: 0.5,
      bnsWeight: 0.2,
      distortedWeight: 0.9,
      ceSingleWeight: 0.5,
      centralizedWeight: 0.01,
      distortionMean: 0.5,
      distortionVariance: 1,
      startLayer: -1,
      labelRule: true,
      generatorSteps: 80000,
      generatorChannels: 128,
      studentSteps: 70000,
      studentLearningRate: 1e-6,
      activationRange: 'movingAverage',
      imagesPerClass: 1,
      classesPerStep: 1,
      scaledDistances: false,
      distortionScale: 'fixed',
      refineShare: 0,
      syntheticShare: 'fixed',
    });
  });

  it.each(SETUPS)("%s is within every setting's range, survives a link, and is recognized", (setup) => {
    const whole = applySetup({ ...defaultSettings(), seed: 9, testImages: 200 }, setup);
    expect(whole).toMatchObject({ seed: 9, testImages: 200 });
    for (const key of SETTING_KEYS) {
      const [setting, value] = [SETTINGS[key], whole[key]];
      if (setting.kind !== 'integer' && setting.kind !== 'number') continue;
      expect(value, key).toBeGreaterThanOrEqual(setting.min);
      expect(value, key).toBeLessThanOrEqual(setting.max);
    }
    const link = readLink(writeLink({ settings: whole, backend: null, without: [] }));
    expect(link.notes).toEqual([]);
    expect(link.settings).toEqual(whole);
    expect(setupOf(whole)).toBe(setup);
    expect(setupOf({ ...whole, momentum: 0.8 })).toBeNull();
  });
});
