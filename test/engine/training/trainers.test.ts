import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { averagingMatrix, poolStatistics, statisticsTap } from '../../../src/engine/bns/statistics';
import { Generator } from '../../../src/engine/generator/generator';
import { oneHotLabels } from '../../../src/engine/kernels/oneHotLabels';
import { replaySteps } from '../../../src/engine/kernels/replay/repeatedStep';
import { crossEntropy } from '../../../src/engine/losses/crossEntropy';
import { bnsTerm, centralizedTerm, contrastTerm } from '../../../src/engine/losses/generatorLosses';
import type { GeneratorTargets } from '../../../src/engine/losses/generatorTargets';
import { Student } from '../../../src/engine/quantization/student';
import { Random } from '../../../src/engine/random';
import { GeneratorTrainer } from '../../../src/engine/training/generatorTrainer';
import { prepareRun, type PreparedRun } from '../../../src/engine/training/prepare';
import { FDDA_TERMS, TERMS, type RunSettings, type TermName } from '../../../src/engine/runSettings';
import { StudentTrainer } from '../../../src/engine/training/studentTrainer';
import { Teacher } from '../../../src/engine/training/teacher';
import { aimAt } from '../../cases/lossOf';
import { use } from '../backends';
import { CLASS_NAMES, SIZE, tinyDataset, tinyNetwork, tinySettings } from './tiny';

const C = CLASS_NAMES.length;
const config = { latentDim: 12, channels: 4, imageSize: SIZE, imageChannels: 3, numClasses: C };
const only = (...terms: TermName[]) =>
  Object.fromEntries(TERMS.map((term) => [`${term}Enabled`, terms.includes(term)])) as Partial<RunSettings>;

/** Listens to a generator, which a replayed step would not ask: the labels, and groups, it was asked for images of. */
function asked(generator: Generator): { labels: number[]; groups?: readonly number[] }[] {
  replaySteps(false);
  const calls: { labels: number[]; groups?: readonly number[] }[] = [];
  const generate = generator.generate.bind(generator);
  vi.spyOn(generator, 'generate').mockImplementation((z, oneHot, groups) => {
    calls.push({ labels: [...tf.tidy(() => tf.argMax(oneHot as tf.Tensor2D, 1).dataSync())], groups });
    return generate(z, oneHot, groups);
  });
  return calls;
}

let teacher: Teacher;
let prepared: PreparedRun;
let targets: GeneratorTargets;
let before = 0;

