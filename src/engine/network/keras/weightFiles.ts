/** The binary weight files of a tf.LayersModel. */
import * as tf from '@tensorflow/tfjs-core';
import { brief } from '../../json';
import { say } from '../../sentences';
import { NetworkError } from '../networkError';
import { baseName, type NetworkFile } from '../networkFile';
import type { WeightArray } from '../types';

export interface ManifestGroup {
  paths: string[];
  weights: tf.io.WeightsManifestEntry[];
}

const FILES_HINT = say('filesHint');
const BYTES: Record<string, number> = {
  float32: 4,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
  complex64: 8,
};

/**
 * All weights by name, without the ":0" of TensorFlow, in the manifest's order.
 *
 * @throws NetworkError where a file is missing, or what is declared and what is there differ in size; nothing is
 *   allocated for what is not there
 */
export async function readWeights(
  manifest: ManifestGroup[],
  files: readonly NetworkFile[],
): Promise<Record<string, WeightArray>> {
  const result: Record<string, WeightArray> = {};
  const used = new Set<NetworkFile>();
  if (!Array.isArray(manifest)) throw new NetworkError(say('noManifest'), FILES_HINT);
  for (const group of manifest) {
    const listed = group?.paths;
    if (!Array.isArray(listed) || !Array.isArray(group.weights)) throw new NetworkError(say('noManifest'), FILES_HINT);
    const parts = listed.map((path) => {
      if (typeof path !== 'string') throw new NetworkError(say('noManifest'), FILES_HINT);
      const file = findFile(path, files);
      // A small file named many times would become a large network.
      if (used.has(file)) throw new NetworkError(say('weightFileTwice', path), say('damagedModelHint'));
      used.add(file);
      return file.bytes;
    });
    const names = listed.join(', ');
    checkSizes(
      group,
      parts.reduce((sum, { byteLength }) => sum + byteLength, 0),
      names,
    );
    let tensors: tf.NamedTensorMap = {};
    try {
      tensors = tf.io.decodeWeights(tf.io.concatenateArrayBuffers(parts), group.weights);
      for (const [name, tensor] of Object.entries(tensors)) {
        if (tensor.dtype === 'string') continue;
        const key = name.replace(/:\d+$/, '');
        if (Object.hasOwn(result, key)) throw new NetworkError(say('sameWeight', key), say('damagedModelHint'));
        result[key] = { shape: tensor.shape, values: Float32Array.from(await tensor.data()) };
      }
    } catch (error) {
      if (error instanceof NetworkError) throw error;
      throw new NetworkError(say('weightsUnreadable', names, (error as Error).message), FILES_HINT);
    } finally {
      tf.dispose(tensors);
    }
  }
  for (const [name, { values }] of Object.entries(result)) {
    if (values.some((v) => !Number.isFinite(v))) {
      throw new NetworkError(say('weightsNotFinite', name), say('damagedHint'));
    }
  }
  return result;
}

/** By its path as far as that is known, else by its name; a browser's "(1)" behind a second download does not count. */
function findFile(path: string, files: readonly NetworkFile[]): NetworkFile {
  const plain = (name: string) => name.replace(/ ?\(\d+\)(?=\.|$)/, '');
  const ends = (name: string, end: string) => name === end || name.endsWith(`/${end}`);
  const attempts = [
    files.filter(({ name }) => ends(name, path.replace(/^\.\//, ''))),
    files.filter(({ name }) => baseName(name) === baseName(path)),
    files.filter(({ name }) => plain(baseName(name)) === plain(baseName(path))),
  ];
  const found = attempts.find((attempt) => attempt.length > 0);
  if (!found) throw new NetworkError(say('weightFileMissing', path), FILES_HINT);
  if (found.length > 1) throw new NetworkError(say('severalWeightFiles', path), FILES_HINT);
  return found[0];
}

function checkSizes({ weights }: ManifestGroup, bytes: number, names: string): void {
  let declared = 0;
  const seen = new Set<string>();
  for (const [i, entry] of weights.entries()) {
    const { name, shape, dtype, quantization } = (entry ?? {}) as tf.io.WeightsManifestEntry;
    const whole = Array.isArray(shape) && shape.every((v) => Number.isInteger(v) && v >= 0);
    if (typeof name !== 'string' || !whole || typeof dtype !== 'string') {
      throw new NetworkError(say('weightUndeclared', typeof name === 'string' ? name : i), say('damagedModelHint'));
    }
    if (seen.has(name)) throw new NetworkError(say('sameWeight', name), say('damagedModelHint'));
    seen.add(name);
    if (dtype === 'string') return;
    const stored = quantization?.dtype ?? dtype;
    if (!Object.hasOwn(BYTES, stored)) throw new NetworkError(say('weightType', name, brief(stored)), FILES_HINT);
    declared += shape.reduce((a, b) => a * b, 1) * BYTES[stored];
  }
  if (declared !== bytes) {
    throw new NetworkError(say('weightFileSize', names, bytes, declared), FILES_HINT);
  }
}
