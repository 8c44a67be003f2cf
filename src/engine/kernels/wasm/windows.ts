/**
 * What slides over each channel by itself, on this project's wasm module: gradients of depthwise convolutions and of
 * pooling.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Geometry, Shape4D } from './convolution';
import { address, exportsOf, inParallel, output, type WasmBackend } from './module';

type Info = tf.TensorInfo;

const FLOAT = 4;
/** Products (or comparisons) that are worth waking a thread for. */
const WORTH_A_THREAD = 200_000;
/** Channels of a filter's gradient that a thread can do by itself (assembly/depthwise.ts). */
const UNIT_CHANNELS = 16;

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
  const [, oh, ow] = dy.shape;
  const units = kh * kw * Math.ceil(c / UNIT_CHANNELS);
  const grain = WORTH_A_THREAD / (n * oh * ow * Math.min(c, UNIT_CHANNELS) * m);
  const result = output(backend, filterShape);
  exportsOf(backend).zero(address(backend, result), kh * kw * c * m * FLOAT);
  inParallel(backend, 'depthwiseFilterGradient', units, grain, (first, last) => [
    address(backend, x),
    address(backend, dy),
    address(backend, result),
    first,
    last,
    n,
    ...shape,
    m,
  ]);
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
