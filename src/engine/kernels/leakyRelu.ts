import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from './differentiable';
import { hasFused, runFused } from './fused';

/**
 * Leaky ReLU. Composed, `step` with a slope is both the factor and the derivative; tfjs's own gradient composes a
 * comparison and a select.
 */
export function leakyRelu(x: tf.Tensor4D, slope: number): tf.Tensor4D {
  if (hasFused('LeakyRelu')) {
    return differentiable<tf.Tensor4D>(
      [x],
      (save) => {
        save([x]);
        return runFused<tf.Tensor4D>('LeakyRelu', { x }, { slope });
      },
      (dy, [x0]) => [runFused('LeakyReluGradient', { dy, x: x0 }, { slope })],
    );
  }
  return differentiable<tf.Tensor4D>(
    [x],
    (save) => {
      const factor = tf.step(x, slope);
      save([factor]);
      return tf.mul(x, factor);
    },
    (dy, [factor]) => [tf.mul(dy, factor)],
  );
}
