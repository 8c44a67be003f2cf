import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunSettings, TermName } from '../../../src/engine/runSettings';
import { TERMS } from '../../../src/engine/runSettings';
import { GeneratorTrainer } from '../../../src/engine/training/generatorTrainer';
import { Run } from '../../../src/engine/training/run';
import type { GeneratorSample, SyntheticSnapshot } from '../../../src/engine/runReport';
import { Teacher } from '../../../src/engine/training/teacher';
import { use } from '../backends';
import { framesOf, story, tinyDataset, tinyNetwork, tinyRun, tinySettings } from './tiny';

beforeAll(() => use('wasm'));

async function storyOf(overrides: Partial<RunSettings> = {}) {
  const { run, done } = await tinyRun(overrides);
  const images = (await run.frame(true)).synthetic[0].images.rgba;
  const frames = await framesOf(run);
  const last =
    (await run.frame(true)).synthetic[0] ?? frames.findLast(({ synthetic }) => synthetic.length > 0)!.synthetic[0];
  done();
  return { ...story(frames), first: Array.from(images), last: Array.from(last.images.rgba) };
}

describe('a run', () => {
  it('is the same for the same seed to the last bit, and another one for another seed', async () => {
    const [first, again, other] = [await storyOf(), await storyOf(), await storyOf({ seed: 6 })];
    expect(again).toEqual(first);
    expect(first.generator).toHaveLength(6);
    expect(first.student).toHaveLength(8);
    expect(first.last).not.toEqual(first.first);
    expect(other.generator[0].terms).not.toEqual(first.generator[0].terms);
    expect(other.student[0].ce).not.toBe(first.student[0].ce);
    expect(other.first).not.toEqual(first.first);
  });

  it('tells of every step once, in order, whenever frames are taken', async () => {
    const every = await storyOf({ generatorSteps: 33, studentSteps: 23 });
    const { run, done } = await tinyRun({ generatorSteps: 33, studentSteps: 23 });
    const frames = [];
    for (let i = 1; !run.finishedAll; i++) {
      await run.advance();
      if (i % 17 === 0 || run.finishedAll) frames.push(await run.frame());
    }
    done();
    const rare = story(frames);
    expect(rare.generator.map(({ step }) => step)).toEqual(Array.from({ length: 33 }, (_, i) => i + 1));
    const steps = Array.from({ length: 23 }, (_, i) => i + 1);
    for (const arm of ['calibration', 'fdda'])
      expect(rare.student.filter((s) => s.arm === arm).map(({ step }) => step)).toEqual(steps);
    expect(rare.generator).toEqual(every.generator);
    expect(rare.student).toEqual(every.student);
    expect(rare.accuracy).toEqual(every.accuracy);
  });

  it('keeps at most 2000 samples, evenly spread, while nobody takes a frame', async () => {
    const { run, done } = await tinyRun({ generatorSteps: 9000, studentSteps: 0, testImages: 10 });
    // The real steps would take minutes; what is tested is what becomes of their samples.
    let steps = 0;
    vi.spyOn(GeneratorTrainer.prototype, 'steps', 'get').mockImplementation(() => steps);
    vi.spyOn(GeneratorTrainer.prototype, 'step').mockImplementation(() => void steps++);
    let told = 0;
    vi.spyOn(GeneratorTrainer.prototype, 'drain').mockImplementation(async () =>
      Array.from({ length: steps - told }, () => ({ step: ++told }) as GeneratorSample),
    );
    while (run.phase !== 'done') await run.advance();
    vi.restoreAllMocks();
    const kept = (await run.frame()).generator.map(({ step }) => step);
    done();
    expect(kept.length).toBeLessThanOrEqual(2000);
    expect(kept.length).toBeGreaterThan(1000);
    expect([kept[0], kept.at(-1)]).toEqual([1, 9000]);
    expect(new Set(kept.slice(1, -1).map((step, i) => step - kept[i]))).toEqual(new Set([8]));
  });

  it('says how far it is: rising from 0 to 1, without a jump', async () => {
    // Wide, so that making synthetic images is a good part of a student's step.
    const { run, done } = await tinyRun({ generatorSteps: 20, studentSteps: 12, generatorChannels: 16 });
    const frames = [await run.frame(), ...(await framesOf(run))];
    done();
    const fractions = frames.map((frame) => frame.fraction);
    const rises = fractions.slice(1).map((f, i) => f - fractions[i]);
    expect(fractions[0]).toBe(0);
    expect(fractions.at(-1)).toBe(1);
    expect(Math.min(...rises)).toBeGreaterThan(0);
    expect(Math.max(...rises)).toBeLessThan(0.12);
    expect(frames.at(-1)!.remainingSeconds).toBe(0);
    for (const frame of frames.slice(1)) expect(frame.remainingSeconds).toBeGreaterThanOrEqual(0);
    const elapsed = frames.map((frame) => frame.elapsedSeconds);
    expect(elapsed).toEqual([...elapsed].sort((a, b) => a - b));
  });

  it('measures each method on the same images and notes the way there', async () => {
    const { run, done } = await tinyRun({ studentSteps: 8 });
    const frames = await framesOf(run);
    const student = run.student;
    const rows = frames.at(-1)!.accuracy;
    done();
    expect(rows.map(({ id }) => id)).toEqual(['fullPrecision', 'ptq', 'calibration', 'fdda']);
    for (const row of rows) {
      expect(row).toMatchObject({ state: 'done', n: 120 });
      expect(row.accuracy).toBe(row.correct! / 120);
    }
    const ptq = rows[1].accuracy!;
    for (const row of rows.slice(2)) {
      expect(row.curve.map(([step]) => step)).toEqual([0, 2, 4, 6, 8]);
      expect(row.curve[0][1]).toBe(ptq);
      expect(row.curve.at(-1)![1]).toBe(row.accuracy);
      expect(row).toMatchObject({ step: 8, steps: 8 });
    }
    expect(student).not.toBeNull();
  });

  it('counts what the networks get right', async () => {
    const { run, teacher, done } = await tinyRun({ studentSteps: 0, syntheticBatch: 0 });
    const rows = (await framesOf(run)).at(-1)!.accuracy;
    const dataset = tinyDataset();
    let correct = 0;
    for (let i = 0; i < 120; i++) {
      const { pixels, label } = dataset.image('test', i);
      const predicted = tf.tidy(
        () =>
          tf
            .argMax(
              teacher.forward(
                tf.tensor4d(
                  Float32Array.from(pixels, (v) => (v / 255 - 0.4) / 0.25),
                  [1, 8, 8, 3],
                ),
              ),
              1,
            )
            .dataSync()[0],
      );
      if (predicted === label) correct++;
    }
    done();
    expect(rows[0].correct).toBe(correct);
    expect(correct).toBeGreaterThan(0);
    expect(correct).toBeLessThan(120);
    // Three bits change what an untrained network sees.
    expect(rows[1].correct).not.toBe(correct);
  });
});

