import type { ImageTile } from '../../engine/runReport';

/**
 * Images as few bytes, in the way of JPEG: brightness and two differences of color, a cosine transform of 8x8 blocks,
 * and coefficients rounded the more coarsely the finer the detail. All values of one frequency lie together, so that
 * deflating them leaves little, and less still of the differences to earlier images.
 * Plain arithmetic, so that page, recorder and tests do exactly the same.
 */

const BLOCK = 8;
const FREQUENCIES = BLOCK * BLOCK;
const PLANES = 3;

/** [frequency, position], orthonormal. */
const COSINES = Float32Array.from({ length: FREQUENCIES }, (_, i) => {
  const [frequency, position] = [Math.floor(i / BLOCK), i % BLOCK];
  return (
    Math.sqrt((frequency === 0 ? 1 : 2) / BLOCK) * Math.cos(((2 * position + 1) * frequency * Math.PI) / (2 * BLOCK))
  );
});

/** Size of a rounding step by frequency; the first is large enough that every coefficient fits a byte. */
const steps = (first: number, slope: number): Float32Array =>
  Float32Array.from({ length: FREQUENCIES }, (_, i) => first + slope * (Math.floor(i / BLOCK) + (i % BLOCK)));
const BRIGHTNESS = steps(12, 8);
const COLOR = steps(18, 12);
const stepsOf = (plane: number) => (plane === 0 ? BRIGHTNESS : COLOR);

const blocksAcross = (pixels: number) => Math.ceil(pixels / BLOCK);
const blocksOf = (height: number, width: number) => PLANES * blocksAcross(height) * blocksAcross(width);

/** Bytes that `count` images of this size become. */
export const coefficientCount = (count: number, height: number, width: number): number =>
  count * blocksOf(height, width) * FREQUENCIES;

/** Rounded coefficients of all images, modulo 256: [frequency, image, block]. */
export function toCoefficients({ count, height, width, rgba }: ImageTile): Uint8Array {
  const blocks = blocksOf(height, width);
  const across = blocksAcross(width);
  const inPlane = blocks / PLANES;
  const result = new Uint8Array(coefficientCount(count, height, width));
  for (let image = 0; image < count; image++) {
    const planes = planesOf(rgba.subarray(image * height * width * 4, (image + 1) * height * width * 4));
    for (let block = 0; block < blocks; block++) {
      const plane = Math.floor(block / inPlane);
      const at = block % inPlane;
      const values = transform(
        cut(planes[plane], height, width, (at % across) * BLOCK, Math.floor(at / across) * BLOCK),
        true,
      );
      const size = stepsOf(plane);
      for (let f = 0; f < FREQUENCIES; f++) {
        result[(f * count + image) * blocks + block] = Math.max(-128, Math.min(127, Math.round(values[f] / size[f])));
      }
    }
  }
  return result;
}

/** The images that these coefficients are of. */
export function fromCoefficients(coefficients: Uint8Array, count: number, height: number, width: number): ImageTile {
  const blocks = blocksOf(height, width);
  const [across, down] = [blocksAcross(width), blocksAcross(height)];
  const inPlane = across * down;
  const rgba = new Uint8ClampedArray(count * height * width * 4);
  const planes = Array.from({ length: PLANES }, () => new Float32Array(inPlane * FREQUENCIES));
  const values = new Float32Array(FREQUENCIES);
  for (let image = 0; image < count; image++) {
    for (let block = 0; block < blocks; block++) {
      const plane = Math.floor(block / inPlane);
      const at = block % inPlane;
      const size = stepsOf(plane);
      // A byte's upper half stands for negative numbers.
      for (let f = 0; f < FREQUENCIES; f++)
        values[f] = ((coefficients[(f * count + image) * blocks + block] << 24) >> 24) * size[f];
      paste(
        planes[plane],
        across * BLOCK,
        (at % across) * BLOCK,
        Math.floor(at / across) * BLOCK,
        transform(values, false),
      );
    }
    writePixels(
      rgba.subarray(image * height * width * 4, (image + 1) * height * width * 4),
      planes,
      across * BLOCK,
      width,
    );
  }
  return { count, height, width, rgba };
}

/** Brightness and two differences of color, around 0. */
function planesOf(pixels: Uint8ClampedArray): Float32Array[] {
  const planes = Array.from({ length: PLANES }, () => new Float32Array(pixels.length / 4));
  for (let i = 0; i < planes[0].length; i++) {
    const [r, g, b] = [pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2]];
    const brightness = 0.299 * r + 0.587 * g + 0.114 * b;
    planes[0][i] = brightness - 128;
    planes[1][i] = (r - brightness) * 0.713;
    planes[2][i] = (b - brightness) * 0.564;
  }
  return planes;
}

function writePixels(
  pixels: Uint8ClampedArray,
  [full, red, blue]: Float32Array[],
  stride: number,
  width: number,
): void {
  for (let i = 0; i < pixels.length / 4; i++) {
    const from = Math.floor(i / width) * stride + (i % width);
    const brightness = full[from] + 128;
    const r = brightness + red[from] / 0.713;
    const b = brightness + blue[from] / 0.564;
    pixels[4 * i] = r;
    pixels[4 * i + 1] = (brightness - 0.299 * r - 0.114 * b) / 0.587;
    pixels[4 * i + 2] = b;
    pixels[4 * i + 3] = 255;
  }
}

/** A block of a plane; beyond the edge the last values go on. */
function cut(plane: Float32Array, height: number, width: number, left: number, top: number): Float32Array {
  return Float32Array.from(
    { length: FREQUENCIES },
    (_, i) =>
      plane[Math.min(height - 1, top + Math.floor(i / BLOCK)) * width + Math.min(width - 1, left + (i % BLOCK))],
  );
}

function paste(plane: Float32Array, stride: number, left: number, top: number, block: Float32Array): void {
  for (let y = 0; y < BLOCK; y++) plane.set(block.subarray(y * BLOCK, (y + 1) * BLOCK), (top + y) * stride + left);
}

const between = new Float32Array(FREQUENCIES);
const transformed = new Float32Array(FREQUENCIES);
const INVERSE = COSINES;
const FORWARD = Float32Array.from(COSINES, (_, i) => COSINES[(i % BLOCK) * BLOCK + Math.floor(i / BLOCK)]);

/** Each row times `matrix`; the result lies transposed, so that doing it twice takes rows and columns. */
function along(from: Float32Array, to: Float32Array, matrix: Float32Array): void {
  to.fill(0);
  for (let i = 0; i < FREQUENCIES; i++) {
    const value = from[i];
    // Most coefficients are 0.
    if (value === 0) continue;
    const row = Math.floor(i / BLOCK);
    const first = (i % BLOCK) * BLOCK;
    for (let out = 0; out < BLOCK; out++) to[out * BLOCK + row] += value * matrix[first + out];
  }
}

/** Two-dimensional cosine transform of a block, or (`forward` false) back; the result is good until the next call. */
function transform(block: Float32Array, forward: boolean): Float32Array {
  const matrix = forward ? FORWARD : INVERSE;
  along(block, between, matrix);
  along(between, transformed, matrix);
  return transformed;
}
