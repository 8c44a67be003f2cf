import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createShapes } from '../../src/engine/data/shapes';
import type { ImageTile } from '../../src/engine/runReport';
import { say } from '../../src/engine/sentences';
import type { ProjectionReply } from '../../src/worker/protocol';
import { limitRecordings, recordingsInUse } from '../../src/engine/kernels/replay/recorder';
import { use } from '../engine/backends';
import { Harness, smallSettings } from './sessionHarness';

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

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const steps = (runId: number) => harness.frames(runId).flatMap((frame) => frame.generator.map(({ step }) => step));

describe('the start', () => {
  it('says what it does, then shows the run, then answers', async () => {
    const reply = await harness.initialize();
    expect(harness.outline()).toEqual([
      'preparing',
      'backends',
      'network',
      'preparing',
      'statistics',
      'overview',
      'ready',
      'frame',
      'reply',
    ]);
    expect(reply).toMatchObject({ backend: 'wasm', networkName: 'tiny', bundled: true });
    const { backends } = reply;
    expect(backends.map(({ name }) => name).sort()).toEqual(['cpu', 'wasm', 'webgl', 'webgpu']);
    expect(backends.find(({ name }) => name === 'cpu')).toMatchObject({ works: false, reason: say('switchedOff') });
    expect(backends.find(({ name }) => name === 'webgpu')).toMatchObject({ works: false, reason: say('noWebgpu') });
    // Nothing was timed before the run was ready.
    expect(backends.find(({ name }) => name === 'wasm')).toMatchObject({ works: true, secondsPerStep: null });
    for (const { fraction } of harness.of('progress'))
      expect(fraction === null || (fraction >= 0 && fraction <= 1)).toBe(true);
    const [{ overview }] = harness.of('overview');
    expect(overview.settings).toEqual(smallSettings());
    expect(overview.checkpoint).toEqual({ note: 'made for a test', steps: 700 });
    const [frame] = harness.frames(1);
    expect(frame).toMatchObject({ phase: 'ptq', step: 0, fraction: 0 });
    expect(frame.synthetic[0].step).toBe(0);
  });

  it('says once that steps would keep too much to be replayed, and runs them as they are written', async () => {
    limitRecordings(2 ** 20);
    try {
      await harness.initialize();
      await harness.ask({ type: 'play', runId: 1 });
      await harness.until(() => harness.of('status').some(({ status }) => status === 'finished'));
    } finally {
      limitRecordings();
    }
    expect(harness.of('remark')).toEqual([{ type: 'remark', said: say('notReplayed', 1) }]);
    expect(recordingsInUse()).toEqual([]);
  });

  it('plays at once when Play was sent while it was preparing', async () => {
    const ready = harness.initialize();
    const played = harness.ask({ type: 'play', runId: 1 });
    await ready;
    await played;
    await harness.status(1, 'finished', 0);
    expect(harness.statuses(1)).toEqual(['preparing', 'preparing', 'ready', 'running', 'finished']);
  });
});

