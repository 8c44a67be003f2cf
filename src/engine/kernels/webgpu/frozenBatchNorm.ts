/**
 * BatchNorm with stored statistics (../frozenBatchNorm.ts), alone and together with the statistics of what it
 * normalises; each also with the ReLU that follows (../rectified.ts), whose gradient asks for its value y.
 */
import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import { leaveOpen } from './openResults';
import { launch, launchElementwise, RELU, type WebgpuBackend } from './program';
import type { Layer, OpenResult } from './recording/openResult';
import { LANES, MOMENTS, ROW_THREADS, rowSums, slabs, sumsOfRows } from './rows';
import { imageStatistics } from './statistics';

/**
 * Images of more pixels than this are measured and normalised in two launches, for want of workgroups. Not tuned on a
 * real adapter.
 */
const MOST_PIXELS_IN_ONE_LAUNCH = 1024;
/**
 * Pixels of an image whose part of the gradients of gamma and beta one workgroup adds up. Not tuned on a real adapter.
 */
const PIXELS_PER_WORKGROUP = 512;

/** WGSL: y = x factor + offset. */
const FACTOR = (c: string) => `
  let factor = gamma[${c}] * inverseSqrt(variance[${c}] + u.epsilon);
  let offset = beta[${c}] - mean[${c}] * factor;`;

/** What WGSL needs before it where a ReLU follows, and the value with it. */
const rectified = (relu: boolean, value: string) =>
  relu ? { variant: 'relu', before: RELU, value: `relu_(${value})` } : { variant: '', before: '', value };

/** dL/dy before the ReLU, if there is one: as an input, and in WGSL at index `at`. */
const beforeRelu = (
  y: TensorInfo | null,
  at: string,
): { variant: string; inputs: Record<string, TensorInfo>; dy: string } =>
  y
    ? { variant: 'relu', inputs: { y }, dy: `(dy[${at}] * f32(y[${at}] > 0.0))` }
    : { variant: '', inputs: {}, dy: `dy[${at}]` };

/**
 * [N, H, W, C] -> [N, H, W, C]
 *
 * @param added is added before the ReLU
 */
export function frozenBatchNorm(
  backend: WebgpuBackend,
  x: TensorInfo,
  { mean, variance, gamma, beta }: Layer,
  epsilon: number,
  relu = false,
  added: TensorInfo | null = null,
): TensorInfo {
  const { variant, before, value } = rectified(relu, `x[i] * factor + offset${added ? ' + added[i]' : ''}`);
  const [y] = launchElementwise(backend, {
    name: 'FrozenBatchNorm',
    variant: `${variant}${added ? ' added' : ''}`,
    inputs: { x, mean, variance, gamma, beta, ...(added && { added }) },
    outputs: { y: x.shape },
    integers: { channels: x.shape[3] },
    floats: { epsilon },
    source: () => `
    ${before}
    fn each(i: u32) {
      let c = i % u.channels;
      ${FACTOR('c')}
      y[i] = ${value};
    }`,
  });
  if (!relu && !added)
    leaveOpen(backend, y, {
      kind: 'normalized',
      from: x,
      layer: { mean, variance, gamma, beta },
      epsilon,
      statistics: null,
    });
  return y;
}

/** dL/dx, for parameters that are constants. */
export function frozenBatchNormInputGradient(
  backend: WebgpuBackend,
  dy: TensorInfo,
  variance: TensorInfo,
  gamma: TensorInfo,
  epsilon: number,
  y: TensorInfo | null = null,
): TensorInfo {
  const { variant, inputs, dy: dNormalized } = beforeRelu(y, 'i');
  const [dx] = launchElementwise(backend, {
    name: 'FrozenBatchNormInputGradient',
    variant,
    inputs: { dy, variance, gamma, ...inputs },
    outputs: { dx: dy.shape },
    integers: { channels: dy.shape[3] },
    floats: { epsilon },
    source: () => `fn each(i: u32) {
      let c = i % u.channels;
      dx[i] = ${dNormalized} * gamma[c] * inverseSqrt(variance[c] + u.epsilon);
    }`,
  });
  return dx;
}

