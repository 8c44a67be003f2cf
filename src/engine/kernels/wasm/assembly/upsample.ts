// Nearest-neighbour x2 upsampling followed by a 3x3 convolution, in 9 products per small pixel where the plain form has 36.
//
// Along one axis the outputs 2i and 2i + 1 of taps w0, w1, w2 are, with S = w0 + w1 + w2,
//   w0 x[i-1] + (w1 + w2) x[i] = S x[i] + w0 (x[i-1] - x[i]),    (w0 + w1) x[i] + w2 x[i+1] = S x[i] + w2 (x[i+1] - x[i]):
// three products of the maps x[i], x[i-1] - x[i], x[i+1] - x[i], of which the first serves both outputs. Over both axes there
// are nine maps (map 3 k + l: k along rows, l along columns) and nine filters, each serving up to four outputs. The gradients
// are the same nine products the other way round.

import { accumulate, blocksOf } from './filterGradient';
import { padded, padImage, products } from './convolution';

const MAPS: i32 = 9;

/** The nine filters [9, ci co] from [3, 3, ci co]: along each axis the sum of all taps, the first, the last. */
export function upsampleFilters(filter: usize, out: usize, count: i32): void {
  const tap = <usize>count << 2;
  for (let k = 0; k < 3; k++) {
    for (let l = 0; l < 3; l++) {
      const to = out + <usize>(3 * k + l) * tap;
      memory.fill(to, 0, tap);
      for (let u = 0; u < 3; u++) {
        if (k !== 0 && u !== (k === 1 ? 0 : 2)) continue;
        for (let v = 0; v < 3; v++) {
          if (l !== 0 && v !== (l === 1 ? 0 : 2)) continue;
          const from = filter + <usize>(3 * u + v) * tap;
          for (let at: usize = 0; at < tap; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
        }
      }
    }
  }
}

/** The reverse for gradients: of [3, 3, ci co] from those of the nine filters, [9, ci, co4]; `n` = co, `n4` = co4. */
export function upsampleFiltersGradient(sums: usize, out: usize, ci: i32, n: i32, n4: i32): void {
  const map = <usize>(ci * n4) << 2;
  for (let u = 0; u < 3; u++) {
    for (let v = 0; v < 3; v++) {
      // Which filters have this tap, along each axis: the sum of all, and one more at the ends.
      const k = u === 0 ? 1 : u === 2 ? 2 : 0;
      const l = v === 0 ? 1 : v === 2 ? 2 : 0;
      for (let i = 0; i < ci; i++) {
        const from = sums + (<usize>(i * n4) << 2);
        const to = out + (<usize>(((3 * u + v) * ci + i) * n) << 2);
        for (let j = 0; j < n; j++) {
          const at = from + (<usize>j << 2);
          let value = load<f32>(at);
          if (k) value += load<f32>(at + <usize>(3 * k) * map);
          if (l) value += load<f32>(at + <usize>l * map);
          if (k && l) value += load<f32>(at + <usize>(3 * k + l) * map);
          store<f32>(to + (<usize>j << 2), value);
        }
      }
    }
  }
}

/** All maps, where a thread makes only some: bit k stands for maps 3 k, 3 k + 1 and 3 k + 2. */
const ALL_MAPS: i32 = 7;

/**
 * The nine maps of rows r0 .. r0 + rows of an image [h, w, c]: `out` [9, rows w, c]; `around` has room for them with a border.
 *
 * @param wanted which of them (ALL_MAPS)
 */
function inputMaps(x: usize, h: i32, w: i32, c: i32, r0: i32, rows: i32, around: usize, out: usize, wanted: i32): void {
  const pixel = <usize>c << 2;
  padImage(x, h, w, pixel, r0 - 1, rows + 2, -1, w + 2, around);
  const row = <usize>(w + 2) * pixel;
  const map = <usize>(rows * w) * pixel;
  const own = (wanted & 1) !== 0, above = (wanted & 2) !== 0, below = (wanted & 4) !== 0;
  for (let i = 0; i < rows; i++) {
    const from = around + <usize>(i + 1) * row + pixel;
    const to = out + <usize>(i * w) * pixel;
    const bytes = <usize>w * pixel;
    let k: usize = 0;
    for (; k + 16 <= bytes; k += 16) {
      const p = from + k, q = to + k;
      const m = v128.load(p);
      const left = f32x4.sub(v128.load(p - pixel), m), right = f32x4.sub(v128.load(p + pixel), m);
      if (own) {
        v128.store(q, m);
        v128.store(q + map, left);
        v128.store(q + 2 * map, right);
      }
      if (above) {
        const u = v128.load(p - row);
        v128.store(q + 3 * map, f32x4.sub(u, m));
        v128.store(q + 4 * map, f32x4.sub(f32x4.sub(v128.load(p - row - pixel), u), left));
        v128.store(q + 5 * map, f32x4.sub(f32x4.sub(v128.load(p - row + pixel), u), right));
      }
      if (below) {
        const d = v128.load(p + row);
        v128.store(q + 6 * map, f32x4.sub(d, m));
        v128.store(q + 7 * map, f32x4.sub(f32x4.sub(v128.load(p + row - pixel), d), left));
        v128.store(q + 8 * map, f32x4.sub(f32x4.sub(v128.load(p + row + pixel), d), right));
      }
    }
    for (; k < bytes; k += 4) {
      const p = from + k, q = to + k;
      const m = load<f32>(p), u = load<f32>(p - row), d = load<f32>(p + row);
      const left = load<f32>(p - pixel) - m, right = load<f32>(p + pixel) - m;
      store<f32>(q, m);
      store<f32>(q + map, left);
      store<f32>(q + 2 * map, right);
      store<f32>(q + 3 * map, u - m);
      store<f32>(q + 4 * map, load<f32>(p - row - pixel) - u - left);
      store<f32>(q + 5 * map, load<f32>(p - row + pixel) - u - right);
      store<f32>(q + 6 * map, d - m);
      store<f32>(q + 7 * map, load<f32>(p + row - pixel) - d - left);
      store<f32>(q + 8 * map, load<f32>(p + row + pixel) - d - right);
    }
  }
}

/** What reaches the nine products from dL/dy of small rows r0 .. r0 + rows: `out` [9, rows w, c]. dy: [2 h, 2 w, c]. Which of them: `wanted`. */
function outputMaps(dy: usize, w: i32, c: i32, r0: i32, rows: i32, out: usize, wanted: i32): void {
  const pixel = <usize>c << 2;
  const row = <usize>(2 * w) * pixel;
  const map = <usize>(rows * w) * pixel;
  const own = (wanted & 1) !== 0, above = (wanted & 2) !== 0, below = (wanted & 4) !== 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < w; j++) {
      const from = dy + <usize>(2 * (r0 + i)) * row + <usize>(2 * j) * pixel;
      const to = out + <usize>(i * w + j) * pixel;
      let k: usize = 0;
      for (; k + 16 <= pixel; k += 16) {
        const p = from + k, q = to + k;
        const y00 = v128.load(p), y01 = v128.load(p + pixel), y10 = v128.load(p + row), y11 = v128.load(p + row + pixel);
        const top = f32x4.add(y00, y01), bottom = f32x4.add(y10, y11);
        if (own) {
          v128.store(q, f32x4.add(top, bottom));
          v128.store(q + map, f32x4.add(y00, y10));
          v128.store(q + 2 * map, f32x4.add(y01, y11));
        }
        if (above) {
          v128.store(q + 3 * map, top);
          v128.store(q + 4 * map, y00);
          v128.store(q + 5 * map, y01);
        }
        if (below) {
          v128.store(q + 6 * map, bottom);
          v128.store(q + 7 * map, y10);
          v128.store(q + 8 * map, y11);
        }
      }
      for (; k < pixel; k += 4) {
        const p = from + k, q = to + k;
        const y00 = load<f32>(p), y01 = load<f32>(p + pixel), y10 = load<f32>(p + row), y11 = load<f32>(p + row + pixel);
        store<f32>(q, y00 + y01 + (y10 + y11));
        store<f32>(q + map, y00 + y10);
        store<f32>(q + 2 * map, y01 + y11);
        store<f32>(q + 3 * map, y00 + y01);
        store<f32>(q + 4 * map, y00);
        store<f32>(q + 5 * map, y01);
        store<f32>(q + 6 * map, y10 + y11);
        store<f32>(q + 7 * map, y10);
        store<f32>(q + 8 * map, y11);
      }
    }
  }
}

