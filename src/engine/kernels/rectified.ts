/**
 * The ReLU together with what stands before it, frozen BatchNorm or a sum: one launch forward and one back fewer where
 * the backend has kernels for it. Elsewhere they are the two operations, one after the other. The gradient asks for the
 * value alone, so that nothing in between is kept.
 */
import * as tf from '@tensorflow/tfjs-core';
import { relu } from './activations';
import { differentiable } from './differentiable';
import { frozenBatchNorm, frozenBatchNormWithStatistics, isTrained, type FrozenBatchNorm } from './frozenBatchNorm';
import { fusedKernelName, hasFused, runFused } from './fused';

/** relu(frozenBatchNorm(x)); differentiable in x, gamma and beta. [N, H, W, C] */
export function frozenBatchNormRelu(x: tf.Tensor4D, layer: FrozenBatchNorm): tf.Tensor4D {
  const { mean, variance, gamma, beta, epsilon } = layer;
  if (!gamma || !beta || !hasFused('FrozenBatchNormRelu')) return relu(frozenBatchNorm(x, layer));
  const forward = () => runFused<tf.Tensor4D>('FrozenBatchNormRelu', { x, mean, variance, gamma, beta }, { epsilon });
  if (!isTrained(layer)) {
    return differentiable<tf.Tensor4D>(
      [x],
      (save) => {
        const y = forward();
        save([y, variance, gamma]);
        return y;
      },
      (dy, [y, variance0, gamma0]) => [
        runFused('FrozenBatchNormReluInputGradient', { dy, y, variance: variance0, gamma: gamma0 }, { epsilon }),
      ],
    );
  }
  return differentiable<tf.Tensor4D>(
    [x, gamma, beta],
    (save) => {
      const y = forward();
      save([y, x, mean, variance, gamma]);
      return y;
    },
    (dy, [y, x0, mean0, variance0, gamma0]) =>
      runFused<tf.Tensor[]>(
        'FrozenBatchNormReluGradient',
        { dy, y, x: x0, mean: mean0, variance: variance0, gamma: gamma0 },
        { epsilon },
      ),
  );
}

/** As frozenBatchNormRelu, and the statistics of x (not of y); see `frozenBatchNormWithStatistics`. */
export function frozenBatchNormReluWithStatistics(
  x: tf.Tensor4D,
  layer: FrozenBatchNorm,
): { y: tf.Tensor4D; statistics: tf.Tensor2D } {
  const { mean, variance, gamma, beta, epsilon } = layer;
  if (!gamma || !beta || isTrained(layer) || !hasFused('FrozenBatchNormReluStatistics')) {
    const { y, statistics } = frozenBatchNormWithStatistics(x, layer);
    return { y: relu(y), statistics };
  }
  const [y, statistics] = runFused<tf.Tensor[]>(
    'FrozenBatchNormReluStatistics',
    { x, mean, variance, gamma, beta },
    { epsilon },
  );
  return { y: y as tf.Tensor4D, statistics: statistics as tf.Tensor2D };
}

// Two outputs: see frozenBatchNorm.ts.
tf.registerGradient({
  kernelName: fusedKernelName('FrozenBatchNormReluStatistics'),
  inputsToSave: ['x', 'variance', 'gamma'],
  outputsToSave: [true, true],
  gradFunc: (gradients, [x, variance, gamma, y, statistics], { epsilon }) => {
    const [dy, dStatistics] = gradients as tf.Tensor[];
    return {
      x: () =>
        runFused(
          'FrozenBatchNormReluStatisticsGradient',
          { dy, y, dStatistics, x, statistics, variance, gamma },
          { epsilon: epsilon as number },
        ),
    };
  },
});

/** relu(a + b) of two tensors, differentiable in both. Shapes that differ are broadcast, as tf.add does. */
export function addRelu<T extends tf.Tensor>(a: T, b: T): T {
  if (!hasFused('AddRelu') || !tf.util.arraysEqual(a.shape, b.shape)) return relu(tf.add(a, b) as T);
  return differentiable<T>(
    [a, b],
    (save) => {
      const y = runFused<T>('AddRelu', { a, b }, {});
      save([y]);
      return y;
    },
    (dy, [y]) => {
      const dSum = runFused<tf.Tensor>('ActivationGradient', { dy, y }, { kind: 'relu' });
      return [dSum, tf.clone(dSum)];
    },
  );
}
