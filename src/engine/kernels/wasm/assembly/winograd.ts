// 3x3 convolutions of stride 1 and both of their gradients by Winograd's minimal filtering F(4x4, 3x3): for every 6x6 tile of
// the image 36 products of numbers (a pixel's channels times a filter's) in place of 144. S. Winograd, Arithmetic Complexity of
// Computations, 1980; A. Lavin and S. Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016 (arXiv 1509.09308).
//
// Y = A^T [(G g G^T) * (B^T d B)] A with the points 0, a, -a, b, -b and infinity, a = sqrt(1/2) and b = sqrt(2) = 1/a: their powers stay
// near 1, which costs fewer digits than Lavin's 0, 1, -1, 2, -2. In one dimension, with p the point's powers:
//   B^T: 1 0 -5/2 0 1 0 | 0 -2a -2 a 1 0 | 0 2a -2 -a 1 0 | 0 -b/2 -1/2 b 1 0 | 0 b/2 -1/2 -b 1 0 | 0 1 0 -5/2 0 1
//   G:   1 0 0 | -2/3 (1 p p^2) for a, -a | 1/6 (1 p p^2) for b, -b | 0 0 1
//   A^T: row k has the k-th powers of the points, infinity's being 0 0 0 1.
// The gradient with respect to the filter is the same form transposed: G^T [sum over tiles (A dy A^T) * (B^T d B)] G. All of it works on
// four channels at a time; channels must be a multiple of 4.

import { accumulate, blocksOf } from './filterGradient';
import { padded, padImage, PANEL, products } from './convolution';

/** Rows and columns of a tile of the image, and of the output. */
const TILE: i32 = 6, STEP: i32 = 4;
const POINTS: i32 = 36;
/** Bytes for what a tile or a filter is between its two passes. */
const TEMPORARY: usize = 54 * 16;
const A: f32 = 0.70710678118654752, B: f32 = 1.41421356237309505;
/** Bytes by which a point's numbers are kept off a power of two: 36 of them at such distances share a few places of the cache. */
const APART: usize = 64;

/** Bytes between the numbers of two points, of a matrix at each: of tiles and channels, or a packed filter. */
function mapOf(rows: i32, columns: i32): usize {
  return (<usize>(rows * columns) << 2) + APART;
}

/** B^T of six vectors that lie `step` bytes apart; the results so many bytes `apart`. */
// @ts-ignore: decorator
@inline
function inputRow(p: usize, step: usize, q: usize, apart: usize): void {
  const d0 = v128.load(p), d1 = v128.load(p + step), d2 = v128.load(p + 2 * step);
  const d3 = v128.load(p + 3 * step), d4 = v128.load(p + 4 * step), d5 = v128.load(p + 5 * step);
  const two = f32x4.splat(2), half = f32x4.splat(0.5), minus = f32x4.splat(-2.5);
  v128.store(q, f32x4.add(f32x4.add(d0, d4), f32x4.mul(minus, d2)));
  const even = f32x4.sub(d4, f32x4.mul(two, d2)), odd = f32x4.mul(f32x4.splat(A), f32x4.sub(d3, f32x4.mul(two, d1)));
  v128.store(q + apart, f32x4.add(even, odd));
  v128.store(q + 2 * apart, f32x4.sub(even, odd));
  const even2 = f32x4.sub(d4, f32x4.mul(half, d2)), odd2 = f32x4.mul(f32x4.splat(B), f32x4.sub(d3, f32x4.mul(half, d1)));
  v128.store(q + 3 * apart, f32x4.add(even2, odd2));
  v128.store(q + 4 * apart, f32x4.sub(even2, odd2));
  v128.store(q + 5 * apart, f32x4.add(f32x4.add(d1, d5), f32x4.mul(minus, d3)));
}

