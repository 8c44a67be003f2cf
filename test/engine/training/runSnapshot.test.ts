import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect } from 'vitest';
import { NotFiniteError } from '../../../src/engine/training/notFinite';
import type { Run } from '../../../src/engine/training/run';
import type { RunFrame } from '../../../src/engine/runReport';
import type { RunSettings } from '../../../src/engine/runSettings';
import { TERMS } from '../../../src/engine/runSettings';
import { evaluationSteps } from '../../../src/engine/training/workCount';
import { use } from '../backends';
import { framesOf, story, tinyRun, tinyNetwork } from './tiny';
import { describeShort, it, itLong } from '../../when';

beforeAll(() => use('wasm'));

const settings: Partial<RunSettings> = { generatorSteps: 12, studentSteps: 8, testImages: 110 };

/** FDDA+, whose last steps move images themselves. */
const PLUS: Partial<RunSettings> = {
  classesPerStep: 2,
  scaledDistances: true,
  contrastEnabled: true,
  distortionScale: 'scatter',
  ceSingleEnabled: false,
  refineShare: 0.5,
  refinedPerClass: 8,
  syntheticShare: 'byRealImages',
};

/** Whether it is that arm's student's turn. */
const isStudent = (run: Run, arm: string) => run.phase === 'student' && run.arm === arm;

/** Half of the test images are counted, of that arm's student after so many steps. */
const isMeasuring = (arm: string, steps: number) => {
  let units = 0;
  return (run: Run, { step }: RunFrame) => {
    if (!isStudent(run, arm) || step !== steps) units = 0;
    else units++;
    // The first frame is of the step itself.
    return units === 2;
  };
};

/** What is left to tell from a place on: samples and the final accuracies. */
function rest(frames: RunFrame[]) {
  const { generator, student, accuracy } = story(frames);
  return { generator, student, accuracy };
}

/** Advances until `until`; every frame up to there is taken. */
async function advanceTo(run: Run, until: (run: Run, frame: RunFrame) => boolean): Promise<void> {
  let frame = await run.frame();
  while (!until(run, frame)) {
    await run.advance();
    frame = await run.frame();
  }
}

