import { describe, expect, it } from 'vitest';
import { rightAnswers } from '../../../src/engine/evaluation/rightAnswers';
import type { Measured, TestImages } from '../../../src/state/compare/measured';
import type { Finding } from '../../../src/state/lessons/checks';
import {
  calibrationImages,
  collapse,
  compareAccuracies,
  firstLast,
  firstSeparatingLayer,
  perTensor,
  reachCenters,
  signTest,
  unreliableLabels,
} from '../../../src/state/lessons/checks';
import { LESSON_IDS, LESSONS, lessonSettings, variedSettings } from '../../../src/state/lessons/lessons';
import type { ActiveLesson } from '../../../src/state/lessons/activeLesson';
import type { RunResult } from '../../../src/state/lessons/runResult';
import { presetOf } from '../../../src/state/presets';
import { defaultSettings } from '../../../src/state/settings';
import { createFormat } from '../../../src/ui/format';
import { verdictOf } from '../../../src/ui/lessons/lessonWords';
import { en } from '../../../src/ui/words/en';
import { ja } from '../../../src/ui/words/ja';

const of = (accuracy: number, n = 1000): Measured => ({
  accuracy,
  correct: Math.round(accuracy * n),
  n,
  right: null,
  test: null,
});
/** Images `from` to `from + count - 1` of 1,000 are right. */
function counted(count: number, from = 0, test: TestImages | null = null): Measured {
  const answers = Array.from({ length: 1000 }, (_, i) => Number(i >= from && i < from + count));
  return { ...of(count / 1000), right: rightAnswers(answers, new Array<number>(1000).fill(1)), test };
}

function result(change: Partial<RunResult> = {}): RunResult {
  return {
    settings: defaultSettings(),
    arm: 'fdda',
    accuracy: { fullPrecision: of(0.95), ptq: of(0.6), calibration: of(0.65), fdda: of(0.75) },
    classes: 10,
    nearest: { real: [0.1, 0.12, 0.1, 0.15, 0.2, 0.8], n: 200, synthetic: [0.1, 0.1, 0.1, 0.1, 0.1, 0.4] },
    reached: 0.1,
    spread: { real: 3, synthetic: 2, byClass: new Array<number>(10).fill(1) },
    recognized: new Array<number>(10).fill(1),
    reliable: new Array<boolean>(10).fill(true),
    ...change,
  };
}
const accuracies = (change: RunResult['accuracy']) => result({ accuracy: { ...result().accuracy, ...change } });
const spread = (synthetic: number, byClass: number[]) => result({ spread: { real: 3, synthetic, byClass } });
const ten = (value: number) => new Array<number>(10).fill(value);
const told = ({ outcome, sure }: Finding) => [outcome, sure];

describe('two accuracies', () => {
  it('differ when the 95 % interval leaves 0 out', () => {
    // 60 and 70 % of 1000: the standard error of the difference is 2.1 points, twice that 4.2.
    const clear = compareAccuracies(of(0.6), of(0.7));
    expect(told(clear)).toEqual(['second', 'clear']);
    expect(clear.values.difference.value).toBeCloseTo(0.1, 10);
    const half = 1.96 * Math.sqrt((0.6 * 0.4) / 1000 + (0.7 * 0.3) / 1000);
    expect(clear.values.lower.value).toBeCloseTo(0.1 - half, 3);
    expect(clear.values.upper.value).toBeCloseTo(0.1 + half, 3);
    expect(clear.values).not.toHaveProperty('images');
    expect(told(compareAccuracies(of(0.7), of(0.6)))).toEqual(['first', 'clear']);
  });

  it('are the same only when they are known well enough to say so', () => {
    expect(told(compareAccuracies(of(0.93, 2000), of(0.935, 2000)))).toEqual(['same', 'clear']);
    expect(told(compareAccuracies(of(0.6), of(0.61)))).toEqual([null, 'unclear']);
    // The same difference that is clear with 1000 images is not with 20.
    expect(told(compareAccuracies(of(0.6, 20), of(0.7, 20)))).toEqual([null, 'unclear']);
    // Few images are never certain, not even when all are right.
    expect(told(compareAccuracies(of(1, 4), of(1, 4)))).toEqual([null, 'unclear']);
  });

  it('are judged image by image where both answered the same ones', () => {
    // 2.4 points: within chance if the images had been different ones, not with 24 images to one side and none to the
    // other.
    expect(told(compareAccuracies(of(0.6), of(0.624)))).toEqual([null, 'unclear']);
    const finding = compareAccuracies(counted(600), counted(624));
    expect(told(finding)).toEqual(['second', 'clear']);
    expect(finding.values).toMatchObject({
      images: { value: 1000, as: 'count' },
      onlyFirst: { value: 0 },
      onlySecond: { value: 24 },
    });
    // As many apart, but 212 and 188 images are right with only one of them: p = 0.25.
    expect(told(compareAccuracies(counted(600), counted(624, 188)))).toEqual([null, 'unclear']);
    // The same but for two images is surely within three points.
    expect(told(compareAccuracies(counted(600), counted(600, 1)))).toEqual(['same', 'clear']);
  });

  it('are not counted image by image where the images differ', () => {
    const test = (label: number): TestImages => ({
      labels: new Uint16Array(1000).fill(label),
      inputShape: [32, 32, 3],
      classNames: ['a', 'b'],
    });
    const finding = compareAccuracies(counted(600, 0, test(0)), counted(624, 0, test(1)));
    expect(told(finding)).toEqual([null, 'unclear']);
    expect(finding.values).not.toHaveProperty('images');
    expect(compareAccuracies(counted(600, 0, test(1)), counted(624, 0, test(1))).values).toHaveProperty('images');
  });

  it('cannot be compared when one was not measured', () => {
    expect(compareAccuracies(undefined, of(0.6))).toEqual({ outcome: null, sure: 'missing', values: {} });
  });
});

