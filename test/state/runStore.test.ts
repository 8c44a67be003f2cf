import { afterEach, describe, expect, it, vi } from 'vitest';
import { say } from '../../src/engine/sentences';
import type { Message, Request } from '../../src/worker/protocol';
import type { WorkerLike } from '../../src/worker/connection';
import type { PlaygroundState } from '../../src/state/playgroundState';
import type { PlaygroundStore } from '../../src/state/runStore';
import {
  shownGenerator,
  shownMoment,
  leadingSample,
  shownSynthetic,
  waitingForReset,
} from '../../src/state/playgroundState';
import { armsIn } from '../../src/state/runRecord';
import { createPlayground } from '../../src/state/runStore';
import { MAX_MOMENTS } from '../../src/state/history';
import { applyPreset } from '../../src/state/presets';
import { linkOf } from '../../src/state/currentLink';
import { readLink, writeLink } from '../../src/state/shareLink';
import type { FakeOptions } from '../worker/fakeServer';
import { fakeWorker } from '../worker/fakeServer';

let store: PlaygroundStore;
let workers: WorkerLike[];
let requests: string[];
let initialized: Extract<Request, { type: 'initialize' }>[];

function open(search = '?generator-steps=8&student-steps=4', options: FakeOptions = {}): PlaygroundStore {
  workers = [];
  requests = [];
  initialized = [];
  store = createPlayground({
    link: readLink(search),
    baseUrl: 'http://localhost/',
    spawn: () => {
      const worker = fakeWorker(options);
      const post = worker.postMessage.bind(worker);
      worker.postMessage = (message, transfer) => {
        if (message.type !== 'acknowledge') requests.push(message.type);
        if (message.type === 'initialize') initialized.push(message);
        post(message, transfer);
      };
      workers.push(worker);
      return worker;
    },
    afterPaint: (callback) => queueMicrotask(callback),
    liveDelay: 1,
    configureDelay: 1,
  });
  store.actions.start();
  return store;
}

const until = (holds: (state: PlaygroundState) => boolean) =>
  vi.waitFor(
    () => {
      if (!holds(store.getState())) throw new Error('not yet');
    },
    { timeout: 5000, interval: 2 },
  );
const ready = () => until(({ status, engine }) => status === 'ready' && engine === 'ready');
const finish = async () => {
  store.actions.play();
  await until(({ status }) => status === 'finished');
};

afterEach(() => store.actions.dispose());

