import { describe, expect, it } from 'vitest';
import type { KeptRun } from '../../../src/state/compare/keptRun';
import { addKept, keptBytes, networkKey, sameCalibration, samePlane } from '../../../src/state/compare/keptRun';
import { rightAnswers, type RightAnswers } from '../../../src/engine/evaluation/rightAnswers';
import type { Measured, TestImages } from '../../../src/state/compare/measured';
import type { Result } from '../../../src/state/compare/results';
import {
  addResult,
  gains,
  MAX_RESULTS,
  resultOf,
  rowsOf,
  sortedResults,
  spreadOf,
} from '../../../src/state/compare/results';
import { differingKeys, sameButSeed } from '../../../src/state/compare/difference';
import { seedsFrom } from '../../../src/state/compare/seedSeries';
import { nextMoment } from '../../../src/state/history';
import { emptySeries } from '../../../src/state/series';
import { defaultSettings, SETTINGS } from '../../../src/state/settings';
import { createFakeRun, FAKE_LAYERS } from '../../worker/fakeRun';

const settings = (changes: Partial<ReturnType<typeof defaultSettings>> = {}) => ({ ...defaultSettings(), ...changes });
const result = (run: number, accuracy: Result['accuracy'] = {}, seed = run): Result => ({
  number: run,
  run,
  settings: settings({ seed }),
  networkName: 'net',
  network: 'net',
  backend: 'wasm',
  accuracy,
  seconds: run,
  changedMidway: false,
});
const at = (accuracy: number, right: RightAnswers | null = null, test: TestImages | null = null): Measured => ({
  accuracy,
  correct: Math.round(100 * accuracy),
  n: 100,
  right,
  test,
});
/** Of 100 images those from `from` on, `count` of them. */
const rightFrom = (from: number, count: number): RightAnswers =>
  rightAnswers(
    Array.from({ length: 100 }, (_, i) => Number(i >= from && i < from + count)),
    new Array<number>(100).fill(1),
  );

function kept(run: number, changes: Partial<ReturnType<typeof defaultSettings>> = {}): KeptRun {
  const fake = createFakeRun(settings(changes));
  const moment = nextMoment(null, {
    phase: 'done',
    arm: null,
    step: 1,
    steps: 1,
    elapsedSeconds: 12,
    secondsPerStep: null,
    remainingSeconds: null,
    fraction: 1,
    generator: [],
    student: [],
    accuracy: [
      {
        id: 'ptq',
        accuracy: 0.5,
        correct: 50,
        n: 100,
        state: 'done',
        step: 1,
        steps: 1,
        curve: [],
        answers: null,
        weightsHash: null,
      },
      {
        id: 'fdda',
        accuracy: 0.6,
        correct: 60,
        n: 100,
        state: 'running',
        step: 1,
        steps: 2,
        curve: [],
        answers: null,
        weightsHash: null,
      },
    ],
    synthetic: [fake.snapshot(1, settings(changes))],
  });
  return {
    run,
    settings: settings(changes),
    backend: 'wasm',
    overview: fake.overview,
    moment,
    finished: true,
    generatorLosses: { fdda: emptySeries() },
    studentLosses: { calibration: emptySeries(), fdda: emptySeries() },
  };
}

describe('settings of two runs', () => {
  it('differ in the table’s order, whatever was changed first', () => {
    expect(differingKeys(settings(), settings({ weightBits: 4, seed: 2 }))).toEqual(['seed', 'weightBits']);
    expect(differingKeys(settings(), settings({ beside: ['calibration'] }))).toEqual([]);
    expect(differingKeys(settings(), settings({ beside: ['calibration', 'fddaPlus'] }))).toEqual(['beside']);
    expect(sameButSeed(settings(), settings({ seed: 7 }))).toBe(true);
    expect(sameButSeed(settings(), settings({ seed: 7, weightBits: 8 }))).toBe(false);
  });
});

