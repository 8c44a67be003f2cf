// Images as rows of pixels, [pixels, c]: sums over the pixels, and affine maps with coefficients of their own for every channel.

/**
 * Sums over pixels of W vectors of channels. KIND 0: x. 1: (x - m)^2. 2: y, and in `other` y (x - m).
 * x, y and m point at the first of the channels.
 */
// @ts-ignore: decorator
@inline
function sums(W: i32, KIND: i32, x: usize, y: usize, m: usize, pixel: usize, pixels: i32, sum: usize, other: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  const m0 = KIND > 0 ? v128.load(m) : s0;
  const m1 = KIND > 0 && W > 1 ? v128.load(m, 16) : s0;
  const m2 = KIND > 0 && W > 2 ? v128.load(m, 32) : s0;
  const m3 = KIND > 0 && W > 3 ? v128.load(m, 48) : s0;
  for (let p = pixels; p > 0; p--) {
    if (KIND === 0) {
      s0 = f32x4.add(s0, v128.load(x));
      if (W > 1) s1 = f32x4.add(s1, v128.load(x, 16));
      if (W > 2) s2 = f32x4.add(s2, v128.load(x, 32));
      if (W > 3) s3 = f32x4.add(s3, v128.load(x, 48));
    } else if (KIND === 1) {
      const d0 = f32x4.sub(v128.load(x), m0);
      s0 = f32x4.add(s0, f32x4.mul(d0, d0));
      if (W > 1) {
        const d1 = f32x4.sub(v128.load(x, 16), m1);
        s1 = f32x4.add(s1, f32x4.mul(d1, d1));
      }
      if (W > 2) {
        const d2 = f32x4.sub(v128.load(x, 32), m2);
        s2 = f32x4.add(s2, f32x4.mul(d2, d2));
      }
      if (W > 3) {
        const d3 = f32x4.sub(v128.load(x, 48), m3);
        s3 = f32x4.add(s3, f32x4.mul(d3, d3));
      }
    } else {
      const y0 = v128.load(y);
      s0 = f32x4.add(s0, y0);
      t0 = f32x4.add(t0, f32x4.mul(y0, f32x4.sub(v128.load(x), m0)));
      if (W > 1) {
        const y1 = v128.load(y, 16);
        s1 = f32x4.add(s1, y1);
        t1 = f32x4.add(t1, f32x4.mul(y1, f32x4.sub(v128.load(x, 16), m1)));
      }
      if (W > 2) {
        const y2 = v128.load(y, 32);
        s2 = f32x4.add(s2, y2);
        t2 = f32x4.add(t2, f32x4.mul(y2, f32x4.sub(v128.load(x, 32), m2)));
      }
      if (W > 3) {
        const y3 = v128.load(y, 48);
        s3 = f32x4.add(s3, y3);
        t3 = f32x4.add(t3, f32x4.mul(y3, f32x4.sub(v128.load(x, 48), m3)));
      }
      y += pixel;
    }
    x += pixel;
  }
  v128.store(sum, s0);
  if (W > 1) v128.store(sum, s1, 16);
  if (W > 2) v128.store(sum, s2, 32);
  if (W > 3) v128.store(sum, s3, 48);
  if (KIND === 2) {
    v128.store(other, t0);
    if (W > 1) v128.store(other, t1, 16);
    if (W > 2) v128.store(other, t2, 32);
    if (W > 3) v128.store(other, t3, 48);
  }
}

// @ts-ignore: decorator
@inline
function sumsOfOne(KIND: i32, x: usize, y: usize, m: usize, pixel: usize, pixels: i32, sum: usize, other: usize): void {
  let s: f32 = 0, t: f32 = 0;
  const mean = KIND > 0 ? load<f32>(m) : 0;
  for (let p = pixels; p > 0; p--) {
    if (KIND === 0) {
      s += load<f32>(x);
    } else if (KIND === 1) {
      const d = load<f32>(x) - mean;
      s += d * d;
    } else {
      s += load<f32>(y);
      t += load<f32>(y) * (load<f32>(x) - mean);
      y += pixel;
    }
    x += pixel;
  }
  store<f32>(sum, s);
  if (KIND === 2) store<f32>(other, t);
}

