/** Loads a file over a network that may break off, or fall silent, in the middle. */

export interface LoadOptions {
  fetch: (url: string, init: { signal: AbortSignal }) => Promise<Response>;
  /** Milliseconds before each further try. */
  waits: readonly number[];
  /** Milliseconds without a byte after which a try is given up. */
  stallMs: number;
}

const DEFAULTS: LoadOptions = { fetch: (url, init) => fetch(url, init), waits: [300, 1000, 3000], stallMs: 15_000 };

/** An answer that another try would not change. */
class Refused extends Error {}

/**
 * The bytes of a file. What breaks off is tried again from its beginning, a few times.
 *
 * @throws Error that names the file and says why it cannot be had
 */
export async function loadFile(url: string, options: Partial<LoadOptions> = {}): Promise<ArrayBuffer> {
  const { fetch, waits, stallMs } = { ...DEFAULTS, ...options };
  for (let tries = 0; ; tries++) {
    try {
      return await tryOnce(url, fetch, stallMs);
    } catch (error) {
      if (error instanceof Refused) throw error;
      if (tries >= waits.length) {
        throw new Error(`${url} cannot be loaded (${(error as Error).message}).`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, waits[tries]));
    }
  }
}

async function tryOnce(url: string, fetch: LoadOptions['fetch'], stallMs: number): Promise<ArrayBuffer> {
  const ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const stalled = new Promise<never>((_resolve, reject) => {
    ending.signal.addEventListener('abort', () => reject(ending.signal.reason as Error), { once: true });
  });
  stalled.catch(() => undefined);
  const alive = () => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => ending.abort(new Error(`no byte for ${stallMs / 1000} s`)), stallMs);
  };
  const read = async (): Promise<ArrayBuffer> => {
    const response = await fetch(url, { signal: ending.signal });
    alive();
    // A server that is overloaded may answer the next time.
    if (!response.ok) {
      const why = `${response.status} ${response.statusText}`;
      throw response.status >= 500 ? new Error(why) : new Refused(`${url} cannot be loaded (${why}).`);
    }
    if (!response.body) return response.arrayBuffer();
    const parts: Uint8Array[] = [];
    let length = 0;
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      alive();
      parts.push(value);
      length += value.length;
    }
    const whole = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole.buffer;
  };
  alive();
  try {
    return await Promise.race([read(), stalled]);
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
}
