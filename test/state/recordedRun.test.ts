import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Message, Request } from '../../src/worker/protocol';
import type { WorkerLike } from '../../src/worker/connection';
import type { RunFrame } from '../../src/engine/runReport';
import { MAX_HISTORY_BYTES, MAX_MOMENTS } from '../../src/state/history';
import type { PlaygroundState } from '../../src/state/playgroundState';
import { differingSettings, engineRun, isFirstRun, isOver, shownMoment } from '../../src/state/playgroundState';
import { writeRecording } from '../../src/state/recording/write';
import type { PlaygroundStore } from '../../src/state/runStore';
import { createPlayground } from '../../src/state/runStore';
import { SERIES_CAP } from '../../src/state/series';
import { defaultSettings } from '../../src/state/settings';
import { readLink } from '../../src/state/shareLink';
import { createFakeRun } from '../worker/fakeRun';
import type { FakeOptions } from '../worker/fakeServer';
import { fakeWorker } from '../worker/fakeServer';
import { sampleRecording } from './recording/sample';

let store: PlaygroundStore;
const QUERY = '?generator-steps=8&student-steps=4&observation-per-class=2';
const SETTINGS = readLink(QUERY).settings;

function create(search: string, spawn: () => WorkerLike): PlaygroundStore {
  store = createPlayground({
    link: readLink(search),
    baseUrl: 'http://localhost/',
    spawn,
    versions: { playground: '9.9', tfjs: '4.22' },
    afterPaint: (callback) => queueMicrotask(callback),
    liveDelay: 1,
    configureDelay: 1,
    momentDelay: 2,
  });
  return store;
}
const open = (search = QUERY, options: FakeOptions = {}) => create(search, () => fakeWorker(options));
const shipped = () => writeRecording(sampleRecording(SETTINGS));
const until = (holds: (state: PlaygroundState) => boolean) =>
  vi.waitFor(
    () => {
      if (!holds(store.getState())) throw new Error('not yet');
    },
    { timeout: 10_000, interval: 1 },
  );
const ready = () => until(({ status, engine }) => status === 'ready' && engine === 'ready');
const file = (text: string, name = 'run.json') => new File([text], name);

afterEach(() => store.actions.dispose());

describe('the recorded run that comes with the page', () => {
  it('is there before the engine, with a layer chosen, and stays while the engine gets ready', async () => {
    open();
    expect(await store.actions.showShipped(await shipped())).toBe(true);
    const { recorded, overview, history, layer, engine } = store.getState();
    expect(recorded).toMatchObject({ file: null, backend: 'wasm', dataset: 'Shapes', settings: SETTINGS });
    expect({ engine, moments: history.length, layer }).toEqual({
      engine: 'starting',
      moments: 12,
      layer: overview!.network.layers.length - 1,
    });
    expect(isOver(store.getState())).toBe(true);
    store.actions.start();
    await ready();
    await until(({ behind }) => behind!.live !== null);
    expect(store.getState()).toMatchObject({ recorded, history });
    expect(engineRun(store.getState()).history).toHaveLength(1);
    store.actions.view(history[2]);
    expect(shownMoment(store.getState())).toBe(history[2]);
  });

  it('gives way to the engine when Play is pressed', async () => {
    open();
    await store.actions.showShipped(await shipped());
    store.actions.start();
    await ready();
    await until(({ behind }) => behind!.live !== null);
    store.actions.play();
    expect(store.getState()).toMatchObject({ recorded: null, behind: null, viewing: null });
    await until(({ status }) => status === 'finished');
    expect(store.getState().generatorLosses.fdda!.last!.step).toBe(8);
    expect(store.getState().history[0].phase).toBe('prepare');
  });

  it('stays until the engine has its own first pictures when Play was pressed early', async () => {
    open(QUERY, { prepareMs: 10 });
    await store.actions.showShipped(await shipped());
    store.actions.start();
    const seen: boolean[] = [];
    const unsubscribe = store.subscribe(({ recorded, live }) => seen.push(recorded !== null || live !== null));
    store.actions.play();
    expect(store.getState()).toMatchObject({ playWhenReady: true });
    expect(store.getState().recorded).not.toBeNull();
    await until(({ recorded, status }) => recorded === null && status === 'finished');
    unsubscribe();
    expect(seen.every(Boolean)).toBe(true);
  });

  it('gives way to another one that is asked for, from which there is a way back', async () => {
    open();
    await store.actions.showShipped(await shipped());
    store.actions.start();
    await ready();
    await until(({ behind }) => behind!.live !== null);
    expect(isFirstRun(store.getState().recorded!)).toBe(true);
    const other = { ...sampleRecording({ ...SETTINGS, seed: 3 }), dataset: 'Photographs' };
    await store.actions.openShipped('Photographs', await writeRecording(other, { withhold: true }));
    const { recorded, overview, trouble } = store.getState();
    expect(recorded).toMatchObject({ file: null, dataset: 'Photographs', settings: { seed: 3 } });
    expect(isFirstRun(recorded!)).toBe(false);
    expect(overview!.calibration.images.withheld).toBe(true);
    expect(trouble).toBeNull();
    await store.actions.openShipped('Photographs', null);
    expect(store.getState()).toMatchObject({
      recorded: { dataset: 'Photographs' },
      trouble: { kind: 'recording', name: 'Photographs', problem: { kind: 'notLoaded' } },
    });
    store.actions.showLive();
    expect(store.getState().recorded).toBeNull();
  });

  it('is not shown for other settings than its own, nor when the engine was faster', async () => {
    open(`${QUERY}&seed=2`);
    expect(await store.actions.showShipped(await shipped())).toBe(false);
    expect(store.getState()).toMatchObject({ recorded: null, overview: null });
    store.actions.dispose();
    open();
    store.actions.start();
    await ready();
    store.actions.play();
    expect(await store.actions.showShipped(await shipped())).toBe(false);
    expect(store.getState().recorded).toBeNull();
  });

  it('says where it differs when settings are changed; the engine prepares for those', async () => {
    open();
    await store.actions.showShipped(await shipped());
    store.actions.start();
    await ready();
    store.actions.setSetting('seed', 5);
    expect(differingSettings(store.getState())).toEqual(['seed']);
    await until((state) => engineRun(state).overview?.settings.seed === 5);
    expect(store.getState().recorded!.settings.seed).toBe(1);
    store.actions.reset();
    await until(({ recorded }) => recorded === null);
    expect(store.getState().overview!.settings.seed).toBe(5);
  });

  it('that cannot be read leaves the page as it was', async () => {
    open();
    await expect(store.actions.showShipped('{"format":')).rejects.toThrow();
    expect(store.getState()).toMatchObject({ recorded: null, trouble: null, history: [] });
  });
});

