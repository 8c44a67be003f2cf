/** The first picture of a GIF, as Pillow's `convert('RGB')` has it: transparent pixels keep the colour they are given. */
import type { DecodedImage } from './types';

const MOST_PIXELS = 2 ** 26;

/** @throws Error saying what is damaged */
export function decodeGif(bytes: Uint8Array): DecodedImage {
  const cut = () => new Error('it is cut off');
  const u16 = (at: number) => bytes[at] | (bytes[at + 1] << 8);
  if (bytes.length < 13) throw cut();
  const [width, height, flags] = [u16(6), u16(8), bytes[10]];
  if (width < 1 || height < 1 || width * height > MOST_PIXELS) throw new Error(`it says it is ${width}x${height}`);
  const tableAt = (at: number, bits: number) => ({
    table: bytes.subarray(at, at + 3 * 2 ** bits),
    end: at + 3 * 2 ** bits,
  });
  let at = 13;
  let palette: Uint8Array | null = null;
  if (flags & 0x80) ({ table: palette, end: at } = tableAt(at, (flags & 7) + 1));
  let transparent: number | null = null;
  /** Joins the blocks at `at`, and goes behind them. */
  const blocks = (): Uint8Array => {
    const parts: Uint8Array[] = [];
    for (;;) {
      if (at >= bytes.length) throw cut();
      const size = bytes[at++];
      if (size === 0) break;
      parts.push(bytes.subarray(at, at + size));
      at += size;
    }
    const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    parts.reduce((to, part) => (joined.set(part, to), to + part.length), 0);
    return joined;
  };
  for (;;) {
    if (at >= bytes.length) throw cut();
    const mark = bytes[at++];
    if (mark === 0x3b) throw new Error('it holds no picture');
    if (mark === 0x21) {
      const label = bytes[at++];
      const body = blocks();
      if (label === 0xf9 && body[0] & 1) transparent = body[3];
      continue;
    }
    if (mark !== 0x2c || at + 10 > bytes.length) throw cut();
    const [left, top, w, h, packed] = [u16(at), u16(at + 2), u16(at + 4), u16(at + 6), bytes[at + 8]];
    at += 9;
    if (packed & 0x80) ({ table: palette, end: at } = tableAt(at, (packed & 7) + 1));
    const codeSize = bytes[at++];
    if (codeSize < 1 || codeSize > 11) throw new Error('its compression is damaged');
    if (left + w > width || top + h > height) throw new Error('its picture is larger than it says');
    const indices = decompress(blocks(), codeSize, w * h);
    const screen = new Uint8Array(width * height).fill(transparent ?? 0);
    const rows = rowOrder(h, (packed & 0x40) !== 0);
    rows.forEach((y, i) => screen.set(indices.subarray(i * w, (i + 1) * w), (top + y) * width + left));
    const rgb = new Uint8Array(3 * width * height);
    // Without a palette an index is a shade of grey.
    for (let i = 0; i < rgb.length; i++) {
      const index = screen[Math.floor(i / 3)];
      rgb[i] = palette ? palette[3 * index + (i % 3)] : index;
    }
    return { width, height, rgb };
  }
}

/** Where the rows go in the order in which they come. */
function rowOrder(height: number, interlaced: boolean): number[] {
  const passes = interlaced
    ? [
        [0, 8],
        [4, 8],
        [2, 4],
        [1, 2],
      ]
    : [[0, 1]];
  return passes.flatMap(([first, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((height - first) / step)) }, (_, i) => first + i * step),
  );
}

/** Lempel, Ziv and Welch, with codes that grow to 12 bits. */
function decompress(data: Uint8Array, codeSize: number, size: number): Uint8Array {
  const result = new Uint8Array(size);
  const [clear, end] = [1 << codeSize, (1 << codeSize) + 1];
  const prefix = new Int32Array(4096);
  const last = new Uint8Array(4096);
  const length = new Int32Array(4096);
  let [bits, next, before] = [codeSize + 1, end + 1, -1];
  let [held, count, to] = [0, 0, 0];
  for (let i = 0; i < clear; i++) [last[i], length[i], prefix[i]] = [i, 1, -1];
  const firstOf = (code: number) => {
    while (prefix[code] >= 0) code = prefix[code];
    return last[code];
  };
  for (let from = 0; to < size;) {
    while (count < bits) {
      if (from >= data.length) throw new Error('it is cut off');
      held |= data[from++] << count;
      count += 8;
    }
    const code = held & ((1 << bits) - 1);
    held >>>= bits;
    count -= bits;
    if (code === clear) {
      [bits, next, before] = [codeSize + 1, end + 1, -1];
      continue;
    }
    if (code === end) throw new Error('it is cut off');
    if (code > next || (code === next && before < 0)) throw new Error('its compression is damaged');
    if (before >= 0 && next < 4096) {
      prefix[next] = before;
      length[next] = length[before] + 1;
      last[next] = code === next ? firstOf(before) : firstOf(code);
      next++;
      if (next === 1 << bits && bits < 12) bits++;
    } else if (code >= next) throw new Error('its compression is damaged');
    let at = to + length[code] - 1;
    to += length[code];
    for (let each = code; each >= 0; each = prefix[each], at--) if (at < size) result[at] = last[each];
    before = code;
  }
  return result;
}
