/** Starts the engine in Node. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { registerWasmGradients } from '../engine/kernels/wasmGradients';

/** Makes wasm (or cpu) the backend. Throws where it does not start. */
export async function startBackend(name: 'wasm' | 'cpu' = 'wasm'): Promise<void> {
  registerWasmGradients();
  if (!(await tf.setBackend(name))) throw new Error(`The ${name} backend did not start.`);
  await tf.ready();
}
