// Operations that look at every value by itself, first .. last of them. Vectors as far as they go, then single values.

/** y = x where x > 0, else slope x. */
export function leakyRelu(x: usize, y: usize, slope: usize, first: i32, last: i32): void {
  const s = load<f32>(slope);
  const wide = f32x4.splat(s), zero = f32x4.splat(0);
  let i = first;
  for (; i + 4 <= last; i += 4) {
    const at = <usize>i << 2;
    const v = v128.load(x + at);
    v128.store(y + at, v128.bitselect(v, f32x4.mul(wide, v), f32x4.gt(v, zero)));
  }
  for (; i < last; i++) {
    const at = <usize>i << 2;
    const v = load<f32>(x + at);
    store<f32>(y + at, v > 0 ? v : s * v);
  }
}

/** dx = dy where x > 0, else slope dy. With a slope of 0: the gradient of ReLU. */
export function leakyReluGradient(dy: usize, x: usize, dx: usize, slope: usize, first: i32, last: i32): void {
  const s = load<f32>(slope);
  const wide = f32x4.splat(s), zero = f32x4.splat(0);
  let i = first;
  for (; i + 4 <= last; i += 4) {
    const at = <usize>i << 2;
    const d = v128.load(dy + at);
    v128.store(dx + at, v128.bitselect(d, f32x4.mul(wide, d), f32x4.gt(v128.load(x + at), zero)));
  }
  for (; i < last; i++) {
    const at = <usize>i << 2;
    const d = load<f32>(dy + at);
    store<f32>(dx + at, load<f32>(x + at) > 0 ? d : s * d);
  }
}

/** y = x where x > 0, else 0; what is no number stays so. tfjs's own compares as integers, and makes 0 of a NaN whose sign bit is set. */
export function relu(x: usize, y: usize, first: i32, last: i32): void {
  const zero = f32x4.splat(0);
  let i = first;
  for (; i + 4 <= last; i += 4) {
    const at = <usize>i << 2;
    v128.store(y + at, f32x4.max(v128.load(x + at), zero));
  }
  for (; i < last; i++) {
    const at = <usize>i << 2;
    store<f32>(y + at, max<f32>(load<f32>(x + at), 0));
  }
}

/** y = x between 0 and 6; what is no number stays so, which tfjs's own kernel turns into 0. */
export function relu6(x: usize, y: usize, first: i32, last: i32): void {
  const zero = f32x4.splat(0), six = f32x4.splat(6);
  let i = first;
  for (; i + 4 <= last; i += 4) {
    const at = <usize>i << 2;
    v128.store(y + at, f32x4.min(f32x4.max(v128.load(x + at), zero), six));
  }
  for (; i < last; i++) {
    const at = <usize>i << 2;
    store<f32>(y + at, min<f32>(max<f32>(load<f32>(x + at), 0), 6));
  }
}

/** dL/dx of an activation from its value y. KIND 0: ReLU, 1: ReLU6, 2: tanh. */
// @ts-ignore: decorator
@inline
function activationGradient(KIND: i32, dy: usize, y: usize, dx: usize, first: i32, last: i32): void {
  const zero = f32x4.splat(0), six = f32x4.splat(6), one = f32x4.splat(1);
  let i = first;
  for (; i + 4 <= last; i += 4) {
    const at = <usize>i << 2;
    const d = v128.load(dy + at), v = v128.load(y + at);
    if (KIND === 0) v128.store(dx + at, v128.and(d, f32x4.gt(v, zero)));
    else if (KIND === 1) v128.store(dx + at, v128.and(d, v128.and(f32x4.gt(v, zero), f32x4.lt(v, six))));
    else v128.store(dx + at, f32x4.mul(d, f32x4.sub(one, f32x4.mul(v, v))));
  }
  for (; i < last; i++) {
    const at = <usize>i << 2;
    const d = load<f32>(dy + at), v = load<f32>(y + at);
    if (KIND === 0) store<f32>(dx + at, v > 0 ? d : 0);
    else if (KIND === 1) store<f32>(dx + at, v > 0 && v < 6 ? d : 0);
    else store<f32>(dx + at, d * (1 - v * v));
  }
}

export function reluGradient(dy: usize, y: usize, dx: usize, first: i32, last: i32): void {
  activationGradient(0, dy, y, dx, first, last);
}

export function relu6Gradient(dy: usize, y: usize, dx: usize, first: i32, last: i32): void {
  activationGradient(1, dy, y, dx, first, last);
}

export function tanhGradient(dy: usize, y: usize, dx: usize, first: i32, last: i32): void {
  activationGradient(2, dy, y, dx, first, last);
}

