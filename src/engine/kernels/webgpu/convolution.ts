/**
 * Convolutions and their gradients as tiled matrix products (gemm.ts). tfjs's own filter gradient gives one invocation
 * to each filter element and lets it walk through the whole batch; its input gradient shares nothing between
 * invocations; its convolution computes 32 output channels at a time, however few there are.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { gather4, gemmSource, tileFor, type Tile } from './gemm';
import { launchElementwise, launchOne, type WebgpuBackend } from './program';
import { leaveOpen, sumOfParts } from './openResults';

export type Shape4D = [number, number, number, number];

/** Workgroups that a product is cut into along k, at least, where it has fewer tiles. Not tuned on a real adapter. */
const ENOUGH_WORKGROUPS = 256;
/** ... but no part of k is shorter than this. */
const SHORTEST_PART = 128;
/** ... and the parts together hold at most this many values. */
const MOST_PARTIAL_VALUES = 1 << 22;

/** Into how many parts a product's k is cut, `copies` of it running side by side. */
export function partsOfK(
  tile: Tile,
  m: number,
  n: number,
  k: number,
  copies: number,
): { parts: number; length: number } {
  const workgroups = Math.ceil(m / tile.m) * Math.ceil(n / tile.n) * copies;
  const wanted = Math.min(
    Math.ceil(ENOUGH_WORKGROUPS / workgroups),
    Math.ceil(k / SHORTEST_PART),
    Math.floor(MOST_PARTIAL_VALUES / (m * n * copies)),
  );
  const length = Math.ceil(k / Math.max(1, wanted));
  return { parts: Math.ceil(k / length), length };
}

/** Workgroups of a product: its tiles, and z. */
export const groupsFor = (tile: Tile, m: number, n: number, z: number): [number, number, number] => [
  Math.ceil(m / tile.m),
  Math.ceil(n / tile.n),
  z,
];

/** First k and end of the parts of k that `z / copies` counts. */
export const RANGE_OF_PART = (copies: string) => `
  fn rangeOfK(z: u32) -> vec2<u32> {
    let first = (z / ${copies}) * u.partLength;
    return vec2<u32>(first, min(first + u.partLength, u.depth));
  }`;

/**
 * [N, OH, OW, O]: m = (image, output pixel), n = output channel, k = (tap, input channel).
 *
 * @param x [N, H, W, I]
 * @param filter [KH, KW, I, O]
 */
export function convolution(
  backend: WebgpuBackend,
  x: TensorInfo,
  filter: TensorInfo,
  outShape: Shape4D,
  [sh, sw]: [number, number],
  top: number,
  left: number,
): TensorInfo {
  const [, h, w, inChannels] = x.shape;
  const [kh, kw, , outChannels] = filter.shape;
  const [n, oh, ow] = outShape;
  const rows = n * oh * ow;
  const tile = tileFor(rows, outChannels);
  const [packedX, packedFilter] = [inChannels % 4 === 0, outChannels % 4 === 0];
  return launchOne(backend, {
    name: 'Conv',
    variant: `${tile.m}x${tile.n} ${packedX} ${packedFilter}`,
    inputs: { x, weights: filter },
    vec4: [...(packedX ? ['x'] : []), ...(packedFilter ? ['weights'] : [])],
    outputs: { result: outShape },
    integers: {
      rows,
      inChannels,
      outChannels,
      channelSteps: 4 * Math.ceil(inChannels / 4),
      taps: kh * kw,
      height: h,
      width: w,
      outHeight: oh,
      outWidth: ow,
      filterWidth: kw,
      strideHeight: sh,
      strideWidth: sw,
      top,
      left,
    },
    threads: tile.threads,
    groups: groupsFor(tile, rows, outChannels, 1),
    source: () =>
      gemmSource({
        tile,
        along: 'kn',
        width: 'u.outChannels',
        functions: `
        // Each tap's channels are rounded up to whole fours, so that no four straddle two taps.
        fn rangeOfK(z: u32) -> vec2<u32> { return vec2<u32>(0u, u.taps * u.channelSteps); }
        fn readA(m: u32, k: u32, end: u32, z: u32) -> vec4<f32> {
          if (m >= u.rows || k >= end) { return vec4<f32>(0.0); }
          let tap = k / u.channelSteps;
          let channel = k % u.channelSteps;
          let rest = m / u.outWidth;
          let y = i32((rest % u.outHeight) * u.strideHeight + tap / u.filterWidth) - i32(u.top);
          let column = i32((m % u.outWidth) * u.strideWidth + tap % u.filterWidth) - i32(u.left);
          if (y < 0 || column < 0 || y >= i32(u.height) || column >= i32(u.width)) { return vec4<f32>(0.0); }
          let at = ((rest / u.outHeight * u.height + u32(y)) * u.width + u32(column)) * u.inChannels + channel;
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
          let at = (k / u.channelSteps * u.inChannels + channel) * u.outChannels + n;
          return ${
            packedFilter
              ? 'weights[at / 4u]'
              : gather4(
                  (j) => `n + ${j}u < u.outChannels`,
                  (j) => `weights[at + ${j}u]`,
                )
          };
        }
        fn rowAt(m: u32, z: u32) -> i32 { return select(-1, i32(m * u.outChannels), m < u.rows); }`,
      }),
  });
}

