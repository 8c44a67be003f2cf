/** What a file is, by its bytes: names are a guess at best. */
import { cifarKindOf } from './cifar';
import { isIdx } from './idx';

/** Endings of pictures' names. */
export const PICTURE_NAME = /\.(png|jpe?g|jfif|webp|gif|bmp|avif)$/i;

export type FileKind = 'zip' | 'gzip' | 'tar' | 'archive' | 'parquet' | 'picture' | 'idx' | 'cifar' | 'text' | 'other';

const starts = (bytes: Uint8Array, text: string, at = 0) =>
  bytes.length >= at + text.length && [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));

const OTHER_ARCHIVES = ['BZh', '\xfd7zXZ\0', '7z\xbc\xaf\x27\x1c', 'Rar!\x1a\x07', '\x28\xb5\x2f\xfd'];

/** @param name decides only where the bytes do not: a file of CIFAR's has no mark of its own */
export function kindOf(name: string, bytes: Uint8Array): FileKind {
  if (starts(bytes, 'PK\x03\x04') || starts(bytes, 'PK\x05\x06')) return 'zip';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  if (starts(bytes, 'ustar', 257)) return 'tar';
  // bzip2, xz, 7z, rar and Zstandard: known, and not read.
  if (OTHER_ARCHIVES.some((mark) => starts(bytes, mark))) return 'archive';
  if (starts(bytes, 'PAR1')) return 'parquet';
  if (pictureKindOf(bytes) !== null) return 'picture';
  if (isIdx(bytes)) return 'idx';
  if (cifarKindOf(name, bytes) !== null) return 'cifar';
  return isText(bytes) ? 'text' : 'other';
}

export type PictureKind = 'png' | 'jpeg' | 'gif' | 'bmp' | 'webp' | 'avif';

/** Null: no picture that is known here. */
export function pictureKindOf(bytes: Uint8Array): PictureKind | null {
  if (starts(bytes, '\x89PNG')) return 'png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'jpeg';
  if (starts(bytes, 'GIF87a') || starts(bytes, 'GIF89a')) return 'gif';
  // Two letters are little: the length of the header that follows tells.
  if (starts(bytes, 'BM') && bytes.length > 26 && bytes[15] === 0 && bytes[14] >= 12 && bytes[14] <= 124) return 'bmp';
  if (starts(bytes, 'RIFF') && starts(bytes, 'WEBP', 8)) return 'webp';
  if (starts(bytes, 'ftypavif', 4)) return 'avif';
  return null;
}

/** No bytes that texts have not, in the first of them. */
function isText(bytes: Uint8Array): boolean {
  // UTF-16, as spreadsheets save it.
  if (bytes.length > 3 && (starts(bytes, '\xff\xfe') || starts(bytes, '\xfe\xff'))) return true;
  return bytes.length > 0 && bytes.subarray(0, 4096).every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));
}
