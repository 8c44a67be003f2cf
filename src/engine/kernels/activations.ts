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

export const sigmoid = <T extends tf.Tensor>(x: T): T => tf.sigmoid(x);

/** x sigmoid(x), also called swish. */
export const silu = <T extends tf.Tensor>(x: T): T => tf.mul(x, tf.sigmoid(x)) as T;

/** slope x + 1/2 between 0 and 1; with 1/6 that is relu6(x + 3) / 6. */
export const hardSigmoid = <T extends tf.Tensor>(x: T, slope = 1 / 6): T =>
  tf.div(relu6(tf.add(slope === 1 / 6 ? x : tf.mul(x, 6 * slope), 3)), 6) as T;

/** x relu6(x + 3) / 6. */
export const hardSwish = <T extends tf.Tensor>(x: T): T => tf.mul(x, hardSigmoid(x)) as T;
