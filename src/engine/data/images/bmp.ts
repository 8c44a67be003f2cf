/** Windows bitmaps without compression: 1, 4 and 8 bits with a palette, 24 and 32 bits as blue, green, red. */
import type { DecodedImage } from './types';

const MOST_PIXELS = 2 ** 26;

/** @throws Error saying what is damaged or not read */
export function decodeBmp(bytes: Uint8Array): DecodedImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cut = () => new Error('it is cut off');
  if (bytes.length < 54) throw cut();
  const [offset, header] = [view.getUint32(10, true), view.getUint32(14, true)];
  if (header < 40) throw new Error('bitmaps of OS/2 are not read');
  const width = view.getInt32(18, true);
  const signed = view.getInt32(22, true);
  const height = Math.abs(signed);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (width < 1 || height < 1 || width * height > MOST_PIXELS) throw new Error(`it says it is ${width}x${height}`);
  // 3: fields of bits, which are those of 32 bits everywhere.
  if (![1, 4, 8, 24, 32].includes(bits) || (compression !== 0 && !(compression === 3 && bits === 32)))
    throw new Error(`a bitmap of ${bits} bits that is compressed (${compression}) is not read`);
  if (compression === 3 && (view.getUint32(54, true) !== 0xff0000 || view.getUint32(62, true) !== 0xff))
    throw new Error('its colours lie in an unusual order');
  const row = Math.ceil((width * bits) / 32) * 4;
  if (offset + row * height > bytes.length) throw cut();
  const palette = 14 + header;
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const start = offset + (signed > 0 ? height - 1 - y : y) * row;
    for (let x = 0; x < width; x++) {
      let from = start + (x * bits) / 8;
      if (bits <= 8) {
        const byte = bytes[Math.floor(from)];
        const index = (byte >> (8 - bits - ((x * bits) % 8))) & ((1 << bits) - 1);
        from = palette + 4 * index;
        if (from + 3 > offset) throw new Error('a pixel lies outside its palette');
      }
      for (let c = 0; c < 3; c++) rgb[(y * width + x) * 3 + c] = bytes[from + 2 - c];
    }
  }
  return { width, height, rgb };
}