const off = (...terms: TermName[]) =>
  Object.fromEntries(terms.map((term) => [`${term}Enabled`, false])) as Partial<RunSettings>;

describe('the methods are subsets of one run', () => {
  const phases = async (overrides: Partial<RunSettings>) => {
    const { run, done } = await tinyRun(overrides);
    const frames = await framesOf(run);
    done();
    return {
      ...story(frames),
      phases: [...new Set(frames.map(({ phase, arm }) => (arm === null ? phase : `${phase} ${arm}`)))],
      methods: frames.at(-1)!.accuracy.map(({ id }) => id),
    };
  };

  it.each<[string, Partial<RunSettings>, string[], string[]]>([
    [
      'FDDA',
      {},
      ['ptq', 'generator fdda', 'student calibration', 'student fdda', 'done'],
      ['fullPrecision', 'ptq', 'calibration', 'fdda'],
    ],
    [
      'FDDA without the comparison',
      { beside: [] },
      ['ptq', 'generator fdda', 'student fdda', 'done'],
      ['fullPrecision', 'ptq', 'fdda'],
    ],
    ['PTQ only', { studentSteps: 0, generatorSteps: 0 }, ['ptq', 'done'], ['fullPrecision', 'ptq']],
    ['no student', { studentSteps: 0 }, ['ptq', 'generator fdda', 'done'], ['fullPrecision', 'ptq']],
    [
      'calibration images only',
      { syntheticBatch: 0, beside: [] },
      ['ptq', 'student calibration', 'done'],
      ['fullPrecision', 'ptq', 'calibration'],
    ],
    ['all terms off', off(...TERMS), ['ptq', 'student calibration', 'done'], ['fullPrecision', 'ptq', 'calibration']],
    [
      'synthetic images only',
      { calibrationBatch: 0 },
      ['ptq', 'generator fdda', 'student fdda', 'done'],
      ['fullPrecision', 'ptq', 'fdda'],
    ],
    [
      'a generator as it is',
      { generatorSteps: 0 },
      ['ptq', 'student calibration', 'student fdda', 'done'],
      ['fullPrecision', 'ptq', 'calibration', 'fdda'],
    ],
    [
      'no test images',
      { testImages: 0 },
      ['generator fdda', 'student calibration', 'student fdda', 'done'],
      ['calibration', 'fdda'],
    ],
  ])('%s', async (_, overrides, expected, methods) => {
    const result = await phases(overrides);
    expect(result.phases).toEqual(expected);
    expect(result.methods).toEqual(methods);
    expect(result.accuracy!.every(({ state }) => state === 'done')).toBe(true);
    expect(new Set(result.student.map(({ arm }) => arm))).toEqual(
      new Set(methods.filter((method) => method !== 'fullPrecision' && method !== 'ptq')),
    );
  });

  it('zero-shot style has neither distorted nor centralized, and the rest as FDDA has it', async () => {
    const [zeroShot, fdda] = [await phases(off('distorted', 'centralized')), await phases({})];
    for (const { terms, distortedFloor } of zeroShot.generator) {
      expect(terms).toMatchObject({ distorted: null, centralized: null });
      expect(distortedFloor).toBeNull();
    }
    const first = (s: typeof fdda) => s.generator[0].terms;
    expect(first(zeroShot).ceMixed).toBeCloseTo(first(fdda).ceMixed!, 5);
    expect(first(zeroShot).bns).toBeCloseTo(first(fdda).bns!, 5);
    expect(first(zeroShot).ceSingle).toBeCloseTo(first(fdda).ceSingle!, 5);
  });

  it.each(TERMS)('%s alone', async (term) => {
    const { generator } = await phases({
      ...off(...TERMS.filter((t) => t !== term)),
      [`${term}Enabled`]: true,
      generatorSteps: 60,
      generatorLearningRate: 1e-2,
      distortionMean: 0.05,
      distortionVariance: 0.05,
      contrastTemperature: 10,
      studentSteps: 1,
    });
    for (const sample of generator) {
      const values = Object.entries(sample.terms).filter(([, value]) => value !== null);
      expect(values.map(([name]) => name)).toEqual([term]);
      expect(sample.total).toBeCloseTo(values[0][1]! * tinySettings()[`${term}Weight`], 5);
    }
    const mean = (from: number, to: number) =>
      generator.slice(from, to).reduce((sum, { terms }) => sum + terms[term]!, 0) / (to - from);
    expect(mean(50, 60)).toBeLessThan(0.9 * mean(0, 10));
  });
});

