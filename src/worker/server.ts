/** The worker's entry: hands messages to a session and its answers back. */
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
  load: async (url) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} cannot be loaded (${response.status} ${response.statusText}).`);
    return response.arrayBuffer();
  },
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

scope.onmessage = (event) => session.receive(event.data);
