// Gradients of convolutions with respect to their filters. For one tap it is a product of two matrices, pixels x channels each,
// the first one transposed: outer products of pixels, summed in registers over a stretch of the image, then in memory.

/** C[MR, 4 NR] += sum over rows and columns of a[MR] b[4 NR]^T. All strides in bytes. */
// @ts-ignore: decorator
@inline
function block(
  MR: i32, NR: i32, a: usize, aColumn: usize, aRow: usize, b: usize, bColumn: usize, bRow: usize, rows: i32, columns: i32, c: usize, cRow: usize,
): void {
  const r1 = c + cRow, r2 = c + 2 * cRow, r3 = c + 3 * cRow;
  let c00 = v128.load(c), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  if (NR > 1) c01 = v128.load(c, 16);
  if (MR > 1) c10 = v128.load(r1);
  if (MR > 1 && NR > 1) c11 = v128.load(r1, 16);
  if (MR > 2) c20 = v128.load(r2);
  if (MR > 2 && NR > 1) c21 = v128.load(r2, 16);
  if (MR > 3) c30 = v128.load(r3);
  if (MR > 3 && NR > 1) c31 = v128.load(r3, 16);
  for (let r = rows; r > 0; r--) {
    let p = a, q = b;
    const end = a + <usize>columns * aColumn;
    do {
      const b0 = v128.load(q);
      const b1 = NR > 1 ? v128.load(q, 16) : b0;
      const a0 = v128.load32_splat(p);
      c00 = f32x4.add(c00, f32x4.mul(a0, b0));
      if (NR > 1) c01 = f32x4.add(c01, f32x4.mul(a0, b1));
      if (MR > 1) {
        const a1 = v128.load32_splat(p, 4);
        c10 = f32x4.add(c10, f32x4.mul(a1, b0));
        if (NR > 1) c11 = f32x4.add(c11, f32x4.mul(a1, b1));
      }
      if (MR > 2) {
        const a2 = v128.load32_splat(p, 8);
        c20 = f32x4.add(c20, f32x4.mul(a2, b0));
        if (NR > 1) c21 = f32x4.add(c21, f32x4.mul(a2, b1));
      }
      if (MR > 3) {
        const a3 = v128.load32_splat(p, 12);
        c30 = f32x4.add(c30, f32x4.mul(a3, b0));
        if (NR > 1) c31 = f32x4.add(c31, f32x4.mul(a3, b1));
      }
      p += aColumn;
      q += bColumn;
    } while (p !== end);
    a += aRow;
    b += bRow;
  }
  v128.store(c, c00);
  if (NR > 1) v128.store(c, c01, 16);
  if (MR > 1) v128.store(r1, c10);
  if (MR > 1 && NR > 1) v128.store(r1, c11, 16);
  if (MR > 2) v128.store(r2, c20);
  if (MR > 2 && NR > 1) v128.store(r2, c21, 16);
  if (MR > 3) v128.store(r3, c30);
  if (MR > 3 && NR > 1) v128.store(r3, c31, 16);
}

function block42(a: usize, ac: usize, ar: usize, b: usize, bc: usize, br: usize, rows: i32, cols: i32, c: usize, cr: usize): void { block(4, 2, a, ac, ar, b, bc, br, rows, cols, c, cr); }
function block41(a: usize, ac: usize, ar: usize, b: usize, bc: usize, br: usize, rows: i32, cols: i32, c: usize, cr: usize): void { block(4, 1, a, ac, ar, b, bc, br, rows, cols, c, cr); }
function block32(a: usize, ac: usize, ar: usize, b: usize, bc: usize, br: usize, rows: i32, cols: i32, c: usize, cr: usize): void { block(3, 2, a, ac, ar, b, bc, br, rows, cols, c, cr); }
function block31(a: usize, ac: usize, ar: usize, b: usize, bc: usize, br: usize, rows: i32, cols: i32, c: usize, cr: usize): void { block(3, 1, a, ac, ar, b, bc, br, rows, cols, c, cr); }
function block22(a: usize, ac: usize, ar: usize, b: usize, bc: usize, br: usize, rows: i32, cols: i32, c: usize, cr: usize): void { block(2, 2, a, ac, ar, b, bc, br, rows, cols, c, cr); }
function block21(a: usize, ac: usize, ar: usize, b: usize, bc: usize, br: usize, rows: i32, cols: i32, c: usize, cr: usize): void { block(2, 1, a, ac, ar, b, bc, br, rows, cols, c, cr); }
function block12(a: usize, ac: usize, ar: usize, b: usize, bc: usize, br: usize, rows: i32, cols: i32, c: usize, cr: usize): void { block(1, 2, a, ac, ar, b, bc, br, rows, cols, c, cr); }
function block11(a: usize, ac: usize, ar: usize, b: usize, bc: usize, br: usize, rows: i32, cols: i32, c: usize, cr: usize): void { block(1, 1, a, ac, ar, b, bc, br, rows, cols, c, cr); }

/** What is held in registers at a time: rows and columns of a product. */
const BLOCK_ROWS: i32 = 4, BLOCK_COLUMNS: i32 = 8;

