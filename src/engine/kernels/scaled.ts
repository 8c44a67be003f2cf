import * as tf from '@tensorflow/tfjs-core';
import { fused } from './fused';

/** x times (factor times by), `by` a scalar. Not differentiable: for gradients. */
export function scaled<T extends tf.Tensor>(x: T, by: tf.Tensor, factor: number): T {
  return fused('Scaled', { x, by }, { factor }, () => tf.mul(x, tf.mul(by, factor)) as T);
}
