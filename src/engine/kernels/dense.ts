import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from './differentiable';

/**
 * Matrix product [N, I] x [I, O] -> [N, O] whose gradients use an explicit transpose and a plain product:
 * `matMul` with a transpose flag is an order of magnitude slower than that on wasm.
 */
export function dense(x: tf.Tensor2D, kernel: tf.Tensor2D): tf.Tensor2D {
  return differentiable<tf.Tensor2D>(
    [x, kernel],
    (save) => {
      save([x, kernel]);
      return tf.matMul(x, kernel);
    },
    (dy, [x0, kernel0]) => [
      tf.matMul(dy, tf.transpose(kernel0) as tf.Tensor2D),
      tf.matMul(tf.transpose(x0) as tf.Tensor2D, dy),
    ],
  );
}
