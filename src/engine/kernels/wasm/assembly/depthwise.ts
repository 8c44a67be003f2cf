// Gradients of depthwise convolutions, [kh, kw, c, m] with m filters a channel. Every channel by itself: with one filter each,
// which is the rule, vectors run along the channels.

/** W vectors of channels of one input pixel: sums over the taps u0, u0 + sh, .. below u1 and v0, v0 + sw, .. below v1, from the outputs that saw it. */
// @ts-ignore: decorator
@inline
function gather(
  W: i32, dy: usize, rowBack: usize, pixelBack: usize, filter: usize, tapRow: usize, tapPixel: usize, rows: i32, columns: i32, to: usize,
): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (let r = rows; r > 0; r--) {
    let p = dy, f = filter;
    for (let k = columns; k > 0; k--) {
      s0 = f32x4.add(s0, f32x4.mul(v128.load(p), v128.load(f)));
      if (W > 1) s1 = f32x4.add(s1, f32x4.mul(v128.load(p, 16), v128.load(f, 16)));
      if (W > 2) s2 = f32x4.add(s2, f32x4.mul(v128.load(p, 32), v128.load(f, 32)));
      if (W > 3) s3 = f32x4.add(s3, f32x4.mul(v128.load(p, 48), v128.load(f, 48)));
      p -= pixelBack;
      f += tapPixel;
    }
    dy -= rowBack;
    filter += tapRow;
  }
  v128.store(to, s0);
  if (W > 1) v128.store(to, s1, 16);
  if (W > 2) v128.store(to, s2, 32);
  if (W > 3) v128.store(to, s3, 48);
}

/** Along one axis: the first tap that reaches input position `at` from an output 0 .. outputs - 1. */
function firstTap(at: i32, before: i32, stride: i32, outputs: i32): i32 {
  const first = (at + before) % stride;
  const least = at + before - (outputs - 1) * stride;
  return max(first, least);
}

/** How many taps from `first` on, `stride` apart, reach it. */
function tapCount(at: i32, before: i32, stride: i32, taps: i32, first: i32): i32 {
  const end = min(taps, at + before + 1);
  return first < end ? (end - first + stride - 1) / stride : 0;
}

/** dx [h, w, c] of images first .. last: every input pixel gathers from the outputs that saw it. */
export function depthwiseInputGradient(
  dy: usize, filter: usize, dx: usize, first: i32, last: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, top: i32, left: i32, m: i32,
): void {
  const pixel = <usize>c << 2;
  const outPixel = <usize>m * pixel;
  const outRow = <usize>ow * outPixel;
  const tapRow = <usize>(sh * kw) * outPixel, tapPixel = <usize>sw * outPixel;
  for (let n = first; n < last; n++) {
    const image = dy + <usize>(n * oh) * outRow;
    for (let i = 0; i < h; i++) {
      const u0 = firstTap(i, top, sh, oh);
      const rows = tapCount(i, top, sh, kh, u0);
      const row = image + <usize>((i + top - u0) / sh) * outRow;
      for (let j = 0; j < w; j++) {
        const to = dx + <usize>((n * h + i) * w + j) * pixel;
        const v0 = firstTap(j, left, sw, ow);
        const columns = tapCount(j, left, sw, kw, v0);
        const from = row + <usize>((j + left - v0) / sw) * outPixel;
        const tap = filter + <usize>(u0 * kw + v0) * outPixel;
        let k: usize = 0;
        for (; m === 1 && k + 64 <= pixel; k += 64) gather(4, from + k, outRow, outPixel, tap + k, tapRow, tapPixel, rows, columns, to + k);
        for (; m === 1 && k + 16 <= pixel; k += 16) gather(1, from + k, outRow, outPixel, tap + k, tapRow, tapPixel, rows, columns, to + k);
        for (; k < pixel; k += 4) {
          let sum: f32 = 0;
          for (let r = 0; r < rows; r++) {
            for (let s = 0; s < columns; s++) {
              const p = from - <usize>r * outRow - <usize>s * outPixel, f = tap + <usize>r * tapRow + <usize>s * tapPixel;
              for (let q = <usize>m * k; q < <usize>m * (k + 4); q += 4) sum += load<f32>(p + q) * load<f32>(f + q);
            }
          }
          store<f32>(to + k, sum);
        }
      }
    }
  }
}