describe('a run as a file', () => {
  it('is saved and opened again; the run that was there comes back', async () => {
    open();
    store.actions.start();
    await ready();
    expect(store.getState().recorded).toBeNull();
    store.actions.play();
    await until(({ status }) => status === 'finished');
    const { history, overview } = store.getState();
    const saved = (await store.actions.saveRecording())!;
    expect(saved.name).toBe('fdda-run-seed1-w2a3.json');
    await store.actions.openRecording(file(saved.text, saved.name));
    const { recorded, history: shown } = store.getState();
    expect(recorded).toMatchObject({
      file: saved.name,
      settings: SETTINGS,
      versions: { playground: '9.9', tfjs: '4.22' },
      finished: true,
      backend: 'wasm',
    });
    expect(shown.map(({ phase, step }) => [phase, step])).toEqual(history.map(({ phase, step }) => [phase, step]));
    expect(shown.at(-1)!.accuracy).toEqual(
      history.at(-1)!.accuracy.map((row) => ({
        ...row,
        accuracy: expect.closeTo(row.accuracy!, 5) as number,
        curve: expect.any(Array) as [],
      })),
    );
    // Saved once more, now as a recorded run, it says the same.
    const again = JSON.parse((await store.actions.saveRecording())!.text) as { written: string; moments: unknown };
    expect(again).toMatchObject({
      written: recorded!.written,
      moments: (JSON.parse(saved.text) as typeof again).moments,
    });
    store.actions.showLive();
    expect(store.getState()).toMatchObject({ recorded: null, behind: null, status: 'finished' });
    expect(store.getState().history).toBe(history);
    expect(store.getState().overview).toBe(overview);
  });

  it('that is malformed says what is wrong, and everything else stays', async () => {
    open();
    store.actions.start();
    await ready();
    const { trouble: _, ...before } = store.getState();
    for (const [text, problem] of [
      ['{"a":1}', { kind: 'foreign' }],
      ['', { kind: 'empty' }],
      [(await shipped()).slice(0, 5000), { kind: 'truncated' }],
    ] as const) {
      await store.actions.openRecording(file(text));
      const { trouble, ...after } = store.getState();
      expect(trouble).toEqual({ kind: 'recording', name: 'run.json', problem });
      expect(after).toEqual(before);
    }
    await store.actions.openRecording({
      name: 'gone.json',
      size: 3,
      text: () => Promise.reject(new Error('no such file')),
    } as unknown as File);
    expect(store.getState().trouble).toMatchObject({ problem: { kind: 'unreadable', detail: 'no such file' } });
    await store.actions.openRecording({ name: 'huge.json', size: 2 ** 30 } as unknown as File);
    expect(store.getState().trouble).toMatchObject({ problem: { kind: 'tooLarge' } });
  });

  it('cannot be made of nothing', async () => {
    open();
    expect(await store.actions.saveRecording()).toBeNull();
  });
});

