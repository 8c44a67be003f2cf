// tfjs-core registers no gradients by itself; what to import for them differs between bundlers and Node (package.json,
// "imports").
import '#tfjs-gradients';
import { registerRecording } from './wasm/recording';
import { hasSimd, registerKernels } from './wasm/register';

let registered = false;

/**
 * Registers this project's kernels for the wasm backend: tfjs lacks most gradients of convolutions there, and has
 * others only as naive loops. To be called after tfjs's wasm backend was imported; later calls do nothing.
 *
 * @throws Error where WebAssembly has no SIMD
 */
export function registerWasmGradients(): void {
  if (registered) return;
  if (!hasSimd()) throw new Error('WebAssembly has no SIMD here');
  registerKernels();
  registerRecording();
  registered = true;
}
