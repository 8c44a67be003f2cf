import { describe, expect, it } from 'vitest';
import { applyMethod, METHOD_IDS, METHODS, methodOf, switchedMethod } from '../../../src/engine/methods';
import { ARM_IDS, armsOf, generatorOwners, withLive } from '../../../src/engine/methods/arms';
import { BASE, SWITCHES } from '../../../src/engine/methods/method';
import type { RunSettings } from '../../../src/engine/runSettings';
import { defaultSettings, SETTINGS } from '../../../src/state/settings';

const settings = (overrides: Partial<RunSettings> = {}): RunSettings => ({ ...defaultSettings(), ...overrides });
const ids = (overrides: Partial<RunSettings>) => armsOf(settings(overrides)).map(({ id }) => id);
const owners = (of: RunSettings) => Object.fromEntries(generatorOwners(armsOf(of)));

describe('a method', () => {
  it('has as base what the settings table has as defaults', () => {
    const defaults = Object.fromEntries(
      Object.keys(BASE).map((key) => [key, SETTINGS[key as keyof typeof BASE].default]),
    );
    expect(BASE).toEqual(defaults);
  });

  it('is found again in the settings that it was applied to, whatever was there before', () => {
    for (const before of METHOD_IDS) {
      for (const id of METHOD_IDS) expect(methodOf(applyMethod(applyMethod(settings(), before), id))).toBe(id);
    }
  });

  it('applied after others gives what it gives by itself: nothing of them is left', () => {
    const [first] = METHOD_IDS;
    for (const id of METHOD_IDS) {
      const all = METHOD_IDS.reduce((known, each) => applyMethod(known, each), settings());
      const alone = applyMethod(applyMethod(settings(), first), id);
      expect(applyMethod(all, id)).toEqual(alone);
    }
  });

  it('brings back no value that the visitor chose', () => {
    const own = settings({ bnsWeight: 1.5, studentSteps: 33, syntheticBatch: 8 });
    expect(applyMethod(applyMethod(own, 'zeroShot'), 'fdda')).toEqual(own);
    expect(applyMethod({ ...applyMethod(own, 'fddaPlus'), centralizedWeight: 1.5 }, 'fdda').centralizedWeight).toBe(
      1.5,
    );
  });

  it('is not found where a term or a switch is otherwise', () => {
    expect(methodOf(settings({ bnsEnabled: false }))).toBe('custom');
    expect(methodOf(settings({ classesPerStep: 2 }))).toBe('custom');
    const plus = applyMethod(settings(), 'fddaPlus');
    expect(switchedMethod(plus)).toBe('fddaPlus');
    for (const key of SWITCHES) {
      const other = { ...plus, [key]: BASE[key] };
      expect(methodOf(other)).toBe('custom');
      expect(switchedMethod(other)).toBeNull();
    }
  });

  it('without a generator is the calibration images alone', () => {
    expect(methodOf(settings({ syntheticBatch: 0 }))).toBe('calibration');
    expect(methodOf({ ...applyMethod(settings(), 'calibration'), syntheticBatch: 16 })).toBe('calibration');
    expect(METHODS.calibration.terms).toEqual([]);
  });
});

describe('the arms of a run', () => {
  it('are the leading one and those beside it, in a fixed order, each once', () => {
    expect(ids({})).toEqual(['calibration', 'fdda']);
    expect(ids({ beside: [] })).toEqual(['fdda']);
    expect(ids({ beside: ['fddaPlus', 'fdda', 'zeroShot', 'calibration'] })).toEqual([
      'calibration',
      'zeroShot',
      'fdda',
      'fddaPlus',
    ]);
    expect(ids({ bnsEnabled: false, beside: ['fdda'] })).toEqual(['fdda', 'custom']);
    expect(ids({ syntheticBatch: 0, beside: ['fdda'] })).toEqual(['calibration', 'fdda']);
    expect(ARM_IDS).toEqual(['calibration', 'zeroShot', 'centralized', 'distorted', 'fdda', 'fddaPlus', 'custom']);
  });

  it('have the settings of the leading one but for their method', () => {
    const all = settings({ seed: 9, weightBits: 4, bnsWeight: 1.5, beside: [...METHOD_IDS] });
    for (const { id, settings: own, leads } of armsOf(all)) {
      expect(leads).toBe(id === 'fdda');
      expect(methodOf(own)).toBe(id);
      expect(own).toMatchObject({ seed: 9, weightBits: 4, studentSteps: all.studentSteps });
      if (id !== 'fddaPlus') expect(own.bnsWeight).toBe(1.5);
    }
  });

  it('are one where no student is trained', () => {
    expect(ids({ studentSteps: 0, beside: ['calibration', 'zeroShot'] })).toEqual(['fdda']);
  });

  it('are without calibration images alone where a student has none', () => {
    expect(ids({ calibrationBatch: 0 })).toEqual(['fdda']);
  });
});

describe('a generator', () => {
  it('is shared by arms exactly where it is trained alike', () => {
    const all = [...METHOD_IDS];
    expect(owners(settings({ beside: all }))).toEqual({
      calibration: null,
      zeroShot: 'zeroShot',
      centralized: 'centralized',
      distorted: 'distorted',
      fdda: 'fdda',
      fddaPlus: 'fddaPlus',
    });
    // Only the student differs from FDDA's: the leading arm has the generator of both.
    expect(owners(settings({ syntheticShare: 'byRealImages', beside: ['fdda', 'zeroShot'] }))).toEqual({
      zeroShot: 'zeroShot',
      fdda: 'custom',
      custom: 'custom',
    });
    // A switch that the generator sees.
    expect(owners(settings({ scaledDistances: true, beside: ['fdda'] }))).toEqual({ fdda: 'fdda', custom: 'custom' });
    // Noise of a term that is off is seen by nobody; of one that is on, it is.
    const scatter = { distortionScale: 'scatter', beside: ['zeroShot', 'fdda'] } as const;
    expect(
      owners(settings({ ...scatter, distortedEnabled: false, centralizedEnabled: false, ceSingleEnabled: false })),
    ).toEqual({
      zeroShot: 'custom',
      fdda: 'fdda',
      custom: 'custom',
    });
    expect(owners(settings(scatter))).toEqual({ zeroShot: 'zeroShot', fdda: 'fdda', custom: 'custom' });
  });
});

describe('a live change', () => {
  const arms = armsOf(settings({ beside: ['calibration', 'zeroShot'] }));
  const after = arms.map((arm) => withLive(arm, { bnsEnabled: false, bnsWeight: 2, studentLearningRate: 1e-6 }));

  it("of terms and weights is the leading arm's, whose id stays", () => {
    expect(after.map(({ id }) => id)).toEqual(['calibration', 'zeroShot', 'fdda']);
    expect(after.map(({ settings: { bnsEnabled } }) => bnsEnabled)).toEqual([false, true, false]);
    expect(after.map(({ settings: { bnsWeight } }) => bnsWeight)).toEqual([0.2, 0.2, 2]);
  });

  it("of a learning rate is everybody's", () => {
    expect(after.map(({ settings: { studentLearningRate } }) => studentLearningRate)).toEqual([1e-6, 1e-6, 1e-6]);
  });
});