describe('a snapshot', () => {
  const places: [string, Partial<RunSettings>, (run: Run, frame: RunFrame) => boolean][] = [
    ['before the first step', {}, () => true],
    ['in the middle of a measurement', {}, (run, { step }) => run.phase === 'ptq' && step === 1],
    ["in the middle of a student's measurement", {}, isMeasuring('calibration', 8)],
    [
      "in the middle of a student's measurement on the way",
      { studentSteps: 40 },
      isMeasuring('calibration', evaluationSteps({ studentSteps: 40, testImages: 110 })[0]),
    ],
    ['in the middle of the generator', {}, (run) => run.generatorStep === 5],
    ['between generator and student', {}, (run) => run.arm === 'calibration'],
    ['in the middle of the calibration-only student', {}, (run, { step }) => run.arm === 'calibration' && step === 3],
    ['in the middle of the student', {}, (run, { step }) => isStudent(run, 'fdda') && step === 5],
    [
      'in the middle of the generator, with ranges from its first images',
      { activationRange: 'movingAverage' },
      (run) => run.generatorStep === 5,
    ],
    [
      'with step sizes that are learned',
      { stepSizes: 'learned' },
      (run, { step }) => isStudent(run, 'fdda') && step === 5,
    ],
    ['while images are moved themselves', PLUS, (run) => run.generatorStep === 9],
    [
      'in the middle of a block that is fitted',
      { studentRecipe: 'reconstruction', studentSteps: 24 },
      (run, { step }) => isStudent(run, 'fdda') && step === 13,
    ],
    [
      'in the training of the whole after that of blocks',
      { studentRecipe: 'both', studentSteps: 20 },
      (run, { step }) => isStudent(run, 'fdda') && step === 18,
    ],
    ['at the end', {}, (run) => run.finishedAll],
  ];

  /** Those that take longer, or hardly differ from one of the above. */
  const longPlaces: typeof places = [
    [
      'with step sizes that are learned from ranges of the first images',
      { stepSizes: 'learned', activationRange: 'movingAverage' },
      (run) => run.generatorStep === 5,
    ],
    ['before images are moved themselves', PLUS, (run) => run.generatorStep === 6],
    [
      'in the middle of a student that learns from such images',
      PLUS,
      (run, { step }) => isStudent(run, 'custom') && step === 5,
    ],
    [
      'between two blocks',
      { studentRecipe: 'reconstruction', studentSteps: 15, weightRange: 'mse' },
      (run, { step }) => isStudent(run, 'fdda') && step === 6,
    ],
    [
      'while blocks are fitted, before the whole is trained',
      { studentRecipe: 'both', studentSteps: 20 },
      (run, { step }) => isStudent(run, 'fdda') && step === 7,
    ],
  ];

  const compare = async (...[, overrides, place]: (typeof places)[number]) => {
    const all = { ...settings, ...overrides };
    const plain = await tinyRun(all);
    await advanceTo(plain.run, place);
    const expected = rest(await framesOf(plain.run));
    plain.done();

    const { run, done } = await tinyRun(all);
    await advanceTo(run, place);
    const { elapsedSeconds, fraction, phase, step } = await run.frame();
    const snapshot = structuredClone((await run.snapshot())!);
    await framesOf(
      run,
      (() => {
        let units = 0;
        return () => ++units > 7;
      })(),
    );
    await run.restore(structuredClone(snapshot));
    expect(snapshot.elapsedSeconds).toBe(elapsedSeconds);
    const again = await run.frame();
    expect(again).toMatchObject({ fraction, phase, step, generator: [], student: [] });
    // The clock goes on from the snapshot's; how long the new look at the generator took is the machine's affair.
    expect(again.elapsedSeconds).toBeGreaterThanOrEqual(elapsedSeconds);
    const here = rest(await framesOf(run));
    done();

    const fresh = await tinyRun(all);
    await fresh.run.restore(snapshot);
    expect(await fresh.run.frame()).toMatchObject({ fraction, phase, step });
    const there = rest(await framesOf(fresh.run));
    const tensors = tf.memory().numTensors;
    fresh.done();
    expect(tf.memory().numTensors).toBeLessThan(tensors);

    // At the end nothing is left to tell.
    expect(expected.student.length > 0).toBe(phase !== 'done');
    expect(here).toEqual(expected);
    expect(there).toEqual(expected);
  };
  const NAME = 'taken %s continues as if nothing had happened, here and in a fresh run';
  it.each(places)(NAME, compare);
  itLong.each(longPlaces)(NAME, compare);

  it('shows the images of its own step again, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const { run, done } = await tinyRun({ ...settings, generatorLearningRate: 0.05 });
    await advanceTo(run, () => run.generatorStep === 2);
    await run.advance();
    const [{ images }] = (await run.frame(true)).synthetic;
    const snapshot = (await run.snapshot())!;
    await framesOf(run);
    const inside = tf.memory().numTensors;
    await run.restore(snapshot);
    await run.restore(snapshot);
    const [again] = (await run.frame()).synthetic;
    expect(again.step).toBe(3);
    expect(again.images).toEqual(images);
    expect(tf.memory().numTensors).toBeLessThanOrEqual(inside);
    done();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describeShort('no tensor is left', () => {
  it('after 200 generator steps and 200 student steps', async () => {
    const before = tf.memory().numTensors;
    // Small, because only the number of tensors is looked at.
    const { run, done } = await tinyRun(
      {
        generatorSteps: 215,
        generatorChannels: 2,
        generatorBatch: 2,
        studentSteps: 215,
        calibrationBatch: 1,
        syntheticBatch: 1,
        testImages: 10,
        beside: [],
      },
      tinyNetwork({ widths: [2, 3], strides: [2, 2] }),
    );
    const counts: Record<string, number> = {};
    await framesOf(run, () => {
      counts[`generator ${run.generatorStep}`] ??= tf.memory().numTensors;
      return run.phase === 'student';
    });
    expect(counts['generator 210']).toBe(counts['generator 10']);
    let last: RunFrame | null = null;
    while (!run.finishedAll) {
      await run.advance();
      last = await run.frame();
      counts[`${last.phase} ${last.step}`] ??= tf.memory().numTensors;
    }
    expect(counts['student 210']).toBe(counts['student 10']);
    expect(last!.phase).toBe('done');
    done();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('after a run that was stopped anywhere', async () => {
    const before = tf.memory().numTensors;
    for (const stop of [0, 1, 3, 8, 20, 30]) {
      const { run, done } = await tinyRun(settings);
      for (let i = 0; i < stop; i++) await run.advance();
      done();
      expect(tf.memory().numTensors).toBe(before);
    }
  });
});

describeShort('a number that is not finite', () => {
  const failureOf = async (run: Run): Promise<NotFiniteError> => {
    const error = await framesOf(run).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NotFiniteError);
    return error as NotFiniteError;
  };

  it('stops the generator, names term and step, and does not let anything go on until it is restored', async () => {
    const before = tf.memory().numTensors;
    const { run, done } = await tinyRun(settings);
    const start = (await run.snapshot())!;
    await advanceTo(run, () => run.generatorStep === 3);
    run.update({ generatorLearningRate: 1e30 });
    const error = await failureOf(run);
    // Step 4 moves the weights out of the world with a loss that is still finite; step 5 sees it.
    expect(error.step).toBe(5);
    expect(error.term).toMatch(/^The loss term (cross entropy|BNS)/);
    expect(error.message).toContain('step 5');
    await expect(run.advance()).rejects.toBe(error);
    await expect(run.frame()).rejects.toBe(error);
    await expect(run.snapshot()).rejects.toBe(error);
    await run.restore(start);
    run.update({ generatorLearningRate: 1e-3 });
    const { generator, accuracy } = story(await framesOf(run));
    expect(generator).toHaveLength(12);
    expect(accuracy!.every(({ state }) => state === 'done')).toBe(true);
    done();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('in the last generator step does not slip into the student', async () => {
    const { run, done } = await tinyRun({ ...settings, generatorSteps: 5 });
    await advanceTo(run, () => run.generatorStep === 3);
    run.update({ generatorLearningRate: 1e30 });
    await run.advance();
    await expect(run.advance()).rejects.toBeInstanceOf(NotFiniteError);
    await expect(run.advance()).rejects.toBeInstanceOf(NotFiniteError);
    expect(run.phase).toBe('generator');
    done();
  });

  it.each(TERMS)('of %s is named as that', async (term) => {
    const names = {
      ceMixed: 'cross entropy (mixed)',
      bns: 'BNS',
      distorted: 'BNS-distorted',
      ceSingle: 'cross entropy (single class)',
      centralized: 'BNS-centralized',
      contrast: 'contrast of centers',
    };
    const off = Object.fromEntries(TERMS.map((t) => [`${t}Enabled`, t === term]));
    // The generator's last normalization holds every image in bounds, and with it a cross entropy: those need a spoiled
    // network.
    const network = tinyNetwork();
    if (term.startsWith('ce')) network.weights['classifier/kernel'].values[3] = NaN;
    const { run, done } = await tinyRun({ ...settings, ...off, generatorLearningRate: 1e30, studentSteps: 0 }, network);
    const error = await failureOf(run);
    done();
    expect(error.term).toBe(`The loss term ${names[term]}`);
  });

  it('stops the student and says which', async () => {
    const { run, done } = await tinyRun({
      ...settings,
      generatorSteps: 1,
      studentLearningRate: 1e30,
      clippedGradient: 'pass',
      weightRangeShare: 1,
      updateLimit: 0,
    });
    const error = await failureOf(run);
    expect([run.phase, run.arm]).toEqual(['student', 'calibration']);
    // The losses are still numbers then: ranges of activations hold the explosion back.
    expect(error).toMatchObject({ term: "The student's weight stem_conv/kernel", step: 1 });
    done();
  });

  it('in a weight of the network is found in the first step', async () => {
    const network = tinyNetwork();
    network.weights['classifier/kernel'].values[3] = NaN;
    const { run, done } = await tinyRun({ ...settings, labelRule: false }, network);
    const error = await failureOf(run);
    done();
    expect(error).toMatchObject({ term: 'The loss term cross entropy (mixed)', step: 1 });
  });
});