describe('a run', () => {
  it('lets the engine know of a hand on a range only while it has steps to do', async () => {
    open('?generator-steps=400', { stepMs: 1 });
    store.actions.standAside();
    await ready();
    store.actions.standAside();
    expect(requests).not.toContain('standAside');
    store.actions.play();
    await until(({ status }) => status === 'running');
    store.actions.standAside();
    expect(requests).toContain('standAside');
  });

  it('that goes on with another backend says which', async () => {
    open();
    await ready();
    const backends = [
      { name: 'wasm', works: false, secondsPerStep: null, detail: '' },
      { name: 'cpu', works: true, secondsPerStep: 1, detail: '' },
    ] as const;
    const say = (data: Message) => workers[0].onmessage!({ data } as MessageEvent<Message>);
    say({ type: 'moved', runId: 1, backend: 'cpu', backends: [...backends] });
    expect(store.getState()).toMatchObject({ backend: 'cpu', backends, wantedBackend: null, status: 'ready' });
    say({ type: 'moved', runId: 99, backend: 'webgl', backends: [] });
    expect(store.getState().backend).toBe('cpu');
  });

  it('hears how the engine works otherwise than usual, until it is dismissed', async () => {
    open();
    await ready();
    const remark = () => workers[0].onmessage!({ data: { type: 'remark', said } } as MessageEvent<Message>);
    const said = say('notReplayed', 1024);
    remark();
    expect(store.getState().remark).toEqual(said);
    store.actions.dismissRemark();
    expect(store.getState().remark).toBeNull();
  });

  it('hears of a faster backend, which the next one takes, unless another was asked for', async () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, text: string) => void kept.set(name, text),
    });
    try {
      open();
      await ready();
      const backends = [{ name: 'webgpu', works: true, secondsPerStep: 0.1, detail: '' }] as const;
      const say = (data: Message) => workers[0].onmessage!({ data } as MessageEvent<Message>);
      const finds = (fastest: 'webgpu' | 'wasm' | null) => say({ type: 'backends', backends: [...backends], fastest });
      finds(null);
      expect(store.getState()).toMatchObject({ backend: 'wasm', backends, nextBackend: null });
      expect(kept.size).toBe(0);
      finds('webgpu');
      expect(store.getState()).toMatchObject({ backend: 'wasm', nextBackend: 'webgpu' });
      store.actions.dismissNextBackend();
      expect(store.getState().nextBackend).toBeNull();
      finds('webgpu');
      say({ type: 'moved', runId: 1, backend: 'webgpu', backends: [...backends] });
      expect(store.getState()).toMatchObject({ backend: 'webgpu', nextBackend: null });
      finds('webgpu');
      expect(store.getState().nextBackend).toBeNull();
      store.actions.dispose();

      // The next visit knows; what it cannot know of it does not ask for.
      const remembered = () => initialized.at(-1)?.remembered;
      open();
      expect(remembered()).toBe('webgpu');
      store.actions.useBackend('wasm');
      await ready();
      finds('wasm');
      finds('webgpu');
      expect(store.getState()).toMatchObject({ wantedBackend: 'wasm', nextBackend: null });
      store.actions.dispose();
      kept.forEach((_, name) => kept.set(name, 'quantum'));
      open();
      expect(remembered()).toBeNull();
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('comes up with a network, real statistics and the deepest layer chosen', async () => {
    open();
    expect(store.getState()).toMatchObject({ engine: 'starting', status: 'preparing' });
    await ready();
    const { backend, backends, overview, layer, started } = store.getState();
    expect(backend).toBe('wasm');
    expect(backends).toHaveLength(4);
    expect(layer).toBe(overview!.network.layers.length - 1);
    expect(started).toBe(false);
  });

  it('plays to the end and leaves accuracies, losses and a bounded history', async () => {
    open('?generator-steps=60&student-steps=20');
    await ready();
    await finish();
    const { live, history, generatorLosses, studentLosses, position, trouble } = store.getState();
    expect(live!.accuracy.map(({ id, state }) => [id, state])).toEqual([
      ['fullPrecision', 'done'],
      ['ptq', 'done'],
      ['calibration', 'done'],
      ['fdda', 'done'],
    ]);
    expect(generatorLosses.fdda!.last!.step).toBe(60);
    expect(studentLosses.fdda!.last!.step).toBe(20);
    expect(history.length).toBeGreaterThan(1);
    expect(history.length).toBeLessThanOrEqual(MAX_MOMENTS);
    expect(history.at(-1)).toBe(live);
    expect(position).toMatchObject({ phase: 'done', fraction: 1 });
    expect(trouble).toBeNull();
  });

  it('starts by itself when Play was pressed too early, unless Pause came after', async () => {
    open('?generator-steps=8&student-steps=4', { prepareMs: 5 });
    store.actions.play();
    expect(store.getState().playWhenReady).toBe(true);
    await until(({ status }) => status === 'finished');
    store.actions.reset();
    store.actions.play();
    store.actions.pause();
    await ready();
    expect(store.getState()).toMatchObject({ playWhenReady: false, started: false });
  });

  it('takes single steps', async () => {
    open();
    await ready();
    store.actions.step();
    await until(({ status }) => status === 'paused');
    expect(store.getState().started).toBe(true);
  });

  it('begins afresh on Reset: nothing of the old run is mixed in', async () => {
    open();
    await ready();
    await finish();
    const { run } = store.getState();
    store.actions.reset();
    expect(store.getState().history.length).toBeGreaterThan(0);
    await until((state) => state.run === run + 1 && state.status === 'ready');
    const { generatorLosses, studentLosses, started, viewing } = store.getState();
    expect(generatorLosses).toEqual({});
    expect(studentLosses).toEqual({});
    expect({ started, viewing }).toEqual({ started: false, viewing: null });
  });
});

