/**
 * A trained generator as a file: 8 bytes of magic, the length of a JSON header (uint32), the header, then every
 * weight's values in the header's order. Little-endian. Half precision halves the download; the generator goes on
 * training from it.
 */
import { fromHalf, toHalf } from '../float16';
import { parseJson } from '../json';
import type { WeightArray } from '../network/types';
import { generatorShapes, type GeneratorConfig } from './generator';

export type CheckpointPrecision = 'float16' | 'float32';

/** Where a checkpoint comes from. */
export interface CheckpointMeta {
  config: GeneratorConfig;
  /** Training steps taken. */
  steps: number;
  seed: number;
  /** Name of the network whose statistics it was trained on: of no use for another. */
  network: string;
  /** Settings that matter, as name and value, to be shown. */
  settings: Record<string, string | number | boolean>;
  /** One line for the reader. */
  note: string;
}

export interface Checkpoint {
  meta: CheckpointMeta;
  weights: Record<string, WeightArray>;
}

/** A file that is no usable checkpoint; the message says why. */
export class CheckpointError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CheckpointError';
  }
}

const MAGIC = 'FDDAGEN1';
const PREFIX = MAGIC.length + 4;

interface Header {
  precision: CheckpointPrecision;
  meta: CheckpointMeta;
  /** Values of each weight, in the order of the data. */
  tensors: { name: string; shape: number[] }[];
}

/**
 * @param weights as `Generator.download` gives them
 * @throws CheckpointError for a value that is not finite in this precision, naming the weight
 */
export function encodeCheckpoint(
  weights: Record<string, WeightArray>,
  meta: CheckpointMeta,
  precision: CheckpointPrecision = 'float16',
): ArrayBuffer {
  const entries = Object.entries(weights);
  const header: Header = { precision, meta, tensors: entries.map(([name, { shape }]) => ({ name, shape })) };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const width = precision === 'float16' ? 2 : 4;
  const count = entries.reduce((sum, [, { values }]) => sum + values.length, 0);
  const buffer = new ArrayBuffer(PREFIX + text.length + count * width);
  new Uint8Array(buffer).set(new TextEncoder().encode(MAGIC));
  const view = new DataView(buffer);
  view.setUint32(MAGIC.length, text.length, true);
  new Uint8Array(buffer).set(text, PREFIX);
  let at = PREFIX + text.length;
  for (const [name, { values }] of entries) {
    for (const value of values) {
      const half = precision === 'float16' ? toHalf(value) : 0;
      if (!Number.isFinite(precision === 'float16' ? fromHalf(half) : value)) {
        throw new CheckpointError(`The generator's weight '${name}' holds ${value}, which ${precision} cannot.`);
      }
      if (precision === 'float16') view.setUint16(at, half, true);
      else view.setFloat32(at, value, true);
      at += width;
    }
  }
  return buffer;
}

/** @throws CheckpointError saying what is wrong with the file */
export function decodeCheckpoint(buffer: ArrayBuffer): Checkpoint {
  const { precision, meta, tensors, dataStart } = readHeader(buffer);
  const shapes = configShapes(meta.config);
  const width = precision === 'float16' ? 2 : 4;
  const expected = Object.keys(shapes);
  if (
    tensors.length !== expected.length ||
    !tensors.every(({ name, shape }) => String(shape) === String(shapes[name]))
  ) {
    throw new CheckpointError('The generator checkpoint does not hold the weights that its own configuration needs.');
  }
  const sizes = tensors.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  const needed = dataStart + width * sizes.reduce((a, b) => a + b, 0);
  if (buffer.byteLength !== needed) {
    throw new CheckpointError(
      `The generator checkpoint has ${buffer.byteLength} bytes where ${needed} belong: it is cut off or damaged.`,
    );
  }
  const view = new DataView(buffer);
  let at = dataStart;
  const weights = Object.fromEntries(
    tensors.map(({ name, shape }, t) => {
      const values = new Float32Array(sizes[t]);
      for (let i = 0; i < values.length; i++, at += width) {
        values[i] = precision === 'float16' ? fromHalf(view.getUint16(at, true)) : view.getFloat32(at, true);
      }
      if (!values.every(Number.isFinite))
        throw new CheckpointError(`The generator checkpoint's weight '${name}' is not finite.`);
      return [name, { shape, values }];
    }),
  );
  return { meta, weights };
}

function readHeader(buffer: ArrayBuffer): Header & { dataStart: number } {
  const bytes = new Uint8Array(buffer);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  if (bytes.length < PREFIX || !MAGIC.split('').every((letter, i) => bytes[i] === letter.charCodeAt(0))) {
    throw new CheckpointError(`This is no generator checkpoint: it does not begin with ${MAGIC}.`);
  }
  const length = new DataView(buffer).getUint32(MAGIC.length, true);
  const dataStart = PREFIX + length;
  if (dataStart > bytes.length) throw new CheckpointError('The generator checkpoint is cut off in its header.');
  let header: unknown;
  try {
    header = parseJson(decoder.decode(bytes.subarray(PREFIX, dataStart)));
  } catch {
    throw new CheckpointError("The generator checkpoint's header is not JSON.");
  }
  if (!isHeader(header)) throw new CheckpointError("The generator checkpoint's header lacks what it must say.");
  return { ...header, dataStart };
}

const SIZES = ['latentDim', 'channels', 'imageSize', 'imageChannels', 'numClasses'] as const;

function isHeader(value: unknown): value is Header {
  const { precision, meta, tensors } = (value ?? {}) as Partial<Header>;
  return (
    (precision === 'float16' || precision === 'float32') &&
    typeof meta?.config === 'object' &&
    meta.config !== null &&
    SIZES.every((size) => Number.isInteger(meta.config[size])) &&
    Number.isFinite(meta.steps) &&
    Number.isFinite(meta.seed) &&
    typeof meta.network === 'string' &&
    typeof meta.note === 'string' &&
    typeof meta.settings === 'object' &&
    meta.settings !== null &&
    Array.isArray(tensors) &&
    tensors.every(
      (each) => typeof each?.name === 'string' && Array.isArray(each.shape) && each.shape.every(Number.isInteger),
    )
  );
}

function configShapes(config: GeneratorConfig): Record<string, number[]> {
  try {
    return generatorShapes(config);
  } catch (error) {
    throw new CheckpointError(`The generator checkpoint's configuration is not usable: ${(error as Error).message}`);
  }
}
