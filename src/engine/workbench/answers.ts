/** The student's answers beside the full-precision network's: accuracy, and what changed for whom. */
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '../data/dataset';
import { forward, uploadWeights, type WeightTensors } from '../network/executor';
import type { Network } from '../network/types';
import {
  batchSize,
  divergences,
  imageBatch,
  imageBatches,
  logProbabilities,
  measured,
  topClasses,
  type Measured,
} from './images';
import type { Answers, TaskOptions } from './report';
import { createChangedTrial } from './changed';
import type { TaskContext, WorkbenchSource } from './source';

/** Logits at full precision of the first images of a split: they are asked for again with every range that is tried. */
interface KnownLogits {
  dataset: Dataset;
  /** Images whose logits are known. */
  n: number;
  /** [at least n, classes] */
  logits: Float32Array;
}
const known = new WeakMap<Network, Map<string, KnownLogits>>();

/**
 * The full-precision network's answers to the first images of a split; those that were asked for before are not
 * computed again.
 *
 * @param told says how far it is, 0 to 1, between two batches; it may let others in
 * @param weights of the network on the backend, where the caller has them
 * @returns [n, classes]; not to be changed
 */
export async function fullLogits(
  { network, dataset }: Pick<WorkbenchSource, 'network' | 'dataset'>,
  { split, n }: Measured,
  told: (fraction: number) => Promise<void>,
  weights?: WeightTensors,
): Promise<Float32Array> {
  const { definition } = network;
  const { numClasses: classes } = definition;
  const of = `${tf.getBackend()} ${split}`;
  const before = known.get(network) ?? new Map<string, KnownLogits>();
  known.set(network, before);
  let entry = before.get(of);
  if (entry?.dataset !== dataset) before.set(of, (entry = { dataset, n: 0, logits: new Float32Array(0) }));
  if (entry.n >= n) return entry.logits.subarray(0, n * classes);
  const uploaded = weights ? null : uploadWeights(network);
  try {
    while (entry.n < n) {
      const start = entry.n;
      const { images } = imageBatch(dataset, definition, split, start, Math.min(n, start + batchSize(network)));
      const values = tf.tidy(() => forward(definition, weights ?? uploaded!, images));
      images.dispose();
      const logits = (await values.data().finally(() => values.dispose())) as Float32Array;
      // Someone else may have asked for the same meanwhile.
      if (entry.n === start) append(entry, logits, classes);
      await told(entry.n / n);
    }
  } finally {
    if (uploaded) tf.dispose(uploaded);
  }
  return entry.logits.subarray(0, n * classes);
}

function append(entry: KnownLogits, logits: Float32Array, classes: number): void {
  const needed = entry.n * classes + logits.length;
  if (needed > entry.logits.length) {
    const longer = new Float32Array(Math.max(needed, 2 * entry.logits.length));
    longer.set(entry.logits);
    entry.logits = longer;
  }
  entry.logits.set(logits, entry.n * classes);
  entry.n += logits.length / classes;
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
    const teacher = await fullLogits(context.source, { split, n }, (fraction) => context.pause(0.4 * fraction));
    for (const { start, images, labels } of imageBatches(dataset, network, split, n)) {
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
