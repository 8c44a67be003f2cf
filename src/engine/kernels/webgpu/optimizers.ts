/**
 * Updates of all of an optimizer's variables (../../training/optimizers.ts).
 *
 * As a step is written, in one launch: a shader sees 8 to 10 buffers, a network has a hundred, so variables and
 * gradients are laid end to end by buffer copies, which the command encoder takes between two launches, and the new
 * values are copied apart again. There a copy takes a twentieth of a launch's time on the CPU, and a variable gets new
 * data as after any other `assign`, so clones, snapshots and readbacks under way keep what they saw.
 *
 * Where variables have a place for good (../replay/pinnedVariables.ts), which is where steps are replayed, it is the
 * other way round: a replayed launch takes hardly longer than a copy, and whoever looks at a variable expects it to
 * change. So it is written in place, two or three variables a launch, and nothing is copied (optimizersInPlace.ts).
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

/** Where an update reads and writes: elements of arrays in WGSL. */
type Elements = Record<'p' | 'g' | 'newP', string>;

/** WGSL; for both ways of updating, so that both come to the same bits. `rates`: see `Adam.nextRates`. */
export const adamRule = ({ p, g, newP, m, v, newM, newV }: Elements & Record<'m' | 'v' | 'newM' | 'newV', string>) => `
  let first = ${m} * u.beta1 + ${g} * (1.0 - u.beta1);
  let second = ${v} * u.beta2 + ${g} * ${g} * (1.0 - u.beta2);
  ${newM} = first;
  ${newV} = second;
  ${newP} = ${p} - first / (sqrt(second) + rates[1]) * rates[0];`;

/** New p, m and v; all vectors of one length. */
export function adamUpdate(
  backend: WebgpuBackend,
  inputs: Record<'p' | 'g' | 'm' | 'v' | 'rates', TensorInfo>,
  { beta1, beta2 }: AdamAttrs,
): TensorInfo[] {
  const { shape } = inputs.p;
  const elements = Object.fromEntries(
    ['p', 'g', 'newP', 'm', 'v', 'newM', 'newV'].map((name) => [name, `${name}[i]`]),
  ) as Parameters<typeof adamRule>[0];
  return launchElementwise(backend, {
    name: 'AdamUpdate',
    inputs,
    outputs: { newP: shape, newM: shape, newV: shape },
    floats: { beta1, beta2 },
    source: () => `fn each(i: u32) { ${adamRule(elements)} }`,
  });
}

export interface SgdAttrs {
  /** 0: then there is no buffer. */
  momentum: number;
  weightDecay: number;
  nesterov: boolean;
}

/** WGSL, as `adamRule`. `rates`: [1] the learning rate. @param buffer null: there is no momentum */
export const sgdRule = ({ p, g, newP }: Elements, buffer: { old: string; next: string } | null, nesterov: boolean) => `
  let decayed = ${g} + ${p} * u.weightDecay;
  ${buffer ? `let moved = ${buffer.old} * u.momentum + decayed; ${buffer.next} = moved;` : 'let moved = decayed;'}
  ${newP} = ${p} - ${buffer && nesterov ? '(decayed + moved * u.momentum)' : 'moved'} * rates[0];`;

/** New p and, with momentum, new buffer; all vectors of one length. */
export function sgdUpdate(
  backend: WebgpuBackend,
  { p, g, rates, buffer }: { p: TensorInfo; g: TensorInfo; rates: TensorInfo; buffer?: TensorInfo },
  { momentum, weightDecay, nesterov }: SgdAttrs,
): TensorInfo[] {
  const places = buffer ? { old: 'buffer[i]', next: 'newBuffer[i]' } : null;
  return launchElementwise(backend, {
    name: 'SgdUpdate',
    variant: `${buffer ? 'momentum' : ''} ${nesterov}`,
    inputs: { p, g, rates, ...(buffer && { buffer }) },
    outputs: { newP: p.shape, ...(buffer && { newBuffer: p.shape }) },
    floats: { weightDecay, momentum },
    source: () => `fn each(i: u32) { ${sgdRule({ p: 'p[i]', g: 'g[i]', newP: 'newP[i]' }, places, nesterov)} }`,
  });
}

export interface LimitAttrs {
  sizes: number[];
  /** Of the limit in `rates`. */
  place: number;
  floor: number;
}

export const LIMIT_THREADS = 256;

/** WGSL of a workgroup that adds up `mine` of its invocations, and then has what a part may change by in `share`. */
export const LIMIT_SHARE = `
  sums[lane] = mine;
  workgroupBarrier();
  for (var width = ${LIMIT_THREADS / 2}u; width > 0u; width /= 2u) {
    if (lane < width) { sums[lane] += sums[lane + width]; }
    workgroupBarrier();
  }
  let limit = rates[u.place];
  let most = limit * limit * max(sums[0].x, u.floor * u.floor * f32(count));
  let change = sums[0].y;
  let share = select(1.0, sqrt(most / change), change > most);`;

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
        let count = last - first;
        var mine = vec2<f32>(0.0);
        for (var i = first + lane; i < last; i += ${LIMIT_THREADS}u) {
          let d = next[i] - p[i];
          mine += vec2<f32>(p[i] * p[i], d * d);
        }
        ${LIMIT_SHARE}
        for (var i = first + lane; i < last; i += ${LIMIT_THREADS}u) { limited[i] = p[i] + share * (next[i] - p[i]); }
      }`,
  });
  backend.disposeData(bounds.dataId);
  return limited;
}