/** dL/dx [N, H, W, C], dL/dgamma and dL/dbeta [C]: parts of the sums on the way through dy, then the sums. */
export function frozenBatchNormGradient(
  backend: WebgpuBackend,
  dy: TensorInfo,
  x: TensorInfo,
  { mean, variance, gamma }: Omit<Layer, 'beta'>,
  epsilon: number,
  y: TensorInfo | null = null,
): TensorInfo[] {
  const [n, h, w, c] = x.shape;
  const { variant, inputs, dy: dNormalized } = beforeRelu(y, 'at');
  const { fields, count } = slabs(h * w, c);
  const chunks = Math.ceil((h * w) / PIXELS_PER_WORKGROUP);
  const [dx, parts] = launch(backend, {
    name: 'FrozenBatchNormGradient',
    variant,
    inputs: { dy, x, mean, variance, gamma, ...inputs },
    outputs: { dx: x.shape, parts: [n * chunks, 2 * c] },
    integers: fields,
    floats: { epsilon },
    threads: ROW_THREADS,
    groups: [count, n, chunks],
    source: () => `
      ${rowSums('gamma', 'beta')}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        ${LANES}
        let inverse = inverseSqrt(variance[channel] + u.epsilon);
        let factor = gamma[channel] * inverse;
        let center = mean[channel];
        var products = 0.0;
        var sum = 0.0;
        let last = min(u.rows, (group.z + 1u) * ${PIXELS_PER_WORKGROUP}u);
        for (var r = group.z * ${PIXELS_PER_WORKGROUP}u + row; r < last; r += rowLanes) {
          let at = (group.y * u.rows + r) * u.channels + channel;
          let value = ${dNormalized};
          if (inside) { dx[at] = value * factor; }
          products += value * (x[at] - center);
          sum += value;
        }
        let allProducts = sum_gamma(lane, rowLanes, products);
        let all = sum_beta(lane, rowLanes, sum);
        if (inside && row == 0u) {
          let at = (group.y * groups.z + group.z) * 2u * u.channels + channel;
          parts[at] = allProducts * inverse;
          parts[at + u.channels] = all;
        }
      }`,
  });
  const [dGamma, dBeta] = launch(backend, {
    name: 'FrozenBatchNormSums',
    inputs: { parts },
    outputs: { dGamma: [c], dBeta: [c] },
    integers: slabs(n * chunks, c).fields,
    threads: ROW_THREADS,
    groups: [count, 1, 1],
    source: () => `
      ${rowSums('gamma', 'beta')}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        ${LANES}
        var products = 0.0;
        var sum = 0.0;
        ${sumsOfRows('parts', 'u.rows', 'u.channels')}
        let allProducts = sum_gamma(lane, rowLanes, products);
        let all = sum_beta(lane, rowLanes, sum);
        if (inside && row == 0u) {
          dGamma[channel] = allProducts;
          dBeta[channel] = all;
        }
      }`,
  });
  for (const [result, first] of [
    [dGamma, 0],
    [dBeta, c],
  ] as const)
    leaveOpen(backend, result, { kind: 'rows', from: parts, rows: n * chunks, channels: c, first });
  backend.disposeData(parts.dataId);
  return [dx, dGamma, dBeta];
}

/** y [N, H, W, C] and the statistics [N, 2 C] of x, in one read of it. */
export function frozenBatchNormStatistics(
  backend: WebgpuBackend,
  x: TensorInfo,
  layer: Layer,
  epsilon: number,
  relu = false,
): TensorInfo[] {
  const [n, h, w, c] = x.shape;
  if (h * w > MOST_PIXELS_IN_ONE_LAUNCH)
    return [frozenBatchNorm(backend, x, layer, epsilon, relu), imageStatistics(backend, x)];
  const [y, statistics] = normalizedWithStatistics(backend, x, layer, epsilon, relu, [n, 2 * c], null);
  if (!relu) leaveOpen(backend, y, { kind: 'normalized', from: x, layer, epsilon, statistics });
  return [y, statistics];
}

