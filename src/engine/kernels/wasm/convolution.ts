/**
 * Convolutions and their gradients on this project's wasm module. Layouts are tfjs's: NHWC, filters [kh, kw, ci, co].
 */
import type * as tf from '@tensorflow/tfjs-core';
import { address, exportsOf, inParallel, output, partsOf, withScratch, type WasmBackend } from './module';

export type Shape4D = [number, number, number, number];

/** Strides and what lies before the first row and column; what comes after them follows from the output's size. */
export interface Geometry {
  strides: [number, number];
  top: number;
  left: number;
}

const FLOAT = 4;
const PANEL = 8;
/** Where a tile is put whose channels are not all wanted. */
const SPILL = 128;
/** Multiply-accumulates that are worth waking a thread for. */
export const WORTH_A_THREAD = 500_000;
/**
 * Bytes of both operands that a stretch of rows of the filter gradient should not exceed, to stay in the first cache.
 */
const BLOCK_BYTES = 32768;
/** Rows and columns of a filter's gradient that are computed together (assembly/filterGradient.ts). */
const [BLOCK_ROWS, BLOCK_COLUMNS] = [4, 8];
export const BLOCK_SIZE = BLOCK_ROWS * BLOCK_COLUMNS;

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
/** Blocks of one tap's gradient [m, n]. */
export const blocksOf = (m: number, n: number) => Math.ceil(m / BLOCK_ROWS) * Math.ceil(n / BLOCK_COLUMNS);
/** Rounded up to what is computed together. */
export const padded = (channels: number) => Math.ceil(channels / PANEL) * PANEL;

/** One correlation of [n, h, w, ci] with a packed filter; see assembly/convolution.ts. */
interface Pass {
  h: number;
  w: number;
  ci: number;
  kh: number;
  kw: number;
  strides: [number, number];
  top: number;
  left: number;
  oh: number;
  ow: number;
  co: number;
  /** Bytes between images, rows and pixels of the output. */
  yImage: number;
  yRow: number;
  yPixel: number;
}

/** How much scratch `pass` needs, and whether it reads the image where it lies. */
function room({ h, w, ci, kh, kw, strides: [sh, sw], top, left, oh, ow }: Pass): { bytes: number; inPlace: boolean } {
  const inPlace = top === 0 && left === 0 && (oh - 1) * sh + kh <= h && (ow - 1) * sw + kw <= w;
  return { inPlace, bytes: SPILL + (inPlace ? 0 : ((oh - 1) * sh + kh) * ((ow - 1) * sw + kw) * ci * FLOAT) };
}

function run(backend: WasmBackend, x: number, packed: number, y: number, n: number, pass: Pass): void {
  const { bytes, inPlace } = room(pass);
  const {
    h,
    w,
    ci,
    kh,
    kw,
    strides: [sh, sw],
    top,
    left,
    oh,
    ow,
    co,
    yImage,
    yRow,
    yPixel,
  } = pass;
  const grain = WORTH_A_THREAD / (oh * ow * co * ci * kh * kw);
  withScratch(backend, bytes * partsOf(backend, n, grain), (scratch) =>
    inParallel(backend, 'convolve', n, grain, (first, last, part) => [
      x,
      packed,
      y,
      scratch + part * bytes,
      first,
      last,
      h,
      w,
      ci,
      kh,
      kw,
      sh,
      sw,
      top,
      left,
      oh,
      ow,
      co,
      yImage,
      yRow,
      yPixel,
      inPlace ? 1 : 0,
    ]),
  );
}

/** Forward convolution [n, h, w, ci] -> [n, oh, ow, co]. */
export function convolve(
  backend: WasmBackend,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  outShape: Shape4D,
  geometry: Geometry,
): tf.TensorInfo {
  const [, h, w, ci] = x.shape;
  const [kh, kw, , co] = filter.shape;
  const y = output(backend, outShape);
  const n = outShape[0];
  let [, oh, ow] = outShape;
  let [inH, inW] = [h, w];
  // Every pixel by itself: an image is one long row, so that no tile ends where a row does.
  if (kh === 1 && kw === 1 && oh === h && ow === w) [inH, inW, oh, ow] = [1, h * w, 1, h * w];
  withScratch(backend, kh * kw * ci * padded(co) * FLOAT, (packed) => {
    exportsOf(backend).packFilter(address(backend, filter), kh * kw * ci, co, packed);
    run(backend, address(backend, x), packed, address(backend, y), n, {
      h: inH,
      w: inW,
      ci,
      kh,
      kw,
      ...geometry,
      oh,
      ow,
      co,
      yImage: oh * ow * co * FLOAT,
      yRow: ow * co * FLOAT,
      yPixel: co * FLOAT,
    });
  });
  return y;
}

