/** The images that a student learns from: calibration images and synthetic ones, cut and mirrored at random. */
import * as tf from '@tensorflow/tfjs-core';
import { cropBatch, drawAugmentation } from '../data/augment';
import type { Generator } from '../generator/generator';
import type { RefinedImages } from '../generator/refinedImages';
import { oneHotValues } from '../kernels/oneHotLabels';
import { floats, integers, type StepInputs } from '../kernels/replay/repeatedStep';
import type { NetworkDefinition } from '../network/types';
import type { Random } from '../random';
import { studentBatch, type RunSettings } from '../runSettings';

/** Where a student's images come from; all of it stays the caller's. */
export interface StudentData {
  /** [C k, H, W, channels] normalised; where `valuesAt` is given, it is asked instead. */
  calibrationImages: tf.Tensor4D;
  /** Values [places.length, H, W, channels] of calibration images that are not all on the backend. */
  valuesAt?: (places: readonly number[]) => Float32Array;
  calibrationLabels: Uint16Array;
  /** null: calibration images only. */
  generator: Generator | null;
  /** Taken instead of what the generator makes; left out or null: fresh images of the generator in every step. */
  refined?: RefinedImages | null;
  /** Classes that synthetic images are made for. */
  classes: number[];
}

/** How many real and synthetic images a batch has, see `studentBatch`. */
export const batchOf = ({ calibrationLabels, generator }: StudentData, numClasses: number, settings: RunSettings) =>
  studentBatch(settings, calibrationLabels.length / numClasses, generator !== null);

/** Variables that a batch is made with. */
export const imagesInUse = ({ generator, refined }: StudentData): tf.Variable[] => [
  ...(refined?.inUse ?? (Object.values(generator?.variables ?? {}) as tf.Variable[])),
];

/**
 * Draws what one batch is made of; null where it would have no image. The labels are int32 [n], real images first.
 *
 * @param random drawn from in an order that must stay: recorded runs go by it
 */
export function drawBatch(
  data: StudentData,
  { inputShape, numClasses }: NetworkDefinition,
  settings: RunSettings,
  random: Random,
): (StepInputs & { labels: StepInputs[string] }) | null {
  const { calibrationLabels, generator, refined, classes } = data;
  const { real, synthetic } = batchOf(data, numClasses, settings);
  const count = real + synthetic;
  if (count === 0) return null;
  const chosen = Array.from({ length: real }, () => random.integer(calibrationLabels.length));
  const boxes = drawAugmentation(count, inputShape, random);
  const syntheticLabels = Array.from({ length: synthetic }, () => classes[random.integer(classes.length)]);
  const labels = Int32Array.from([...chosen.map((i) => calibrationLabels[i]), ...syntheticLabels]);
  const latentDim = generator?.config.latentDim ?? 0;
  return {
    labels: integers(labels, [count]),
    ...(settings.augment && { boxes: floats(boxes, [count, 4]) }),
    ...(real > 0 &&
      (data.valuesAt
        ? { real: floats(data.valuesAt(chosen), [real, ...inputShape]) }
        : { chosen: integers(Int32Array.from(chosen), [real]) })),
    ...(synthetic > 0 &&
      (refined
        ? { rows: integers(Int32Array.from(refined.pick(syntheticLabels, random)), [synthetic]) }
        : {
            latents: floats(random.fillNormal(new Float32Array(synthetic * latentDim)), [synthetic, latentDim]),
            classes: floats(oneHotValues(syntheticLabels, numClasses), [synthetic, numClasses]),
          })),
  };
}

/** The images [n, H, W, channels] of a batch that was drawn; the caller's. */
export function batchImages(
  { calibrationImages, generator, refined }: StudentData,
  inputs: Record<string, tf.Tensor>,
): tf.Tensor4D {
  const parts: tf.Tensor4D[] = [];
  if (inputs.real) parts.push(inputs.real as tf.Tensor4D);
  if (inputs.chosen) parts.push(tf.gather(calibrationImages, inputs.chosen as tf.Tensor1D));
  if (inputs.rows) parts.push(refined!.batchAt(inputs.rows as tf.Tensor1D));
  if (inputs.latents) parts.push(generator!.generate(inputs.latents as tf.Tensor2D, inputs.classes as tf.Tensor2D));
  const joined = parts.length === 1 ? parts[0] : tf.concat(parts, 0);
  return inputs.boxes ? cropBatch(joined, inputs.boxes as tf.Tensor2D) : joined;
}