/** B^T d B of one tile, all channels. x: its first pixel, rows `row` bytes apart; out: its place at the first point; temporary: 36 vectors. */
function inputTile(x: usize, c: i32, row: usize, out: usize, map: usize, temporary: usize): void {
  const pixel = <usize>c << 2;
  for (let k: usize = 0; k < pixel; k += 16) {
    const p = x + k;
    for (let j = 0; j < TILE; j++) inputRow(p + <usize>j * pixel, row, temporary + (<usize>j << 4), TILE << 4);
    for (let i = 0; i < TILE; i++) inputRow(temporary + (<usize>(i * TILE) << 4), 16, out + k + <usize>(i * TILE) * map, map);
  }
}

/** A of four vectors that lie `step` bytes apart: six. */
// @ts-ignore: decorator
@inline
function slopeRow(y0: v128, y1: v128, y2: v128, y3: v128, q: usize, apart: usize): void {
  const two = f32x4.splat(2), half = f32x4.splat(0.5);
  v128.store(q, y0);
  const even = f32x4.add(y0, f32x4.mul(half, y2)), odd = f32x4.mul(f32x4.splat(A), f32x4.add(y1, f32x4.mul(half, y3)));
  v128.store(q + apart, f32x4.add(even, odd));
  v128.store(q + 2 * apart, f32x4.sub(even, odd));
  const even2 = f32x4.add(y0, f32x4.mul(two, y2)), odd2 = f32x4.mul(f32x4.splat(B), f32x4.add(y1, f32x4.mul(two, y3)));
  v128.store(q + 3 * apart, f32x4.add(even2, odd2));
  v128.store(q + 4 * apart, f32x4.sub(even2, odd2));
  v128.store(q + 5 * apart, y3);
}

/** A dy A^T of one tile of `rows` x `columns` (at most 4 x 4, zeros beyond). */
function slopeTile(dy: usize, c: i32, row: usize, rows: i32, columns: i32, out: usize, map: usize, temporary: usize): void {
  const pixel = <usize>c << 2;
  const zero = f32x4.splat(0);
  for (let k: usize = 0; k < pixel; k += 16) {
    const p = dy + k;
    for (let j = 0; j < STEP; j++) {
      const at = p + <usize>j * pixel;
      const q = temporary + (<usize>j << 4);
      const inside = j < columns;
      slopeRow(
        inside ? v128.load(at) : zero,
        inside && rows > 1 ? v128.load(at + row) : zero,
        inside && rows > 2 ? v128.load(at + 2 * row) : zero,
        inside && rows > 3 ? v128.load(at + 3 * row) : zero,
        q, STEP << 4,
      );
    }
    for (let i = 0; i < TILE; i++) {
      const q = temporary + (<usize>(i * STEP) << 4);
      slopeRow(v128.load(q), v128.load(q, 16), v128.load(q, 32), v128.load(q, 48), out + k + <usize>(i * TILE) * map, map);
    }
  }
}

/** A^T of six vectors that lie `step` bytes apart. */
// @ts-ignore: decorator
@inline
function outputRow(p: usize, step: usize, q: usize, apart: usize, count: i32): void {
  const m0 = v128.load(p), m1 = v128.load(p + step), m2 = v128.load(p + 2 * step);
  const m3 = v128.load(p + 3 * step), m4 = v128.load(p + 4 * step);
  const two = f32x4.splat(2), half = f32x4.splat(0.5);
  const s = f32x4.add(m1, m2), t = f32x4.add(m3, m4);
  const u = f32x4.mul(f32x4.splat(A), f32x4.sub(m1, m2)), v = f32x4.mul(f32x4.splat(B), f32x4.sub(m3, m4));
  v128.store(q, f32x4.add(m0, f32x4.add(s, t)));
  if (count > 1) v128.store(q + apart, f32x4.add(u, v));
  if (count > 2) v128.store(q + 2 * apart, f32x4.add(f32x4.mul(half, s), f32x4.mul(two, t)));
  if (count > 3) v128.store(q + 3 * apart, f32x4.add(f32x4.add(f32x4.mul(half, u), f32x4.mul(two, v)), v128.load(p + 5 * step)));
}