describe('a run', () => {
  it('plays to the end, tells of every step once, and then stays finished', async () => {
    await harness.initialize();
    await harness.ask({ type: 'play', runId: 1 });
    await harness.status(1, 'finished', 0);
    expect(steps(1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const last = harness.frames(1).at(-1)!;
    expect(last).toMatchObject({ phase: 'done', fraction: 1 });
    expect(last.accuracy.map(({ state, n }) => `${state} ${n}`)).toEqual([
      'done 200',
      'done 200',
      'done 200',
      'done 200',
    ]);
    // The last frame is there before anybody hears that it is over.
    expect(harness.outline().slice(-3)).toEqual(['frame', 'snapshot', 'finished']);
    const count = harness.frames(1).length;
    for (const type of ['play', 'step', 'pause'] as const) await harness.ask({ type, runId: 1 });
    expect(harness.statuses(1).slice(-2)).toEqual(['finished', 'finished']);
    expect(harness.frames(1)).toHaveLength(count);
  });

  it('pauses after the current step and goes on from there', async () => {
    await harness.initialize(smallSettings({ generatorSteps: 400 }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => steps(1).length > 2);
    const paused = harness.ask({ type: 'pause', runId: 1 });
    await paused;
    expect(harness.statuses(1).at(-1)).toBe('paused');
    const count = harness.messages.length;
    await pause(150);
    expect(harness.messages).toHaveLength(count);
    await harness.ask({ type: 'play', runId: 1 });
    const at = steps(1).length;
    await harness.until(() => steps(1).length > at + 2);
    await harness.ask({ type: 'pause', runId: 1 });
    expect(steps(1)).toEqual(Array.from({ length: steps(1).length }, (_, i) => i + 1));
  });

  it('pauses in the middle of a measurement', async () => {
    await harness.initialize(smallSettings({ testImages: 2000 }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => harness.frames(1).some(({ phase, step }) => phase === 'ptq' && step > 0));
    await harness.ask({ type: 'pause', runId: 1 });
    expect(harness.statuses(1).at(-1)).toBe('paused');
    const frame = harness.frames(1).at(-1)!;
    expect(frame.phase).toBe('ptq');
    expect(frame.accuracy.at(-1)!.state).toBe('pending');
  });

  it('takes single steps, with a frame each, whether acknowledged or not', async () => {
    harness.acknowledge = false;
    await harness.initialize(smallSettings({ testImages: 100 }));
    const sequences = () => harness.of('frame').map(({ sequence }) => sequence);
    for (let i = 1; i <= 4; i++) {
      await harness.ask({ type: 'step', runId: 1 });
      expect(harness.frames(1)).toHaveLength(1 + i);
    }
    expect(sequences()).toEqual([1, 2, 3, 4, 5]);
    // Two evaluations of one batch, then the generator; each step shows its images.
    expect(harness.frames(1).map(({ phase, step }) => `${phase} ${step}`)).toEqual([
      'ptq 0',
      'ptq 0',
      'generator 0',
      'generator 1',
      'generator 2',
    ]);
    expect(harness.frames(1).map(({ synthetic }) => synthetic[0]?.step ?? null)).toEqual([0, null, null, 1, 2]);
    expect(harness.statuses(1)).toEqual([
      'preparing',
      'preparing',
      'ready',
      ...Array(4).fill(['running', 'paused']).flat(),
    ]);
  });

  it('steps out of playing: one more step, then paused', async () => {
    await harness.initialize(smallSettings({ generatorSteps: 400 }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => steps(1).length > 2);
    await harness.ask({ type: 'step', runId: 1 });
    expect(harness.statuses(1).at(-1)).toBe('paused');
    const count = harness.messages.length;
    await pause(100);
    expect(harness.messages).toHaveLength(count);
  });

  it('is finished after the last single step', async () => {
    await harness.initialize(smallSettings({ generatorSteps: 0, studentSteps: 0, testImages: 100 }));
    await harness.ask({ type: 'step', runId: 1 });
    await harness.ask({ type: 'step', runId: 1 });
    expect(harness.statuses(1).at(-1)).toBe('finished');
  });

  it('starts over with the same numbers on reset', async () => {
    await harness.initialize();
    await harness.ask({ type: 'play', runId: 1 });
    await harness.status(1, 'finished', 0);
    await harness.ask({ type: 'configure', runId: 2, settings: smallSettings() });
    expect(harness.frames(2)[0]).toMatchObject({
      phase: 'ptq',
      step: 0,
      fraction: 0,
      elapsedSeconds: expect.any(Number),
    });
    await harness.ask({ type: 'play', runId: 2 });
    await harness.status(2, 'finished', 0);
    for (const kind of ['generator', 'student'] as const) {
      expect(harness.frames(2).flatMap((frame) => frame[kind] as { step: number }[])).toEqual(
        harness.frames(1).flatMap((frame) => frame[kind] as { step: number }[]),
      );
    }
    expect(harness.frames(2).at(-1)!.accuracy).toEqual(harness.frames(1).at(-1)!.accuracy);
  });

  it('takes live changes between two steps', async () => {
    await harness.initialize(smallSettings({ generatorSteps: 400 }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => steps(1).length > 2);
    await harness.ask({ type: 'update', runId: 1, live: { bnsEnabled: false, generatorLearningRate: 2e-3 } });
    await harness.until(() =>
      harness
        .frames(1)
        .at(-1)!
        .generator.some(({ terms }) => terms.bns === null),
    );
    await harness.ask({ type: 'pause', runId: 1 });
    const samples = harness.frames(1).flatMap(({ generator }) => generator);
    const first = samples.findIndex(({ terms }) => terms.bns === null);
    expect(first).toBeGreaterThan(2);
    samples.forEach(({ terms, learningRate }, i) => {
      expect(terms.bns === null).toBe(i >= first);
      expect(learningRate).toBe(i >= first ? 2e-3 : 1e-3);
    });
    // Of a run that is no more.
    await harness.ask({ type: 'update', runId: 77, live: { bnsEnabled: true } });
    await harness.ask({ type: 'step', runId: 1 });
    expect(harness.frames(1).at(-1)!.generator.at(-1)!.terms.bns).toBeNull();
  });

  it('maps a layer while it plays, and an unknown layer is refused', async () => {
    await harness.initialize(smallSettings({ generatorSteps: 400 }));
    await harness.ask({ type: 'play', runId: 1 });
    const map = (await harness.ask({
      type: 'project',
      runId: 1,
      layer: 3,
      method: 'tsne',
      arm: null,
    })) as ProjectionReply;
    expect(map).toMatchObject({ layer: 3, method: 'tsne' });
    expect(map.observation).toHaveLength(2 * 20);
    expect(map.calibration).toHaveLength(2 * 10);
    expect(map.centers).toHaveLength(2 * 10);
    expect(map.synthetic!).toHaveLength(2 * 60);
    await expect(harness.ask({ type: 'project', runId: 1, layer: 99, method: 'umap', arm: null })).rejects.toThrow(
      'no BatchNorm layer 99',
    );
    await harness.ask({ type: 'pause', runId: 1 });
    expect(harness.statuses(1).at(-1)).toBe('paused');
  });
});

describe('frames', () => {
  it('wait for the page, but the start of a phase and the end do not', async () => {
    harness.acknowledge = false;
    await harness.initialize(smallSettings({ generatorSteps: 30 }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.status(1, 'finished', 0);
    // Without a single acknowledgement: the first one, and one at the end of each phase.
    const phases = harness.frames(1).map(({ phase }) => phase);
    expect(phases).toEqual(['ptq', 'generator', 'student', 'student', 'done']);
    expect(steps(1)).toHaveLength(30);
  });

  it('go on after a late acknowledgement, not after one of another frame or run', async () => {
    harness.acknowledge = false;
    await harness.initialize(smallSettings({ generatorSteps: 2000 }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => harness.frames(1).some(({ phase }) => phase === 'generator'));
    const count = harness.frames(1).length;
    const { sequence } = harness.of('frame').at(-1)!;
    await pause(250);
    harness.session.receive({ type: 'acknowledge', runId: 1, sequence: sequence - 1 });
    harness.session.receive({ type: 'acknowledge', runId: 2, sequence });
    await pause(150);
    expect(harness.frames(1)).toHaveLength(count);
    harness.session.receive({ type: 'acknowledge', runId: 1, sequence });
    await harness.until(() => harness.frames(1).length > count, 5);
    expect(harness.of('frame').at(-1)!.sequence).toBe(sequence + 1);
    await harness.ask({ type: 'pause', runId: 1 });
  });

  it('come at most ten times a second', async () => {
    const times: number[] = [];
    await harness.initialize(smallSettings({ generatorSteps: 2000 }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => harness.frames(1).some(({ phase }) => phase === 'generator'));
    let count = harness.frames(1).length;
    await harness.until(() => {
      if (harness.frames(1).length > count) times.push(performance.now());
      count = harness.frames(1).length;
      return times.length > 8;
    });
    await harness.ask({ type: 'pause', runId: 1 });
    const gaps = times.slice(1).map((time, i) => time - times[i]);
    expect(Math.min(...gaps)).toBeGreaterThan(70);
  });
});

describe('a new run', () => {
  it('takes the place of one that is playing', async () => {
    await harness.initialize(smallSettings({ generatorSteps: 2000 }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => steps(1).length > 2);
    const from = harness.messages.length;
    await harness.ask({ type: 'configure', runId: 2, settings: smallSettings({ seed: 8 }) });
    expect(harness.statuses(1).at(-1)).toBe('paused');
    const after = harness.messages.slice(from);
    const overview = after.findIndex(({ type }) => type === 'overview');
    expect(after.slice(overview).some((m) => 'runId' in m && m.runId === 1)).toBe(false);
    expect(harness.of('overview').at(-1)!.overview.settings.seed).toBe(8);
    // What still comes for the old one is answered and does nothing.
    for (const type of ['play', 'step'] as const) expect(await harness.ask({ type, runId: 1 })).toBeNull();
    expect(harness.statuses(2)).toEqual(['preparing', 'ready']);
    await harness.ask({ type: 'step', runId: 2 });
    expect(harness.statuses(2).at(-1)).toBe('paused');
  });

  it('that is asked for while another is prepared makes that one stop; both are answered, one is shown', async () => {
    await harness.initialize();
    const asked = [2, 3, 4].map((runId) =>
      harness.ask({ type: 'configure', runId, settings: smallSettings({ seed: runId, observationPerClass: 40 }) }),
    );
    expect(await Promise.all(asked)).toEqual([null, null, null]);
    expect(harness.of('overview').map(({ runId }) => runId)).toEqual([1, 4]);
    await harness.ask({ type: 'step', runId: 4 });
    expect(harness.frames(4)).toHaveLength(2);
  });

  it('that cannot be had leaves the old one, paused, and it can be played', async () => {
    await harness.initialize(smallSettings({ generatorSteps: 400 }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => steps(1).length > 2);
    await expect(
      harness.ask({ type: 'configure', runId: 2, settings: smallSettings({ startLayer: 60 }) }),
    ).rejects.toMatchObject({ failure: { code: 'settings', message: expect.stringContaining('61') } });
    expect(harness.statuses(1).at(-1)).toBe('paused');
    await harness.ask({ type: 'play', runId: 1 });
    await harness.status(1, 'finished', 0);
    expect(steps(1)).toHaveLength(400);
    // And one that is asked for at the same time as the one that fails is not mistaken for it.
    const [failing, fine] = [
      harness.ask({ type: 'configure', runId: 3, settings: smallSettings({ startLayer: 60 }) }),
      harness.ask({ type: 'configure', runId: 4, settings: smallSettings() }),
    ];
    await expect(failing).rejects.toThrow();
    await fine;
    expect(harness.of('overview').at(-1)!.runId).toBe(4);
  });
});

describe('test images to look at', () => {
  it('come as they are, in the order asked for, also while a run is going', async () => {
    await harness.initialize();
    await harness.ask({ type: 'play', runId: 1 });
    const tile = (await harness.ask({ type: 'testImages', runId: 1, indices: [7, 1999, 7] })) as ImageTile;
    await harness.ask({ type: 'pause', runId: 1 });
    expect(tile).toMatchObject({ count: 3, height: 32, width: 32 });
    const { pixels } = createShapes().image('test', 1999);
    const second = tile.rgba.subarray(4096, 8192);
    expect(Array.from(second).filter((_, i) => i % 4 < 3)).toEqual(Array.from(pixels));
    expect(second.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
    expect(tile.rgba.subarray(0, 4096)).toEqual(tile.rgba.subarray(8192));
  });

  it('are refused where there are too many or one that is not there, and the run goes on', async () => {
    await harness.initialize();
    const ask = (indices: number[]) => harness.ask({ type: 'testImages', runId: 1, indices });
    await expect(ask(Array.from({ length: 201 }, (_, i) => i))).rejects.toThrow(/201 test images.*at most 200/);
    const size = createShapes().size('test');
    await expect(ask([3, size])).rejects.toThrow(`There is no test image ${size}: there are ${size}.`);
    await expect(ask([-1])).rejects.toThrow(/no test image -1/);
    await expect(ask([0.5])).rejects.toThrow(/no test image 0.5/);
    expect(((await ask([])) as ImageTile).count).toBe(0);
    await harness.ask({ type: 'play', runId: 1 });
    await harness.status(1, 'finished', 0);
  });
});

describe('a run with three arms', () => {
  it('plays to the end, and its map is of the arm asked for', async () => {
    await harness.initialize(smallSettings({ beside: ['calibration', 'zeroShot'] }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.status(1, 'finished', 0);
    const frames = harness.frames(1);
    expect(frames.at(-1)!.accuracy.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'fullPrecision done',
      'ptq done',
      'calibration done',
      'zeroShot done',
      'fdda done',
    ]);
    const { arms, testLabels } = harness.of('overview')[0].overview;
    expect(arms.map(({ id, generator }) => [id, generator])).toEqual([
      ['calibration', null],
      ['zeroShot', 'zeroShot'],
      ['fdda', 'fdda'],
    ]);
    expect(testLabels).toHaveLength(200);
    const map = async (arm: 'fdda' | 'zeroShot') =>
      (await harness.ask({ type: 'project', runId: 1, layer: 2, method: 'tsne', arm })) as ProjectionReply;
    const [own, others] = [await map('fdda'), await map('zeroShot')];
    expect([own.step, others.step]).toEqual([8, 8]);
    expect(own.synthetic).not.toEqual(others.synthetic);
  });

  it('without any generator has maps all the same', async () => {
    await harness.initialize(smallSettings({ syntheticBatch: 0, beside: [] }));
    const map = (await harness.ask({
      type: 'project',
      runId: 1,
      layer: 2,
      method: 'tsne',
      arm: null,
    })) as ProjectionReply;
    expect(map).toMatchObject({ step: null, synthetic: null });
    expect(map.observation.length).toBeGreaterThan(0);
  });
});
