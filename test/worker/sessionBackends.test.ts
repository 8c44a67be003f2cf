/**
 * Which backend a session starts on, and how it finds a better one: with backends that a test plays, all of which
 * compute on wasm.
 */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Adapter } from '../../src/engine/backend/adapters';
import { say } from '../../src/engine/sentences';
import type { BackendName, BackendReport, InitializeReply } from '../../src/worker/protocol';
import type { BackendTools } from '../../src/worker/serverBackends';
import { Run } from '../../src/engine/training/run';
import { use } from '../engine/backends';
import { Harness, Refused, smallSettings } from './sessionHarness';

let harness: Harness;
let before = 0;
beforeAll(() => use('wasm'));
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await harness.session.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

const CARD: Adapter = { name: 'nvidia ampere', software: false };
const SOFTWARE: Adapter = { name: 'google swiftshader', software: true };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const settings = smallSettings({ testImages: 40 });

interface Host {
  webgpu?: Adapter | null;
  webgl?: Adapter | null;
  /** Seconds of a step where a backend is timed. */
  seconds?: Partial<Record<BackendName, number>>;
  /** Those that do not start. */
  broken?: readonly BackendName[];
  /** Those whose training step is wrong. */
  wrong?: readonly BackendName[];
  /** Milliseconds until the card's adapter is there. */
  slow?: number;
  /** A step of its timing that never ends. */
  hangs?: BackendName;
}

/** A host's backends. `log` says what was done with them, in order. */
function play({ webgpu, webgl, seconds = {}, broken = [], wrong = [], slow = 0, hangs }: Host) {
  const log: string[] = [];
  let current: BackendName | null = null;
  const tools: BackendTools = {
    webgpuAdapter: async () => {
      if (slow > 0) await pause(slow);
      return webgpu;
    },
    webglAdapter: () => webgl,
    load: async (name) => {
      if (broken.includes(name)) throw new Error(`${name} is broken`);
    },
    start: async (name) => {
      if (broken.includes(name)) throw new Error(`${name} is broken`);
      if (name !== current) log.push(`to ${name}`);
      current = name;
    },
    check: async () => {
      log.push(`check ${current}`);
      return wrong.includes(current!) ? say('wrongStep', '1', '2') : null;
    },
    describe: async (name) => `the ${name} of a test`,
    time: async (proceed) => {
      const name = current!;
      for (let i = 0; i < 3; i++) {
        if (!(await proceed())) return null;
        expect(current).toBe(name);
        log.push(`time ${name}`);
        await (hangs === name && i === 1 ? new Promise(() => undefined) : pause(5));
      }
      return seconds[name] ?? 1;
    },
  };
  return { tools, log };
}

function open(host: Host, idleMs = 1): string[] {
  const { tools, log } = play(host);
  harness = new Harness({ backends: tools, idleMs });
  return log;
}

const initialize = (options: Parameters<Harness['initialize']>[1] = {}) =>
  harness.initialize(settings, { without: [], ...options });
const found = () => harness.of('backends').at(-1)!;
const explored = (seconds = 10) => harness.until(() => harness.of('backends').at(-1)?.fastest != null, seconds);
const about = (reports: readonly BackendReport[], name: BackendName) => reports.find((each) => each.name === name);
const playsOn = async (runId: number) => {
  const from = harness.messages.length;
  await harness.ask({ type: 'play', runId });
  await harness.status(runId, 'finished', from);
};

