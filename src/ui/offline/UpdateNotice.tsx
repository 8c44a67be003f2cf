import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useWords } from '../language';

/** After everything else: the engine has to be fetched first. */
const WAIT = 3000;

/** Keeps the page for use without a network; says when a new version is there, and when a reload would bring threads. */
export function UpdateNotice() {
  const words = useWords().share.offline;
  const [news, setNews] = useState<{ what: 'update' | 'threads'; reload: () => void } | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => {
      import('./serviceWorker')
        .then(({ canWorkOffline, keepOffline }) =>
          canWorkOffline() ? keepOffline((what, reload) => setNews({ what, reload })) : undefined,
        )
        // A browser that stores nothing shows the page all the same.
        .catch((error: unknown) => console.info('The page is not kept for use without a network:', error));
    }, WAIT);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div aria-live="polite" className="update-notice">
      {news && (
        <div className="update-box">
          <span>
            <strong>{words[news.what]}</strong> {news.what === 'threads' && `${words.threadsHint} `}
            {words.updateHint}
          </span>
          <Button size="compact-sm" onClick={news.reload}>
            {words.reload}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setNews(null)}>
            {words.later}
          </Button>
        </div>
      )}
    </div>
  );
}
