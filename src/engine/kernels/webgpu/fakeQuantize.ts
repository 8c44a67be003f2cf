/**
 * Fake quantization (../fakeQuantize.ts) in one launch, on a given grid or on that of the tensor's own range.
 *
 * The order of operations is the reference's. What WGSL does not promise: that a division is correctly rounded (2.5 ulp
 * are allowed), and that a product is rounded before something is subtracted from it. The second can be had: see
 * `rounded`.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { SMALLEST_RANGE } from '../scalarQuantizer';
import { launch, launchElementwise, NOT_A_NUMBER, size, type WebgpuBackend } from './program';
import { LANES, ROW_THREADS, rowSums, slabs } from './rows';
import { columnSums } from './statistics';

/**
 * Values that an invocation may look at one after the other, before a range is taken in two steps. Not tuned on a real
 * adapter.
 */
const MOST_STEPS = 64;
/** Workgroups of the first of two steps, about. Not tuned on a real adapter. */
const WORKGROUPS = 128;

const QUANTIZE = `
  ${NOT_A_NUMBER}
  // An exclusive or with a 0 that the compiler does not know: a product is not fused with what follows.
  fn rounded(product: f32) -> f32 { return bitcast<f32>(bitcast<u32>(product) ^ u.nothing); }
  fn fakeQuantized(x: f32, scale: f32, zero: f32) -> f32 {
    if (isNotANumber(x)) { return x; }
    let q = clamp(round(rounded(x * scale) - zero), -u.half, u.half - 1.0);
    return (q + zero) / scale;
  }
  fn scaleOf(lo: f32, hi: f32) -> f32 {
    if (isNotANumber(lo)) { return lo; }
    if (isNotANumber(hi)) { return hi; }
    return (2.0 * u.half - 1.0) / max(hi - lo, ${SMALLEST_RANGE});
  }
  fn zeroOf(lo: f32, scale: f32) -> f32 { return round(rounded(scale * lo)) + u.half; }`;

const constants = (bits: number) => ({ integers: { nothing: 0 }, floats: { half: 2 ** (bits - 1) } });

/** @param scale one value, or as many as x has along its last axes; zero alike */
export function fakeQuantize(
  backend: WebgpuBackend,
  x: TensorInfo,
  scale: TensorInfo,
  zero: TensorInfo,
  bits: number,
): TensorInfo {
  const { integers, floats } = constants(bits);
  return launchElementwise(backend, {
    name: 'FakeQuantize',
    inputs: { x, scale, zero },
    outputs: { y: x.shape },
    integers,
    floats,
    source: () => `
      ${QUANTIZE}
      fn each(i: u32) { y[i] = fakeQuantized(x[i], scale[i % u.scaleSize], zero[i % u.zeroSize]); }`,
  })[0];
}

/**
 * dL/dx of the same, nothing where x is clipped; with `sums` also, of scale's shape, dL/d(1 / scale) and the sum of dy
 * over what is clipped: one launch for columns that each belong to one channel, and two that add them up.
 */
export function fakeQuantizeGradient(
  backend: WebgpuBackend,
  inputs: { dy: TensorInfo; x: TensorInfo; scale: TensorInfo; zero: TensorInfo },
  bits: number,
  sums: boolean,
): TensorInfo[] {
  const { integers, floats } = constants(bits);
  const { shape } = inputs.x;
  const GRADIENT = `
    ${QUANTIZE}
    fn place(at: u32) -> vec2<f32> {
      let product = rounded(x[at] * scale[at % u.scaleSize]);
      return vec2<f32>(product, round(product - zero[at % u.zeroSize]));
    }
    fn isInside(q: f32) -> bool { return q >= -u.half && q <= u.half - 1.0; }`;
  if (!sums) {
    return launchElementwise(backend, {
      name: 'FakeQuantizeGradient',
      inputs,
      outputs: { dx: shape },
      integers,
      floats,
      source: () => `
        ${GRADIENT}
        fn each(i: u32) { dx[i] = select(0.0, dy[i], isInside(place(i).y)); }`,
    });
  }
  const [total, channels] = [size(shape), size(inputs.scale.shape)];
  const columns = manyColumns(total, channels);
  const { integers: fields, groups } = table(total, columns);
  const [dx, steps, zeros] = launch(backend, {
    name: 'FakeQuantizeGradient',
    variant: 'sums',
    inputs,
    outputs: { dx: shape, steps: [columns / channels, channels], zeros: [columns / channels, channels] },
    integers: { ...fields, ...integers },
    floats,
    threads: ROW_THREADS,
    groups,
    source: () => `
      ${GRADIENT}
      ${rowSums('step', 'zero')}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        ${LANES}
        var ofStep = 0.0;
        var ofZero = 0.0;
        if (inside) {
          for (var r = row; r < u.rows; r += rowLanes) {
            let at = r * u.channels + channel;
            if (at < u.total) {
              let d = dy[at];
              let p = place(at);
              let level = clamp(p.y, -u.half, u.half - 1.0) + zero[at % u.zeroSize];
              if (isInside(p.y)) {
                dx[at] = d;
                ofStep += d * (level - p.x);
              } else {
                dx[at] = 0.0;
                ofStep += d * level;
                ofZero += d;
              }
            }
          }
        }
        let stepSum = sum_step(lane, rowLanes, ofStep);
        let zeroSum = sum_zero(lane, rowLanes, ofZero);
        if (inside && row == 0u) {
          steps[channel] = stepSum;
          zeros[channel] = zeroSum;
        }
      }`,
  });
  const result = [steps, zeros].map((each) => columnSums(backend, each, inputs.scale.shape));
  for (const { dataId } of [steps, zeros]) backend.disposeData(dataId);
  return [dx, ...result];
}

