import { Workbox } from 'workbox-window';

const HOUR = 3_600_000;

/** Whether this page may keep itself for use without a network. Never while it is being edited, nor from a file. */
export const canWorkOffline = (): boolean =>
  import.meta.hot === undefined && 'serviceWorker' in navigator && /^https?:$/.test(location.protocol);

/**
 * Stores the page for use without a network and watches for new versions.
 *
 * @param onNews called when a new version is there, with the way to it: a reload that replaces everything at once. Until
 *   then the page stays what it is. Also where the server does not isolate pages, which the service worker does from the
 *   next load on: then there are threads.
 */
export async function keepOffline(onNews: (what: 'update' | 'threads', reload: () => void) => void): Promise<void> {
  const onUpdate = (reload: () => void) => onNews('update', reload);
  const workbox = new Workbox(new URL('./service-worker.js', document.baseURI).href);
  const controlled = navigator.serviceWorker.controller !== null;
  let asked = false;
  workbox.addEventListener('waiting', () =>
    onUpdate(() => {
      asked = true;
      workbox.messageSkipWaiting();
    }),
  );
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (asked) location.reload();
    // Another tab has let the new version in; what this one has not loaded yet it may not find any more.
    else if (controlled) onUpdate(() => location.reload());
  });
  await workbox.register({ immediate: true });
  if (!controlled && !crossOriginIsolated && navigator.hardwareConcurrency > 1)
    void navigator.serviceWorker.ready.then(() => onNews('threads', () => location.reload()));
  // A page that stays open for days hears of new versions too. Without a network it asks again later.
  setInterval(() => void workbox.update().catch(() => undefined), HOUR);
}
