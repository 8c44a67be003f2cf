/**
 * Channel statistics of images and BatchNorm on this project's wasm module (../reductions.ts, ../groupedBatchNorm.ts,
 * ../frozenBatchNorm.ts).
 */
import type * as tf from '@tensorflow/tfjs-core';
import { address, exportsOf, inParallel, output, partsOf, withScratch, type WasmBackend } from './module';

const FLOAT = 4;
/** Values that are worth waking a thread for. */
const WORTH_A_THREAD = 60_000;

type Info = tf.TensorInfo;
/** Stored statistics and weights of a BatchNorm layer, [c] each. */
export interface Layer {
  mean: Info;
  variance: Info;
  gamma: Info;
  beta: Info;
}

interface Images {
  n: number;
  pixels: number;
  c: number;
  /** Images that are worth waking a thread for. */
  grain: number;
}

function imagesOf({ shape: [n, h, w, c] }: Info): Images {
  return { n, pixels: h * w, c, grain: WORTH_A_THREAD / (h * w * c) };
}

/** [n, h, w, c] -> [n, c] */
export function imageMean(backend: WasmBackend, x: Info): Info {
  const { n, pixels, c, grain } = imagesOf(x);
  const result = output(backend, [n, c]);
  inParallel(backend, 'imageMeans', n, grain, (first, last) => [
    address(backend, x),
    address(backend, result),
    first,
    last,
    pixels,
    c,
  ]);
  return result;
}

/** dL/dx of imageMean from dy [n, c]. */
export function imageMeanGradient(backend: WasmBackend, dy: Info, h: number, w: number): Info {
  const [n, c] = dy.shape;
  const dx = output(backend, [n, h, w, c]);
  exportsOf(backend).spreadMeans(address(backend, dy), address(backend, dx), 0, 0, n, h * w, c);
  return dx;
}

/** [n, 2 c]: means, then biased variances. */
export function imageStatistics(backend: WasmBackend, x: Info): Info {
  const { n, pixels, c, grain } = imagesOf(x);
  const result = output(backend, [n, 2 * c]);
  inParallel(backend, 'imageMoments', n, grain, (first, last) => [
    address(backend, x),
    address(backend, result),
    first,
    last,
    pixels,
    c,
  ]);
  return result;
}

/** y = x a + b; a and b are addresses of coefficients, [n, c] (`perImage`) or [c]. */
function affine(backend: WasmBackend, x: Info, a: number, b: number, perImage: boolean): Info {
  const { n, pixels, c, grain } = imagesOf(x);
  const y = output(backend, x.shape);
  const bytes = 8 * c * FLOAT;
  withScratch(backend, bytes * partsOf(backend, n, grain), (scratch) =>
    inParallel(backend, 'affineImages', n, grain, (first, last, part) => [
      address(backend, x),
      a,
      b,
      address(backend, y),
      scratch + part * bytes,
      first,
      last,
      pixels,
      c,
      perImage ? 1 : 0,
    ]),
  );
  return y;
}

/** z = y a + x b + e; b and e [n, c], a likewise (`aPerImage`) or [c]. */
function affine2(backend: WasmBackend, y: Info, x: Info, a: number, b: number, e: number, aPerImage: boolean): Info {
  const { n, pixels, c, grain } = imagesOf(x);
  const z = output(backend, x.shape);
  const bytes = 12 * c * FLOAT;
  withScratch(backend, bytes * partsOf(backend, n, grain), (scratch) =>
    inParallel(backend, 'affine2Images', n, grain, (first, last, part) => [
      address(backend, y),
      address(backend, x),
      a,
      b,
      e,
      address(backend, z),
      scratch + part * bytes,
      first,
      last,
      pixels,
      c,
      aPerImage ? 1 : 0,
    ]),
  );
  return z;
}

/** dL/dx of imageStatistics. */
export function imageStatisticsGradient(backend: WasmBackend, dy: Info, x: Info, statistics: Info): Info {
  const { n, pixels, c } = imagesOf(x);
  return withScratch(backend, 2 * n * c * FLOAT, (slope) => {
    const offset = slope + n * c * FLOAT;
    exportsOf(backend).momentsGradient(address(backend, statistics), address(backend, dy), slope, offset, n, c, pixels);
    return affine(backend, x, slope, offset, true);
  });
}

/** Runs `work` with the addresses of scale and shift [c] of a layer. */
function withCoefficients<T>(
  backend: WasmBackend,
  { mean, variance, gamma, beta }: Partial<Layer> & Pick<Layer, 'variance' | 'gamma'>,
  epsilon: number,
  work: (scale: number, shift: number) => T,
): T {
  const [c] = variance.shape;
  return withScratch(backend, 2 * c * FLOAT, (scale) => {
    const shift = scale + c * FLOAT;
    exportsOf(backend).frozenCoefficients(
      mean ? address(backend, mean) : 0,
      address(backend, variance),
      address(backend, gamma),
      beta ? address(backend, beta) : 0,
      epsilon,
      scale,
      mean && beta ? shift : 0,
      c,
    );
    if (!mean) exportsOf(backend).zero(shift, c * FLOAT);
    return work(scale, shift);
  });
}

/** gamma (x - mean) / sqrt(variance + epsilon) + beta */
export function frozenBatchNorm(backend: WasmBackend, x: Info, layer: Layer, epsilon: number): Info {
  return withCoefficients(backend, layer, epsilon, (scale, shift) => affine(backend, x, scale, shift, false));
}

/** dL/dx alone. */
export function frozenBatchNormInputGradient(
  backend: WasmBackend,
  dy: Info,
  variance: Info,
  gamma: Info,
  epsilon: number,
): Info {
  return withCoefficients(backend, { variance, gamma }, epsilon, (scale, zero) =>
    affine(backend, dy, scale, zero, false),
  );
}