// @ts-ignore: decorator
@inline
function allSums(KIND: i32, x: usize, y: usize, m: usize, c: i32, pixels: i32, sum: usize, other: usize): void {
  const pixel = <usize>c << 2;
  let k = 0;
  for (; k + 16 <= c; k += 16) {
    const at = <usize>k << 2;
    sums(4, KIND, x + at, y + at, m + at, pixel, pixels, sum + at, other + at);
  }
  for (; k + 4 <= c; k += 4) {
    const at = <usize>k << 2;
    sums(1, KIND, x + at, y + at, m + at, pixel, pixels, sum + at, other + at);
  }
  for (; k < c; k++) {
    const at = <usize>k << 2;
    sumsOfOne(KIND, x + at, y + at, m + at, pixel, pixels, sum + at, other + at);
  }
}

function plainSums(x: usize, c: i32, pixels: i32, out: usize): void {
  allSums(0, x, 0, 0, c, pixels, out, 0);
}

function squareSums(x: usize, mean: usize, c: i32, pixels: i32, out: usize): void {
  allSums(1, x, 0, mean, c, pixels, out, 0);
}

function pairSums(dy: usize, x: usize, mean: usize, c: i32, pixels: i32, sum: usize, products: usize): void {
  allSums(2, x, dy, mean, c, pixels, sum, products);
}

function divide(v: usize, count: i32, by: f32): void {
  for (let i = 0; i < count; i++) store<f32>(v + (<usize>i << 2), load<f32>(v + (<usize>i << 2)) / by);
}

/** Channel means of images first .. last of [n, pixels, c]; `out` is [n, c]. */
export function imageMeans(x: usize, out: usize, first: i32, last: i32, pixels: i32, c: i32): void {
  for (let n = first; n < last; n++) {
    const to = out + (<usize>n * c << 2);
    plainSums(x + (<usize>n * pixels * c << 2), c, pixels, to);
    divide(to, c, <f32>pixels);
  }
}

/** Means and biased variances, [n, 2 c]. In two passes: E[x^2] - E[x]^2 cancels where the mean is large against the spread. */
export function imageMoments(x: usize, out: usize, first: i32, last: i32, pixels: i32, c: i32): void {
  for (let n = first; n < last; n++) {
    const from = x + (<usize>n * pixels * c << 2);
    const to = out + (<usize>n * 2 * c << 2);
    plainSums(from, c, pixels, to);
    divide(to, c, <f32>pixels);
    squareSums(from, to, c, pixels, to + (<usize>c << 2));
    divide(to + (<usize>c << 2), c, <f32>pixels);
  }
}

/** Sums of dy and of dy (x - mean) over each image's pixels, [n, 2 c]; `mean` [c] for all, or [n, c] with `meanImage` bytes between. */
export function imagePairSums(dy: usize, x: usize, mean: usize, meanImage: usize, out: usize, first: i32, last: i32, pixels: i32, c: i32): void {
  for (let n = first; n < last; n++) {
    const at = <usize>n * pixels * c << 2;
    const to = out + (<usize>n * 2 * c << 2);
    pairSums(dy + at, x + at, mean + <usize>n * meanImage, c, pixels, to, to + (<usize>c << 2));
  }
}

/** Rows that are added up by themselves before their sum is added to the others': more accurate, and a row stays in the cache. */
const STRETCH: i32 = 256;

/** Sums of the columns of [rows, c]; `out` [c], `scratch` [c]. */
export function columnSums(x: usize, out: usize, scratch: usize, rows: i32, c: i32): void {
  memory.fill(out, 0, <usize>c << 2);
  for (let r = 0; r < rows; r += STRETCH) {
    plainSums(x + (<usize>r * c << 2), c, min(STRETCH, rows - r), scratch);
    for (let k = 0; k < c; k++) {
      const at = <usize>k << 2;
      store<f32>(out + at, load<f32>(out + at) + load<f32>(scratch + at));
    }
  }
}

/** Stretches first .. last of them by themselves, for threads to share; `out` [stretches, c]. */
export function stretchSums(x: usize, out: usize, first: i32, last: i32, rows: i32, c: i32): void {
  for (let k = first; k < last; k++) {
    const r = k * STRETCH;
    plainSums(x + (<usize>r * c << 2), c, min(STRETCH, rows - r), out + (<usize>k * c << 2));
  }
}

/** Adds up the stretches' sums, [stretches, c], one after the other as columnSums does; `out` [c]. */
export function sumOfStretches(x: usize, out: usize, stretches: i32, c: i32): void {
  plainSums(x, c, stretches, out);
}

