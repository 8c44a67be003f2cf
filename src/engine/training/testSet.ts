import * as tf from '@tensorflow/tfjs-core';
import { gatherBatch, indexRange, type Batch, type Dataset, type Split } from '../data/dataset';
import type { NetworkDefinition } from '../network/types';
import { EVALUATION_BATCH } from './workCount';

/** The images accuracies are measured on: batches made when first asked for, then kept (12 kB an image of 32x32). */
export class TestSet {
  private readonly batches: Batch[] = [];

  /**
   * @param n how many images of the split, from its start
   * @throws RangeError where the split has fewer
   */
  constructor(
    private readonly dataset: Dataset,
    private readonly definition: NetworkDefinition,
    readonly n: number,
    private readonly split: Split = 'test',
  ) {
    if (n > dataset.size(split))
      throw new RangeError(`${dataset.name} has ${dataset.size(split)} ${split} images, not ${n}.`);
  }

  /** Number of batches. */
  get count(): number {
    return Math.ceil(this.n / EVALUATION_BATCH);
  }

  /** Index of a batch's first image. */
  startOf(index: number): number {
    return index * EVALUATION_BATCH;
  }

  private batch(index: number): Batch {
    const start = this.startOf(index);
    return (this.batches[index] ??= gatherBatch(
      this.dataset,
      this.split,
      indexRange(start, Math.min(this.n, start + EVALUATION_BATCH)),
      this.definition.normalization,
    ));
  }

  /** [n] class of each image. */
  labels(): Uint16Array {
    return Uint16Array.from({ length: this.n }, (_, i) => this.dataset.label(this.split, i));
  }

  /**
   * The classes that one batch's images are taken for, [count].
   *
   * @param forward logits [N, numClasses] of normalised images [N, H, W, C]
   * @returns [count]
   */
  async answers(index: number, forward: (images: tf.Tensor4D) => tf.Tensor2D): Promise<Uint16Array> {
    const { images, count } = this.batch(index);
    const predicted = tf.tidy(() => tf.argMax(forward(tf.tensor4d(images, [count, ...this.definition.inputShape])), 1));
    try {
      return Uint16Array.from(await predicted.data());
    } finally {
      predicted.dispose();
    }
  }

  /** How many of these answers to a batch are right. */
  countCorrect(index: number, answers: Uint16Array): number {
    const { labels } = this.batch(index);
    return answers.reduce((sum, answer, i) => sum + Number(answer === labels[i]), 0);
  }

  /** Correct answers among one batch's images. @param forward as for `answers` */
  async correct(index: number, forward: (images: tf.Tensor4D) => tf.Tensor2D): Promise<number> {
    return this.countCorrect(index, await this.answers(index, forward));
  }
}