describe('the timeline', () => {
  it('brings an earlier moment back, and goes live again on Play', async () => {
    open();
    await ready();
    await finish();
    const { history, actions } = { ...store.getState(), actions: store.actions };
    actions.view(history[0]);
    expect(shownMoment(store.getState())).toBe(history[0]);
    actions.view(null);
    expect(shownMoment(store.getState())).toBe(store.getState().live);
  });
});

describe('settings', () => {
  it('configure a run that has not started, several changes at once', async () => {
    open();
    await ready();
    store.actions.setSetting('seed', 5);
    store.actions.setSetting('imagesPerClass', 3);
    await until(({ overview }) => overview?.settings.seed === 5 && overview.settings.imagesPerClass === 3);
    await ready();
    expect(requests).toEqual(['initialize', 'configure']);
    expect(waitingForReset(store.getState())).toEqual([]);
  });

  it('changed while the engine starts are used before it plays', async () => {
    open('?generator-steps=8&student-steps=4', { prepareMs: 5 });
    store.actions.setSetting('seed', 9);
    store.actions.play();
    await until(({ status }) => status === 'finished');
    expect(store.getState().overview!.settings.seed).toBe(9);
  });

  it('wait for a reset once a run has started, except the live ones, which are sent', async () => {
    open('?generator-steps=400', { stepMs: 1 });
    await ready();
    store.actions.play();
    await until(({ status }) => status === 'running');
    store.actions.setSetting('bnsWeight', 1.5);
    store.actions.setSetting('bnsWeight', 1.7);
    store.actions.setSetting('weightBits', 4);
    expect(waitingForReset(store.getState())).toEqual(['weightBits']);
    await until(({ applied }) => applied.bnsWeight === 1.7);
    expect(requests.filter((type) => type === 'update')).toHaveLength(1);
    expect(requests).not.toContain('configure');
    store.actions.reset();
    await until(({ overview }) => overview?.settings.weightBits === 4);
    await ready();
    expect(waitingForReset(store.getState())).toEqual([]);
    expect(store.getState().overview!.settings.bnsWeight).toBe(1.7);
  });

  it('of a preset travel like any others', async () => {
    open();
    await ready();
    store.actions.setSettings(applyPreset(store.getState().settings, 'zeroShot'));
    await until(({ overview }) => overview?.settings.distortedEnabled === false);
    await ready();
    await finish();
    expect(store.getState().generatorLosses.zeroShot!.last!.terms.distorted).toBeNull();
  });
});

