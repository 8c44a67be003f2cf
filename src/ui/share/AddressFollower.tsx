import { useEffect, useRef } from 'react';
import { usePlayground } from '../playground';
import { addressOf, queryOf } from './useLink';

/** Browsers refuse an address that changes all the time. */
const MILLISECONDS = 400;

/**
 * Keeps the address bar at a link to the page as it stands, so that a reload and a bookmark bring it back. An address
 * that was opened stays as it was written until something is changed.
 */
export function AddressFollower() {
  const query = usePlayground((state) => queryOf(state));
  const settled = useRef(query);
  useEffect(() => {
    if (query === settled.current) return;
    const timer = setTimeout(() => {
      settled.current = query;
      history.replaceState(history.state, '', addressOf(query) + location.hash);
    }, MILLISECONDS);
    return () => clearTimeout(timer);
  }, [query]);
  return null;
}
