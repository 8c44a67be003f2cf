/** Writes safetensors files for tests. */

export interface FileTensor {
  dtype: string;
  shape: number[];
  /** Little-endian values. */
  bytes: Uint8Array;
}

export const float32 = (shape: number[], values: ArrayLike<number>): FileTensor => ({
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

/** @param header changes to what the header says */
export function safetensorsFile(
  tensors: Record<string, FileTensor>,
  header: Record<string, unknown> = {},
): ArrayBuffer {
  let at = 0;
  const entries = Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => [
    name,
    { dtype, shape, data_offsets: [at, (at += bytes.length)] },
  ]);
  const text = new TextEncoder().encode(JSON.stringify({ ...Object.fromEntries(entries), ...header }));
  const file = new Uint8Array(8 + text.length + at);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  at = 8 + text.length;
  for (const { bytes } of Object.values(tensors)) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file.buffer;
}
