/** Images that tasks measure on, batch by batch, and what is read off a network's answers. */
import * as tf from '@tensorflow/tfjs-core';
import { canHold } from '../data/amounts';
import { gatherBatch, indexRange, type Dataset, type Split } from '../data/dataset';
import { networkFacts } from '../network/inspect';
import type { Network, NetworkDefinition } from '../network/types';
import type { MeasuredSplit } from './report';

/** Images in one forward pass, where they are small. */
const BATCH = 50;

/** Values of all layers' outputs in one pass: 512 MB, of which a student has a third more, and its reference another. */
const VALUES_AT_ONCE = 2 ** 27;

const fitting = new WeakMap<Network, number>();

/** Images of which a forward pass, whose outputs all stay until its end, fits into memory. */
export function imagesInPass(network: Network): number {
  let images = fitting.get(network);
  if (images === undefined) {
    images = Math.max(1, Math.floor(VALUES_AT_ONCE / networkFacts(network).activations));
    fitting.set(network, images);
  }
  return images;
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
 * The first `n` images of a split, as many at a time as fit into a pass.
 *
 * @param share of the memory of a pass that there is
 * @throws RangeError where the split has fewer
 */
export function* imageBatches(
  dataset: Dataset,
  network: Network,
  split: Split,
  n: number,
  share = 1,
): Generator<ImageBatch> {
  if (!Number.isInteger(n) || n < 1 || n > dataset.size(split))
    throw new RangeError(`${dataset.name} has 1 to ${dataset.size(split)} ${split} images to measure on, not ${n}.`);
  const batch = batchSize(network, share);
  for (let start = 0; start < n; start += batch)
    yield imageBatch(dataset, network.definition, split, start, Math.min(n, start + batch));
}

/** The same batches several times: they stay on the backend where they fit, otherwise each is made anew. */
export class HeldBatches {
  private readonly held: ImageBatch[] | null;

  constructor(
    private readonly source: { dataset: Dataset; network: Network },
    private readonly split: Split,
    private readonly n: number,
  ) {
    const values = source.network.definition.inputShape.reduce((a, b) => a * b, 1);
    this.held = canHold(n, values) ? [...this.made()] : null;
  }

  private made(): Generator<ImageBatch> {
    return imageBatches(this.source.dataset, this.source.network, this.split, this.n);
  }

  /** Their images stay this object's, and may be gone when the next ones come. */
  *all(): Generator<ImageBatch> {
    if (this.held) return yield* this.held;
    for (const batch of this.made()) {
      try {
        yield batch;
      } finally {
        batch.images.dispose();
      }
    }
  }

  dispose(): void {
    for (const { images } of this.held ?? []) images.dispose();
  }
}

/** Images of one batch. @param share of the memory of a pass that there is */
export const batchSize = (network: Network, share = 1): number =>
  Math.min(BATCH, Math.max(1, Math.floor(share * imagesInPass(network))));

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
