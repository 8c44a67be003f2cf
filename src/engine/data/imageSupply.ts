import type * as tf from '@tensorflow/tfjs-core';

/** Images that are made, or brought to the backend, when they are asked for: there may be more than fit at a time. */
export interface ImageSupply {
  /** [count] classes, in order. */
  readonly labels: Uint16Array;
  /** The images at some places, [places.length, H, W, C] normalised; the caller's. */
  at(places: readonly number[]): tf.Tensor4D;
}
