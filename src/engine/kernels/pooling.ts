/**
 * Pooling with gradients that are right on every backend: tfjs's gradient of average pooling divides by the whole
 * window at a padded border (cpu), and its maxPool gradient is wrong with padding on wasm.
 */
import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from './differentiable';
import { fused } from './fused';
import { dilate, padOrCrop } from './layout';

/** Geometry of a pooling: window and stride as [vertical, horizontal], zeros (not counted) before and after. */
export interface Pooling {
  size: [number, number];
  strides: [number, number];
  padding: { top: number; bottom: number; left: number; right: number };
}

const explicit = ({
  top,
  bottom,
  left,
  right,
}: Pooling['padding']): [[number, number], [number, number], [number, number], [number, number]] => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

/** Average pooling [N, H, W, C] -> [N, OH, OW, C]; padding does not count in a window's mean. Differentiable. */
export function averagePool(x: tf.Tensor4D, { size, strides, padding }: Pooling): tf.Tensor4D {
  return differentiable<tf.Tensor4D>(
    [x],
    (save) => {
      save([x]);
      return tf.avgPool(x, size, strides, explicit(padding));
    },
    (dy, [x0]) => [
      fused(
        'AveragePoolGradient',
        { dy },
        { inShape: x0.shape, size, strides, top: padding.top, left: padding.left },
        () => averagePoolGradient(dy, x0 as tf.Tensor4D, size, strides, padding.top, padding.left),
      ),
    ],
  );
}

/**
 * Max pooling [N, H, W, C] -> [N, OH, OW, C]. Differentiable; ties go to the first pixel in row order, as in PyTorch.
 */
export function maxPool(x: tf.Tensor4D, { size, strides, padding }: Pooling): tf.Tensor4D {
  return differentiable<tf.Tensor4D>(
    [x],
    (save) => {
      const y = tf.maxPool(x, size, strides, explicit(padding));
      save([x, y]);
      return y;
    },
    (dy, [x0, y0]) => [
      fused('MaxPoolGradient', { dy, x: x0, y: y0 }, { size, strides, top: padding.top, left: padding.left }, () =>
        maxPoolGradient(dy, x0 as tf.Tensor4D, y0 as tf.Tensor4D, size, strides, padding.top, padding.left),
      ),
    ],
  );
}

/** dL/dx of average pooling: each window's share goes to its pixels, which is a depthwise convolution with ones. */
function averagePoolGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  size: [number, number],
  strides: [number, number],
  top: number,
  left: number,
): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const [, oh, ow] = dy.shape;
  return tf.tidy(() => {
    // Padding does not count in a window's mean, so windows at the border have fewer pixels.
    const count = (o: number, s: number, k: number, before: number, length: number) =>
      Float32Array.from({ length: o }, (_, i) => Math.min(length, i * s - before + k) - Math.max(0, i * s - before));
    const rows = tf.reshape(tf.tensor1d(count(oh, strides[0], size[0], top, h)), [1, oh, 1, 1]);
    const columns = tf.reshape(tf.tensor1d(count(ow, strides[1], size[1], left, w)), [1, 1, ow, 1]);
    const share = tf.div(dy, tf.mul(rows, columns)) as tf.Tensor4D;
    const ones = tf.ones([size[0], size[1], c, 1]) as tf.Tensor4D;
    return convolveToShape(dilated(share, strides), ones, [n, h, w, c], size[0] - 1 - top, size[1] - 1 - left);
  });
}

const dilated = (dy: tf.Tensor4D, strides: [number, number]) =>
  strides[0] === 1 && strides[1] === 1 ? dy : dilate(dy, strides);

/**
 * Stride-1 depthwise convolution whose output has the height and width of `outShape`, given what to pad (or crop) at
 * top and left.
 */
function convolveToShape(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  outShape: number[],
  top: number,
  left: number,
): tf.Tensor4D {
  const [kh, kw] = filter.shape;
  const bottom = outShape[1] - x.shape[1] - top + kh - 1;
  const right = outShape[2] - x.shape[2] - left + kw - 1;
  const crop = [top, bottom, left, right].map((v) => Math.min(0, v));
  const cropped = crop.some((v) => v < 0) ? padOrCrop(x, crop[0], crop[1], crop[2], crop[3]) : x;
  return tf.depthwiseConv2d(cropped, filter, 1, [
    [0, 0],
    [Math.max(0, top), Math.max(0, bottom)],
    [Math.max(0, left), Math.max(0, right)],
    [0, 0],
  ]);
}

/**
 * dL/dx of max pooling; where several pixels of a window share the maximum, the first in row order gets it all (as
 * PyTorch).
 */
function maxPoolGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  y: tf.Tensor4D,
  [kh, kw]: [number, number],
  [sh, sw]: [number, number],
  top: number,
  left: number,
): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const [, oh, ow] = dy.shape;
  return tf.tidy(() => {
    const bottom = Math.max(0, (oh - 1) * sh + kh - h - top);
    const right = Math.max(0, (ow - 1) * sw + kw - w - left);
    const lowest = -3.4e38;
    const padded = tf.pad(
      x,
      [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ],
      lowest,
    );
    const [ph, pw] = [h + top + bottom, w + left + right];
    let open: tf.Tensor = tf.onesLike(dy);
    let dx: tf.Tensor4D = tf.zeros([n, ph, pw, c]);
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        const window = tf.stridedSlice(
          padded,
          [0, i, j, 0],
          [n, i + (oh - 1) * sh + 1, j + (ow - 1) * sw + 1, c],
          [1, sh, sw, 1],
        );
        const hit = tf.mul(tf.cast(tf.equal(window, y), 'float32'), open);
        open = tf.sub(open, hit);
        const share = dilated(tf.mul(hit, dy) as tf.Tensor4D, [sh, sw]);
        dx = tf.add(dx, padOrCrop(share, i, ph - i - share.shape[1], j, pw - j - share.shape[2]));
      }
    }
    return padOrCrop(dx, -top, -bottom, -left, -right);
  });
}
