/** Puts files into a zip archive as they are, without compressing them. */
import { crc32 } from '../crc32';

export interface ArchiveFile {
  name: string;
  bytes: Uint8Array;
}

/** 1 January 1980: an archive of the same files is the same. */
const DATE = 0x21;
/** Names are UTF-8. */
const FLAGS = 0x800;
const VERSION = 20;

function header(fields: readonly (readonly [value: number, bytes: 2 | 4])[]): Uint8Array {
  const size = fields.reduce((sum, [, bytes]) => sum + bytes, 0);
  const view = new DataView(new ArrayBuffer(size));
  let at = 0;
  for (const [value, bytes] of fields) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

/** The archive. @throws RangeError for more than 65,535 files, which needs another format */
export function zip(files: readonly ArchiveFile[]): Uint8Array<ArrayBuffer> {
  if (files.length > 65535) throw new RangeError(`A zip archive holds 65,535 files, not ${files.length}.`);
  const [parts, directory]: [Uint8Array[], Uint8Array[]] = [[], []];
  let at = 0;
  for (const { name, bytes } of files) {
    const encoded = new TextEncoder().encode(name);
    const common = [
      [VERSION, 2],
      [FLAGS, 2],
      [0, 2],
      [0, 2],
      [DATE, 2],
      [crc32(bytes), 4],
      [bytes.length, 4],
      [bytes.length, 4],
      [encoded.length, 2],
      [0, 2],
    ] as const;
    const local = header([[0x04034b50, 4], ...common]);
    directory.push(
      header([[0x02014b50, 4], [VERSION, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]]),
      encoded,
    );
    parts.push(local, encoded, bytes);
    at += local.length + encoded.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = header([
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [files.length, 2],
    [files.length, 2],
    [size, 4],
    [at, 4],
    [0, 2],
  ]);
  const all = [...parts, ...directory, end];
  const result = new Uint8Array(at + size + end.length);
  all.reduce((place, part) => (result.set(part, place), place + part.length), 0);
  return result;
}