beforeAll(() => use('wasm'));
beforeEach(async () => {
  before = tf.memory().numTensors;
  teacher = new Teacher(tinyNetwork());
  prepared = (await prepareRun(teacher, tinyDataset(), tinySettings(), null))!;
  targets = prepared.createTargets(tinySettings());
});
afterEach(() => {
  vi.restoreAllMocks();
  replaySteps(true);
  targets.dispose();
  prepared.dispose();
  teacher.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

describe("the generator's trainer", () => {
  const trainer = (reliable = [1, 1, 1, 1]) =>
    new GeneratorTrainer(
      Generator.create(config, new Random(1)),
      teacher,
      targets,
      Uint8Array.from(reliable),
      new Random(2),
    );

  async function firstStep(overrides: Partial<RunSettings>) {
    const made = trainer();
    made.step(tinySettings(overrides));
    const [sample] = await made.drain();
    const { optimizer } = await made.snapshot();
    made.dispose();
    // Adam's first moment after one step is the gradient times 1 - beta1.
    return { sample, gradient: optimizer.state };
  }

  it('takes both batches through in one pass, with the same terms and gradients as one after the other', async () => {
    const [both, mixed, single] = [
      await firstStep({}),
      await firstStep(only('ceMixed', 'bns')),
      await firstStep(only('distorted', 'ceSingle', 'centralized')),
    ];
    for (const term of FDDA_TERMS) {
      const apart = mixed.sample.terms[term] ?? single.sample.terms[term]!;
      expect(apart).toBeGreaterThan(0);
      expect(Math.abs(both.sample.terms[term]! - apart)).toBeLessThan(1e-5 * apart);
    }
    expect(both.sample.total).toBeCloseTo(mixed.sample.total + single.sample.total, 5);
    const moments = Object.keys(both.gradient).map((name) =>
      [both, mixed, single].map(({ gradient }) => gradient[name]),
    );
    // The moment that is linear in the gradient, not the one of its square.
    const [first] = moments.filter(([all]) => Object.values(all).some((values) => values.some((v) => v < 0)));
    expect(moments).toHaveLength(2);
    const largest = (values: Float32Array) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    const overall = Math.max(...Object.values(first[0]).map(largest));
    for (const key of Object.keys(first[0])) {
      const [all, one, other] = first.map((moment) => moment[key]);
      // Biases before a normalization have no gradient but rounding.
      const scale = Math.max(1e-3 * overall, largest(all));
      all.forEach((v, i) => expect(Math.abs(v - one[i] - other[i])).toBeLessThan(2e-4 * scale));
    }
  });

  it("takes several classes through as one batch, and measures each class's images against its own center", async () => {
    const settings = tinySettings({
      classesPerStep: 3,
      generatorBatch: 6,
      contrastEnabled: true,
      scaledDistances: true,
      labelRule: false,
    });
    const scaled = (await prepareRun(teacher, tinyDataset(), settings, null))!;
    const aims = scaled.createTargets(settings);
    const made = new GeneratorTrainer(
      Generator.create(config, new Random(1)),
      teacher,
      aims,
      new Uint8Array(C).fill(1),
      new Random(2),
    );
    const calls = asked(made.generator);
    made.step({ ...settings, generatorLearningRate: 0 });
    const [sample] = await made.drain();
    const [{ labels, groups }] = calls;
    vi.restoreAllMocks();
    expect(groups).toEqual([12]);
    const classes = [...new Set(labels)];
    expect(classes).toHaveLength(3);
    for (const label of classes) expect(labels.filter((each) => each === label)).toHaveLength(4);

    // The same latents again, and each class's four images through the teacher on their own.
    const random = new Random(2).fork(0);
    random.shuffle([0, 1, 2, 3]);
    const latents = random.fillNormal(new Float32Array(12 * config.latentDim));
    const expected = tf.tidy(() => {
      const all = made.generator.generate(tf.tensor2d(latents, [12, config.latentDim]), labels);
      const rows = classes.map((label, g) => {
        const tap = statisticsTap();
        teacher.forward(tf.slice(all, [4 * g, 0, 0, 0], [4, -1, -1, -1]), tap);
        const row = poolStatistics(tap.packed(), tf.tensor2d(averagingMatrix([4]), [1, 4]), teacher.layout);
        const noise = tf.zeros([1, teacher.layout.size]) as tf.Tensor2D;
        const aim = aimAt(aims, { index: label, trusted: true, noise });
        const sharpness = tf.scalar(1 / settings.contrastTemperature);
        return tf.stack([centralizedTerm(row, aims, aim), contrastTerm(row, aims, aim, sharpness)]);
      });
      const tap = statisticsTap();
      const logits = teacher.forward(all, tap);
      const whole = poolStatistics(tap.packed(), tf.tensor2d(averagingMatrix([12]), [1, 12]), teacher.layout);
      const [centralized, contrast] = tf.mean(tf.stack(rows), 0).arraySync() as number[];
      return {
        centralized,
        contrast,
        bns: bnsTerm(whole, aims).dataSync()[0],
        ceMixed: crossEntropy(logits, oneHotLabels(labels, C)).dataSync()[0],
      };
    });
    for (const [term, value] of Object.entries(expected)) {
      expect(value).toBeGreaterThan(0);
      expect(Math.abs(sample.terms[term as TermName]! / value - 1), term).toBeLessThan(1e-4);
    }
    expect(sample.terms.ceSingle).toBeCloseTo(sample.terms.ceMixed!, 5);
    made.dispose();
    aims.dispose();
    scaled.dispose();
  });

  it('draws every class for five epochs, then only reliable ones; an unreliable one is not trusted', async () => {
    const made = trainer([1, 0, 0, 1]);
    const calls = asked(made.generator);
    const settings = tinySettings({ labelRule: true, stepsPerEpoch: 10, generatorBatch: 2 });
    for (let i = 0; i < 70; i++) made.step(settings);
    const drawn = calls.map(({ labels }) => labels);
    const samples = await made.drain();
    made.dispose();
    const [early, late] = [drawn.slice(0, 50), drawn.slice(50)];
    expect(new Set(early.flat())).toEqual(new Set([0, 1, 2, 3]));
    expect(new Set(late.flat())).toEqual(new Set([0, 3]));
    drawn.forEach(([, , a, b], i) => {
      expect(a).toBe(b);
      const trusted = a === 0 || a === 3;
      if (trusted) expect(samples[i].terms.centralized).toBeGreaterThan(0);
      else expect(samples[i].terms.centralized).toBe(0);
      expect(samples[i].distortedFloor).toBeCloseTo(trusted ? 0.25 + 1 : 4, 6);
    });
    expect(new Set(early.map(([, , single]) => single))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('without the rule, or without a reliable class, goes on drawing all', () => {
    const made = trainer([0, 0, 0, 0]);
    expect(made.drawableClasses(Infinity, tinySettings({ labelRule: true }))).toEqual([0, 1, 2, 3]);
    made.dispose();
    const other = trainer([1, 0, 1, 1]);
    expect(other.drawableClasses(1e6, tinySettings({ labelRule: false }))).toEqual([0, 1, 2, 3]);
    expect(other.drawableClasses(1e6, tinySettings({ labelRule: true }))).toEqual([0, 2, 3]);
    expect(other.drawableClasses(0, tinySettings({ labelRule: true }))).toEqual([0, 1, 2, 3]);
    other.dispose();
  });

  it('divides the learning rate by ten at epochs 100, 200 and 300', async () => {
    const made = trainer();
    // Nothing switched on: the steps only count, up to one before each milestone.
    const rates: number[] = [];
    for (let step = 0; step < 302; step++) {
      const on = [0, 99, 100, 199, 200, 299, 300, 301].includes(step);
      made.step(
        tinySettings({
          ...only(...(on ? (['ceSingle'] as const) : [])),
          stepsPerEpoch: 1,
          generatorBatch: 2,
          generatorLearningRate: 1e-3,
        }),
      );
      if (on) rates.push((await made.drain())[0].learningRate);
    }
    made.dispose();
    [1e-3, 1e-3, 1e-4, 1e-4, 1e-5, 1e-5, 1e-6, 1e-6].forEach((rate, i) => expect(rates[i]).toBeCloseTo(rate, 12));
  });
});

describe("the student's trainer", () => {
  async function student(settings: RunSettings, classes: number[], generator: Generator | null) {
    const copy = new Student(teacher.network, settings);
    await copy.calibrateRanges([prepared.calibrationImages], 'minMax');
    return new StudentTrainer(
      'fdda',
      copy,
      teacher,
      {
        calibrationImages: prepared.calibrationImages,
        calibrationLabels: prepared.calibrationLabels,
        generator,
        classes,
      },
      settings,
      new Random(4),
    );
  }

  it('makes synthetic images of the given classes, as many as asked for, and no generator moves', async () => {
    const generator = Generator.create(config, new Random(1));
    const weights = await generator.download();
    const calls = asked(generator);
    const settings = tinySettings({ calibrationBatch: 2, syntheticBatch: 5 });
    const trainer = await student(settings, [1, 3], generator);
    const forward = vi.spyOn(trainer.student, 'forward');
    for (let i = 0; i < 8; i++) trainer.step(settings);
    const samples = await trainer.drain();
    const labels = calls.map((call) => call.labels);
    expect(labels.every((given) => given.length === 5)).toBe(true);
    expect(new Set(labels.flat())).toEqual(new Set([1, 3]));
    expect(forward.mock.calls.every(([images]) => String(images.shape) === '7,8,8,3')).toBe(true);
    expect(await generator.download()).toEqual(weights);
    expect(samples.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const { ce, distillation, total } of samples) {
      expect(distillation).toBeGreaterThan(0);
      expect(total).toBeCloseTo(ce + distillation, 4);
    }
    trainer.dispose();
    generator.dispose();
  });

  it('without a generator uses the calibration images alone, whatever the synthetic batch', async () => {
    const settings = tinySettings({ calibrationBatch: 3, syntheticBatch: 9, augment: false });
    const trainer = await student(settings, [0], null);
    const forward = vi.spyOn(trainer.student, 'forward');
    trainer.step(settings);
    const [images] = forward.mock.calls[0];
    expect(images.shape).toEqual([3, 8, 8, 3]);
    await trainer.drain();
    trainer.dispose();
  });

  it('comes nearer to the teacher on the images it sees', async () => {
    const settings = tinySettings({
      calibrationBatch: 8,
      syntheticBatch: 0,
      augment: false,
      studentLearningRate: 3e-3,
      weightBits: 4,
      activationBits: 4,
    });
    const trainer = await student(settings, [0], null);
    for (let i = 0; i < 60; i++) trainer.step(settings);
    const samples = await trainer.drain();
    const mean = (from: number, to: number) =>
      samples.slice(from, to).reduce((sum, { distillation }) => sum + distillation, 0) / (to - from);
    expect(mean(50, 60)).toBeLessThan(0.5 * mean(0, 5));
    trainer.dispose();
  });

  // Norms of all trained weights, and how far each has gone from where it was.
  async function ways(settings: RunSettings) {
    const trainer = await student(settings, [0], null);
    const read = () =>
      Object.fromEntries(
        Object.entries(trainer.student.variables).map(([key, v]) => [key, Float64Array.from(v.dataSync())]),
      );
    const start = read();
    for (let i = 0; i < settings.studentSteps; i++) trainer.step(settings);
    const samples = await trainer.drain();
    const end = read();
    trainer.dispose();
    const far = Object.entries(start).map(([key, from]) => {
      const floor = 0.01 * Math.sqrt(from.length);
      return Math.hypot(...from.map((v, i) => end[key][i] - v)) / Math.max(Math.hypot(...from), floor);
    });
    return { samples, furthest: Math.max(...far) };
  }

  it.each([30, 100])('goes no further than its limit in %i steps, whatever the rate', async (studentSteps) => {
    const updateLimit = 0.01;
    const settings = tinySettings({ updateLimit, studentSteps, studentLearningRate: 1e3, syntheticBatch: 0 });
    const { furthest } = await ways(settings);
    let way = 0;
    for (let i = 0; i < studentSteps; i++)
      way += (((1 + Math.cos((Math.PI * i) / studentSteps)) / 2) * updateLimit) / Math.sqrt(1 + i / 5);
    // Each step's share is of the weight as it has become by then, at most e^way of what it was.
    expect(furthest).toBeLessThanOrEqual(Math.exp(way) - 1 + 1e-3);
    // Such a rate takes what it is given; back and forth, though.
    expect(furthest).toBeGreaterThan(way / 20);
  });

  it.each([1e-6, 1e-3, 1, 1e6])(
    'is broken by no rate with the limits of the page (%d)',
    async (studentLearningRate) => {
      const settings = tinySettings({ studentSteps: 60, studentLearningRate, syntheticBatch: 0, augment: false });
      const { samples } = await ways(settings);
      const mean = (from: number, to: number) =>
        samples.slice(from, to).reduce((sum, { total }) => sum + total, 0) / (to - from);
      expect(mean(50, 60)).toBeLessThan(1.2 * mean(0, 5));
    },
  );
});
