/**
 * The grid that changes some values least: where learned step sizes start, and what plain quantization is best served
 * with.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { QuantizationGrid } from '../kernels/fakeQuantize';

/** Values of a grid: step times a whole number from `lowest` to lowest + 2^bits - 1. */
export interface UniformGrid {
  step: number;
  lowest: number;
}

/** Up to so many bits every place of the grid around 0 is tried; beyond, the places next to the values' own. */
const FEW_BITS = 3;
/** Steps that the search begins with, as shares of the step that spans all values. */
const STARTS = [0.25, 0.4, 0.55, 0.7, 0.85, 1];
const ITERATIONS = 12;

/**
 * The grid of least squared error for `values`: for each place of the grid and some first steps, assignment to the
 * nearest level and the step that then fits best (sum of value times level over sum of squared levels) take turns, as
 * in Lloyd's algorithm (Lloyd 1982). Of equal grids the one with the widest step. Constant or no values: a step that
 * their size fits in.
 *
 * @param values finite numbers
 * @param lowest only this place, where the values are known to begin at 0 (ReLU outputs: 0)
 */
export function leastSquaresGrid(values: ArrayLike<number>, bits: number, lowest?: number): UniformGrid {
  const levels = 2 ** bits;
  let [lo, hi] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < lo) lo = values[i];
    if (values[i] > hi) hi = values[i];
  }
  const widest = (hi - lo) / (levels - 1);
  if (!(widest > 0)) return { step: 1, lowest: lowest ?? -levels / 2 };
  let best: UniformGrid = { step: widest, lowest: lowest ?? Math.round(lo / widest) };
  let least = errorOf(values, best, levels);
  for (const place of lowest === undefined ? placesOf(lo, widest, levels) : [lowest]) {
    for (const share of STARTS) {
      const grid = fitted(values, { step: widest * share, lowest: place }, levels);
      const error = errorOf(values, grid, levels);
      if (error < least || (error === least && grid.step > best.step)) [best, least] = [grid, error];
    }
  }
  return best;
}

function placesOf(lo: number, step: number, levels: number): number[] {
  if (levels <= 2 ** FEW_BITS) return Array.from({ length: levels }, (_, i) => i + 1 - levels);
  const own = Math.round(lo / step);
  return [own - 1, own, own + 1].filter((place) => place > -levels && place <= 0);
}

const levelOf = (value: number, { step, lowest }: UniformGrid, levels: number): number =>
  Math.min(lowest + levels - 1, Math.max(lowest, Math.round(value / step)));

function fitted(values: ArrayLike<number>, start: UniformGrid, levels: number): UniformGrid {
  let { step } = start;
  for (let round = 0; round < ITERATIONS; round++) {
    let [products, squares] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      const level = levelOf(values[i], { ...start, step }, levels);
      products += values[i] * level;
      squares += level * level;
    }
    const next = squares > 0 ? products / squares : step;
    if (!(next > 0) || next === step) break;
    step = next;
  }
  return { step, lowest: start.lowest };
}

function errorOf(values: ArrayLike<number>, grid: UniformGrid, levels: number): number {
  let error = 0;
  for (let i = 0; i < values.length; i++) error += (levelOf(values[i], grid, levels) * grid.step - values[i]) ** 2;
  return error;
}

/**
 * The grids of least squared error for a kernel's values, whose last axes are its channels; the caller owns the
 * tensors.
 *
 * @param channels shape of the grids, see `weightChannels`
 */
export function leastSquaresGrids(values: ArrayLike<number>, channels: number[], bits: number): QuantizationGrid {
  const count = channels.reduce((a, b) => a * b, 1);
  const [scale, zero] = [new Float32Array(count), new Float32Array(count)];
  const column = new Float32Array(values.length / count);
  for (let c = 0; c < count; c++) {
    for (let i = 0; i < column.length; i++) column[i] = values[i * count + c];
    const { step, lowest } = leastSquaresGrid(column, bits);
    scale[c] = 1 / step;
    zero[c] = lowest + 2 ** (bits - 1);
  }
  return { scale: tf.tensor(scale, channels), zero: tf.tensor(zero, channels), bits };
}
