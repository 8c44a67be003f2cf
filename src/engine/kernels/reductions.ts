/**
 * Per-image channel reductions. Everything the method knows of a BatchNorm layer (one image's statistics, a class's
 * centre, a batch's statistics) is a small matrix product away from the per-image means and variances computed here.
 */
import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from './differentiable';
import { fused } from './fused';

/**
 * Mean over height and width: [N, H, W, C] -> [N, C]. Not differentiable by itself; see the callers' gradients.
 */
export function imageMean(x: tf.Tensor4D): tf.Tensor2D {
  return tf.tidy(() => fused('ImageMean', { x }, {}, () => tf.mean(x, [1, 2]) as tf.Tensor2D));
}

/**
 * Global average pooling [N, H, W, C] -> [N, C] with its gradient (every pixel gets dy / (H W)).
 */
export function globalAveragePool(x: tf.Tensor4D): tf.Tensor2D {
  const [n, h, w, c] = x.shape;
  return differentiable<tf.Tensor2D>(
    [x],
    () => imageMean(x),
    (dy) => [
      fused('ImageMeanGradient', { dy }, { h, w }, () =>
        tf.mul(tf.ones([1, h, w, 1]), tf.reshape(tf.div(dy, h * w), [n, 1, 1, c])),
      ),
    ],
  );
}

/**
 * One image's BatchNorm statistics, for every image of a batch: per-channel mean and *biased* variance over height
 * and width (fdda.md, "BNS").
 *
 * @param x [N, H, W, C], the input of a BatchNorm layer
 * @returns [N, 2 C]: means, then variances. Differentiable with respect to x:
 *   dx = (dmean + 2 (x - mean) dvar) / (H W).
 */
export function imageStatistics(x: tf.Tensor4D): tf.Tensor2D {
  const [n, h, w, c] = x.shape;
  const perImage = (v: tf.Tensor) => tf.reshape(v, [n, 1, 1, c]);
  return differentiable<tf.Tensor2D>(
    [x],
    (save) => {
      const statistics = fused('ImageStatistics', { x }, {}, () => {
        const mean = imageMean(x);
        // Two passes: E[x^2] - E[x]^2 cancels in float32 where the mean is large against the spread.
        const variance = imageMean(tf.square(tf.sub(x, perImage(mean))) as tf.Tensor4D);
        return tf.concat([mean, variance], 1);
      });
      save([x, statistics]);
      return statistics;
    },
    (dy, [x0, statistics0]) => [
      fused('ImageStatisticsGradient', { dy, x: x0, statistics: statistics0 }, {}, () => {
        const dMean = tf.slice(dy, [0, 0], [n, c]);
        const dVariance = tf.slice(dy, [0, c], [n, c]);
        const slope = tf.mul(dVariance, 2 / (h * w));
        const offset = tf.sub(tf.div(dMean, h * w), tf.mul(slope, tf.slice(statistics0, [0, 0], [n, c])));
        return tf.add(tf.mul(x0, perImage(slope)), perImage(offset));
      }),
    ],
  );
}
