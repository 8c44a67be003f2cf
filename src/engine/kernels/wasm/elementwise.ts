/**
 * Leaky ReLU, fake quantization and the optimizers' rules on this project's wasm module, each in one pass over the
 * values.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Activation } from '../activations';
import {
  address,
  exportsOf,
  inParallel,
  output,
  withScratch,
  writeFloats,
  writeIntegers,
  type WasmBackend,
} from './module';

const FLOAT = 4;
/** Values that are worth waking a thread for. */
const WORTH_A_THREAD = 60_000;

type Info = tf.TensorInfo;

const sizeOf = ({ shape }: Info) => shape.reduce((a, b) => a * b, 1);

/** x where x > 0, else slope x. */
export function leakyRelu(backend: WasmBackend, x: Info, slope: number): Info {
  const y = output(backend, x.shape);
  withScratch(backend, FLOAT, (settings) => {
    writeFloats(backend, settings, [slope]);
    inParallel(backend, 'leakyRelu', sizeOf(x), WORTH_A_THREAD, (first, last) => [
      address(backend, x),
      address(backend, y),
      settings,
      first,
      last,
    ]);
  });
  return y;
}

/** dy where x > 0, else slope dy; with slope 0 the gradient of ReLU. */
export function leakyReluGradient(backend: WasmBackend, dy: Info, x: Info, slope: number): Info {
  const dx = output(backend, x.shape);
  withScratch(backend, FLOAT, (settings) => {
    writeFloats(backend, settings, [slope]);
    inParallel(backend, 'leakyReluGradient', sizeOf(x), WORTH_A_THREAD, (first, last) => [
      address(backend, dy),
      address(backend, x),
      address(backend, dx),
      settings,
      first,
      last,
    ]);
  });
  return dx;
}

/** 'relu': x where it is positive, else 0; 'relu6': x between 0 and 6. */
export function rectified(backend: WasmBackend, x: Info, kind: 'relu' | 'relu6'): Info {
  const y = output(backend, x.shape);
  inParallel(backend, kind, sizeOf(x), WORTH_A_THREAD, (first, last) => [
    address(backend, x),
    address(backend, y),
    first,
    last,
  ]);
  return y;
}

const ACTIVATIONS = { relu: 'reluGradient', relu6: 'relu6Gradient', tanh: 'tanhGradient' } as const;

/** dL/dx of an activation from its value y. */
export function activationGradient(backend: WasmBackend, dy: Info, y: Info, kind: Activation): Info {
  const dx = output(backend, y.shape);
  inParallel(backend, ACTIVATIONS[kind], sizeOf(y), WORTH_A_THREAD, (first, last) => [
    address(backend, dy),
    address(backend, y),
    address(backend, dx),
    first,
    last,
  ]);
  return dx;
}

/** x on a grid: scale and zero are scalars, or one value for each of the last axes' channels. */
export function fakeQuantize(backend: WasmBackend, x: Info, scale: Info, zero: Info, bits: number): Info {
  const y = output(backend, x.shape);
  const [count, channels, half] = [sizeOf(x), sizeOf(scale), 2 ** (bits - 1)];
  const [from, to, s, z] = [x, y, scale, zero].map((tensor) => address(backend, tensor));
  if (channels > 1) exportsOf(backend).fakeQuantizeColumns(from, to, s, z, half, count / channels, channels);
  else inParallel(backend, 'fakeQuantize', count, WORTH_A_THREAD, (first, last) => [from, to, s, z, half, first, last]);
  return y;
}

/**
 * Values whose sums are taken together: cut by the data, never by the number of threads, so that the sums are the same
 * for any.
 */
const CHUNK = 16_384;

/**
 * dL/dx of the same, nothing where x is clipped; with `sums` also dL/d(1 / scale) and the sum of dy over what is
 * clipped, of scale's shape each.
 */
export function fakeQuantizeGradient(
  backend: WasmBackend,
  { dy, x, scale, zero }: { dy: Info; x: Info; scale: Info; zero: Info },
  bits: number,
  sums: boolean,
): Info[] {
  const dx = output(backend, x.shape);
  const [count, channels, half] = [sizeOf(x), sizeOf(scale), 2 ** (bits - 1)];
  const [steps, zeros] = sums ? [output(backend, scale.shape), output(backend, scale.shape)] : [null, null];
  const from = [dy, x, dx, scale, zero].map((tensor) => address(backend, tensor));
  const module = exportsOf(backend);
  if (channels > 1) {
    const [s, z] = [steps, zeros].map((tensor) => (tensor ? address(backend, tensor) : 0));
    if (s) module.zero(s, channels * FLOAT);
    if (z) module.zero(z, channels * FLOAT);
    const [a, b, c, d, e] = from;
    module.fakeQuantizeColumnsGradient(a, b, c, d, e, half, s, z, count / channels, channels);
  } else {
    const chunks = Math.ceil(count / CHUNK);
    withScratch(backend, (2 * chunks + 1) * FLOAT, (scratch) => {
      const [second, third] = [scratch + chunks * FLOAT, scratch + 2 * chunks * FLOAT];
      inParallel(backend, 'fakeQuantizeGradient', chunks, Math.ceil(WORTH_A_THREAD / CHUNK), (first, last) => [
        ...from,
        half,
        sums ? scratch : 0,
        second,
        CHUNK,
        count,
        first,
        last,
      ]);
      if (steps && zeros) {
        module.columnSums(scratch, address(backend, steps), third, chunks, 1);
        module.columnSums(second, address(backend, zeros), third, chunks, 1);
      }
    });
  }
  return steps && zeros ? [dx, steps, zeros] : [dx];
}