/** The ReLU of the sum of something that was left open and of another tensor; null where that cannot be computed. */
export function addReluToOpen(backend: WebgpuBackend, open: OpenResult | null, added: TensorInfo): TensorInfo | null {
  if (open?.kind !== 'normalized' || !util.arraysEqual(open.from.shape, added.shape)) return null;
  const { from, layer, epsilon, statistics } = open;
  return statistics
    ? normalizedWithStatistics(backend, from, layer, epsilon, true, statistics, added)[0]
    : frozenBatchNorm(backend, from, layer, epsilon, true, added);
}

/**
 * @param into where the statistics go: a shape, or what is there from before
 * @param added is added before the ReLU
 */
function normalizedWithStatistics(
  backend: WebgpuBackend,
  x: TensorInfo,
  { mean, variance, gamma, beta }: Layer,
  epsilon: number,
  relu: boolean,
  into: number[] | TensorInfo,
  added: TensorInfo | null,
): TensorInfo[] {
  const [n, h, w, c] = x.shape;
  const { fields, count } = slabs(h * w, c);
  const { variant, before, value } = rectified(relu, `value * factor + offset${added ? ' + added[at]' : ''}`);
  return launch(backend, {
    name: 'FrozenBatchNormStatistics',
    variant: `${variant}${added ? ' added' : ''}`,
    inputs: { x, mean, variance, gamma, beta, ...(added && { added }) },
    outputs: { y: x.shape, statistics: into },
    fills: ['statistics'],
    integers: fields,
    floats: { epsilon },
    threads: ROW_THREADS,
    groups: [count, n, 1],
    source: () => `
      ${before}
      ${MOMENTS}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        ${LANES}
        ${FACTOR('channel')}
        let base = group.y * u.rows * u.channels + channel;
        // The first value is subtracted from all, so that squares of a large mean never arise.
        let pivot = x[base + min(row, u.rows - 1u) * u.channels];
        var values = 0.0;
        var sum = 0.0;
        var squares = 0.0;
        for (var r = row; r < u.rows; r += rowLanes) {
          let at = base + r * u.channels;
          let value = x[at];
          if (inside) { y[at] = ${value}; }
          let d = value - pivot;
          values += 1.0;
          sum += d;
          squares += d * d;
        }
        let share = sum / max(values, 1.0);
        let all = pooled(lane, rowLanes, Moments(values, pivot + share, max(0.0, squares - sum * share)));
        if (inside && row == 0u) {
          let at = group.y * 2u * u.channels + channel;
          statistics[at] = all.mean;
          statistics[at + u.channels] = all.squares / f32(u.rows);
        }
      }`,
  });
}

/** dL/dx of both, for parameters that are constants. */
export function frozenBatchNormStatisticsGradient(
  backend: WebgpuBackend,
  dy: TensorInfo,
  dStatistics: TensorInfo,
  x: TensorInfo,
  statistics: TensorInfo,
  { variance, gamma }: Pick<Layer, 'variance' | 'gamma'>,
  epsilon: number,
  y: TensorInfo | null = null,
): TensorInfo {
  const [, h, w, c] = x.shape;
  const { variant, inputs, dy: dNormalized } = beforeRelu(y, 'i');
  return launchElementwise(backend, {
    name: 'FrozenBatchNormStatisticsGradient',
    variant,
    inputs: { dy, dStatistics, x, statistics, variance, gamma, ...inputs },
    outputs: { dx: x.shape },
    integers: { rows: h * w, channels: c },
    floats: { epsilon },
    source: () => `fn each(i: u32) {
      let c = i % u.channels;
      let at = i / (u.rows * u.channels) * 2u * u.channels + c;
      let measured = (dStatistics[at] + 2.0 * (x[i] - statistics[at]) * dStatistics[at + u.channels]) / f32(u.rows);
      dx[i] = ${dNormalized} * gamma[c] * inverseSqrt(variance[c] + u.epsilon) + measured;
    }`,
  })[0];
}
