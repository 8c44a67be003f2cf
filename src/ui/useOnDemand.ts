import { useCallback, useState } from 'react';

export interface OnDemand<T> {
  /** Null until it is there. */
  part: T | null;
  /** The last attempt failed: no connection, say. Asking again tries again. */
  failed: boolean;
  ask: () => void;
}

/** A part of the program that is fetched when it is first asked for. `load` must be the same function every time. */
export function useOnDemand<T>(load: () => Promise<T>): OnDemand<T> {
  const [part, setPart] = useState<T | null>(null);
  const [failed, setFailed] = useState(false);
  const ask = useCallback(() => {
    setFailed(false);
    load().then(
      (loaded) => setPart(() => loaded),
      () => setFailed(true),
    );
  }, [load]);
  return { part, failed, ask };
}
