/**
 * Zip archives by their central directory, at the end: what local headers say may be missing (archives written in one
 * go have sizes behind the data) and may occur in a stored file's bytes.
 */
import { say } from '../../sentences';
import { DatasetError } from './datasetError';
import { crc32 } from '../../crc32';
import { inflate } from './inflate';

export interface ZipEntry {
  /** With "/" between folders; ends in "/" for a folder. */
  name: string;
  /** Uncompressed bytes. */
  size: number;
  read(): Promise<Uint8Array>;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** Of the record at the end, and of the longest comment behind it. */
const END_BYTES = 22;
const LONGEST_COMMENT = 65535;
/** Of one file in the archive. */
const MOST_BYTES = 2 ** 30;

const HINT = say('zipHint');

/** Where the record at the end is; null: there is none. A comment may hold what looks like one. */
function endOf(view: DataView): number | null {
  const last = view.byteLength - END_BYTES;
  let found: number | null = null;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + view.getUint16(at + 20, true) === last) return at;
    found ??= at;
  }
  return found;
}

/** @throws DatasetError where it is no zip archive, is cut off, or needs what is not read here (64 bits, passwords) */
export function readZip(name: string, buffer: ArrayBuffer): ZipEntry[] {
  const view = new DataView(buffer);
  const damaged = () => new DatasetError(say('zipDamaged', name), HINT);
  const end = endOf(view);
  if (end === null) throw damaged();
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff) throw new DatasetError(say('zipLarge', name), HINT);
  // What was put in front of the archive (a program that unpacks it) is not counted in its places.
  const startsAt = (place: number) =>
    place >= 0 && place + 4 <= buffer.byteLength && view.getUint32(place, true) === CENTRAL;
  const behind = end - view.getUint32(end + 12, true);
  const before = !startsAt(at) && startsAt(behind) && behind > at ? behind - at : 0;
  at += before;
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > buffer.byteLength || view.getUint32(at, true) !== CENTRAL) throw damaged();
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const checksum = view.getUint32(at + 16, true);
    const local = before + view.getUint32(at + 42, true);
    if (at + 46 + nameLength > buffer.byteLength) throw damaged();
    const bytes = new Uint8Array(buffer, at + 46, nameLength);
    const path = new TextDecoder().decode(bytes).replaceAll('\\', '/');
    at += 46 + nameLength + extra + comment;
    entries.push({
      name: path,
      size,
      read: async () => {
        if ((flags & 1) !== 0) throw new DatasetError(say('zipPassword', path), HINT);
        if (local + 30 > buffer.byteLength || view.getUint32(local, true) !== LOCAL) throw damaged();
        // The local header's own lengths of name and extra field count: they may differ from the directory's.
        const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
        if (start + packed > buffer.byteLength || size > MOST_BYTES) throw damaged();
        const data = new Uint8Array(buffer, start, packed);
        const whole = (bytes: Uint8Array) => {
          // 0: whoever wrote it left it out.
          if (checksum !== 0 && crc32(bytes) !== checksum) throw damaged();
          return bytes;
        };
        if (method === 0) return whole(data);
        if (method !== 8) throw new DatasetError(say('zipMethod', path, method), HINT);
        const result = await inflate(data, 'deflate-raw', size).catch(() => null);
        if (result?.length !== size) throw damaged();
        return whole(result);
      },
    });
  }
  return entries;
}
