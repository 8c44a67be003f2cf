/**
 * Small matrices on this project's wasm module: columns side by side (../columns.ts), statistics of groups
 * (../../bns/statistics.ts), products.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { filterGradient } from './convolution';
import { address, exportsOf, output, type WasmBackend } from './module';

type Info = tf.TensorInfo;

const FLOAT = 4;

/** Matrices [n, w_i] side by side. */
export function concatColumns(backend: WasmBackend, parts: Info[]): Info {
  const n = parts[0].shape[0];
  const width = parts.reduce((sum, { shape }) => sum + shape[1], 0);
  const result = output(backend, [n, width]);
  let at = address(backend, result);
  for (const part of parts) {
    const bytes = part.shape[1] * FLOAT;
    exportsOf(backend).copyColumns(address(backend, part), bytes, at, width * FLOAT, n, bytes);
    at += bytes;
  }
  return result;
}

/** The reverse. */
export function splitColumns(backend: WasmBackend, x: Info, widths: number[]): Info[] {
  const [n, width] = x.shape;
  let at = address(backend, x);
  return widths.map((columns) => {
    const part = output(backend, [n, columns]);
    exportsOf(backend).copyColumns(at, width * FLOAT, address(backend, part), columns * FLOAT, n, columns * FLOAT);
    at += columns * FLOAT;
    return part;
  });
}

/** [n, d] and A [g, n] -> [g, d]; `columns` [d] int32. */
export function poolStatistics(backend: WasmBackend, perImage: Info, averaging: Info, columns: Info): Info {
  const [n, d] = perImage.shape;
  const g = averaging.shape[0];
  const result = output(backend, [g, d]);
  const [x, a, k, to] = [perImage, averaging, columns, result].map((tensor) => address(backend, tensor));
  exportsOf(backend).poolStatistics(x, a, k, to, g, n, d);
  return result;
}

/** dL/dperImage. */
export function poolStatisticsGradient(
  backend: WasmBackend,
  dy: Info,
  perImage: Info,
  averaging: Info,
  pooled: Info,
  columns: Info,
): Info {
  const [n, d] = perImage.shape;
  const dx = output(backend, [n, d]);
  const [from, x, a, p, k, to] = [dy, perImage, averaging, pooled, columns, dx].map((tensor) =>
    address(backend, tensor),
  );
  exportsOf(backend).poolStatisticsGradient(from, x, a, p, k, to, averaging.shape[0], n, d);
  return dx;
}

/** a transposed times b, [n, i] and [n, o] -> [i, o]: what a 1x1 convolution's filter gradient is. */
export function transposedProduct(backend: WasmBackend, a: Info, b: Info): Info {
  const [[n, i], o] = [a.shape, b.shape[1]];
  const row = (tensor: Info, c: number) => ({ ...tensor, shape: [1, 1, n, c] });
  return {
    ...filterGradient(backend, row(a, i), row(b, o), [1, 1, i, o], { strides: [1, 1], top: 0, left: 0 }),
    shape: [i, o],
  };
}
