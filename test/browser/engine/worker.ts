import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { getThreadsCount, setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { registerWasmGradients } from '../../../src/engine/kernels/wasmGradients';
import { registerWebgpuKernels } from '../../../src/engine/kernels/webgpu/register';
import { disagreement } from '../../cases/case';
import type { Calls } from './calls';
import { cases } from './cases';

const calls: Calls = {
  async start(backend) {
    setWasmPaths(new URL('../wasm/', self.location.href).href);
    setThreadsCount(navigator.hardwareConcurrency);
    registerWasmGradients();
    registerWebgpuKernels();
    if (!(await tf.setBackend(backend))) throw new Error(`backend ${backend} did not start`);
    await tf.ready();
    return {
      backend: tf.getBackend(),
      isolated: self.crossOriginIsolated,
      cores: navigator.hardwareConcurrency,
      threads: backend === 'wasm' ? getThreadsCount() : null,
      adapter: (await navigator.gpu?.requestAdapter())?.info.architecture ?? null,
    };
  },

  async run(name) {
    const found = cases.find((each) => each.name === name);
    if (!found) throw new Error(`no case is named "${name}"`);
    const [before, started] = [tf.memory().numTensors, performance.now()];
    const comparisons = await found.run();
    return {
      comparisons: comparisons.length,
      disagreements: comparisons.map(disagreement).filter((each) => each !== null),
      leaked: tf.memory().numTensors - before,
      seconds: (performance.now() - started) / 1000,
    };
  },
};

self.onmessage = async ({ data: { id, call, argument } }: MessageEvent) => {
  try {
    const value = await (calls[call as keyof Calls] as (argument: unknown) => Promise<unknown>)(argument);
    self.postMessage({ id, value });
  } catch (error) {
    self.postMessage({ id, error: error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error) });
  }
};
