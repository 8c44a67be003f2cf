/** A student's first step: one after which the loss on its own images is larger is taken back. */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Run } from '../../../src/engine/training/run';
import { StudentTrainer } from '../../../src/engine/training/studentTrainer';
import type { RunSettings } from '../../../src/engine/runSettings';
import { NODE_BACKENDS, use } from '../backends';
import { framesOf, story, tinyRun } from './tiny';

const settings: Partial<RunSettings> = {
  generatorSteps: 1,
  beside: [],
  studentSteps: 6,
  testImages: 20,
  studentLearningRate: 3,
  updateLimit: 1,
};
const rowOf = (frames: Awaited<ReturnType<typeof framesOf>>) =>
  story(frames).accuracy!.find(({ id }) => id === 'fdda')!;
/** Until the student's first step is done, or tried once. */
const toStudent = async (run: Run) => {
  while (run.phase !== 'student') await run.advance();
};

afterEach(() => vi.restoreAllMocks());

describe.each(NODE_BACKENDS)('a first step that is too long, on %s', (backend) => {
  it('is taken back until the loss on its images is no larger; each step counts once', async () => {
    await use(backend);
    const before = tf.memory().numTensors;
    const begin = vi.spyOn(StudentTrainer.prototype, 'begin');
    const { run, done } = await tinyRun(settings);
    const frames = await framesOf(run);
    const row = rowOf(frames);
    done();
    expect(tf.memory().numTensors).toBe(before);
    // Tries, and once for every later step.
    const tries = Math.round(Math.log(row.rateCap! / 3) / Math.log(1 / 3));
    expect(tries).toBeGreaterThan(0);
    expect(row.rateCap! / 3 ** (1 - tries)).toBeCloseTo(1, 9);
    expect(begin).toHaveBeenCalledTimes(6 + tries);
    const { student } = story(frames);
    expect(student.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(student[0].learningRate).toBe(row.rateCap);
  });
});

describe('on wasm', () => {
  it('a try fewer would have made the loss larger: the share is no smaller than it has to be', async () => {
    await use('wasm');
    const { run, done } = await tinyRun(settings);
    const cap = rowOf(await framesOf(run)).rateCap!;
    done();
    const least = await tinyRun({ ...settings, studentLearningRate: cap });
    expect(rowOf(await framesOf(least.run)).rateCap).toBeUndefined();
    least.done();
    const more = await tinyRun({ ...settings, studentLearningRate: 3 * cap });
    expect(rowOf(await framesOf(more.run)).rateCap! / cap).toBeCloseTo(1, 9);
    more.done();
  });

  it('is what the rate is at most: a lower one may be set on the way', async () => {
    await use('wasm');
    const { run, done } = await tinyRun({ ...settings, testImages: 0 });
    await toStudent(run);
    while (run.position.step < 2) await run.advance();
    const cap = run.rows.find(({ id }) => id === 'fdda')!.rateCap!;
    run.update({ studentLearningRate: cap / 10 });
    const { student } = story([await run.frame(), ...(await framesOf(run))]);
    done();
    expect(student[0].learningRate).toBe(cap);
    expect(student[2].learningRate / student[1].learningRate).toBeLessThan(0.11);
  });

  it('with a rate that fits changes nothing, bit for bit, and without a limit nothing is tried', async () => {
    await use('wasm');
    const hashOf = async (changes: Partial<RunSettings>) => {
      const { run, done } = await tinyRun({ ...settings, ...changes });
      const { weightsHash, rateCap } = rowOf(await framesOf(run));
      done();
      expect(rateCap).toBeUndefined();
      return weightsHash;
    };
    const fits = { studentLearningRate: 1e-8 };
    const looked = await hashOf(fits);
    const paper = await hashOf({ ...fits, updateLimit: 0 });
    vi.spyOn(StudentTrainer.prototype, 'begin').mockResolvedValue(true);
    expect(await hashOf(fits)).toBe(looked);
    expect(await hashOf({ ...fits, updateLimit: 0 })).toBe(paper);
  });

  it('goes on in another run from between two tries, to the same weights', async () => {
    await use('wasm');
    const whole = await tinyRun(settings);
    const { weightsHash, rateCap } = rowOf(await framesOf(whole.run));
    whole.done();
    const first = await tinyRun(settings);
    await toStudent(first.run);
    await first.run.advance();
    const snapshot = await first.run.snapshot();
    first.done();
    expect(snapshot.step).toBe(0);
    const second = await tinyRun(settings);
    await second.run.restore(snapshot);
    expect(rowOf(await framesOf(second.run))).toMatchObject({ weightsHash, rateCap });
    second.done();
  });
});
