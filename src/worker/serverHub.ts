/** The entry of the worker that downloads: the only one that may connect to other servers (src/serviceWorker/headers.ts). */
import { HubSession } from './serverHubSession';
import { BrowserStore } from './serverHubStore';
import type { HubMessage, HubRequest } from './protocol';

const scope = globalThis as unknown as {
  postMessage(message: HubMessage, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<HubRequest>) => void) | null;
};

const session = new HubSession(
  {
    // Nothing about this page or its visitor goes along.
    fetch: (url, init) => fetch(url, { ...init, credentials: 'omit', referrerPolicy: 'no-referrer' } as RequestInit),
    // Pages without https have neither of the two.
    store: 'caches' in globalThis ? new BrowserStore(caches) : null,
    sha256: async (bytes) => {
      if (!globalThis.crypto?.subtle) return null;
      const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return Array.from(sum, (byte) => byte.toString(16).padStart(2, '0')).join('');
    },
    online: () => navigator.onLine !== false,
    pause: 700,
    patience: 30_000,
  },
  (message, transfer) => scope.postMessage(message, transfer),
);

scope.onmessage = (event) => session.receive(event.data);
