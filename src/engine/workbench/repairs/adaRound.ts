/**
 * AdaRound (Nagel et al., Up or Down? Adaptive Rounding for Post-Training Quantization, ICML 2020): whether each weight
 * is rounded up or down is learned, layer by layer, so that the layer's outputs change least.
 */
import * as tf from '@tensorflow/tfjs-core';
import { FULL_PRECISION } from '../../quantization/layerBits';
import { betaAt, LearnedRounding, undecided, type RoundingSchedule } from '../../quantization/learnedRounding';
import type { QuantizationGrid } from '../../kernels/fakeQuantize';
import type { ForwardHooks } from '../../network/executor';
import type { NetworkDefinition } from '../../network/types';
import { Random } from '../../random';
import { Adam } from '../../training/optimizers';
import { change, layerOutput, outputsAt, sharedWeights, weightedNodes, type WeightedNode } from './layers';
import type { Repair } from './repair';

export interface AdaRoundOptions extends RoundingSchedule {
  learningRate: number;
  /** Images in a step. */
  batch: number;
  /** Weight of the term that drives every choice to up or down (paper: 0.01). */
  lambda: number;
}

export const ADA_ROUND: AdaRoundOptions = {
  steps: 400,
  learningRate: 1e-2,
  batch: 16,
  lambda: 0.01,
  beta: [20, 2],
  warmUp: 0.2,
};

/**
 * The kernel with every weight on the level below or above it, chosen for the outputs' sake; the caller's.
 *
 * @param grid stays the caller's
 * @param inputs of the layer in the quantized network, [N, ...]
 * @param targets the layer's outputs at full precision without its bias, [N, ...]
 */
export async function roundKernel(
  definition: NetworkDefinition,
  node: WeightedNode,
  kernel: tf.Tensor,
  grid: QuantizationGrid,
  inputs: tf.Tensor,
  targets: tf.Tensor,
  random: Random,
  options: AdaRoundOptions,
  pause: (fraction: number) => Promise<void>,
): Promise<tf.Tensor> {
  const [count] = inputs.shape;
  const batch = Math.min(options.batch, count);
  const rounding = new LearnedRounding(kernel, grid);
  const { v } = rounding;
  const optimizer = new Adam({ v }, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  try {
    for (let step = 0; step < options.steps; step++) {
      const chosen = Array.from({ length: batch }, () => random.integer(count));
      tf.tidy(() => {
        const at = tf.tensor1d(chosen, 'int32');
        const [x, y] = [tf.gather(inputs, at), tf.gather(targets, at)];
        const channels = y.shape[y.rank - 1];
        const { grads } = tf.variableGrads(() => {
          const h = rounding.choices();
          const actual = layerOutput(definition, node, x, rounding.kernel(h));
          // Mean over images and pixels of the sum over channels.
          const error = tf.mul(tf.mean(tf.square(tf.sub(actual, y))), channels) as tf.Scalar;
          if (step < options.warmUp * options.steps) return error;
          return tf.add(error, tf.mul(undecided(h, betaAt(step, options)), options.lambda));
        }, [v]);
        optimizer.apply({ v: grads[v.name] }, options.learningRate);
      });
      if (step % 10 === 9) await pause((step + 1) / options.steps);
    }
    return rounding.rounded();
  } finally {
    rounding.dispose();
    optimizer.dispose();
  }
}

/**
 * Every quantized kernel, in the order of the network, on what the layers before it give once they are rounded. Its
 * grids stay where they were.
 */
export const adaRound: Repair = async ({ student, images, seed, pause }) => {
  const { definition, plan, variables } = student;
  const shared = sharedWeights(definition);
  const layers = weightedNodes(definition).filter(
    ({ name, kernel }) => plan.weightBits[name] !== FULL_PRECISION && !shared.has(kernel),
  );
  const random = new Random(seed).fork('adaround');
  const own = student.hooks();
  /** Node -> its rounded kernel and where its grid is; put in place at the end, so that full precision stays at hand. */
  const rounded = new Map<string, { kernel: tf.Tensor; grid: QuantizationGrid }>();
  const hooks: ForwardHooks = {
    ...own,
    kernel: (node, kernel) => rounded.get(node.name)?.kernel ?? own.kernel!(node, kernel),
  };
  try {
    for (const [i, node] of layers.entries()) {
      const [input] = node.inputs;
      const kernel = student.kernelOf(node.name);
      const grid = student.gridOf('weight', node.name)!;
      rounded.set(node.name, { kernel, grid });
      const told = (fraction: number) => pause((i + fraction) / layers.length);
      const taking = { student, images, pause: () => told(0) };
      const quantized = await outputsAt(input, { ...taking, hooks });
      const full = await outputsAt(input, { ...taking, hooks: {} }).catch((error: unknown) => {
        quantized.dispose();
        throw error;
      });
      const targets = tf.tidy(() => layerOutput(definition, node, full, kernel));
      try {
        const options = ADA_ROUND;
        const found = await roundKernel(definition, node, kernel, grid, quantized, targets, random, options, told);
        rounded.set(node.name, { kernel: found, grid });
      } finally {
        tf.dispose([quantized, full, targets]);
      }
    }
    for (const node of layers) {
      const { kernel, grid } = rounded.get(node.name)!;
      change(variables[node.kernel], () => kernel);
      student.placeKernelGrid(node.name, { ...grid, scale: tf.clone(grid.scale), zero: tf.clone(grid.zero) });
    }
    return layers.map(({ name }) => name);
  } finally {
    for (const [name, { kernel, grid }] of rounded) {
      tf.dispose([grid.scale, grid.zero]);
      if (kernel !== student.kernelOf(name)) kernel.dispose();
    }
  }
};
