/** The student's answers beside the full-precision network's: accuracy, and what changed for whom. */
import * as tf from '@tensorflow/tfjs-core';
import { forward, uploadWeights } from '../network/executor';
import { divergences, imageBatches, logProbabilities, measured, topClasses } from './images';
import type { Answers, TaskOptions } from './report';
import { createChangedTrial } from './changed';
import type { TaskContext } from './trial';

export async function answers(
  context: TaskContext,
  { images: asked, split: wanted, changes }: TaskOptions<'answers'>,
): Promise<Answers> {
  const { network, dataset } = context.source;
  const { definition } = network;
  const { numClasses: classes } = definition;
  const { split, n } = measured(dataset, asked, wanted);
  const trial = await createChangedTrial(context, changes);
  const teacher = uploadWeights(network);
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
    for (const { start, images, labels } of imageBatches(dataset, definition, split, n)) {
      const both = tf.tidy(() => tf.concat([forward(definition, teacher, images), trial.student.forward(images)], 1));
      images.dispose();
      const values = (await both.data().finally(() => both.dispose())) as Float32Array;
      const half = (side: 0 | 1) =>
        Float32Array.from(
          { length: labels.length * classes },
          (_, i) => values[(2 * Math.floor(i / classes) + side) * classes + (i % classes)],
        );
      const [full, student] = [half(0), half(1)];
      result.labels.set(labels, start);
      result.full.set(topClasses(full, classes), start);
      result.student.set(topClasses(student, classes), start);
      result.kl.set(divergences(logProbabilities(full, classes), logProbabilities(student, classes), classes), start);
      await context.pause((start + labels.length) / n);
    }
    return result;
  } finally {
    tf.dispose(teacher);
    trial.student.dispose();
  }
}