/** A^T m A of one tile, into `rows` x `columns` pixels of an image of c channels. */
function outputTile(m: usize, map: usize, y: usize, c: i32, row: usize, rows: i32, columns: i32, temporary: usize): void {
  const pixel = <usize>c << 2;
  for (let k: usize = 0; k < pixel; k += 16) {
    for (let j = 0; j < TILE; j++) outputRow(m + k + <usize>j * map, <usize>TILE * map, temporary + (<usize>j << 4), TILE << 4, STEP);
    for (let i = 0; i < rows; i++) outputRow(temporary + (<usize>(i * TILE) << 4), 16, y + k + <usize>i * row, pixel, columns);
  }
}

/** G of three vectors. */
// @ts-ignore: decorator
@inline
function filterRow(g0: v128, g1: v128, g2: v128, q: usize, apart: usize): void {
  const half = f32x4.splat(0.5), two = f32x4.splat(2), third = f32x4.splat(-2.0 / 3.0), sixth = f32x4.splat(1.0 / 6.0);
  v128.store(q, g0);
  const even = f32x4.add(g0, f32x4.mul(half, g2)), odd = f32x4.mul(f32x4.splat(A), g1);
  v128.store(q + apart, f32x4.mul(third, f32x4.add(even, odd)));
  v128.store(q + 2 * apart, f32x4.mul(third, f32x4.sub(even, odd)));
  const even2 = f32x4.add(g0, f32x4.mul(two, g2)), odd2 = f32x4.mul(f32x4.splat(B), g1);
  v128.store(q + 3 * apart, f32x4.mul(sixth, f32x4.add(even2, odd2)));
  v128.store(q + 4 * apart, f32x4.mul(sixth, f32x4.sub(even2, odd2)));
  v128.store(q + 5 * apart, g2);
}

/** G g G^T of four output channels of one input channel, `turned` by 180 degrees or not, at `points`: 36 vectors. temporary: 18 vectors. */
// @ts-ignore: decorator
@inline
function filterPoints(filter: usize, tap: usize, turned: bool, temporary: usize, points: usize): void {
  for (let v = 0; v < 3; v++) {
    const at = filter + <usize>(turned ? 2 - v : v) * tap;
    const first = v128.load(turned ? at + 6 * tap : at), last = v128.load(turned ? at : at + 6 * tap);
    filterRow(first, v128.load(at + 3 * tap), last, temporary + (<usize>v << 4), 48);
  }
  for (let u = 0; u < TILE; u++) {
    const t = temporary + <usize>u * 48;
    filterRow(v128.load(t), v128.load(t, 16), v128.load(t, 32), points + (<usize>(u * TILE) << 4), 16);
  }
}

/**
 * G g G^T of a filter [3, 3, ci, co] as panels [36][co / 8][ci][8], the last one of a point filled up with zeros; points are 64 bytes more
 * apart than that takes. temporary: 54 vectors.
 */
export function winogradFilter(filter: usize, ci: i32, co: i32, out: usize, temporary: usize): void {
  const tap = <usize>(ci * co) << 2;
  const map = mapOf(ci, padded(co));
  const points = temporary + 18 * 16;
  if (padded(co) !== co) memory.fill(out, 0, POINTS * map);
  for (let o = 0; o < co; o += 4) {
    let to = out + (<usize>(o / PANEL * ci * PANEL + o % PANEL) << 2);
    for (let i = 0; i < ci; i++) {
      filterPoints(filter + (<usize>(i * co + o) << 2), tap, false, temporary, points);
      for (let m = 0; m < POINTS; m++) v128.store(to + <usize>m * map, v128.load(points + (<usize>m << 4)));
      to += PANEL << 2;
    }
  }
}