describe('the first separating layer', () => {
  it('is found in the run’s own numbers', () => {
    const finding = firstSeparatingLayer([result()]);
    expect(told(finding)).toEqual(['late', 'clear']);
    expect(finding.values).toMatchObject({
      layer: { value: 6 },
      layers: { value: 6 },
      accuracy: { value: 0.8 },
      synthetic: { value: 0.4 },
      chance: { value: 0.1 },
    });
    const nearest = (real: number[], n = 200) => result({ nearest: { real, n, synthetic: real } });
    expect(told(firstSeparatingLayer([nearest([0.7, 0.8, 0.8, 0.8, 0.8, 0.9])]))).toEqual(['early', 'clear']);
    expect(told(firstSeparatingLayer([nearest([0.1, 0.2, 0.7, 0.1, 0.8, 0.9])]))).toEqual(['middle', 'clear']);
    expect(told(firstSeparatingLayer([nearest([0.1, 0.1, 0.1, 0.1, 0.2, 0.3])]))).toEqual(['never', 'clear']);
  });

  it('is not named where chance could have made it', () => {
    const nearest = (real: number[], n: number) => result({ nearest: { real, n, synthetic: real } });
    expect(told(firstSeparatingLayer([nearest([0.1, 0.1, 0.1, 0.1, 0.2, 0.55], 40)]))).toEqual([null, 'unclear']);
    // A layer of an earlier third comes too close to the mark.
    expect(told(firstSeparatingLayer([nearest([0.1, 0.1, 0.1, 0.48, 0.2, 0.9], 200)]))).toEqual([null, 'unclear']);
    expect(told(firstSeparatingLayer([nearest([0.1, 0.1, 0.1, 0.1, 0.2, 0.48], 200)]))).toEqual([null, 'unclear']);
  });

  it('needs a run with synthetic images', () => {
    expect(firstSeparatingLayer([]).sure).toBe('missing');
    expect(firstSeparatingLayer([result({ nearest: { ...result().nearest, synthetic: null } })]).sure).toBe('missing');
    expect(firstSeparatingLayer([result({ nearest: { ...result().nearest, real: [NaN, NaN, NaN] } })]).sure).toBe(
      'missing',
    );
  });
});

describe('collapse', () => {
  it('is told from shrinking, from nothing, and from scattering', () => {
    const before = spread(2, ten(1));
    expect(told(collapse([before, spread(0.8, ten(0.4))]))).toEqual(['collapse', 'clear']);
    expect(told(collapse([before, spread(1.5, ten(0.8))]))).toEqual(['shrink', 'clear']);
    expect(told(collapse([before, spread(1.95, ten(0.9))]))).toEqual(['same', 'clear']);
    expect(told(collapse([before, spread(2.5, ten(1.3))]))).toEqual(['wider', 'clear']);
  });

  it('is not named when the classes disagree', () => {
    const mixed = ten(0.5).map((value, c) => (c < 6 ? value : 1.2));
    const finding = collapse([spread(2, ten(1)), spread(1.5, mixed)]);
    expect(told(finding)).toEqual([null, 'unclear']);
    expect(finding.values).toMatchObject({ smaller: { value: 6 }, classes: { value: 10 }, ratio: { value: 0.75 } });
  });

  it('cannot be seen without synthetic images', () => {
    expect(collapse([result(), result({ spread: null })]).sure).toBe('missing');
    expect(collapse([result()]).sure).toBe('missing');
  });

  it('asks how likely a fair coin is to do the same', () => {
    expect(signTest(10, 10)).toBeCloseTo(2 / 1024, 12);
    expect(signTest(1, 10)).toBeCloseTo(22 / 1024, 12);
    expect(signTest(5, 10)).toBe(1);
  });
});

