/** Writes small pictures as PNG (ISO/IEC 15948) without compressing them, and files as a zip archive likewise. */
import { crc32 } from '../crc32';

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (result.set(part, at), at + part.length), 0);
  return result;
}

const big = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

/** Most bytes of one block that is stored as it is. */
const BLOCK = 65535;

/** A zlib stream of stored blocks. */
function stored(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at < bytes.length || at === 0; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    const { length } = block;
    const last = at + BLOCK >= bytes.length;
    parts.push(Uint8Array.of(last ? 1 : 0, length, length >> 8, ~length, ~length >> 8), block);
  }
  return joined([...parts, big(adler32(bytes))]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joined([new TextEncoder().encode(type), data]);
  return joined([big(data.length), body, big(crc32(body))]);
}

/** @param rgba [height, width, 4]; fully opaque */
export function png(rgba: ArrayLike<number>, width: number, height: number): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) rows[y * (1 + 3 * width) + 1 + 3 * x + c] = rgba[(y * width + x) * 4 + c];
    }
  }
  return joined([
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    // 8 bits a channel, RGB.
    chunk('IHDR', joined([big(width), big(height), Uint8Array.of(8, 2, 0, 0, 0)])),
    chunk('IDAT', stored(rows)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}