describe('live changes', () => {
  it("of a weight change the next step's sum, and no term of that step", async () => {
    const overrides = { generatorSteps: 8, studentSteps: 0, testImages: 10 };
    const at = async (live: Parameters<Run['update']>[0]) => {
      const { run, done } = await tinyRun(overrides);
      while (run.generatorStep < 4) await run.advance();
      run.update(live);
      const { generator } = story([await run.frame(), ...(await framesOf(run))]);
      done();
      return generator;
    };
    const [plain, changed] = [
      await at({}),
      await at({ bnsWeight: 1.7, ceSingleEnabled: false, generatorLearningRate: 5e-3 }),
    ];
    expect(changed.slice(0, 4)).toEqual(plain.slice(0, 4));
    const [before, after] = [plain[4], changed[4]];
    expect(after.terms).toEqual({ ...before.terms, ceSingle: null });
    expect(after.total).toBeCloseTo(before.total + 1.5 * before.terms.bns! - 0.5 * before.terms.ceSingle!, 4);
    expect(after.learningRate).toBe(5e-3);
    expect(changed[5].terms.bns).not.toBe(plain[5].terms.bns);
  });

  it('are those of the list only', async () => {
    const { run, done } = await tinyRun({ studentSteps: 0, testImages: 10 });
    run.update({ generatorSteps: 50, generatorBatch: 8 } as never);
    const frames = await framesOf(run);
    done();
    expect(story(frames).generator).toHaveLength(6);
  });

  it("of the student's learning rate too, down to not moving at all", async () => {
    const { run, done } = await tinyRun({
      generatorSteps: 1,
      studentSteps: 6,
      augment: false,
      weightDecay: 0,
      momentum: 0,
      beside: [],
      imagesPerClass: 1,
      calibrationBatch: 1,
    });
    while (run.phase !== 'student') await run.advance();
    run.update({ studentLearningRate: 0 });
    const { student, accuracy } = story(await framesOf(run));
    done();
    expect(student.map(({ learningRate }) => learningRate)).toEqual([0, 0, 0, 0, 0, 0]);
    const fdda = accuracy!.find(({ id }) => id === 'fdda')!;
    expect(fdda.accuracy).toBe(accuracy!.find(({ id }) => id === 'ptq')!.accuracy);
  });
});

