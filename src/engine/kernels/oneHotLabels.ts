import * as tf from '@tensorflow/tfjs-core';

/** [N, numClasses] row-major with a 1 at each label. RangeError for a label that is no class. */
export function oneHotValues(labels: ArrayLike<number>, numClasses: number): Float32Array {
  const values = new Float32Array(labels.length * numClasses);
  for (let i = 0; i < labels.length; i++) {
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= numClasses) {
      throw new RangeError(`Image ${i} has the label ${labels[i]}, but there are ${numClasses} classes.`);
    }
    values[i * numClasses + labels[i]] = 1;
  }
  return values;
}

/** The same as a tensor. */
export function oneHotLabels(labels: ArrayLike<number>, numClasses: number): tf.Tensor2D {
  return tf.tensor2d(oneHotValues(labels, numClasses), [labels.length, numClasses]);
}
