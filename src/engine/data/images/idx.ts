/**
 * The files of MNIST and its likes: two zero bytes, the type of the values (8: bytes), the number of axes, each axis's
 * length in 4 bytes, most significant first, then the values.
 */
import { say } from '../../sentences';
import { DatasetError } from './datasetError';
import type { DecodedImage } from './types';

const BYTES = 8;

export interface Idx {
  shape: number[];
  values: Uint8Array;
}

/** Whether the first bytes are those of an idx file of bytes with labels ([N]) or images ([N, H, W] or [N, H, W, C]). */
export function isIdx(bytes: Uint8Array): boolean {
  const axes = bytes[3];
  return (
    bytes.length >= 8 &&
    bytes[0] === 0 &&
    bytes[1] === 0 &&
    bytes[2] === BYTES &&
    (axes === 1 || axes === 3 || axes === 4)
  );
}

/** @throws DatasetError where the file does not hold what it says */
export function readIdx(name: string, bytes: Uint8Array): Idx {
  const axes = bytes[3];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + 4 * axes;
  if (bytes.length < start) throw new DatasetError(say('idxCut', name, '?', bytes.length), say('imagesHint'));
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, length) => product * length, 1);
  const channels = shape[3] ?? 1;
  if (bytes.length - start !== size || size === 0 || (channels !== 1 && channels !== 3))
    throw new DatasetError(say('idxCut', name, shape.join(' x '), bytes.length - start), say('imagesHint'));
  return { shape, values: bytes.subarray(start) };
}

export function idxImage({ shape, values }: Idx, index: number): DecodedImage {
  const [, height, width, channels = 1] = shape;
  const size = height * width * channels;
  const pixels = values.subarray(index * size, (index + 1) * size);
  if (channels === 3) return { width, height, rgb: pixels };
  const rgb = new Uint8Array(3 * height * width);
  for (let i = 0; i < rgb.length; i++) rgb[i] = pixels[Math.floor(i / 3)];
  return { width, height, rgb };
}