/**
 * Along one axis: which taps reach the input positions congruent to `phase`, and where their correlation with dy
 * begins.
 */
function phaseTaps(
  phase: number,
  before: number,
  stride: number,
  taps: number,
): { first: number; step: number; count: number; pad: number } {
  const start = (phase + before) % stride;
  const count = start < taps ? Math.ceil((taps - start) / stride) : 0;
  return {
    first: start + stride * (count - 1),
    step: -stride,
    count,
    pad: count - 1 - (phase + before - start) / stride,
  };
}

/**
 * dL/dx of a convolution: dL/dy correlated with the filter turned by 180 degrees. With strides, each of the stride x
 * stride kinds of input pixels sees only some of the taps, so each is a small correlation of its own; nothing is
 * dilated.
 */
export function inputGradient(
  backend: WasmBackend,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  inShape: Shape4D,
  geometry: Geometry,
): tf.TensorInfo {
  const [n, h, w, ci] = inShape;
  const [kh, kw, , co] = filter.shape;
  const [, dh, dw] = dy.shape;
  const [sh, sw] = geometry.strides;
  const { packTurnedFilter } = exportsOf(backend);
  const dx = output(backend, inShape);
  const at = address(backend, dx);
  if (sh > kh || sw > kw) exportsOf(backend).zero(at, size(inShape) * FLOAT);
  withScratch(backend, Math.ceil(kh / sh) * Math.ceil(kw / sw) * co * padded(ci) * FLOAT, (packed) => {
    for (let a = 0; a < Math.min(sh, h); a++) {
      for (let b = 0; b < Math.min(sw, w); b++) {
        const [u, v] = [phaseTaps(a, geometry.top, sh, kh), phaseTaps(b, geometry.left, sw, kw)];
        if (u.count === 0 || v.count === 0) continue;
        packTurnedFilter(
          address(backend, filter),
          kw,
          ci,
          co,
          u.first,
          u.step,
          u.count,
          v.first,
          v.step,
          v.count,
          packed,
        );
        run(backend, address(backend, dy), packed, at + (a * w + b) * ci * FLOAT, n, {
          h: dh,
          w: dw,
          ci: co,
          kh: u.count,
          kw: v.count,
          strides: [1, 1],
          top: u.pad,
          left: v.pad,
          oh: Math.ceil((h - a) / sh),
          ow: Math.ceil((w - b) / sw),
          co: ci,
          yImage: h * w * ci * FLOAT,
          yRow: sh * w * ci * FLOAT,
          yPixel: sw * ci * FLOAT,
        });
      }
    }
  });
  return dx;
}

/** dL/dfilter of a convolution. */
export function filterGradient(
  backend: WasmBackend,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  filterShape: Shape4D,
  geometry: Geometry,
): tf.TensorInfo {
  const [kh, kw, ci, co] = filterShape;
  const [n, h, w] = x.shape;
  const [, oh, ow] = dy.shape;
  const {
    strides: [sh, sw],
    top,
    left,
  } = geometry;
  // The second operand fills vectors, best without a rest.
  const exchanged = co % 4 !== 0 && (ci % 4 === 0 || ci > co);
  const [m, last4] = exchanged ? [co, Math.ceil(ci / 4) * 4] : [ci, Math.ceil(co / 4) * 4];
  const bytes = kh * kw * m * last4 * FLOAT;
  const rowBlock = Math.max(1, Math.floor(BLOCK_BYTES / FLOAT / (w * ci * sh + ow * co)));
  const grain = WORTH_A_THREAD / (n * oh * ow * BLOCK_SIZE);
  const result = output(backend, filterShape);
  withScratch(backend, bytes, (sums) => {
    const module = exportsOf(backend);
    module.zero(sums, bytes);
    inParallel(backend, 'filterGradient', kh * kw * blocksOf(m, last4), grain, (first, last) => [
      address(backend, x),
      address(backend, dy),
      sums,
      first,
      last,
      n,
      h,
      w,
      ci,
      oh,
      ow,
      co,
      kh,
      kw,
      sh,
      sw,
      top,
      left,
      rowBlock,
      exchanged ? 1 : 0,
    ]);
    module.finishFilterGradient(sums, address(backend, result), kh * kw, ci, co, exchanged ? 1 : 0);
  });
  return result;
}