describe('the timeline', () => {
  it('plays every moment in its order, then stands at the end', async () => {
    open();
    await store.actions.showShipped(await shipped());
    const { history } = store.getState();
    const shown: (number | null)[] = [];
    const unsubscribe = store.subscribe(
      ({ viewing }) => shown.at(-1) !== (viewing?.id ?? null) && shown.push(viewing?.id ?? null),
    );
    store.actions.replay();
    expect(store.getState()).toMatchObject({ replaying: true, viewing: history[0] });
    await until(({ replaying }) => !replaying);
    unsubscribe();
    expect(shown).toEqual([...history.slice(0, -1).map(({ id }) => id), null]);
  });

  it('goes on from where it was stopped, and steps by hand', async () => {
    open();
    await store.actions.showShipped(await shipped());
    const { history } = store.getState();
    store.actions.view(history[5]);
    store.actions.replay();
    expect(store.getState().viewing).toBe(history[5]);
    store.actions.stopReplay();
    const { viewing } = store.getState();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(store.getState()).toMatchObject({ viewing, replaying: false });
    store.actions.view(history[9]);
    store.actions.viewNext();
    expect(store.getState().viewing).toBe(history[10]);
    store.actions.viewNext();
    expect(store.getState().viewing).toBeNull();
    store.actions.viewNext();
    expect(store.getState().viewing).toBe(history[0]);
  });
});

describe('a run of thousands of frames', () => {
  it('stays within its bounds: moments, their memory, and losses', async () => {
    const settings = defaultSettings();
    const fake = createFakeRun({ ...settings, observationPerClass: 2 });
    const snapshot = fake.snapshot(1, settings);
    let post: (message: Message) => void = () => undefined;
    const worker: WorkerLike = {
      onmessage: null,
      onerror: null,
      onmessageerror: null,
      terminate: () => undefined,
      postMessage: (request: Request) => {
        if (request.type === 'initialize') {
          post({ type: 'overview', runId: request.runId, overview: fake.overview });
          post({
            type: 'reply',
            id: request.id,
            value: { backend: 'wasm', backends: [], networkName: 'x', bundled: true },
          });
        }
      },
    };
    post = (data) => worker.onmessage?.({ data } as MessageEvent<Message>);
    create('', () => worker);
    store.actions.start();
    await until(({ engine }) => engine === 'ready');
    const FRAMES = 4000;
    for (let i = 1; i <= FRAMES; i++) {
      const generating = i <= FRAMES / 2;
      const frame: RunFrame = {
        phase: generating ? 'generator' : 'student',
        arm: 'fdda',
        step: i,
        steps: FRAMES,
        elapsedSeconds: i / 10,
        secondsPerStep: 0.1,
        remainingSeconds: 1,
        fraction: i / FRAMES,
        accuracy: [],
        generator: generating ? [fake.generatorSample(i, settings)] : [],
        student: generating ? [] : [fake.studentSample('fdda', i, settings)],
        // As large as the page gets them.
        synthetic: [{ ...snapshot, step: i, images: { ...snapshot.images, rgba: snapshot.images.rgba.slice() } }],
      };
      post({ type: 'frame', runId: 1, sequence: i, frame });
    }
    const { history, generatorLosses, studentLosses } = store.getState();
    expect(history.at(-1)!.step).toBe(FRAMES);
    expect(history.length).toBeGreaterThan(MAX_MOMENTS / 2);
    expect(history.length).toBeLessThanOrEqual(MAX_MOMENTS);
    const bytes = [...new Set(history.map(({ synthetic }) => synthetic.fdda!))].reduce(
      (sum, { images }) => sum + images.rgba.byteLength,
      0,
    );
    expect(bytes).toBeLessThanOrEqual(MAX_HISTORY_BYTES);
    for (const series of [generatorLosses.fdda!, studentLosses.fdda!]) {
      expect(series.items.length).toBeLessThanOrEqual(SERIES_CAP);
      expect(series.items.length).toBeGreaterThan(SERIES_CAP / 4);
    }
    expect(studentLosses.fdda!.last!.step).toBe(FRAMES);
    // And the file of it is of a sensible size.
    const saved = (await store.actions.saveRecording())!;
    expect(saved.text.length).toBeLessThan(4 * 2 ** 20);
  });
});