/** Sums of x dy over a row of pixels, W vectors of channels, added to memory. */
// @ts-ignore: decorator
@inline
function productSums(W: i32, x: usize, xPixel: usize, dy: usize, pixel: usize, pixels: i32, sum: usize): void {
  let s0 = v128.load(sum), s1 = s0, s2 = s0, s3 = s0;
  if (W > 1) s1 = v128.load(sum, 16);
  if (W > 2) s2 = v128.load(sum, 32);
  if (W > 3) s3 = v128.load(sum, 48);
  for (let p = pixels; p > 0; p--) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(x), v128.load(dy)));
    if (W > 1) s1 = f32x4.add(s1, f32x4.mul(v128.load(x, 16), v128.load(dy, 16)));
    if (W > 2) s2 = f32x4.add(s2, f32x4.mul(v128.load(x, 32), v128.load(dy, 32)));
    if (W > 3) s3 = f32x4.add(s3, f32x4.mul(v128.load(x, 48), v128.load(dy, 48)));
    x += xPixel;
    dy += pixel;
  }
  v128.store(sum, s0);
  if (W > 1) v128.store(sum, s1, 16);
  if (W > 2) v128.store(sum, s2, 32);
  if (W > 3) v128.store(sum, s3, 48);
}

/** Channels of a tap's gradient that a thread can do by itself: those whose sums are taken together. */
const UNIT: i32 = 16;

/**
 * Adds units first .. last of the filter gradient of n images to `sums`, [kh, kw, c, m]. A unit is 16 channels of one tap, taps one after the
 * other: threads share what is computed, not the images, so that every sum has the same order whatever their number.
 */
export function depthwiseFilterGradient(
  x: usize, dy: usize, sums: usize, first: i32, last: i32, images: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, top: i32, left: i32, m: i32,
): void {
  const pixel = <usize>c << 2;
  const outPixel = <usize>m * pixel;
  const units = (c + UNIT - 1) / UNIT;
  const firstTap = first / units, lastTap = (last - 1) / units;
  for (let n = 0; n < images; n++) {
    for (let i = 0; i < oh; i++) {
      const row = dy + <usize>((n * oh + i) * ow) * outPixel;
      for (let tap = firstTap; tap <= lastTap; tap++) {
        const u = tap / kw, v = tap % kw;
        const inRow = i * sh + u - top;
        if (inRow < 0 || inRow >= h) continue;
        let j0 = 0, j1 = ow;
        while (j0 < j1 && j0 * sw + v < left) j0++;
        while (j1 > j0 && (j1 - 1) * sw + v - left >= w) j1--;
        if (j0 === j1) continue;
        const px = x + <usize>((n * h + inRow) * w + j0 * sw + v - left) * pixel;
        const py = row + <usize>j0 * outPixel;
        const sum = sums + <usize>tap * outPixel;
        let k = <usize>(tap === firstTap ? first % units * UNIT : 0) << 2;
        const end = tap === lastTap ? min(pixel, <usize>((last - tap * units) * UNIT) << 2) : pixel;
        for (; m === 1 && k + 64 <= end; k += 64) productSums(4, px + k, sw * pixel, py + k, pixel, j1 - j0, sum + k);
        for (; m === 1 && k + 16 <= end; k += 16) productSums(1, px + k, sw * pixel, py + k, pixel, j1 - j0, sum + k);
        for (k *= m; k < <usize>m * end; k += 4) {
          const from = px + (k / (<usize>m << 2) << 2);
          let s = load<f32>(sum + k);
          for (let j = 0; j < j1 - j0; j++) s += load<f32>(from + <usize>j * sw * pixel) * load<f32>(py + k + <usize>j * outPixel);
          store<f32>(sum + k, s);
        }
      }
    }
  }
}
