import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Message, Request } from '../../../src/worker/protocol';
import type { WorkerLike } from '../../../src/worker/connection';
import type { ComparisonState, ComparisonStore } from '../../../src/state/compare/comparison';
import { createComparison } from '../../../src/state/compare/comparison';
import { MAX_KEPT } from '../../../src/state/compare/keptRun';
import type { PlaygroundState } from '../../../src/state/playgroundState';
import type { PlaygroundStore } from '../../../src/state/runStore';
import { createPlayground } from '../../../src/state/runStore';
import { readLink } from '../../../src/state/shareLink';
import type { FakeOptions } from '../../worker/fakeServer';
import { fakeWorker } from '../../worker/fakeServer';

let store: PlaygroundStore;
let comparison: ComparisonStore;
let worker: WorkerLike;
/** Configure requests of these seeds are refused. */
let refused: number[] = [];

async function open(search = '?generator-steps=4&student-steps=4&seed=5', options: FakeOptions = {}): Promise<void> {
  refused = [];
  store = createPlayground({
    link: readLink(search),
    baseUrl: 'http://localhost/',
    afterPaint: (callback) => queueMicrotask(callback),
    liveDelay: 1,
    configureDelay: 1,
    spawn: () => {
      const made = fakeWorker(options);
      worker = made;
      const post = made.postMessage.bind(made);
      made.postMessage = (message: Request, transfer) => {
        if (message.type === 'configure' && refused.includes(message.settings.seed)) {
          const failure: Message = {
            type: 'failure',
            id: message.id,
            runId: message.runId,
            failure: { code: 'settings', message: 'No such seed.', hint: '' },
          };
          return queueMicrotask(() => made.onmessage?.({ data: failure } as MessageEvent<Message>));
        }
        post(message, transfer);
      };
      return made;
    },
  });
  comparison = createComparison(store);
  store.actions.start();
  await until(({ status, engine }) => status === 'ready' && engine === 'ready');
}

const until = (holds: (state: PlaygroundState) => boolean) =>
  vi.waitFor(
    () => {
      if (!holds(store.getState())) throw new Error('not yet');
    },
    { timeout: 8000, interval: 2 },
  );
const untilSeries = (holds: (series: NonNullable<ComparisonState['series']>) => boolean) =>
  vi.waitFor(
    () => {
      const { series } = comparison.getState();
      if (!series || !holds(series)) throw new Error('not yet');
      return series;
    },
    { timeout: 8000, interval: 2 },
  );
const ended = () => untilSeries(({ state }) => state !== 'running');
const finish = async () => {
  store.actions.play();
  await until(({ status }) => status === 'finished');
};
const seedsOf = (results: readonly { settings: { seed: number } }[]) => results.map(({ settings }) => settings.seed);

afterEach(() => {
  comparison.actions.dispose();
  store.actions.dispose();
});

describe('pinning', () => {
  it('needs a run that has begun and stands still', async () => {
    await open('?generator-steps=200', { stepMs: 1 });
    comparison.actions.pin();
    expect(comparison.getState().pinned).toBeNull();
    store.actions.play();
    await until(({ status }) => status === 'running');
    comparison.actions.pin();
    expect(comparison.getState().pinned).toBeNull();
    store.actions.pause();
    await until(({ status }) => status === 'paused');
    comparison.actions.pin();
    expect(comparison.getState().pinned).toMatchObject({ finished: false, settings: { seed: 1 } });
    comparison.actions.unpin();
    expect(comparison.getState().pinned).toBeNull();
  });

  it('keeps the run while the page goes on to another', async () => {
    await open();
    await finish();
    comparison.actions.pin();
    const { live, overview } = store.getState();
    store.actions.setSetting('weightBits', 4);
    store.actions.reset();
    await until(({ run, status }) => run === 2 && status === 'ready');
    await finish();
    const { pinned } = comparison.getState();
    expect(pinned!.moment).toBe(live);
    expect(pinned!.overview).toBe(overview);
    expect(pinned!.settings.weightBits).toBe(2);
    expect(pinned!.generatorLosses.fdda!.last!.step).toBe(4);
    // Compared here: a matcher would first look into every image.
    expect(store.getState().live === live).toBe(false);
  });
});

