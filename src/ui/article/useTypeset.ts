import { useEffect, useState } from 'react';
import type { typeset } from './typeset';

type Typeset = typeof typeset;

let loading: Promise<Typeset> | null = null;

function load(): Promise<Typeset> {
  loading ??= import('./typeset').then(
    ({ typeset }) => typeset,
    (error: unknown) => {
      // The next formula that comes near tries again.
      loading = null;
      throw error;
    },
  );
  return loading;
}

/** What sets formulas, once it is `wanted` and loaded; 'failed' when it could not be had. */
export function useTypeset(wanted: boolean): Typeset | 'failed' | null {
  const [typeset, setTypeset] = useState<Typeset | 'failed' | null>(null);
  useEffect(() => {
    if (!wanted) return;
    let here = true;
    load().then(
      (loaded) => here && setTypeset(() => loaded),
      () => here && setTypeset('failed'),
    );
    return () => {
      here = false;
    };
  }, [wanted]);
  return typeset;
}
