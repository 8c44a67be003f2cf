import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunFrame } from '../../src/engine/runReport';
import type { Message, Request } from '../../src/worker/protocol';
import type { WorkerLike } from '../../src/worker/connection';
import { engineRun, type PlaygroundState } from '../../src/state/playgroundState';
import { createPlayground, type PlaygroundStore } from '../../src/state/runStore';
import { readLink } from '../../src/state/shareLink';
import { fakeWorker, type FakeOptions } from '../worker/fakeServer';

let store: PlaygroundStore;
let workers: WorkerLike[];
let sent: Request[];

function open(search = '?generator-steps=60&student-steps=4', options: FakeOptions = { stepMs: 2 }) {
  workers = [];
  sent = [];
  store = createPlayground({
    link: readLink(search),
    baseUrl: 'http://localhost/',
    spawn: () => {
      const worker = fakeWorker(options);
      const post = worker.postMessage.bind(worker);
      worker.postMessage = (message, transfer) => {
        if (message.type !== 'acknowledge') sent.push(message);
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
}
afterEach(() => store.actions.dispose());

const until = (holds: (state: PlaygroundState) => boolean) =>
  vi.waitFor(
    () => {
      if (!holds(store.getState())) throw new Error('not yet');
    },
    { timeout: 15_000, interval: 2 },
  );
const ready = () => until(({ status, engine }) => status === 'ready' && engine === 'ready');
const die = () => workers.at(-1)!.onerror?.({ message: 'boom', preventDefault: () => undefined } as ErrorEvent);
const last = <T extends Request['type']>(type: T) =>
  sent.findLast((each) => each.type === type) as Extract<Request, { type: T }>;
const generatorSteps = () => engineRun(store.getState()).generatorLosses.fdda!.items.map(({ step }) => step);

describe('an engine that dies', () => {
  it('in mid-run is replaced by one that goes on from the last snapshot, with what was changed meanwhile', async () => {
    open();
    await ready();
    store.actions.play();
    await until(({ rescueStep }) => rescueStep !== null && rescueStep >= 10);
    store.actions.setSetting('generatorLearningRate', 0.002);
    await until(({ applied }) => applied.generatorLearningRate === 0.002);
    const { run, applied } = store.getState();
    die();
    const { rescueStep } = store.getState();
    expect(store.getState()).toMatchObject({
      engine: 'starting',
      trouble: { kind: 'death', reason: 'crashed', detail: 'boom', then: 'goesOn' },
    });
    await until(({ status }) => status === 'running');
    expect(last('initialize')).toMatchObject({
      resumed: { snapshot: { step: rescueStep }, live: { generatorLearningRate: 0.002 } },
    });
    expect(last('initialize').settings.generatorLearningRate).not.toBe(0.002);
    await until(({ status }) => status === 'finished');
    // It is the same run, its curve is whole, and what happened can still be read.
    expect(store.getState()).toMatchObject({ run, applied, trouble: { then: 'goesOn' } });
    expect(generatorSteps()).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    const times = store.getState().history.map(({ elapsedSeconds }) => elapsedSeconds);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(workers).toHaveLength(2);
  });

  it('while its run stands still leaves it where it stands', async () => {
    open();
    await ready();
    store.actions.play();
    await until(({ rescueStep }) => rescueStep !== null);
    store.actions.pause();
    await until(({ status }) => status === 'paused');
    const { position, history } = store.getState();
    die();
    expect(store.getState().history.length).toBeGreaterThanOrEqual(history.length - 1);
    await until(({ status, replacing }) => status === 'paused' && !replacing);
    expect(store.getState().position!.step).toBe(position!.step);
    store.actions.play();
    await until(({ status }) => status === 'finished');
  });

  it('before there is a snapshot begins anew, and plays if it played', async () => {
    open('?generator-steps=4&student-steps=2', { stepMs: 40 });
    await ready();
    store.actions.play();
    await until(({ position }) => (position?.step ?? 0) > 0);
    die();
    expect(store.getState().trouble).toMatchObject({ then: 'begins' });
    await until(({ status }) => status === 'finished');
    expect(last('initialize').resumed).toBeUndefined();
    expect(store.getState().run).toBe(2);
  });

  it('three times without getting further is left to the user, who may go on or begin anew', async () => {
    open();
    await ready();
    store.actions.play();
    await until(({ rescueStep }) => rescueStep !== null);
    store.actions.pause();
    await until(({ status }) => status === 'paused');
    for (let i = 0; i < 3; i++) {
      expect(store.getState().engine).toBe('ready');
      die();
      if (i < 2) await until(({ status, replacing }) => status === 'paused' && !replacing);
    }
    expect(store.getState()).toMatchObject({ engine: 'dead', trouble: { kind: 'death', then: 'waits' } });
    expect(workers).toHaveLength(3);
    const before = sent.length;
    store.actions.play();
    store.actions.reset();
    store.actions.setSetting('seed', 78);
    expect(sent).toHaveLength(before);
    store.actions.goOn();
    await until(({ status }) => status === 'finished');
    expect(last('initialize').resumed).toBeDefined();
    store.actions.restartEngine();
    await ready();
    expect(last('initialize').resumed).toBeUndefined();
    expect(store.getState().overview!.settings.seed).toBe(78);
  });

  it('with a recorded run on the page goes on behind it', async () => {
    open();
    await ready();
    store.actions.play();
    await until(({ status }) => status === 'finished');
    const saved = (await store.actions.saveRecording())!;
    await store.actions.openRecording(new File([saved.text], 'mine.json'));
    expect(store.getState().recorded).not.toBeNull();
    die();
    await until(({ replacing, engine }) => !replacing && engine === 'ready');
    expect(store.getState().recorded?.file).toBe('mine.json');
  });
});

describe('files of the user’s', () => {
  /** A worker that takes any file; it says nothing else. */
  function takingFiles() {
    const answer = (message: Request, post: (message: Message) => void) => {
      if (message.type !== 'loadNetwork' && message.type !== 'loadImages') return false;
      const value = {
        backend: 'wasm' as const,
        backends: [],
        networkName: 'mine',
        bundled: false,
        ...(message.type === 'loadImages'
          ? { ownImages: { classes: ['a', 'b'], calibration: 2, test: 2, notes: [] } }
          : {}),
      };
      post({ type: 'reply', id: message.id, value });
      return true;
    };
    open();
    const spawned = workers;
    const take = (worker: WorkerLike) => {
      const post = worker.postMessage.bind(worker);
      worker.postMessage = (message, transfer) => {
        sent.push(message);
        if (!answer(message, (data) => queueMicrotask(() => worker.onmessage?.({ data } as MessageEvent<Message>))))
          post(message, transfer);
      };
    };
    return { spawned, take };
  }

  it('are opened again for the engine that goes on', async () => {
    const { take } = takingFiles();
    await ready();
    take(workers[0]);
    const push = workers.push.bind(workers);
    workers.push = (...added) => {
      added.forEach(take);
      return push(...added);
    };
    const file = (name: string) => ({ path: name, file: new File([name], name) });
    await store.actions.loadNetwork([file('model.json')], { output: 'logits' });
    await store.actions.loadImages([file('a/1.png'), file('b/1.png')]);
    const say = (data: Message) => workers[0].onmessage!({ data } as MessageEvent<Message>);
    const { runId } = last('loadImages');
    const snapshot = { stage: 1, step: 7, stages: {}, ptqRanges: null, elapsedSeconds: 1, doneMacs: 0 };
    say({ type: 'snapshot', runId, snapshot });
    sent = [];
    die();
    await until(({ replacing }) => !replacing);
    const asked = sent.filter(({ type }) => type !== 'acknowledge').map(({ type }) => type);
    expect([...new Set(asked)]).toEqual(['initialize', 'loadNetwork', 'loadImages', 'configure']);
    expect(last('loadNetwork')).toMatchObject({ files: [{ name: 'model.json' }], options: { output: 'logits' } });
    expect(last('loadImages').files.map(({ name }) => name)).toEqual(['a/1.png', 'b/1.png']);
    expect(last('configure').resumed?.snapshot).toEqual(snapshot);
  });
});

describe('a page without memory', () => {
  it('pauses the run, gives up moments, and says so; the run can be gone on with', async () => {
    open('?generator-steps=900&student-steps=4');
    await ready();
    store.actions.play();
    await until(({ history }) => history.length > 8);
    const { history } = store.getState();
    const say = (data: Message) => workers[0].onmessage!({ data } as MessageEvent<Message>);
    const greedy = {
      get synthetic(): never {
        throw new RangeError('Array buffer allocation failed');
      },
      generator: [],
      student: [],
    } as unknown as RunFrame;
    say({ type: 'frame', runId: last('play').runId, sequence: 9999, frame: greedy });
    expect(store.getState().trouble).toEqual({ kind: 'pageMemory' });
    expect(store.getState().history.length).toBeLessThan(history.length / 2);
    await until(({ status }) => status === 'paused');
    store.actions.play();
    await until(({ status }) => status === 'finished');
    expect(store.getState().trouble).toBeNull();
  });
});
