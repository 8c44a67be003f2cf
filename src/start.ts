/** The page's first and small script: a picture at once, then the engine, and the page beside it. */
import { SHIPPED_POSTER } from './state/recording/poster';
import { isRecordedWanted, showPoster } from './ui/poster';

/** A frame of the poster, or what a hidden page has instead: it draws none. */
const painted = () =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 150);
    requestAnimationFrame(() =>
      setTimeout(() => {
        clearTimeout(timer);
        resolve();
      }),
    );
  });

async function showFirst(): Promise<void> {
  const response = await fetch(new URL(SHIPPED_POSTER, document.baseURI));
  if (!response.ok || !(await showPoster(document.getElementById('root')!, await response.text()))) return;
  await painted();
  performance.mark('first picture');
}

// It computes beside the page, on a core of its own.
const engine = import('./playground');
// The page does without it.
if (isRecordedWanted(location.search)) await showFirst().catch(() => undefined);
await engine;
await import('./main');
