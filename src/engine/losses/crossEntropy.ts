import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from '../kernels/differentiable';
import { fused } from '../kernels/fused';
import { scaled } from '../kernels/scaled';

/**
 * Cross entropy of logits with given class probabilities, averaged over the batch. Differentiable in the logits only.
 *
 * @param logits [N, K]
 * @param targets [N, K], rows sum to 1 (one-hot labels)
 */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const n = logits.shape[0];
  return differentiable<tf.Scalar>(
    [logits],
    (save) => {
      const [value, difference] = fused<tf.Tensor[]>('CrossEntropy', { logits, targets }, {}, () => {
        const logProbabilities = tf.logSoftmax(logits);
        return [tf.div(tf.sum(tf.mul(targets, logProbabilities)), -n), tf.sub(tf.exp(logProbabilities), targets)];
      });
      save([difference]);
      return value as tf.Scalar;
    },
    (dy, [difference]) => [scaled(difference as tf.Tensor2D, dy, 1 / n)],
  );
}
