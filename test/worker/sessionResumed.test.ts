import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { use } from '../engine/backends';
import { Harness, Refused, smallSettings } from './sessionHarness';

// Enough steps that a busy machine stops the run before they are over.
const settings = smallSettings({ testImages: 40, generatorSteps: 90 });
let harness: Harness;
let before = 0;
beforeAll(() => use('wasm'));
beforeEach(() => {
  before = tf.memory().numTensors;
  harness = new Harness();
});
afterEach(async () => {
  await harness.session.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

const outcome = (of: Harness, runId: number) => {
  const { accuracy } = of.frames(runId).at(-1)!;
  return accuracy.map(({ id, correct, weightsHash }) => ({ id, correct, weightsHash }));
};
const generatorSteps = (of: Harness, runId: number) =>
  of.frames(runId).flatMap((frame) => frame.generator.map(({ step }) => step));

/** Plays until so many generator steps were told, and stops there. */
async function playUntil(step: number) {
  await harness.ask({ type: 'play', runId: 1 });
  await harness.until(() => (generatorSteps(harness, 1).at(-1) ?? 0) >= step);
  await harness.ask({ type: 'pause', runId: 1 });
}

async function playToTheEnd(runId: number) {
  await harness.ask({ type: 'play', runId });
  await harness.status(runId, 'finished', 0);
}

describe('a snapshot that the page was handed', () => {
  it('comes where a run stands still, after the frame that shows what led to it', async () => {
    await harness.initialize(settings);
    await playUntil(3);
    const snapshots = harness.of('snapshot');
    expect(snapshots).toHaveLength(1);
    const at = harness.messages.indexOf(snapshots[0]);
    const told = harness.messages
      .slice(0, at)
      .flatMap((message) => (message.type === 'frame' ? message.frame.generator.map(({ step }) => step) : []));
    expect(told.at(-1)).toBe(snapshots[0].snapshot.step);
    // Whoever reads that it is paused may rely on that: an engine that ends from then on loses nothing.
    expect(harness.outline().slice(-3)).toEqual(['snapshot', 'paused', 'reply']);
  });

  it.each([1, 3])(
    'lets another engine go on to the very same numbers, live changes included (run %i)',
    async (seed) => {
      const own = { ...settings, seed };
      await harness.initialize(own);
      await playUntil(3);
      const live = { generatorLearningRate: 0.004 };
      await harness.ask({ type: 'update', runId: 1, live });
      const { snapshot } = harness.of('snapshot').at(-1)!;
      await playToTheEnd(1);
      const through = outcome(harness, 1);
      await harness.session.dispose();

      harness = new Harness();
      await harness.initialize(own, { resumed: { snapshot, live } });
      expect(harness.statuses(1)).toEqual(['preparing', 'preparing', 'paused']);
      await playToTheEnd(1);
      expect(generatorSteps(harness, 1)[0]).toBe(snapshot.step + 1);
      expect(outcome(harness, 1)).toEqual(through);
      expect(through.every(({ weightsHash }) => weightsHash !== undefined)).toBe(true);
    },
  );

  it('of a run that is over shows its end, and is finished', async () => {
    await harness.initialize(settings);
    await playToTheEnd(1);
    const through = outcome(harness, 1);
    const { snapshot } = harness.of('snapshot').at(-1)!;
    await harness.ask({ type: 'configure', runId: 2, settings, resumed: { snapshot, live: {} } });
    expect(harness.statuses(2).at(-1)).toBe('finished');
    expect(outcome(harness, 2)).toEqual(through);
  });

  it('of another run is refused, and the run that is there stays', async () => {
    await harness.initialize(settings);
    await playUntil(3);
    const { snapshot } = harness.of('snapshot').at(-1)!;
    const other = { ...settings, generatorChannels: 8, generatorStart: 'scratch' as const };
    const resumed = { snapshot: { ...snapshot, stages: {} }, live: {} };
    await expect(harness.ask({ type: 'configure', runId: 2, settings: other, resumed })).rejects.toBeInstanceOf(
      Refused,
    );
    await playToTheEnd(1);
  });
});

describe('while a run is going', () => {
  it('the page hears how long the next step may take, before it begins', async () => {
    await harness.initialize(settings);
    await playToTheEnd(1);
    const beats = harness.of('beat');
    expect(beats.length).toBeGreaterThanOrEqual(4);
    expect(beats.every(({ seconds }) => seconds > 1 && seconds < 200)).toBe(true);
    const kinds = harness.messages.map(({ type }) => type);
    const running = harness.messages.findIndex((each) => each.type === 'status' && each.status === 'running');
    expect(kinds.slice(running + 1).find((type) => type === 'beat' || type === 'frame')).toBe('beat');
  });
});