/**
 * WGSL: smallest and largest value of every channel in two functions' worth of workgroup memory; \`u.total\` values in
 * all.
 */
const EXTREMES = (lo: string, hi: string) => `
  fn least_(a: f32, b: f32) -> f32 {
    if (isNotANumber(a)) { return a; }
    if (isNotANumber(b)) { return b; }
    return min(a, b);
  }
  fn greatest_(a: f32, b: f32) -> f32 {
    if (isNotANumber(a)) { return a; }
    if (isNotANumber(b)) { return b; }
    return max(a, b);
  }
  var<workgroup> shared_: array<vec2<f32>, ${ROW_THREADS}>;
  fn extremes(lane: u32, row: u32, rowLanes: u32, channel: u32) -> vec2<f32> {
    // Every channel has a value in row 0.
    var range = vec2<f32>(${lo}[channel], ${hi}[channel]);
    for (var r = row; r < u.rows; r += rowLanes) {
      let at = r * u.channels + channel;
      if (at < u.total) { range = vec2<f32>(least_(range.x, ${lo}[at]), greatest_(range.y, ${hi}[at])); }
    }
    shared_[lane] = range;
    workgroupBarrier();
    for (var width = rowLanes; width > 1u;) {
      let next = (width + 1u) / 2u;
      if (lane / u.slab + next < width) {
        let other = shared_[lane + next * u.slab];
        shared_[lane] = vec2<f32>(least_(shared_[lane].x, other.x), greatest_(shared_[lane].y, other.y));
      }
      workgroupBarrier();
      width = next;
    }
    return shared_[lane % u.slab];
  }`;

/** Fields of \`u\` and number of workgroups for \`total\` values of \`channels\` channels. */
function table(total: number, channels: number) {
  const { fields, count } = slabs(Math.ceil(total / channels), channels);
  return { integers: { ...fields, total }, groups: [count, 1, 1] as [number, number, number] };
}

const steps = (total: number, channels: number) => total / channels / Math.floor(ROW_THREADS / Math.min(32, channels));

/** Columns, each of which belongs to one of `count` channels: enough of them to keep a GPU busy. */
const manyColumns = (total: number, count: number) =>
  count * Math.min(Math.floor(total / count), Math.ceil((WORKGROUPS * 32) / count));

/**
 * Smallest and largest value of every channel, [count] each: value i belongs to channel i % count.
 * One launch; two where a channel has very many values.
 */
export function channelRange(backend: WebgpuBackend, x: TensorInfo, count: number): TensorInfo[] {
  const total = size(x.shape);
  const launchRange = (
    inputs: Record<string, TensorInfo>,
    values: number,
    channels: number,
    [lo, hi]: [string, string],
  ) =>
    launch(backend, {
      name: 'ChannelRange',
      variant: lo,
      inputs,
      outputs: { least: [channels], greatest: [channels] },
      ...table(values, channels),
      threads: ROW_THREADS,
      source: () => `
      ${NOT_A_NUMBER}
      ${EXTREMES(lo, hi)}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        ${LANES}
        let range = extremes(lane, row, rowLanes, channel);
        if (inside && row == 0u) {
          least[channel] = range.x;
          greatest[channel] = range.y;
        }
      }`,
    });
  if (steps(total, count) <= MOST_STEPS) return launchRange({ x }, total, count, ['x', 'x']);
  // More columns first, each of which belongs to one channel.
  const columns = manyColumns(total, count);
  const [lo, hi] = launchRange({ x }, total, columns, ['x', 'x']);
  const range = launchRange({ lo, hi }, columns, count, ['lo', 'hi']);
  for (const { dataId } of [lo, hi]) backend.disposeData(dataId);
  return range;
}

/** Fake quantization on the grid of every channel's own range; channels as in channelRange. */
export function fakeQuantizeToOwnRange(backend: WebgpuBackend, x: TensorInfo, count: number, bits: number): TensorInfo {
  const total = size(x.shape);
  const { integers, floats } = constants(bits);
  if (steps(total, count) <= MOST_STEPS) {
    const { integers: fields, groups } = table(total, count);
    return launch(backend, {
      name: 'FakeQuantizeToOwnRange',
      inputs: { x },
      outputs: { y: x.shape },
      integers: { ...fields, ...integers },
      floats,
      threads: ROW_THREADS,
      groups,
      source: () => `
        ${QUANTIZE}
        ${EXTREMES('x', 'x')}
        fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
          ${LANES}
          let range = extremes(lane, row, rowLanes, channel);
          let scale = scaleOf(range.x, range.y);
          let zero = zeroOf(range.x, scale);
          if (inside) {
            for (var r = row; r < u.rows; r += rowLanes) {
              let at = r * u.channels + channel;
              y[at] = fakeQuantized(x[at], scale, zero);
            }
          }
        }`,
    })[0];
  }
  const [lo, hi] = channelRange(backend, x, count);
  const [y] = launchElementwise(backend, {
    name: 'FakeQuantizeToRange',
    inputs: { x, lo, hi },
    outputs: { y: x.shape },
    integers,
    floats,
    source: () => `
      ${QUANTIZE}
      fn each(i: u32) {
        let scale = scaleOf(lo[i % u.loSize], hi[i % u.hiSize]);
        y[i] = fakeQuantized(x[i], scale, zeroOf(lo[i % u.loSize], scale));
      }`,
  });
  for (const { dataId } of [lo, hi]) backend.disposeData(dataId);
  return y;
}
