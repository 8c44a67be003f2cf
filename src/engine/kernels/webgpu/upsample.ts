/**
 * Nearest x2 upsampling and a 3x3 convolution in one launch, and its gradients (../upsampleConv2d.ts says why that is
 * less work).
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { groupsFor, partsOfK, RANGE_OF_PART } from './convolution';
import { gather4, gemmSource, tileFor } from './gemm';
import { launchElementwise, launchOne, type WebgpuBackend } from './program';
import { leaveOpen, sumOfTaps } from './openResults';

/** WGSL: taps of a 3-tap filter that a phase's low-resolution tap (or the adjoint's tap) sums, as first and last. */
const TAP_SPANS = `
  fn spanOf(phase: u32, tap: u32) -> vec2<u32> {
    if (phase == 0u) { return select(vec2<u32>(1u, 2u), vec2<u32>(0u, 0u), tap == 0u); }
    return select(vec2<u32>(2u, 2u), vec2<u32>(0u, 1u), tap == 0u);
  }
  // The adjoint is a 4x4 convolution of stride 2: phase a, tap p lies at row 3 - 2p - a of its filter.
  fn adjointSpan(row: u32) -> vec2<u32> {
    return spanOf((3u - row) % 2u, (3u - row) / 2u);
  }`;

/**
 * WGSL: the sum over a span of taps in both directions of four values of the filter [3, 3, I, O] from (input channel,
 * o) on.
 */
const summedTaps = (four: (at: string) => string) => `
  fn summedTaps(rows: vec2<u32>, columns: vec2<u32>, channel: u32, o: u32) -> vec4<f32> {
    var sum = vec4<f32>(0.0);
    for (var r = rows.x; r <= rows.y; r++) {
      for (var c = columns.x; c <= columns.y; c++) {
        let at = ((r * 3u + c) * u.inChannels + channel) * u.outChannels + o;
        sum += ${four('at')};
      }
    }
    return sum;
  }`;

/**
 * Nearest x2 and a 3x3 convolution as four 2x2 convolutions (../upsampleConv2d.ts): m = low-resolution pixel, n =
 * output channel, k = (low-resolution tap, input channel), z = phase. The phases' filters are summed while they are
 * read.
 *
 * @param x [N, H, W, I]
 * @param filter [3, 3, I, O]
 * @returns [N, 2 H, 2 W, O]
 */
export function upsampleConv2d(backend: WebgpuBackend, x: TensorInfo, filter: TensorInfo): TensorInfo {
  const [n, h, w, inChannels] = x.shape;
  const outChannels = filter.shape[3];
  const rows = n * h * w;
  const tile = tileFor(rows, outChannels);
  const [packedX, packedFilter] = [inChannels % 4 === 0, outChannels % 4 === 0];
  return launchOne(backend, {
    name: 'UpsampleConv',
    variant: `${tile.m}x${tile.n} ${packedX} ${packedFilter}`,
    inputs: { x, weights: filter },
    vec4: [...(packedX ? ['x'] : []), ...(packedFilter ? ['weights'] : [])],
    outputs: { result: [n, 2 * h, 2 * w, outChannels] },
    integers: { rows, inChannels, channelSteps: 4 * Math.ceil(inChannels / 4), outChannels, height: h, width: w },
    threads: tile.threads,
    groups: groupsFor(tile, rows, outChannels, 4),
    source: () =>
      gemmSource({
        tile,
        along: 'kn',
        width: 'u.outChannels',
        functions: `
        ${TAP_SPANS}
        ${summedTaps((at) =>
          packedFilter
            ? `weights[${at} / 4u]`
            : gather4(
                (j) => `o + ${j}u < u.outChannels`,
                (j) => `weights[${at} + ${j}u]`,
              ),
        )}
        fn rangeOfK(z: u32) -> vec2<u32> { return vec2<u32>(0u, 4u * u.channelSteps); }
        fn readA(m: u32, k: u32, end: u32, z: u32) -> vec4<f32> {
          if (m >= u.rows || k >= end) { return vec4<f32>(0.0); }
          let tap = k / u.channelSteps;
          let channel = k % u.channelSteps;
          let rest = m / u.width;
          let y = i32(rest % u.height + tap / 2u + z / 2u) - 1;
          let column = i32(m % u.width + tap % 2u + z % 2u) - 1;
          if (y < 0 || column < 0 || y >= i32(u.height) || column >= i32(u.width)) { return vec4<f32>(0.0); }
          let at = ((rest / u.height * u.height + u32(y)) * u.width + u32(column)) * u.inChannels + channel;
          return ${
            packedX
              ? 'x[at / 4u]'
              : gather4(
                  (j) => `channel + ${j}u < u.inChannels`,
                  (j) => `x[at + ${j}u]`,
                )
          };
        }
        fn readB(k: u32, n: u32, end: u32, z: u32) -> vec4<f32> {
          let channel = k % u.channelSteps;
          if (n >= u.outChannels || k >= end || channel >= u.inChannels) { return vec4<f32>(0.0); }
          let tap = k / u.channelSteps;
          return summedTaps(spanOf(z / 2u, tap / 2u), spanOf(z % 2u, tap % 2u), channel, n);
        }
        fn rowAt(m: u32, z: u32) -> i32 {
          // Row m / width of all images' rows becomes two rows, whatever the image.
          let row = m / u.width * 2u + z / 2u;
          return select(-1, i32((row * 2u * u.width + m % u.width * 2u + z % 2u) * u.outChannels), m < u.rows);
        }`,
      }),
  });
}

