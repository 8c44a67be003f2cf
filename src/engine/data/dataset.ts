import type { ImageTile } from '../runReport';
import { tileSize } from './amounts';

/**
 * Datasets: numbered, labelled images of one size in disjoint splits.
 *
 * - `train`: what a network is trained on.
 * - `validation`: not test images; to choose learning rates and constants on.
 * - `calibration`: where the few labelled images that post-training quantization may use are drawn from,
 *   and, disjoint from those, the observation set.
 * - `test`: what accuracies are reported on.
 */
export type Split = 'train' | 'validation' | 'calibration' | 'test';

export const SPLITS: readonly Split[] = ['train', 'validation', 'calibration', 'test'];

export interface LabelledImage {
  /** [height, width, channels], 0 to 255. */
  pixels: Uint8Array;
  /** Index into `Dataset.classNames`. */
  label: number;
}

export interface Dataset {
  name: string;
  classNames: string[];
  /** [height, width, channels] */
  imageShape: [number, number, number];
  /** Calibration images of each class that are kept for calibration sets and never looked at; left out: 32. */
  calibrationReserve?: number;
  /** Number of images in the split. */
  size(split: Split): number;
  /** The image at `index`, 0 to size - 1, the same whatever was asked for before. RangeError elsewhere. */
  image(split: Split, index: number): LabelledImage;
  /** The label of `image(split, index)` without its pixels. RangeError as there. */
  label(split: Split, index: number): number;
}

/** Per channel: a network sees (pixel / 255 - mean) / std. */
export interface Normalization {
  mean: readonly number[];
  std: readonly number[];
}

/** Images as a network takes them. */
export interface Batch {
  count: number;
  /** [count, height, width, channels], normalized. */
  images: Float32Array;
  /** [count] */
  labels: Uint16Array;
}

/** Throws a RangeError that names the split unless `index` is one of its images. */
export function checkIndex(dataset: Dataset, split: Split, index: number): void {
  const size = dataset.size(split);
  if (!Number.isInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`${dataset.name} has no image ${index} in '${split}': its ${size} images start at 0.`);
  }
}

function checkNormalization(channels: number, { mean, std }: Normalization): void {
  if (mean.length !== channels || std.length !== channels) {
    throw new RangeError(
      `Images of ${channels} channels need as many means and deviations, not ${mean.length} and ${std.length}.`,
    );
  }
}

/**
 * Writes normalized values of some pixels.
 * @param pixels any number of pixels of C channels, 0 to 255
 * @param target where to write them, from `offset` on
 */
export function normalizeInto(
  pixels: ArrayLike<number>,
  normalization: Normalization,
  target: Float32Array,
  offset = 0,
): void {
  const { mean, std } = normalization;
  const channels = mean.length;
  for (let i = 0, c = 0; i < pixels.length; i++) {
    target[offset + i] = (pixels[i] / 255 - mean[c]) / std[c];
    if (++c === channels) c = 0;
  }
}

/**
 * The images at `indices`, in that order, as one normalized NHWC array.
 * RangeError for an index outside the split or a normalization of another number of channels.
 */
export function gatherBatch(
  dataset: Dataset,
  split: Split,
  indices: ArrayLike<number>,
  normalization: Normalization,
): Batch {
  const [height, width, channels] = dataset.imageShape;
  checkNormalization(channels, normalization);
  const stride = height * width * channels;
  const count = indices.length;
  const images = new Float32Array(count * stride);
  const labels = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const { pixels, label } = dataset.image(split, indices[i]);
    normalizeInto(pixels, normalization, images, i * stride);
    labels[i] = label;
  }
  return { count, images, labels };
}

