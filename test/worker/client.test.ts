import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunFrame, RunOverview } from '../../src/engine/runReport';
import type { Message, Request } from '../../src/worker/protocol';
import type { ClientEvents, ClientOptions, WorkerLike } from '../../src/worker/connection';
import { EngineClient } from '../../src/worker/client';
import { EngineFailure, EngineGone } from '../../src/worker/connection';
import { defaultSettings } from '../../src/state/settings';

/** A worker that the test plays by hand. */
class HandWorker implements WorkerLike {
  sent: Request[] = [];
  terminated = false;
  onmessage: WorkerLike['onmessage'] = null;
  onerror: WorkerLike['onerror'] = null;
  onmessageerror: WorkerLike['onmessageerror'] = null;
  postMessage(message: Request): void {
    this.sent.push(message);
  }
  terminate(): void {
    this.terminated = true;
  }
  say(message: Message): void {
    this.onmessage?.({ data: message } as MessageEvent<Message>);
  }
  last<T extends Request['type']>(type: T): Extract<Request, { type: T }> {
    return this.sent.filter((each) => each.type === type).at(-1) as Extract<Request, { type: T }>;
  }
}

const settings = defaultSettings();
const overview = { settings } as RunOverview;
const frame = (step: number) => ({ step }) as RunFrame;
const start = { settings, baseUrl: 'http://localhost/', backend: null, remembered: null, without: [] };

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

function setUp(options: Partial<ClientOptions> = {}) {
  const workers: HandWorker[] = [];
  const events = {
    overview: vi.fn(),
    moved: vi.fn(),
    remark: vi.fn(),
    backends: vi.fn(),
    frame: vi.fn(),
    status: vi.fn(),
    progress: vi.fn(),
    failure: vi.fn(),
    snapshot: vi.fn(),
    death: vi.fn(),
    silence: vi.fn(),
  } satisfies ClientEvents;
  const painted: (() => void)[] = [];
  const client = new EngineClient({
    spawn: () => {
      const worker = new HandWorker();
      workers.push(worker);
      return worker;
    },
    events,
    afterPaint: (callback) => painted.push(callback),
    ...options,
  });
  const paint = () => painted.splice(0).forEach((callback) => callback());
  /** Brings the first run up. */
  const ready = async () => {
    const reply = client.initialize(start);
    const request = workers[0].last('initialize');
    workers[0].say({ type: 'overview', runId: request.runId, overview });
    workers[0].say({ type: 'status', runId: request.runId, status: 'ready' });
    workers[0].say({
      type: 'reply',
      id: request.id,
      value: { backend: 'wasm', backends: [], networkName: 'n', bundled: true },
    });
    await reply;
    return request.runId;
  };
  return { client, workers, events, paint, painted, ready };
}

