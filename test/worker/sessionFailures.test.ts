import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SyntheticProbe } from '../../src/engine/training/syntheticProbe';
import { Run } from '../../src/engine/training/run';
import type { InitializeReply } from '../../src/worker/protocol';
import { use } from '../engine/backends';
import { bundledFiles, Harness, modelFiles, Refused, shapesNetwork, smallSettings } from './sessionHarness';

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

const steps = (runId: number) => harness.frames(runId).flatMap((frame) => frame.generator.map(({ step }) => step));
const settings = smallSettings({ testImages: 40 });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The failure of a request that has to be refused. */
async function refusal(request: Promise<unknown>) {
  const error = await request.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(Refused);
  return (error as Refused).failure;
}

/** The run that is there can be played to its end. */
/** Steps of a generator that is still being trained when a test has seen the first few: they take a millisecond each. */
const LONG = 400;

async function playsOn(runId: number) {
  const from = harness.messages.length;
  await harness.ask({ type: 'play', runId });
  await harness.status(runId, 'finished', from);
  expect(harness.frames(runId).at(-1)).toMatchObject({ phase: 'done', fraction: 1 });
}

describe("the page's files", () => {
  const folder = 'http://page.test/models/shapes-resnet/';
  const startWithout = async (name: string, replacement?: ArrayBuffer) => {
    const files = bundledFiles();
    if (replacement) files.set(folder + name, replacement);
    else files.delete(folder + name);
    harness = new Harness({ files });
    return harness.initialize(settings);
  };

  it.each(['model.json', 'weights.bin'])('%s missing: the start fails and says which file it was', async (name) => {
    const failure = await refusal(startWithout(name));
    expect(failure).toMatchObject({
      code: 'network',
      message: expect.stringMatching(`bundled network cannot be loaded.*${name.replace('.', '\\.')}.*404`),
    });
    expect(failure.hint).toMatch(/restart the engine/);
    expect(harness.of('overview')).toEqual([]);
    // Nothing can be done without a network, and everything says so.
    expect((await refusal(harness.ask({ type: 'configure', runId: 2, settings }))).message).toMatch(/no network/);
    expect((await refusal(harness.ask({ type: 'useBackend', runId: 2, settings, backend: 'wasm' }))).message).toMatch(
      /no network/,
    );
    expect(await harness.ask({ type: 'play', runId: 1 })).toBeNull();
    // A network of one's own gets it going.
    await harness.ask({ type: 'loadNetwork', runId: 3, settings, files: modelFiles(shapesNetwork()) });
    await playsOn(3);
  });

  it('a page in place of model.json is said to be no JSON', async () => {
    const failure = await refusal(
      startWithout('model.json', new TextEncoder().encode('<!doctype html>').buffer as ArrayBuffer),
    );
    expect(failure).toMatchObject({
      code: 'network',
      message: expect.stringMatching(/bundled network cannot be loaded.*JSON/),
    });
  });

  it.each<[string, ArrayBuffer | undefined, RegExp]>([
    ['missing', undefined, /generator\.bin cannot be loaded \(404/],
    ['cut off', bundledFiles().get(`${folder}generator.bin`)!.slice(0, 3000), /cut off/],
  ])(
    'a pre-trained generator that is %s: said once, and the run starts from nothing',
    async (_, replacement, message) => {
      await startWithout('generator.bin', replacement);
      const failures = harness.of('failure');
      expect(failures).toHaveLength(1);
      expect(failures[0]).toMatchObject({
        id: null,
        runId: 1,
        failure: {
          code: 'settings',
          message: expect.stringMatching(message),
          hint: expect.stringContaining('from nothing'),
        },
      });
      expect(harness.of('overview')[0].overview.checkpoint).toBeNull();
      await playsOn(1);
    },
  );
});

describe("a network of one's own", () => {
  const files = () => modelFiles(shapesNetwork({ name: 'mine', widths: [3, 3], strides: [2, 2] }));

  it('takes the place of the bundled one, and back', async () => {
    await harness.initialize(settings);
    const reply = (await harness.ask({ type: 'loadNetwork', runId: 2, settings, files: files() })) as InitializeReply;
    expect(reply).toMatchObject({ networkName: 'mine', bundled: false, backend: 'wasm' });
    const { overview } = harness.of('overview').at(-1)!;
    expect(overview.network).toMatchObject({ name: 'mine', numClasses: 10 });
    // The pre-trained generator is for the bundled one.
    expect(overview.checkpoint).toBeNull();
    await playsOn(2);
    const back = (await harness.ask({ type: 'useBundledNetwork', runId: 3, settings })) as InitializeReply;
    expect(back).toMatchObject({ networkName: 'tiny', bundled: true });
    expect(harness.of('overview').at(-1)!.overview.checkpoint).not.toBeNull();
  });

  it.each<[string, () => ReturnType<typeof files>, RegExp, RegExp]>([
    [
      'no JSON',
      () => [{ name: 'model.json', bytes: new TextEncoder().encode('{ no').buffer as ArrayBuffer }],
      /model\.json is not valid JSON/,
      /model\.json together/,
    ],
    ['no weights', () => files().slice(0, 1), /weights\.bin/, /model\.json together/],
    [
      'short weights',
      () => [files()[0], { name: 'weights.bin', bytes: files()[1].bytes.slice(0, 40) }],
      /weights\.bin/,
      /./,
    ],
    [
      'other images',
      () => modelFiles(shapesNetwork({ inputShape: [16, 16, 3] })),
      /takes images of 16x16x3/,
      /images of its 10 classes/,
    ],
    [
      'other classes',
      () => modelFiles(shapesNetwork({ classNames: ['a', 'b'] })),
      /in 2 classes/,
      /images of its 2 classes/,
    ],
  ])('with %s is refused, and the run that was there plays on', async (_, make, message, hint) => {
    await harness.initialize(smallSettings({ testImages: 40, generatorSteps: LONG }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => steps(1).length > 2);
    const inside = tf.memory().numTensors;
    const failure = await refusal(harness.ask({ type: 'loadNetwork', runId: 2, settings, files: make() }));
    expect(failure).toMatchObject({
      code: expect.stringMatching(/^(network|mismatch)$/),
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(Math.abs(tf.memory().numTensors - inside)).toBeLessThan(20);
    expect(harness.statuses(1).at(-1)).toBe('paused');
    expect(harness.of('overview')).toHaveLength(1);
    await playsOn(1);
    expect(steps(1)).toEqual(Array.from({ length: LONG }, (_, i) => i + 1));
  });

  it('is not lost when a reset comes while it is being prepared', async () => {
    await harness.initialize(settings);
    const [loaded, reset] = [
      harness.ask({ type: 'loadNetwork', runId: 2, settings, files: files() }),
      harness.ask({ type: 'configure', runId: 3, settings }),
    ];
    expect(await loaded).toMatchObject({ networkName: 'mine' });
    await reset;
    expect(harness.of('overview').at(-1)).toMatchObject({ runId: 3, overview: { network: { name: 'mine' } } });
  });
});

describe('backends', () => {
  it('one that does not work is refused at once; the run stays where it was', async () => {
    await harness.initialize(smallSettings({ testImages: 40, generatorSteps: LONG }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => steps(1).length > 2);
    for (const backend of ['webgpu', 'cpu'] as const) {
      const failure = await refusal(harness.ask({ type: 'useBackend', runId: 2, settings, backend }));
      expect(failure).toMatchObject({ code: 'backend', hint: expect.stringContaining('still there') });
      expect(failure.message).toMatch(
        backend === 'webgpu' ? /WebGPU does not work here: this browser has no WebGPU/ : /switched off in the address/,
      );
    }
    expect(tf.getBackend()).toBe('wasm');
    await playsOn(1);
    expect(steps(1)).toEqual(Array.from({ length: LONG }, (_, i) => i + 1));
  });

  it('wasm to cpu and back: a new run each, the same but for rounding', async () => {
    const tiny = smallSettings({ testImages: 20, generatorSteps: 2, studentSteps: 1 });
    await harness.initialize(tiny, { without: [] });
    await playsOn(1);
    expect(await harness.ask({ type: 'useBackend', runId: 2, settings: tiny, backend: 'cpu' })).toMatchObject({
      backend: 'cpu',
    });
    expect(tf.getBackend()).toBe('cpu');
    await playsOn(2);
    const first = (runId: number) => harness.frames(runId).flatMap(({ generator }) => generator)[0].terms;
    for (const [term, value] of Object.entries(first(2))) expect(value).toBeCloseTo(first(1)[term as 'bns']!, 3);
    expect(await harness.ask({ type: 'useBackend', runId: 3, settings: tiny, backend: 'wasm' })).toMatchObject({
      backend: 'wasm',
    });
    await playsOn(3);
    expect(first(3)).toEqual(first(1));
  });

  it('one that starts but cannot prepare the run gives way to the old one, whose run goes on', async () => {
    await harness.initialize(smallSettings({ testImages: 40, generatorSteps: LONG }), { without: [] });
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => steps(1).length > 2);
    const create = vi.spyOn(Run, 'create').mockRejectedValueOnce(new Error('out of memory'));
    expect(await refusal(harness.ask({ type: 'useBackend', runId: 2, settings, backend: 'cpu' }))).toMatchObject({
      code: 'outOfMemory',
    });
    expect(create).toHaveBeenCalledOnce();
    expect(tf.getBackend()).toBe('wasm');
    await playsOn(1);
    expect(steps(1)).toEqual(Array.from({ length: LONG }, (_, i) => i + 1));
  });

  it('the one asked for at start is used although it is slower, or the page is told why not', async () => {
    expect(await harness.initialize(settings, { backend: 'cpu', without: ['webgl'] })).toMatchObject({
      backend: 'cpu',
    });
    expect(harness.of('failure')).toEqual([]);
    await harness.session.dispose();
    harness = new Harness();
    expect(await harness.initialize(settings, { backend: 'webgpu' })).toMatchObject({ backend: 'wasm' });
    expect(harness.of('failure')).toMatchObject([
      {
        id: null,
        runId: 1,
        failure: {
          code: 'backend',
          message: expect.stringMatching(/^WebGPU does not work here/),
          hint: 'Going on with WebAssembly.',
        },
      },
    ]);
  });

  it('none at all is a failure that says so', async () => {
    const failure = await refusal(harness.initialize(settings, { without: ['webgpu', 'webgl', 'wasm', 'cpu'] }));
    expect(failure).toMatchObject({
      code: 'backend',
      message: expect.stringContaining('No backend works'),
      hint: expect.stringContaining('without'),
    });
  });
});

describe('a lost device', () => {
  const lose = () => harness.session.deviceLost('a test pulled the plug');
  const settingsOf = smallSettings({ testImages: 20, generatorSteps: 12, studentSteps: 1 });

  it('moves the run to the next backend and plays on, telling of no step twice but those after the snapshot', async () => {
    await harness.initialize(settingsOf, { without: [] });
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => steps(1).length > 2);
    const from = harness.messages.length;
    lose();
    await harness.status(1, 'finished', from);
    expect(harness.of('failure')).toMatchObject([
      {
        id: null,
        runId: 1,
        failure: {
          code: 'deviceLost',
          message: expect.stringContaining('pulled the plug'),
          hint: expect.stringContaining('plain JavaScript'),
        },
      },
    ]);
    expect(tf.getBackend()).toBe('cpu');
    // The same run, set up again: it keeps its number.
    expect(harness.of('overview').map(({ runId }) => runId)).toEqual([1, 1]);
    expect(harness.of('moved')).toMatchObject([{ runId: 1, backend: 'cpu' }]);
    expect(
      harness
        .of('moved')[0]
        .backends.filter(({ works }) => works)
        .map(({ name }) => name),
    ).toEqual(['cpu']);
    expect(harness.statuses(1).slice(-4)).toEqual(['preparing', 'paused', 'running', 'finished']);
    expect(
      harness
        .frames(1)
        .at(-1)!
        .accuracy.every(({ state }) => state === 'done'),
    ).toBe(true);
    expect(new Set(steps(1))).toEqual(new Set(Array.from({ length: 12 }, (_, i) => i + 1)));
  });

  it('leaves a paused run paused, with the live settings it had, and lost once is lost', async () => {
    await harness.initialize(settingsOf, { without: [] });
    await harness.ask({ type: 'step', runId: 1 });
    await harness.ask({ type: 'update', runId: 1, live: { bnsEnabled: false } });
    lose();
    lose();
    await harness.until(() => harness.of('overview').length === 2);
    await harness.until(() => harness.statuses(1).at(-1) === 'paused');
    expect(harness.of('failure')).toHaveLength(1);
    // Its arms are named after what it began with; what was changed since is seen in its steps.
    expect(harness.of('overview')[1].overview.settings.bnsEnabled).toBe(true);
    expect(harness.of('overview')[1].overview.arms).toEqual(harness.of('overview')[0].overview.arms);
    expect((await refusal(harness.ask({ type: 'useBackend', runId: 2, settings, backend: 'wasm' }))).message).toMatch(
      /device was lost/,
    );
    await playsOn(1);
    expect(
      harness
        .frames(1)
        .flatMap(({ generator }) => generator)
        .every(({ terms }) => terms.bns === null),
    ).toBe(true);
  });

  it.each(['before', 'after'])('%s its step has failed of it: one failure, and it plays on', async (order) => {
    await harness.initialize(settingsOf, { without: [] });
    // As on WebGPU, of which Node knows nothing: there an operation may fail before the device says that it is lost.
    Object.assign((harness.session as unknown as { backends: object }).backends, { current: 'webgpu' });
    vi.spyOn(Run.prototype, 'advance').mockImplementationOnce(async () => {
      if (order === 'before') lose();
      else setTimeout(lose, 20);
      throw new Error(order === 'before' ? 'something about a buffer' : 'mapAsync: [Device] is lost.');
    });
    await harness.ask({ type: 'play', runId: 1 });
    await harness.status(1, 'finished', 0);
    expect(harness.of('failure')).toMatchObject([
      { failure: { code: 'deviceLost', hint: expect.stringContaining('WebAssembly') } },
    ]);
    expect(harness.statuses(1)).not.toContain('failed');
  });

  it('with no other backend left is the end, and says so', async () => {
    await harness.initialize(settingsOf, { without: ['cpu', 'webgl', 'webgpu'] });
    lose();
    expect(harness.of('failure').at(-1)!.failure).toMatchObject({ code: 'deviceLost', hint: 'Reload the page.' });
    expect(harness.statuses(1).at(-1)).toBe('failed');
  });

  /** The device goes while a run is prepared, and with it what is being done. */
  const loseWhilePreparing = () =>
    vi.spyOn(Run, 'create').mockImplementationOnce(async () => {
      lose();
      throw new Error('Device is lost.');
    });

  it('while another run is prepared: that one is prepared again on another backend', async () => {
    await harness.initialize(settingsOf, { without: [] });
    loseWhilePreparing();
    expect(await harness.ask({ type: 'configure', runId: 2, settings })).toBeNull();
    expect(harness.of('failure')).toMatchObject([
      { failure: { code: 'deviceLost', hint: expect.stringMatching(/^Going on with/) } },
    ]);
    expect(harness.of('overview').map(({ runId }) => runId)).toEqual([1, 2]);
    await playsOn(2);
    expect(tf.getBackend()).toBe('cpu');
  });

  it('while the first run is prepared, too', async () => {
    loseWhilePreparing();
    const reply = await harness.initialize(settingsOf, { without: [] });
    expect(reply.backend).toBe('cpu');
    expect(harness.of('failure')).toMatchObject([{ failure: { code: 'deviceLost' } }]);
    await playsOn(1);
  });

  it('while a run is prepared and with no other backend left: it is refused, and the one before has stopped', async () => {
    await harness.initialize(settingsOf, { without: ['cpu', 'webgl', 'webgpu'] });
    loseWhilePreparing();
    expect(await refusal(harness.ask({ type: 'configure', runId: 2, settings }))).toMatchObject({ code: 'deviceLost' });
    expect(harness.statuses(1).at(-1)).toBe('failed');
  });

  it('on the way to another backend that was asked for by hand: it is said, and the run before goes on', async () => {
    await harness.initialize(settingsOf, { without: [] });
    vi.spyOn(Run, 'create').mockImplementationOnce(async () => {
      lose();
      throw new Error('Buffer was unmapped before mapping was resolved.');
    });
    const request = harness.ask({ type: 'useBackend', runId: 2, settings, backend: 'cpu' });
    expect(await refusal(request)).toMatchObject({
      code: 'deviceLost',
      message: expect.stringContaining('pulled the plug'),
      hint: expect.stringContaining('the run you had is still there'),
    });
    expect(tf.getBackend()).toBe('wasm');
    expect(harness.statuses(1)).not.toContain('failed');
    await playsOn(1);
  });

  it('is waited for where its step fails of it with other words before', async () => {
    await harness.initialize(settingsOf, { without: [] });
    Object.assign((harness.session as unknown as { backends: object }).backends, { current: 'webgpu' });
    const backend = tf.backend() as unknown as { device?: { lost: Promise<object> } };
    let go = (_: object): void => undefined;
    backend.device = { lost: new Promise((resolve) => (go = resolve)) };
    vi.spyOn(Run.prototype, 'advance').mockImplementationOnce(async () => {
      setTimeout(() => {
        lose();
        go({ reason: 'unknown' });
        delete backend.device;
      }, 50);
      throw new Error('Buffer was unmapped before mapping was resolved.');
    });
    await harness.ask({ type: 'play', runId: 1 });
    await harness.status(1, 'finished', 0);
    expect(harness.of('failure')).toMatchObject([{ failure: { code: 'deviceLost' } }]);
    expect(harness.statuses(1)).not.toContain('failed');
  });

  it.each(['ptq', 'generator', 'student'] as const)(
    'in the middle of %s goes on to the end with every step told',
    async (where) => {
      // Enough images that measuring takes more than one step.
      const testImages = where === 'ptq' ? 400 : 40;
      await harness.initialize(smallSettings({ testImages, generatorSteps: 6, studentSteps: 4 }), { without: [] });
      const { advance } = Run.prototype;
      let lost = false;
      vi.spyOn(Run.prototype, 'advance').mockImplementation(async function (this: Run) {
        const { phase, position } = this;
        const isThere = phase === where;
        if (!lost && isThere && position.step > 0 && position.step < position.steps) {
          lost = true;
          lose();
          throw new Error('Device is lost.');
        }
        return advance.call(this);
      });
      await harness.ask({ type: 'play', runId: 1 });
      await harness.status(1, 'finished', 0);
      expect(lost).toBe(true);
      expect(harness.of('failure')).toMatchObject([{ failure: { code: 'deviceLost' } }]);
      expect(harness.statuses(1)).not.toContain('failed');
      expect([...new Set(steps(1))].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(tf.getBackend()).toBe('cpu');
    },
  );
});

describe('a number that is not finite', () => {
  it('stops the run, names term and step, and going back to the snapshot makes it run again', async () => {
    await harness.initialize(smallSettings({ testImages: 40, generatorSteps: LONG }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => steps(1).length > 2);
    const from = harness.messages.length;
    await harness.ask({ type: 'update', runId: 1, live: { generatorLearningRate: 1e30 } });
    await harness.status(1, 'failed', from);
    const [{ failure, id, runId }] = harness.of('failure');
    expect({ id, runId }).toEqual({ id: null, runId: 1 });
    expect(failure).toMatchObject({
      code: 'notFinite',
      term: expect.stringMatching(/cross entropy|BNS/),
      snapshotStep: 0,
    });
    expect(failure.step).toBeGreaterThan(3);
    expect(failure.hint).toContain('snapshot of step 0');
    // Playing on is no way out.
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => harness.of('failure').length === 2);
    expect(harness.statuses(1).at(-1)).toBe('failed');
    await harness.ask({ type: 'pause', runId: 1 });
    expect(harness.statuses(1).at(-1)).toBe('failed');
    await harness.ask({ type: 'restoreSnapshot', runId: 1, settings: smallSettings({ generatorLearningRate: 1e-3 }) });
    expect(harness.statuses(1).at(-1)).toBe('paused');
    expect(harness.frames(1).at(-1)).toMatchObject({ phase: 'ptq', fraction: 0 });
    await playsOn(1);
    expect(steps(1).slice(-LONG)).toEqual(Array.from({ length: LONG }, (_, i) => i + 1));
    expect(
      harness
        .frames(1)
        .flatMap(({ generator }) => generator)
        .at(-1)!.learningRate,
    ).toBe(1e-3);
  });

  it('goes back to a snapshot from before the step that spoiled the weights, not to the newest', async () => {
    // A snapshot after every step: the newest is always spoiled already when that shows.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 5000));
    await harness.initialize(smallSettings({ testImages: 40, generatorSteps: LONG }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => steps(1).length > 9);
    const from = harness.messages.length;
    await harness.ask({ type: 'update', runId: 1, live: { generatorLearningRate: 1e30 } });
    await harness.status(1, 'failed', from);
    const { failure } = harness.of('failure')[0];
    expect(failure.snapshotStep).toBeGreaterThan(0);
    expect(failure.snapshotStep).toBeLessThan(failure.step!);
    await harness.ask({ type: 'restoreSnapshot', runId: 1, settings: smallSettings({ generatorLearningRate: 1e-3 }) });
    expect(harness.frames(1).at(-1)).toMatchObject({ phase: 'generator', step: failure.snapshotStep });
    await playsOn(1);
  });

  it('in a single step is told just the same', async () => {
    await harness.initialize(smallSettings({ testImages: 40, generatorLearningRate: 1e30 }));
    for (let i = 0; i < 5 && harness.of('failure').length === 0; i++) await harness.ask({ type: 'step', runId: 1 });
    expect(harness.of('failure')[0].failure).toMatchObject({ code: 'notFinite', step: 2, snapshotStep: 0 });
    expect(harness.statuses(1).at(-1)).toBe('failed');
  });
});

describe('what fails half-way', () => {
  it('trying a backend is no harm to the others', async () => {
    const kernel = tf.getKernel('Conv2DBackpropFilter', 'cpu');
    tf.unregisterKernel('Conv2DBackpropFilter', 'cpu');
    try {
      expect(await harness.initialize(settings, { without: [] })).toMatchObject({ backend: 'wasm' });
      const { message } = await refusal(harness.ask({ type: 'useBackend', runId: 2, settings, backend: 'cpu' }));
      expect(message).toMatch(/plain JavaScript does not work here: .*Conv2DBackpropFilter/);
      expect(
        harness
          .of('backends')
          .at(-1)!
          .backends.find(({ name }) => name === 'cpu'),
      ).toMatchObject({
        works: false,
        secondsPerStep: null,
        reason: expect.stringContaining('Conv2DBackpropFilter'),
      });
      await playsOn(1);
    } finally {
      tf.registerKernel(kernel);
    }
    // tfjs keeps what a gradient had saved when it throws half-way: a few small tensors, once.
    await harness.session.dispose();
    expect(tf.memory().numTensors - before).toBeLessThan(20);
    before = tf.memory().numTensors;
  });

  it('looking at the images at the start leaves a run that says so and can be reset', async () => {
    vi.spyOn(SyntheticProbe.prototype, 'look').mockRejectedValueOnce(new Error('allocation failed'));
    await harness.initialize(settings);
    expect(harness.of('failure')).toMatchObject([{ id: null, runId: 1, failure: { code: 'outOfMemory' } }]);
    expect(harness.statuses(1).at(-1)).toBe('failed');
    await harness.ask({ type: 'configure', runId: 2, settings });
    await playsOn(2);
  });

  it('a step that throws stops the loop once, and leaves the worker able to answer', async () => {
    await harness.initialize(smallSettings({ testImages: 40, generatorSteps: LONG }));
    await harness.ask({ type: 'play', runId: 1 });
    await harness.until(() => steps(1).length > 2);
    vi.spyOn(Run.prototype, 'advance').mockRejectedValueOnce(new Error('something odd'));
    const from = harness.messages.length;
    await harness.status(1, 'failed', from);
    expect(harness.of('failure')).toMatchObject([
      { failure: { code: 'internal', message: 'something odd', snapshotStep: 0 } },
    ]);
    await pause(100);
    expect(harness.of('failure')).toHaveLength(1);
    await harness.ask({ type: 'configure', runId: 2, settings });
    await playsOn(2);
  });
});
