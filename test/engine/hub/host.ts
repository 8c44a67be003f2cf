/** The world around downloads in Node: real connections, a store in memory. */
import { createHash } from 'node:crypto';
import type { HubHost } from '../../../src/engine/hub/host';

export class MemoryStore {
  readonly files = new Map<string, ArrayBuffer>();
  /** Bytes that may be kept. */
  room = Infinity;
  async read(key: string): Promise<ArrayBuffer | null> {
    return this.files.get(key)?.slice(0) ?? null;
  }
  async write(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    if (bytes.length > this.room) return false;
    this.files.set(key, bytes.slice().buffer);
    return true;
  }
}

export const hubHost = (overrides: Partial<HubHost> = {}): HubHost => ({
  fetch: (url, init) => fetch(url, init as RequestInit),
  store: null,
  sha256: async (bytes) => createHash('sha256').update(bytes).digest('hex'),
  online: () => true,
  pause: 1,
  patience: 300,
  ...overrides,
});

export const watch = (signal: AbortSignal = new AbortController().signal) => {
  const seen: { loaded: number; total: number | null }[] = [];
  return {
    signal,
    seen,
    onProgress: (loaded: number, total: number | null) => void seen.push({ loaded, total }),
    onPhase: () => undefined,
  };
};
