/** Protocol Buffers' wire format, as far as ONNX files use it: a message's fields by number, read without a schema. */

export interface WireField {
  number: number;
  /** Varint or fixed value; for lengths the bytes are in `bytes`. */
  value: bigint;
  bytes: Uint8Array;
  wire: number;
}

export class WireError extends Error {}

/** All fields of a message in order. @throws WireError where the bytes are none, or are cut off */
export function* wireFields(bytes: Uint8Array): Generator<WireField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const none = bytes.subarray(0, 0);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) throw new WireError('it is cut off');
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new WireError('it is no protobuf file');
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [number, wire] = [Math.floor(tag / 8), tag & 7];
    if (number < 1 || number > 536870911) throw new WireError('it is no protobuf file');
    if (wire === 0) {
      yield { number, wire, value: varint(), bytes: none };
    } else if (wire === 1 || wire === 5) {
      const length = wire === 1 ? 8 : 4;
      if (at + length > bytes.length) throw new WireError('it is cut off');
      const value = wire === 1 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
      yield { number, wire, value, bytes: bytes.subarray(at, at + length) };
      at += length;
    } else if (wire === 2) {
      const length = Number(varint());
      if (at + length > bytes.length) throw new WireError('it is cut off');
      yield { number, wire, value: 0n, bytes: bytes.subarray(at, at + length) };
      at += length;
    } else throw new WireError('it is no protobuf file');
  }
}

const decoder = new TextDecoder();
export const text = ({ bytes }: WireField): string => decoder.decode(bytes);
/** A whole number, signed, as far as doubles hold it. */
export const whole = ({ value }: WireField): number => Number(BigInt.asIntN(64, value));

/** Repeated numbers, packed or one by one. @throws WireError where one is longer than 64 bits */
export function wholes(field: WireField): number[] {
  if (field.wire !== 2) return [whole(field)];
  const result: number[] = [];
  let [value, shift] = [0n, 0n];
  for (const byte of field.bytes) {
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) {
      result.push(Number(BigInt.asIntN(64, value)));
      [value, shift] = [0n, 0n];
    } else if ((shift += 7n) >= 70n) throw new WireError('it is no protobuf file');
  }
  return result;
}

export function floats(field: WireField): number[] {
  const { bytes } = field;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => view.getFloat32(4 * i, true));
}

export function doubles({ bytes }: WireField): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 8) }, (_, i) => view.getFloat64(8 * i, true));
}

function encodedVarint(value: number): number[] {
  const result: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) result.push((rest % 128) + 128);
  return [...result, rest];
}

/** A field with bytes, as it is written. */
export function encoded(number: number, bytes: Uint8Array | number[]): number[] {
  return [...encodedVarint(number * 8 + 2), ...encodedVarint(bytes.length), ...bytes];
}
