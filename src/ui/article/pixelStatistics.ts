import type { ImageTile } from '../../engine/runReport';

/** The bytes of image `index` of a tile: [height, width, 4]. */
export function pixelsOf({ width, height, rgba }: ImageTile, index: number): Uint8ClampedArray {
  const size = width * height * 4;
  return rgba.subarray(index * size, (index + 1) * size);
}

/** Mean and biased variance of one channel (0 to 2) over all pixels, of values from 0 to 1. */
export function channelStatistics(pixels: Uint8ClampedArray, channel: number): { mean: number; variance: number } {
  // Whole numbers: the sums are exact, in whatever order the pixels come.
  let [sum, squares] = [0, 0];
  const count = pixels.length / 4;
  for (let i = channel; i < pixels.length; i += 4) {
    sum += pixels[i];
    squares += pixels[i] * pixels[i];
  }
  return { mean: sum / count / 255, variance: (count * squares - sum * sum) / (count * count) / (255 * 255) };
}

/** Of well mixed bits, so that neighbors end far apart. */
function scramble(i: number): number {
  let h = Math.imul(i + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

/** The same pixels in an order that has nothing to do with the picture, always the same. */
export function shuffled(pixels: Uint8ClampedArray): Uint8ClampedArray {
  const count = pixels.length / 4;
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => scramble(a) - scramble(b));
  const result = new Uint8ClampedArray(pixels.length);
  order.forEach((from, to) => result.set(pixels.subarray(4 * from, 4 * from + 4), 4 * to));
  return result;
}
