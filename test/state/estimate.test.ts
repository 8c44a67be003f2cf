import { describe, expect, it } from 'vitest';
import { runWork } from '../../src/engine/training/workCount';
import { afterRun, estimatedSeconds } from '../../src/state/estimate';
import { defaultSettings } from '../../src/state/settings';
import { createFakeRun } from '../worker/fakeRun';

const settings = defaultSettings();
const { overview } = createFakeRun(settings);
const work = runWork(settings, overview.network);

describe('the time that a run will take', () => {
  it('is not known before there is a network and a backend', () => {
    expect(estimatedSeconds(settings, null, 'wasm', {})).toBeNull();
    expect(estimatedSeconds(settings, overview, null, {})).toBeNull();
    expect(estimatedSeconds(settings, { ...overview, reading: null }, 'wasm', {})).toBeNull();
  });

  it('is first guessed from how fast the images were read', () => {
    const slow = { ...overview, reading: { macs: 1e9, seconds: 2 } };
    const fast = { ...overview, reading: { macs: 1e9, seconds: 1 } };
    const [one, other] = [slow, fast].map((each) => estimatedSeconds(settings, each, 'wasm', {})!);
    expect(one / other).toBeCloseTo(2, 9);
  });

  it('goes by the last run on the same backend, whatever its settings were', () => {
    const short = { ...settings, studentSteps: 20, beside: [] };
    const speeds = afterRun({}, 'wasm', short, overview, { fraction: 0.5, elapsedSeconds: 10 });
    const perSecond = (0.5 * runWork(short, overview.network)) / 10;
    expect(estimatedSeconds(settings, overview, 'wasm', speeds)).toBeCloseTo(work / perSecond, 9);
    // Of another backend it says nothing.
    expect(estimatedSeconds(settings, overview, 'webgl', speeds)).toBe(
      estimatedSeconds(settings, overview, 'webgl', {}),
    );
  });

  it('is longer with more arms', () => {
    const seconds = (beside: (typeof settings)['beside']) =>
      estimatedSeconds({ ...settings, beside }, overview, 'wasm', {})!;
    const times = [seconds([]), seconds(['calibration']), seconds(['calibration', 'zeroShot'])];
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[2]).toBeGreaterThan(1.5 * times[0]);
  });

  it('is not learned from a run that has hardly begun', () => {
    for (const position of [null, { fraction: 0.1, elapsedSeconds: 1 }, { fraction: 0, elapsedSeconds: 100 }])
      expect(afterRun({ wasm: 5 }, 'wasm', settings, overview, position)).toEqual({ wasm: 5 });
  });
});
