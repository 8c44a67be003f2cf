import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { StudentTrainer } from '../../../src/engine/training/studentTrainer';
import type { RunFrame } from '../../../src/engine/runReport';
import type { RunSettings } from '../../../src/engine/runSettings';
import { CollapseError } from '../../../src/engine/training/notFinite';
import type { Run } from '../../../src/engine/training/run';
import { use } from '../backends';
import { story, tinyRun } from './tiny';

let before = 0;
beforeAll(() => use('wasm'));
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(before);
});

interface Told {
  error: CollapseError;
  /** The run's, as it was when it was told. */
  arm: string | null;
  step: number;
}

/** To the end, with everything that is thrown on the way; a student's rate changes after 10 of its steps. */
async function play(run: Run, laterRate?: number): Promise<{ told: Told[]; frames: RunFrame[]; units: number }> {
  const told: Told[] = [];
  const frames: RunFrame[] = [];
  for (let units = 0; ; units++) {
    if (run.finishedAll) return { told, frames, units };
    if (laterRate !== undefined && run.phase === 'student' && run.position.step === 10)
      run.update({ studentLearningRate: laterRate });
    const { arm } = run;
    try {
      await run.advance();
    } catch (error) {
      if (!(error instanceof CollapseError)) throw error;
      told.push({ error, arm, step: run.position.step });
    }
    frames.push(await run.frame());
  }
}

const settings: Partial<RunSettings> = { generatorSteps: 1, beside: [], studentSteps: 60, testImages: 120 };

