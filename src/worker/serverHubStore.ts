/** Downloads that the browser keeps for the next time (Cache API). */
import type { FileStore } from '../engine/hub/host';
import type { KeptFiles } from './protocol';

/** The number changes with what is kept under an address. */
const NAME = 'fdda-hub-1';
const SIZE = 'x-kept-bytes';

/** The part of `caches` that is used. */
export interface Caches {
  open(name: string): Promise<Cache>;
  delete(name: string): Promise<boolean>;
}

/** A browser that keeps nothing (private windows, no room) is one where everything is downloaded anew. */
export class BrowserStore implements FileStore {
  constructor(private readonly caches: Caches) {}

  async read(key: string): Promise<ArrayBuffer | null> {
    try {
      const kept = await (await this.caches.open(NAME)).match(key);
      if (!kept) return null;
      const bytes = await kept.arrayBuffer();
      // Cut off by a crash, or thinned out by the browser.
      return bytes.byteLength === Number(kept.headers.get(SIZE)) ? bytes : null;
    } catch {
      return null;
    }
  }

  async write(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    try {
      const kept = new Response(bytes, { headers: { [SIZE]: String(bytes.length) } });
      await (await this.caches.open(NAME)).put(key, kept);
      return true;
    } catch {
      return false;
    }
  }

  async kept(): Promise<KeptFiles> {
    const result = { bytes: 0, files: 0 };
    try {
      const cache = await this.caches.open(NAME);
      for (const key of await cache.keys()) {
        result.bytes += Number((await cache.match(key))?.headers.get(SIZE) ?? 0);
        result.files++;
      }
    } catch {
      // Nothing is kept.
    }
    return result;
  }

  async forget(): Promise<void> {
    try {
      await this.caches.delete(NAME);
    } catch {
      // Nothing was kept.
    }
  }
}
