/** The student's answers beside the full-precision network's: accuracy, and what changed for whom. */
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '../data/dataset';
import { forward, uploadWeights } from '../network/executor';
import type { Network } from '../network/types';
import { divergences, imageBatches, logProbabilities, measured, topClasses, type Measured } from './images';
import type { Answers, TaskOptions } from './report';
import { createChangedTrial } from './changed';
import type { TaskContext } from './trial';

/** Logits at full precision of the first images of a split: they are asked for again with every range that is tried. */
const known = new WeakMap<Network, { of: string; dataset: Dataset; logits: Float32Array }>();

/** @returns [n, classes], kept for the next time; not to be changed */
async function fullLogits(
  { source: { network, dataset }, pause }: TaskContext,
  { split, n }: Measured,
): Promise<Float32Array> {
  const { definition } = network;
  const of = `${tf.getBackend()} ${split}`;
  const before = known.get(network);
  const size = n * definition.numClasses;
  if (before?.of === of && before.dataset === dataset && before.logits.length >= size)
    return before.logits.subarray(0, size);
  const weights = uploadWeights(network);
  const logits = new Float32Array(size);
  try {
    for (const { start, images } of imageBatches(dataset, definition, split, n)) {
      const values = tf.tidy(() => forward(definition, weights, images));
      images.dispose();
      logits.set((await values.data().finally(() => values.dispose())) as Float32Array, start * definition.numClasses);
      await pause((0.4 * start) / n);
    }
  } finally {
    tf.dispose(weights);
  }
  known.set(network, { of, dataset, logits });
  return logits;
}

export async function answers(
  context: TaskContext,
  { images: asked, split: wanted, changes }: TaskOptions<'answers'>,
): Promise<Answers> {
  const { network, dataset } = context.source;
  const { definition } = network;
  const { numClasses: classes } = definition;
  const { split, n } = measured(dataset, asked, wanted);
  const trial = await createChangedTrial(context, changes);
  const result: Answers = {
    step: trial.step,
    n,
    split,
    labels: new Uint16Array(n),
    full: new Uint16Array(n),
    student: new Uint16Array(n),
    kl: new Float32Array(n),
  };
  try {
    const teacher = await fullLogits(context, { split, n });
    for (const { start, images, labels } of imageBatches(dataset, definition, split, n)) {
      const logits = trial.student.forward(images);
      images.dispose();
      const student = (await logits.data().finally(() => logits.dispose())) as Float32Array;
      const full = teacher.subarray(start * classes, (start + labels.length) * classes);
      result.labels.set(labels, start);
      result.full.set(topClasses(full, classes), start);
      result.student.set(topClasses(student, classes), start);
      result.kl.set(divergences(logProbabilities(full, classes), logProbabilities(student, classes), classes), start);
      await context.pause(0.4 + (0.6 * (start + labels.length)) / n);
    }
    return result;
  } finally {
    trial.student.dispose();
  }
}