/** (clamp(round(x scale - zero), low, high) + zero) / scale, each step rounded to float32; half to even. */
// @ts-ignore: decorator
@inline
function onGrid(x: v128, scale: v128, zero: v128, low: v128, high: v128): v128 {
  const q = f32x4.nearest(f32x4.sub(f32x4.mul(x, scale), zero));
  return f32x4.div(f32x4.add(f32x4.min(f32x4.max(q, low), high), zero), scale);
}

// @ts-ignore: decorator
@inline
function oneOnGrid(x: f32, scale: f32, zero: f32, low: f32, high: f32): f32 {
  const product = x * scale;
  return (min<f32>(max<f32>(nearest<f32>(product - zero), low), high) + zero) / scale;
}

/** Fake quantization with one grid for all; `half` = 2^(bits - 1). */
export function fakeQuantize(x: usize, y: usize, scale: usize, zero: usize, half: i32, first: i32, last: i32): void {
  const s = load<f32>(scale), z = load<f32>(zero);
  const low = <f32>-half, high = <f32>(half - 1);
  const s4 = f32x4.splat(s), z4 = f32x4.splat(z), low4 = f32x4.splat(low), high4 = f32x4.splat(high);
  let i = first;
  for (; i + 4 <= last; i += 4) {
    const at = <usize>i << 2;
    v128.store(y + at, onGrid(v128.load(x + at), s4, z4, low4, high4));
  }
  for (; i < last; i++) {
    const at = <usize>i << 2;
    store<f32>(y + at, oneOnGrid(load<f32>(x + at), s, z, low, high));
  }
}

/** Fake quantization of [rows, c] with a grid for each of the c columns. */
export function fakeQuantizeColumns(x: usize, y: usize, scale: usize, zero: usize, half: i32, rows: i32, c: i32): void {
  const low = <f32>-half, high = <f32>(half - 1);
  const low4 = f32x4.splat(low), high4 = f32x4.splat(high);
  for (let r = 0; r < rows; r++) {
    let k = 0;
    for (; k + 4 <= c; k += 4) {
      const at = <usize>k << 2;
      v128.store(y + at, onGrid(v128.load(x + at), v128.load(scale + at), v128.load(zero + at), low4, high4));
    }
    for (; k < c; k++) {
      const at = <usize>k << 2;
      store<f32>(y + at, oneOnGrid(load<f32>(x + at), load<f32>(scale + at), load<f32>(zero + at), low, high));
    }
    x += <usize>c << 2;
    y += <usize>c << 2;
  }
}

/** Where a rounded value lies on the grid: not clipped. */
// @ts-ignore: decorator
@inline
function insideGrid(q: v128, low: v128, high: v128): v128 {
  return v128.and(f32x4.ge(q, low), f32x4.le(q, high));
}

/**
 * Gradients of fake quantization with one grid: dx = dy where x is not clipped; with `steps` (an address, or 0) also dy times the derivative in the
 * step 1 / scale, and dy where x is clipped, summed over each of the chunks first .. last of `chunk` values, of `count` in all.
 */
export function fakeQuantizeGradient(
  dy: usize, x: usize, dx: usize, scale: usize, zero: usize, half: i32, steps: usize, zeros: usize, chunk: i32, count: i32, first: i32, last: i32,
): void {
  const s = load<f32>(scale), z = load<f32>(zero);
  const low = <f32>-half, high = <f32>(half - 1);
  const s4 = f32x4.splat(s), z4 = f32x4.splat(z), low4 = f32x4.splat(low), high4 = f32x4.splat(high), nothing = f32x4.splat(0);
  for (let part = first; part < last; part++) {
    let i = part * chunk;
    const end = min<i32>(count, i + chunk);
    let step4 = nothing, zero4 = nothing;
    let stepSum: f32 = 0, zeroSum: f32 = 0;
    for (; i + 4 <= end; i += 4) {
      const at = <usize>i << 2;
      const d = v128.load(dy + at), product = f32x4.mul(v128.load(x + at), s4);
      const q = f32x4.nearest(f32x4.sub(product, z4));
      const inside = insideGrid(q, low4, high4);
      v128.store(dx + at, v128.and(d, inside));
      if (steps) {
        const level = f32x4.add(f32x4.min(f32x4.max(q, low4), high4), z4);
        step4 = f32x4.add(step4, f32x4.mul(d, f32x4.sub(level, v128.and(product, inside))));
        zero4 = f32x4.add(zero4, v128.andnot(d, inside));
      }
    }
    for (; i < end; i++) {
      const at = <usize>i << 2;
      const d = load<f32>(dy + at), product = load<f32>(x + at) * s;
      const q = nearest<f32>(product - z);
      const inside = q >= low && q <= high;
      store<f32>(dx + at, inside ? d : 0);
      if (steps) {
        const level = min<f32>(max<f32>(q, low), high) + z;
        stepSum += d * (inside ? level - product : level);
        if (!inside) zeroSum += d;
      }
    }
    if (steps) {
      store<f32>(steps + (<usize>part << 2), stepSum + sumOfLanes(step4));
      store<f32>(zeros + (<usize>part << 2), zeroSum + sumOfLanes(zero4));
    }
  }
}

