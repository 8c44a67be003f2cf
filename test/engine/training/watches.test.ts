import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Student } from '../../../src/engine/quantization/student';
import { Random } from '../../../src/engine/random';
import type { RunSettings } from '../../../src/engine/runSettings';
import { COLLAPSE_FACTOR, LOSS_WINDOW, LossWatch } from '../../../src/engine/training/lossWatch';
import { NotFiniteError } from '../../../src/engine/training/notFinite';
import { prepareRun, type PreparedRun } from '../../../src/engine/training/prepare';
import { StudentTrainer } from '../../../src/engine/training/studentTrainer';
import { Teacher } from '../../../src/engine/training/teacher';
import { WeightWatch } from '../../../src/engine/training/weightWatch';
import { NODE_BACKENDS, use } from '../backends';
import { tinyDataset, tinyNetwork, tinySettings } from './tiny';

const times = (count: number, loss: number): number[] => new Array<number>(count).fill(loss);

describe('a watch over losses', () => {
  it('sees a mean of ten steps that is more than ten times the least so far', () => {
    expect([LOSS_WINDOW, COLLAPSE_FACTOR]).toEqual([10, 10]);
    const watch = new LossWatch();
    expect(watch.look(times(10, 2))).toBeNull();
    expect(watch.look(times(10, 0.5))).toBeNull();
    expect(watch.look(times(10, 3))).toBeNull();
    // Exactly tenfold is not more than that.
    expect(watch.look(times(10, 5))).toBeNull();
    expect(watch.look(times(10, 5.5))).toEqual({ from: 0.5, to: 5.5 });
  });

  it('says so once, then counts from there', () => {
    const watch = new LossWatch();
    watch.look(times(10, 1));
    expect(watch.look(times(10, 20))).toEqual({ from: 1, to: 20 });
    expect(watch.look(times(10, 25))).toBeNull();
    expect(watch.look(times(10, 199))).toBeNull();
    expect(watch.look(times(10, 201))).toEqual({ from: 20, to: 201 });
  });

  it('does not care how the steps come, and not for less than ten', () => {
    const losses = [...times(10, 1), ...times(10, 0.25), ...times(10, 50)];
    for (const share of [1, 3, 7, 30]) {
      const watch = new LossWatch();
      const seen = [];
      for (let at = 0; at < losses.length; at += share) seen.push(watch.look(losses.slice(at, at + share)));
      expect(seen.filter((each) => each !== null)).toEqual([{ from: 0.25, to: 50 }]);
    }
    const watch = new LossWatch();
    watch.look(times(10, 1));
    expect(watch.look(times(9, 1e6))).toBeNull();
  });

  it('lets one high step pass, and falling losses', () => {
    const watch = new LossWatch();
    watch.look(times(10, 1));
    // Mean 9.9.
    expect(watch.look([...times(9, 1), 90])).toBeNull();
    for (const loss of [1, 0.5, 0.1, 0.05]) expect(watch.look(times(10, loss))).toBeNull();
    expect(new LossWatch().look([])).toBeNull();
  });
});

