/** The page's first and small script: a picture at once, then page and engine side by side. */
import { SHIPPED_POSTER } from './state/recording/poster';
import { isRecordedWanted, showPoster } from './ui/poster';
import { spawnAhead } from './worker/spawn';

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

// The page does without it.
if (isRecordedWanted(location.search)) await showFirst().catch(() => undefined);
const params = new URLSearchParams(location.search);
// What else the address asks for is read by the page.
const wasm = !params.has('backend') && !params.get('without')?.includes('wasm');
spawnAhead(new URL('./', document.baseURI).href, wasm);
await import('./main');
