/** Starts a backend in Node twice over: with the kernels that tfjs brings, and with the engine's. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { getThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { enableThreads } from '../threads';
import { provideWebgpu } from '../webgpu';
import type { BenchBackend } from './options';
import { KernelRegistry } from './registry';

/** Taken before the engine registers anything. */
const [TFJS_CPU, TFJS_WASM] = ['cpu', 'wasm'].map((name) => tf.getKernelsForBackend(name));

/**
 * @returns the registry, and the adapter or number of threads in words
 * @throws NoBackend where there is no adapter, or no package that gives Node one
 */
export async function startBenchBackend(
  backend: BenchBackend,
  threads: number,
): Promise<{ registry: KernelRegistry; detail: string }> {
  let own: tf.KernelConfig[];
  let detail = 'plain JavaScript';
  if (backend === 'wasm') {
    if (threads > 1) enableThreads(threads);
    own = TFJS_WASM;
    (await import('../../engine/kernels/wasmGradients')).registerWasmGradients();
    await start('wasm');
    const running = threads > 1 ? getThreadsCount() : 1;
    detail = `${running} thread${running === 1 ? '' : 's'}`;
  } else if (backend === 'webgpu') {
    detail = await provideWebgpu();
    await import('@tensorflow/tfjs-backend-webgpu');
    // Gradients are registered with the same module on every backend.
    await import('../../engine/kernels/wasmGradients');
    own = tf.getKernelsForBackend('webgpu');
    (await import('../../engine/kernels/webgpu/register')).registerWebgpuKernels();
    await start('webgpu');
  } else {
    // Gradients are registered with the same module on every backend.
    (await import('../../engine/kernels/wasmGradients')).registerWasmGradients();
    own = TFJS_CPU;
    await start('cpu');
  }
  return { registry: new KernelRegistry(backend, own), detail };
}

/** Dawn rounds the GPU's times otherwise, to 65 microseconds: several launches. */
const EXACT_TIMES = 'disable-dawn-features=timestamp_quantization';

/** Starts WebGPU on Dawn's null backend, or on the adapter there is. @returns its name @throws NoBackend */
export async function startForReplay(on: 'null' | 'webgpu'): Promise<string> {
  const adapter = await provideWebgpu([on === 'null' ? 'backend=null' : EXACT_TIMES]);
  await import('@tensorflow/tfjs-backend-webgpu');
  await import('../../engine/kernels/wasmGradients');
  (await import('../../engine/kernels/webgpu/register')).registerWebgpuKernels();
  await start('webgpu');
  return on === 'null' ? "Dawn's null backend: JavaScript and Dawn alone" : adapter;
}

async function start(backend: BenchBackend): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`The ${backend} backend did not start.`);
  await tf.ready();
}