describe('the start', () => {
  it('is on wasm, and the run is ready before anything else is tried', async () => {
    const log = open({ webgpu: null, webgl: CARD }, 30);
    const reply = await initialize();
    expect(log).toEqual(['to wasm', 'check wasm']);
    expect(reply.backend).toBe('wasm');
    expect(about(reply.backends, 'wasm')).toMatchObject({ works: true, secondsPerStep: null });
    for (const name of ['webgl', 'cpu'] as const)
      expect(about(reply.backends, name)).toMatchObject({ works: null, reason: say('notTriedYet') });
    expect(harness.statuses(1)).toEqual(['preparing', 'preparing', 'ready']);
    expect(harness.of('backends')).toEqual([]);
    await explored();
    const places = (is: (each: (typeof harness.messages)[number]) => boolean) => harness.messages.findIndex(is);
    expect(places((each) => each.type === 'status' && each.status === 'ready')).toBeLessThan(
      places((each) => each.type === 'backends'),
    );
    expect(log.slice(2)).toEqual([
      ...Array<string>(3).fill('time wasm'),
      'to webgl',
      'check webgl',
      ...Array<string>(3).fill('time webgl'),
      'to wasm',
    ]);
  });

  it('is on a graphics card that answers in time', async () => {
    const log = open({ webgpu: CARD, slow: 30 }, 2 ** 31 - 1);
    const reply = await initialize();
    expect(reply.backend).toBe('webgpu');
    expect(log).toEqual(['to wasm', 'check wasm', 'to webgpu', 'check webgpu']);
    expect(about(reply.backends, 'webgpu')).toMatchObject({ works: true, detail: 'nvidia ampere' });
    expect(harness.of('failure')).toEqual([]);
  });

  it('waits for a card no longer than it may, and tries it later', async () => {
    const log = open({ webgpu: CARD, slow: 1500, seconds: { webgpu: 0.01, wasm: 0.1 } });
    expect((await initialize()).backend).toBe('wasm');
    // The card has not answered by now.
    expect(log).toEqual(['to wasm', 'check wasm']);
    await explored();
    expect(found().fastest).toBe('webgpu');
  });

  it('is on wasm where the card computes wrongly', async () => {
    open({ webgpu: CARD, wrong: ['webgpu'] });
    const reply = await initialize();
    expect(reply.backend).toBe('wasm');
    expect(about(reply.backends, 'webgpu')).toMatchObject({ works: false, reason: say('wrongStep', '1', '2') });
    await explored();
    expect(found().fastest).toBe('wasm');
  });

  it('believes the last visit only as far as it is still true', async () => {
    // The card was slower than wasm then: it is not even asked.
    const log = open({ webgpu: CARD }, 2 ** 31 - 1);
    expect((await initialize({ remembered: 'wasm' })).backend).toBe('wasm');
    expect(log).toEqual(['to wasm', 'check wasm']);
    await harness.session.dispose();
    open({ webgl: CARD }, 2 ** 31 - 1);
    expect((await initialize({ remembered: 'webgl' })).backend).toBe('webgl');
    await harness.session.dispose();
    for (const [host, remembered] of [
      [{ webgl: SOFTWARE }, 'webgl'],
      [{ webgl: CARD, broken: ['webgl'] }, 'webgl'],
      [{}, 'webgpu'],
      [{}, 'cpu'],
    ] as const) {
      open(host, 2 ** 31 - 1);
      expect((await initialize({ remembered })).backend).toBe('wasm');
      expect(harness.of('failure')).toEqual([]);
      await harness.session.dispose();
    }
  });
});

describe('what is asked for', () => {
  it('is started directly, without another before it, and is left for none', async () => {
    const log = open({ webgpu: SOFTWARE, seconds: { wasm: 0.01 } });
    expect((await initialize({ backend: 'webgpu' })).backend).toBe('webgpu');
    expect(log).toEqual(['to webgpu', 'check webgpu']);
    await explored();
    // A software adapter is not timed even then.
    expect(log).not.toContain('time webgpu');
    expect(found().fastest).toBe('webgpu');
    await harness.ask({ type: 'configure', runId: 2, settings });
    expect(harness.of('moved')).toEqual([]);
    expect(log.at(-1)).toBe('to webgpu');
  });

  it('and does not work is said, and wasm goes on', async () => {
    open({ webgpu: CARD, broken: ['webgpu'] }, 2 ** 31 - 1);
    expect((await initialize({ backend: 'webgpu' })).backend).toBe('wasm');
    expect(harness.of('failure')).toMatchObject([
      {
        failure: {
          code: 'backend',
          message: 'WebGPU does not work here: webgpu is broken.',
          hint: 'Going on with WebAssembly.',
        },
      },
    ]);
  });

  it('by hand is not left for a faster one', async () => {
    open({ webgpu: CARD, slow: 1500, seconds: { webgpu: 0.01, wasm: 0.1 } });
    await initialize({ remembered: 'wasm' });
    await harness.ask({ type: 'useBackend', runId: 2, settings, backend: 'cpu' });
    await explored();
    await harness.ask({ type: 'configure', runId: 3, settings });
    expect(harness.of('moved')).toEqual([]);
  });

  it('not to be tried is not touched', async () => {
    const log = open({ webgpu: CARD, webgl: CARD });
    const { backend, backends } = await initialize({ without: ['webgpu', 'wasm', 'webgl'] });
    expect(backend).toBe('cpu');
    for (const name of ['webgpu', 'wasm', 'webgl'] as const)
      expect(about(backends, name)).toMatchObject({ works: false, reason: say('switchedOff') });
    expect(harness.of('failure')).toEqual([]);
    await explored();
    expect(log).toEqual(['to cpu', 'check cpu']);
  });
});