/** The same of the input's gradient, whose filter is turned by 180 degrees with its channels exchanged: panels [36][ci / 8][co][8]. */
export function winogradTurnedFilter(filter: usize, ci: i32, co: i32, out: usize, temporary: usize): void {
  const tap = <usize>(ci * co) << 2;
  const map = mapOf(co, padded(ci));
  const points = temporary + 18 * 16;
  if (padded(ci) !== ci) memory.fill(out, 0, POINTS * map);
  for (let i = 0; i < ci; i++) {
    let to = out + (<usize>(i / PANEL * co * PANEL + i % PANEL) << 2);
    for (let o = 0; o < co; o += 4) {
      filterPoints(filter + (<usize>(i * co + o) << 2), tap, true, temporary, points);
      for (let m = 0; m < POINTS; m++) {
        const q = to + <usize>m * map, value = v128.load(points + (<usize>m << 4));
        v128.store32_lane(q, value, 0);
        v128.store32_lane(q, value, 1, PANEL << 2);
        v128.store32_lane(q, value, 2, 2 * PANEL << 2);
        v128.store32_lane(q, value, 3, 3 * PANEL << 2);
      }
      to += 4 * PANEL << 2;
    }
  }
}

/** G^T of six vectors. */
// @ts-ignore: decorator
@inline
function filterSlope(p: usize, step: usize, q: usize, apart: usize): void {
  const half = f32x4.splat(0.5), two = f32x4.splat(2), third = f32x4.splat(-2.0 / 3.0), sixth = f32x4.splat(1.0 / 6.0);
  const s1 = f32x4.mul(third, v128.load(p + step)), s2 = f32x4.mul(third, v128.load(p + 2 * step));
  const s3 = f32x4.mul(sixth, v128.load(p + 3 * step)), s4 = f32x4.mul(sixth, v128.load(p + 4 * step));
  const s = f32x4.add(s1, s2), t = f32x4.add(s3, s4);
  v128.store(q, f32x4.add(v128.load(p), f32x4.add(s, t)));
  v128.store(q + apart, f32x4.add(f32x4.mul(f32x4.splat(A), f32x4.sub(s1, s2)), f32x4.mul(f32x4.splat(B), f32x4.sub(s3, s4))));
  v128.store(q + 2 * apart, f32x4.add(f32x4.add(f32x4.mul(half, s), f32x4.mul(two, t)), v128.load(p + 5 * step)));
}

/** The gradient [3, 3, ci, co] from sums [36, ci, co]. temporary: 18 vectors. */
export function finishWinogradFilter(sums: usize, ci: i32, co: i32, out: usize, temporary: usize): void {
  const tap = <usize>(ci * co) << 2;
  for (let at: usize = 0; at < tap; at += 16) {
    for (let j = 0; j < TILE; j++) filterSlope(sums + at + <usize>j * tap, <usize>TILE * tap, temporary + (<usize>j << 4), TILE << 4);
    for (let u = 0; u < 3; u++) filterSlope(temporary + (<usize>(u * TILE) << 4), 16, out + at + <usize>(3 * u) * tap, tap);
  }
}

/** B^T d B of one row of tiles. x: image [h, w, c]; r: its first row in the image, which may be outside. around: room for 6 padded rows. */
function inputTiles(x: usize, h: i32, w: i32, c: i32, r: i32, left: i32, across: i32, around: usize, out: usize, map: usize, temporary: usize): void {
  const pixel = <usize>c << 2;
  const width = across * STEP + 2;
  padImage(x, h, w, pixel, r, TILE, -left, width, around);
  for (let j = 0; j < across; j++) {
    inputTile(around + <usize>(j * STEP) * pixel, c, <usize>width * pixel, out + <usize>j * pixel, map, temporary);
  }
}

/**
 * y [n, oh, ow, co] of images first .. last: y[i, j] = sum over u, v of x[i + u - top, j + v - left] filter[u, v].
 *
 * @param x [n, h, w, ci]
 * @param panels from winogradFilter or winogradTurnedFilter
 * @param scratch bytes: 864 + 6 (4 across + 2) ci floats + 36 (block across (ci + padded(co)) floats + 2 * 64)
 * @param block rows of tiles at a time
 */
