import * as tf from '@tensorflow/tfjs-core';
import { gatherBatch, indexRange, type Batch, type Dataset, type Split } from '../data/dataset';
import type { NetworkDefinition } from '../network/types';

/** Images an evaluation looks at in one forward pass. */
export const EVALUATION_BATCH = 100;

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

  private batch(index: number): Batch {
    const start = index * EVALUATION_BATCH;
    return (this.batches[index] ??= gatherBatch(
      this.dataset,
      this.split,
      indexRange(start, Math.min(this.n, start + EVALUATION_BATCH)),
      this.definition.normalization,
    ));
  }

  /** [count] what is on the images of one batch. */
  labels(index: number): Uint8Array {
    return this.batch(index).labels;
  }

  /**
   * The class that a network sees in each image of one batch.
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

  /** Correct answers among one batch's images. */
  async correct(index: number, forward: (images: tf.Tensor4D) => tf.Tensor2D): Promise<number> {
    const answers = await this.answers(index, forward);
    const labels = this.labels(index);
    return answers.reduce((sum, answer, i) => sum + Number(answer === labels[i]), 0);
  }
}
