/**
 * BatchNorm with the statistics of groups of images (../groupedBatchNorm.ts) in two launches, and its gradients in two:
 * first one row for every image, then the image itself, where every workgroup adds up its group's rows anew. Those are
 * few numbers beside the pixels that follow, and cheaper than a launch.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { leakyGradientAt, openOf } from './openResults';
import { launch, type WebgpuBackend } from './program';
import { LANES, MOMENTS, ROW_THREADS, rowSums, slabs } from './rows';
import { imageStatistics } from './statistics';

/** Pixels of an image that a workgroup normalises. Not tuned on a real adapter. */
const PIXELS_PER_WORKGROUP = 256;

/** WGSL: moments of this image's group, from the rows of \`statistics\` [N, 2 C]. */
const GROUP_MOMENTS = `
  fn momentsOfGroup(image: u32, channel: u32, row: u32, rowLanes: u32) -> Moments {
    var all = Moments(0.0, 0.0, 0.0);
    let first = image / u.groupSize * u.groupSize;
    for (var i = row; i < u.groupSize; i += rowLanes) {
      let at = (first + i) * 2u * u.channels + channel;
      all = merged(all, Moments(f32(u.rows), statistics[at], statistics[at + u.channels] * f32(u.rows)));
    }
    return all;
  }`;

/** WGSL: mean and 1 / sqrt(variance + epsilon) of this image's group. */
const NORMALIZER = `
  let group_ = pooled(lane, rowLanes, momentsOfGroup(group.y, channel, row, rowLanes));
  let mean = group_.mean;
  let inverse = inverseSqrt(group_.squares / group_.count + u.epsilon);`;

const chunks = (rows: number) => Math.ceil(rows / PIXELS_PER_WORKGROUP);

/** WGSL: for every pixel \`r\` of this workgroup's share, with \`at\` the index of its value. */
const forEachPixel = (body: string) => `
  if (inside) {
    let last = min(u.rows, (group.z + 1u) * ${PIXELS_PER_WORKGROUP}u);
    for (var r = group.z * ${PIXELS_PER_WORKGROUP}u + row; r < last; r += rowLanes) {
      let at = (group.y * u.rows + r) * u.channels + channel;
      ${body}
    }
  }`;

/**
 * @param x [N, H, W, C]
 * @param scale [N, C]
 * @param shift [N, C]
 * @param groupSize images of a group; divides N
 * @returns y [N, H, W, C], and statistics [N, 2 C] for the gradient
 */
export function groupedBatchNorm(
  backend: WebgpuBackend,
  x: TensorInfo,
  scale: TensorInfo,
  shift: TensorInfo,
  groupSize: number,
  epsilon: number,
): TensorInfo[] {
  const [n, h, w, c] = x.shape;
  const { fields, count } = slabs(h * w, c);
  const statistics = imageStatistics(backend, x);
  const [y] = launch(backend, {
    name: 'GroupedBatchNorm',
    inputs: { x, statistics, scale, shift },
    outputs: { y: x.shape },
    integers: { ...fields, groupSize },
    floats: { epsilon },
    threads: ROW_THREADS,
    groups: [count, n, chunks(h * w)],
    source: () => `
      ${MOMENTS}
      ${GROUP_MOMENTS}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        ${LANES}
        ${NORMALIZER}
        let ofImage = group.y * u.channels + channel;
        let factor = inverse * scale[ofImage];
        let offset = shift[ofImage];
        ${forEachPixel('y[at] = (x[at] - mean) * factor + offset;')}
      }`,
  });
  return [y, statistics];
}

/** dL/dx [N, H, W, C], dL/dscale and dL/dshift [N, C]. */
export function groupedBatchNormGradient(
  backend: WebgpuBackend,
  dy: TensorInfo,
  x: TensorInfo,
  statistics: TensorInfo,
  scale: TensorInfo,
  groupSize: number,
  epsilon: number,
): TensorInfo[] {
  const [n, h, w, c] = x.shape;
  const { fields, count } = slabs(h * w, c);
  const integers = { ...fields, groupSize };
  const open = openOf(backend, dy);
  // Of a leaky ReLU that follows.
  const gradient =
    open?.kind === 'leaky'
      ? {
          variant: 'leaky',
          inputs: { dy: open.from, activated: open.x },
          floats: { epsilon, slope: open.slope },
          at: leakyGradientAt('dy[at]', 'activated[at]'),
        }
      : { variant: '', inputs: { dy }, floats: { epsilon }, at: 'dy[at]' };
  const [dScale, dShift] = launch(backend, {
    name: 'GroupedBatchNormScaleGradient',
    variant: gradient.variant,
    inputs: { ...gradient.inputs, x, statistics } as Record<string, TensorInfo>,
    outputs: { dScale: [n, c], dShift: [n, c] },
    integers,
    floats: gradient.floats as Record<string, number>,
    threads: ROW_THREADS,
    groups: [count, n, 1],
    source: () => `
      ${MOMENTS}
      ${GROUP_MOMENTS}
      ${rowSums('scale', 'shift')}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        ${LANES}
        ${NORMALIZER}
        var products = 0.0;
        var sum = 0.0;
        for (var r = row; r < u.rows; r += rowLanes) {
          let at = (group.y * u.rows + r) * u.channels + channel;
          let value = ${gradient.at};
          products += value * (x[at] - mean);
          sum += value;
        }
        let allProducts = sum_scale(lane, rowLanes, products);
        let all = sum_shift(lane, rowLanes, sum);
        if (inside && row == 0u) {
          dScale[group.y * u.channels + channel] = allProducts * inverse;
          dShift[group.y * u.channels + channel] = all;
        }
      }`,
  });
  const [dx] = launch(backend, {
    name: 'GroupedBatchNormInputGradient',
    variant: gradient.variant,
    inputs: { ...gradient.inputs, x, statistics, scale, dScale, dShift } as Record<string, TensorInfo>,
    outputs: { dx: x.shape },
    integers,
    floats: gradient.floats as Record<string, number>,
    threads: ROW_THREADS,
    groups: [count, n, chunks(h * w)],
    source: () => `
      ${MOMENTS}
      ${GROUP_MOMENTS}
      ${rowSums('scale', 'shift')}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        ${LANES}
        ${NORMALIZER}
        // What every pixel of the group feels of all: the means of dy scale, and of dy scale times the normalised
        // value.
        let first = group.y / u.groupSize * u.groupSize;
        var shiftPart = 0.0;
        var scalePart = 0.0;
        for (var i = row; i < u.groupSize; i += rowLanes) {
          let other = (first + i) * u.channels + channel;
          shiftPart += dShift[other] * scale[other];
          scalePart += dScale[other] * scale[other];
        }
        let meanShift = sum_shift(lane, rowLanes, shiftPart) / group_.count;
        let meanScale = sum_scale(lane, rowLanes, scalePart) / group_.count;
        let own = scale[group.y * u.channels + channel];
        ${forEachPixel(`dx[at] = inverse * (${gradient.at} * own - meanShift - (x[at] - mean) * inverse * meanScale);`)}
      }`,
  });
  return [dx, dScale, dShift];
}
