/** Starts the engine in Node. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { startBackend as startInEngine } from '../engine/backend/backends';
import { registerWasmGradients } from '../engine/kernels/wasmGradients';
import { provideWebgpu } from './webgpu';

export type HeadlessBackend = 'wasm' | 'cpu' | 'webgpu';

/**
 * Makes a backend tfjs's current one. @throws NoBackend where WebGPU cannot be had; Error where a backend does not
 * start
 */
export async function startBackend(name: HeadlessBackend = 'wasm'): Promise<void> {
  registerWasmGradients();
  if (name === 'webgpu') {
    await provideWebgpu();
    return startInEngine('webgpu');
  }
  // Not the engine's way to wasm, which would set the number of threads anew.
  if (!(await tf.setBackend(name))) throw new Error(`The ${name} backend did not start.`);
  await tf.ready();
}