describe('results', () => {
  it('stay within their number, a run having one', () => {
    let results: readonly Result[] = [];
    for (let run = 1; run <= MAX_RESULTS + 7; run++) results = addResult(results, result(run));
    expect(results).toHaveLength(MAX_RESULTS);
    expect(results[0].run).toBe(8);
    results = addResult(results, { ...result(20), seconds: 99 });
    expect(results).toHaveLength(MAX_RESULTS);
    expect(results.filter(({ run }) => run === 20)).toMatchObject([{ seconds: 99 }]);
  });

  it('hold only what was measured to the end, and say when settings changed on the way', () => {
    const run = kept(3);
    expect(resultOf(run, 1)).toMatchObject({
      run: 3,
      accuracy: { ptq: { accuracy: 0.5, n: 100 } },
      seconds: 12,
      changedMidway: false,
    });
    expect(resultOf(run, 1).accuracy).not.toHaveProperty('fdda');
    expect(resultOf(run, 1).accuracy.ptq).toMatchObject({ correct: 50, right: null });
    expect(resultOf(run, 1).accuracy.ptq).not.toHaveProperty('rateCap');
    const lowered = {
      ...run,
      moment: { ...run.moment, accuracy: run.moment.accuracy.map((row) => ({ ...row, rateCap: 1e-5 })) },
    };
    expect(resultOf(lowered, 1).accuracy.ptq).toMatchObject({ correct: 50, rateCap: 1e-5 });
    expect(resultOf({ ...run, settings: settings({ bnsWeight: 1 }) }, 1).changedMidway).toBe(true);
  });

  it('sort by any column, what lacks it at the end both ways', () => {
    const list = [result(1, { fdda: at(0.7) }), result(2), result(3, { fdda: at(0.9) }), result(4, { fdda: at(0.7) })];
    expect(sortedResults(list, 'fdda', true).map(({ run }) => run)).toEqual([3, 1, 4, 2]);
    expect(sortedResults(list, 'fdda', false).map(({ run }) => run)).toEqual([1, 4, 3, 2]);
    expect(sortedResults(list, 'seed', true).map(({ run }) => run)).toEqual([4, 3, 2, 1]);
  });
});

describe('kept runs', () => {
  it('stay within their number and their memory, the newest always among them', () => {
    let list: readonly KeptRun[] = [];
    for (let run = 1; run <= 5; run++) list = addKept(list, kept(run), 3);
    expect(list.map(({ run }) => run)).toEqual([3, 4, 5]);
    const bytes = keptBytes(list[0]);
    // Images alone: 10 real and 40 synthetic ones.
    expect(bytes).toBeGreaterThan(50 * 32 * 32 * 4);
    expect(bytes).toBeLessThan(2e6);
    expect(addKept(list, kept(6), 9, 2.5 * bytes).map(({ run }) => run)).toEqual([5, 6]);
    expect(addKept(list, kept(6), 9, 1).map(({ run }) => run)).toEqual([6]);
  });
});

describe('two runs on one map', () => {
  const [one, other] = [kept(1).overview, kept(2, { weightBits: 4 }).overview];

  it('share it when the images for looking lie at the same places', () => {
    expect(samePlane(one, other, FAKE_LAYERS - 1)).toBe(true);
    expect(sameCalibration(one, other)).toBe(true);
  });

  it('do not with another seed, another number of images, or another network', () => {
    expect(samePlane(one, kept(2, { seed: 2 }).overview, 3)).toBe(false);
    expect(samePlane(one, kept(2, { observationPerClass: 5 }).overview, 3)).toBe(false);
    const network = { ...other, network: { ...other.network, parameters: 1 } };
    expect(networkKey(network)).not.toBe(networkKey(one));
    expect(samePlane(one, network, 3)).toBe(false);
  });

  it('do not when one place is no number', () => {
    const broken = structuredClone(other);
    broken.points.observation.xy[0] = NaN;
    expect(samePlane(one, broken, 0)).toBe(false);
    expect(samePlane(one, broken, 1)).toBe(true);
  });

  it('may have other calibration images all the same', () => {
    expect(sameCalibration(one, kept(2, { imagesPerClass: 3 }).overview)).toBe(false);
  });
});