/** The nine products [9, pixels, padded(n)] of maps [9, pixels, k] with panels, map after map [9][n / 8][k][8]. */
function nineProducts(maps: usize, panels: usize, out: usize, pixels: i32, k: i32, n: i32): void {
  const wide = padded(n);
  products(MAPS, maps, <usize>(pixels * k) << 2, panels, <usize>(wide * k) << 2, out, <usize>(pixels * wide) << 2, pixels, k, n);
}

/**
 * y [2 h, 2 w, co] of images first .. last.
 *
 * @param panels the nine filters, packed one after the other (packFilter)
 * @param scratch floats: (block + 2) (w + 2) ci + 9 block w (ci + padded(co))
 * @param block small rows at a time
 */
export function upsampleConvolve(
  x: usize, panels: usize, y: usize, scratch: usize, first: i32, last: i32, h: i32, w: i32, ci: i32, co: i32, block: i32,
): void {
  const wide = padded(co);
  const maps = scratch + (<usize>((block + 2) * (w + 2) * ci) << 2);
  const out = maps + (<usize>(MAPS * block * w * ci) << 2);
  const pixel = <usize>co << 2;
  const row = <usize>(2 * w) * pixel;
  for (let n = first; n < last; n++) {
    const image = x + (<usize>(n * h * w * ci) << 2);
    for (let r0 = 0; r0 < h; r0 += block) {
      const rows = min(block, h - r0);
      const pixels = rows * w;
      inputMaps(image, h, w, ci, r0, rows, scratch, maps, ALL_MAPS);
      nineProducts(maps, panels, out, pixels, ci, co);
      const map = <usize>(pixels * wide) << 2;
      for (let p = 0; p < pixels; p++) {
        const from = out + (<usize>(p * wide) << 2);
        const to = y + <usize>(2 * (n * h + r0 + p / w)) * row + <usize>(2 * (p % w)) * pixel;
        let k: usize = 0;
        for (; k + 16 <= pixel; k += 16) {
          const q = from + k, t = to + k;
          const all = v128.load(q), left = v128.load(q + map), right = v128.load(q + 2 * map);
          const up = f32x4.add(all, v128.load(q + 3 * map)), down = f32x4.add(all, v128.load(q + 6 * map));
          v128.store(t, f32x4.add(f32x4.add(up, left), v128.load(q + 4 * map)));
          v128.store(t + pixel, f32x4.add(f32x4.add(up, right), v128.load(q + 5 * map)));
          v128.store(t + row, f32x4.add(f32x4.add(down, left), v128.load(q + 7 * map)));
          v128.store(t + row + pixel, f32x4.add(f32x4.add(down, right), v128.load(q + 8 * map)));
        }
        for (; k < pixel; k += 4) {
          const q = from + k, t = to + k;
          const all = load<f32>(q), left = load<f32>(q + map), right = load<f32>(q + 2 * map);
          const up = all + load<f32>(q + 3 * map), down = all + load<f32>(q + 6 * map);
          store<f32>(t, up + left + load<f32>(q + 4 * map));
          store<f32>(t + pixel, up + right + load<f32>(q + 5 * map));
          store<f32>(t + row, down + left + load<f32>(q + 7 * map));
          store<f32>(t + row + pixel, down + right + load<f32>(q + 8 * map));
        }
      }
    }
  }
}

