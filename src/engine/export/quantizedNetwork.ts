/** A student as plain data for whoever writes it to a file. */
import * as tf from '@tensorflow/tfjs-core';
import type { Network, WeightArray } from '../network/types';
import { activationNodes } from '../network/activationRanges';
import { FULL_PRECISION } from '../quantization/layerBits';
import { isWeighted } from '../quantization/plan';
import type { QuantizedWeight, Student } from '../quantization/student';

/** Where a quantized activation's levels are: level times step, for whole levels from `lowest` to `highest`. */
export interface ActivationLevels {
  bits: number;
  /** 1 / scale as float32, not rounded up (see `stepOf`). */
  step: number;
  scale: number;
  lowest: number;
  highest: number;
}

export interface QuantizedNetwork {
  /** With the student's biases, gammas and betas as they are, and its kernels as they are before they are quantized. */
  network: Network;
  /** Node -> its kernel as integers; those that are not quantized are missing. */
  kernels: Map<string, QuantizedWeight>;
  /** Weight key -> the kernel's values as the student computes with them. */
  dequantized: Record<string, WeightArray>;
  /** Node -> its levels; those that are not quantized are missing. */
  activations: Map<string, ActivationLevels>;
}

/** @param network the student's, whose running statistics it shares */
export async function quantizedNetwork(student: Student, network: Network): Promise<QuantizedNetwork> {
  const { weights } = await student.snapshot();
  const kernels = new Map((await student.quantizedWeights()).map((each) => [each.node, each]));
  const own: Network = {
    definition: network.definition,
    weights: Object.fromEntries(
      Object.entries(network.weights).map(([key, { shape, values }]) => [
        key,
        { shape, values: weights[key] ?? values },
      ]),
    ),
  };
  const dequantized: Record<string, WeightArray> = {};
  const { kernel: quantize } = student.hooks();
  for (const node of network.definition.nodes.filter(isWeighted)) {
    if (!kernels.has(node.name)) continue;
    const values = tf.tidy(() => quantize!(node, student.kernelOf(node.name)));
    // A view of what the backend holds could change with it.
    dequantized[node.kernel] = { shape: [...values.shape], values: Float32Array.from(await values.data()) };
    values.dispose();
  }
  const activations = new Map<string, ActivationLevels>();
  for (const { name } of activationNodes(network.definition)) {
    const bits = student.plan.activationBits[name];
    if (bits === FULL_PRECISION) continue;
    const grid = student.gridOf('activation', name)!;
    const [scale, zero] = [(await grid.scale.data())[0], (await grid.zero.data())[0]];
    tf.dispose([grid.scale, grid.zero]);
    const half = 2 ** (bits - 1);
    activations.set(name, { bits, scale, step: stepOf(scale), lowest: zero - half, highest: zero + half - 1 });
  }
  return { network: own, kernels, dequantized, activations };
}

/**
 * A file divides by a step where the student multiplies with the scale. In the middle between two levels, which is where
 * a sigmoid of 0 lies when its range ends at 1, the student goes to the even one, which is the upper one there; divided
 * by a step that was rounded up it would go to the lower one.
 */
function stepOf(scale: number): number {
  const step = new Float32Array([1 / scale]);
  if (step[0] * scale > 1) new Int32Array(step.buffer)[0]--;
  return step[0];
}

/** The network with its kernels as the student computes with them: exactly what the integers stand for. */
export const dequantizedNetwork = ({ network, dequantized }: QuantizedNetwork): Network => ({
  definition: network.definition,
  weights: { ...network.weights, ...dequantized },
});