// @ts-ignore: decorator
@inline
function sumOfLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3);
}

/** The same for [rows, c] with a grid for each of the c columns; sums [c], if `steps` is not 0, which must be 0 before. */
export function fakeQuantizeColumnsGradient(
  dy: usize, x: usize, dx: usize, scale: usize, zero: usize, half: i32, steps: usize, zeros: usize, rows: i32, c: i32,
): void {
  const low = <f32>-half, high = <f32>(half - 1);
  const low4 = f32x4.splat(low), high4 = f32x4.splat(high);
  for (let r = 0; r < rows; r++) {
    let k = 0;
    for (; k + 4 <= c; k += 4) {
      const at = <usize>k << 2;
      const d = v128.load(dy + at), z = v128.load(zero + at), product = f32x4.mul(v128.load(x + at), v128.load(scale + at));
      const q = f32x4.nearest(f32x4.sub(product, z));
      const inside = insideGrid(q, low4, high4);
      v128.store(dx + at, v128.and(d, inside));
      if (steps) {
        const level = f32x4.add(f32x4.min(f32x4.max(q, low4), high4), z);
        v128.store(steps + at, f32x4.add(v128.load(steps + at), f32x4.mul(d, f32x4.sub(level, v128.and(product, inside)))));
        v128.store(zeros + at, f32x4.add(v128.load(zeros + at), v128.andnot(d, inside)));
      }
    }
    for (; k < c; k++) {
      const at = <usize>k << 2;
      const d = load<f32>(dy + at), z = load<f32>(zero + at), product = load<f32>(x + at) * load<f32>(scale + at);
      const q = nearest<f32>(product - z);
      const inside = q >= low && q <= high;
      store<f32>(dx + at, inside ? d : 0);
      if (steps) {
        const level = min<f32>(max<f32>(q, low), high) + z;
        store<f32>(steps + at, load<f32>(steps + at) + d * (inside ? level - product : level));
        if (!inside) store<f32>(zeros + at, load<f32>(zeros + at) + d);
      }
    }
    dy += <usize>c << 2;
    x += <usize>c << 2;
    dx += <usize>c << 2;
  }
}

/** Smallest and largest value of each of the c columns of [rows, c]. */
export function columnRanges(x: usize, lo: usize, hi: usize, rows: i32, c: i32): void {
  memory.copy(lo, x, <usize>c << 2);
  memory.copy(hi, x, <usize>c << 2);
  for (let r = 1; r < rows; r++) {
    x += <usize>c << 2;
    let k = 0;
    for (; k + 4 <= c; k += 4) {
      const at = <usize>k << 2;
      const v = v128.load(x + at);
      v128.store(lo + at, f32x4.min(v128.load(lo + at), v));
      v128.store(hi + at, f32x4.max(v128.load(hi + at), v));
    }
    for (; k < c; k++) {
      const at = <usize>k << 2;
      const v = load<f32>(x + at);
      store<f32>(lo + at, min(load<f32>(lo + at), v));
      store<f32>(hi + at, max(load<f32>(hi + at), v));
    }
  }
}

/** Scale and zero point of the grids for ranges lo .. hi: see ../../fakeQuantize.ts, whose steps these are. */
export function quantizationGrids(lo: usize, hi: usize, bits: i32, smallest: f32, scale: usize, zero: usize, c: i32): void {
  const steps = <f32>((1 << bits) - 1);
  const half = <f32>(1 << (bits - 1));
  for (let k = 0; k < c; k++) {
    const at = <usize>k << 2;
    const s = steps / max<f32>(load<f32>(hi + at) - load<f32>(lo + at), smallest);
    const product = s * load<f32>(lo + at);
    store<f32>(scale + at, s);
    store<f32>(zero + at, nearest<f32>(product) + half);
  }
}

