import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createComparison, type ComparisonStore } from '../../../src/state/compare/comparison';
import { StorageError, type Database } from '../../../src/state/kept/database';
import { createKeeper, type Keeper } from '../../../src/state/kept/keeper';
import { KEPT_VERSION } from '../../../src/state/kept/visits';
import type { PlaygroundState } from '../../../src/state/playgroundState';
import { createPlayground, type PlaygroundStore } from '../../../src/state/runStore';
import { readLink } from '../../../src/state/shareLink';
import { fakeWorker } from '../../worker/fakeServer';

/** What a browser keeps, as plain copies. */
class Memory implements Database {
  readonly values = new Map<string, unknown>();
  writes = 0;
  problem: StorageError | null = null;
  names = async () => [...this.values.keys()];
  get = async (name: string) => structuredClone(this.values.get(name));
  put = async (values: Readonly<Record<string, unknown>>) => {
    if (this.problem && Object.values(values).some((value) => value !== undefined)) throw this.problem;
    this.writes++;
    for (const [name, value] of Object.entries(values))
      if (value === undefined) this.values.delete(name);
      else this.values.set(name, structuredClone(value));
  };
  visits = () => new Set([...this.values.keys()].map((name) => name.split('/')[0])).size;
}

/** Web Locks as far as the keeper needs them: a page that is closed lets go of its own. */
class Locks {
  readonly held = new Set<string>();
  request = (async (name: string) => void this.held.add(name)) as unknown as LockManager['request'];
  query = async () => ({ held: [...this.held].map((name) => ({ name })), pending: [] }) as LockManagerSnapshot;
}

interface Visit {
  playground: PlaygroundStore;
  comparison: ComparisonStore;
  keeper: Keeper;
  close(): Promise<void>;
}

let memory: Memory;
let locks: Locks;
let open: Visit[];
let clock: number;
beforeEach(() => {
  memory = new Memory();
  locks = new Locks();
  open = [];
  clock = 1_800_000_000_000;
});
afterEach(async () => {
  for (const visit of [...open]) await visit.close();
});

const SETTINGS = '?generator-steps=20&student-steps=4&seed=5';

async function visit(
  name: string,
  { search = SETTINGS, connect = async () => memory as Database, intervalMs = 40, useLocks = true } = {},
): Promise<Visit> {
  const playground = createPlayground({
    link: readLink(search),
    baseUrl: 'http://localhost/',
    spawn: () => fakeWorker({ stepMs: 2 }),
    afterPaint: (callback) => queueMicrotask(callback),
    liveDelay: 1,
    configureDelay: 1,
  });
  const comparison = createComparison(playground);
  const keeper = createKeeper(playground, comparison, {
    open: connect,
    visit: name,
    locks: useLocks ? locks : null,
    intervalMs,
    now: () => clock++,
  });
  playground.actions.start();
  const each: Visit = {
    playground,
    comparison,
    keeper,
    async close() {
      if (!open.includes(each)) return;
      await keeper.actions.flush();
      open.splice(open.indexOf(each), 1);
      locks.held.delete(`visit-${name}`);
      keeper.actions.dispose();
      comparison.actions.dispose();
      playground.actions.dispose();
    },
  };
  open.push(each);
  await keeper.actions.start();
  await until(each, ({ engine, status }) => engine === 'ready' && status === 'ready');
  return each;
}

const until = ({ playground }: Visit, holds: (state: PlaygroundState) => boolean) =>
  vi.waitFor(
    () => {
      if (!holds(playground.getState())) throw new Error('not yet');
    },
    { timeout: 15_000, interval: 2 },
  );
async function finish(each: Visit) {
  each.playground.actions.play();
  await until(each, ({ status }) => status === 'finished');
}
async function playAndPause(each: Visit) {
  each.playground.actions.play();
  await until(each, ({ rescueStep }) => rescueStep !== null && rescueStep >= 5);
  each.playground.actions.pause();
  await until(each, ({ status }) => status === 'paused');
}