describe('a run with several arms', () => {
  const three = '?generator-steps=6&student-steps=4&beside=calibration,zero-shot';

  it('keeps losses, images and accuracies of each', async () => {
    // Slow enough that a frame falls into every stage.
    open(three, { stepMs: 50 });
    await ready();
    await finish();
    const { overview, generatorLosses, studentLosses, live, history } = store.getState();
    expect(overview!.arms.map(({ id }) => id)).toEqual(['calibration', 'zeroShot', 'fdda']);
    expect(armsIn(generatorLosses)).toEqual(['zeroShot', 'fdda']);
    expect(armsIn(studentLosses)).toEqual(['calibration', 'zeroShot', 'fdda']);
    expect(armsIn(live!.synthetic)).toEqual(['zeroShot', 'fdda']);
    expect(live!.accuracy.map(({ id }) => id)).toEqual(['fullPrecision', 'ptq', 'calibration', 'zeroShot', 'fdda']);
    expect(history.some(({ phase, arm }) => phase === 'student' && arm === 'zeroShot')).toBe(true);
  });

  it('shows the leading arm’s images, or those of the arm that is chosen', async () => {
    open(three);
    await ready();
    await finish();
    expect(shownGenerator(store.getState())).toBe('fdda');
    expect(shownSynthetic(store.getState())).toBe(store.getState().live!.synthetic.fdda);
    store.actions.selectArm('zeroShot');
    expect(shownGenerator(store.getState())).toBe('zeroShot');
    expect(shownSynthetic(store.getState())!.arm).toBe('zeroShot');
    // The controls have the leading arm's terms, whatever is looked at.
    expect(leadingSample(store.getState())).toMatchObject({ arm: 'fdda', step: 6 });
    // An arm without a generator, or that the run does not have, gives way to the leading one.
    store.actions.selectArm('calibration');
    expect(shownGenerator(store.getState())).toBe('fdda');
    store.actions.selectArm('fddaPlus');
    expect(shownGenerator(store.getState())).toBe('fdda');
  });

  it('of nothing but calibration images shows no generator', async () => {
    open('?synthetic-batch=0&beside=none&student-steps=4');
    await ready();
    await finish();
    expect(shownGenerator(store.getState())).toBeNull();
    expect(shownSynthetic(store.getState())).toBeNull();
    expect(leadingSample(store.getState())).toBeNull();
    expect(store.getState().live!.accuracy.map(({ id }) => id)).toEqual(['fullPrecision', 'ptq', 'calibration']);
  });

  it('has the test images to look at', async () => {
    open();
    await ready();
    const tile = await store.actions.testImages([3, 0, 3]);
    expect(tile).toMatchObject({ count: 3, height: 32, width: 32 });
    expect(tile.rgba.slice(0, 4096)).toEqual(tile.rgba.slice(8192));
    expect(tile.rgba.slice(0, 4096)).not.toEqual(tile.rgba.slice(4096, 8192));
  });
});

describe('trouble', () => {
  it('a loss that is no number names term and step, loses nothing, and the snapshot goes on', async () => {
    open('?generator-steps=20&student-steps=4', { notFiniteAt: 12, stepMs: 15 });
    await ready();
    store.actions.play();
    await until(({ status }) => status === 'failed');
    const { trouble, generatorLosses } = store.getState();
    expect(trouble).toMatchObject({
      kind: 'failure',
      failure: { code: 'notFinite', term: 'distorted', step: 12, snapshotStep: 10 },
    });
    expect(generatorLosses.fdda!.items.length).toBeGreaterThan(0);
    store.actions.restoreSnapshot();
    await until(({ status }) => status === 'paused');
    expect(store.getState().trouble).toBeNull();
    await finish();
    expect(store.getState().generatorLosses.fdda!.last!.step).toBe(20);
  });

  it('a network that cannot be used leaves the one that was there', async () => {
    open();
    await ready();
    await finish();
    const before = store.getState();
    const opening: boolean[] = [];
    const unsubscribe = store.subscribe((state) => opening.push(state.opening));
    await store.actions.loadNetwork([{ path: 'model.json', file: new File(['{}'], 'model.json') }]);
    unsubscribe();
    // While it was on its way it was said to be opened, and no longer.
    expect(opening).toContain(true);
    expect(opening.at(-1)).toBe(false);
    const after = store.getState();
    expect(after.trouble).toMatchObject({ kind: 'failure', failure: { code: 'network' } });
    expect({ overview: after.overview, history: after.history, status: after.status }).toEqual({
      overview: before.overview,
      history: before.history,
      status: 'finished',
    });
    expect(after.replacing).toBe(false);
  });

  it('a file that cannot be read is said, and nothing is sent', async () => {
    open();
    await ready();
    const gone = {
      name: 'model.json',
      arrayBuffer: () => Promise.reject(new Error('no such file')),
    } as unknown as File;
    await store.actions.loadNetwork([{ path: 'model.json', file: gone }]);
    expect(store.getState().trouble).toEqual({ kind: 'file', detail: 'no such file' });
    expect(requests).toEqual(['initialize']);
  });

  it('an engine that cannot start is dead, with what it said', async () => {
    workers = [];
    const worker: WorkerLike = {
      postMessage: (message) => {
        const reply: Message = {
          type: 'failure',
          id: 'id' in message ? message.id : null,
          runId: message.runId,
          failure: { code: 'backend', message: 'None works.', hint: 'Try another browser.' },
        };
        queueMicrotask(() => worker.onmessage?.({ data: reply } as MessageEvent<Message>));
      },
      terminate: () => undefined,
      onmessage: null,
      onerror: null,
      onmessageerror: null,
    };
    store = createPlayground({ link: readLink(''), baseUrl: '', spawn: () => worker });
    store.actions.start();
    await until(({ engine }) => engine === 'dead');
    expect(store.getState().trouble).toMatchObject({ failure: { code: 'backend', message: 'None works.' } });
  });
});

