/** Ways to the activations' ranges, side by side: by method, and by the images that they look at. */
import * as tf from '@tensorflow/tfjs-core';
import { activationNodes } from '../network/activationRanges';
import { FULL_PRECISION } from '../quantization/layerBits';
import { calibratedRange, CALIBRATION_METHODS } from '../quantization/rangeMethods';
import { movingAverage, sampleValues, type Range } from '../quantization/ranges';
import type { Student } from '../quantization/student';
import { gridError } from './gridError';
import { histogramOf } from './histogram';
import { imageBatches, logProbabilities, measured, topClasses } from './images';
import { LossCount, type BatchAnswers } from './layers';
import { IMAGE_SOURCES, type Calibrations, type ImageSource, type TaskOptions } from './report';
import { createTrial, type TaskContext } from './trial';

/** Synthetic images of each class that ranges come from. */
const SYNTHETIC_PER_CLASS = 4;
/** Values of one activation that are looked at. */
const SAMPLE = 65536;
/** Images and updates of the authors' moving average. */
const AVERAGE_BATCH = 16;
const AVERAGE_UPDATES = 50;

/** Of one set of images, by activation: some values, and the smallest and largest of each image. */
interface Looked {
  images: number;
  values: Map<string, Float32Array>;
  ends: Map<string, Range[]>;
}

/** @param images stay the caller's */
async function look(student: Student, images: tf.Tensor4D, nodes: ReadonlySet<string>): Promise<Looked> {
  const kept: [string, tf.Tensor][] = [];
  try {
    tf.tidy(() => {
      student.forwardWith(images, {
        activation: ({ name }, x) => {
          if (!nodes.has(name)) return x;
          const rows = tf.reshape(x, [x.shape[0], -1]);
          kept.push([name, tf.keep(sampleValues(x, SAMPLE))]);
          kept.push([name, tf.keep(tf.stack([tf.min(rows, 1), tf.max(rows, 1)], 1))]);
          return x;
        },
      });
    });
    const read = await Promise.all(kept.map(([, tensor]) => tensor.data() as Promise<Float32Array>));
    const [values, ends] = [new Map<string, Float32Array>(), new Map<string, Range[]>()];
    kept.forEach(([name], i) => {
      if (i % 2 === 0) values.set(name, read[i]);
      else
        ends.set(
          name,
          Array.from({ length: read[i].length / 2 }, (_, k) => ({ lo: read[i][2 * k], hi: read[i][2 * k + 1] })),
        );
    });
    return { images: images.shape[0], values, ends };
  } finally {
    tf.dispose(kept.map(([, tensor]) => tensor));
  }
}

const united = (ranges: readonly Range[]): Range => ({
  lo: Math.min(...ranges.map(({ lo }) => lo)),
  hi: Math.max(...ranges.map(({ hi }) => hi)),
});

/** The authors' moving average over batches of these images, taken in turn. @param ends of each image */
export function averagedRange(ends: readonly Range[]): Range {
  let range: Range = { lo: 0, hi: 0 };
  for (let update = 0; update < AVERAGE_UPDATES; update++) {
    const batch = Array.from({ length: AVERAGE_BATCH }, (_, i) => ends[(update * AVERAGE_BATCH + i) % ends.length]);
    range = movingAverage(range, united(batch));
  }
  return range;
}

/** Share of `wanted` that `reached` covers, 0 to 1; 1 where there is nothing to cover. */
export function covered(wanted: Range, reached: Range): number {
  const length = wanted.hi - wanted.lo;
  if (!(length > 0)) return 1;
  return Math.max(0, Math.min(wanted.hi, reached.hi) - Math.max(wanted.lo, reached.lo)) / length;
}

