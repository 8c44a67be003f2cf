import { SHIPPED_PHOTOGRAPHS } from '../state/recording/format';
import { loadShipped } from '../state/recording/shipped';
import { useWords } from './language';
import { useActions } from './playground';

/** Shows the run on photographs that comes with the page. */
export function useShowPhotographs(): () => Promise<void> {
  const { takeAway } = useWords();
  const { openShipped } = useActions();
  return async () => openShipped(takeAway.photographs, await loadShipped(document.baseURI, SHIPPED_PHOTOGRAPHS));
}
