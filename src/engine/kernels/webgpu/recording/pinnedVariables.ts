/** Variables that keep their buffer: a recorded step finds them, and leaves them, where they always are. */
import * as tf from '@tensorflow/tfjs-core';
import { copyTensor } from '../copies';
import type { WebgpuBackend } from '../program';
import type { Gpu, GpuBuffer } from '../gpu';

const pinned = new WeakSet<tf.Variable>();

/**
 * Gives variables a buffer of their own for good: from now on what is assigned to them is copied there. So a clone of
 * one that was taken before keeps what it saw, and one that is taken afterwards changes with it; to read it, or a clone
 * of it, is to read what it holds at this moment.
 */
export function pinVariables(gpu: Gpu, variables: readonly tf.Variable[]): void {
  for (const variable of variables) if (!pinned.has(variable)) pin(gpu, variable);
}

export const isPinned = (variable: tf.Variable): boolean => pinned.has(variable);

/** A variable's buffer. */
export const bufferOf = (gpu: Gpu, { dataId }: tf.Variable): GpuBuffer => gpu.tensorMap.get(dataId).resource!;

function pin(gpu: Gpu, variable: tf.Variable): void {
  const backend = gpu as unknown as WebgpuBackend;
  const info = gpu.makeTensorInfo(variable.shape, variable.dtype);
  gpu.uploadToGPU(info.dataId);
  copyTensor(backend, variable, info);
  const home = tf.engine().makeTensorFromTensorInfo(info);
  variable.assign(home);
  home.dispose();
  // tfjs keeps what was read once beside the tensor, and would give it out again after the next step.
  Object.defineProperty(gpu.tensorMap.get(info.dataId), 'values', { get: () => null, set: () => {} });
  pinned.add(variable);
  variable.assign = (next: tf.Tensor) => {
    if (next.dtype !== variable.dtype || !tf.util.arraysEqual(next.shape, variable.shape))
      throw new Error(`${variable.name} is ${variable.dtype} [${variable.shape}], not ${next.dtype} [${next.shape}].`);
    if (next.dataId !== variable.dataId) copyTensor(backend, next, variable);
  };
}
