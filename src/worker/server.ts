/** The worker's entry: hands messages to a session and its answers back. */
import { loadFile } from './serverLoad';
import { ServerSession } from './serverSession';
import type { Request } from './protocol';

const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<Request>) => void) | null;
};

/**
 * setTimeout is held back to 4 ms when nested; a message to oneself is not, and lets the page's messages in just the
 * same.
 */
const channel = new MessageChannel();
let waiting: (() => void) | null = null;
channel.port1.onmessage = () => {
  waiting?.();
  waiting = null;
};

const session = new ServerSession({
  post: (message, transfer) => scope.postMessage(message, transfer),
  load: (url) => loadFile(url),
  breathe: () =>
    new Promise<void>((resolve) => {
      const before = waiting;
      waiting = () => {
        before?.();
        resolve();
      };
      channel.port2.postMessage(null);
    }),
});

// Held until this worker is gone, however it goes: then the page gets it, and need not guess.
if (typeof navigator !== 'undefined' && navigator.locks && isSecureContext) {
  const lock = `engine-${crypto.randomUUID()}`;
  navigator.locks
    .request(lock, () => {
      scope.postMessage({ type: 'alive', lock }, []);
      return new Promise(() => undefined);
    })
    // Not in a sandbox without an origin: there the page has the beats alone.
    .catch(() => undefined);
}

scope.onmessage = (event) => session.receive(event.data);
