/**
 * Updates of all of an optimizer's variables in one launch (../../training/optimizers.ts).
 *
 * A shader sees 8 to 10 buffers, a network has a hundred. So the gradients are laid end to end by buffer copies, which
 * the command encoder takes between two launches, and the new values are copied apart again. A copy is not a launch: no
 * pipeline, no bind group, no uniforms, a twentieth of the time on the CPU. The other ways are worse: with buffers
 * bound directly a launch takes three variables with their gradients (and one buffer of state), which for ResNet-20 is
 * twenty launches; and variables that are views of one large buffer are unknown to tfjs. Nothing is written in place: a
 * variable gets new data as after any other `assign`, so clones, snapshots and readbacks under way keep what they saw.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { beginCopies, bufferForCopies, copyBytes } from './copies';
import { launch, launchElementwise, size, type WebgpuBackend } from './program';
import type { Copy, GpuBuffer } from './gpu';

/** All values of some float32 tensors, end to end: [total]. Buffer copies, no launch. */
export function pack(backend: WebgpuBackend, tensors: TensorInfo[]): TensorInfo {
  const packed = backend.makeTensorInfo([tensors.reduce((sum, { shape }) => sum + size(shape), 0)], 'float32');
  copy(backend, packed, tensors, (whole, part, at, bytes) => ({
    source: part,
    sourceAt: 0,
    target: whole,
    targetAt: at,
    bytes,
  }));
  return packed;
}

/** The reverse: tensors of these shapes, cut out of one vector. Buffer copies, no launch. */
export function unpack(backend: WebgpuBackend, packed: TensorInfo, shapes: number[][]): TensorInfo[] {
  const tensors = shapes.map((shape) => backend.makeTensorInfo(shape, 'float32'));
  copy(backend, packed, tensors, (whole, part, at, bytes) => ({
    source: whole,
    sourceAt: at,
    target: part,
    targetAt: 0,
    bytes,
  }));
  return tensors;
}

function copy(
  backend: WebgpuBackend,
  whole: TensorInfo,
  parts: TensorInfo[],
  each: (whole: GpuBuffer, part: GpuBuffer, at: number, bytes: number) => Copy,
): void {
  const all = bufferForCopies(backend, whole);
  const buffers = parts.map((part) => bufferForCopies(backend, part));
  beginCopies(backend);
  let at = 0;
  parts.forEach(({ shape }, i) => {
    const bytes = 4 * size(shape);
    copyBytes(backend, each(all, buffers[i], at, bytes));
    at += bytes;
  });
}

export interface AdamAttrs {
  beta1: number;
  beta2: number;
}

/** New p, m and v; all vectors of one length. `rates`: see `Adam.nextRates`. */
export function adamUpdate(
  backend: WebgpuBackend,
  inputs: Record<'p' | 'g' | 'm' | 'v' | 'rates', TensorInfo>,
  { beta1, beta2 }: AdamAttrs,
): TensorInfo[] {
  const { shape } = inputs.p;
  return launchElementwise(backend, {
    name: 'AdamUpdate',
    inputs,
    outputs: { newP: shape, newM: shape, newV: shape },
    floats: { beta1, beta2 },
    source: () => `fn each(i: u32) {
      let first = m[i] * u.beta1 + g[i] * (1.0 - u.beta1);
      let second = v[i] * u.beta2 + g[i] * g[i] * (1.0 - u.beta2);
      newM[i] = first;
      newV[i] = second;
      newP[i] = p[i] - first / (sqrt(second) + rates[1]) * rates[0];
    }`,
  });
}

export interface SgdAttrs {
  /** 0: then there is no buffer. */
  momentum: number;
  weightDecay: number;
  nesterov: boolean;
}

/** New p and, with momentum, new buffer; all vectors of one length. `rates`: [1] the learning rate. */
export function sgdUpdate(
  backend: WebgpuBackend,
  { p, g, rates, buffer }: { p: TensorInfo; g: TensorInfo; rates: TensorInfo; buffer?: TensorInfo },
  { momentum, weightDecay, nesterov }: SgdAttrs,
): TensorInfo[] {
  return launchElementwise(backend, {
    name: 'SgdUpdate',
    variant: `${buffer ? 'momentum' : ''} ${nesterov}`,
    inputs: { p, g, rates, ...(buffer && { buffer }) },
    outputs: { newP: p.shape, ...(buffer && { newBuffer: p.shape }) },
    floats: { weightDecay, momentum },
    source: () => `fn each(i: u32) {
      let decayed = g[i] + p[i] * u.weightDecay;
      ${buffer ? 'let moved = buffer[i] * u.momentum + decayed; newBuffer[i] = moved;' : 'let moved = decayed;'}
      newP[i] = p[i] - ${buffer && nesterov ? '(decayed + moved * u.momentum)' : 'moved'} * rates[0];
    }`,
  });
}

export interface LimitAttrs {
  sizes: number[];
  /** Of the limit in `rates`. */
  place: number;
  floor: number;
}

const LIMIT_THREADS = 256;

/** next, every part of it no further from p than the limit allows: one workgroup a part. */
export function limitUpdate(
  backend: WebgpuBackend,
  { p, next, rates }: { p: TensorInfo; next: TensorInfo; rates: TensorInfo },
  { sizes, place, floor }: LimitAttrs,
): TensorInfo {
  const ends = Int32Array.from(sizes);
  for (let i = 1; i < ends.length; i++) ends[i] += ends[i - 1];
  const bounds = backend.makeTensorInfo([ends.length], 'int32', ends);
  const [limited] = launch(backend, {
    name: 'LimitUpdate',
    inputs: { p, next, bounds, rates },
    outputs: { limited: p.shape },
    integers: { place },
    floats: { floor },
    threads: LIMIT_THREADS,
    groups: [ends.length, 1, 1],
    source: () => `
      var<workgroup> sums: array<vec2<f32>, ${LIMIT_THREADS}>;
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        let last = u32(bounds[group.x]);
        let first = select(u32(bounds[max(group.x, 1u) - 1u]), 0u, group.x == 0u);
        var mine = vec2<f32>(0.0);
        for (var i = first + lane; i < last; i += ${LIMIT_THREADS}u) {
          let d = next[i] - p[i];
          mine += vec2<f32>(p[i] * p[i], d * d);
        }
        sums[lane] = mine;
        workgroupBarrier();
        for (var width = ${LIMIT_THREADS / 2}u; width > 0u; width /= 2u) {
          if (lane < width) { sums[lane] += sums[lane + width]; }
          workgroupBarrier();
        }
        let limit = rates[u.place];
        let most = limit * limit * max(sums[0].x, u.floor * u.floor * f32(last - first));
        let change = sums[0].y;
        let share = select(1.0, sqrt(most / change), change > most);
        for (var i = first + lane; i < last; i += ${LIMIT_THREADS}u) { limited[i] = p[i] + share * (next[i] - p[i]); }
      }`,
  });
  backend.disposeData(bounds.dataId);
  return limited;
}
