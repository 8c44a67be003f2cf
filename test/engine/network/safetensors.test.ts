import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../../src/engine/network/networkError';
import { readSafetensors } from '../../../src/engine/network/safetensors';
import { float32, safetensorsFile } from './safetensorsFile';

/** 1.5 and -2 in each type, as the format's bytes. */
const TYPES: [string, number[], number[]][] = [
  ['F64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0], [1.5, -2]],
  ['F16', [0x00, 0x3e, 0x00, 0xc0], [1.5, -2]],
  ['BF16', [0xc0, 0x3f, 0x00, 0xc0], [1.5, -2]],
  ['I64', [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 3, 1, 0, 0, 0, 0, 0, 0], [-2, 259]],
  ['I8', [0xfe, 3], [-2, 3]],
  ['U8', [0xfe, 3], [254, 3]],
];

describe('readSafetensors', () => {
  it('reads several tensors by name, and leaves the metadata out', () => {
    const file = safetensorsFile(
      { 'a.weight': float32([2, 3], [1, 2, 3, 4, 5, 6.5]), empty: float32([0], []), scalar: float32([], [-7]) },
      { __metadata__: { format: 'pt' } },
    );
    const tensors = readSafetensors(file);
    expect(Object.keys(tensors)).toEqual(['a.weight', 'empty', 'scalar']);
    expect(tensors['a.weight']).toEqual({ shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6.5) });
    expect(tensors.empty.values).toHaveLength(0);
    expect(tensors.scalar).toEqual({ shape: [], values: Float32Array.of(-7) });
  });

  it.each(TYPES)('reads %s', (dtype, bytes, values) => {
    const file = safetensorsFile({
      before: { dtype: 'U8', shape: [1], bytes: Uint8Array.of(9) },
      x: { dtype, shape: [2], bytes: Uint8Array.from(bytes) },
    });
    expect([...readSafetensors(file).x.values]).toEqual(values);
  });

  const good = safetensorsFile({ x: float32([2], [1, 2]) });
  it.each<[string, ArrayBuffer, RegExp]>([
    ['a file of a few bytes', new ArrayBuffer(5), /too short/],
    [
      'a file of something else',
      new TextEncoder().encode('PK\u0003\u0004 some archive of another kind').buffer as ArrayBuffer,
      /no safetensors file/,
    ],
    ['a header that is no JSON', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7b).buffer, /not JSON/],
    ['values that are cut off', good.slice(0, good.byteLength - 1), /"x" lies outside/],
    [
      'a type that is not read',
      safetensorsFile({ x: { dtype: 'F8_E4M3', shape: [1], bytes: Uint8Array.of(1) } }),
      /"x" has the type F8_E4M3/,
    ],
    [
      'a shape that does not fit',
      safetensorsFile({ x: float32([3], [1, 2]) }),
      /"x" of shape \[3\] needs 12 bytes, not 8/,
    ],
    [
      'an entry without offsets',
      safetensorsFile({}, { x: { dtype: 'F32', shape: [1] } }),
      /does not describe tensor "x"/,
    ],
  ])('refuses %s', (_, file, message) => {
    expect(() => readSafetensors(file)).toThrow(NetworkError);
    expect(() => readSafetensors(file)).toThrow(message);
  });
});
