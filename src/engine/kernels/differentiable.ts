import * as tf from '@tensorflow/tfjs-core';

/**
 * An operation with its own gradient: `tf.customGrad` with types that say what it wants.
 *
 * @param inputs what it is differentiable in
 * @param compute the value; `save` keeps tensors for the gradient (ignored when nobody differentiates)
 * @param gradient from dL/dvalue and what was saved to dL/dinput, one for each input in order
 */
export function differentiable<T extends tf.Tensor>(
  inputs: tf.Tensor[],
  compute: (save: (tensors: tf.Tensor[]) => void) => T,
  gradient: (dy: T, saved: tf.Tensor[]) => tf.Tensor[],
): T {
  const op = (...args: unknown[]) => {
    const save = args[args.length - 1] as (tensors: tf.Tensor[]) => void;
    return { value: compute(save), gradFunc: (dy: T, saved: tf.Tensor[]) => gradient(dy, saved) };
  };
  return tf.customGrad<T>(op as never)(...inputs);
}
