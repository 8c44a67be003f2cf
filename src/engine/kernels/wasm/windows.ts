/**
 * What slides over each channel by itself, on this project's wasm module: gradients of depthwise convolutions and of
 * pooling.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Geometry, Shape4D } from './convolution';
import { address, exportsOf, inParallel, output, partsOf, withScratch, type WasmBackend } from './module';

type Info = tf.TensorInfo;

const FLOAT = 4;
/** Products (or comparisons) that are worth waking a thread for. */
const WORTH_A_THREAD = 200_000;

/** Sizes and geometry as the module's functions take them, from `h` on. */
function shapeOf(
  [, h, w, c]: number[],
  [, oh, ow]: number[],
  [kh, kw]: number[],
  { strides: [sh, sw], top, left }: Geometry,
): number[] {
  return [h, w, c, oh, ow, kh, kw, sh, sw, top, left];
}

const grainOf = ([, oh, ow, c]: number[], [kh, kw]: number[]) => WORTH_A_THREAD / (oh * ow * c * kh * kw);

/** dL/dx of a depthwise convolution. */
export function depthwiseInputGradient(
  backend: WasmBackend,
  dy: Info,
  filter: Info,
  inShape: Shape4D,
  geometry: Geometry,
): Info {
  const dx = output(backend, inShape);
  const shape = shapeOf(inShape, dy.shape, filter.shape, geometry);
  inParallel(backend, 'depthwiseInputGradient', inShape[0], grainOf(inShape, filter.shape), (first, last) => [
    address(backend, dy),
    address(backend, filter),
    address(backend, dx),
    first,
    last,
    ...shape,
    filter.shape[3],
  ]);
  return dx;
}

/** dL/dfilter of the same. */
export function depthwiseFilterGradient(
  backend: WasmBackend,
  x: Info,
  dy: Info,
  filterShape: Shape4D,
  geometry: Geometry,
): Info {
  const n = x.shape[0];
  const [kh, kw, c, m] = filterShape;
  const shape = shapeOf(x.shape, dy.shape, filterShape, geometry);
  const grain = grainOf(dy.shape, filterShape);
  const parts = partsOf(backend, n, grain);
  const bytes = kh * kw * c * m * FLOAT;
  const result = output(backend, filterShape);
  withScratch(backend, bytes * (parts + 1), (sums) => {
    const module = exportsOf(backend);
    module.zero(sums, bytes * parts);
    inParallel(backend, 'depthwiseFilterGradient', n, grain, (first, last, part) => [
      address(backend, x),
      address(backend, dy),
      sums + part * bytes,
      first,
      last,
      ...shape,
      m,
    ]);
    module.columnSums(sums, address(backend, result), sums + parts * bytes, 0, parts, kh * kw * c * m);
  });
  return result;
}

/** dL/dx of max pooling; y is the pooled image. */
export function maxPoolGradient(
  backend: WasmBackend,
  dy: Info,
  x: Info,
  y: Info,
  size: number[],
  geometry: Geometry,
): Info {
  const dx = output(backend, x.shape);
  const shape = shapeOf(x.shape, dy.shape, size, geometry);
  inParallel(backend, 'maxPoolGradient', x.shape[0], grainOf(dy.shape, size), (first, last) => [
    address(backend, x),
    address(backend, y),
    address(backend, dy),
    address(backend, dx),
    first,
    last,
    ...shape,
  ]);
  return dx;
}

/** dL/dx of average pooling, padding not counted. */
export function averagePoolGradient(
  backend: WasmBackend,
  dy: Info,
  inShape: Shape4D,
  size: number[],
  geometry: Geometry,
): Info {
  const dx = output(backend, inShape);
  const shape = shapeOf(inShape, dy.shape, size, geometry);
  inParallel(backend, 'averagePoolGradient', inShape[0], grainOf(dy.shape, size), (first, last) => [
    address(backend, dy),
    address(backend, dx),
    first,
    last,
    ...shape,
  ]);
  return dx;
}
