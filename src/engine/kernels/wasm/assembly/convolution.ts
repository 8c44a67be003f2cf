// Convolutions of NHWC images as sums of outer products held in registers: a tile of up to 4 pixels times 8 channels is
// eight vectors, which is what fits into the sixteen registers beside the operands. All offsets and strides are in bytes.

/** Floats of one row of a packed filter: output channels that are computed together. */
export const PANEL: i32 = 8;

/** Rounded up to whole panels. */
export function padded(channels: i32): i32 {
  return (channels + PANEL - 1) & ~(PANEL - 1);
}

/**
 * Lays a filter [taps, ci, co] out as panels [co / 8][taps * ci][8], the last one filled up with zeros.
 *
 * @param k taps * ci
 */
export function packFilter(filter: usize, k: i32, co: i32, out: usize): void {
  for (let c = 0; c < co; c += PANEL) {
    const valid = min(PANEL, co - c);
    let from = filter + (<usize>c << 2);
    for (let i = 0; i < k; i++) {
      if (valid === PANEL) {
        v128.store(out, v128.load(from));
        v128.store(out, v128.load(from, 16), 16);
      } else {
        for (let j = 0; j < PANEL; j++) store<f32>(out + (<usize>j << 2), j < valid ? load<f32>(from + (<usize>j << 2)) : 0);
      }
      from += <usize>co << 2;
      out += PANEL << 2;
    }
  }
}

/**
 * The filter of a gradient with respect to the input, [kh, kw, ci, co] turned by 180 degrees with its channels exchanged, as
 * panels [ci / 8][nu * nv * co][8]. Of the taps it takes u0, u0 + du, ... (nu of them) and v0, v0 + dv, ... (nv).
 */
export function packTurnedFilter(
  filter: usize, kw: i32, ci: i32, co: i32, u0: i32, du: i32, nu: i32, v0: i32, dv: i32, nv: i32, out: usize,
): void {
  for (let c = 0; c < ci; c += PANEL) {
    const valid = min(PANEL, ci - c);
    for (let r = 0; r < nu; r++) {
      for (let s = 0; s < nv; s++) {
        const tap = filter + (<usize>(((u0 + r * du) * kw + v0 + s * dv) * ci + c) * co << 2);
        for (let o = 0; o < co; o++) {
          for (let j = 0; j < PANEL; j++) {
            store<f32>(out + (<usize>j << 2), j < valid ? load<f32>(tap + (<usize>(j * co + o) << 2)) : 0);
          }
          out += PANEL << 2;
        }
      }
    }
  }
}

/** Part of an image [h, w] of `pixel` bytes: rows top .. top + ph and columns left .. left + pw, zeros where there is none. */
export function padImage(x: usize, h: i32, w: i32, pixel: usize, top: i32, ph: i32, left: i32, pw: i32, out: usize): void {
  const first = max(0, left);
  const last = min(w, left + pw);
  const before = <usize>(first - left) * pixel;
  const inside = last > first ? <usize>(last - first) * pixel : 0;
  const row = <usize>pw * pixel;
  for (let i = top; i < top + ph; i++) {
    if (i < 0 || i >= h || inside === 0) {
      memory.fill(out, 0, row);
    } else {
      memory.fill(out, 0, before);
      memory.copy(out + before, x + <usize>(i * w + first) * pixel, inside);
      memory.fill(out + before + inside, 0, row - before - inside);
    }
    out += row;
  }
}