describe('without wasm', () => {
  it('a graphics card goes on, and the page is told why', async () => {
    const log = open({ webgpu: null, webgl: CARD, broken: ['wasm'] }, 2 ** 31 - 1);
    expect((await initialize()).backend).toBe('webgl');
    expect(log).toEqual(['to webgl', 'check webgl']);
    expect(harness.of('failure')).toMatchObject([
      { failure: { message: 'WebAssembly does not work here: wasm is broken.', hint: 'Going on with WebGL.' } },
    ]);
  });

  it('and without a card it is the faster of what is left', async () => {
    for (const webgl of [0.3, 0.9]) {
      open({ webgpu: SOFTWARE, webgl: SOFTWARE, broken: ['wasm', 'webgpu'], seconds: { webgl, cpu: 0.5 } });
      expect((await initialize()).backend).toBe(webgl < 0.5 ? 'webgl' : 'cpu');
      await harness.session.dispose();
    }
  });

  it('and without anything else that works, that is said', async () => {
    open({ webgpu: CARD, webgl: CARD, broken: ['webgpu', 'webgl', 'wasm'], wrong: ['cpu'] });
    const error: unknown = await initialize().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Refused);
    expect((error as Refused).failure).toMatchObject({
      code: 'backend',
      message: 'No backend works here (WebGPU, WebGL, WebAssembly, plain JavaScript).',
    });
  });
});

describe('while nothing runs', () => {
  it('software adapters are recognised, not timed, and can be chosen by hand', async () => {
    const log = open({ webgpu: SOFTWARE, webgl: { name: 'llvmpipe', software: true } });
    expect((await initialize()).backend).toBe('wasm');
    await explored();
    const { backends, fastest } = found();
    expect(fastest).toBe('wasm');
    expect(about(backends, 'webgpu')).toEqual({
      name: 'webgpu',
      works: null,
      secondsPerStep: null,
      detail: 'google swiftshader',
      reason: say('softwareAdapter'),
    });
    expect(about(backends, 'webgl')).toMatchObject({ works: null, detail: 'llvmpipe', reason: say('softwareAdapter') });
    expect(about(backends, 'cpu')).toMatchObject({ works: null, reason: say('slowerThanOthers') });
    expect(about(backends, 'wasm')).toMatchObject({ works: true, secondsPerStep: 1 });
    expect(new Set(log)).toEqual(new Set(['to wasm', 'check wasm', 'time wasm']));
    const reply = (await harness.ask({ type: 'useBackend', runId: 2, settings, backend: 'webgpu' })) as InitializeReply;
    expect(reply.backend).toBe('webgpu');
    expect(about(reply.backends, 'webgpu')).toMatchObject({ works: true, detail: 'google swiftshader' });
    expect(log.slice(-2)).toEqual(['to webgpu', 'check webgpu']);
  });

  it('what has no adapter says so', async () => {
    open({ webgpu: undefined, webgl: null });
    await initialize();
    await explored();
    expect(about(found().backends, 'webgpu')).toMatchObject({ works: false, reason: say('noWebgpu') });
    expect(about(found().backends, 'webgl')).toMatchObject({ works: false, reason: say('noWebgl') });
  });

  it('a faster one is found, and only the next run moves there', async () => {
    const log = open({ webgl: CARD, seconds: { webgl: 0.01, wasm: 0.1 } });
    await initialize();
    await explored();
    expect(found().fastest).toBe('webgl');
    const from = log.length;
    await playsOn(1);
    // Not even afterwards: nothing is left to find out.
    await pause(30);
    expect(log.slice(from)).toEqual([]);
    expect(harness.of('moved')).toEqual([]);
    await harness.ask({ type: 'configure', runId: 2, settings });
    expect(log.slice(from)).toEqual(['to webgl']);
    expect(harness.of('moved')).toMatchObject([{ runId: 2, backend: 'webgl' }]);
    expect(harness.of('overview').at(-1)).toMatchObject({ runId: 2 });
    await playsOn(2);
    await harness.ask({ type: 'configure', runId: 3, settings });
    expect(harness.of('moved')).toHaveLength(1);
  });

  it('a new network moves there as well', async () => {
    open({ webgl: CARD, seconds: { webgl: 0.01, wasm: 0.1 } });
    await initialize();
    await explored();
    const reply = (await harness.ask({ type: 'useBundledNetwork', runId: 2, settings })) as InitializeReply;
    expect(reply.backend).toBe('webgl');
  });

  it('one on which the next run cannot be had is left again, and not moved to a second time', async () => {
    const log = open({ webgl: CARD, seconds: { webgl: 0.01, wasm: 0.1 } });
    await initialize();
    await explored();
    vi.spyOn(Run, 'create').mockRejectedValueOnce(new Error('out of memory'));
    await harness.ask({ type: 'configure', runId: 2, settings });
    expect(log.slice(-2)).toEqual(['to webgl', 'to wasm']);
    expect(harness.of('moved')).toEqual([]);
    expect(found().fastest).toBe('wasm');
    await playsOn(2);
    await harness.ask({ type: 'configure', runId: 3, settings });
    expect(log.at(-1)).toBe('to wasm');
  });
});

