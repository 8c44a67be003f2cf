import type { RunSettings } from '../../engine/runSettings';
import type { SettingKey } from '../settings';
import { applyPreset } from '../presets';
import { defaultSettings, sameValue, SETTING_KEYS } from '../settings';
import type { Check } from './checks';
import {
  calibrationImages,
  collapse,
  firstLast,
  firstSeparatingLayer,
  perTensor,
  reachCenters,
  unreliableLabels,
} from './checks';

export const LESSON_IDS = ['layers', 'collapse', 'firstLast', 'images', 'unreliable', 'perTensor', 'reach'] as const;
export type LessonId = (typeof LESSON_IDS)[number];

/** Of a lesson that compares two accuracies. */
const SIDES = ['first', 'same', 'second'] as const;

export interface Lesson {
  /** What may differ from the defaults, one entry a run; the runs are played one after the other. */
  runs: readonly Partial<RunSettings>[];
  /** What may be predicted; the words for it are on the page. */
  choices: readonly string[];
  /** Reads the outcome from the runs' own data. */
  check: Check;
  /** The view that would give the answer away before the prediction is made. */
  hides?: 'separation';
}

/**
 * Every run takes about a minute at most on two cores; the generator is the one trained ahead unless a lesson is about
 * its training.
 */
const QUICK = { beside: [] } as const;
const FOUR_BITS = { ...QUICK, weightBits: 4, activationBits: 4, testImages: 2000 } as const;
const NO_TRAINING = { studentSteps: 0, generatorSteps: 0 } as const;

export const LESSONS: Record<LessonId, Lesson> = {
  layers: {
    runs: [{ imagesPerClass: 8, generatorSteps: 30, studentSteps: 0, testImages: 200 }],
    choices: ['early', 'middle', 'late', 'never'],
    check: firstSeparatingLayer,
    hides: 'separation',
  },
  collapse: {
    runs: [
      { generatorSteps: 150, studentSteps: 0, testImages: 200 },
      { generatorSteps: 150, studentSteps: 0, testImages: 200, distortedEnabled: false },
    ],
    choices: ['collapse', 'shrink', 'same', 'wider'],
    check: collapse,
  },
  firstLast: {
    runs: [
      { ...FOUR_BITS, ...NO_TRAINING, firstLast: '8' },
      { ...FOUR_BITS, studentSteps: 40 },
    ],
    choices: SIDES,
    check: firstLast,
  },
  images: {
    // Without the rule for unreliable classes: with eight images more classes are, and leaving them out is another
    // lesson.
    runs: [1, 8].map((imagesPerClass) => ({ studentSteps: 60, testImages: 2000, labelRule: false, imagesPerClass })),
    choices: SIDES,
    check: calibrationImages,
  },
  unreliable: {
    // A seed with calibration images that the bundled network misreads in four of ten classes; short epochs, so that
    // both parts of the rule act.
    runs: [true, false].map((labelRule) => ({
      ...QUICK,
      seed: 7,
      imagesPerClass: 4,
      stepsPerEpoch: 10,
      generatorSteps: 100,
      studentSteps: 60,
      testImages: 2000,
      labelRule,
    })),
    choices: SIDES,
    check: unreliableLabels,
  },
  perTensor: {
    runs: [
      { ...FOUR_BITS, ...NO_TRAINING },
      { ...FOUR_BITS, studentSteps: 40, weightGranularity: 'perTensor' },
    ],
    choices: SIDES,
    check: perTensor,
  },
  reach: {
    runs: (['fdda', 'fddaPlus'] as const).map((method) => ({
      ...applyPreset(defaultSettings(), method),
      ...QUICK,
      generatorSteps: 200,
      testImages: 2000,
    })),
    choices: ['first', 'second'],
    check: reachCenters,
  },
};

export const isLessonId = (text: string | null): text is LessonId =>
  (LESSON_IDS as readonly (string | null)[]).includes(text);

/** Settings in which the runs of a lesson differ: what the lesson is about. */
export function variedSettings(id: LessonId): SettingKey[] {
  const runs = LESSONS[id].runs.map((run) => ({ ...defaultSettings(), ...run }));
  return SETTING_KEYS.filter((key) => runs.some((run) => !sameValue(run[key], runs[0][key])));
}

/**
 * The settings of a lesson's run.
 *
 * @param changes what a link asks to have otherwise (a teacher's shorter or longer run); what the lesson is about
 *   stays, and a run without training stays without
 */
export function lessonSettings(id: LessonId, run: number, changes: Partial<RunSettings> = {}): RunSettings {
  const settings: RunSettings = { ...defaultSettings(), ...LESSONS[id].runs[run] };
  const varied = new Set<string>(variedSettings(id));
  const isLength = (key: string) => (key === 'studentSteps' || key === 'generatorSteps') && settings[key] > 0;
  return {
    ...settings,
    ...Object.fromEntries(Object.entries(changes).filter(([key]) => !varied.has(key) || isLength(key))),
  };
}
