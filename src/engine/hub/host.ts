/** What downloads need of the world around them; tests play it. */

export interface FileStore {
  /** Null: it is not kept. */
  read(key: string): Promise<ArrayBuffer | null>;
  /** @returns false where it could not be kept: no room, or a browser that stores nothing */
  write(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

export interface FetchOptions {
  method?: 'GET' | 'HEAD';
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface HubHost {
  fetch(url: string, init?: FetchOptions): Promise<Response>;
  /** Files of earlier visits; null: nothing is kept. */
  store: FileStore | null;
  /** SHA-256 in hexadecimal; null where the browser has none (pages without https). */
  sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | null>;
  /** False: surely without a network. */
  online(): boolean;
  /** Milliseconds between attempts, times 2 each; tests take few. */
  pause: number;
  /** Milliseconds without a byte that count as an interruption. */
  patience: number;
}

/** What a caller of a download says and hears. */
export interface DownloadWatch {
  signal: AbortSignal;
  /** Bytes that have come, and how many there will be; null: nobody knows. */
  onProgress(loaded: number, total: number | null): void;
}