describe('a student that collapses', () => {
  it('by its accuracy is told of once, the unit counts, and the run goes on to its end', async () => {
    // The limit holds the weights back, but in a random direction: 120 steps of up to 7 % are enough to unlearn everything.
    const collapsing: Partial<RunSettings> = {
      ...settings,
      studentSteps: 120,
      studentSchedule: 'program',
      updateLimit: 0.07,
    };
    // What is said of a collapse is looked at here, not what keeps one away.
    vi.spyOn(StudentTrainer.prototype, 'begin').mockResolvedValue(true);
    const { run, done } = await tinyRun(collapsing);
    const { told, frames, units } = await play(run, 1e30);
    done();
    expect(told).toHaveLength(1);
    const [{ error, arm }] = told;
    expect(arm).toBe('fdda');
    const { student, accuracy, phases } = story(frames);
    const [ptq, row] = ['ptq', 'fdda'].map((id) => accuracy!.find((each) => each.id === id)!);
    // Later measurements find it worse still, and nobody is told again.
    const after = row.curve.filter(([step]) => step > error.step);
    expect(after.length).toBeGreaterThan(0);
    for (const [, share] of after) expect(share).toBeLessThan(ptq.accuracy!);
    expect(error.sign).toEqual({
      kind: 'accuracy',
      plain: ptq.accuracy,
      student: row.curve.find(([step]) => step === error.step)![1],
    });
    expect(error.message).toMatch(new RegExp(`^After step ${error.step} .*less than plain quantization.*collapsed`));
    expect(error.message).toContain(error.weight);
    // Nothing is missing and nothing is done twice.
    expect(student.map(({ step }) => step)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
    expect(row).toMatchObject({ state: 'done', step: 120 });
    expect(frames.at(-1)).toMatchObject({ phase: 'done', fraction: 1 });
    const quiet = await tinyRun({ ...collapsing, updateLimit: 0 });
    const other = await play(quiet.run);
    quiet.done();
    expect(other.told).toEqual([]);
    expect(other.units).toBe(units);
    expect(story(other.frames).phases).toEqual(phases);
    vi.restoreAllMocks();
  });

  it('by its loss is told of once at the reading that shows it, with the step and a weight', async () => {
    const { run, done } = await tinyRun({ ...settings, testImages: 0, updateLimit: 0 });
    const names = Object.keys((await run.quantized()).variables);
    const { told, frames } = await play(run, 1);
    done();
    expect(told).toHaveLength(1);
    const [{ error, step }] = told;
    expect([error.step, step]).toEqual([20, 20]);
    if (error.sign.kind !== 'loss') throw new Error('another sign');
    const { student } = story(frames);
    const mean = (from: number) => student.slice(from, from + 10).reduce((sum, { total }) => sum + total, 0) / 10;
    expect(error.sign.from / mean(0)).toBeCloseTo(1, 5);
    expect(error.sign.to / mean(10)).toBeCloseTo(1, 5);
    expect(names).toContain(error.weight);
    expect(error.message).toMatch(/rose tenfold, from \S+ to \S+, by step 20/);
    expect(student).toHaveLength(60);
    expect(frames.at(-1)!.phase).toBe('done');
  });

  it('leaves a snapshot from before, from which it goes on as if it had not', async () => {
    const { run, done } = await tinyRun({ ...settings, testImages: 0, updateLimit: 0, studentSteps: 25 });
    while (run.phase !== 'student' || run.position.step < 8) await run.advance();
    await run.frame();
    const snapshot = (await run.snapshot())!;
    expect((await play(run, 1)).told).toHaveLength(1);
    await run.restore(snapshot);
    run.update({ studentLearningRate: 1e-4 });
    const { told, frames } = await play(run);
    done();
    expect(told).toEqual([]);
    const { student } = story(frames);
    expect(student.map(({ step }) => step)).toEqual(Array.from({ length: 17 }, (_, i) => i + 9));
    expect(Math.max(...student.map(({ total }) => total))).toBeLessThan(100);
  });

  it('makes the run vouch for what was before it only: losses and measurements of later steps', async () => {
    const { run, done } = await tinyRun({ ...settings, updateLimit: 0 });
    const at: { step: number; snapshot: Awaited<ReturnType<Run['snapshot']>> }[] = [];
    const vouched = () => at.filter(({ snapshot }) => run.vouches(snapshot!)).map(({ step }) => step);
    const advanceTo = async (step: number) => {
      while (!run.finishedAll && (run.phase !== 'student' || run.position.step < step)) {
        await run.advance();
        if (run.finishedAll || (run.phase === 'student' && run.position.step === step)) break;
      }
      await run.frame();
    };
    for (const step of [0, 5, 12, 18, 22]) {
      await advanceTo(step);
      at.push({ step, snapshot: await run.snapshot() });
    }
    // Measured at 15, looked at up to 20: a loss is of the weights before its step.
    expect(vouched()).toEqual([0, 5, 12]);
    await advanceTo(31);
    expect(vouched()).toEqual([0, 5, 12, 18, 22]);
    run.update({ studentLearningRate: 1 });
    await advanceTo(39);
    at.push({ step: 39, snapshot: await run.snapshot() });
    const { told } = await play(run);
    expect(told.map(({ error }) => error.step)).toEqual([40]);
    // The run is over, and that one was spoiled all the same.
    expect(vouched()).toEqual([0, 5, 12, 18, 22]);
    await run.restore(at[3].snapshot!);
    expect(run.position.step).toBe(18);
    done();
  });

  it('is not taken for one that chance has made a little worse, nor is one without test images', async () => {
    for (const testImages of [10, 0]) {
      const { run, done } = await tinyRun({ ...settings, testImages, studentSteps: 12, beside: ['calibration'] });
      expect((await play(run)).told).toEqual([]);
      done();
    }
  });

  it('beside another does not keep that one from being trained', async () => {
    const { run, done } = await tinyRun({
      ...settings,
      studentSchedule: 'program',
      updateLimit: 0.05,
      beside: ['calibration'],
    });
    const { told, frames } = await play(run, 1e30);
    done();
    // Each for itself, once.
    expect(told.map(({ arm }) => arm)).toEqual(['calibration', 'fdda']);
    const { accuracy, student } = story(frames);
    expect(accuracy!.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'fullPrecision done',
      'ptq done',
      'calibration done',
      'fdda done',
    ]);
    expect(student).toHaveLength(120);
  });
});