/** Adam: m' = b1 m + (1 - b1) g, v' = b2 v + (1 - b2) g^2, p' = p - rate m' / (sqrt(v') + epsilon). `settings`: b1, b2, rate, epsilon. */
export function adam(
  p: usize, g: usize, m: usize, v: usize, pOut: usize, mOut: usize, vOut: usize, settings: usize, first: i32, last: i32,
): void {
  const b1 = load<f32>(settings), b2 = load<f32>(settings, 4), rate = load<f32>(settings, 8), epsilon = load<f32>(settings, 12);
  const c1 = load<f32>(settings, 16), c2 = load<f32>(settings, 20);
  const b1s = f32x4.splat(b1), b2s = f32x4.splat(b2), c1s = f32x4.splat(c1), c2s = f32x4.splat(c2);
  const rates = f32x4.splat(rate), epsilons = f32x4.splat(epsilon);
  let i = first;
  for (; i + 4 <= last; i += 4) {
    const at = <usize>i << 2;
    const d = v128.load(g + at);
    const nextM = f32x4.add(f32x4.mul(v128.load(m + at), b1s), f32x4.mul(d, c1s));
    const nextV = f32x4.add(f32x4.mul(v128.load(v + at), b2s), f32x4.mul(f32x4.mul(d, d), c2s));
    v128.store(mOut + at, nextM);
    v128.store(vOut + at, nextV);
    const change = f32x4.mul(f32x4.div(nextM, f32x4.add(f32x4.sqrt(nextV), epsilons)), rates);
    v128.store(pOut + at, f32x4.sub(v128.load(p + at), change));
  }
  for (; i < last; i++) {
    const at = <usize>i << 2;
    const d = load<f32>(g + at);
    const nextM = load<f32>(m + at) * b1 + d * c1;
    const nextV = load<f32>(v + at) * b2 + d * d * c2;
    store<f32>(mOut + at, nextM);
    store<f32>(vOut + at, nextV);
    store<f32>(pOut + at, load<f32>(p + at) - nextM / (sqrt<f32>(nextV) + epsilon) * rate);
  }
}

/**
 * SGD: d = g + decay p, b' = momentum b + d, p' = p - rate (nesterov ? d + momentum b' : b'). `settings`: rate, momentum, decay.
 * Without momentum `b` is 0 (no address) and p' = p - rate d.
 */
export function sgd(p: usize, g: usize, b: usize, pOut: usize, bOut: usize, settings: usize, nesterov: i32, first: i32, last: i32): void {
  const rate = load<f32>(settings), momentum = load<f32>(settings, 4), decay = load<f32>(settings, 8);
  const rates = f32x4.splat(rate), momenta = f32x4.splat(momentum), decays = f32x4.splat(decay);
  let i = first;
  for (; i + 4 <= last; i += 4) {
    const at = <usize>i << 2;
    const value = v128.load(p + at);
    let direction = f32x4.add(v128.load(g + at), f32x4.mul(value, decays));
    if (b) {
      const moved = f32x4.add(f32x4.mul(v128.load(b + at), momenta), direction);
      v128.store(bOut + at, moved);
      direction = nesterov ? f32x4.add(direction, f32x4.mul(moved, momenta)) : moved;
    }
    v128.store(pOut + at, f32x4.sub(value, f32x4.mul(direction, rates)));
  }
  for (; i < last; i++) {
    const at = <usize>i << 2;
    const value = load<f32>(p + at);
    let direction = load<f32>(g + at) + value * decay;
    if (b) {
      const moved = load<f32>(b + at) * momentum + direction;
      store<f32>(bOut + at, moved);
      direction = nesterov ? direction + moved * momentum : moved;
    }
    store<f32>(pOut + at, value - direction * rate);
  }
}

/**
 * In place of `count` segments of `next`, end to end, each of sizes[i] values: p + (next - p) shrunk so that its norm is at most `limit` times
 * the norm of p, or of values of size `floor` where that is more. `settings`: limit, floor. What is no number stays so.
 */
export function limitUpdate(p: usize, next: usize, sizes: usize, count: i32, settings: usize): void {
  const limit = <f64>load<f32>(settings), floor = <f64>load<f32>(settings, 4);
  for (let k = 0; k < count; k++) {
    const size = load<i32>(sizes + (<usize>k << 2));
    let own: f64 = 0, change: f64 = 0;
    for (let i = 0; i < size; i++) {
      const at = <usize>i << 2;
      const value = <f64>load<f32>(p + at), d = <f64>load<f32>(next + at) - value;
      own += value * value;
      change += d * d;
    }
    const most = limit * limit * max<f64>(own, floor * floor * <f64>size);
    if (change > most) {
      const share = sqrt<f64>(most / change);
      for (let i = 0; i < size; i++) {
        const at = <usize>i << 2;
        const value = load<f32>(p + at);
        store<f32>(next + at, value + <f32>(share * <f64>(load<f32>(next + at) - value)));
      }
    }
    p += <usize>size << 2;
    next += <usize>size << 2;
  }
}