/** a (to += where `more`) the vector of map m's products at column j and its neighbours that reaches this pixel along the row. */
// @ts-ignore: decorator
@inline
function alongRow(q: usize, map: usize, pixel: usize, hasLeft: bool, hasRight: bool): v128 {
  let r = f32x4.sub(f32x4.sub(v128.load(q), v128.load(q + map)), v128.load(q + 2 * map));
  if (hasRight) r = f32x4.add(r, v128.load(q + map + pixel));
  if (hasLeft) r = f32x4.add(r, v128.load(q + 2 * map - pixel));
  return r;
}

/**
 * dx [h, w, ci] of images first .. last from dy [2 h, 2 w, co].
 *
 * @param panels the nine filters turned (packTurnedFilter of one tap each), one after the other
 * @param scratch floats: 9 block w (co + padded(ci)) + (h w padded(ci))
 */
export function upsampleInputGradient(
  dy: usize, panels: usize, dx: usize, scratch: usize, first: i32, last: i32, h: i32, w: i32, ci: i32, co: i32, block: i32,
): void {
  const wide = padded(ci);
  const sums = scratch;
  const maps = sums + (<usize>(h * w * wide) << 2);
  const out = maps + (<usize>(MAPS * block * w * co) << 2);
  const pixel = <usize>wide << 2;
  const row = <usize>w * pixel;
  for (let n = first; n < last; n++) {
    memory.fill(sums, 0, <usize>h * row);
    for (let r0 = 0; r0 < h; r0 += block) {
      const rows = min(block, h - r0);
      const pixels = rows * w;
      outputMaps(dy + (<usize>(4 * n * h * w * co) << 2), w, co, r0, rows, maps, ALL_MAPS);
      nineProducts(maps, panels, out, pixels, co, ci);
      const map = <usize>pixels * pixel;
      for (let p = 0; p < pixels; p++) {
        const i = r0 + p / w, j = p % w;
        const from = out + <usize>p * pixel;
        const to = sums + <usize>i * row + <usize>j * pixel;
        const hasLeft = j > 0, hasRight = j + 1 < w;
        for (let k: usize = 0; k < pixel; k += 16) {
          const q = from + k, t = to + k;
          const own = alongRow(q, map, pixel, hasLeft, hasRight);
          const up = alongRow(q + 3 * map, map, pixel, hasLeft, hasRight);
          const down = alongRow(q + 6 * map, map, pixel, hasLeft, hasRight);
          v128.store(t, f32x4.add(v128.load(t), f32x4.sub(f32x4.sub(own, up), down)));
          if (i > 0) v128.store(t - row, f32x4.add(v128.load(t - row), up));
          if (i + 1 < h) v128.store(t + row, f32x4.add(v128.load(t + row), down));
        }
      }
    }
    const image = dx + (<usize>(n * h * w * ci) << 2);
    for (let p = 0; p < h * w; p++) memory.copy(image + (<usize>(p * ci) << 2), sums + <usize>p * pixel, <usize>ci << 2);
  }
}

