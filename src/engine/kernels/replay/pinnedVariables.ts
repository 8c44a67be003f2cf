/** Variables that keep their place: a recorded step finds them, and leaves them, where they always are. */
import * as tf from '@tensorflow/tfjs-core';

const pinned = new WeakSet<tf.Variable>();

/** What a backend does for it. */
export interface Pinning {
  /** A new tensor with a variable's values. */
  home(variable: tf.Variable): tf.TensorInfo;
  /** The values of one tensor to where another has its own; both of one size. */
  copy(from: tf.TensorInfo, to: tf.TensorInfo): void;
}

/**
 * Gives variables a place of their own for good: from now on what is assigned to them is copied there. So a clone of
 * one that was taken before keeps what it saw, and one that is taken afterwards changes with it; to read it, or a clone
 * of it, is to read what it holds at this moment.
 */
export function pinVariables(variables: readonly tf.Variable[], how: Pinning): void {
  for (const variable of variables) if (!pinned.has(variable)) pin(variable, how);
}

/** Whether a variable keeps its place: then it may be written there, because whoever looks at it expects that. */
export const isPinned = (variable: tf.Variable): boolean => pinned.has(variable);

function pin(variable: tf.Variable, { home, copy }: Pinning): void {
  const place = tf.engine().makeTensorFromTensorInfo(home(variable));
  variable.assign(place);
  place.dispose();
  pinned.add(variable);
  variable.assign = (next: tf.Tensor) => {
    if (next.dtype !== variable.dtype || !tf.util.arraysEqual(next.shape, variable.shape))
      throw new Error(`${variable.name} is ${variable.dtype} [${variable.shape}], not ${next.dtype} [${next.shape}].`);
    if (next.dataId !== variable.dataId) copy(next, variable);
  };
}
