/** What can be done to a quantized network after the fact, measured before and after. */
import * as tf from '@tensorflow/tfjs-core';
import { FULL_PRECISION } from '../../quantization/layerBits';
import type { Student } from '../../quantization/student';
import { imageBatches, logProbabilities, measured, topClasses, type Measured } from '../images';
import { LossCount } from '../layers';
import { REPAIRS, type RepairName, type RepairRow, type Repaired, type TaskOptions } from '../report';
import { createTrial, type TaskContext } from '../trial';
import { adaRound } from './adaRound';
import { biasCorrection } from './biasCorrection';
import { equalization } from './equalization';
import type { Repairs } from './repair';

/** A further one is a file beside these, its name in `REPAIRS` (`report.ts`) where its turn is, and its line here. */
const ALL: Repairs = { equalization, adaRound, biasCorrection };

/** Synthetic images of each class that repairs look at. */
const SYNTHETIC_PER_CLASS = 4;

/**
 * Does some repairs one after the other, in the order of `REPAIRS`.
 *
 * @param images what they may look at; the caller's
 */
export async function repair(
  student: Student,
  names: readonly RepairName[],
  images: tf.Tensor4D,
  { source, settings, pause }: Pick<TaskContext, 'source' | 'settings' | 'pause'>,
): Promise<Set<string>> {
  const changed = new Set<string>();
  const order = REPAIRS.filter((name) => names.includes(name));
  for (const [i, name] of order.entries()) {
    const told = (fraction: number) => pause((i + fraction) / order.length);
    for (const layer of await ALL[name]({ student, images, seed: settings.seed, pause: told })) changed.add(layer);
    // Channels that are scaled have other ranges.
    const quantized = Object.values(student.plan.activationBits).some((bits) => bits !== FULL_PRECISION);
    if (name === 'equalization' && quantized) {
      const { activationRange } = settings;
      await student.calibrateRanges(
        [source.calibrationImages],
        activationRange === 'movingAverage' ? 'minMax' : activationRange,
      );
    }
  }
  return changed;
}

/** Nothing done, each repair alone, and, of several, all together. */
export async function repairs(
  context: TaskContext,
  { names, images: wanted, source: from }: TaskOptions<'repairs'>,
): Promise<Repaired> {
  const { source } = context;
  const on = measured(source.dataset, wanted);
  const generated = from === 'calibration' ? null : source.syntheticImages(SYNTHETIC_PER_CLASS);
  if (from !== 'calibration' && !generated)
    throw new RangeError('This run has no generator, and so no synthetic images.');
  const images = tf.tidy(() =>
    from === 'synthetic'
      ? tf.clone(generated!)
      : generated
        ? tf.concat([source.calibrationImages, generated], 0)
        : tf.clone(source.calibrationImages),
  );
  generated?.dispose();
  const asked = REPAIRS.filter((name) => names.includes(name));
  const sets: RepairName[][] = [[], ...asked.map((name) => [name]), ...(asked.length > 1 ? [asked] : [])];
  const rows: RepairRow[] = [];
  let [correctFull, step] = [0, 0];
  try {
    for (const set of sets) {
      const pause = (fraction: number) => context.pause((rows.length + fraction) / sets.length);
      const { student, ...trial } = await createTrial(context);
      step = trial.step;
      try {
        // Full precision before anything is changed.
        const full = await logitsOf(context, student, on, false);
        const changed = await repair(student, set, images, { ...context, pause: (fraction) => pause(0.9 * fraction) });
        const after = await logitsOf(context, student, on, true);
        const loss = new LossCount();
        const { classes, labels } = after;
        const answers = topClasses(full.logits, classes);
        loss.add({ log: logProbabilities(full.logits, classes), answers }, after.logits, labels, classes);
        const right = (of: Uint16Array) => of.reduce((sum, answer, i) => sum + Number(answer === labels[i]), 0);
        correctFull = right(answers);
        rows.push({
          names: set,
          changed: changed.size,
          correct: right(topClasses(after.logits, classes)),
          loss: loss.result,
        });
        await context.pause(rows.length / sets.length);
      } finally {
        student.dispose();
      }
    }
    return { step, ...on, correctFull, images: images.shape[0], rows };
  } finally {
    images.dispose();
  }
}

async function logitsOf({ source }: TaskContext, student: Student, { split, n }: Measured, quantized: boolean) {
  const { definition } = student;
  const classes = definition.numClasses;
  const [logits, labels] = [new Float32Array(n * classes), new Uint16Array(n)];
  for (const batch of imageBatches(source.dataset, definition, split, n)) {
    const values = quantized ? student.forward(batch.images) : student.forwardWith(batch.images, {});
    batch.images.dispose();
    logits.set((await values.data().finally(() => values.dispose())) as Float32Array, batch.start * classes);
    labels.set(batch.labels, batch.start);
  }
  return { logits, labels, classes };
}
