/** Shape work that tfjs has only slowly on wasm, written with reshapes, slices and concatenations along rows. */
import * as tf from '@tensorflow/tfjs-core';

/** Zero-pads (positive) or crops (negative) height and width of an NHWC tensor. */
export function padOrCrop(x: tf.Tensor4D, top: number, bottom: number, left: number, right: number): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  return tf.tidy(() => {
    let y = x;
    if (top < 0 || bottom < 0 || left < 0 || right < 0) {
      const [t, b, l, r] = [top, bottom, left, right].map((v) => Math.max(0, -v));
      y = tf.slice(y, [0, t, l, 0], [n, h - t - b, w - l - r, c]);
    }
    const [t, b, l, r] = [top, bottom, left, right].map((v) => Math.max(0, v));
    if (t || b || l || r)
      y = tf.pad(y, [
        [0, 0],
        [t, b],
        [l, r],
        [0, 0],
      ]);
    return y === x ? tf.clone(x) : y;
  });
}

/**
 * Puts stride - 1 zero rows and columns after every row and column:
 * [N, H, W, C] -> [N, H sh, W sw, C] with y[n, i sh, j sw] = x[n, i, j].
 */
export function dilate(x: tf.Tensor4D, [sh, sw]: [number, number]): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  return tf.tidy(() => {
    let y: tf.Tensor = tf.reshape(x, [n * h * w, c]);
    if (sw > 1) y = tf.concat([y, tf.zeros([n * h * w, (sw - 1) * c])], 1);
    y = tf.reshape(y, [n * h, w * sw * c]);
    if (sh > 1) y = tf.concat([y, tf.zeros([n * h, (sh - 1) * w * sw * c])], 1);
    return tf.reshape(y, [n, h * sh, w * sw, c]) as tf.Tensor4D;
  });
}

/**
 * Interleaves four images of the same shape [N, H, W, C] into one of twice the size: pixel (2i + a, 2j + b) of the
 * result is pixel (i, j) of `phases[2 a + b]`.
 */
export function interleave2x2(phases: [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D]): tf.Tensor4D {
  const [n, h, w, c] = phases[0].shape;
  return tf.tidy(() => {
    const flat = phases.map((p) => tf.reshape(p, [n * h * w, c]));
    const even = tf.reshape(tf.concat([flat[0], flat[1]], 1), [n * h, 2 * w * c]);
    const odd = tf.reshape(tf.concat([flat[2], flat[3]], 1), [n * h, 2 * w * c]);
    return tf.reshape(tf.concat([even, odd], 1), [n, 2 * h, 2 * w, c]) as tf.Tensor4D;
  });
}
