import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from '../kernels/differentiable';

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
      const logProbabilities = tf.logSoftmax(logits);
      save([tf.sub(tf.exp(logProbabilities), targets)]);
      return tf.div(tf.sum(tf.mul(targets, logProbabilities)), -n);
    },
    (dy, [difference]) => [tf.mul(difference, tf.div(dy, n))],
  );
}