/** One tile: `rows` times `run` floats of each of MR pixels (xPixel apart) against a panel; NR vectors of channels. */
// @ts-ignore: decorator
@inline
function tile(
  MR: i32, NR: i32, x: usize, xPixel: usize, xRow: usize, panel: usize, rows: i32, run: i32, y: usize, yPixel: usize,
): void {
  const x1 = xPixel, x2 = 2 * xPixel, x3 = 3 * xPixel;
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  for (let r = rows; r > 0; r--) {
    let p = x;
    const end = x + (<usize>run << 2);
    do {
      const b0 = v128.load(panel);
      const b1 = NR > 1 ? v128.load(panel, 16) : b0;
      const a0 = v128.load32_splat(p);
      c00 = f32x4.add(c00, f32x4.mul(a0, b0));
      if (NR > 1) c01 = f32x4.add(c01, f32x4.mul(a0, b1));
      if (MR > 1) {
        const a1 = v128.load32_splat(p + x1);
        c10 = f32x4.add(c10, f32x4.mul(a1, b0));
        if (NR > 1) c11 = f32x4.add(c11, f32x4.mul(a1, b1));
      }
      if (MR > 2) {
        const a2 = v128.load32_splat(p + x2);
        c20 = f32x4.add(c20, f32x4.mul(a2, b0));
        if (NR > 1) c21 = f32x4.add(c21, f32x4.mul(a2, b1));
      }
      if (MR > 3) {
        const a3 = v128.load32_splat(p + x3);
        c30 = f32x4.add(c30, f32x4.mul(a3, b0));
        if (NR > 1) c31 = f32x4.add(c31, f32x4.mul(a3, b1));
      }
      p += 4;
      panel += PANEL << 2;
    } while (p !== end);
    x += xRow;
  }
  v128.store(y, c00);
  if (NR > 1) v128.store(y, c01, 16);
  if (MR > 1) {
    v128.store(y + yPixel, c10);
    if (NR > 1) v128.store(y + yPixel, c11, 16);
  }
  if (MR > 2) {
    v128.store(y + 2 * yPixel, c20);
    if (NR > 1) v128.store(y + 2 * yPixel, c21, 16);
  }
  if (MR > 3) {
    v128.store(y + 3 * yPixel, c30);
    if (NR > 1) v128.store(y + 3 * yPixel, c31, 16);
  }
}

// Each a function of its own: inlined into one, they would share the registers.
function tile42(x: usize, xp: usize, xr: usize, b: usize, rows: i32, run: i32, y: usize, yp: usize): void { tile(4, 2, x, xp, xr, b, rows, run, y, yp); }
function tile32(x: usize, xp: usize, xr: usize, b: usize, rows: i32, run: i32, y: usize, yp: usize): void { tile(3, 2, x, xp, xr, b, rows, run, y, yp); }
function tile22(x: usize, xp: usize, xr: usize, b: usize, rows: i32, run: i32, y: usize, yp: usize): void { tile(2, 2, x, xp, xr, b, rows, run, y, yp); }
function tile12(x: usize, xp: usize, xr: usize, b: usize, rows: i32, run: i32, y: usize, yp: usize): void { tile(1, 2, x, xp, xr, b, rows, run, y, yp); }
function tile41(x: usize, xp: usize, xr: usize, b: usize, rows: i32, run: i32, y: usize, yp: usize): void { tile(4, 1, x, xp, xr, b, rows, run, y, yp); }
function tile31(x: usize, xp: usize, xr: usize, b: usize, rows: i32, run: i32, y: usize, yp: usize): void { tile(3, 1, x, xp, xr, b, rows, run, y, yp); }
function tile21(x: usize, xp: usize, xr: usize, b: usize, rows: i32, run: i32, y: usize, yp: usize): void { tile(2, 1, x, xp, xr, b, rows, run, y, yp); }
function tile11(x: usize, xp: usize, xr: usize, b: usize, rows: i32, run: i32, y: usize, yp: usize): void { tile(1, 1, x, xp, xr, b, rows, run, y, yp); }

export function anyTile(pixels: i32, wide: bool, x: usize, xp: usize, xr: usize, b: usize, rows: i32, run: i32, y: usize, yp: usize): void {
  if (wide) {
    if (pixels === 4) tile42(x, xp, xr, b, rows, run, y, yp);
    else if (pixels === 3) tile32(x, xp, xr, b, rows, run, y, yp);
    else if (pixels === 2) tile22(x, xp, xr, b, rows, run, y, yp);
    else tile12(x, xp, xr, b, rows, run, y, yp);
  } else {
    if (pixels === 4) tile41(x, xp, xr, b, rows, run, y, yp);
    else if (pixels === 3) tile31(x, xp, xr, b, rows, run, y, yp);
    else if (pixels === 2) tile21(x, xp, xr, b, rows, run, y, yp);
    else tile11(x, xp, xr, b, rows, run, y, yp);
  }
}

/**
 * Products [maps, pixels, padded(n)] of [maps, pixels, k] with panels [maps][n / 8][k][8].
 *
 * @param xMap bytes between maps, as panelMap and yMap
 */
