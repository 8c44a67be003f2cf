import { useEffect } from 'react';
import { useOnDemand } from '../useOnDemand';
import { afterFirstPicture, usePaced } from './pace';

const load = () => afterFirstPicture.then(() => import('./drawn'));

/**
 * What draws charts, fetched after the page's first picture; null until it is there, and until it is this chart's turn.
 * After a failure it is fetched again when the connection comes back, or when asked to.
 */
export function useDrawn() {
  const { part, failed, ask } = useOnDemand(load);
  useEffect(() => ask(), [ask]);
  useEffect(() => {
    if (!failed) return;
    addEventListener('online', ask);
    return () => removeEventListener('online', ask);
  }, [failed, ask]);
  return { drawn: usePaced(part), failed, ask };
}