/** Coefficients of c channels as whole vectors: once, or four times one after the other where c is not divisible by 4. */
export function spread(v: usize, out: usize, c: i32): void {
  const bytes = <usize>c << 2;
  memory.copy(out, v, bytes);
  if ((c & 3) === 0) return;
  for (let i: usize = 1; i < 4; i++) memory.copy(out + i * bytes, v, bytes);
}

/** y = x a + b, where a and b are spread coefficients. */
export function affine(x: usize, a: usize, b: usize, y: usize, c: i32, pixels: i32): void {
  const period = <usize>((c & 3) === 0 ? c : 4 * c) << 2;
  const end = x + (<usize>pixels * c << 2);
  while (x + period <= end) {
    for (let k: usize = 0; k < period; k += 16) {
      v128.store(y + k, f32x4.add(f32x4.mul(v128.load(x + k), v128.load(a + k)), v128.load(b + k)));
    }
    x += period;
    y += period;
  }
  for (let k: usize = 0; x + k < end; k += 4) store<f32>(y + k, load<f32>(x + k) * load<f32>(a + k) + load<f32>(b + k));
}

/** z = y a + x b + e, where a, b and e are spread coefficients. */
export function affine2(y: usize, x: usize, a: usize, b: usize, e: usize, z: usize, c: i32, pixels: i32): void {
  const period = <usize>((c & 3) === 0 ? c : 4 * c) << 2;
  const end = x + (<usize>pixels * c << 2);
  while (x + period <= end) {
    for (let k: usize = 0; k < period; k += 16) {
      const sum = f32x4.add(f32x4.mul(v128.load(y + k), v128.load(a + k)), f32x4.mul(v128.load(x + k), v128.load(b + k)));
      v128.store(z + k, f32x4.add(sum, v128.load(e + k)));
    }
    x += period;
    y += period;
    z += period;
  }
  for (let k: usize = 0; x + k < end; k += 4) {
    store<f32>(z + k, load<f32>(y + k) * load<f32>(a + k) + load<f32>(x + k) * load<f32>(b + k) + load<f32>(e + k));
  }
}

/** affine for images first .. last with coefficients [n, c] each, or [c] for all (`perImage` 0); scratch: 8 c floats. */
export function affineImages(
  x: usize, a: usize, b: usize, y: usize, scratch: usize, first: i32, last: i32, pixels: i32, c: i32, perImage: i32,
): void {
  const row = <usize>c << 2;
  const second = scratch + 4 * row;
  for (let n = first; n < last; n++) {
    const own = perImage ? <usize>n * row : 0;
    if (perImage || n === first) {
      spread(a + own, scratch, c);
      spread(b + own, second, c);
    }
    const at = <usize>n * pixels * row;
    affine(x + at, scratch, second, y + at, c, pixels);
  }
}

/** affine2 for images first .. last with coefficients b and e [n, c] each, and a likewise or [c] for all (`aPerImage` 0); scratch: 12 c floats. */
export function affine2Images(
  y: usize, x: usize, a: usize, b: usize, e: usize, z: usize, scratch: usize, first: i32, last: i32, pixels: i32, c: i32, aPerImage: i32,
): void {
  const row = <usize>c << 2;
  for (let n = first; n < last; n++) {
    const own = <usize>n * row;
    if (aPerImage || n === first) spread(aPerImage ? a + own : a, scratch, c);
    spread(b + own, scratch + 4 * row, c);
    spread(e + own, scratch + 8 * row, c);
    const at = own * pixels;
    affine2(y + at, x + at, scratch, scratch + 4 * row, scratch + 8 * row, z + at, c, pixels);
  }
}

/** The same value in every pixel: y[n, pixels, c] = v[n, c] / pixels; scratch: 8 c floats. */
export function spreadMeans(v: usize, y: usize, scratch: usize, first: i32, last: i32, pixels: i32, c: i32): void {
  const row = <usize>c << 2;
  for (let n = first; n < last; n++) {
    const to = y + <usize>n * pixels * row;
    for (let k = 0; k < c; k++) store<f32>(to + (<usize>k << 2), load<f32>(v + <usize>n * row + (<usize>k << 2)) / <f32>pixels);
    let done = 1;
    while (done < pixels) {
      const more = min(done, pixels - done);
      memory.copy(to + <usize>done * row, to, <usize>more * row);
      done += more;
    }
  }
}
