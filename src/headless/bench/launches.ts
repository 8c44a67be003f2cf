/** What a step asks of the backend, beside time. */
import * as tf from '@tensorflow/tfjs-core';

export interface Work {
  /** On webgpu: compute passes dispatched. Elsewhere: kernels that compute or move something. */
  launches: number;
  /** Bytes read back from the backend. */
  readBack: number;
  /** Most bytes that tensors held at once, those that outlive the step included. */
  peakBytes: number;
}

/** Kernels that make a new name for the same values. */
const FREE = new Set(['Identity', 'Reshape', 'ExpandDims']);

interface Backend {
  read(dataId: object): Promise<ArrayBufferView>;
  readSync(dataId: object): ArrayBufferView;
}

interface ComputePass {
  dispatchWorkgroups(...counts: number[]): void;
}

/** Runs something and counts. */
export async function countWork(run: () => Promise<unknown>): Promise<Work> {
  const backend = tf.backend() as unknown as Backend;
  let readBack = 0;
  let depth = 0;
  const { read, readSync } = backend;
  // Reading is often done by the other way of reading: only the outer one counts.
  backend.read = async function (dataId) {
    depth++;
    try {
      const values = await read.call(this, dataId);
      if (depth === 1) readBack += values.byteLength;
      return values;
    } finally {
      depth--;
    }
  };
  backend.readSync = function (dataId) {
    depth++;
    try {
      const values = readSync.call(this, dataId);
      if (depth === 1) readBack += values.byteLength;
      return values;
    } finally {
      depth--;
    }
  };
  const pass = (globalThis as { GPUComputePassEncoder?: { prototype: ComputePass } }).GPUComputePassEncoder?.prototype;
  const dispatch = pass?.dispatchWorkgroups;
  let dispatched = 0;
  if (pass && dispatch) {
    pass.dispatchWorkgroups = function (...counts) {
      dispatched++;
      dispatch.apply(this, counts);
    };
  }
  const before = tf.memory().numBytes;
  try {
    const { kernels, peakBytes } = await tf.profile(async () => {
      await run();
      return [];
    });
    const computing = kernels.filter(({ name }) => !FREE.has(name)).length;
    return {
      launches: tf.getBackend() === 'webgpu' ? dispatched : computing,
      readBack,
      peakBytes: Math.max(peakBytes, before),
    };
  } finally {
    Object.assign(backend, { read, readSync });
    if (pass && dispatch) pass.dispatchWorkgroups = dispatch;
  }
}
