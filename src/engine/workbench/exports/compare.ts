/** Runs a file that was read back beside the student, on test images. */
import * as tf from '@tensorflow/tfjs-core';
import { imageBatches, topClasses } from '../images';
import { LOGIT_TOLERANCE, type ExportCheck } from '../report';
import type { TaskContext } from '../source';

/** Logits [N, classes] of normalised images [N, H, W, C]. */
export type LogitsOf = (
  images: Float32Array,
  shape: readonly [number, number, number, number],
) => Promise<Float32Array>;

export type Compared = Pick<ExportCheck, 'same' | 'ties' | 'close' | 'maxDifference' | 'largestLogit'>;

/**
 * How far each of `runs` is from `expected`, on the first `n` test images.
 *
 * @param expected the student's logits of a batch
 */
export async function compareRuns(
  context: TaskContext,
  expected: (images: tf.Tensor4D) => tf.Tensor2D,
  runs: readonly LogitsOf[],
  n: number,
): Promise<Compared[]> {
  const { dataset, network } = context.source;
  const { definition } = network;
  const classes = definition.numClasses;
  const same = runs.map(() => 0);
  /** [run] what the student's logit of its own class is above that of the run's class, where that is another. */
  const leads = runs.map((): number[] => []);
  /** [run] of each image the largest difference of two logits. */
  const differences = runs.map((): number[] => []);
  let largestLogit = 0;
  for (const { start, images, labels } of imageBatches(dataset, network, 'test', n)) {
    const logits = expected(images);
    const [values, pixels] = (await Promise.all([logits.data(), images.data()]).finally(() =>
      tf.dispose([logits, images]),
    )) as Float32Array[];
    const answers = topClasses(values, classes);
    for (const value of values) largestLogit = Math.max(largestLogit, Math.abs(value));
    for (const [i, run] of runs.entries()) {
      const actual = await run(pixels, [labels.length, ...definition.inputShape]);
      topClasses(actual, classes).forEach((answer, k) => {
        if (answer === answers[k]) same[i]++;
        else leads[i].push(values[k * classes + answers[k]] - values[k * classes + answer]);
      });
      for (let at = 0; at < values.length; at += classes) {
        let largest = 0;
        for (let c = at; c < at + classes; c++) {
          const difference = Math.abs(values[c] - actual[c]);
          // Not a number is no small difference.
          if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
        }
        differences[i].push(largest);
      }
    }
    await context.pause((start + labels.length) / n);
  }
  return runs.map((_, i) => ({
    same: same[i],
    ties: leads[i].filter((lead) => lead <= LOGIT_TOLERANCE * largestLogit).length,
    close: differences[i].filter((each) => each <= LOGIT_TOLERANCE * largestLogit).length,
    maxDifference: differences[i].reduce((most, each) => Math.max(most, each), 0),
    largestLogit,
  }));
}
