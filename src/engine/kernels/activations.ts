/** Activations whose gradient is one operation where the backend can do that. */
import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from './differentiable';
import { hasFused, runFused } from './fused';

/** Their derivatives follow from their values alone. */
export type Activation = 'relu' | 'relu6' | 'tanh';

export const relu = <T extends tf.Tensor>(x: T): T => activated('relu', x, tf.relu);
export const relu6 = <T extends tf.Tensor>(x: T): T => activated('relu6', x, tf.relu6);
export const tanh = <T extends tf.Tensor>(x: T): T => activated('tanh', x, tf.tanh);

/** @param compute tfjs's operation, with a gradient of its own for backends that have nothing better */
function activated<T extends tf.Tensor>(kind: Activation, x: T, compute: (x: T) => tf.Tensor): T {
  if (!hasFused('ActivationGradient')) return compute(x) as T;
  return differentiable<T>(
    [x],
    (save) => {
      const y = compute(x) as T;
      save([y]);
      return y;
    },
    (dy, [y]) => [runFused('ActivationGradient', { dy, y }, { kind })],
  );
}