describe('a spread over seeds', () => {
  const results = [
    result(1, { ptq: at(0.3), calibration: at(0.6), fdda: at(0.7) }),
    result(2, { ptq: at(0.5), fdda: at(0.8) }),
    result(3, { calibration: at(0.7), fdda: at(0.6) }),
  ];

  it('takes each method’s own seeds', () => {
    const spreads = spreadOf(results);
    expect(spreads.map(({ id, summary: { n } }) => [id, n])).toEqual([
      ['ptq', 2],
      ['calibration', 2],
      ['fdda', 3],
    ]);
    expect(spreads[0].values).toEqual([
      [1, 0.3],
      [2, 0.5],
    ]);
    expect(spreads[2].summary.mean).toBeCloseTo(0.7, 12);
  });

  it('subtracts only within one run', () => {
    const { bySeed, judgement } = gains(results, 'fdda')!;
    expect(bySeed.map(([seed, difference]) => [seed, Math.round(difference * 1000)])).toEqual([
      [1, 100],
      [3, -100],
    ]);
    expect(judgement.difference).toBeCloseTo(0, 12);
    // No answers were kept: nothing is known of other images.
    expect(judgement).toMatchObject({ seeds: 2, n: 100, counted: null, onTheseImages: { verdict: 'unclear' } });
    expect(gains([results[1]], 'fdda')).toBeNull();
    // Any two arms, not only with calibration images alone.
    const two = [result(4, { zeroShot: at(0.7), fdda: at(0.75) }), result(5, { zeroShot: at(0.7) })];
    expect(gains(two, 'fdda', 'zeroShot')!.bySeed.map(([seed]) => seed)).toEqual([4]);
    expect(gains(two, 'fdda')).toBeNull();
  });
});

describe('gains counted image by image', () => {
  const seeds = [
    result(1, { calibration: at(0.5, rightFrom(0, 50)), fdda: at(0.6, rightFrom(0, 60)) }),
    result(2, { calibration: at(0.5, rightFrom(0, 50)), fdda: at(0.62, rightFrom(3, 62)) }),
  ];

  it('add up who alone is right, and say what holds in general', () => {
    // Seed 1: images 50 to 59 only with FDDA. Seed 2: 50 to 64 only with FDDA, 0 to 2 only without.
    const { judgement } = gains(seeds, 'fdda')!;
    expect(judgement.difference).toBeCloseTo(0.11, 12);
    expect(judgement.counted).toMatchObject({ onlyA: 3, onlyB: 25 });
    const [lower, upper] = judgement.onTheseImages.interval!;
    // Half the seeds' distance is the standard error; t of one degree of freedom is 12.706.
    expect((upper - lower) / 2).toBeCloseTo(12.7062 * 0.01, 4);
    const general = judgement.counted!.inGeneral.interval!;
    expect(general[1] - general[0]).toBeGreaterThan(upper - lower);
  });

  it('leave out a seed that was tested on other images', () => {
    const test = (label: number): TestImages => ({
      labels: new Uint16Array(100).fill(label),
      inputShape: [32, 32, 3],
      classNames: ['a', 'b'],
    });
    const of = (run: number, label: number) =>
      result(run, {
        calibration: at(0.5, rightFrom(0, 50), test(label)),
        fdda: at(0.6, rightFrom(0, 60), test(label)),
      });
    expect(gains([of(1, 0), of(2, 0)], 'fdda')!.bySeed.map(([seed]) => seed)).toEqual([1, 2]);
    expect(gains([of(1, 0), of(2, 1)], 'fdda')!.bySeed.map(([seed]) => seed)).toEqual([1]);
  });
});

describe('the rows of a table of results', () => {
  it('are those that occur in one of them, in their order', () => {
    const list = [result(1, { fdda: at(0.7), ptq: at(0.3) }), result(2, { zeroShot: at(0.6), fullPrecision: at(0.9) })];
    expect(rowsOf(list)).toEqual(['fullPrecision', 'ptq', 'zeroShot', 'fdda']);
    expect(rowsOf([])).toEqual([]);
  });
});

describe('seeds', () => {
  it('go up from the first, within their number and their range', () => {
    expect(seedsFrom(4, 3)).toEqual([4, 5, 6]);
    expect(seedsFrom(0, 1)).toHaveLength(2);
    expect(seedsFrom(0, 99)).toHaveLength(10);
    expect(seedsFrom(SETTINGS.seed.max, 2)).toEqual([SETTINGS.seed.max, 0]);
  });
});
