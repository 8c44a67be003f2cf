import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CollapseError } from '../../src/engine/training/notFinite';
import { Run } from '../../src/engine/training/run';
import { use } from '../engine/backends';
import { Harness, smallSettings } from './sessionHarness';

let harness: Harness;
let before = 0;
beforeAll(() => use('wasm'));
beforeEach(async () => {
  await use('wasm');
  before = tf.memory().numTensors;
  harness = new Harness();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await harness.session.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

const students = (runId: number) => harness.frames(runId).flatMap(({ student }) => student);
const settings = smallSettings({
  testImages: 20,
  generatorSteps: 1,
  beside: [],
  studentSteps: 60,
  studentLearningRate: 1e-4,
  updateLimit: 0,
});
const told = (steps = 20) =>
  new CollapseError({ kind: 'accuracy', plain: 0.7, student: 0.1 }, steps, 'stem_conv/kernel');

describe('a student that collapses', () => {
  it('is told of, the run goes on to its end, and the snapshot from before it is kept and can be gone back to', async () => {
    // A snapshot after every step: without keeping one back, the newest would be from after the collapse.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 5000));
    await harness.initialize(settings);
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => students(1).length >= 25);
    const from = harness.messages.length;
    await harness.ask({ type: 'update', runId: 1, live: { studentLearningRate: 1 } });
    await harness.status(1, 'finished', from);
    const failures = harness.of('failure');
    expect(failures).toMatchObject([{ id: null, runId: 1, failure: { code: 'collapsed' } }]);
    const { failure } = failures[0];
    expect(failure.message).toMatch(
      /loss rose tenfold.*its training has collapsed\. The weight that moved furthest is /,
    );
    expect(failure.snapshotStep).toBeGreaterThan(0);
    expect(failure.snapshotStep).toBeLessThan(failure.step!);
    expect(failure.hint).toContain(`step ${failure.snapshotStep}`);
    // It is told in time, not at the end.
    const at = harness.messages.indexOf(failures[0]);
    expect(harness.messages.slice(at).some(({ type }) => type === 'frame')).toBe(true);
    expect(harness.statuses(1)).not.toContain('failed');
    expect(students(1).map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    const wild = students(1).at(-1)!.total;

    await harness.ask({ type: 'restoreSnapshot', runId: 1, settings: { ...settings, studentLearningRate: 1e-4 } });
    expect(harness.statuses(1).at(-1)).toBe('paused');
    expect(harness.frames(1).at(-1)).toMatchObject({ phase: 'student', step: failure.snapshotStep });
    const again = harness.messages.length;
    await harness.ask({ type: 'play', runId: 1 });
    await harness.status(1, 'finished', again);
    expect(harness.of('failure')).toHaveLength(1);
    expect(harness.frames(1).at(-1)).toMatchObject({ phase: 'done', fraction: 1 });
    const rest = students(1).slice(60);
    expect(rest.map(({ step }) => step)).toEqual(
      Array.from({ length: 60 - failure.snapshotStep! }, (_, i) => failure.snapshotStep! + 1 + i),
    );
    expect(rest.at(-1)!.total).toBeLessThan(wild / 10);
  });

  it('in a single step is told just the same; the step counts, and the run is paused and can be played', async () => {
    await harness.initialize(settings);
    await harness.ask({ type: 'step', runId: 1 });
    const place = ({ phase, step }: { phase: string; step: number }) => `${phase} ${step}`;
    const advance = Run.prototype.advance;
    vi.spyOn(Run.prototype, 'advance').mockImplementationOnce(async function (this: Run) {
      await advance.call(this);
      throw told();
    });
    const earlier = harness.frames(1).at(-1)!;
    await harness.ask({ type: 'step', runId: 1 });
    expect(harness.of('failure')).toMatchObject([
      {
        id: null,
        runId: 1,
        failure: {
          code: 'collapsed',
          step: 20,
          snapshotStep: 0,
          message: expect.stringMatching(/10\.0 % right.*70\.0 %.*stem_conv\/kernel/),
        },
      },
    ]);
    expect(harness.statuses(1).at(-1)).toBe('paused');
    const later = harness.frames(1).at(-1)!;
    expect(place(later)).not.toBe(place(earlier));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.status(1, 'finished');
    expect(harness.of('failure')).toHaveLength(1);
  });

  it('keeps the snapshot also when another is found out later, until a new run begins', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 5000));
    await harness.initialize(settings);
    const advance = Run.prototype.advance;
    vi.spyOn(Run.prototype, 'advance').mockImplementation(async function (this: Run) {
      await advance.call(this);
      if (this.phase === 'student' && [10, 30].includes(this.position.step)) throw told(this.position.step);
    });
    await harness.ask({ type: 'play', runId: 1 });
    await harness.status(1, 'finished', 0);
    const [first, second, ...more] = harness.of('failure').map(({ failure }) => failure);
    // Those of step 10 and 30 and, where a measurement follows without a step, of these again: never one from after the
    // first.
    expect([first.step, second.step]).toEqual([10, 10].includes(second.step!) ? [10, 10] : [10, 30]);
    expect(first.snapshotStep).toBeLessThan(10);
    for (const each of [second, ...more]) expect(each.snapshotStep).toBe(first.snapshotStep);
    vi.mocked(Run.prototype.advance).mockRestore();
    await harness.ask({ type: 'configure', runId: 2, settings: { ...settings, studentSteps: 12 } });
    await harness.ask({ type: 'play', runId: 2 });
    await harness.status(2, 'finished', 0);
    await harness.ask({ type: 'restoreSnapshot', runId: 2, settings });
    expect(harness.frames(2).at(-1)!.step).toBeGreaterThan(first.snapshotStep!);
  });
});
