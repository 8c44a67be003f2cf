/**
 * Channel means and variances of images, each in one launch, and their gradients (../reductions.ts says what they are).
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { launchElementwise, launchOne, size, type WebgpuBackend } from './program';
import { LANES, MOMENTS, MOMENTS_OF_ROWS, ROW_THREADS, rowSums, slabs } from './rows';

/** [N, H, W, C] -> [N, C] */
export function imageMean(backend: WebgpuBackend, x: TensorInfo): TensorInfo {
  const [n, h, w, c] = x.shape;
  const { fields, count } = slabs(h * w, c);
  return launchOne(backend, {
    name: 'ImageMean',
    inputs: { x },
    outputs: { result: [n, c] },
    integers: fields,
    threads: ROW_THREADS,
    groups: [count, n, 1],
    source: () => `
      ${rowSums('x')}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        ${LANES}
        var sum = 0.0;
        for (var r = row; r < u.rows; r += rowLanes) { sum += x[(group.y * u.rows + r) * u.channels + channel]; }
        let total = sum_x(lane, rowLanes, sum);
        if (inside && row == 0u) { result[group.y * u.channels + channel] = total / f32(u.rows); }
      }`,
  });
}

/** dL/dx [N, H, W, C] of the mean over an image, from dL/dmean [N, C]. */
export function imageMeanGradient(backend: WebgpuBackend, dy: TensorInfo, h: number, w: number): TensorInfo {
  const [n, c] = dy.shape;
  const [dx] = launchElementwise(backend, {
    name: 'ImageMeanGradient',
    inputs: { dy },
    outputs: { result: [n, h, w, c] },
    integers: { rows: h * w, channels: c },
    source: () =>
      'fn each(i: u32) { result[i] = dy[i / (u.rows * u.channels) * u.channels + i % u.channels] / f32(u.rows); }',
  });
  return dx;
}

/** [N, H, W, C] -> [N, 2 C]: means, then biased variances. One read of x. */
export function imageStatistics(backend: WebgpuBackend, x: TensorInfo): TensorInfo {
  const [n, h, w, c] = x.shape;
  const { fields, count } = slabs(h * w, c);
  return launchOne(backend, {
    name: 'ImageStatistics',
    inputs: { x },
    outputs: { result: [n, 2 * c] },
    integers: fields,
    threads: ROW_THREADS,
    groups: [count, n, 1],
    source: () => `
      ${MOMENTS}
      ${MOMENTS_OF_ROWS}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        ${LANES}
        let all = pooled(lane, rowLanes, momentsOfRows(group.y * u.rows * u.channels + channel, row, rowLanes));
        if (inside && row == 0u) {
          let at = group.y * 2u * u.channels + channel;
          result[at] = all.mean;
          result[at + u.channels] = all.squares / f32(u.rows);
        }
      }`,
  });
}

/** dL/dx of imageStatistics: (dmean + 2 (x - mean) dvariance) / (H W). */
export function imageStatisticsGradient(
  backend: WebgpuBackend,
  dy: TensorInfo,
  x: TensorInfo,
  statistics: TensorInfo,
): TensorInfo {
  const [, h, w, c] = x.shape;
  const [dx] = launchElementwise(backend, {
    name: 'ImageStatisticsGradient',
    inputs: { dy, x, statistics },
    outputs: { result: x.shape },
    integers: { rows: h * w, channels: c },
    source: () => `fn each(i: u32) {
      let at = i / (u.rows * u.channels) * 2u * u.channels + i % u.channels;
      result[i] = (dy[at] + 2.0 * (x[i] - statistics[at]) * dy[at + u.channels]) / f32(u.rows);
    }`,
  });
  return dx;
}

/** Rows that one workgroup adds up. Not tuned on a real adapter. */
const ROWS_PER_WORKGROUP = 1024;

/**
 * Sums over all axes but the last (the gradient of a bias), as a tensor of this shape: one launch, two for many rows.
 * tfjs transposes all of x first.
 */
export function columnSums(backend: WebgpuBackend, x: TensorInfo, shape: number[]): TensorInfo {
  const c = x.shape[x.shape.length - 1];
  const sums = (values: TensorInfo, rows: number, outShape: number[]): TensorInfo => {
    const { fields, count } = slabs(rows, c);
    return launchOne(backend, {
      name: 'ColumnSums',
      inputs: { x: values },
      outputs: { result: outShape },
      integers: fields,
      threads: ROW_THREADS,
      groups: [count, Math.ceil(rows / ROWS_PER_WORKGROUP), 1],
      source: () => `
        ${rowSums('x')}
        fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
          ${LANES}
          var sum = 0.0;
          let last = min(u.rows, (group.y + 1u) * ${ROWS_PER_WORKGROUP}u);
          for (var r = group.y * ${ROWS_PER_WORKGROUP}u + row; r < last; r += rowLanes) { sum += x[r * u.channels + channel]; }
          let total = sum_x(lane, rowLanes, sum);
          if (inside && row == 0u) { result[group.y * u.channels + channel] = total; }
        }`,
    });
  };
  let [values, rows] = [x, size(x.shape) / c];
  while (rows > ROWS_PER_WORKGROUP) {
    const parts = Math.ceil(rows / ROWS_PER_WORKGROUP);
    const next = sums(values, rows, [parts, c]);
    if (values !== x) backend.disposeData(values.dataId);
    [values, rows] = [next, parts];
  }
  const result = sums(values, rows, shape);
  if (values !== x) backend.disposeData(values.dataId);
  return result;
}