describe('requests and replies', () => {
  it('start the worker, and not before', async () => {
    const { client, workers } = setUp();
    expect(workers).toHaveLength(0);
    client.dispose();
    await expect(client.initialize(start)).rejects.toBeInstanceOf(EngineGone);
    expect(workers).toHaveLength(0);
    const other = setUp();
    await other.ready();
    expect(other.workers).toHaveLength(1);
  });

  it('resolves each request with the reply of its own id', async () => {
    const { client, workers, ready } = setUp();
    await ready();
    const [first, second] = [client.project(1, 'tsne'), client.project(2, 'umap')];
    const [a, b] = workers[0].sent.filter((each) => each.type === 'project');
    expect(a.id).not.toBe(b.id);
    const map = (layer: number) => ({ layer }) as never;
    workers[0].say({ type: 'reply', id: b.id, value: map(2) });
    workers[0].say({ type: 'reply', id: a.id, value: map(1) });
    expect(await first).toEqual({ layer: 1 });
    expect(await second).toEqual({ layer: 2 });
  });

  it('rejects with what was wrong and what to do', async () => {
    const { client, workers, ready } = setUp();
    await ready();
    const play = client.play();
    workers[0].say({
      type: 'failure',
      id: workers[0].last('play').id,
      runId: 1,
      failure: { code: 'settings', message: 'bad', hint: 'mend' },
    });
    await expect(play).rejects.toBeInstanceOf(EngineFailure);
    await expect(play).rejects.toMatchObject({ failure: { code: 'settings', message: 'bad', hint: 'mend' } });
  });

  it('forgets an aborted request, and its late answer with it', async () => {
    const { client, workers, ready } = setUp();
    await ready();
    const abort = new AbortController();
    const map = client.project(3, 'tsne', null, abort.signal);
    const { id } = workers[0].last('project');
    abort.abort();
    await expect(map).rejects.toMatchObject({ name: 'AbortError' });
    workers[0].say({ type: 'reply', id, value: null });
    await expect(client.project(3, 'tsne', null, abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(workers[0].sent.filter((each) => each.type === 'project')).toHaveLength(1);
  });

  it('hands the bytes of network files over instead of copying them', async () => {
    const { client, workers, ready } = setUp();
    await ready();
    const post = vi.spyOn(workers[0], 'postMessage');
    const bytes = new ArrayBuffer(8);
    void client.loadNetwork([{ name: 'model.json', bytes }], settings).catch(() => undefined);
    expect(post.mock.calls[0]).toEqual([expect.objectContaining({ type: 'loadNetwork' }), [bytes]]);
    client.dispose();
  });
});

describe('frames', () => {
  it('acknowledges a frame once, after it was painted', async () => {
    const { workers, events, paint, ready } = setUp();
    const runId = await ready();
    workers[0].say({ type: 'frame', runId, sequence: 7, frame: frame(1) });
    expect(events.frame).toHaveBeenCalledExactlyOnceWith(frame(1));
    expect(workers[0].last('acknowledge')).toBeUndefined();
    paint();
    paint();
    expect(workers[0].sent.filter((each) => each.type === 'acknowledge')).toEqual([
      { type: 'acknowledge', runId, sequence: 7 },
    ]);
  });

  it('acknowledges even when showing the frame fails, so that the run goes on', async () => {
    const { workers, events, paint, ready } = setUp();
    const runId = await ready();
    events.frame.mockImplementation(() => {
      throw new Error('drawing failed');
    });
    expect(() => workers[0].say({ type: 'frame', runId, sequence: 1, frame: frame(1) })).toThrow('drawing failed');
    paint();
    expect(workers[0].last('acknowledge')).toMatchObject({ sequence: 1 });
  });

  it('drops everything of a run that has ended', async () => {
    const { client, workers, events, paint, ready } = setUp();
    const old = await ready();
    const configured = client.configure(settings);
    const { runId, id } = workers[0].last('configure');
    expect(runId).not.toBe(old);
    workers[0].say({ type: 'overview', runId, overview });
    workers[0].say({ type: 'reply', id, value: null });
    await configured;
    vi.clearAllMocks();
    workers[0].say({ type: 'frame', runId: old, sequence: 3, frame: frame(3) });
    workers[0].say({ type: 'status', runId: old, status: 'finished' });
    workers[0].say({
      type: 'progress',
      runId: old,
      phase: 'p',
      fraction: null,
      said: { name: 'loadingBundled', values: [] },
    });
    workers[0].say({ type: 'overview', runId: old, overview });
    workers[0].say({ type: 'failure', id: null, runId: old, failure: { code: 'notFinite', message: '', hint: '' } });
    paint();
    for (const event of Object.values(events)) expect(event).not.toHaveBeenCalled();
    expect(workers[0].last('acknowledge')).toBeUndefined();
    workers[0].say({ type: 'frame', runId, sequence: 4, frame: frame(1) });
    expect(events.frame).toHaveBeenCalledOnce();
  });

  it('holds frames of the old run back while a new one is on its way, and drops them when it comes', async () => {
    const { client, workers, events, paint, ready } = setUp();
    const old = await ready();
    const configured = client.configure(settings);
    const { runId, id } = workers[0].last('configure');
    workers[0].say({ type: 'frame', runId: old, sequence: 5, frame: frame(9) });
    workers[0].say({ type: 'overview', runId, overview });
    workers[0].say({ type: 'reply', id, value: null });
    await configured;
    paint();
    expect(events.frame).not.toHaveBeenCalled();
    expect(workers[0].last('acknowledge')).toBeUndefined();
  });

  it('goes back to the run that was there when its replacement fails', async () => {
    const { client, workers, events, paint, ready } = setUp();
    const old = await ready();
    workers[0].say({ type: 'status', runId: old, status: 'running' });
    const loading = client.loadNetwork([], settings);
    const { id, runId } = workers[0].last('loadNetwork');
    workers[0].say({ type: 'status', runId, status: 'preparing' });
    expect(events.status).toHaveBeenLastCalledWith('preparing');
    workers[0].say({ type: 'frame', runId: old, sequence: 7, frame: frame(1) });
    expect(events.frame).not.toHaveBeenCalled();
    workers[0].say({ type: 'failure', id, runId, failure: { code: 'network', message: 'Softplus', hint: '' } });
    await expect(loading).rejects.toBeInstanceOf(EngineFailure);
    expect(events.status).toHaveBeenLastCalledWith('paused');
    expect(events.frame).toHaveBeenCalledExactlyOnceWith(frame(1));
    paint();
    expect(workers[0].last('acknowledge')).toMatchObject({ runId: old, sequence: 7 });
    workers[0].say({ type: 'frame', runId: old, sequence: 8, frame: frame(2) });
    paint();
    expect(workers[0].last('acknowledge')).toMatchObject({ runId: old, sequence: 8 });
    void client.play().catch(() => undefined);
    expect(workers[0].last('play').runId).toBe(old);
    client.dispose();
  });
});

describe('overviews', () => {
  it('tell a new run from the same one set up again', async () => {
    const { client, workers, events, ready } = setUp();
    const runId = await ready();
    expect(events.overview).toHaveBeenLastCalledWith(overview, true);
    workers[0].say({ type: 'overview', runId, overview });
    expect(events.overview).toHaveBeenLastCalledWith(overview, false);
    void client.configure(settings).catch(() => undefined);
    workers[0].say({ type: 'overview', runId: workers[0].last('configure').runId, overview });
    expect(events.overview).toHaveBeenLastCalledWith(overview, true);
    client.dispose();
  });
});

describe('death', () => {
  it('reports a crash once, rejects what waits, refuses more, and starts over on restart', async () => {
    const { client, workers, events, paint, ready } = setUp();
    const runId = await ready();
    workers[0].say({ type: 'frame', runId, sequence: 1, frame: frame(1) });
    const play = client.play();
    play.catch(() => undefined);
    workers[0].onerror?.({ message: 'out of memory', preventDefault: () => undefined } as ErrorEvent);
    await expect(play).rejects.toBeInstanceOf(EngineGone);
    expect(events.death).toHaveBeenCalledExactlyOnceWith('crashed', 'out of memory');
    expect(workers[0].terminated).toBe(true);
    await expect(client.pause()).rejects.toBeInstanceOf(EngineGone);
    paint();
    expect(workers[0].last('acknowledge')).toBeUndefined();

    client.restart();
    expect(workers).toHaveLength(2);
    const again = client.initialize(start);
    const request = workers[1].last('initialize');
    expect(request.runId).toBeGreaterThan(runId);
    workers[1].say({ type: 'overview', runId: request.runId, overview });
    workers[1].say({
      type: 'reply',
      id: request.id,
      value: { backend: 'wasm', backends: [], networkName: 'n', bundled: true },
    });
    await expect(again).resolves.toMatchObject({ backend: 'wasm' });
    workers[1].say({ type: 'frame', runId: request.runId, sequence: 1, frame: frame(1) });
    paint();
    expect(workers[1].last('acknowledge')).toMatchObject({ sequence: 1 });
  });

  it('takes a message that cannot be read for a death', async () => {
    const { workers, events, ready } = setUp();
    await ready();
    workers[0].onmessageerror?.({} as MessageEvent);
    expect(events.death).toHaveBeenCalledExactlyOnceWith('unreadable', '');
  });

  it('hears nothing from a worker that was replaced', async () => {
    const { client, workers, events, ready } = setUp();
    const runId = await ready();
    const { onmessage, onerror } = workers[0];
    client.restart();
    vi.clearAllMocks();
    onmessage?.({ data: { type: 'frame', runId, sequence: 1, frame: frame(1) } } as MessageEvent<Message>);
    onerror?.({ message: 'late' } as ErrorEvent);
    for (const event of Object.values(events)) expect(event).not.toHaveBeenCalled();
  });
});

describe('silence', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('says so when an answer is overdue, and when the engine speaks again', async () => {
    const { client, workers, events, ready } = setUp({ patience: 10 });
    const runId = await ready();
    vi.advanceTimersByTime(60_000);
    expect(events.silence).not.toHaveBeenCalled();
    const pause = client.pause();
    vi.advanceTimersByTime(9_000);
    expect(events.silence).not.toHaveBeenCalled();
    vi.advanceTimersByTime(3_000);
    expect(events.silence.mock.calls[0][0]).toBeGreaterThanOrEqual(10);
    workers[0].say({ type: 'status', runId, status: 'paused' });
    expect(events.silence).toHaveBeenLastCalledWith(0);
    workers[0].say({ type: 'reply', id: workers[0].last('pause').id, value: null });
    await pause;
    vi.clearAllMocks();
    vi.advanceTimersByTime(60_000);
    expect(events.silence).not.toHaveBeenCalled();
  });

  it('expects frames of a run that is going', async () => {
    const { workers, events, ready } = setUp({ patience: 10 });
    const runId = await ready();
    workers[0].say({ type: 'status', runId, status: 'running' });
    vi.advanceTimersByTime(12_000);
    expect(events.silence).toHaveBeenCalled();
    workers[0].say({ type: 'status', runId, status: 'finished' });
    vi.clearAllMocks();
    vi.advanceTimersByTime(60_000);
    expect(events.silence).not.toHaveBeenCalled();
  });
});

describe('an engine that is gone', () => {
  it('is known to be as soon as its lock is free', async () => {
    const free = deferred();
    const whenFree = vi.fn(() => free.promise);
    const { client, workers, events, ready } = setUp({ whenFree });
    const runId = await ready();
    workers[0].say({ type: 'alive', lock: 'engine-1' });
    expect(whenFree).toHaveBeenCalledExactlyOnceWith('engine-1', expect.any(AbortSignal));
    workers[0].say({ type: 'status', runId, status: 'running' });
    const pause = client.pause();
    free.resolve();
    await expect(pause).rejects.toBeInstanceOf(EngineGone);
    expect(events.death).toHaveBeenCalledExactlyOnceWith('vanished', '');
    expect(workers[0].terminated).toBe(true);
  });

  it('is not said to be when it was ended on purpose, nor where there are no locks', async () => {
    const signals: AbortSignal[] = [];
    const free = deferred();
    const whenFree = (_lock: string, signal: AbortSignal) => {
      signals.push(signal);
      return signals.length === 1 ? free.promise : Promise.reject(new Error('no locks'));
    };
    const { client, workers, events, ready } = setUp({ whenFree });
    await ready();
    workers[0].say({ type: 'alive', lock: 'engine-1' });
    client.restart();
    expect(signals[0].aborted).toBe(true);
    free.resolve();
    workers[1].say({ type: 'alive', lock: 'engine-2' });
    await Promise.resolve();
    await Promise.resolve();
    expect(events.death).not.toHaveBeenCalled();
  });
});

describe('an engine that says how long a step takes', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  async function running(seconds: number) {
    const all = setUp({ patience: 10 });
    const runId = await all.ready();
    all.workers[0].say({ type: 'status', runId, status: 'running' });
    all.workers[0].say({ type: 'beat', runId, seconds });
    return { ...all, runId };
  }

  it('is ended within 5 s of what it said', async () => {
    const { workers, events } = await running(2);
    vi.advanceTimersByTime(6000);
    expect(events.death).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(events.death).toHaveBeenCalledExactlyOnceWith('silent', '7');
    expect(workers[0].terminated).toBe(true);
  });

  it('has as long as it said, however long that is', async () => {
    const { workers, events, runId } = await running(300);
    vi.advanceTimersByTime(300_000);
    expect(events.death).not.toHaveBeenCalled();
    expect(events.silence).toHaveBeenCalled();
    workers[0].say({ type: 'beat', runId, seconds: 1 });
    expect(events.silence).toHaveBeenLastCalledWith(0);
    vi.advanceTimersByTime(8000);
    expect(events.death).toHaveBeenCalledOnce();
  });

  it('has all the time for a map or a task of the workbench', async () => {
    const { client, workers, events } = await running(1);
    const map = client.project(0, 'tsne');
    vi.advanceTimersByTime(120_000);
    expect(events.death).not.toHaveBeenCalled();
    workers[0].say({ type: 'reply', id: workers[0].last('project').id, value: null });
    await map;
    vi.advanceTimersByTime(6000);
    expect(events.death).toHaveBeenCalledOnce();
  });

  it('is not expected to speak while it stands still', async () => {
    const { workers, events, runId } = await running(1);
    workers[0].say({ type: 'status', runId, status: 'paused' });
    vi.advanceTimersByTime(600_000);
    expect(events.death).not.toHaveBeenCalled();
    expect(events.silence).not.toHaveBeenCalled();
  });

  it('may take long for its shaders, and longer to load a file', async () => {
    const { client, workers, events } = setUp({ patience: 10 });
    const gone = client.initialize(start).catch((error: unknown) => error);
    const { runId } = workers[0].last('initialize');
    const said = { name: 'loadingBundled', values: [] } as const;
    const progress = (phase: string) =>
      workers[0].say({ type: 'progress', runId, phase, fraction: null, said: said as never });
    progress('network');
    vi.advanceTimersByTime(900_000);
    progress('shaders');
    vi.advanceTimersByTime(120_000);
    expect(events.death).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10_000);
    expect(events.death).toHaveBeenCalledOnce();
    expect(await gone).toBeInstanceOf(EngineGone);
  });

  it('is not taken for dead when the machine slept', async () => {
    const { workers, events, runId } = await running(1);
    for (let night = 0; night < 5; night++) {
      vi.advanceTimersByTime(2000);
      // The clock goes on, timers do not; nor did the worker get anything done.
      vi.setSystemTime(Date.now() + 8 * 3600 * 1000);
      vi.advanceTimersByTime(2000);
      expect(events.death).not.toHaveBeenCalled();
      workers[0].say({ type: 'beat', runId, seconds: 1 });
    }
    // Set back, as clocks are.
    vi.setSystemTime(Date.now() - 3600 * 1000);
    vi.advanceTimersByTime(3000);
    expect(events.death).not.toHaveBeenCalled();
    // Awake it is watched as before.
    vi.advanceTimersByTime(6000);
    expect(events.death).toHaveBeenCalledOnce();
  });

  it('is not taken for dead when the timers of a hidden page come once a minute', async () => {
    const { events } = await running(1);
    const tick = vi.getTimerCount();
    expect(tick).toBe(1);
    for (let minute = 0; minute < 30; minute++) {
      // As if the ticks between had not come.
      vi.setSystemTime(Date.now() + 59_000);
      vi.advanceTimersByTime(1000);
    }
    expect(events.death).not.toHaveBeenCalled();
  });
});
