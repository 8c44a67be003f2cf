/** Runs the kernel benchmark. */
import * as tf from '@tensorflow/tfjs-core';
import { kernelCases, makeInputs, withGradients, type KernelCase } from './kernelCases';
import { expectEqual, finish, race, type Effort, type Timing } from './measure';
import type { KernelRegistry, Side } from './registry';

export interface KernelResult {
  kernel: string;
  network: string;
  shape: string;
  engine: Timing;
  baseline: Timing;
  /** Median of the engine's times by median of the baseline's. */
  ratio: number;
  /** Multiply-accumulates a second (counted the plain way) at the engine's median. */
  macsPerSecond: number | null;
  /**
   * Of a convolution's gradient: its median by that of the engine's forward convolution of the same work, and of
   * tfjs's.
   */
  overForward?: number;
  overTfjsForward?: number;
}

async function values(
  registry: KernelRegistry,
  side: Side,
  { engine, baseline }: Pick<KernelCase, Side>,
  inputs: tf.Tensor[],
): Promise<Float32Array[]> {
  registry.use(side);
  const made = tf.tidy(() => [(side === 'engine' ? engine : baseline)(...inputs)].flat());
  const read = await Promise.all(made.map((tensor) => tensor.data() as Promise<Float32Array>));
  tf.dispose(made);
  return read;
}

/**
 * @param onResult called after every kernel
 * @throws Error naming the kernel whose results are not equal on both sides: that one is not timed
 */
export async function benchKernels(
  registry: KernelRegistry,
  effort: Effort,
  tiny: boolean,
  onResult: (result: KernelResult) => void = () => {},
): Promise<KernelResult[]> {
  const results: KernelResult[] = [];
  const forwards = new Map<string, KernelResult>();
  for (const kernelCase of kernelCases(tiny)) {
    const { kernel, network, shape, macs, convolution, tolerance, gradients } = kernelCase;
    const inputs = makeInputs(kernelCase.inputs);
    const [dy] = makeInputs(gradients ? [tf.tidy(() => (kernelCase.engine(...inputs) as tf.Tensor).shape)] : [[]], 8);
    const ops = gradients
      ? { engine: withGradients(kernelCase.engine, dy), baseline: withGradients(kernelCase.baseline, dy) }
      : kernelCase;
    try {
      const [ours, theirs] = [
        await values(registry, 'engine', ops, inputs),
        await values(registry, 'baseline', ops, inputs),
      ];
      ours.forEach((value, i) => expectEqual(`${kernel} ${shape}, result ${i}`, value, theirs[i], tolerance));
      const variant = (side: Side) => ({
        before: () => registry.use(side),
        run: async () => {
          tf.dispose(tf.tidy(() => [ops[side](...inputs)].flat()));
          await finish();
        },
      });
      const { engine, baseline } = await race({ engine: variant('engine'), baseline: variant('baseline') }, effort);
      const result: KernelResult = {
        kernel,
        network,
        shape,
        engine,
        baseline,
        ratio: engine.median / baseline.median,
        macsPerSecond: macs ? macs / engine.median : null,
      };
      if (convolution && kernel === 'convolution') forwards.set(convolution, result);
      const forward = convolution && kernel !== 'convolution' ? forwards.get(convolution) : undefined;
      if (forward) {
        result.overForward = engine.median / forward.engine.median;
        result.overTfjsForward = engine.median / forward.baseline.median;
      }
      results.push(result);
      onResult(result);
    } finally {
      tf.dispose([...inputs, dy]);
      registry.use('engine');
    }
  }
  return results;
}
