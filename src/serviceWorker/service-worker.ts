/**
 * The service worker: stores every file of the build, each with its revision, and answers with them; a new build waits
 * until the visitor lets it in (`src/ui/offline`). Says with every file what makes the page cross-origin isolated, so
 * that there are threads also where the server does not.
 */
import { clientsClaim } from 'workbox-core';
import { addPlugins, cleanupOutdatedCaches, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching';
import { ISOLATION_HEADERS, workerPolicy } from './headers';

declare const self: {
  /** Put in when the page is built. */
  __WB_MANIFEST: PrecacheEntry[];
  skipWaiting(): Promise<void>;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
};

/** The same answer with what a server should have said. Opaque answers, of which nothing may be changed, stay. */
function withHeaders(response: Response, { destination, url }: Request): Response {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION_HEADERS)) headers.set(name, value);
  if (destination === 'worker') headers.set('Content-Security-Policy', workerPolicy(url));
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

addPlugins([{ handlerWillRespond: async ({ request, response }) => withHeaders(response, request) }]);
cleanupOutdatedCaches();
// Settings are in the query; the file is the same.
precacheAndRoute(self.__WB_MANIFEST, { ignoreURLParametersMatching: [/./] });
clientsClaim();

self.addEventListener('message', ({ data }) => {
  if ((data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});