/**
 * dL/dx [N, H, W, I] of upsampleConv2d: the adjoint 4x4 convolution of stride 2; k = (adjoint's tap, output channel).
 */
export function upsampleConv2dInputGradient(backend: WebgpuBackend, dy: TensorInfo, filter: TensorInfo): TensorInfo {
  const [n, h2, w2, outChannels] = dy.shape;
  const [h, w, inChannels] = [h2 / 2, w2 / 2, filter.shape[2]];
  const rows = n * h * w;
  const tile = tileFor(rows, inChannels);
  const packed = outChannels % 4 === 0;
  const four = (array: string, at: string) =>
    packed
      ? `${array}[${at} / 4u]`
      : gather4(
          (j) => `o + ${j}u < u.outChannels`,
          (j) => `${array}[${at} + ${j}u]`,
        );
  return launchOne(backend, {
    name: 'UpsampleConvInputGradient',
    variant: `${tile.m}x${tile.n} ${packed}`,
    inputs: { dy, weights: filter },
    vec4: packed ? ['dy', 'weights'] : [],
    outputs: { result: [n, h, w, inChannels] },
    integers: { rows, inChannels, outChannels, channelSteps: 4 * Math.ceil(outChannels / 4), height: h, width: w },
    threads: tile.threads,
    groups: groupsFor(tile, rows, inChannels, 1),
    source: () =>
      gemmSource({
        tile,
        along: 'kk',
        width: 'u.inChannels',
        functions: `
        ${TAP_SPANS}
        ${summedTaps((at) => four('weights', at))}
        fn rangeOfK(z: u32) -> vec2<u32> { return vec2<u32>(0u, 16u * u.channelSteps); }
        fn readA(m: u32, k: u32, end: u32, z: u32) -> vec4<f32> {
          if (m >= u.rows || k >= end) { return vec4<f32>(0.0); }
          ${DY_BELOW('k / u.channelSteps', 'm')}
          if (y < 0 || x < 0 || y >= i32(2u * u.height) || x >= i32(2u * u.width)) { return vec4<f32>(0.0); }
          let o = k % u.channelSteps;
          let at = pixel * u.outChannels + o;
          return ${four('dy', 'at')};
        }
        fn readB(k: u32, n: u32, end: u32, z: u32) -> vec4<f32> {
          if (n >= u.inChannels || k >= end) { return vec4<f32>(0.0); }
          let tap = k / u.channelSteps;
          return summedTaps(adjointSpan(tap / 4u), adjointSpan(tap % 4u), n, k % u.channelSteps);
        }
        fn rowAt(m: u32, z: u32) -> i32 { return select(-1, i32(m * u.inChannels), m < u.rows); }`,
      }),
  });
}