export async function calibrations(
  context: TaskContext,
  { images: asked }: TaskOptions<'calibrations'>,
): Promise<Calibrations> {
  const { source } = context;
  const { split, n } = measured(source.dataset, asked);
  const { student, step } = await createTrial(context);
  const { definition, plan } = student;
  const classes = definition.numClasses;
  const names = activationNodes(definition)
    .map(({ name }) => name)
    .filter((name) => plan.activationBits[name] !== FULL_PRECISION);
  const nodes = new Set(names);
  try {
    const calibration = await look(student, source.calibrationImages, nodes);
    const generated = source.syntheticImages(SYNTHETIC_PER_CLASS);
    const synthetic = generated && (await look(student, generated, nodes).finally(() => generated.dispose()));
    await context.pause(0.02);
    // What the ranges have to cover: real images that they were not taken from.
    const batches = [...imageBatches(source.dataset, definition, split, n)];
    try {
      const wanted: Looked[] = [];
      const full: BatchAnswers[] = [];
      let correctFull = 0;
      for (const { images, labels } of batches) {
        wanted.push(await look(student, images, nodes));
        const logits = student.forwardWith(images, {});
        const values = (await logits.data().finally(() => logits.dispose())) as Float32Array;
        const answers = topClasses(values, classes);
        full.push({ log: logProbabilities(values, classes), answers });
        answers.forEach((answer, i) => (correctFull += Number(answer === labels[i])));
        await context.pause(0.02 + (0.1 * full.length) / batches.length);
      }
      const histograms = new Map(
        names.map((name) => [name, histogramOf(wanted.flatMap(({ values }) => Array.from(values.get(name)!)))]),
      );
      const sets: Record<ImageSource, Looked[]> = {
        calibration: [calibration],
        synthetic: synthetic ? [synthetic] : [],
        both: synthetic ? [calibration, synthetic] : [],
      };
      const from = IMAGE_SOURCES.filter((each) => sets[each].length > 0);
      const methods = [...CALIBRATION_METHODS, 'movingAverage' as const];
      const rows: Calibrations['rows'] = [];
      const total = from.length * methods.length;
      for (const each of from) {
        for (const method of methods) {
          const ranges = Object.fromEntries(
            names.map((name) => {
              const ends = sets[each].flatMap((set) => set.ends.get(name)!);
              if (method === 'movingAverage') return [name, averagedRange(ends)];
              if (method === 'minMax') return [name, united(ends)];
              const values = sets[each].flatMap((set) => Array.from(set.values.get(name)!));
              return [name, calibratedRange(method, values, plan.activationBits[name])];
            }),
          );
          student.setRanges(ranges);
          const loss = new LossCount();
          let correct = 0;
          for (const [i, { images, labels }] of batches.entries()) {
            const logits = student.forward(images);
            const values = (await logits.data().finally(() => logits.dispose())) as Float32Array;
            topClasses(values, classes).forEach((answer, k) => (correct += Number(answer === labels[k])));
            loss.add(full[i], values, labels, classes);
            await context.pause(0.12 + (0.88 * (rows.length + (i + 1) / batches.length)) / total);
          }
          const errors = names.map((name) => gridError(histograms.get(name)!, ranges[name], plan.activationBits[name]));
          const mean = (pick: (error: (typeof errors)[number]) => number) =>
            errors.reduce((sum, each) => sum + pick(each), 0) / errors.length;
          rows.push({
            method,
            source: each,
            sqnr: mean(({ sqnr }) => sqnr),
            clipped: mean(({ clipped }) => clipped),
            correct,
            loss: loss.result,
          });
        }
      }
      const coverage = names.map((node) => {
        const ends = (looked: readonly Looked[]) => united(looked.flatMap((each) => each.ends.get(node)!));
        const real = ends(wanted);
        return {
          node,
          calibration: covered(real, ends([calibration])),
          synthetic: synthetic && covered(real, ends([synthetic])),
        };
      });
      return {
        step,
        n,
        split,
        correctFull,
        images: { calibration: calibration.images, synthetic: synthetic?.images ?? 0 },
        rows,
        coverage,
      };
    } finally {
      for (const { images } of batches) images.dispose();
    }
  } finally {
    student.dispose();
  }
}
