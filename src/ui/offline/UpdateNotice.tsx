import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useWords } from '../language';

/** After everything else: the engine has to be fetched first. */
const WAIT = 3000;

/** Keeps the page for use without a network; says when a new version is there. */
export function UpdateNotice() {
  const words = useWords().share.offline;
  const [reload, setReload] = useState<(() => void) | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => {
      import('./serviceWorker')
        .then(({ canWorkOffline, keepOffline }) =>
          canWorkOffline() ? keepOffline((next) => setReload(() => next)) : undefined,
        )
        // A browser that stores nothing shows the page all the same.
        .catch((error: unknown) => console.info('The page is not kept for use without a network:', error));
    }, WAIT);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div aria-live="polite" className="update-notice">
      {reload && (
        <div className="update-box">
          <span>
            <strong>{words.update}</strong> {words.updateHint}
          </span>
          <Button size="compact-sm" onClick={reload}>
            {words.reload}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setReload(null)}>
            {words.later}
          </Button>
        </div>
      )}
    </div>
  );
}
