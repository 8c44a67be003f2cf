/**
 * 3x3 convolutions of stride 1 and their gradients with a quarter of the products (assembly/winograd.ts), on this
 * project's wasm module. Layouts are tfjs's: NHWC, filters [3, 3, ci, co].
 */
import type * as tf from '@tensorflow/tfjs-core';
import { BLOCK_SIZE, blocksOf, padded, WORTH_A_THREAD, type Geometry, type Shape4D } from './convolution';
import { address, exportsOf, inParallel, output, partsOf, withScratch, type WasmBackend } from './module';

type Info = tf.TensorInfo;

const FLOAT = 4;
const POINTS = 36;
/** Rows and columns of the output, and of the image, that a tile has. */
const [STEP, TILE] = [4, 6];
/** Tiles whose products are made at a time: the filters are read from memory once for all of them. */
const BLOCK_TILES = 48;
/** Multiply-accumulates in whose time one number of a tile's 36 is made. */
const PRODUCTS_A_POINT = 16;
/** For what a tile or a filter is between its two passes, as vectors. */
const TEMPORARY = 54 * 16;
/** See APART in assembly/winograd.ts. */
const APART = 64;

const mapBytes = (tiles: number, channels: number) => tiles * channels * FLOAT + APART;

/** Filters take 36 / 9 times their room while they are used: with more channels than this it is 38 MB and more. */
const MOST_CHANNELS = 512 * 512;

/**
 * Whether a convolution can be computed so, and is the faster for it (measured with batches of 16): tiles must not hang
 * over the image too far. How many images there are has no part in it: an image's numbers are the same in any batch.
 *
 * @param oh height of the output; of the input where the gradient with respect to it is asked for
 */
export function suitsWinograd(
  [kh, kw, ci, co]: readonly number[],
  { strides: [sh, sw] }: Geometry,
  oh: number,
  ow: number,
): boolean {
  if (kh !== 3 || kw !== 3 || sh !== 1 || sw !== 1) return false;
  if (ci % 4 !== 0 || co % 4 !== 0 || Math.min(ci, co) < 8 || ci * co > MOST_CHANNELS) return false;
  return Math.ceil(oh / STEP) * Math.ceil(ow / STEP) * STEP * STEP <= 2 * oh * ow;
}

/** Correlation of [n, h, w, ci] with a filter, or with that of the input's gradient: [n, oh, ow, co]. */
function correlate(
  backend: WasmBackend,
  x: Info,
  filter: Info,
  turned: boolean,
  outShape: Shape4D,
  top: number,
  left: number,
): Info {
  const [n, h, w, ci] = x.shape;
  const [, oh, ow, co] = outShape;
  const wide = padded(co);
  const y = output(backend, outShape);
  const [down, across] = [Math.ceil(oh / STEP), Math.ceil(ow / STEP)];
  const block = Math.max(1, Math.min(n * down, Math.round(BLOCK_TILES / across)));
  const grain = WORTH_A_THREAD / (POINTS * down * across * ci * co);
  const room =
    TEMPORARY +
    TILE * (STEP * across + 2) * ci * FLOAT +
    POINTS * (mapBytes(block * across, ci) + mapBytes(block * across, wide));
  const filters = POINTS * mapBytes(ci, wide);
  withScratch(backend, filters + TEMPORARY, (panels) => {
    const pack = exportsOf(backend)[turned ? 'winogradTurnedFilter' : 'winogradFilter'];
    const [inputs, outputs] = filter.shape.slice(2);
    pack(address(backend, filter), inputs, outputs, panels, panels + filters);
    withScratch(backend, room * partsOf(backend, n, grain), (scratch) =>
      inParallel(backend, 'winogradConvolve', n, grain, (first, last, part) => [
        address(backend, x),
        panels,
        address(backend, y),
        scratch + part * room,
        first,
        last,
        h,
        w,
        ci,
        top,
        left,
        oh,
        ow,
        co,
        block,
      ]),
    );
  });
  return y;
}

/** As `convolve` in ./convolution.ts. */
export function winogradConvolve(
  backend: WasmBackend,
  x: Info,
  filter: Info,
  outShape: Shape4D,
  { top, left }: Geometry,
): Info {
  return correlate(backend, x, filter, false, outShape, top, left);
}

/** As `inputGradient` there. */
export function winogradInputGradient(
  backend: WasmBackend,
  dy: Info,
  filter: Info,
  inShape: Shape4D,
  { top, left }: Geometry,
): Info {
  return correlate(backend, dy, filter, true, inShape, 2 - top, 2 - left);
}

/** As `filterGradient` there. */
export function winogradFilterGradient(
  backend: WasmBackend,
  x: Info,
  dy: Info,
  filterShape: Shape4D,
  { top, left }: Geometry,
): Info {
  const [, , ci, co] = filterShape;
  const [n, h, w] = x.shape;
  const [, oh, ow] = dy.shape;
  const [down, across] = [Math.ceil(oh / STEP), Math.ceil(ow / STEP)];
  const result = output(backend, filterShape);
  const sums = POINTS * ci * co * FLOAT;
  const blocks = POINTS * blocksOf(ci, co);
  const transforms = WORTH_A_THREAD / (across * (ci + co) * POINTS * PRODUCTS_A_POINT);
  const rows = n * down;
  // Every sum goes on where the block of tiles before left it, so that their number changes no bit.
  const block = Math.max(
    1,
    Math.min(rows, Math.round(BLOCK_TILES / across) * partsOf(backend, rows, Math.round(BLOCK_TILES / across))),
  );
  const maps = POINTS * mapBytes(block * across, ci);
  const slopes = POINTS * mapBytes(block * across, co);
  const around = TEMPORARY + TILE * (STEP * across + 2) * ci * FLOAT;
  withScratch(backend, sums + maps + slopes + around * partsOf(backend, block, transforms), (at) => {
    const module = exportsOf(backend);
    const [mapsAt, slopesAt, scratch] = [at + sums, at + sums + maps, at + sums + maps + slopes];
    module.zero(at, sums);
    for (let begin = 0; begin < rows; begin += block) {
      const count = Math.min(block, rows - begin);
      const tiles = count * across;
      inParallel(backend, 'winogradTiles', count, transforms, (first, last, part) => [
        address(backend, x),
        address(backend, dy),
        mapsAt,
        slopesAt,
        scratch + part * around,
        begin,
        count,
        first,
        last,
        h,
        w,
        ci,
        top,
        left,
        oh,
        ow,
        co,
      ]);
      inParallel(backend, 'winogradProducts', blocks, WORTH_A_THREAD / (tiles * BLOCK_SIZE), (first, last) => [
        mapsAt,
        slopesAt,
        at,
        first,
        last,
        tiles,
        ci,
        co,
      ]);
    }
    module.finishWinogradFilter(at, ci, co, address(backend, result), scratch);
  });
  return result;
}
