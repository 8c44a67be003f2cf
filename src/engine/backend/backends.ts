/**
 * Loads, starts and describes tfjs's backends. Which of them to use is decided by whoever asks
 * (src/worker/serverBackends.ts).
 */
// Not only when it is asked for: nearly always it is, and then it should not be fetched after everything else.
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { registerWasmGradients } from '../kernels/wasmGradients';
import { say, SaidError, type Said } from '../sentences';
import { webgpuName } from './adapters';
import { refuseAddressZero, type Allocator } from './wasmMemory';

export type BackendName = 'webgpu' | 'webgl' | 'wasm' | 'cpu';

/** In the order in which they are listed. */
export const BACKENDS: readonly BackendName[] = ['webgpu', 'webgl', 'wasm', 'cpu'];

export interface BackendOptions {
  /** Folder with tfjs's .wasm files; Node finds them by itself. */
  wasmPath?: string;
  /** Threads for wasm where the page is isolated; default: all cores, at most 8. */
  wasmThreads?: number;
}

const loaders: Record<BackendName, (options: BackendOptions) => Promise<void>> = {
  async webgpu() {
    const gpu = (globalThis as { navigator?: { gpu?: { requestAdapter(o?: object): Promise<unknown> } } }).navigator
      ?.gpu;
    if (!gpu) throw new SaidError(say('noWebgpu'));
    if (!(await gpu.requestAdapter())) throw new SaidError(say('noAdapter'));
    await import('@tensorflow/tfjs-backend-webgpu');
    (await import('../kernels/webgpu/register')).registerWebgpuKernels();
  },
  async webgl() {
    if (typeof (globalThis as { OffscreenCanvas?: unknown }).OffscreenCanvas === 'undefined')
      throw new SaidError(say('noOffscreenCanvas'));
    await import('@tensorflow/tfjs-backend-webgl');
  },
  async wasm({ wasmPath, wasmThreads }) {
    registerWasmGradients();
    if (wasmPath && !wasmPathSet) {
      wasm.setWasmPaths(wasmPath);
      wasmPathSet = true;
    }
    const cores = (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1;
    wasm.setThreadsCount(wasmThreads ?? Math.min(8, Math.max(1, cores)));
  },
  async cpu() {
    await import('@tensorflow/tfjs-backend-cpu');
  },
};
let wasmPathSet = false;

const isThere = (name: BackendName): boolean => name in tf.engine().registry;
const coming = new Map<BackendName, Promise<void>>();

/**
 * Loads a backend and brings it up beside the one in use, which stays tfjs's current one. tfjs itself makes a backend
 * current before it is there, and once more when it comes: whoever has gone on without it meanwhile would suddenly
 * compute on it.
 *
 * @throws Error saying why it does not start here
 */
export function loadBackend(name: BackendName, options: BackendOptions = {}): Promise<void> {
  const known = coming.get(name);
  if (known) return known;
  const loading = bringUp(name, options).finally(() => coming.delete(name));
  coming.set(name, loading);
  return loading;
}

async function bringUp(name: BackendName, options: BackendOptions): Promise<void> {
  if (isThere(name)) return;
  await loaders[name](options);
  const factory = tf.findBackendFactory(name);
  if (!factory) throw new SaidError(say('didNotStart', say(name)));
  const backend = await factory();
  if (name === 'wasm') refuseAddressZero((backend as unknown as { wasm: Allocator }).wasm);
  tf.removeBackend(name);
  tf.registerBackend(name, () => backend);
}

/**
 * Loads a backend and makes it tfjs's current one.
 *
 * @throws Error saying why it does not start here
 */
export async function startBackend(name: BackendName, options: BackendOptions = {}): Promise<void> {
  await loadBackend(name, options);
  // Reports failure by returning false. With a backend that is there it is done before the next line of whoever called
  // this.
  if (!(await tf.setBackend(name))) throw new SaidError(say('didNotStart', say(name)));
}

/** What the user should know of the current backend: adapter, threads. */
export async function describeBackend(name: BackendName): Promise<Said | string> {
  if (name === 'wasm') {
    const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    const threads = (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) ? wasm.getThreadsCount() : 1;
    return simd ? say('listed', say('threads', threads), 'SIMD') : say('threads', threads);
  }
  if (name === 'webgpu') {
    const { adapterInfo } = tf.backend() as unknown as { adapterInfo?: Parameters<typeof webgpuName>[0] };
    return webgpuName(adapterInfo) || say('adapterWithoutName');
  }
  if (name === 'webgl') return `WebGL ${tf.env().getNumber('WEBGL_VERSION')}`;
  return say('cpu');
}
