/**
 * Files from other servers, whole or in part: goes on where it was interrupted, tries again where that may help, and
 * answers only with what is complete.
 */
import { say } from '../sentences';
import { Cancelled, HubError } from './hubError';
import type { DownloadWatch, HubHost } from './host';

export interface Expected {
  /** Bytes, where a list of files has said so. */
  size?: number;
  sha256?: string;
}

/** More than any network here: what is larger would not fit beside itself into a browser's memory. */
export const MOST_BYTES = 2 ** 30;
/** Attempts that bring nothing new. */
const ATTEMPTS = 4;
/** Servers that ask for patience are waited for, but not for longer. */
const LONGEST_PAUSE = 20_000;

/** Went wrong in a way that may not come again. */
class Passing extends Error {
  constructor(
    /** Null: no answer at all. */
    readonly status: number | null,
    readonly pause = 0,
  ) {
    super('passing');
  }
}

/** What came does not belong to what came before: from the start. */
class Changed extends Error {}

export const hostOf = (url: string): string => new URL(url).host;
const nameOf = (url: string): string => decodeURIComponent(new URL(url).pathname.split('/').pop() ?? '') || url;

/**
 * A whole file.
 *
 * @throws HubError that says what is wrong and what to do; Cancelled
 */
export async function download(
  host: HubHost,
  url: string,
  watch: DownloadWatch,
  expected: Expected = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const name = nameOf(url);
  if ((expected.size ?? 0) > MOST_BYTES) throw tooLarge(name, expected.size!);
  const parts: Uint8Array[] = [];
  let got = 0;
  let total = expected.size ?? null;
  let tag: string | null = null;
  let restarts = 0;
  await attempts(
    host,
    url,
    watch.signal,
    () => got,
    async (signal) => {
      try {
        const response = await host.fetch(url, { signal, ...(got > 0 ? { headers: { Range: `bytes=${got}-` } } : {}) });
        if (got > 0 && response.status === 416) throw new Changed();
        refuseStatus(url, response);
        const newTag = response.headers.get('etag');
        if (got > 0) {
          const range = contentRange(response);
          // A server that does not know ranges starts again, and so does one whose file is another by now.
          if (response.status !== 206 || (range && range.start !== got)) throw new Changed();
          if (tag !== null && newTag !== null && weak(tag) !== weak(newTag)) throw new Changed();
        } else {
          refusePage(name, response);
          tag = newTag;
          const length = Number(response.headers.get('content-length') ?? NaN);
          if (expected.size === undefined) total = Number.isFinite(length) && length > 0 ? length : null;
          if (total !== null && total > MOST_BYTES) throw tooLarge(name, total);
        }
        watch.onProgress(got, total);
        for await (const part of chunks(response, host, signal)) {
          parts.push(part);
          got += part.length;
          if (got > MOST_BYTES) throw tooLarge(name, got);
          if (expected.size !== undefined && got > expected.size) throw wrongSize(name, got, expected.size);
          watch.onProgress(got, total === null || got > total ? null : total);
        }
        // Compressed on its way, a file may have more bytes than was said; never fewer.
        if (total !== null && got < total) throw new Passing(null);
      } catch (error) {
        if (!(error instanceof Changed)) throw error;
        parts.length = got = 0;
        if (++restarts > 2) throw new HubError(say('hubLies', hostOf(url), name), say('hubLiesHint'));
        throw new Passing(null);
      }
    },
  );
  if (got === 0) throw new HubError(say('hubEmpty', name), say('hubNotFoundHint'));
  const bytes = joined(parts, got);
  if (expected.sha256) {
    const found = await host.sha256(bytes);
    if (found !== null && found !== expected.sha256) throw new HubError(say('hubSum', name), say('hubLiesHint'));
  }
  return bytes;
}

/**
 * Some bytes of a file. The server must know ranges: without, a file of gigabytes would come for a part of it.
 *
 * @param end not included
 * @throws HubError, Cancelled
 */
export async function downloadRange(
  host: HubHost,
  url: string,
  start: number,
  end: number,
  watch: DownloadWatch,
): Promise<Uint8Array<ArrayBuffer>> {
  const wanted = end - start;
  const parts: Uint8Array[] = [];
  let got = 0;
  await attempts(
    host,
    url,
    watch.signal,
    () => got,
    async (signal) => {
      const from = start + got;
      const response = await host.fetch(url, { signal, headers: { Range: `bytes=${from}-${end - 1}` } });
      refuseStatus(url, response);
      const range = contentRange(response);
      if (response.status !== 206) {
        await response.body?.cancel();
        throw new HubError(say('hubNoRanges', hostOf(url)), say('hubNoRangesHint'));
      }
      if (range && range.start !== from)
        throw new HubError(say('hubLies', hostOf(url), nameOf(url)), say('hubLiesHint'));
      for await (const part of chunks(response, host, signal)) {
        parts.push(part);
        got += part.length;
        if (got > wanted) throw new HubError(say('hubLies', hostOf(url), nameOf(url)), say('hubLiesHint'));
        watch.onProgress(got, wanted);
      }
      if (got < wanted) throw new Passing(null);
    },
  );
  return joined(parts, got);
}

