/** Convolutions with dilation and groups, made of those that every backend has with all of their gradients. */
import * as tf from '@tensorflow/tfjs-core';

/** How a kernel is laid over an image: [vertical, horizontal] each, zeros explicit. */
export interface ConvolutionGeometry {
  strides: [number, number];
  padding: { top: number; bottom: number; left: number; right: number };
  /** Left out: 1. */
  dilations?: [number, number];
  /** Left out: 1; not for depthwise kernels. */
  groups?: number;
}

/**
 * @param x [N, H, W, C]
 * @param kernel [kh, kw, C / groups, O]; depthwise [kh, kw, C, multiplier], whose output has C multiplier channels
 * @returns [N, OH, OW, O], differentiable in both
 */
export function convolution(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  { strides, padding, dilations = [1, 1], groups = 1 }: ConvolutionGeometry,
  depthwise = false,
): tf.Tensor4D {
  const { top, bottom, left, right } = padding;
  const pad: [[number, number], [number, number], [number, number], [number, number]] = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  // tfjs has no gradients of dilated convolutions: the kernel gets zeros between its taps instead.
  const spread = spreadTaps(kernel, dilations);
  if (depthwise) return tf.depthwiseConv2d(x, spread, strides, pad);
  if (groups === 1) return tf.conv2d(x, spread, strides, pad);
  const images = tf.split(x, groups, 3) as tf.Tensor4D[];
  const kernels = tf.split(spread, groups, 3);
  return tf.concat(
    images.map((image, g) => tf.conv2d(image, kernels[g] as tf.Tensor4D, strides, pad)),
    3,
  );
}

/** [kh, kw, ...] -> [(kh - 1) dh + 1, (kw - 1) dw + 1, ...] with zeros in between. */
function spreadTaps(kernel: tf.Tensor4D, [dh, dw]: [number, number]): tf.Tensor4D {
  if (dh === 1 && dw === 1) return kernel;
  const [kh, kw, ci, co] = kernel.shape;
  const [h, w] = [(kh - 1) * dh + 1, (kw - 1) * dw + 1];
  const padded = (rows: tf.Tensor, count: number): tf.Tensor =>
    tf.pad(rows, [
      [0, 0],
      [0, count],
    ]);
  const wide = tf.reshape(padded(tf.reshape(kernel, [kh * kw, ci * co]), (dw - 1) * ci * co), [kh, kw * dw, ci, co]);
  const row = tf.slice(wide, [0, 0, 0, 0], [kh, w, ci, co]);
  const high = tf.reshape(padded(tf.reshape(row, [kh, w * ci * co]), (dh - 1) * w * ci * co), [kh * dh, w, ci, co]);
  return tf.slice(high, [0, 0, 0, 0], [h, w, ci, co]) as tf.Tensor4D;
}
