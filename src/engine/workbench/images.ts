/** Images that tasks measure on, batch by batch, and what is read off a network's answers. */
import * as tf from '@tensorflow/tfjs-core';
import { gatherBatch, indexRange, type Dataset, type Split } from '../data/dataset';
import type { NetworkDefinition } from '../network/types';
import { say } from '../sentences';
import { SettingError } from '../training/prepare';
import type { ImageSource, MeasuredSplit } from './report';
import type { WorkbenchSource } from './trial';

/** Images in one forward pass: few, because every layer's output of a pass is kept. */
export const BATCH = 50;

/** Synthetic images of each class that values, ranges and repairs come from. */
export const LOOKED_PER_CLASS = 4;

/**
 * Calibration images, synthetic ones, or both, each set by itself; the caller's.
 *
 * @throws SettingError where the run has no synthetic ones
 */
export function imagesFrom({ calibrationImages, syntheticImages }: WorkbenchSource, from: ImageSource): tf.Tensor4D[] {
  const synthetic = from === 'calibration' ? null : syntheticImages(LOOKED_PER_CLASS);
  if (from !== 'calibration' && synthetic === null) throw new SettingError(say('noSyntheticImages'));
  return [...(from === 'synthetic' ? [] : [tf.clone(calibrationImages)]), ...(synthetic ? [synthetic] : [])];
}

/** Images that something is measured on. */
export interface Measured {
  split: MeasuredSplit;
  n: number;
}

/**
 * The images to choose by: validation images, or test images where there are no others; no more than there are.
 *
 * @throws RangeError where none are asked for
 */
export function measured(dataset: Dataset, asked: number, split: MeasuredSplit = 'validation'): Measured {
  if (!Number.isInteger(asked) || asked < 1) throw new RangeError(`At least 1 image is measured on, not ${asked}.`);
  const there = dataset.size(split) > 0 ? split : 'test';
  return { split: there, n: Math.min(asked, dataset.size(there)) };
}

export interface ImageBatch {
  /** Index of the first image. */
  start: number;
  /** [count, H, W, C] normalised; the caller's. */
  images: tf.Tensor4D;
  labels: Uint16Array;
}

/**
 * Images of a split in one batch.
 *
 * @param start first of them
 * @param end one past the last of them, no more than there are
 */
export function imageBatch(
  dataset: Dataset,
  { inputShape, normalization }: NetworkDefinition,
  split: Split,
  start: number,
  end: number,
): ImageBatch {
  const { images, labels, count } = gatherBatch(dataset, split, indexRange(start, end), normalization);
  return { start, images: tf.tensor4d(images, [count, ...inputShape]), labels };
}

/**
 * The first `n` images of a split.
 *
 * @throws RangeError where the split has fewer
 */
export function* imageBatches(
  dataset: Dataset,
  definition: NetworkDefinition,
  split: Split,
  n: number,
): Generator<ImageBatch> {
  if (!Number.isInteger(n) || n < 1 || n > dataset.size(split))
    throw new RangeError(`${dataset.name} has 1 to ${dataset.size(split)} ${split} images to measure on, not ${n}.`);
  for (let start = 0; start < n; start += BATCH)
    yield imageBatch(dataset, definition, split, start, Math.min(n, start + BATCH));
}

/** Natural logarithms of the probabilities that logits [N, C] stand for, row by row. */
export function logProbabilities(logits: Float32Array, classes: number): Float64Array {
  const result = new Float64Array(logits.length);
  for (let at = 0; at < logits.length; at += classes) {
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[at + c]);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[at + c] - largest);
    const log = largest + Math.log(sum);
    for (let c = 0; c < classes; c++) result[at + c] = logits[at + c] - log;
  }
  return result;
}

/** KL(P || Q) of each row in nats, from logarithms of probabilities. Never below 0, as rounding could have it. */
export function divergences(p: Float64Array, q: Float64Array, classes: number): Float64Array {
  const result = new Float64Array(p.length / classes);
  for (let i = 0; i < result.length; i++) {
    let sum = 0;
    for (let c = i * classes; c < (i + 1) * classes; c++) sum += Math.exp(p[c]) * (p[c] - q[c]);
    result[i] = Math.max(0, sum);
  }
  return result;
}

/** The class of each row with the largest value; of equal ones the first, as tf.argMax has it. */
export function topClasses(values: ArrayLike<number>, classes: number): Uint16Array {
  return Uint16Array.from({ length: values.length / classes }, (_, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (values[i * classes + c] > values[i * classes + best]) best = c;
    return best;
  });
}
