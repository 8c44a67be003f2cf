/** Ways to the activations' ranges, side by side: by method, and by the images that they look at. */
import type { Range } from '../quantization/ranges';
import { say } from '../sentences';
import { SettingError } from '../training/prepare';
import { fullLogits } from './answers';
import { gridError } from './gridError';
import { histogramOf } from './histogram';
import { HeldBatches, logProbabilities, measured, topClasses } from './images';
import { LossCount, type BatchAnswers } from './layers';
import { look, lookOnce, quantizedActivations, RANGE_METHODS, rangeBy, SAMPLE, united, type Looked } from './looked';
import { LookedImages, syntheticImages } from './lookedImages';
import { IMAGE_SOURCES, type Calibrations, type ImageSource, type TaskOptions } from './report';
import type { TaskContext } from './source';
import { createTrial } from './trial';

/** Images that as many values of an activation are taken of as of all that are calibrated on. */
const SAMPLED_WITH = 50;

/** Share of `wanted` that `reached` covers, 0 to 1; 1 where there is nothing to cover. */
export function covered(wanted: Range, reached: Range): number {
  const length = wanted.hi - wanted.lo;
  if (!(length > 0)) return 1;
  return Math.max(0, Math.min(wanted.hi, reached.hi) - Math.max(wanted.lo, reached.lo)) / length;
}

/** @throws SettingError where no activation is quantized: there is no range to find */
export async function calibrations(
  context: TaskContext,
  { images: asked }: TaskOptions<'calibrations'>,
): Promise<Calibrations> {
  const { source } = context;
  const { split, n } = measured(source.dataset, asked);
  const { student, step } = await createTrial(context);
  const { definition, plan } = student;
  const classes = definition.numClasses;
  const names = quantizedActivations(student);
  const nodes = new Set(names);
  try {
    if (names.length === 0) throw new SettingError(say('noActivations'));
    const real = new LookedImages(source.calibration, source.network);
    const calibration = await look(student, real, nodes, (f) => context.pause(0.01 * f)).finally(() => real.dispose());
    const made = syntheticImages(source);
    const synthetic =
      made && (await look(student, made, nodes, (f) => context.pause(0.01 + 0.01 * f)).finally(() => made.dispose()));
    await context.pause(0.02);
    // What the ranges have to cover: real images that they were not taken from.
    const batches = new HeldBatches(source, split, n);
    const told = (fraction: number) => context.pause(0.02 + 0.06 * fraction);
    try {
      const wanted: Looked[] = [];
      const full: BatchAnswers[] = [];
      let correctFull = 0;
      // Of the network itself: a trained student's own weights, not rounded, answer otherwise.
      const logits = await fullLogits(source, { split, n }, told);
      for (const { start, images, labels } of batches.all()) {
        wanted.push(await lookOnce(student, images, nodes, (SAMPLE * labels.length) / SAMPLED_WITH));
        const values = logits.subarray(start * classes, (start + labels.length) * classes);
        const answers = topClasses(values, classes);
        full.push({ log: logProbabilities(values, classes), answers });
        answers.forEach((answer, i) => (correctFull += Number(answer === labels[i])));
        await context.pause(0.08 + (0.04 * (start + labels.length)) / n);
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
      const rows: Calibrations['rows'] = [];
      const total = from.length * RANGE_METHODS.length;
      for (const each of from) {
        for (const method of RANGE_METHODS) {
          const ranges = Object.fromEntries(
            names.map((name) => [name, rangeBy(method, sets[each], name, plan.activationBits[name])]),
          );
          student.setRanges(ranges);
          const loss = new LossCount();
          let correct = 0;
          let i = 0;
          for (const { start, images, labels } of batches.all()) {
            const logits = student.forward(images);
            const values = (await logits.data().finally(() => logits.dispose())) as Float32Array;
            topClasses(values, classes).forEach((answer, k) => (correct += Number(answer === labels[k])));
            loss.add(full[i++], values, labels, classes);
            await context.pause(0.12 + (0.88 * (rows.length + (start + labels.length) / n)) / total);
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
        const reached = ends(wanted);
        return {
          node,
          calibration: covered(reached, ends([calibration])),
          synthetic: synthetic && covered(reached, ends([synthetic])),
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
      batches.dispose();
    }
  } finally {
    student.dispose();
  }
}