/**
 * Adds blocks first .. last of the gradients of the nine filters over n images to `sums`, [9, ci, co4]. They are counted over all filters, one
 * after the other: threads share what is computed, not the images, so that every sum has the same order whatever their number.
 *
 * @param scratch floats: (block + 2) (w + 2) ci + 9 block w (ci + co) + 4
 */
export function upsampleFilterGradient(
  x: usize, dy: usize, sums: usize, scratch: usize, first: i32, last: i32, images: i32, h: i32, w: i32, ci: i32, co: i32, block: i32,
): void {
  const n4 = (co + 3) & ~3;
  const inMaps = scratch + (<usize>((block + 2) * (w + 2) * ci) << 2);
  const outMaps = inMaps + (<usize>(MAPS * block * w * ci) << 2);
  const blocks = blocksOf(ci, n4);
  const firstMap = first / blocks, lastMap = (last - 1) / blocks;
  let wanted = 0;
  for (let m = firstMap; m <= lastMap; m++) wanted |= 1 << (m / 3);
  for (let n = 0; n < images; n++) {
    for (let r0 = 0; r0 < h; r0 += block) {
      const rows = min(block, h - r0);
      const pixels = rows * w;
      inputMaps(x + (<usize>(n * h * w * ci) << 2), h, w, ci, r0, rows, scratch, inMaps, wanted);
      outputMaps(dy + (<usize>(4 * n * h * w * co) << 2), w, co, r0, rows, outMaps, wanted);
      for (let m = firstMap; m <= lastMap; m++) {
        accumulate(
          inMaps + (<usize>(m * pixels * ci) << 2), <usize>ci << 2, 0, ci, outMaps + (<usize>(m * pixels * co) << 2), <usize>co << 2, 0, n4,
          1, pixels, sums + (<usize>(m * ci * n4) << 2),
          m === firstMap ? first - m * blocks : 0, m === lastMap ? last - m * blocks : blocks,
        );
      }
    }
  }
}
