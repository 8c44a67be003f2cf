import { createContext, useContext } from 'react';
import { createStore, useStore } from 'zustand';
import type { Keeper, KeeperState } from '../../state/kept/keeper';

/** Null where nothing is kept for the next visit: inside another page. */
export const KeeperContext = createContext<Keeper | null>(null);

const nothing = createStore<KeeperState>(() => ({ found: null, bytes: 0, problem: null, dismissed: false }));

/** A part of what is known of what the browser keeps. */
export function useKept<T>(selector: (state: KeeperState) => T): T {
  return useStore(useContext(KeeperContext) ?? nothing, selector);
}

/** Null where nothing is kept. */
export const useKeeper = (): Keeper['actions'] | null => useContext(KeeperContext)?.actions ?? null;
