/**
 * PNG as Pillow's `convert('RGB')` has it, which networks are trained on: colour under transparency stays (a canvas
 * multiplies it away), gamma and colour profiles are not applied, 16 bits become 8 by division by 257.
 */
import type { DecodedImage } from './types';
import { inflate } from './inflate';

/** Most pixels of an image: what declares more is no photograph. */
const MOST_PIXELS = 2 ** 26;
/** Values a pixel by colour type. */
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Adam7: first column, first row, columns and rows from one pixel to the next. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

interface Header {
  width: number;
  height: number;
  depth: number;
  type: number;
  interlaced: boolean;
}

/** @throws Error saying what is damaged */
export async function decodePng(bytes: Uint8Array): Promise<DecodedImage> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: Header | null = null;
  let palette: Uint8Array | null = null;
  const data: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (at + 12 + length > bytes.length) throw new Error('it is cut off');
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (kind === 'IHDR') header = readHeader(body);
    else if (kind === 'PLTE') palette = body;
    else if (kind === 'IDAT') data.push(body);
    else if (kind === 'IEND') break;
    at += 12 + length;
  }
  if (!header || data.length === 0) throw new Error('it is cut off');
  const { width, height, depth, type, interlaced } = header;
  const bits = depth * CHANNELS[type];
  const rowBytes = (pixels: number) => Math.ceil((pixels * bits) / 8);
  const passes = interlaced ? PASSES : [[0, 0, 1, 1]];
  const sizes = passes.map(([x, y, dx, dy]) => [
    Math.max(0, Math.ceil((width - x) / dx)),
    Math.max(0, Math.ceil((height - y) / dy)),
  ]);
  const expected = sizes.reduce((sum, [w, h]) => sum + (w === 0 ? 0 : h * (1 + rowBytes(w))), 0);
  const joined = new Uint8Array(data.reduce((sum, part) => sum + part.length, 0));
  data.reduce((at, part) => (joined.set(part, at), at + part.length), 0);
  const raw = await inflate(joined, 'deflate', expected + 65536);
  if (raw.length < expected) throw new Error('it is cut off');
  const rgb = new Uint8Array(width * height * 3);
  const step = Math.max(1, bits >> 3);
  let at = 0;
  passes.forEach(([x0, y0, dx, dy], p) => {
    const [w, h] = sizes[p];
    if (w === 0) return;
    const length = rowBytes(w);
    let above = new Uint8Array(length);
    for (let r = 0; r < h; r++) {
      const row = raw.subarray(at + 1, at + 1 + length);
      unfilter(raw[at], row, above, step);
      for (let c = 0; c < w; c++) {
        writePixel(rgb, ((y0 + r * dy) * width + x0 + c * dx) * 3, row, c, depth, type, palette);
      }
      above = row;
      at += 1 + length;
    }
  });
  return { width, height, rgb };
}

function readHeader(body: Uint8Array): Header {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  if (body.length < 13) throw new Error('it is cut off');
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, type, , , interlace] = body.subarray(8, 13);
  const depths: Record<number, number[]> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) throw new Error(`it is ${width}x${height} pixels`);
  if (!depths[type]?.includes(depth)) throw new Error('its colours are of no known kind');
  return { width, height, depth, type, interlaced: interlace === 1 };
}

/** A row's bytes from what they differ from: the byte before, above, or both. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  for (let i = 0; i < row.length; i++) {
    const [a, b] = [i >= step ? row[i - step] : 0, above[i]];
    if (filter === 1) row[i] += a;
    else if (filter === 2) row[i] += b;
    else if (filter === 3) row[i] += (a + b) >> 1;
    else if (filter === 4) {
      const c = i >= step ? above[i - step] : 0;
      const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
      row[i] += pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    } else if (filter !== 0) throw new Error('a row is damaged');
  }
}

function writePixel(
  rgb: Uint8Array,
  to: number,
  row: Uint8Array,
  column: number,
  depth: number,
  type: number,
  palette: Uint8Array | null,
): void {
  const channels = CHANNELS[type];
  const value = (channel: number): number => {
    const index = column * channels + channel;
    if (depth === 16) return Math.round(((row[2 * index] << 8) | row[2 * index + 1]) / 257);
    if (depth === 8) return row[index];
    const shift = 8 - depth - ((index * depth) & 7);
    return (row[(index * depth) >> 3] >> shift) & ((1 << depth) - 1);
  };
  if (type === 3) {
    const entry = value(0) * 3;
    if (!palette || entry + 3 > palette.length) throw new Error('a colour is not in its palette');
    rgb.set(palette.subarray(entry, entry + 3), to);
  } else if (type === 0 || type === 4) {
    const grey = depth < 8 ? Math.round((value(0) * 255) / ((1 << depth) - 1)) : value(0);
    rgb.fill(grey, to, to + 3);
  } else for (let c = 0; c < 3; c++) rgb[to + c] = value(c);
}