/** Smallest and largest value of each of the last `count` channels, [count] each. */
export function channelRange(backend: WasmBackend, x: Info, count: number): Info[] {
  const [lo, hi] = [output(backend, [count]), output(backend, [count])];
  exportsOf(backend).columnRanges(
    address(backend, x),
    address(backend, lo),
    address(backend, hi),
    sizeOf(x) / count,
    count,
  );
  return [lo, hi];
}

/** x on the grids of its channels' own ranges. */
export function fakeQuantizeToOwnRange(
  backend: WasmBackend,
  x: Info,
  count: number,
  bits: number,
  smallestRange: number,
): Info {
  const y = output(backend, x.shape);
  withScratch(backend, 4 * count * FLOAT, (lo) => {
    const [hi, scale, zero] = [1, 2, 3].map((k) => lo + k * count * FLOAT);
    const module = exportsOf(backend);
    const rows = sizeOf(x) / count;
    module.columnRanges(address(backend, x), lo, hi, rows, count);
    module.quantizationGrids(lo, hi, bits, smallestRange, scale, zero, count);
    module.fakeQuantizeColumns(address(backend, x), address(backend, y), scale, zero, 2 ** (bits - 1), rows, count);
  });
  return y;
}

/** Tensors end to end in one vector. */
export function pack(backend: WasmBackend, tensors: Info[]): Info {
  const packed = output(backend, [tensors.reduce((sum, tensor) => sum + sizeOf(tensor), 0)]);
  let at = address(backend, packed);
  for (const tensor of tensors) {
    exportsOf(backend).copy(address(backend, tensor), at, sizeOf(tensor) * FLOAT);
    at += sizeOf(tensor) * FLOAT;
  }
  return packed;
}

/** The reverse. */
export function unpack(backend: WasmBackend, packed: Info, shapes: number[][]): Info[] {
  let at = 0;
  return shapes.map((shape) => {
    const part = output(backend, shape);
    exportsOf(backend).copy(address(backend, packed) + at, address(backend, part), sizeOf(part) * FLOAT);
    at += sizeOf(part) * FLOAT;
    return part;
  });
}

export interface AdamAttrs {
  beta1: number;
  beta2: number;
  rate: number;
  epsilon: number;
}

/** New values, first and second moments; see ../../training/optimizers.ts. */
export function adamUpdate(
  backend: WasmBackend,
  inputs: { p: Info; g: Info; m: Info; v: Info },
  attrs: AdamAttrs,
): Info[] {
  const [next, m, v] = [0, 1, 2].map(() => output(backend, inputs.p.shape));
  withScratch(backend, 6 * FLOAT, (settings) => {
    const { beta1, beta2, rate, epsilon } = attrs;
    writeFloats(backend, settings, [beta1, beta2, rate, epsilon, 1 - beta1, 1 - beta2]);
    const addresses = [inputs.p, inputs.g, inputs.m, inputs.v, next, m, v].map((tensor) => address(backend, tensor));
    inParallel(backend, 'adam', sizeOf(inputs.p), WORTH_A_THREAD, (first, last) => [
      ...addresses,
      settings,
      first,
      last,
    ]);
  });
  return [next, m, v];
}

export interface LimitAttrs {
  sizes: number[];
  limit: number;
  floor: number;
}

/** next, every part of it no further from p than the limit allows; see ../../training/optimizers.ts. */
export function limitUpdate(backend: WasmBackend, { p, next }: { p: Info; next: Info }, attrs: LimitAttrs): Info {
  const limited = output(backend, p.shape);
  const module = exportsOf(backend);
  module.copy(address(backend, next), address(backend, limited), sizeOf(p) * FLOAT);
  const { sizes, limit, floor } = attrs;
  withScratch(backend, (2 + sizes.length) * FLOAT, (settings) => {
    writeFloats(backend, settings, [limit, floor]);
    writeIntegers(backend, settings + 2 * FLOAT, sizes);
    module.limitUpdate(address(backend, p), address(backend, limited), settings + 2 * FLOAT, sizes.length, settings);
  });
  return limited;
}

export interface SgdAttrs {
  rate: number;
  momentum: number;
  weightDecay: number;
  nesterov: boolean;
}

/** New values and, with momentum, the new buffer. */
export function sgdUpdate(
  backend: WasmBackend,
  { p, g, buffer }: { p: Info; g: Info; buffer?: Info },
  attrs: SgdAttrs,
): Info[] {
  const next = output(backend, p.shape);
  const moved = buffer && output(backend, p.shape);
  withScratch(backend, 3 * FLOAT, (settings) => {
    writeFloats(backend, settings, [attrs.rate, attrs.momentum, attrs.weightDecay]);
    const [from, to] = [buffer, moved].map((tensor) => (tensor ? address(backend, tensor) : 0));
    inParallel(backend, 'sgd', sizeOf(p), WORTH_A_THREAD, (first, last) => [
      address(backend, p),
      address(backend, g),
      from,
      address(backend, next),
      to,
      settings,
      attrs.nesterov ? 1 : 0,
      first,
      last,
    ]);
  });
  return moved ? [next, moved] : [next];
}