/**
 * dL/dfilter [KH, KW, I, O]: m = (tap, input channel), n = output channel, k = (image, output pixel), cut into parts
 * whose sums a second launch adds up.
 *
 * @param x [N, H, W, I]
 * @param dy [N, OH, OW, O]
 */
export function filterGradient(
  backend: WebgpuBackend,
  x: TensorInfo,
  dy: TensorInfo,
  filterShape: Shape4D,
  [sh, sw]: [number, number],
  top: number,
  left: number,
): TensorInfo {
  const [kh, kw, inChannels, outChannels] = filterShape;
  const [, h, w] = x.shape;
  const [n, oh, ow] = dy.shape;
  const [rows, depth] = [kh * kw * inChannels, n * oh * ow];
  const tile = tileFor(rows, outChannels);
  const { parts, length } = partsOfK(tile, rows, outChannels, depth, 1);
  const [packedX, packedDy] = [inChannels % 4 === 0, outChannels % 4 === 0];
  const partial = launchOne(backend, {
    name: 'ConvFilterGradient',
    variant: `${tile.m}x${tile.n} ${packedX} ${packedDy}`,
    inputs: { x, dy },
    vec4: [...(packedX ? ['x'] : []), ...(packedDy ? ['dy'] : [])],
    outputs: { result: parts === 1 ? filterShape : [parts, rows, outChannels] },
    integers: {
      rows,
      outChannels,
      depth,
      partLength: length,
      inChannels,
      height: h,
      width: w,
      outHeight: oh,
      outWidth: ow,
      filterWidth: kw,
      strideHeight: sh,
      strideWidth: sw,
      top,
      left,
    },
    threads: tile.threads,
    groups: groupsFor(tile, rows, outChannels, parts),
    source: () =>
      gemmSource({
        tile,
        along: 'mn',
        width: 'u.outChannels',
        functions: `
        // Index of input channel 0 of the pixel below tap \`tap\` of output pixel k; -1 outside the image.
        fn pixelBelow(tap: u32, k: u32) -> i32 {
          let column = k % u.outWidth;
          let rest = k / u.outWidth;
          let y = i32((rest % u.outHeight) * u.strideHeight + tap / u.filterWidth) - i32(u.top);
          let x = i32(column * u.strideWidth + tap % u.filterWidth) - i32(u.left);
          if (y < 0 || x < 0 || y >= i32(u.height) || x >= i32(u.width)) { return -1; }
          return ((i32(rest / u.outHeight) * i32(u.height) + y) * i32(u.width) + x) * i32(u.inChannels);
        }
        fn readA(m: u32, k: u32, end: u32, z: u32) -> vec4<f32> {
          var value = vec4<f32>(0.0);
          if (k >= end) { return value; }
          ${
            packedX
              ? `
          if (m >= u.rows) { return value; }
          let at = pixelBelow(m / u.inChannels, k);
          if (at < 0) { return value; }
          return x[(u32(at) + m % u.inChannels) / 4u];`
              : `
          for (var j = 0u; j < 4u; j++) {
            if (m + j >= u.rows) { break; }
            let at = pixelBelow((m + j) / u.inChannels, k);
            if (at >= 0) { value[j] = x[u32(at) + (m + j) % u.inChannels]; }
          }
          return value;`
          }
        }
        fn readB(k: u32, n: u32, end: u32, z: u32) -> vec4<f32> {
          if (k >= end || n >= u.outChannels) { return vec4<f32>(0.0); }
          let at = k * u.outChannels + n;
          return ${
            packedDy
              ? 'dy[at / 4u]'
              : gather4(
                  (j) => `n + ${j}u < u.outChannels`,
                  (j) => `dy[at + ${j}u]`,
                )
          };
        }
        ${RANGE_OF_PART('1u')}
        fn rowAt(m: u32, z: u32) -> i32 { return select(-1, i32((z * u.rows + m) * u.outChannels), m < u.rows); }`,
      }),
  });
  if (parts === 1) return partial;
  const [sum] = launchElementwise(backend, {
    name: 'SumOfParts',
    inputs: { partial },
    outputs: { result: filterShape },
    integers: { parts },
    source: () => `fn each(i: u32) {
      ${sumOfParts('partial', 'u.parts', 'u.count')}
      result[i] = sum;
    }`,
  });
  leaveOpen(backend, sum, { kind: 'parts', from: partial, count: parts });
  backend.disposeData(partial.dataId);
  return sum;
}

/**
 * dL/dx [N, H, W, I]: m = pixel, n = input channel, k = (tap, output channel). Pixels that a stride treats alike form a
 * phase (z), which only sees the taps that reach it: no multiplication with the zeros of a dilated dL/dy.
 */
