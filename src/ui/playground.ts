import { createContext, startTransition, useContext, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { PlaygroundActions, PlaygroundState } from '../state/playgroundState';
import type { PlaygroundStore } from '../state/runStore';

export const PlaygroundContext = createContext<PlaygroundStore | null>(null);

function usePlaygroundStore(): PlaygroundStore {
  const store = useContext(PlaygroundContext);
  if (!store) throw new Error('There is no playground around this component.');
  return store;
}

/** A part of the page's state; the component is drawn again only when that part changes. */
export function usePlayground<T>(selector: (state: PlaygroundState) => T): T {
  return useStore(usePlaygroundStore(), selector);
}

export function useActions(): PlaygroundActions {
  return usePlaygroundStore().actions;
}

/**
 * Like `usePlayground`, but at most once in `milliseconds`: charts need not follow every frame. The first change after
 * a rest shows at once, the last one always shows. `selector` must be the same function every time.
 */
export function useThrottledPlayground<T>(selector: (state: PlaygroundState) => T, milliseconds = 250): T {
  const store = usePlaygroundStore();
  const [value, setValue] = useState(() => selector(store.getState()));
  useEffect(() => {
    let last = -Infinity;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const show = () => {
      timer = null;
      last = performance.now();
      // A chart may be drawn in slices: the next frame's pictures must not wait for it.
      startTransition(() => setValue(() => selector(store.getState())));
    };
    const changed = () => {
      if (timer !== null) return;
      const wait = last + milliseconds - performance.now();
      // Never in the same task as the frame itself.
      timer = setTimeout(show, Math.max(0, wait));
    };
    changed();
    const unsubscribe = store.subscribe(changed);
    return () => {
      unsubscribe();
      if (timer !== null) clearTimeout(timer);
    };
  }, [store, selector, milliseconds]);
  return value;
}
