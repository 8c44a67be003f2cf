import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from './differentiable';
import { fused } from './fused';

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
      transposedProduct(x0 as tf.Tensor2D, dy),
    ],
  );
}

/** a transposed times b: [N, I] and [N, O] -> [I, O]. Not differentiable. */
export function transposedProduct(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return fused('TransposedProduct', { a, b }, {}, () => tf.matMul(tf.transpose(a) as tf.Tensor2D, b));
}