describe('Play in the middle of a trial', () => {
  const losses = (runId: number) =>
    harness.frames(runId).flatMap(({ generator, student }) => [...generator, ...student]);

  it('ends it after the step that is going, and it goes on when the run is over', async () => {
    const log = open({ webgl: CARD, seconds: { webgl: 0.01, wasm: 0.1 } });
    await initialize();
    await vi.waitFor(() => expect(log).toContain('time webgl'), { interval: 1 });
    const from = harness.messages.length;
    const at = log.length;
    await harness.ask({ type: 'play', runId: 1 });
    expect(log.slice(at)).toEqual(['to wasm']);
    expect(about(found().backends, 'webgl')).not.toMatchObject({ secondsPerStep: expect.any(Number) });
    await harness.status(1, 'finished', from);
    expect(log.slice(at)).toEqual(['to wasm']);
    await explored();
    expect(found().fastest).toBe('webgl');
    const interrupted = losses(1);
    expect(interrupted.length).toBeGreaterThan(10);
    const accuracies = harness.frames(1).at(-1)!.accuracy;

    // Bit for bit the run that nothing came before.
    await harness.session.dispose();
    open({}, 2 ** 31 - 1);
    await initialize();
    await playsOn(1);
    expect(losses(1)).toEqual(interrupted);
    expect(harness.frames(1).at(-1)!.accuracy).toEqual(accuracies);
  });

  it('does not wait for a step that never ends', async () => {
    const log = open({ webgl: CARD, hangs: 'webgl' });
    await initialize();
    await vi.waitFor(() => expect(log.filter((each) => each === 'time webgl')).toHaveLength(2), { interval: 1 });
    await pause(20);
    const from = harness.messages.length;
    await harness.ask({ type: 'play', runId: 1 });
    await harness.status(1, 'finished', from);
    expect(log.indexOf('to wasm', log.lastIndexOf('time webgl'))).toBeGreaterThan(0);
  });

  it('leaves the report as it was', async () => {
    const log = open({ webgl: CARD, hangs: 'webgl' }, 1);
    await initialize();
    await vi.waitFor(() => expect(log).toContain('check webgl'), { interval: 1 });
    const reply = (await harness.ask({ type: 'useBundledNetwork', runId: 2, settings })) as InitializeReply;
    expect(reply.backend).toBe('wasm');
    expect(about(reply.backends, 'webgl')?.reason).not.toEqual(say('beingTried'));
  });
});

describe('a lost device', () => {
  it('of the backend in use leads to one that was not tried yet', async () => {
    const log = open({ webgpu: CARD }, 2 ** 31 - 1);
    await initialize({ backend: 'webgpu' });
    await harness.ask({ type: 'step', runId: 1 });
    harness.session.deviceLost('a test pulled the plug');
    await harness.until(() => harness.of('moved').length === 1);
    expect(harness.of('moved')[0].backend).toBe('wasm');
    expect(log.slice(-2)).toEqual(['to wasm', 'check wasm']);
    await playsOn(1);
  });
});