/** dL/dx, dL/dgamma, dL/dbeta. */
export function frozenBatchNormGradient(
  backend: WasmBackend,
  dy: Info,
  x: Info,
  layer: Omit<Layer, 'beta'>,
  epsilon: number,
): Info[] {
  const { n, pixels, c, grain } = imagesOf(x);
  const [dGamma, dBeta] = [output(backend, [c]), output(backend, [c])];
  withScratch(backend, 2 * n * c * FLOAT, (sums) => {
    inParallel(backend, 'imagePairSums', n, grain, (first, last) => [
      address(backend, dy),
      address(backend, x),
      address(backend, layer.mean),
      0,
      sums,
      first,
      last,
      pixels,
      c,
    ]);
    exportsOf(backend).frozenGradients(
      sums,
      address(backend, layer.variance),
      epsilon,
      address(backend, dGamma),
      address(backend, dBeta),
      n,
      c,
    );
  });
  return [frozenBatchNormInputGradient(backend, dy, layer.variance, layer.gamma, epsilon), dGamma, dBeta];
}

/** frozenBatchNorm and imageStatistics of the same input. */
export function frozenBatchNormStatistics(backend: WasmBackend, x: Info, layer: Layer, epsilon: number): Info[] {
  return [frozenBatchNorm(backend, x, layer, epsilon), imageStatistics(backend, x)];
}

/** dL/dx of both together. */
export function frozenBatchNormStatisticsGradient(
  backend: WasmBackend,
  dy: Info,
  dStatistics: Info,
  x: Info,
  statistics: Info,
  layer: Pick<Layer, 'variance' | 'gamma'>,
  epsilon: number,
): Info {
  const { n, pixels, c } = imagesOf(x);
  return withCoefficients(backend, layer, epsilon, (scale) =>
    withScratch(backend, 2 * n * c * FLOAT, (slope) => {
      const offset = slope + n * c * FLOAT;
      exportsOf(backend).momentsGradient(
        address(backend, statistics),
        address(backend, dStatistics),
        slope,
        offset,
        n,
        c,
        pixels,
      );
      return affine2(backend, dy, x, scale, slope, offset, false);
    }),
  );
}

/** y and, for the gradient, the images' moments [n, 2 c]. */
export function groupedBatchNorm(
  backend: WasmBackend,
  x: Info,
  scale: Info,
  shift: Info,
  groupSize: number,
  epsilon: number,
): Info[] {
  const { n, c } = imagesOf(x);
  const statistics = imageStatistics(backend, x);
  const y = withScratch(backend, 4 * n * c * FLOAT, (mean) => {
    const [inverse, factor, offset] = [1, 2, 3].map((k) => mean + k * n * c * FLOAT);
    const module = exportsOf(backend);
    module.groupMoments(address(backend, statistics), mean, inverse, n, c, groupSize, epsilon);
    module.groupCoefficients(mean, inverse, address(backend, scale), address(backend, shift), factor, offset, n * c);
    return affine(backend, x, factor, offset, true);
  });
  return [y, statistics];
}

/** dL/dx, dL/dscale, dL/dshift. */
export function groupedBatchNormGradient(
  backend: WasmBackend,
  dy: Info,
  x: Info,
  statistics: Info,
  scale: Info,
  groupSize: number,
  epsilon: number,
): Info[] {
  const { n, pixels, c, grain } = imagesOf(x);
  const [dScale, dShift] = [output(backend, [n, c]), output(backend, [n, c])];
  const block = n * c * FLOAT;
  const dx = withScratch(backend, 7 * block, (mean) => {
    const [inverse, a, b, e, sums] = [1, 2, 3, 4, 5].map((k) => mean + k * block);
    const module = exportsOf(backend);
    module.groupMoments(address(backend, statistics), mean, inverse, n, c, groupSize, epsilon);
    inParallel(backend, 'imagePairSums', n, grain, (first, last) => [
      address(backend, dy),
      address(backend, x),
      mean,
      c * FLOAT,
      sums,
      first,
      last,
      pixels,
      c,
    ]);
    module.groupGradients(
      sums,
      mean,
      inverse,
      address(backend, scale),
      address(backend, dScale),
      address(backend, dShift),
      a,
      b,
      e,
      n,
      c,
      groupSize,
      pixels,
    );
    return affine2(backend, dy, x, a, b, e, true);
  });
  return [dx, dScale, dShift];
}

/**
 * Rows whose sum is taken by itself before it is added to the others' (assembly/rows.ts): cut by the data, never by the
 * number of threads.
 */
const STRETCH = 256;

/** Sums over all axes but the last: [.., c] -> `shape` of c elements. */
export function columnSums(backend: WasmBackend, x: Info, shape: number[]): Info {
  const c = x.shape[x.shape.length - 1];
  const rows = x.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const result = output(backend, shape);
  const [from, to] = [address(backend, x), address(backend, result)];
  const module = exportsOf(backend);
  const stretches = Math.ceil(rows / STRETCH);
  const grain = WORTH_A_THREAD / (STRETCH * c);
  if (partsOf(backend, stretches, grain) === 1) {
    withScratch(backend, c * FLOAT, (scratch) => module.columnSums(from, to, scratch, rows, c));
  } else {
    withScratch(backend, stretches * c * FLOAT, (sums) => {
      inParallel(backend, 'stretchSums', stretches, grain, (first, last) => [from, sums, first, last, rows, c]);
      module.sumOfStretches(sums, to, stretches, c);
    });
  }
  return result;
}
