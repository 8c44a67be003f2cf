/** Copies between buffers, which the command encoder takes between two launches. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { size, type WebgpuBackend } from './program';
import type { Copy, Gpu, GpuBuffer } from './gpu';

/** Ends the pass that is open: copies lie between passes. */
export function beginCopies(backend: WebgpuBackend): void {
  const gpu = backend as unknown as Gpu;
  gpu.ensureCommandEncoderReady();
  gpu.endComputePassEncoder();
}

/** Encodes a copy, after `beginCopies`. */
export function copyBytes(backend: WebgpuBackend, copy: Copy): void {
  const gpu = backend as unknown as Gpu;
  gpu.commandEncoder!.copyBufferToBuffer(copy.source, copy.sourceAt, copy.target, copy.targetAt, copy.bytes);
  gpu.recorder?.copied(copy);
}

/** A tensor's buffer, to be used by commands that are encoded but not yet submitted. */
export function bufferForCopies(backend: WebgpuBackend, { dataId }: TensorInfo): GpuBuffer {
  const gpu = backend as unknown as Gpu;
  // Values that are still on the CPU go up first; new tensors get a buffer.
  gpu.uploadToGPU(dataId);
  // It must not be given to others before.
  gpu.commandQueueOwnedIds.add(dataId);
  gpu.recorder?.uses(dataId);
  return gpu.tensorMap.get(dataId).resource!;
}

/** The values of one tensor into the buffer of another of the same size. */
export function copyTensor(backend: WebgpuBackend, from: TensorInfo, to: TensorInfo): void {
  const [source, target] = [from, to].map((each) => bufferForCopies(backend, each));
  beginCopies(backend);
  copyBytes(backend, { source, sourceAt: 0, target, targetAt: 0, bytes: 4 * size(from.shape) });
}
