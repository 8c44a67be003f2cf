/** BatchNorm as a trained network runs it: with stored statistics, so a scale and a shift for every channel. */
import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from './differentiable';
import { fusedKernelName, hasFused, runFused } from './fused';
import { imageStatistics } from './reductions';

export interface FrozenBatchNorm {
  /** [C] each. */
  mean: tf.Tensor;
  variance: tf.Tensor;
  /** Left out: 1. */
  gamma?: tf.Tensor;
  /** Left out: 0. */
  beta?: tf.Tensor;
  epsilon: number;
}

/** gamma (x - mean) / sqrt(variance + epsilon) + beta; differentiable in x, gamma and beta. */
export function frozenBatchNorm(x: tf.Tensor4D, layer: FrozenBatchNorm): tf.Tensor4D {
  const { mean, variance, gamma, beta, epsilon } = layer;
  if (gamma && beta && hasFused('FrozenBatchNorm')) {
    const forward = () => runFused<tf.Tensor4D>('FrozenBatchNorm', { x, mean, variance, gamma, beta }, { epsilon });
    if (!isTrained(layer)) {
      return differentiable<tf.Tensor4D>(
        [x],
        (save) => {
          save([variance, gamma]);
          return forward();
        },
        (dy, [variance0, gamma0]) => [
          runFused('FrozenBatchNormInputGradient', { dy, variance: variance0, gamma: gamma0 }, { epsilon }),
        ],
      );
    }
    return differentiable<tf.Tensor4D>(
      [x, gamma, beta],
      (save) => {
        save([x, mean, variance, gamma]);
        return forward();
      },
      (dy, [x0, mean0, variance0, gamma0]) =>
        runFused<tf.Tensor[]>(
          'FrozenBatchNormGradient',
          { dy, x: x0, mean: mean0, variance: variance0, gamma: gamma0 },
          { epsilon },
        ),
    );
  }
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const scale = gamma ? tf.mul(gamma, inverse) : inverse;
  const shiftOfMean = tf.mul(mean, scale);
  const shift = beta ? tf.sub(beta, shiftOfMean) : tf.neg(shiftOfMean);
  return tf.add(tf.mul(x, scale), shift) as tf.Tensor4D;
}

/** Whether anybody can ask for the gradient of gamma and beta. */
export function isTrained({ gamma, beta }: FrozenBatchNorm): boolean {
  return gamma instanceof tf.Variable || beta instanceof tf.Variable;
}

/**
 * As frozenBatchNorm, and the per-image statistics of its input as `imageStatistics` gives them: a backend that can
 * reads the input once for both, and once for both gradients. Differentiable in x (and in gamma and beta where they are
 * variables).
 */
export function frozenBatchNormWithStatistics(
  x: tf.Tensor4D,
  layer: FrozenBatchNorm,
): { y: tf.Tensor4D; statistics: tf.Tensor2D } {
  const { mean, variance, gamma, beta, epsilon } = layer;
  if (!gamma || !beta || isTrained(layer) || !hasFused('FrozenBatchNormStatistics')) {
    return { y: frozenBatchNorm(x, layer), statistics: imageStatistics(x) };
  }
  const [y, statistics] = runFused<tf.Tensor[]>(
    'FrozenBatchNormStatistics',
    { x, mean, variance, gamma, beta },
    { epsilon },
  );
  return { y: y as tf.Tensor4D, statistics: statistics as tf.Tensor2D };
}

// Two outputs: only a registered kernel may have them, and then its gradient is registered too.
tf.registerGradient({
  kernelName: fusedKernelName('FrozenBatchNormStatistics'),
  inputsToSave: ['x', 'variance', 'gamma'],
  outputsToSave: [false, true],
  gradFunc: (gradients, [x, variance, gamma, statistics], { epsilon }) => {
    const [dy, dStatistics] = gradients as tf.Tensor[];
    return {
      x: () =>
        runFused(
          'FrozenBatchNormStatisticsGradient',
          { dy, dStatistics, x, statistics, variance, gamma },
          { epsilon: epsilon as number },
        ),
    };
  },
});
