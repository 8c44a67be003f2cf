/** The page's first and small script: a picture at once, then the page. */
import { isRecordedWanted, showPoster } from './ui/poster';
import { shippedRun } from './ui/shippedRun';

/** A frame of the poster, or what a hidden page has instead: it draws none. */
const painted = () => new Promise<void>((resolve) => {
  const timer = setTimeout(resolve, 150);
  requestAnimationFrame(() => setTimeout(() => {
    clearTimeout(timer);
    resolve();
  }));
});

if (isRecordedWanted(location.search)) {
  const shown = await shippedRun
    .then((text) => text !== null && showPoster(document.getElementById('root')!, text))
    // The page says what is wrong with the recording, if anything.
    .catch(() => false);
  if (shown) {
    await painted();
    performance.mark('first picture');
  }
}
await import('./main');
