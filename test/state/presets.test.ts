import { describe, expect, it } from 'vitest';
import { applyPreset, choosePreset, PRESETS, presetOf } from '../../src/state/presets';
import { changedSettings, defaultSettings } from '../../src/state/settings';

const switches = (settings: ReturnType<typeof defaultSettings>) =>
  [
    settings.ceMixedEnabled,
    settings.bnsEnabled,
    settings.distortedEnabled,
    settings.ceSingleEnabled,
    settings.centralizedEnabled,
    settings.contrastEnabled,
  ]
    .map(Number)
    .join('');

describe('presets', () => {
  it('are the subsets of terms that their names say', () => {
    const of = Object.fromEntries(PRESETS.map((preset) => [preset, switches(applyPreset(defaultSettings(), preset))]));
    expect(of).toEqual({
      ptq: '000000',
      calibration: '000000',
      zeroShot: '110000',
      centralized: '110110',
      distorted: '111100',
      fdda: '111110',
      fddaPlus: '111011',
    });
  });

  it('are recognized, whichever was chosen before', () => {
    for (const before of PRESETS) {
      for (const preset of PRESETS)
        expect(presetOf(applyPreset(applyPreset(defaultSettings(), before), preset))).toBe(preset);
    }
  });

  it('change nothing but the switches, and what the two without synthetic images take away', () => {
    const own = { ...defaultSettings(), studentSteps: 33, syntheticBatch: 8, bnsWeight: 1.5, seed: 5 };
    expect(applyPreset(applyPreset(own, 'zeroShot'), 'fdda')).toEqual(own);
    expect(changedSettings(own, applyPreset(own, 'ptq'), 'reset')).toEqual(['studentSteps']);
    expect(applyPreset(own, 'ptq').studentSteps).toBe(0);
    expect(changedSettings(own, applyPreset(own, 'calibration'), 'reset')).toEqual(['syntheticBatch']);
    expect(applyPreset(own, 'calibration').syntheticBatch).toBe(0);
    expect(applyPreset(applyPreset(own, 'ptq'), 'fdda').studentSteps).toBe(defaultSettings().studentSteps);
  });

  it('FDDA+ has switches and weights of its own, which go with it', () => {
    const own = { ...defaultSettings(), seed: 5, bnsWeight: 1.5 };
    const plus = applyPreset(own, 'fddaPlus');
    expect(plus).toMatchObject({
      classesPerStep: 4,
      scaledDistances: true,
      distortionScale: 'scatter',
      syntheticShare: 'byRealImages',
      refineShare: 0.6,
      labelRule: false,
      bnsWeight: 1,
      centralizedWeight: 4,
      contrastWeight: 2,
    });
    expect(applyPreset(plus, 'fdda')).toEqual({ ...own, bnsWeight: defaultSettings().bnsWeight });
    expect(applyPreset({ ...plus, centralizedWeight: 1.5 }, 'fdda').centralizedWeight).toBe(1.5);
    // The same values without FDDA+'s switches are the visitor's own.
    const ruleOff = { ...defaultSettings(), labelRule: false, bnsWeight: 1 };
    expect(presetOf(ruleOff)).toBe('fdda');
    expect(applyPreset(ruleOff, 'zeroShot')).toMatchObject({ labelRule: false, bnsWeight: 1 });
    expect(presetOf({ ...plus, scaledDistances: false })).toBeNull();
    expect(presetOf({ ...defaultSettings(), classesPerStep: 2 })).toBeNull();
  });

  it('of FDDA+ brings the steps it needs, unless the visitor chose some', () => {
    const plus = choosePreset(defaultSettings(), 'fddaPlus');
    expect(plus.generatorSteps).toBe(200);
    expect(choosePreset(plus, 'fdda')).toEqual(defaultSettings());
    expect(choosePreset({ ...defaultSettings(), generatorSteps: 70 }, 'fddaPlus').generatorSteps).toBe(70);
    expect(choosePreset({ ...plus, generatorSteps: 70 }, 'fdda').generatorSteps).toBe(70);
    expect(choosePreset({ ...defaultSettings(), generatorSteps: 200 }, 'zeroShot').generatorSteps).toBe(200);
  });

  it('have no name for other combinations', () => {
    expect(presetOf({ ...defaultSettings(), bnsEnabled: false })).toBeNull();
  });
});