describe('a visit', () => {
  it('whose run was on anything of the user’s leaves it to be looked at only', async () => {
    const chosen = { files: [] };
    const session = { file: new File(['x'], 'mine.fdda'), network: true, images: false };
    const nothing = { network: null, images: null, session: null };
    for (const [name, own, goesOn] of [
      ['a', nothing, true],
      ['b', { ...nothing, network: chosen }, false],
      ['c', { ...nothing, images: chosen }, false],
      ['d', { ...nothing, session }, false],
    ] as const) {
      const each = await visit(name);
      const { runSource } = each.playground;
      each.playground.runSource = () => {
        const source = runSource();
        return source && { ...source, ...own };
      };
      await playAndPause(each);
      await each.close();
      expect(await memory.get(`${name}/facts`)).toMatchObject({ run: { goesOn } });
    }
  });

  it('leaves results, the pinned run and the run that was going to the next one', async () => {
    const first = await visit('a');
    await finish(first);
    first.comparison.actions.pin();
    first.playground.actions.reset();
    await until(first, ({ status }) => status === 'ready');
    await playAndPause(first);
    const { position, applied } = first.playground.getState();
    const [result] = first.comparison.getState().results;
    await first.close();

    const next = await visit('b', { search: '?seed=9' });
    expect(next.keeper.getState()).toMatchObject({
      found: { results: 1, pinned: true, run: { finished: false, goesOn: true } },
      problem: null,
    });
    expect(next.keeper.getState().bytes).toBeGreaterThan(10_000);
    await next.keeper.actions.bringBack();
    await until(next, ({ status, replacing }) => status === 'paused' && !replacing);
    expect(next.comparison.getState().results).toMatchObject([{ number: 1, accuracy: result.accuracy }]);
    expect(next.comparison.getState().pinned).toMatchObject({ finished: true, settings: { seed: 5 } });
    expect(next.playground.getState()).toMatchObject({ settings: applied, applied, started: true });
    expect(next.playground.getState().position).toMatchObject({ phase: position!.phase, step: position!.step });
    next.playground.actions.play();
    await until(next, ({ status }) => status === 'finished');
    expect(next.comparison.getState().results.map(({ number }) => number)).toEqual([1, 2]);
    // What was brought back is the new visit's now, and kept once.
    await next.close();
    expect(memory.visits()).toBe(1);
    const third = await visit('c');
    expect(third.keeper.getState().found).toMatchObject({ results: 2, run: { finished: true, fraction: 1 } });
  });

  it('that finished its run is brought back with one result, not two', async () => {
    const first = await visit('a');
    await finish(first);
    await first.close();
    const next = await visit('b');
    await next.keeper.actions.bringBack();
    await until(next, ({ replacing, status }) => !replacing && status !== 'preparing');
    next.playground.actions.play();
    await until(next, ({ status }) => status === 'finished');
    expect(next.comparison.getState().results).toHaveLength(1);
  });

  it('without anything to keep leaves nothing', async () => {
    const first = await visit('a');
    await first.close();
    expect(memory.values.size).toBe(0);
    expect((await visit('b')).keeper.getState().found).toBeNull();
  });

  it('writes a few times while a run goes, however many frames come', async () => {
    const first = await visit('a', { search: '?generator-steps=400&student-steps=4', intervalMs: 300 });
    let frames = 0;
    first.playground.subscribe((state, before) => void (state.position !== before.position && frames++));
    const began = performance.now();
    await finish(first);
    const seconds = (performance.now() - began) / 1000;
    expect(frames).toBeGreaterThan(5);
    expect(memory.writes).toBeLessThanOrEqual(Math.ceil(seconds / 0.3) + 1);
  });
});

describe('two tabs', () => {
  it('keep what is theirs, and neither is offered what the other still has', async () => {
    const [one, other] = [await visit('a'), await visit('b')];
    await finish(one);
    await finish(other);
    await one.keeper.actions.flush();
    await other.keeper.actions.flush();
    expect(memory.visits()).toBe(2);
    const third = await visit('c');
    expect(third.keeper.getState().found).toBeNull();
    // Deleting is not for others either.
    await third.keeper.actions.forget();
    expect(memory.visits()).toBe(2);
    await one.close();
    const fourth = await visit('d');
    expect(fourth.keeper.getState().found).toMatchObject({ results: 1 });
    await fourth.keeper.actions.forget();
    expect(memory.visits()).toBe(1);
    expect(fourth.keeper.getState().found).toBeNull();
  });

  it('without locks are known by how long ago they wrote', async () => {
    const first = await visit('a', { useLocks: false });
    await finish(first);
    await first.keeper.actions.flush();
    const second = await visit('b', { useLocks: false });
    expect(second.keeper.getState().found).toBeNull();
    clock += 120_000;
    const third = await visit('c', { useLocks: false });
    expect(third.keeper.getState().found).toMatchObject({ results: 1 });
  });
});

describe('what is kept', () => {
  it('is of three visits at most, and what another version kept is dropped', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      const each = await visit(name);
      await playAndPause(each);
      await each.close();
    }
    memory.values.set('old/facts', { version: KEPT_VERSION + 1, results: 1 });
    memory.values.set('old/results', 'something');
    memory.values.set('odd/run', 7);
    const last = await visit('e');
    expect([...new Set([...memory.values.keys()].map((name) => name.split('/')[0]))]).toEqual(['b', 'c', 'd']);
    await last.keeper.actions.forget();
    expect(memory.values.size).toBe(0);
    expect(last.keeper.getState().bytes).toBe(0);
  });

  it('stays for another time where nobody wants it now', async () => {
    const first = await visit('a');
    await finish(first);
    await first.close();
    const next = await visit('b');
    next.keeper.actions.later();
    expect(next.keeper.getState().found).toBeNull();
    await next.close();
    expect((await visit('c')).keeper.getState().found).toMatchObject({ results: 1 });
  });

  it('and cannot be shown is said, and dropped', async () => {
    const first = await visit('a');
    await finish(first);
    await first.close();
    memory.values.set('a/results', 42);
    vi.spyOn(console, 'info').mockImplementation(() => undefined);
    const next = await visit('b');
    await next.keeper.actions.bringBack();
    expect(next.keeper.getState()).toMatchObject({ problem: 'failed', found: null });
    expect(memory.values.size).toBe(0);
    await finish(next);
  });
});

describe('a browser that keeps nothing', () => {
  it.each(['denied', 'full', 'failed'] as const)('(%s) is said, and the run goes on', async (problem) => {
    vi.spyOn(console, 'info').mockImplementation(() => undefined);
    const connect = async () => {
      if (problem === 'denied') throw new StorageError(problem, 'not here');
      memory.problem = new StorageError(problem, 'no');
      return memory as Database;
    };
    const first = await visit('a', { connect });
    await finish(first);
    await first.keeper.actions.flush();
    expect(first.keeper.getState()).toMatchObject({ problem, bytes: 0 });
    expect(first.comparison.getState().results).toHaveLength(1);
    if (problem === 'denied') return;
    // As soon as there is room, all of it is written.
    memory.problem = null;
    await first.keeper.actions.flush();
    expect(first.keeper.getState().problem).toBeNull();
    expect([...memory.values.keys()].sort()).toEqual(['a/facts', 'a/results', 'a/run']);
  });
});
