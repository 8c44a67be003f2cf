import * as tf from '@tensorflow/tfjs-core';
import { exp, log } from '../portableMath';
import type { Random } from '../random';

/** How images are cropped and flipped; the usual random-resized crop of image classification, milder at 32x32. */
export interface AugmentParameters {
  /** Share of the image's area that is kept. */
  scale: [low: number, high: number];
  /** Width by height of what is kept, in pixels; drawn log-uniformly. */
  ratio: [low: number, high: number];
  /** Probability of a horizontal flip. */
  flip: number;
}

/** ImageNet's scale of 0.08 to 1 would leave 9 pixels of 32 and no figure to see. */
export const DEFAULT_AUGMENT: AugmentParameters = { scale: [0.6, 1], ratio: [3 / 4, 4 / 3], flip: 0.5 };

/** Tries before the box is simply clipped to the image. */
const ATTEMPTS = 10;

/**
 * Keeps a cropped box's sampling positions off the image's outermost ones: where rounding carries a position beyond
 * them, cropAndResize returns 0. (The whole image, 0 to 1, is exact and needs no margin.)
 */
const MARGIN = 1e-6;

/** Start and end of a randomly placed piece of `length` of the interval 0 to 1. */
function place(length: number, random: Random): [number, number] {
  const start = random.next();
  if (length >= 1) return [0, 1];
  const low = start * (1 - length);
  return [Math.max(low, MARGIN), Math.min(low + length, 1 - MARGIN)];
}

/**
 * Draws one box an image for `augmentBatch`.
 * @param imageShape [height, width, ...]: `ratio` is meant in pixels
 * @returns [count, 4]: y1, x1, y2, x2 as tf.image.cropAndResize takes them: 0 is the middle of the first pixel, 1 that
 *   of the last. x1 > x2 is a flipped image.
 */
export function drawAugmentation(
  count: number,
  imageShape: readonly number[],
  random: Random,
  { scale, ratio, flip }: AugmentParameters = DEFAULT_AUGMENT,
): Float32Array {
  const aspect = imageShape[1] / imageShape[0];
  const [logLow, logHigh] = [log(ratio[0]), log(ratio[1])];
  const boxes = new Float32Array(count * 4);
  for (let i = 0; i < count; i++) {
    let [width, height] = [2, 2];
    for (let attempt = 0; attempt < ATTEMPTS && (width > 1 || height > 1); attempt++) {
      const area = random.uniform(scale[0], scale[1]);
      const shape = exp(random.uniform(logLow, logHigh)) / aspect;
      width = Math.sqrt(area * shape);
      height = Math.sqrt(area / shape);
    }
    const [y1, y2] = place(height, random);
    const [left, right] = place(width, random);
    const flipped = random.chance(flip);
    boxes.set(flipped ? [y1, right, y2, left] : [y1, left, y2, right], i * 4);
  }
  return boxes;
}

/**
 * Crops, flips and scales back every image of a batch, bilinearly. No gradient passes through it.
 * @param images [N, H, W, C]; not disposed
 * @param boxes [N, 4] as from `drawAugmentation`; RangeError for another length
 * @returns [N, H, W, C], owned by the caller; an image whose box is 0, 0, 1, 1 comes back exactly
 */
export function augmentBatch(images: tf.Tensor4D, boxes: Float32Array): tf.Tensor4D {
  const [count] = images.shape;
  if (boxes.length !== count * 4)
    throw new RangeError(`${count} images need ${count} boxes of 4 numbers, not ${boxes.length} numbers.`);
  return tf.tidy(() => cropBatch(images, tf.tensor2d(boxes, [count, 4])));
}

/** As `augmentBatch`, boxes [N, 4] as a tensor. */
export function cropBatch(images: tf.Tensor4D, boxes: tf.Tensor2D): tf.Tensor4D {
  const [count, height, width] = images.shape;
  return tf.tidy(() => {
    const indices = tf.tensor1d(
      Int32Array.from({ length: count }, (_, i) => i),
      'int32',
    );
    return tf.image.cropAndResize(images, boxes, indices, [height, width], 'bilinear');
  });
}