describe('reaching the centers', () => {
  const reached = (share: number | null) => result({ reached: share });

  it('is compared class by class', () => {
    const finding = reachCenters([reached(0.1), reached(0.9)]);
    expect(told(finding)).toEqual(['second', 'clear']);
    expect(finding.values).toMatchObject({
      reached: { value: 1 },
      reachedPlus: { value: 9 },
      classes: { value: 10 },
      difference: { value: 0.8 },
      fdda: { value: 0.75 },
    });
    expect(told(reachCenters([reached(0.9), reached(0.2)]))).toEqual(['first', 'clear']);
    // Three classes of ten more: chance could do that.
    expect(told(reachCenters([reached(0.2), reached(0.5)]))).toEqual([null, 'unclear']);
    expect(reachCenters([reached(null), reached(0.9)]).sure).toBe('missing');
    expect(reachCenters([reached(0.1)]).sure).toBe('missing');
  });

  it('is tried with FDDA and with FDDA+, in as many steps', () => {
    const [fdda, plus] = [0, 1].map((run) => lessonSettings('reach', run));
    expect([presetOf(fdda), presetOf(plus)]).toEqual(['fdda', 'fddaPlus']);
    expect(fdda.generatorSteps).toBe(plus.generatorSteps);
  });
});

describe('the lessons that compare accuracies', () => {
  it('compare what their question names', () => {
    expect(told(firstLast([accuracies({ ptq: of(0.9) }), accuracies({ fdda: of(0.8), ptq: of(0.9) })]))).toEqual([
      'first',
      'clear',
    ]);
    expect(told(perTensor([accuracies({ ptq: of(0.7) }), accuracies({ fdda: of(0.9), ptq: of(0.5) })]))).toEqual([
      'second',
      'clear',
    ]);
    const images = calibrationImages([
      accuracies({ fdda: of(0.7) }),
      accuracies({ fdda: of(0.8), calibration: of(0.78) }),
    ]);
    // 5 points with one image, 2 with eight: four accuracies of 1000 images do not settle that.
    expect(told(images)).toEqual([null, 'unclear']);
    expect(images.values).toMatchObject({
      alone: { value: 0.65 },
      aloneEight: { value: 0.78 },
      fdda: { value: 0.7 },
      fddaEight: { value: 0.8 },
    });
    expect(images.values.difference.value).toBeCloseTo(-0.03, 10);
    expect(
      told(calibrationImages([accuracies({ fdda: of(0.75) }), accuracies({ fdda: of(0.8), calibration: of(0.82) })])),
    ).toEqual(['first', 'clear']);
    expect(told(calibrationImages([accuracies({ fdda: of(0.6) }), accuracies({ fdda: of(0.75) })]))).toEqual([
      'second',
      'clear',
    ]);
  });

  it('count what eight images add more than one does image by image', () => {
    // One image: FDDA alone is right on 40. Eight: on 10. Without the bits that is 3 points within chance.
    const runs = (of: (correct: number) => Measured) => [
      accuracies({ calibration: of(600), fdda: of(640) }),
      accuracies({ calibration: of(700), fdda: of(710) }),
    ];
    const finding = calibrationImages(runs((correct) => counted(correct)));
    expect(told(finding)).toEqual(['first', 'clear']);
    expect(finding.values.difference.value).toBeCloseTo(-0.03, 10);
    expect(finding.values.images).toEqual({ value: 1000, as: 'count' });
    const unkept = calibrationImages(runs((correct) => of(correct / 1000)));
    expect(told(unkept)).toEqual([null, 'unclear']);
    expect(unkept.values).not.toHaveProperty('images');
  });

  it('say that something is missing where it was not measured', () => {
    const without = result({ accuracy: { fullPrecision: of(0.9), ptq: of(0.5) } });
    for (const check of [firstLast, perTensor, calibrationImages, unreliableLabels]) {
      expect(check([without, without]).sure).toBe('missing');
      expect(check([result()]).sure).toBe('missing');
    }
  });

  it('look at the unreliable classes, if there are any', () => {
    const reliable = [false, false, ...new Array<boolean>(8).fill(true)];
    const recognized = (first: number) => [first, first, ...new Array<number>(8).fill(1)];
    const finding = unreliableLabels([
      result({ reliable, recognized: recognized(0.25), accuracy: { fdda: of(0.6) } }),
      result({ reliable, recognized: recognized(0.75), accuracy: { fdda: of(0.8) } }),
    ]);
    expect(told(finding)).toEqual(['second', 'clear']);
    expect(finding.values).toMatchObject({
      unreliable: { value: 2 },
      recognized: { value: 0.25 },
      recognizedTrusted: { value: 0.75 },
    });
    expect(unreliableLabels([result(), result()]).sure).toBe('missing');
  });
});