/** WGSL: y, x and index of the pixel of dL/dy [N, 2 H, 2 W] below the adjoint's tap, for a low-resolution pixel. */
const DY_BELOW = (tap: string, lowPixel: string) => `
  let adjointTap = ${tap};
  let rowOfAll = ${lowPixel} / u.width;
  let y = i32(2u * (rowOfAll % u.height) + adjointTap / 4u) - 1;
  let x = i32(2u * (${lowPixel} % u.width) + adjointTap % 4u) - 1;
  let pixel = u32((i32(2u * (rowOfAll / u.height) * u.height) + y) * i32(2u * u.width) + x);`;

/**
 * dL/dfilter [3, 3, I, O] of upsampleConv2d: for each of the adjoint's 16 taps the product of x and the pixels of dL/dy
 * below it (m = input channel, n = output channel, k = low-resolution pixel), whose parts a second launch adds up, over
 * parts and over the four taps that share a filter element.
 */
export function upsampleConv2dFilterGradient(backend: WebgpuBackend, x: TensorInfo, dy: TensorInfo): TensorInfo {
  const [n, h, w, inChannels] = x.shape;
  const outChannels = dy.shape[3];
  const depth = n * h * w;
  const tile = tileFor(inChannels, outChannels);
  const { parts, length } = partsOfK(tile, inChannels, outChannels, depth, 16);
  const [packedX, packedDy] = [inChannels % 4 === 0, outChannels % 4 === 0];
  const partial = launchOne(backend, {
    name: 'UpsampleConvFilterGradient',
    variant: `${tile.m}x${tile.n} ${packedX} ${packedDy}`,
    inputs: { x, dy },
    vec4: [...(packedX ? ['x'] : []), ...(packedDy ? ['dy'] : [])],
    outputs: { result: [parts, 16, inChannels, outChannels] },
    integers: { inChannels, outChannels, depth, partLength: length, height: h, width: w },
    threads: tile.threads,
    groups: groupsFor(tile, inChannels, outChannels, 16 * parts),
    source: () =>
      gemmSource({
        tile,
        along: 'mn',
        width: 'u.outChannels',
        functions: `
        ${RANGE_OF_PART('16u')}
        fn readA(m: u32, k: u32, end: u32, z: u32) -> vec4<f32> {
          if (m >= u.inChannels || k >= end) { return vec4<f32>(0.0); }
          let at = k * u.inChannels + m;
          return ${
            packedX
              ? 'x[at / 4u]'
              : gather4(
                  (j) => `m + ${j}u < u.inChannels`,
                  (j) => `x[at + ${j}u]`,
                )
          };
        }
        fn pixelBelow(k: u32, z: u32) -> i32 {
          ${DY_BELOW('z % 16u', 'k')}
          return select(i32(pixel), -1, y < 0 || x < 0 || y >= i32(2u * u.height) || x >= i32(2u * u.width));
        }
        fn readB(k: u32, n: u32, end: u32, z: u32) -> vec4<f32> {
          if (k >= end || n >= u.outChannels) { return vec4<f32>(0.0); }
          let pixel = pixelBelow(k, z);
          if (pixel < 0) { return vec4<f32>(0.0); }
          let at = u32(pixel) * u.outChannels + n;
          return ${
            packedDy
              ? 'dy[at / 4u]'
              : gather4(
                  (j) => `n + ${j}u < u.outChannels`,
                  (j) => `dy[at + ${j}u]`,
                )
          };
        }
        fn rowAt(m: u32, z: u32) -> i32 { return select(-1, i32((z * u.inChannels + m) * u.outChannels), m < u.inChannels); }`,
      }),
  });
  const [sum] = launchElementwise(backend, {
    name: 'SumOfAdjointTaps',
    inputs: { partial },
    outputs: { result: [3, 3, inChannels, outChannels] },
    integers: { parts, plane: inChannels * outChannels },
    source: () => `fn each(i: u32) {
      ${sumOfTaps('partial', 'u.parts', 'u.plane')}
      result[i] = sum;
    }`,
  });
  leaveOpen(backend, sum, { kind: 'taps', from: partial, count: parts, plane: inChannels * outChannels });
  backend.disposeData(partial.dataId);
  return sum;
}