describe.each(NODE_BACKENDS)('on %s', (backend) => {
  beforeAll(() => use(backend));
  let before = 0;
  beforeEach(() => {
    before = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(before);
  });

  describe('a watch over weights', () => {
    const weights = () =>
      tf.tidy(() => ({
        kernel: tf.variable(tf.tensor2d([3, 0, 0, 4], [2, 2])),
        scale: tf.variable(tf.scalar(2)),
        bias: tf.variable(tf.zeros([4])),
      }));
    const read = async (tensor: tf.Tensor): Promise<number> => {
      const [value] = await tensor.data();
      tensor.dispose();
      return value;
    };

    it('knows norms, how far each has moved, and the sum of squares', async () => {
      const variables = weights();
      const watch = new WeightWatch(variables);
      expect(await read(watch.squares())).toBeCloseTo(29, 5);
      expect((await watch.norms()).moved).toEqual({ kernel: 0, scale: 0, bias: 0 });
      tf.tidy(() => variables.kernel.assign(tf.tensor2d([3, 0, 0, 5], [2, 2])));
      tf.tidy(() => variables.scale.assign(tf.scalar(-1)));
      const { norm, start, moved } = await watch.norms();
      expect(norm.kernel).toBeCloseTo(Math.sqrt(34), 5);
      expect([norm.scale, norm.bias]).toEqual([1, 0]);
      expect([start.kernel, start.scale, start.bias]).toEqual([5, 2, 0]);
      expect([moved.kernel, moved.scale, moved.bias]).toEqual([1, 3, 0]);
      expect(await read(watch.squares())).toBeCloseTo(35, 5);
      watch.dispose();
      tf.dispose(variables);
    });

    it('names the one that has moved furthest beside its size at the start', async () => {
      const variables = weights();
      const watch = new WeightWatch(variables);
      // 1 of 5 against 0.3 of 2.
      tf.tidy(() => variables.kernel.assign(tf.tensor2d([3, 0, 0, 5], [2, 2])));
      tf.tidy(() => variables.scale.assign(tf.scalar(2.3)));
      const kernel = (await watch.worst())!;
      expect(kernel.key).toBe('kernel');
      expect(kernel.moved).toBeCloseTo(0.2, 5);
      tf.tidy(() => variables.scale.assign(tf.scalar(2.5)));
      expect((await watch.worst())!.key).toBe('scale');
      // What begins at 0 counts as 0.01 large: moved by 0.002 each, a fifth of that, it is behind.
      tf.tidy(() => variables.bias.assign(tf.fill([4], 0.002)));
      expect((await watch.worst())!.key).toBe('scale');
      tf.tidy(() => variables.bias.assign(tf.fill([4], 0.004)));
      const bias = (await watch.worst())!;
      expect(bias.key).toBe('bias');
      expect(bias.moved).toBeCloseTo(0.4, 4);
      watch.dispose();
      tf.dispose(variables);
    });

    it.each([NaN, Infinity, -Infinity])(
      'names the first with a value of %s, however far others have moved',
      async (bad) => {
        const variables = weights();
        const watch = new WeightWatch(variables);
        tf.tidy(() => variables.kernel.assign(tf.tensor2d([300, 0, 0, 400], [2, 2])));
        tf.tidy(() => variables.bias.assign(tf.tensor1d([0, 0, bad, 0])));
        expect(await read(watch.squares())).not.toBeLessThan(Infinity);
        expect(await watch.worst()).toEqual({ key: 'bias', moved: NaN });
        tf.tidy(() => variables.scale.assign(tf.scalar(bad)));
        expect((await watch.worst())!.key).toBe('scale');
        watch.dispose();
        tf.dispose(variables);
      },
    );
  });

  describe("a student's trainer", () => {
    let teacher: Teacher;
    let prepared: PreparedRun;
    beforeEach(async () => {
      teacher = new Teacher(tinyNetwork());
      prepared = (await prepareRun(teacher, tinyDataset(), tinySettings(), null))!;
    });
    afterEach(() => {
      prepared.dispose();
      teacher.dispose();
    });

    async function trainerOf(settings: RunSettings): Promise<StudentTrainer> {
      const student = new Student(teacher.network, settings);
      await student.calibrateRanges([prepared.calibrationImages], 'minMax');
      const { calibrationImages, calibrationLabels } = prepared;
      const data = { calibrationImages, calibrationLabels, generator: null, classes: [] };
      return new StudentTrainer('calibration', student, teacher, data, settings, new Random(4));
    }
    const setOne = (variable: tf.Variable, value: number) =>
      tf.tidy(() =>
        variable.assign(
          tf
            .where(tf.lessEqual(tf.range(0, variable.size), 0), value, tf.reshape(variable, [variable.size]))
            .reshape(variable.shape),
        ),
      );

    it.each<[string, Partial<RunSettings>]>([
      ['stem_conv/kernel', {}],
      ['stage2_block1_bn2/gamma', {}],
      ['classifier/bias', {}],
      ['stem_conv/kernel', { clippedGradient: 'pass', weightRangeShare: 1, updateLimit: 0 }],
      ['stage3_block1_bn1/beta', { stepSizes: 'learned' }],
    ])('notices a NaN in %s at the next reading (%o)', async (key, overrides) => {
      const settings = tinySettings({ updateLimit: 0.01, ...overrides });
      const trainer = await trainerOf(settings);
      for (let i = 0; i < 2; i++) trainer.step(settings);
      await trainer.drain();
      setOne(trainer.student.variables[key], NaN);
      // A learning rate of 0: the update itself spoils nothing else.
      trainer.step({ ...settings, studentLearningRate: 0 });
      const error = await trainer.drain().catch((e: unknown) => e);
      expect(error).toBeInstanceOf(NotFiniteError);
      expect((error as NotFiniteError).step).toBe(3);
      // Either a loss that is none any more, or the weight: never nothing. What is no number passes through every
      // quantizer.
      expect((error as NotFiniteError).term).toMatch(/^The student's (cross entropy|distillation loss|weight )/);
      trainer.dispose();
    });

    it('notices a step size that is no number', async () => {
      const settings = tinySettings({ stepSizes: 'learned' });
      const trainer = await trainerOf(settings);
      trainer.step(settings);
      await trainer.drain();
      const [node] = Object.keys(trainer.student.stepRatios);
      tf.tidy(() => {
        const ratio = trainer.student.stepRatios[node];
        ratio.assign(tf.fill(ratio.shape, NaN));
      });
      trainer.step(settings);
      await expect(trainer.drain()).rejects.toBeInstanceOf(NotFiniteError);
      trainer.dispose();
    });

    it('names the weight that is no number although all losses are', async () => {
      const settings = tinySettings();
      const trainer = await trainerOf(settings);
      trainer.step(settings);
      // After the step: its losses were computed before.
      setOne(trainer.student.variables['stage2_block1_conv1/kernel'], NaN);
      const error = await trainer.drain().catch((e: unknown) => e);
      expect(error).toMatchObject({ term: "The student's weight stage2_block1_conv1/kernel", step: 1 });
      expect((error as Error).message).toContain('stage2_block1_conv1/kernel');
      trainer.dispose();
    });

    it('says a risen loss with the step once, and forgets it when it goes back', async () => {
      const settings = tinySettings({ updateLimit: 0, studentSteps: 60 });
      const trainer = await trainerOf(settings);
      for (let i = 0; i < 10; i++) trainer.step(settings);
      await trainer.drain();
      expect(await trainer.collapse()).toBeNull();
      const snapshot = await trainer.snapshot();
      const wild = { ...settings, studentLearningRate: 1 };
      for (let i = 0; i < 10; i++) trainer.step(wild);
      await trainer.drain();
      const collapse = await trainer.collapse();
      expect(collapse).toMatchObject({ name: 'CollapseError', step: 20, sign: { kind: 'loss' } });
      const { sign } = collapse!;
      if (sign.kind !== 'loss') throw new Error('another sign');
      expect(sign.to).toBeGreaterThan(10 * sign.from);
      expect(Object.keys(trainer.student.variables)).toContain(collapse!.weight);
      expect(await trainer.collapse()).toBeNull();
      // Gone back to before it: as good as new.
      for (let i = 0; i < 10; i++) trainer.step(wild);
      await trainer.drain();
      trainer.restore(snapshot);
      expect(await trainer.collapse()).toBeNull();
      for (let i = 0; i < 20; i++) trainer.step(settings);
      await trainer.drain();
      expect(await trainer.collapse()).toBeNull();
      trainer.dispose();
    });
  });
});