describe('choosing', () => {
  it('a class again lets go of it, and a layer stays across runs of the same network', async () => {
    open();
    await ready();
    store.actions.toggleClass(3);
    expect(store.getState().classIndex).toBe(3);
    store.actions.selectLayer(4);
    store.actions.reset();
    await until(({ run }) => run === 2);
    expect(store.getState()).toMatchObject({ classIndex: 3, layer: 4 });
    store.actions.toggleClass(3);
    expect(store.getState().classIndex).toBeNull();
  });

  it('a backend starts the run over on it, and a restart keeps the choice', async () => {
    open();
    await ready();
    store.actions.useBackend('webgl');
    await until(({ backend }) => backend === 'webgl');
    await ready();
    store.actions.restartEngine();
    await until(({ engine }) => engine === 'ready');
    expect(store.getState().backend).toBe('webgl');
  });
});

describe('what a link says of the view and of embedding', () => {
  it('is looked at, the layer held to what the network has, with a note', async () => {
    open('?layer=3&class=2&projection=umap&separation=batch&lesson=images');
    expect(store.getState()).toMatchObject({
      layer: 2,
      classIndex: 1,
      projection: 'umap',
      measure: 'batch',
      lesson: { id: 'images' },
    });
    await ready();
    expect(store.getState()).toMatchObject({ layer: 2, classIndex: 1, linkNotes: [] });
    store.actions.dispose();
    open('?layer=500&class=40');
    await ready();
    const { layer, classIndex, linkNotes, overview } = store.getState();
    const layers = overview!.network.layers.length;
    expect([layer, classIndex]).toEqual([layers - 1, null]);
    expect(linkNotes).toEqual([
      { kind: 'beyond', key: 'layer', given: '500', used: String(layers) },
      { kind: 'unreadable', key: 'class', given: '40' },
    ]);
  });

  it('comes back from the state, the layer that comes by itself left out', async () => {
    open('?seed=5');
    await ready();
    expect(writeLink(linkOf(store.getState()))).toBe('?v=1&seed=5');
    store.actions.selectLayer(0);
    store.actions.selectProjection('tsne');
    store.actions.selectMeasure('distances');
    expect(writeLink(linkOf(store.getState()))).toBe('?v=1&seed=5&layer=1&projection=tsne&separation=distances');
  });

  it('keeps locked settings as they are, whoever asks', async () => {
    open('?embed&lock=seed,ce-mixed&seed=5');
    await ready();
    store.actions.setSetting('seed', 9);
    store.actions.setSettings({ ...applyPreset(store.getState().settings, 'calibration'), seed: 11, weightBits: 4 });
    expect(store.getState().settings).toMatchObject({
      seed: 5,
      ceMixedEnabled: true,
      bnsEnabled: false,
      weightBits: 4,
    });
  });

  it('starts by itself only when it is asked to', async () => {
    open('?embed&autostart=1&generator-steps=2&student-steps=2');
    await until(({ status }) => status === 'finished');
    store.actions.dispose();
    open('?embed&generator-steps=2&student-steps=2');
    await ready();
    expect(store.getState().playWhenReady).toBe(false);
  });
});
