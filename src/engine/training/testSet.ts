import * as tf from '@tensorflow/tfjs-core';
import { canHold } from '../data/amounts';
import { gatherBatch, indexRange, type Batch, type Dataset, type Split } from '../data/dataset';
import { RepeatedStep } from '../kernels/replay/repeatedStep';
import type { NetworkDefinition } from '../network/types';
import { evaluationBatch } from './workCount';

/** A network that can be measured. */
export interface Answering {
  /** Logits [N, numClasses] of normalised images [N, H, W, C]; the caller's. */
  forward(images: tf.Tensor4D): tf.Tensor2D;
  /** Variables that it reads. */
  readonly inUse: tf.Variable[];
}

/**
 * The images accuracies are measured on: batches made when first asked for, then kept (12 kB an image of 32x32) where
 * all of them are not too much.
 */
export class TestSet {
  private readonly batches: Batch[] = [];
  private readonly perBatch: number;
  private readonly keeps: boolean;

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
    const [height, width, channels] = definition.inputShape;
    this.perBatch = evaluationBatch(definition.inputShape);
    this.keeps = canHold(n, height * width * channels);
  }

  /** Number of batches. */
  get count(): number {
    return Math.ceil(this.n / this.perBatch);
  }

  /** Index of a batch's first image. */
  startOf(index: number): number {
    return index * this.perBatch;
  }

  private batch(index: number): Batch {
    const kept = this.batches[index];
    if (kept) return kept;
    const made = gatherBatch(this.dataset, this.split, this.indicesOf(index), this.definition.normalization);
    if (this.keeps) this.batches[index] = made;
    return made;
  }

  private indicesOf(index: number): Int32Array {
    const start = this.startOf(index);
    return indexRange(start, Math.min(this.n, start + this.perBatch));
  }

  /** [n] class of each image. */
  labels(): Uint16Array {
    return Uint16Array.from({ length: this.n }, (_, i) => this.dataset.label(this.split, i));
  }

  /**
   * The classes that one batch's images are taken for, [count].
   *
   * @param repeated whose variables are the network's; left out: a batch on its own
   * @returns [count]
   */
  async answers(index: number, network: Answering, repeated?: RepeatedStep): Promise<Uint16Array> {
    const { images, count } = this.batch(index);
    const once = repeated ?? new RepeatedStep(() => network.inUse, 'gpu');
    const predicted = once.run(
      'answers',
      { images: { values: images, shape: [count, ...this.definition.inputShape] } },
      (inputs) => tf.argMax(network.forward(inputs.images as tf.Tensor4D), 1),
    );
    try {
      return Uint16Array.from(await predicted.data());
    } finally {
      predicted.dispose();
      if (!repeated) once.dispose();
    }
  }

  /** How many of these answers to a batch are right. */
  countCorrect(index: number, answers: Uint16Array): number {
    const start = this.startOf(index);
    return answers.reduce((sum, answer, i) => sum + Number(answer === this.dataset.label(this.split, start + i)), 0);
  }
}
