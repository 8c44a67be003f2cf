import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { registerWasmGradients } from '../../src/engine/kernels/wasmGradients';

/** The backends that run in Node; every numeric test goes over both. */
export const NODE_BACKENDS = ['cpu', 'wasm'] as const;

/** Makes a backend the current one, with the project's kernels. Throws where it does not start. */
export async function use(backend: (typeof NODE_BACKENDS)[number]): Promise<void> {
  registerWasmGradients();
  if (!(await tf.setBackend(backend))) throw new Error(`backend ${backend} did not start`);
  await tf.ready();
}
