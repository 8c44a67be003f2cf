// Gradients of pooling: every window hands its share back to the pixels it saw. Images first .. last, dx is cleared first.

/** The share of a window's largest value goes to the first pixel, in row order, that has it. `y` is the pooled image. */
export function maxPoolGradient(
  x: usize, y: usize, dy: usize, dx: usize, first: i32, last: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, top: i32, left: i32,
): void {
  const pixel = <usize>c << 2;
  memory.fill(dx + <usize>(first * h * w) * pixel, 0, <usize>((last - first) * h * w) * pixel);
  for (let n = first; n < last; n++) {
    const image = <usize>(n * h * w) * pixel;
    for (let i = 0; i < oh; i++) {
      const u0 = max(0, top - i * sh), u1 = min(kh, h + top - i * sh);
      for (let j = 0; j < ow; j++) {
        const v0 = max(0, left - j * sw), v1 = min(kw, w + left - j * sw);
        const out = <usize>((n * oh + i) * ow + j) * pixel;
        const origin = image + <usize>((i * sh - top) * w + j * sw - left) * pixel;
        let k: usize = 0;
        for (; k + 16 <= pixel; k += 16) {
          const largest = v128.load(y + out + k), share = v128.load(dy + out + k);
          let open = i32x4.splat(-1);
          for (let u = u0; u < u1; u++) {
            for (let v = v0; v < v1; v++) {
              const at = origin + <usize>(u * w + v) * pixel + k;
              const hit = v128.and(open, f32x4.eq(v128.load(x + at), largest));
              open = v128.andnot(open, hit);
              v128.store(dx + at, f32x4.add(v128.load(dx + at), v128.and(hit, share)));
            }
          }
        }
        for (; k < pixel; k += 4) {
          const largest = load<f32>(y + out + k), share = load<f32>(dy + out + k);
          let open = true;
          for (let u = u0; open && u < u1; u++) {
            for (let v = v0; open && v < v1; v++) {
              const at = origin + <usize>(u * w + v) * pixel + k;
              if (load<f32>(x + at) !== largest) continue;
              store<f32>(dx + at, load<f32>(dx + at) + share);
              open = false;
            }
          }
        }
      }
    }
  }
}

/** Every pixel of a window gets the same share; pixels of the padding do not count. */
export function averagePoolGradient(
  dy: usize, dx: usize, first: i32, last: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, top: i32, left: i32,
): void {
  const pixel = <usize>c << 2;
  memory.fill(dx + <usize>(first * h * w) * pixel, 0, <usize>((last - first) * h * w) * pixel);
  for (let n = first; n < last; n++) {
    const image = dx + <usize>(n * h * w) * pixel;
    for (let i = 0; i < oh; i++) {
      const u0 = max(0, top - i * sh), u1 = min(kh, h + top - i * sh);
      for (let j = 0; j < ow; j++) {
        const v0 = max(0, left - j * sw), v1 = min(kw, w + left - j * sw);
        const from = dy + <usize>((n * oh + i) * ow + j) * pixel;
        const origin = image + <usize>((i * sh - top) * w + j * sw - left) * pixel;
        const part: f32 = <f32>1 / <f32>((u1 - u0) * (v1 - v0));
        const parts = f32x4.splat(part);
        for (let u = u0; u < u1; u++) {
          for (let v = v0; v < v1; v++) {
            const to = origin + <usize>(u * w + v) * pixel;
            let k: usize = 0;
            for (; k + 16 <= pixel; k += 16) v128.store(to + k, f32x4.add(v128.load(to + k), f32x4.mul(v128.load(from + k), parts)));
            for (; k < pixel; k += 4) store<f32>(to + k, load<f32>(to + k) + load<f32>(from + k) * part);
          }
        }
      }
    }
  }
}
