/** Starts the engine in Node. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { registerWasmGradients } from '../engine/kernels/wasmGradients';
import { provideWebgpu } from './webgpu';

export type HeadlessBackend = 'wasm' | 'cpu' | 'webgpu';

/** Makes a backend tfjs's current one. @throws NoBackend where WebGPU cannot be had; Error where a backend does not start */
export async function startBackend(name: HeadlessBackend = 'wasm'): Promise<void> {
  registerWasmGradients();
  if (name === 'webgpu') {
    await provideWebgpu();
    await import('@tensorflow/tfjs-backend-webgpu');
    (await import('../engine/kernels/webgpu/register')).registerWebgpuKernels();
  }
  if (!(await tf.setBackend(name))) throw new Error(`The ${name} backend did not start.`);
  await tf.ready();
}
