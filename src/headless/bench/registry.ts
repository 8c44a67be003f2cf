/** Which kernels tfjs finds on a backend: the engine's, or those that tfjs brings itself. */
import * as tf from '@tensorflow/tfjs-core';
import { naiveWasmGradients } from './naiveGradients';

export type Side = 'engine' | 'baseline';

/** Switches between both; the engine's are in use after construction. */
export class KernelRegistry {
  private readonly sides: Record<Side, tf.KernelConfig[]>;
  private current: Side = 'engine';

  /**
   * @param own the kernels that tfjs's backend registered, taken before the engine registered its own
   *   (`tf.getKernelsForBackend`); where wasm has none, the straightforward composition takes its place
   */
  constructor(
    private readonly backend: string,
    own: tf.KernelConfig[],
  ) {
    const missing =
      backend === 'wasm'
        ? naiveWasmGradients.filter(({ kernelName }) => !own.some((k) => k.kernelName === kernelName))
        : [];
    this.sides = { engine: tf.getKernelsForBackend(backend), baseline: [...own, ...missing] };
  }

  use(side: Side): void {
    if (side === this.current) return;
    for (const { kernelName } of this.sides[this.current]) tf.unregisterKernel(kernelName, this.backend);
    for (const kernel of this.sides[side]) tf.registerKernel(kernel);
    this.current = side;
  }

  /** A kernel of one side; undefined where it has none. */
  kernel(side: Side, name: string): tf.KernelConfig | undefined {
    return this.sides[side].find(({ kernelName }) => kernelName === name);
  }
}
