/** Decompression by what browser and Node bring along. */

/**
 * @param most bytes that may come out: a small file can hold an endless one
 * @throws Error where the data is damaged or more comes out
 */
export async function inflate(
  data: Uint8Array,
  format: 'deflate' | 'deflate-raw' | 'gzip',
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([data as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream(format));
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || !value) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new Error(`more than ${most} bytes come out`);
    }
    parts.push(value);
  }
  const result = new Uint8Array(size);
  parts.reduce((at, part) => (result.set(part, at), at + part.length), 0);
  return result;
}