describe('the table of results', () => {
  it('gets a row for each finished run, and keeps the latest ones’ data', async () => {
    await open('?generator-steps=1&student-steps=1');
    for (let run = 1; run <= MAX_KEPT + 1; run++) {
      await until((state) => state.run === run && state.status === 'ready' && !state.replacing);
      await finish();
      store.actions.reset();
    }
    const { results, kept } = comparison.getState();
    expect(results.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(results[0].accuracy).toMatchObject({ fullPrecision: { accuracy: 0.962, n: 2000 }, fdda: { n: 2000 } });
    expect(kept.map(({ run }) => run)).toEqual([2, 3, 4, 5, 6, 7]);
    comparison.actions.pinResult(1);
    expect(comparison.getState().pinned).toBeNull();
    comparison.actions.pinResult(3);
    expect(comparison.getState().pinned!.run).toBe(3);
  });

  it('leaves out runs that did not get to their end', async () => {
    await open('?generator-steps=200', { stepMs: 1 });
    store.actions.play();
    await until(({ status }) => status === 'running');
    store.actions.reset();
    await until(({ run, status }) => run === 2 && status === 'ready');
    expect(comparison.getState().results).toEqual([]);
  });
});

describe('a repetition over seeds', () => {
  it('runs each seed, gathers the results, and gives the seed back', async () => {
    await open();
    comparison.actions.repeat(3);
    expect(comparison.getState().series).toMatchObject({ state: 'running', seeds: [5, 6, 7] });
    const series = await ended();
    expect(series.state).toBe('finished');
    expect(seedsOf(series.results)).toEqual([5, 6, 7]);
    expect(comparison.getState().results).toEqual(series.results);
    expect(store.getState().settings.seed).toBe(5);
    expect(store.getState().overview!.settings.seed).toBe(7);
    expect(store.getState().status).toBe('finished');
  });

  it('does not begin while a run is going, nor twice', async () => {
    await open('?generator-steps=200', { stepMs: 1 });
    store.actions.play();
    await until(({ status }) => status === 'running');
    comparison.actions.repeat(2);
    expect(comparison.getState().series).toBeNull();
    store.actions.pause();
    await until(({ status }) => status === 'paused');
    comparison.actions.repeat(2);
    comparison.actions.repeat(4);
    expect(comparison.getState().series!.seeds).toHaveLength(2);
  });

  it('canceled keeps what is finished, stops the run, and gives the seed back', async () => {
    await open('?generator-steps=20&student-steps=4&seed=5', { stepMs: 1 });
    comparison.actions.repeat(4);
    await untilSeries(({ results }) => results.length === 1);
    await until((state) => state.status === 'running' && state.overview?.settings.seed === 6);
    comparison.actions.cancelRepeat();
    expect(comparison.getState().series).toMatchObject({ state: 'cancelled' });
    expect(seedsOf(comparison.getState().series!.results)).toEqual([5]);
    expect(store.getState().settings.seed).toBe(5);
    await until(({ status }) => status === 'paused');
  });

  it('canceled while the next seed is being prepared leaves the page ready with the user’s seed', async () => {
    await open('?generator-steps=2&student-steps=2&seed=5', { prepareMs: 15 });
    comparison.actions.repeat(3);
    await untilSeries(({ results }) => results.length === 1);
    await until(({ replacing }) => replacing);
    comparison.actions.cancelRepeat();
    await until(
      (state) => state.status === 'ready' && !state.replacing && state.overview?.settings.seed === 5 && state.run > 3,
    );
    expect(store.getState().playWhenReady).toBe(false);
    expect(seedsOf(comparison.getState().series!.results)).toEqual([5]);
  });

  it('waits while it is paused and goes on with Play', async () => {
    await open('?generator-steps=60&student-steps=2', { stepMs: 1 });
    comparison.actions.repeat(2);
    await until(({ status, position }) => status === 'running' && position?.phase === 'generator');
    store.actions.pause();
    await until(({ status }) => status === 'paused');
    expect(comparison.getState().series!.state).toBe('running');
    store.actions.play();
    expect((await ended()).state).toBe('finished');
  });

  it('ends when a setting is changed, and does not take the change away', async () => {
    await open('?generator-steps=100&student-steps=2&seed=5', { stepMs: 1 });
    comparison.actions.repeat(3);
    await until(({ status }) => status === 'running');
    store.actions.setSetting('weightBits', 4);
    expect(comparison.getState().series).toMatchObject({ state: 'interrupted', results: [] });
    expect(store.getState().settings).toMatchObject({ weightBits: 4, seed: 5 });
  });

  it('ends when the user chooses a seed, and leaves that one', async () => {
    await open('?generator-steps=100&student-steps=2&seed=5', { stepMs: 1 });
    comparison.actions.repeat(3);
    await until(({ status }) => status === 'running');
    store.actions.setSetting('seed', 40);
    expect(comparison.getState().series!.state).toBe('interrupted');
    expect(store.getState().settings.seed).toBe(40);
  });

  it('ends when the run is replaced by hand', async () => {
    await open('?generator-steps=100&student-steps=2&seed=5', { stepMs: 1 });
    comparison.actions.repeat(3);
    await until(({ status }) => status === 'running');
    store.actions.useBackend('webgl');
    expect(comparison.getState().series!.state).toBe('interrupted');
    await until(({ backend }) => backend === 'webgl');
    expect(store.getState().settings.seed).toBe(5);
  });

  it('ends when a run breaks down, with what was finished', async () => {
    await open('?generator-steps=12&student-steps=2&seed=5', { notFiniteAt: 9, stepMs: 1 });
    comparison.actions.repeat(3);
    const series = await ended();
    expect(series).toMatchObject({ state: 'failed', results: [] });
    expect(store.getState()).toMatchObject({ status: 'failed', settings: { seed: 5 } });
    expect(store.getState().trouble).toMatchObject({ failure: { code: 'notFinite' } });
  });

  it('ends when the next seed is refused, with what was finished', async () => {
    await open();
    refused = [7];
    comparison.actions.repeat(4);
    const series = await ended();
    expect(series.state).toBe('failed');
    expect(seedsOf(series.results)).toEqual([5, 6]);
    expect(store.getState()).toMatchObject({
      settings: { seed: 5 },
      trouble: { failure: { message: 'No such seed.' } },
    });
  });

  it('goes on when the engine is lost in the middle of a run of which there is a snapshot', async () => {
    await open('?generator-steps=30&student-steps=2&seed=5', { stepMs: 5 });
    comparison.actions.repeat(3);
    await untilSeries(({ results }) => results.length === 1);
    await until((state) => state.status === 'running' && state.applied.seed === 6 && state.rescueStep !== null);
    worker.onerror?.({ message: 'boom', preventDefault: () => undefined } as ErrorEvent);
    expect(comparison.getState().series).toMatchObject({ state: 'running' });
    expect(seedsOf((await ended()).results)).toEqual([5, 6, 7]);
  });

  it('ends when the engine is lost before there is a snapshot, and another can begin with a new engine', async () => {
    await open('?generator-steps=4&student-steps=2&seed=5', { stepMs: 30 });
    comparison.actions.repeat(3);
    await untilSeries(({ results }) => results.length === 1);
    await until((state) => state.status === 'running' && state.overview?.settings.seed === 6);
    worker.onerror?.({ message: 'boom', preventDefault: () => undefined } as ErrorEvent);
    expect(comparison.getState().series).toMatchObject({ state: 'failed' });
    expect(store.getState().settings.seed).toBe(5);
    store.actions.pause();
    await until(({ status, engine }) => status === 'ready' && engine === 'ready');
    comparison.actions.repeat(2);
    expect(seedsOf((await ended()).results)).toEqual([5, 6]);
  });
});
