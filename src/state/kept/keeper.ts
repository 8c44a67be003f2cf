/**
 * Keeps results, the pinned run and the last run in the browser, so that closing the page loses nothing, and offers
 * them at the next visit. Each visit writes under a name of its own: tabs that are open beside each other never write
 * over each other's.
 */
import { createStore } from 'zustand/vanilla';
import type { RunRecord } from '../runRecord';
import type { ComparisonStore } from '../compare/comparison';
import { bytesOf } from '../compare/keptRun';
import { engineRun } from '../playgroundState';
import type { LastRun } from '../lastRun';
import { isOwn } from '../rescue';
import type { PlaygroundStore } from '../runStore';
import { openDatabase, StorageError, type Database, type StorageProblem } from './database';
import {
  isWorth,
  KEPT_VERSION,
  MOST_SNAPSHOT_BYTES,
  MOST_VISITS,
  nameOf,
  PARTS,
  readFacts,
  thinnedRecord,
  type Part,
  type Parts,
  type VisitFacts,
} from './visits';

/** What an earlier visit left. */
export type Found = Pick<VisitFacts, 'written' | 'results' | 'pinned' | 'run'>;

export interface KeeperState {
  /** The newest visit that is over and left something; null: none did, or it was dealt with. */
  found: Found | null;
  /** Of everything that is kept, roughly. */
  bytes: number;
  /** Why nothing is kept; null: it is. */
  problem: StorageProblem | null;
  /** It was said, and read. */
  dismissed: boolean;
}

export interface KeeperOptions {
  open?: typeof openDatabase;
  /** Tells this visit from all others. */
  visit?: string;
  /** Holds the visit's name as long as the page is there, and tells which visits are. */
  locks?: Pick<LockManager, 'request' | 'query'> | null;
  /** Milliseconds between two writings while a run is going. */
  intervalMs?: number;
  now?: () => number;
}

const INTERVAL_MS = 20_000;
/** After something that will not come again: a result, a pause. */
const SOON_MS = 500;
/** Where locks do not tell, a visit that wrote nothing for so long is over. */
const OVER_MS = 90_000;
const lockOf = (visit: string): string => `visit-${visit}`;

export type Keeper = ReturnType<typeof createKeeper>;

