import { createStore } from 'zustand/vanilla';
import type { PlaygroundState } from '../playgroundState';
import type { PlaygroundStore } from '../runStore';
import type { KeptRun } from './keptRun';
import { addKept, canPin, keepRun, keepShown } from './keptRun';
import type { Result } from './results';
import { addResult, MAX_RESULTS, resultOf } from './results';
import type { SeedSeries } from './seedSeries';
import { SeedRunner } from './seedSeries';

/** What this visit's runs are compared by. Gone when the page is closed. */
export interface ComparisonState {
  /** The run that the views show beside the current one. */
  pinned: KeptRun | null;
  /** Of finished runs, the newest last. */
  results: readonly Result[];
  /** The latest finished runs with all that pinning needs. */
  kept: readonly KeptRun[];
  /** The latest repetition over seeds. */
  series: SeedSeries | null;
}

export interface ComparisonActions {
  /** Pins the run on the page, if it stands still. */
  pin(): void;
  /** Pins a run of the table, if its data is still kept. */
  pinResult(run: number): void;
  unpin(): void;
  /** Adds the results of a session that was opened; they come before this visit's. */
  addSaved(results: readonly Result[]): void;
  /** Runs the current settings with this many seeds, from the current one on. */
  repeat(count: number): void;
  cancelRepeat(): void;
  /** What an earlier visit kept, before what there is by now. @param runs the numbers that its runs have here */
  bringBack(results: readonly Result[], pinned: KeptRun | null, runs: (run: number) => number): void;
  dispose(): void;
}

export type ComparisonStore = ReturnType<typeof createComparison>;

/** Looks on while the playground runs, keeps what came out, and repeats runs on demand. */
export function createComparison(playground: PlaygroundStore) {
  const store = createStore<ComparisonState>(() => ({ pinned: null, results: [], kept: [], series: null }));
  const { getState: get, setState: set } = store;
  const runner = new SeedRunner(playground, (series) => set({ series }));

  /** The result of the run that has ended with this change, kept; null for any other change. */
  const finished = (state: PlaygroundState, before: PlaygroundState): Result | null => {
    if (state.status !== 'finished' || (before.status === 'finished' && before.run === state.run)) return null;
    const run = keepRun(state);
    if (!run) return null;
    const { results } = get();
    const known = results.find((each) => each.run === run.run);
    const result = resultOf(run, known?.number ?? (results.at(-1)?.number ?? 0) + 1);
    set(({ kept }) => ({ results: addResult(results, result), kept: addKept(kept, run) }));
    return result;
  };

  const unsubscribe = playground.subscribe((state, before) => runner.look(state, finished(state, before)));

  const actions: ComparisonActions = {
    pin() {
      const state = playground.getState();
      if (canPin(state)) set({ pinned: keepShown(state) });
    },
    pinResult(run) {
      const found = get().kept.find((each) => each.run === run);
      if (found) set({ pinned: found });
    },
    unpin: () => set({ pinned: null }),
    addSaved(saved) {
      set(({ results }) => {
        const known = new Set(results.map(({ run }) => run));
        let run = Math.min(0, ...known);
        const all = [...saved.map((result) => ({ ...result, run: --run })), ...results];
        return { results: all.slice(-MAX_RESULTS).map((result, i) => ({ ...result, number: i + 1 })) };
      });
    },
    repeat: (count) => runner.begin(count),
    cancelRepeat: () => runner.cancel(),
    bringBack(results, pinned, runs) {
      const before = results.map((result) => ({ ...result, run: runs(result.run) }));
      set((state) => ({
        results: [...before, ...state.results].slice(-MAX_RESULTS).map((each, i) => ({ ...each, number: i + 1 })),
        pinned: state.pinned ?? (pinned && { ...pinned, run: runs(pinned.run) }),
      }));
    },
    dispose() {
      unsubscribe();
      runner.dispose();
    },
  };
  return { ...store, actions };
}
