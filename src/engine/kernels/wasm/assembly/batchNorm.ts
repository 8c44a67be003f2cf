// The small part of BatchNorm, over channels: from statistics to the coefficients that rows.ts applies to pixels.

/** Scale and shift [c] of BatchNorm with stored statistics. */
export function frozenCoefficients(
  mean: usize, variance: usize, gamma: usize, beta: usize, epsilon: f32, scale: usize, shift: usize, c: i32,
): void {
  for (let k = 0; k < c; k++) {
    const at = <usize>k << 2;
    const factor = load<f32>(gamma + at) * (<f32>1 / sqrt<f32>(load<f32>(variance + at) + epsilon));
    store<f32>(scale + at, factor);
    if (shift) store<f32>(shift + at, load<f32>(beta + at) - load<f32>(mean + at) * factor);
  }
}

/** dgamma and dbeta [c] from the images' sums [n, 2 c] of dy and dy (x - mean). */
export function frozenGradients(sums: usize, variance: usize, epsilon: f32, dGamma: usize, dBeta: usize, n: i32, c: i32): void {
  for (let k = 0; k < c; k++) {
    const at = <usize>k << 2;
    let sum: f32 = 0, products: f32 = 0;
    for (let i = 0; i < n; i++) {
      sum += load<f32>(sums + (<usize>(2 * i * c) << 2) + at);
      products += load<f32>(sums + (<usize>((2 * i + 1) * c) << 2) + at);
    }
    store<f32>(dBeta + at, sum);
    store<f32>(dGamma + at, products * (<f32>1 / sqrt<f32>(load<f32>(variance + at) + epsilon)));
  }
}

/** Coefficients of x and 1 in the gradient of per-image moments: dx = x slope + offset; all [n, c], moments and dMoments [n, 2 c]. */
export function momentsGradient(moments: usize, dMoments: usize, slope: usize, offset: usize, n: i32, c: i32, pixels: i32): void {
  const count = <f32>pixels;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < c; k++) {
      const mean = <usize>(2 * i * c + k) << 2;
      const variance = <usize>((2 * i + 1) * c + k) << 2;
      const at = <usize>(i * c + k) << 2;
      const s = load<f32>(dMoments + variance) * 2 / count;
      store<f32>(slope + at, s);
      store<f32>(offset + at, load<f32>(dMoments + mean) / count - s * load<f32>(moments + mean));
    }
  }
}

/**
 * Mean and 1 / sqrt(variance + epsilon) of every image's group, [n, c] each, from the images' moments [n, 2 c]:
 * the variance is avg(v_i + (m_i - mean)^2).
 */
export function groupMoments(moments: usize, mean: usize, inverse: usize, n: i32, c: i32, groupSize: i32, epsilon: f32): void {
  const row = <usize>c << 2;
  const count = <f32>groupSize;
  for (let first = 0; first < n; first += groupSize) {
    for (let k = 0; k < c; k++) {
      const from = moments + <usize>(2 * first) * row + (<usize>k << 2);
      let sum: f32 = 0;
      for (let i = 0; i < groupSize; i++) sum += load<f32>(from + <usize>(2 * i) * row);
      const m = sum / count;
      let spread: f32 = 0;
      for (let i = 0; i < groupSize; i++) {
        const d = load<f32>(from + <usize>(2 * i) * row) - m;
        spread += load<f32>(from + <usize>(2 * i + 1) * row) + d * d;
      }
      const v = <f32>1 / sqrt<f32>(spread / count + epsilon);
      for (let i = 0; i < groupSize; i++) {
        const at = <usize>(first + i) * row + (<usize>k << 2);
        store<f32>(mean + at, m);
        store<f32>(inverse + at, v);
      }
    }
  }
}

/** Coefficients [count] of y = x factor + offset = (x - mean) inverse scale + shift. */
export function groupCoefficients(mean: usize, inverse: usize, scale: usize, shift: usize, factor: usize, offset: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const at = <usize>i << 2;
    const f = load<f32>(inverse + at) * load<f32>(scale + at);
    store<f32>(factor + at, f);
    store<f32>(offset + at, load<f32>(shift + at) - load<f32>(mean + at) * f);
  }
}

/**
 * Gradients of grouped BatchNorm from the images' sums [n, 2 c] of dy and dy (x - mean): dScale, dShift [n, c], and the
 * coefficients [n, c] of dx = dy a + x b + e.
 */
export function groupGradients(
  sums: usize, mean: usize, inverse: usize, scale: usize, dScale: usize, dShift: usize, a: usize, b: usize, e: usize,
  n: i32, c: i32, groupSize: i32, pixels: i32,
): void {
  const row = <usize>c << 2;
  const count = <f32>(groupSize * pixels);
  for (let first = 0; first < n; first += groupSize) {
    for (let k = 0; k < c; k++) {
      const v = load<f32>(inverse + <usize>first * row + (<usize>k << 2));
      const m = load<f32>(mean + <usize>first * row + (<usize>k << 2));
      // What every pixel of the group feels of all: the means of dy scale, and of dy scale times the normalised value.
      let sum: f32 = 0, products: f32 = 0;
      for (let i = first; i < first + groupSize; i++) {
        const at = <usize>i * row + (<usize>k << 2);
        const own = load<f32>(scale + at);
        const plain = load<f32>(sums + <usize>(2 * i) * row + (<usize>k << 2));
        const hat = load<f32>(sums + <usize>(2 * i + 1) * row + (<usize>k << 2)) * v;
        store<f32>(dShift + at, plain);
        store<f32>(dScale + at, hat);
        sum += plain * own;
        products += hat * own;
      }
      const slope = -v * v * products / count;
      const offset = -v * sum / count - m * slope;
      for (let i = first; i < first + groupSize; i++) {
        const at = <usize>i * row + (<usize>k << 2);
        store<f32>(a + at, v * load<f32>(scale + at));
        store<f32>(b + at, slope);
        store<f32>(e + at, offset);
      }
    }
  }
}
