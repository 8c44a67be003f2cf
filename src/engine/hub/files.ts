/** Files of the hub that are kept for the next time, and lists of what there is. */
import { say } from '../sentences';
import { download, downloadJson, type Expected } from './download';
import { HubError } from './hubError';
import type { DownloadWatch, HubHost } from './host';

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface ListedFile extends Expected {
  path: string;
}

export interface Repository {
  /** Commit: files are fetched, and kept, of it. */
  sha: string;
  files: ListedFile[];
  /** What its page says of itself. */
  card: Record<string, unknown>;
}

/**
 * @param kind as the hub's addresses have it
 * @throws HubError where it does not exist, or is not for everybody
 */
export async function readRepository(
  host: HubHost,
  hub: string,
  kind: 'models' | 'datasets',
  id: string,
  revision: string,
  watch: DownloadWatch,
): Promise<Repository> {
  const url = `${hub}/api/${kind}/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  let info: unknown;
  try {
    info = await downloadJson(host, url, watch);
  } catch (error) {
    // Its last part is the revision, which nobody has typed.
    if (error instanceof HubError && ['hubNotFound', 'hubForbidden'].includes(error.said.name)) {
      throw new HubError(say('hubNotFound', new URL(hub).host, id), say('hubNotFoundHint'));
    }
    throw error;
  }
  if (!isRecord(info) || !Array.isArray(info.siblings)) {
    throw new HubError(say('hubListing', id), say('hubLiesHint'));
  }
  if (info.gated !== undefined && info.gated !== false) throw new HubError(say('hubGated', id), say('hubGatedHint'));
  const files = info.siblings.filter(isRecord).flatMap(({ rfilename, size, lfs }): ListedFile[] => {
    if (typeof rfilename !== 'string') return [];
    const sum = isRecord(lfs) ? lfs.sha256 : undefined;
    return [
      {
        path: rfilename,
        ...(typeof size === 'number' ? { size } : {}),
        ...(typeof sum === 'string' ? { sha256: sum } : {}),
      },
    ];
  });
  return {
    sha: typeof info.sha === 'string' ? info.sha : revision,
    files,
    card: isRecord(info.cardData) ? info.cardData : {},
  };
}

/** Some files one after the other, each from the store where it is kept there. */
export class Fetcher {
  /** Something could not be kept. */
  full = false;
  private done = 0;
  private total: number | null;

  constructor(
    private readonly host: HubHost,
    private readonly watch: DownloadWatch,
    files: readonly Expected[] = [],
  ) {
    const sizes = files.map(({ size }) => size);
    this.total = sizes.length === 0 || sizes.includes(undefined) ? null : sizes.reduce<number>((a, b) => a + b!, 0);
  }

  /** @param keep the address says which version it is: what is kept under it stays right */
  async get(url: string, expected: Expected, keep: boolean): Promise<ArrayBuffer> {
    const kept = keep ? await this.host.store?.read(url) : null;
    const before = this.done;
    if (kept && (expected.size === undefined || kept.byteLength === expected.size)) {
      this.report(before + kept.byteLength, null);
      return kept;
    }
    const bytes = await download(
      this.host,
      url,
      {
        signal: this.watch.signal,
        onProgress: (loaded, total) => this.report(before + loaded, total === null ? null : before + total),
      },
      expected,
    );
    this.report(before + bytes.length, null);
    if (keep && this.host.store && !(await this.host.store.write(url, bytes))) this.full = true;
    return bytes.buffer;
  }

  private report(done: number, total: number | null): void {
    this.done = done;
    this.watch.onProgress(done, this.total ?? total);
  }
}
