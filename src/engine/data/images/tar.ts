/** Tar archives, as datasets of universities come: 512 bytes of header, then the file, padded to 512. */
import { say } from '../../sentences';
import { DatasetError } from './datasetError';
import type { Place } from './types';

const BLOCK = 512;

/** @throws DatasetError where the archive is cut off */
export function readTar(name: string, bytes: Uint8Array): Place[] {
  const places: Place[] = [];
  const text = (at: number, length: number) => {
    const field = bytes.subarray(at, at + length);
    const end = field.indexOf(0);
    return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
  };
  let longName: string | null = null;
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const size = parseInt(text(at + 124, 12).trim() || '0', 8);
    const kind = text(at + 156, 1) || '0';
    const start = at + BLOCK;
    if (!Number.isSafeInteger(size) || size < 0 || start + size > bytes.length)
      throw new DatasetError(say('archiveCut', name), say('archiveHint'));
    const prefix = text(at + 345, 155);
    const path: string = longName ?? (prefix ? `${prefix}/` : '') + text(at, 100);
    const body = bytes.subarray(start, start + size);
    longName = kind === 'L' ? text(start, size) : kind === 'x' ? paxPath(body) : null;
    if (kind === '0' || kind === '7') places.push({ path, read: async () => body });
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return places;
}

/** The path that an extended header gives the file after it. */
function paxPath(body: Uint8Array): string | null {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(new TextDecoder().decode(body))?.[1] ?? null;
}