export function products(
  maps: i32, x: usize, xMap: usize, panels: usize, panelMap: usize, y: usize, yMap: usize, pixels: i32, k: i32, n: i32,
): void {
  const pixel = <usize>k << 2;
  const yPixel = <usize>padded(n) << 2;
  for (let m = 0; m < maps; m++) {
    for (let c = 0; c < n; c += PANEL) {
      const panel = panels + (<usize>(c * k) << 2);
      for (let p = 0; p < pixels; p += 4) {
        anyTile(min(4, pixels - p), true, x + <usize>p * pixel, pixel, 0, panel, 1, k, y + <usize>p * yPixel + (<usize>c << 2), yPixel);
      }
    }
    x += xMap;
    panels += panelMap;
    y += yMap;
  }
}

/** The first `valid` (1 to 4) of a vector's numbers; a call to memory.copy would take longer. */
// @ts-ignore: decorator
@inline
function storeFirst(to: usize, v: v128, valid: i32): void {
  if (valid === 4) {
    v128.store(to, v);
  } else {
    if (valid > 1) v128.store64_lane(to, v, 0);
    else v128.store32_lane(to, v, 0);
    if (valid === 3) v128.store32_lane(to, v, 2, 8);
  }
}

/**
 * Correlates images first .. last with a packed filter: y[i, j] = sum over u, v of x[i sh + u - top, j sw + v - left] filter[u, v].
 *
 * @param x [.., h, w, ci]
 * @param packed from packFilter or packTurnedFilter, kh * kw * ci rows a panel
 * @param y where output pixel (0, 0) of image 0 goes; images, rows and pixels are yImage, yRow, yPixel bytes apart
 * @param scratch room for a tile of 4 x 8 floats and, unless `inPlace`, one padded image
 * @param inPlace not 0: no padding and no cropping, x is read where it lies
 */
export function convolve(
  x: usize, packed: usize, y: usize, scratch: usize, first: i32, last: i32, h: i32, w: i32, ci: i32, kh: i32, kw: i32, sh: i32, sw: i32,
  top: i32, left: i32, oh: i32, ow: i32, co: i32, yImage: usize, yRow: usize, yPixel: usize, inPlace: i32,
): void {
  const pixel = <usize>ci << 2;
  const ph = (oh - 1) * sh + kh;
  const pw = inPlace ? w : (ow - 1) * sw + kw;
  const spill = scratch;
  const row = <usize>pw * pixel;
  const xPixel = <usize>sw * pixel;
  const run = kw * ci;
  for (let n = first; n < last; n++) {
    let image = x + <usize>n * h * w * pixel;
    if (!inPlace) {
      padImage(image, h, w, pixel, -top, ph, -left, pw, scratch + 128);
      image = scratch + 128;
    }
    for (let c = 0; c < co; c += PANEL) {
      const panel = packed + <usize>c * kh * run * 4;
      const valid = min(PANEL, co - c);
      const wide = valid > 4;
      for (let i = 0; i < oh; i++) {
        const from = image + <usize>(i * sh) * row;
        const to = y + <usize>n * yImage + <usize>i * yRow + (<usize>c << 2);
        for (let j = 0; j < ow; j += 4) {
          const pixels = min(4, ow - j);
          const at = from + <usize>j * xPixel;
          const target = to + <usize>j * yPixel;
          if (valid === PANEL) {
            if (pixels === 4) tile42(at, xPixel, row, panel, kh, run, target, yPixel);
            else anyTile(pixels, true, at, xPixel, row, panel, kh, run, target, yPixel);
          } else if (valid === 4) {
            anyTile(pixels, false, at, xPixel, row, panel, kh, run, target, yPixel);
          } else {
            anyTile(pixels, wide, at, xPixel, row, panel, kh, run, spill, PANEL << 2);
            for (let k = 0; k < pixels; k++) {
              const q = spill + (<usize>k * PANEL << 2), t = target + <usize>k * yPixel;
              if (wide) v128.store(t, v128.load(q));
              storeFirst(wide ? t + 16 : t, v128.load(wide ? q + 16 : q), wide ? valid - 4 : valid);
            }
          }
        }
      }
    }
  }
}
