/** How fast a network is here: a forward pass, timed. */
import * as tf from '@tensorflow/tfjs-core';
import { statisticsColumns, type RunSize } from './machineFit';
import type { Teacher } from './teacher';

const IMAGES = 2;
const PASSES = 3;

/** What memory and time of a run with this network depend on. */
export const runSizeOf = ({ definition, facts }: Pick<Teacher, 'definition' | 'facts'>): RunSize => ({
  macs: facts.macs,
  inputShape: definition.inputShape,
  numClasses: definition.numClasses,
  parameters: facts.parameters,
  activations: facts.activations,
  statistics: statisticsColumns(facts.batchNorms),
});

/** Multiply-accumulates a second; the fastest of a few passes over two images, the first of which compiles and warms up. */
export async function measureSpeed(teacher: Teacher): Promise<number> {
  const { definition, facts } = teacher;
  const images = tf.zeros([IMAGES, ...definition.inputShape]) as tf.Tensor4D;
  let least = Infinity;
  try {
    for (let pass = 0; pass < PASSES; pass++) {
      const began = performance.now();
      const logits = tf.tidy(() => teacher.forward(images));
      await logits.data();
      logits.dispose();
      least = Math.min(least, performance.now() - began);
    }
  } finally {
    images.dispose();
  }
  return (IMAGES * facts.macs) / (Math.max(least, 0.01) / 1000);
}