describe('the lessons’ table', () => {
  it('has settings that are allowed, runs that differ where there are several, and a checkable outcome for each choice', () => {
    for (const id of LESSON_IDS) {
      const { runs } = LESSONS[id];
      expect(variedSettings(id).length > 0).toBe(runs.length > 1);
      for (const run of runs.keys()) expect(lessonSettings(id, run)).toMatchObject(runs[run]);
    }
  });

  it('lets a link shorten a lesson, but not change what it is about', () => {
    expect(lessonSettings('images', 1, { imagesPerClass: 3, testImages: 40 })).toMatchObject({
      imagesPerClass: 8,
      testImages: 40,
      studentSteps: 60,
    });
    const short = { studentSteps: 4, generatorSteps: 6 };
    expect(lessonSettings('firstLast', 0, short)).toMatchObject({ studentSteps: 0, generatorSteps: 0 });
    expect(lessonSettings('firstLast', 1, short)).toMatchObject(short);
  });
});

describe('the words of a finding', () => {
  const lesson = (id: ActiveLesson['id'], prediction: string | null): ActiveLesson => ({
    id,
    own: defaultSettings(),
    changes: {},
    prediction,
    results: [],
    finding: null,
    strayed: [],
  });
  const unreliable = result({ reliable: [false, ...new Array<boolean>(9).fill(true)] });

  it('are there for every outcome in every language, with all numbers', () => {
    for (const words of [en, ja]) {
      for (const id of LESSON_IDS) {
        const { choices, check, runs } = LESSONS[id];
        const { values } = check(runs.map(() => unreliable));
        expect(Object.keys(values).length).toBeGreaterThan(3);
        expect(words.lessons.list[id].runs).toHaveLength(runs.length);
        for (const outcome of choices) {
          const verdict = verdictOf(
            lesson(id, choices[0]),
            { outcome, sure: 'clear', values },
            words,
            createFormat(words.units),
          );
          expect(Object.values(verdict).join(' ')).not.toMatch(/undefined|NaN/);
          expect(verdict.answer).toContain(words.lessons.list[id].choices[outcome]);
          expect(verdict.because).not.toBe('');
        }
      }
    }
  });

  it('say what was counted on the same images', () => {
    for (const words of [en, ja]) {
      const format = createFormat(words.units);
      const said = (finding: Finding) => verdictOf(lesson('firstLast', null), finding, words, format).numbers;
      const paired = said(firstLast([accuracies({ ptq: counted(600) }), accuracies({ fdda: counted(700, 77) })]));
      expect(paired).toMatch(/1,000[^]*177[^]*77/);
      expect(said(firstLast([result(), result()]))).not.toContain('1,000');
    }
  });

  it('say whether the prediction agrees', () => {
    const format = createFormat(en.units);
    const finding = firstLast([accuracies({ ptq: of(0.9) }), accuracies({ fdda: of(0.8), ptq: of(0.85) })]);
    const words = (prediction: string | null) => verdictOf(lesson('firstLast', prediction), finding, en, format);
    expect(words('first').prediction).toBe(en.lessons.verdict.right);
    expect(words('second').prediction).toBe(en.lessons.verdict.wrong(en.lessons.list.firstLast.choices.second));
    expect(words(null).prediction).toBe(en.lessons.verdict.none);
    expect(words('first').numbers).toContain('−10.0 points');
    const unclear = firstLast([accuracies({ ptq: of(0.8) }), accuracies({ fdda: of(0.81) })]);
    expect(verdictOf(lesson('firstLast', 'first'), unclear, en, format)).toMatchObject({
      answer: en.lessons.verdict.unclear,
      prediction: '',
      because: '',
    });
  });
});
