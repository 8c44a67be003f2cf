/**
 * BatchNorm in training mode with a scale and a shift for every image, for several batches that lie one after the
 * other in one tensor. The generator's conditional BatchNorm looks scale and shift up by label; its mixed and its
 * single-class batch go through in one pass, each with its own statistics.
 */
import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from './differentiable';
import { hasFused, runFused } from './fused';
import { imageMean } from './reductions';

/**
 * [N, N] matrix that replaces a per-image value by its average over the image's group.
 *
 * @param groups sizes of consecutive groups, N in all
 */
export function groupAverageMatrix(groups: readonly number[]): Float32Array {
  const n = groups.reduce((a, b) => a + b, 0);
  const matrix = new Float32Array(n * n);
  let start = 0;
  for (const size of groups) {
    for (let i = start; i < start + size; i++) matrix.fill(1 / size, i * n + start, i * n + start + size);
    start += size;
  }
  return matrix;
}

/**
 * y = (x - mean_g) / sqrt(var_g + epsilon) * scale_n + shift_n with each group's own biased batch statistics
 * (fdda.md, "Generator": conditional BN). Differentiable in x, scale and shift.
 *
 * @param x [N, H, W, C]
 * @param scale [N, C], one row an image
 * @param shift [N, C]
 * @param groups sizes of the consecutive groups; their sum must be N
 */
export function groupedBatchNorm(
  x: tf.Tensor4D,
  scale: tf.Tensor2D,
  shift: tf.Tensor2D,
  groups: readonly number[],
  epsilon: number,
): tf.Tensor4D {
  const n = x.shape[0];
  const total = groups.reduce((a, b) => a + b, 0);
  if (total !== n) throw new Error(`groupedBatchNorm: groups of ${groups.join(' + ')} images, but ${n} images given`);
  // The fused kernel divides images by a size to know their group.
  const groupSize = groups.every((size) => size === groups[0]) ? groups[0] : null;
  if (groupSize === null || !hasFused('GroupedBatchNorm')) return composed(x, scale, shift, groups, epsilon);
  const attrs = { groupSize, epsilon };
  return differentiable<tf.Tensor4D>(
    [x, scale, shift],
    (save) => {
      const [y, statistics] = runFused<tf.Tensor[]>('GroupedBatchNorm', { x, scale, shift }, attrs);
      save([x, statistics, scale]);
      return y as tf.Tensor4D;
    },
    (dy, [x0, statistics, scale0]) =>
      runFused<tf.Tensor[]>('GroupedBatchNormGradient', { dy, x: x0, statistics, scale: scale0 }, attrs),
  );
}

/** The same of plain operations, for groups of any sizes: averages over groups are products with a small matrix. */
function composed(
  x: tf.Tensor4D,
  scale: tf.Tensor2D,
  shift: tf.Tensor2D,
  groups: readonly number[],
  epsilon: number,
): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const averages = groupAverageMatrix(groups);
  const perImage = (v: tf.Tensor) => tf.reshape(v, [n, 1, 1, c]);
  return differentiable<tf.Tensor4D>(
    [x, scale, shift],
    (save) => {
      const average = tf.tensor2d(averages, [n, n]);
      const centred = tf.sub(x, perImage(tf.matMul(average, imageMean(x)))) as tf.Tensor4D;
      const variance = tf.matMul(average, imageMean(tf.square(centred)));
      const inverse = tf.rsqrt(tf.add(variance, epsilon));
      save([centred, inverse, scale]);
      return tf.add(tf.mul(centred, perImage(tf.mul(inverse, scale))), perImage(shift));
    },
    (dy, [d, inverse, scale0]) => {
      const average = tf.tensor2d(averages, [n, n]);
      const meanDy = imageMean(dy);
      const meanDyHat = tf.mul(imageMean(tf.mul(dy, d) as tf.Tensor4D), inverse);
      const first = tf.mul(inverse, tf.matMul(average, tf.mul(meanDy, scale0) as tf.Tensor2D));
      const second = tf.mul(tf.square(inverse), tf.matMul(average, tf.mul(meanDyHat, scale0) as tf.Tensor2D));
      const dx = tf.sub(
        tf.sub(tf.mul(dy, perImage(tf.mul(inverse, scale0))), tf.mul(d, perImage(second))),
        perImage(first),
      );
      return [dx, tf.mul(meanDyHat, h * w), tf.mul(meanDy, h * w)];
    },
  );
}
