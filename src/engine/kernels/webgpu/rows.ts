/**
 * Reductions over the pixels of an image, channel by channel: pieces of WGSL for workgroups that take one image and a
 * slab of neighbouring channels, so that neighbouring invocations read neighbouring values.
 *
 * Invocation `lane` has channel `lane % u.slab` of the slab and every `rowLanes`-th pixel from `lane / u.slab` on.
 */

/** Invocations of a workgroup. Not tuned on a real adapter. */
export const ROW_THREADS = 256;
/** Channels of a slab, at most: 32 floats are one 128-byte line. Not tuned on a real adapter. */
const WIDEST_SLAB = 32;

/** Fields of `u` for an array of `rows` pixels and `channels` channels an image, and how many slabs there are. */
export function slabs(
  rows: number,
  channels: number,
): { fields: { rows: number; channels: number; slab: number }; count: number } {
  const slab = Math.min(WIDEST_SLAB, channels);
  return { fields: { rows, channels, slab }, count: Math.ceil(channels / slab) };
}

/** `LANES` where these are the width of a slab and the number of channels. */
export const lanesOf = (slab: string, channels: string): string => `
  let rowLanes = ${ROW_THREADS}u / ${slab};
  let row = lane / ${slab};
  let slabChannel = group.x * ${slab} + lane % ${slab};
  let inside = row < rowLanes && slabChannel < ${channels};
  let channel = min(slabChannel, ${channels} - 1u);`;

/**
 * WGSL that starts `run`, with group.x = slab: `channel` (clamped to the last), `row`, `rowLanes`, and whether this
 * invocation has something to do.
 */
export const LANES = lanesOf('u.slab', 'u.channels');

/**
 * WGSL functions that add up a value over the rows of the workgroup: afterwards every invocation of row 0 has its
 * channel's sum. Called in uniform control flow only.
 *
 * @param names one function `sum_<name>(lane, rowLanes, value) -> f32` each, with workgroup memory of its own
 */
export function rowSums(...names: string[]): string {
  return names.map((name) => rowSum(name, 'u.slab', '')).join('\n');
}

/** As `rowSums`, where the width of a slab is a further parameter: for launches with several arrays. */
export function rowSumsOfSlab(...names: string[]): string {
  return names.map((name) => rowSum(name, 'slab', ', slab: u32')).join('\n');
}

const rowSum = (name: string, slab: string, parameter: string) => `
    var<workgroup> shared_${name}: array<f32, ${ROW_THREADS}>;
    fn sum_${name}(lane: u32, rowLanes: u32, value: f32${parameter}) -> f32 {
      shared_${name}[lane] = value;
      workgroupBarrier();
      for (var width = rowLanes; width > 1u;) {
        let half = (width + 1u) / 2u;
        if (lane / ${slab} + half < width) { shared_${name}[lane] += shared_${name}[lane + half * ${slab}]; }
        workgroupBarrier();
        width = half;
      }
      let total = shared_${name}[lane % ${slab}];
      workgroupBarrier();
      return total;
    }`;

/**
 * WGSL that adds what this invocation has to of the rows of `array` [rows, 2 channels] to `products` and `sum`, one
 * column of each half: what `sum_...` then adds up over the workgroup.
 */
export const sumsOfRows = (array: string, rows: string, channels: string): string => `
  for (var r = row; r < ${rows}; r += rowLanes) {
    let at = r * 2u * ${channels} + channel;
    products += ${array}[at];
    sum += ${array}[at + ${channels}];
  }`;

/**
 * WGSL functions for mean and variance without cancellation: `Moments` of parts (Chan, Golub and LeVeque 1979), and
 * `pooled(lane, rowLanes, mine)`, which gives every invocation those of all rows of its channel.
 */
export const MOMENTS = `
  // Number of values, their mean, sum of squared differences from it.
  struct Moments { count: f32, mean: f32, squares: f32 };
  fn merged(a: Moments, b: Moments) -> Moments {
    let count = a.count + b.count;
    let share = b.count / max(count, 1.0);
    let difference = b.mean - a.mean;
    return Moments(count, a.mean + difference * share, a.squares + b.squares + difference * difference * a.count * share);
  }
  var<workgroup> sharedMoments: array<Moments, ${ROW_THREADS}>;
  fn pooled(lane: u32, rowLanes: u32, mine: Moments) -> Moments {
    sharedMoments[lane] = mine;
    workgroupBarrier();
    for (var width = rowLanes; width > 1u;) {
      let half = (width + 1u) / 2u;
      if (lane / u.slab + half < width) { sharedMoments[lane] = merged(sharedMoments[lane], sharedMoments[lane + half * u.slab]); }
      workgroupBarrier();
      width = half;
    }
    let all = sharedMoments[lane % u.slab];
    workgroupBarrier();
    return all;
  }`;

/**
 * WGSL function `momentsOfRows(first, step) -> Moments`: of the values of \`x\` from index \`first\` on, every \`step\`
 * rows. One pass; the first value is subtracted from all, so that squares of a large mean never arise.
 */
export const MOMENTS_OF_ROWS = `
  fn momentsOfRows(base: u32, row: u32, rowLanes: u32) -> Moments {
    if (row >= u.rows) { return Moments(0.0, 0.0, 0.0); }
    let pivot = x[base + row * u.channels];
    var sum = 0.0;
    var squares = 0.0;
    var count = 0.0;
    var r = row;
    // Four reads under way at a time.
    for (; r + 3u * rowLanes < u.rows; r += 4u * rowLanes) {
      let at = vec4<u32>(r, r + rowLanes, r + 2u * rowLanes, r + 3u * rowLanes) * u.channels + base;
      let d = vec4<f32>(x[at.x], x[at.y], x[at.z], x[at.w]) - pivot;
      sum += dot(d, vec4<f32>(1.0));
      squares += dot(d, d);
      count += 4.0;
    }
    for (; r < u.rows; r += rowLanes) {
      let d = x[base + r * u.channels] - pivot;
      sum += d;
      squares += d * d;
      count += 1.0;
    }
    return Moments(count, pivot + sum / count, max(0.0, squares - sum * sum / count));
  }`;
