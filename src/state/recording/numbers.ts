import type { Field } from './checks';
import { LIMITS } from './format';
import { unpackNumbers } from './packing';

/** As many packed numbers as there must be. @throws RecordingError */
export async function readNumbers(field: Field, count: number): Promise<Float32Array> {
  const scale = field.get('scale').number(0, 1e30);
  return field.get('data').unpacked((data) => unpackNumbers({ scale, data }, count), LIMITS.fileBytes);
}
