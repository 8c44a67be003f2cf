import { useMemo } from 'react';
import { shownSettings } from '../../state/playgroundState';
import { useWords } from '../language';
import { usePlayground } from '../playground';
import { usePinned } from './comparison';
import { reservations, runChanges } from './sentences';

/** In what the run on the page differs from the pinned one; null where there are no two. */
export function useDifference(): { sentence: string; reservations: string[] } | null {
  const words = useWords();
  const pinned = usePinned();
  const overview = usePlayground((state) => state.overview);
  const settings = usePlayground(shownSettings);
  const backend = usePlayground(({ recorded, backend: own }) => recorded?.backend ?? own);
  return useMemo(() => {
    if (!pinned || !overview) return null;
    const now = { settings, overview, backend };
    const changes = runChanges(words, pinned, now);
    return {
      sentence: changes.length === 0 ? words.compare.same : words.compare.differs(changes.join(words.comma)),
      reservations: reservations(words, pinned, now),
    };
  }, [words, pinned, overview, settings, backend]);
}