describe('a network that does not fit', () => {
  it.each<[string, Parameters<typeof tinyNetwork>[0], Partial<RunSettings>, RegExp]>([
    ['another image size', { inputShape: [16, 16, 3] }, {}, /takes images of 16x16x3.*8x8x3/],
    ['another number of channels', { inputShape: [8, 8, 1], normalization: { mean: [0], std: [1] } }, {}, /8x8x1/],
    ['another number of classes', { classNames: ['a', 'b', 'c'] }, {}, /knows 3 classes.*4 classes/],
    ['too few layers for the first aligned one', {}, { startLayer: 50 }, /layer is 51.*layers/],
    ['more test images than there are', {}, { testImages: 201 }, /200 test images, not 201/],
    ['more images for looking than there are', {}, { observationPerClass: 40 }, /18 images/],
  ])('%s is a RangeError that leaves nothing behind', async (_, options, settings, message) => {
    const before = tf.memory().numTensors;
    const teacher = new Teacher(tinyNetwork(options));
    const made = Run.create(teacher, tinyDataset(), tinySettings(settings), null);
    await expect(made).rejects.toThrow(RangeError);
    await expect(made).rejects.toThrow(message);
    teacher.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a size that the generator cannot make leaves nothing behind either', async () => {
    const before = tf.memory().numTensors;
    const teacher = new Teacher(tinyNetwork({ inputShape: [10, 10, 3] }));
    await expect(Run.create(teacher, tinyDataset(10), tinySettings(), null)).rejects.toThrow(/multiple of 4/);
    teacher.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([0, 1, 2])('can be stopped while it is prepared, and leaves nothing behind (%s)', async (limit) => {
    const teacher = new Teacher(tinyNetwork());
    const before = tf.memory().numTensors;
    const fractions: number[] = [];
    // Enough images for looking only that they take several batches.
    const made = await Run.create(
      teacher,
      tinyDataset(),
      tinySettings({ observationPerClass: 18 }),
      null,
      (fraction) => fractions.push(fraction) <= limit,
    );
    expect(made === null).toBe(true);
    expect(fractions).toHaveLength(limit + 1);
    expect(tf.memory().numTensors).toBe(before);
    teacher.dispose();
  });
});

describe('steps that move images themselves', () => {
  const settings: Partial<RunSettings> = {
    classesPerStep: 2,
    scaledDistances: true,
    bnsWeight: 1,
    generatorSteps: 60,
    refineShare: 0.8,
    refinedPerClass: 8,
    studentSteps: 2,
    beside: [],
  };

  it('leave the generator as it is, start where it ended, and bring the loss down', async () => {
    const { run, done } = await tinyRun(settings);
    const seen: SyntheticSnapshot[] = [];
    const samples: GeneratorSample[] = [];
    const weights: string[] = [];
    while (run.phase === 'ptq' || run.phase === 'generator') {
      await run.advance();
      const frame = await run.frame(true);
      samples.push(...frame.generator);
      const [synthetic] = frame.synthetic;
      if (synthetic && [11, 12, 13, 60].includes(synthetic.step)) {
        seen.push(synthetic);
        weights.push(JSON.stringify((await run.generator.download())['conv3.kernel'].values));
      }
      expect(run.refined !== null).toBe(run.generatorStep > 12);
    }
    expect(seen.map(({ step }) => step)).toEqual([11, 12, 13, 60]);
    expect(new Set(weights.slice(1)).size).toBe(1);
    expect(weights[0]).not.toBe(weights[1]);
    const distance = (a: SyntheticSnapshot, b: SyntheticSnapshot) =>
      a.images.rgba.reduce((sum, v, i) => sum + Math.abs(v - b.images.rgba[i]), 0) / a.images.rgba.length;
    // One step hardly moves the images that were followed; all of them do.
    expect(distance(seen[1], seen[2])).toBeLessThan(3);
    expect(distance(seen[1], seen[3])).toBeGreaterThan(3);
    const mean = (from: number, to: number) =>
      samples.slice(from, to).reduce((sum, { total }) => sum + total, 0) / (to - from);
    expect(samples).toHaveLength(60);
    expect(mean(52, 60)).toBeLessThan(0.8 * mean(4, 12));
    // What the student learns from is what was moved.
    const generate = vi.spyOn(run.generator, 'generate');
    const pick = vi.spyOn(run.refined!, 'pick');
    await framesOf(run);
    // In two steps, and to look whether the first of them was too long.
    expect(pick).toHaveBeenCalledTimes(3);
    expect(generate).not.toHaveBeenCalled();
    done();
  });

  it('leave nothing behind', async () => {
    const before = tf.memory().numTensors;
    for (const until of [12, 14, 60]) {
      const { run, done } = await tinyRun(settings);
      await framesOf(run, () => run.generatorStep >= until);
      done();
      expect(tf.memory().numTensors).toBe(before);
    }
  });
});