export function createKeeper(playground: PlaygroundStore, comparison: ComparisonStore, options: KeeperOptions = {}) {
  const {
    open = openDatabase,
    visit = randomName(),
    locks = (globalThis.navigator as Navigator | undefined)?.locks ?? null,
    intervalMs = INTERVAL_MS,
    now = Date.now,
  } = options;
  const store = createStore<KeeperState>(() => ({ found: null, bytes: 0, problem: null, dismissed: false }));
  const { setState: set } = store;
  let database: Promise<Database> | null = null;
  /** Bytes of all visits but this one. */
  const others = new Map<string, number>();
  let own: VisitFacts | null = null;
  let offered: string | null = null;
  const changed = new Set<Part>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let due = Infinity;
  let working: Promise<void> = Promise.resolve();

  const connect = (): Promise<Database> => {
    database ??= open(() => (database = null));
    database.catch(() => (database = null));
    return database;
  };

  const showBytes = () => {
    const mine = own ? sum(own) : 0;
    set({ bytes: mine + [...others.values()].reduce((all, each) => all + each, 0) });
  };

  /** One after the other; what goes wrong is said, and nothing else happens. */
  const queue = (work: () => Promise<void>): Promise<void> =>
    (working = working.then(work).catch((error: unknown) => {
      console.info('Nothing is kept for the next visit:', error);
      set({ problem: error instanceof StorageError ? error.problem : 'failed' });
    }));

  // ---- writing ----------------------------------------------------------------------------------------------

  async function write(): Promise<void> {
    if (changed.size === 0) return;
    const parts = [...changed];
    changed.clear();
    try {
      const connected = await connect();
      const values: Record<string, unknown> = {};
      const facts: VisitFacts = { ...(own ?? NO_FACTS), version: KEPT_VERSION, written: now() };
      facts.bytes = { ...facts.bytes };
      const keep = <P extends Part>(part: P, value: Parts[P]) => {
        values[nameOf(visit, part)] = value ?? undefined;
        facts.bytes[part] = bytesOf(value);
        return value;
      };
      const { results, pinned } = comparison.getState();
      if (parts.includes('results')) facts.results = keep('results', results).length;
      if (parts.includes('pinned')) facts.pinned = keep('pinned', pinned) !== null;
      if (parts.includes('run')) {
        const run = keep('run', lastRun());
        facts.run = run && {
          fraction: run.position?.fraction ?? 0,
          finished: run.finished,
          goesOn: run.snapshot !== null,
        };
      }
      values[nameOf(visit, 'facts')] = facts;
      await connected.put(values);
      own = facts;
      set({ problem: null });
      showBytes();
    } catch (error) {
      // The next change brings it along.
      for (const part of parts) changed.add(part);
      throw error;
    }
  }

  function lastRun(): LastRun | null {
    const state = playground.getState();
    const record = engineRun(state);
    const { started, run, applied, position, status, backend } = state;
    if (!started || !hasMoment(record) || backend === null) return null;
    const { overview, generatorLosses, studentLosses, live, history } = record;
    const source = playground.runSource();
    const snapshot = source && !isOwn(source) ? source.resumed.snapshot : null;
    return {
      run,
      settings: source?.settings ?? overview.settings,
      applied,
      record: thinnedRecord({ overview, generatorLosses, studentLosses, live, history }),
      position,
      finished: status === 'finished',
      backend,
      snapshot: snapshot && bytesOf(snapshot) <= MOST_SNAPSHOT_BYTES ? snapshot : null,
    };
  }

  /** Writes within so many milliseconds; an earlier time that was set stays. */
  function writeWithin(milliseconds: number): void {
    if (now() + milliseconds >= due && timer !== null) return;
    if (timer !== null) clearTimeout(timer);
    due = now() + milliseconds;
    timer = setTimeout(() => void flush(), milliseconds);
  }

  function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    due = Infinity;
    return queue(write);
  }

  const stopWatching = [
    playground.subscribe((state, before) => {
      const stands = state.status !== before.status && state.status !== 'running' && state.status !== 'preparing';
      const moved = state.position !== before.position || state.rescueStep !== before.rescueStep || stands;
      if (!state.started || !moved) return;
      changed.add('run');
      writeWithin(stands ? SOON_MS : intervalMs);
    }),
    comparison.subscribe((state, before) => {
      if (state.results !== before.results) changed.add('results');
      if (state.pinned !== before.pinned) changed.add('pinned');
      if (changed.has('results') || changed.has('pinned')) writeWithin(SOON_MS);
    }),
  ];

  // ---- the visits before ------------------------------------------------------------------------------------

  /** The visits whose pages are open now, as far as can be known. */
  async function isOpen(): Promise<(visit: string, facts: VisitFacts) => boolean> {
    const held = await locks?.query().then(
      ({ held = [] }) => new Set(held.map(({ name }) => name)),
      () => null,
    );
    return (each, { written }) => (held ? held.has(lockOf(each)) : now() - written < OVER_MS);
  }

  async function look(): Promise<void> {
    const connected = await connect();
    const open = await isOpen();
    const names = await connected.names();
    const visits = [...new Set(names.map((name) => name.split('/')[0]))].filter((each) => each !== visit);
    const over: { visit: string; facts: VisitFacts }[] = [];
    const forgotten: string[] = [];
    others.clear();
    for (const each of visits) {
      const facts = readFacts(await connected.get(nameOf(each, 'facts')));
      if (!facts) forgotten.push(each);
      else if (open(each, facts)) others.set(each, sum(facts));
      else over.push({ visit: each, facts });
    }
    over.sort((a, b) => b.facts.written - a.facts.written);
    for (const { visit, facts } of over.splice(0)) {
      if (over.length < MOST_VISITS && isWorth(facts)) over.push({ visit, facts });
      else forgotten.push(visit);
    }
    for (const { visit, facts } of over) others.set(visit, sum(facts));
    if (forgotten.length > 0) await connected.put(without(forgotten));
    offered = over[0]?.visit ?? null;
    set({ found: over[0]?.facts ?? null });
    showBytes();
  }

  async function takeBack(each: string): Promise<void> {
    const connected = await connect();
    const [results, pinned, run] = (await Promise.all(
      PARTS.map((part) => connected.get(nameOf(each, part))),
    )) as Partial<[Parts['results'], Parts['pinned'], Parts['run']]>;
    const mine = playground.getState().run + 1;
    // Runs of this visit count from 1: those of another one count down from -1, but for the one that goes on.
    const runs = (number: number) => (number === run?.run ? mine : -1 - number);
    try {
      comparison.actions.bringBack(results ?? [], pinned ?? null, runs);
      if (run) playground.actions.bringBack(run);
    } catch (error) {
      // What cannot be shown now cannot be shown the next time either.
      await connected.put(without([each]));
      throw error;
    }
    for (const part of PARTS) changed.add(part);
    // Not before what it held is written anew.
    await write();
    await connected.put(without([each]));
    others.delete(each);
    showBytes();
  }

  const actions = {
    /** Looks for what earlier visits left. Once, when the page is up. */
    start(): Promise<void> {
      locks?.request(lockOf(visit), () => new Promise(() => undefined)).catch(() => undefined);
      return queue(look);
    },
    /** What is there of the visit that is offered takes its place on the page. */
    bringBack(): Promise<void> {
      const each = offered;
      set({ found: null });
      offered = null;
      return queue(async () => {
        if (each !== null) await takeBack(each);
      });
    },
    /** Deletes everything but what other open pages keep; this one begins to keep anew with its next change. */
    forget(): Promise<void> {
      set({ found: null });
      offered = null;
      return queue(async () => {
        const connected = await connect();
        const open = await isOpen();
        const visits = [...new Set((await connected.names()).map((name) => name.split('/')[0]))];
        const gone: string[] = [];
        for (const each of visits) {
          const facts = readFacts(await connected.get(nameOf(each, 'facts')));
          if (each === visit || !facts || !open(each, facts)) gone.push(each);
        }
        await connected.put(without(gone));
        for (const each of gone) others.delete(each);
        own = null;
        changed.clear();
        showBytes();
      });
    },
    /** Leaves what was found for the next visit. */
    later: () => set({ found: null }),
    dismissProblem: () => set({ dismissed: true }),
    /** Writes what is new at once: the page may be about to go. */
    flush,
    dispose() {
      if (timer !== null) clearTimeout(timer);
      for (const stop of stopWatching) stop();
    },
  };
  return { ...store, actions };
}

const NO_FACTS = { results: 0, pinned: false, run: null, bytes: { results: 0, pinned: 0, run: 0 } };

const sum = ({ bytes }: VisitFacts): number => PARTS.reduce((all, part) => all + bytes[part], 0);

const without = (visits: readonly string[]): Record<string, undefined> =>
  Object.fromEntries(
    visits.flatMap((visit) => (['facts', ...PARTS] as const).map((part) => [nameOf(visit, part), undefined])),
  );

const hasMoment = (record: RunRecord): record is LastRun['record'] => record.overview !== null && record.live !== null;

const randomName = (): string =>
  [...crypto.getRandomValues(new Uint8Array(9))].map((each) => each.toString(36).padStart(2, '0')).join('');