export function inputGradient(
  backend: WebgpuBackend,
  dy: TensorInfo,
  filter: TensorInfo,
  inShape: Shape4D,
  [sh, sw]: [number, number],
  top: number,
  left: number,
): TensorInfo {
  const [n, h, w, inChannels] = inShape;
  const [kh, kw, , outChannels] = filter.shape;
  const [, oh, ow] = dy.shape;
  const [phaseHeight, phaseWidth] = [Math.ceil(h / sh), Math.ceil(w / sw)];
  const rows = n * phaseHeight * phaseWidth;
  const tile = tileFor(rows, inChannels);
  const packed = outChannels % 4 === 0;
  const four = (array: string) =>
    packed
      ? `${array}[at / 4u]`
      : gather4(
          (j) => `o + ${j}u < u.outChannels`,
          (j) => `${array}[at + ${j}u]`,
        );
  return launchOne(backend, {
    name: 'ConvInputGradient',
    variant: `${tile.m}x${tile.n} ${packed}`,
    inputs: { dy, weights: filter },
    vec4: packed ? ['dy', 'weights'] : [],
    outputs: { result: inShape },
    integers: {
      rows,
      inChannels,
      outChannels,
      channelSteps: 4 * Math.ceil(outChannels / 4),
      height: h,
      width: w,
      outHeight: oh,
      outWidth: ow,
      phaseHeight,
      phaseWidth,
      filterHeight: kh,
      filterWidth: kw,
      strideHeight: sh,
      strideWidth: sw,
      top,
      left,
    },
    threads: tile.threads,
    groups: groupsFor(tile, rows, inChannels, sh * sw),
    source: () =>
      gemmSource({
        tile,
        along: 'kk',
        width: 'u.inChannels',
        functions: `
        // First tap of a phase, vertically and horizontally; the next ones are a stride further.
        fn firstTap(z: u32) -> vec2<u32> {
          return vec2<u32>((z / u.strideWidth + u.top) % u.strideHeight, (z % u.strideWidth + u.left) % u.strideWidth);
        }
        fn taps(z: u32) -> vec2<u32> {
          let stride = vec2<u32>(u.strideHeight, u.strideWidth);
          let size = vec2<u32>(u.filterHeight, u.filterWidth);
          let first = min(firstTap(z), size);
          return (size - first + stride - vec2<u32>(1u)) / stride;
        }
        // Each tap's channels are rounded up to whole fours, so that no four straddle two taps.
        fn rangeOfK(z: u32) -> vec2<u32> {
          let count = taps(z);
          return vec2<u32>(0u, count.x * count.y * u.channelSteps);
        }
        fn tapOf(k: u32, z: u32) -> vec2<u32> {
          let tap = k / u.channelSteps;
          let across = taps(z).y;
          return firstTap(z) + vec2<u32>(tap / across * u.strideHeight, tap % across * u.strideWidth);
        }
        fn pixelOf(m: u32, z: u32) -> vec3<u32> {
          let rest = m / u.phaseWidth;
          return vec3<u32>(rest / u.phaseHeight, (rest % u.phaseHeight) * u.strideHeight + z / u.strideWidth,
                           (m % u.phaseWidth) * u.strideWidth + z % u.strideWidth);
        }
        fn readA(m: u32, k: u32, end: u32, z: u32) -> vec4<f32> {
          if (m >= u.rows || k >= end) { return vec4<f32>(0.0); }
          let pixel = pixelOf(m, z);
          let tap = tapOf(k, z);
          // Exact by the choice of the phase's taps.
          let y = (i32(pixel.y + u.top) - i32(tap.x)) / i32(u.strideHeight);
          let x = (i32(pixel.z + u.left) - i32(tap.y)) / i32(u.strideWidth);
          if (pixel.y + u.top < tap.x || pixel.z + u.left < tap.y || y >= i32(u.outHeight) || x >= i32(u.outWidth)) { return vec4<f32>(0.0); }
          let o = k % u.channelSteps;
          let at = ((pixel.x * u.outHeight + u32(y)) * u.outWidth + u32(x)) * u.outChannels + o;
          return ${four('dy')};
        }
        fn readB(k: u32, n: u32, end: u32, z: u32) -> vec4<f32> {
          if (n >= u.inChannels || k >= end) { return vec4<f32>(0.0); }
          let tap = tapOf(k, z);
          let o = k % u.channelSteps;
          let at = ((tap.x * u.filterWidth + tap.y) * u.inChannels + n) * u.outChannels + o;
          return ${four('weights')};
        }
        fn rowAt(m: u32, z: u32) -> i32 {
          let pixel = pixelOf(m, z);
          if (m >= u.rows || pixel.y >= u.height || pixel.z >= u.width) { return -1; }
          return i32(((pixel.x * u.height + pixel.y) * u.width + pixel.z) * u.inChannels);
        }`,
      }),
  });
}
