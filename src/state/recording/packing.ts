/** Bytes and numbers as short texts: deflated, then base64. */

async function through(
  bytes: Uint8Array,
  transform: CompressionStream | DecompressionStream,
  limit: number,
): Promise<Uint8Array> {
  const reader = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(transform).getReader();
  const result = new Uint8Array(limit);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return result.subarray(0, length);
    if (length + value.length > limit) {
      await reader.cancel();
      throw new RangeError(`There are more than ${limit} bytes.`);
    }
    result.set(value, length);
    length += value.length;
  }
}

export async function packBytes(bytes: Uint8Array): Promise<string> {
  // Bytes that cannot be made shorter become a little longer.
  const packed = await through(bytes, new CompressionStream('deflate-raw'), bytes.length + (bytes.length >> 4) + 64);
  let text = '';
  for (let i = 0; i < packed.length; i += 0x2000) text += String.fromCharCode(...packed.subarray(i, i + 0x2000));
  return btoa(text);
}

/** @throws where the text is not the packed form of exactly `length` bytes; never takes more memory than those need */
export async function unpackBytes(text: string, length: number): Promise<Uint8Array> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const result = await through(bytes, new DecompressionStream('deflate-raw'), length);
  if (result.length !== length) throw new RangeError(`There are ${result.length} bytes instead of ${length}.`);
  return result;
}

/** Numbers as whole multiples of `scale`. */
export interface PackedNumbers {
  scale: number;
  data: string;
}

/** The largest multiple; finer than a pixel of any chart. */
const LARGEST = 4095;
const NOT_A_NUMBER = -32768;

export async function packNumbers(values: Float32Array): Promise<PackedNumbers> {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  const scale = Number((largest / LARGEST || 1).toPrecision(6));
  const count = values.length;
  // Low bytes first, then high ones: those hardly differ and deflate to almost nothing.
  const bytes = new Uint8Array(2 * count);
  values.forEach((value, i) => {
    const multiple = Number.isFinite(value) ? Math.round(value / scale) : NOT_A_NUMBER;
    bytes[i] = multiple & 255;
    bytes[count + i] = (multiple >> 8) & 255;
  });
  return { scale, data: await packBytes(bytes) };
}

/** @throws where `data` does not hold `count` numbers */
export async function unpackNumbers({ scale, data }: PackedNumbers, count: number): Promise<Float32Array> {
  const bytes = await unpackBytes(data, 2 * count);
  return Float32Array.from({ length: count }, (_, i) => {
    const multiple = ((bytes[count + i] << 24) >> 16) | bytes[i];
    return multiple === NOT_A_NUMBER ? NaN : multiple * scale;
  });
}
