/** Writes the safetensors format (see safetensors.ts), all tensors as float32. */
import type { WeightArray } from './types';

/** @param metadata texts that go along, e.g. how the weights came to be; readers that want none leave them out */
export function writeSafetensors(
  tensors: Readonly<Record<string, WeightArray>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  let size = 0;
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  for (const [name, { shape, values }] of Object.entries(tensors))
    header[name] = { dtype: 'F32', shape, data_offsets: [size, (size += 4 * values.length)] };
  const text = JSON.stringify(header);
  const encoded = new TextEncoder().encode(text);
  // Blanks up to a multiple of 8, so that values lie where they can be read in place.
  const length = Math.ceil(encoded.length / 8) * 8;
  const file = new Uint8Array(8 + length + size).fill(32, 8, 8 + length);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(length), true);
  file.set(encoded, 8);
  let at = 8 + length;
  for (const { values } of Object.values(tensors))
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  return file;
}
