/**
 * Reads the safetensors format: 8 bytes with the length N of the header (little-endian), N bytes of JSON, then the
 * values of all tensors, row-major and little-endian. The header names each tensor's dtype, shape and [begin, end)
 * within the values.
 */
import { fromHalf } from '../float16';
import { parseJson } from '../json';
import { say } from '../sentences';
import { NetworkError } from './networkError';
import type { WeightArray } from './types';

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** How one value of a dtype is read: bytes it takes, and its number. 64-bit integers beyond 2^53 are rounded. */
const READERS: Record<string, { bytes: number; read(view: DataView, at: number): number }> = {
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view, at) => fromHalf(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view, at) => upperHalf(view.getUint16(at, true)) },
  I64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  I16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  I8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) },
};

const WORD = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper 16 bits of a float32. */
function upperHalf(bits: number): number {
  WORD.setUint32(0, bits * 65536);
  return WORD.getFloat32(0);
}

const HINT = say('safetensorsHint');

/**
 * All tensors of a file, by name, as float32.
 *
 * @throws NetworkError that says what is wrong: cut off, a header that is not JSON, a dtype that is not read (by name),
 *   a tensor whose bytes do not fit its shape or lie outside the file
 */
export function readSafetensors(buffer: ArrayBuffer): Record<string, WeightArray> {
  const { header, start } = readHeader(buffer);
  const view = new DataView(buffer, start);
  let open = view.byteLength;
  return Object.fromEntries(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, entry]) => {
        const { dtype, shape, data_offsets: offsets } = checked(name, entry);
        const reader = Object.hasOwn(READERS, dtype) ? READERS[dtype] : null;
        if (!reader) {
          const types = Object.keys(READERS).join(', ');
          throw new NetworkError(say('weightType', name, dtype), say('typesRead', types));
        }
        const count = shape.reduce((a, b) => a * b, 1);
        const [begin, end] = offsets;
        if (end - begin !== count * reader.bytes) {
          throw new NetworkError(say('tensorNeedsBytes', name, String(shape), count * reader.bytes, end - begin), HINT);
        }
        if (end > view.byteLength) throw new NetworkError(say('tensorOutsideFile', name), HINT);
        // Tensors that share their bytes would make a large network of a small file.
        if ((open -= end - begin) < 0) throw new NetworkError(say('tensorsOverlap', name), HINT);
        const values = new Float32Array(count);
        for (let i = 0; i < count; i++) values[i] = reader.read(view, begin + i * reader.bytes);
        return [name, { shape, values }];
      }),
  );
}

/** The texts that go along with the tensors. @throws NetworkError as `readSafetensors` */
export function readSafetensorsMetadata(buffer: ArrayBuffer): Record<string, string> {
  const { __metadata__: texts } = readHeader(buffer).header;
  return Object.fromEntries(
    Object.entries(typeof texts === 'object' && texts !== null ? texts : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

function readHeader(buffer: ArrayBuffer): { header: Record<string, unknown>; start: number } {
  if (buffer.byteLength < 8) throw new NetworkError(say('safetensorsShort'), HINT);
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const start = 8 + length;
  if (start > buffer.byteLength) throw new NetworkError(say('safetensorsCut'), HINT);
  let header: unknown;
  try {
    header = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(buffer, 8, length)));
  } catch {
    throw new NetworkError(say('safetensorsNotJson'), HINT);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new NetworkError(say('safetensorsNoTensors'), HINT);
  }
  return { header: header as Record<string, unknown>, start };
}

function checked(name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>;
  const whole = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
  const wholes = (values: unknown): values is number[] => Array.isArray(values) && values.every(whole);
  if (typeof dtype !== 'string' || !wholes(shape) || !wholes(offsets) || offsets.length !== 2) {
    throw new NetworkError(say('safetensorsUndescribed', name), HINT);
  }
  return { dtype, shape, data_offsets: offsets };
}