/** Blocks of a product [m, n]. */
export function blocksOf(m: i32, n: i32): i32 {
  return (m + BLOCK_ROWS - 1) / BLOCK_ROWS * ((n + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS);
}

/**
 * C[m, n4] += the sum of outer products, n4 a multiple of 4: blocks first .. last of it, row by row. Reads b up to n4, which may be up to 3
 * floats beyond the pixel.
 */
export function accumulate(
  a: usize, aColumn: usize, aRow: usize, m: i32, b: usize, bColumn: usize, bRow: usize, n4: i32, rows: i32, columns: i32, c: usize,
  first: i32, last: i32,
): void {
  const cRow = <usize>n4 << 2;
  const across = (n4 + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
  let i = first / across * BLOCK_ROWS, j = first % across * BLOCK_COLUMNS;
  for (let k = first; k < last; k++) {
    const left = m - i;
    const from = a + (<usize>i << 2);
    const other = b + (<usize>j << 2);
    const to = c + <usize>i * cRow + (<usize>j << 2);
    if (j + BLOCK_COLUMNS <= n4) {
      if (left > 3) block42(from, aColumn, aRow, other, bColumn, bRow, rows, columns, to, cRow);
      else if (left === 3) block32(from, aColumn, aRow, other, bColumn, bRow, rows, columns, to, cRow);
      else if (left === 2) block22(from, aColumn, aRow, other, bColumn, bRow, rows, columns, to, cRow);
      else block12(from, aColumn, aRow, other, bColumn, bRow, rows, columns, to, cRow);
    } else {
      if (left > 3) block41(from, aColumn, aRow, other, bColumn, bRow, rows, columns, to, cRow);
      else if (left === 3) block31(from, aColumn, aRow, other, bColumn, bRow, rows, columns, to, cRow);
      else if (left === 2) block21(from, aColumn, aRow, other, bColumn, bRow, rows, columns, to, cRow);
      else block11(from, aColumn, aRow, other, bColumn, bRow, rows, columns, to, cRow);
    }
    j += BLOCK_COLUMNS;
    if (j >= n4) {
      j = 0;
      i += BLOCK_ROWS;
    }
  }
}

/** First output index o with o * s + tap - before >= 0. */
function firstInside(tap: i32, before: i32, s: i32): i32 {
  return tap >= before ? 0 : (before - tap + s - 1) / s;
}

/** One more than the last output index o < count with o * s + tap - before < length. */
function endInside(tap: i32, before: i32, s: i32, length: i32, count: i32): i32 {
  const room = length - 1 - tap + before;
  return room < 0 ? 0 : min(count, room / s + 1);
}

/**
 * Adds blocks first .. last of the filter gradient of n images to `sums`, which is [kh kw, ci, co4] (co4: co rounded up to 4), or, where
 * `exchanged`, [kh kw, co, ci4]: the second operand fills whole vectors, so that should be the one whose count is divisible by 4.
 * Blocks are counted over all taps, one after the other: threads share what is computed, not the images, so that every sum has the same
 * order whatever their number.
 *
 * @param rowBlock output rows that are summed in registers before they are added to memory
 */
export function filterGradient(
  x: usize, dy: usize, sums: usize, first: i32, last: i32, images: i32, h: i32, w: i32, ci: i32, oh: i32, ow: i32, co: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, top: i32, left: i32, rowBlock: i32, exchanged: i32,
): void {
  const xPixel = <usize>ci << 2, yPixel = <usize>co << 2;
  const xRow = <usize>w * xPixel, yRow = <usize>ow * yPixel;
  const n4 = ((exchanged ? ci : co) + 3) & ~3;
  const m = exchanged ? co : ci;
  const blocks = blocksOf(m, n4);
  const firstTap = first / blocks, lastTap = (last - 1) / blocks;
  for (let n = 0; n < images; n++) {
    for (let r = 0; r < oh; r += rowBlock) {
      for (let tap = firstTap; tap <= lastTap; tap++) {
        const u = tap / kw, v = tap % kw;
        const i0 = max(r, firstInside(u, top, sh));
        const i1 = min(min(oh, r + rowBlock), endInside(u, top, sh, h, oh));
        if (i0 >= i1) continue;
        const j0 = firstInside(v, left, sw);
        const j1 = endInside(v, left, sw, w, ow);
        if (j0 >= j1) continue;
        const k0 = tap === firstTap ? first - tap * blocks : 0;
        const k1 = tap === lastTap ? last - tap * blocks : blocks;
        const px = x + <usize>(n * h + i0 * sh + u - top) * xRow + <usize>(j0 * sw + v - left) * xPixel;
        const py = dy + <usize>(n * oh + i0) * yRow + <usize>j0 * yPixel;
        const c = sums + (<usize>(tap * m) * n4 << 2);
        if (exchanged) accumulate(py, yPixel, yRow, m, px, sw * xPixel, sh * xRow, n4, i1 - i0, j1 - j0, c, k0, k1);
        else accumulate(px, sw * xPixel, sh * xRow, m, py, yPixel, yRow, n4, i1 - i0, j1 - j0, c, k0, k1);
      }
    }
  }
}

/** The gradient [taps, ci, co] from the sums that filterGradient leaves. */
export function finishFilterGradient(sums: usize, out: usize, taps: i32, ci: i32, co: i32, exchanged: i32): void {
  const m = exchanged ? co : ci;
  const n = exchanged ? ci : co;
  const n4 = (n + 3) & ~3;
  for (let t = 0; t < taps; t++) {
    for (let i = 0; i < m; i++) {
      const row = sums + (<usize>(t * m + i) * n4 << 2);
      if (!exchanged) {
        memory.copy(out + (<usize>(t * m + i) * n << 2), row, <usize>n << 2);
      } else {
        for (let j = 0; j < n; j++) store<f32>(out + (<usize>((t * n + j) * m + i) << 2), load<f32>(row + (<usize>j << 2)));
      }
    }
  }
}