/** Bytes of a file, without the file. @throws HubError, Cancelled */
export async function sizeOf(host: HubHost, url: string, signal: AbortSignal): Promise<number> {
  let size = NaN;
  await attempts(
    host,
    url,
    signal,
    () => 0,
    async (inner) => {
      const head = await host.fetch(url, { method: 'HEAD', signal: inner });
      refuseStatus(url, head);
      const text = head.headers.get('content-length') ?? head.headers.get('x-linked-size');
      size = text === null ? NaN : Number(text);
      if (size > 0) return;
      // Some servers say it only of parts.
      const part = await host.fetch(url, { signal: inner, headers: { Range: 'bytes=0-0' } });
      size = contentRange(part)?.total ?? NaN;
      await part.body?.cancel();
    },
  );
  if (!(size > 0)) throw new HubError(say('hubNoRanges', hostOf(url)), say('hubNoRangesHint'));
  return size;
}

/** JSON that says what there is; kept, so that what was loaded once opens without a network as well. */
export async function downloadJson(host: HubHost, url: string, watch: DownloadWatch): Promise<unknown> {
  const key = `${url}#listing`;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await download(host, url, { ...watch, onProgress: () => undefined });
  } catch (error) {
    // What the server itself refuses stays refused.
    const kept = error instanceof HubError && error.said.name === 'hubUnreachable' && (await host.store?.read(key));
    if (!kept) throw error;
    bytes = new Uint8Array(kept);
  }
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    await host.store?.write(key, bytes);
    return value;
  } catch (error) {
    throw new HubError(say('notJson', nameOf(url), (error as Error).message), say('hubLiesHint'));
  }
}

// ---- attempts -------------------------------------------------------------------------------------------------

/**
 * Does it until it is done, or has failed so often in a row without a new byte that it will not come any more.
 */
async function attempts(
  host: HubHost,
  url: string,
  signal: AbortSignal,
  progress: () => number,
  attempt: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  let failed = 0;
  for (;;) {
    const before = progress();
    try {
      if (signal.aborted) throw new Cancelled();
      return await attempt(signal);
    } catch (error) {
      if (signal.aborted) throw new Cancelled();
      if (error instanceof HubError) throw error;
      failed = progress() > before ? 1 : failed + 1;
      if (failed >= ATTEMPTS) throw givenUp(host, url, error, progress());
      const asked = error instanceof Passing ? error.pause : 0;
      await pause(Math.min(LONGEST_PAUSE, Math.max(asked, host.pause * 2 ** (failed - 1))), signal);
    }
  }
}

function givenUp(host: HubHost, url: string, error: unknown, got: number): HubError {
  const server = hostOf(url);
  if (error instanceof Passing && error.status !== null) {
    return new HubError(say('hubBusy', server, error.status), say('hubBusyHint'));
  }
  if (got > 0) return new HubError(say('hubInterrupted', nameOf(url)), say('hubInterruptedHint'));
  if (!host.online()) return new HubError(say('hubUnreachable', server), say('hubOfflineHint'));
  return new HubError(say('hubUnreachable', server), say('hubUnreachableHint', server));
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}

// ---- answers --------------------------------------------------------------------------------------------------

function refuseStatus(url: string, { status, headers }: Response): void {
  if (status >= 200 && status < 300) return;
  const [server, name] = [hostOf(url), nameOf(url)];
  // The hub says 401 of what does not exist as well, and the reason in a header of its own.
  const reason = headers.get('x-error-code');
  if (reason === 'GatedRepo') throw new HubError(say('hubGated', name), say('hubGatedHint'));
  if (status === 404 || status === 410 || reason === 'RepoNotFound') {
    throw new HubError(say('hubNotFound', server, name), say('hubNotFoundHint'));
  }
  if (status === 401 || status === 403) throw new HubError(say('hubForbidden', server, name), say('hubGatedHint'));
  if (status === 429 || status === 408 || status >= 500) {
    const seconds = Number(headers.get('retry-after') ?? 0);
    throw new Passing(status, Number.isFinite(seconds) ? 1000 * seconds : 0);
  }
  throw new HubError(say('hubStatus', server, status, name), say('hubNotFoundHint'));
}

/** A page about a file is not the file. */
function refusePage(name: string, { headers }: Response): void {
  if (/^text\/html\b/i.test(headers.get('content-type') ?? '')) {
    throw new HubError(say('hubPage', name), say('hubPageHint'));
  }
}

const tooLarge = (name: string, bytes: number) =>
  new HubError(
    say('hubTooLarge', name, (bytes / 2 ** 20).toFixed(0), (MOST_BYTES / 2 ** 20).toFixed(0)),
    say('hubTooLargeHint'),
  );
const wrongSize = (name: string, got: number, size: number) =>
  new HubError(say('hubSize', name, got, size), say('hubLiesHint'));

/** The same file whether or not it was compressed on its way. */
const weak = (tag: string): string => tag.replace(/^W\//, '');

function contentRange({ headers }: Response): { start: number; total: number } | null {
  const found = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  return found && { start: Number(found[1]), total: Number(found[2]) };
}

/** Parts of a body as they come. Silence for too long ends it, as an interruption. */
async function* chunks(response: Response, host: HubHost, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      if (signal.aborted) throw new Cancelled();
      const { done, value } = await orSilence(reader.read(), host.patience);
      if (done) return;
      if (value) yield value;
    }
  } finally {
    // After the end this does nothing.
    reader.cancel().catch(() => undefined);
  }
}

function orSilence<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Passing(null)), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
}
