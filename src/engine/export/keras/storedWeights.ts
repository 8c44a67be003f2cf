/** A model's weights as the bytes of its one file and what model.json says of them. */
import type { WeightArray } from '../../network/types';
import type { QuantizedWeight } from '../../quantization/student';

export interface StoredWeight extends WeightArray {
  name: string;
  /** Its values as 8-bit integers, where these stand for exactly the same; null: stored as float32. */
  packed: PackedValues | null;
}

/** Value i is `bytes[i] * scale + min`, in double precision and then rounded to float32, as tfjs reads it. */
export interface PackedValues {
  bytes: Uint8Array;
  scale: number;
  min: number;
}

/**
 * A kernel with one grid for all its values as the format's own 8-bit integers (`quantization` in the manifest). Null
 * where a reader would not get `values` back to the last bit; always for one scale a channel, which the format lacks.
 *
 * @param values as the student computes with them, in any order and with zeros between them
 */
export function packedValues(
  values: Float32Array,
  { bits, scale, zero }: Pick<QuantizedWeight, 'bits' | 'scale' | 'zero'>,
): PackedValues | null {
  if (scale.length !== 1) return null;
  const step = significant(1 / scale[0], 45);
  const min = (zero[0] - 2 ** (bits - 1)) * step;
  const bytes = Uint8Array.from(values, (value) => Math.round((value - min) / step));
  const isExact = values.every((value, i) => Math.fround(bytes[i] * step + min) === value);
  return isExact ? { bytes, scale: step, min } : null;
}

/** Rounded to so many binary digits, so that its products with small whole numbers are exact, and their sum where it is 0. */
function significant(value: number, digits: number): number {
  const unit = 2 ** (Math.floor(Math.log2(value)) + 1 - digits);
  return Math.round(value / unit) * unit;
}

/** The manifest's entries and the bytes they describe, in this order. */
export function storeWeights(weights: readonly StoredWeight[]): { specs: object[]; bytes: ArrayBuffer } {
  const parts = weights.map(({ values, packed }) => packed?.bytes ?? new Uint8Array(Float32Array.from(values).buffer));
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  const specs = weights.map(({ name, shape, packed }) => ({
    name,
    shape,
    dtype: 'float32',
    ...(packed
      ? { quantization: { dtype: 'uint8', scale: packed.scale, min: packed.min, original_dtype: 'float32' } }
      : {}),
  }));
  return { specs, bytes: bytes.buffer };
}