/** Images as they are, to look at. RangeError for an index outside the split. */
export function imageTile(dataset: Dataset, split: Split, indices: readonly number[]): ImageTile {
  const [height, width, channels] = dataset.imageShape;
  const rgba = new Uint8ClampedArray(indices.length * height * width * 4);
  indices.forEach((index, i) => {
    const { pixels } = dataset.image(split, index);
    for (let pixel = 0; pixel < height * width; pixel++) {
      const to = (i * height * width + pixel) * 4;
      for (let c = 0; c < 3; c++) rgba[to + c] = pixels[pixel * channels + (channels === 1 ? 0 : c)];
      rgba[to + 3] = 255;
    }
  });
  return { count: indices.length, height, width, rgba };
}

/**
 * Large images in fewer pixels, each the mean of a square of pixels: 74x74 of 224x224, which in full size would be 200
 * MB for one image of each class of ImageNet, and more than is shown. Images below 128x128 stay as they are.
 */
export function smallTile(tile: ImageTile): ImageTile {
  const { count, height, width, rgba } = tile;
  const { by, size } = tileSize(height, width);
  if (by === 1) return tile;
  const [h, w] = size;
  const small = new Uint8ClampedArray(count * h * w * 4);
  for (let i = 0, to = 0; i < count; i++) {
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        for (let c = 0; c < 4; c++, to++) {
          let sum = 0;
          for (let v = 0; v < by; v++) {
            const from = ((i * height + y * by + v) * width + x * by) * 4 + c;
            for (let u = 0; u < by; u++) sum += rgba[from + 4 * u];
          }
          small[to] = sum / by ** 2;
        }
      }
    }
  }
  return { count, height: h, width: w, rgba: small };
}

/** The integers from `start` to `end` - 1. */
export function indexRange(start: number, end: number): Int32Array {
  return Int32Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
}

/**
 * Normalized images as bytes to look at; values outside 0 to 255 are clamped, NaN becomes 0.
 * @param images [count, height, width, channels] with 1 (grey) or 3 (RGB) channels
 * @returns opaque RGBA
 */
export function toImageTile(
  images: Float32Array,
  imageShape: readonly [number, number, number],
  normalization: Normalization,
): ImageTile {
  const [height, width, channels] = imageShape;
  if (channels !== 1 && channels !== 3)
    throw new RangeError(`Only images of 1 or 3 channels can be shown, not of ${channels}.`);
  checkNormalization(channels, normalization);
  const stride = height * width * channels;
  if (images.length % stride !== 0) {
    throw new RangeError(`${images.length} values are no whole number of ${height}x${width}x${channels} images.`);
  }
  const pixelCount = images.length / channels;
  const rgba = new Uint8ClampedArray(pixelCount * 4);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    for (let c = 0; c < 3; c++) {
      const channel = channels === 1 ? 0 : c;
      rgba[pixel * 4 + c] =
        (images[pixel * channels + channel] * normalization.std[channel] + normalization.mean[channel]) * 255;
    }
    rgba[pixel * 4 + 3] = 255;
  }
  return { count: images.length / stride, height, width, rgba };
}

/** Per-channel mean and standard deviation of the pixels / 255 of some images of a split. */
export function measureNormalization(
  dataset: Dataset,
  split: Split,
  indices: ArrayLike<number>,
): { mean: number[]; std: number[] } {
  const channels = dataset.imageShape[2];
  const sum = new Float64Array(channels);
  const sumOfSquares = new Float64Array(channels);
  let pixelCount = 0;
  for (let i = 0; i < indices.length; i++) {
    const { pixels } = dataset.image(split, indices[i]);
    pixelCount += pixels.length / channels;
    for (let p = 0, c = 0; p < pixels.length; p++) {
      const value = pixels[p] / 255;
      sum[c] += value;
      sumOfSquares[c] += value * value;
      if (++c === channels) c = 0;
    }
  }
  if (pixelCount === 0) throw new RangeError('The mean of no images does not exist.');
  const mean = Array.from(sum, (value) => value / pixelCount);
  const std = Array.from(sumOfSquares, (value, c) => Math.sqrt(Math.max(0, value / pixelCount - mean[c] ** 2)));
  return { mean, std };
}