export function winogradConvolve(
  x: usize, panels: usize, y: usize, scratch: usize, first: i32, last: i32, h: i32, w: i32, ci: i32, top: i32, left: i32,
  oh: i32, ow: i32, co: i32, block: i32,
): void {
  const wide = padded(co);
  const down = (oh + STEP - 1) / STEP, across = (ow + STEP - 1) / STEP;
  const around = scratch + TEMPORARY;
  const pixel = <usize>ci << 2, outPixel = <usize>wide << 2, yPixel = <usize>co << 2;
  const maps = around + <usize>(TILE * (across * STEP + 2)) * pixel;
  const image = <usize>(h * w) * pixel;
  const panelMap = mapOf(ci, wide);
  const rows = (last - first) * down;
  for (let begin = 0; begin < rows; begin += block) {
    const count = min(block, rows - begin);
    const tiles = count * across;
    const map = mapOf(tiles, ci), outMap = mapOf(tiles, wide);
    const out = maps + <usize>POINTS * map;
    for (let k = 0; k < count; k++) {
      const n = first + (begin + k) / down, r = (begin + k) % down;
      inputTiles(x + <usize>n * image, h, w, ci, r * STEP - top, left, across, around, maps + <usize>(k * across) * pixel, map, scratch);
    }
    products(POINTS, maps, map, panels, panelMap, out, outMap, tiles, ci, co);
    for (let k = 0; k < count; k++) {
      const n = first + (begin + k) / down, r = (begin + k) % down;
      for (let j = 0; j < across; j++) {
        const to = y + <usize>((n * oh + r * STEP) * ow + j * STEP) * yPixel;
        outputTile(out + <usize>(k * across + j) * outPixel, outMap, to, co, <usize>ow * yPixel, min(STEP, oh - r * STEP), min(STEP, ow - j * STEP), scratch);
      }
    }
  }
}

/**
 * Of rows of tiles `begin` + first .. `begin` + last (over all images), for winogradProducts: B^T d B into `maps`, A dy A^T into `slopes`, places
 * counted from `begin`; room there is for `count` rows. scratch: 864 bytes and 6 (4 across + 2) ci floats.
 */
export function winogradTiles(
  x: usize, dy: usize, maps: usize, slopes: usize, scratch: usize, begin: i32, count: i32, first: i32, last: i32,
  h: i32, w: i32, ci: i32, top: i32, left: i32, oh: i32, ow: i32, co: i32,
): void {
  const down = (oh + STEP - 1) / STEP, across = (ow + STEP - 1) / STEP;
  const map = mapOf(count * across, ci), slopeMap = mapOf(count * across, co);
  const pixel = <usize>ci << 2, yPixel = <usize>co << 2;
  for (let k = first; k < last; k++) {
    const n = (begin + k) / down, r = (begin + k) % down;
    inputTiles(x + <usize>(n * h * w) * pixel, h, w, ci, r * STEP - top, left, across, scratch + TEMPORARY, maps + <usize>(k * across) * pixel, map, scratch);
    for (let j = 0; j < across; j++) {
      const from = dy + <usize>((n * oh + r * STEP) * ow + j * STEP) * yPixel;
      slopeTile(from, co, <usize>ow * yPixel, min(STEP, oh - r * STEP), min(STEP, ow - j * STEP), slopes + <usize>(k * across + j) * yPixel, slopeMap, scratch);
    }
  }
}

/** Adds blocks first .. last (counted over all points) of the products of winogradTiles to sums [36, ci, co]. */
export function winogradProducts(maps: usize, slopes: usize, sums: usize, first: i32, last: i32, tiles: i32, ci: i32, co: i32): void {
  const map = mapOf(tiles, ci), slopeMap = mapOf(tiles, co);
  const blocks = blocksOf(ci, co);
  for (let m = first / blocks; m * blocks < last; m++) {
    const k0 = max(0, first - m * blocks), k1 = min(blocks, last - m * blocks);
    accumulate(
      maps + <usize>m * map, <usize>ci << 2, 0, ci, slopes + <usize>m * slopeMap, <usize>co << 2, 0, co, 1, tiles,
      sums + (<usize>(m * ci) * co << 2), k0, k1,
    );
  }
}
