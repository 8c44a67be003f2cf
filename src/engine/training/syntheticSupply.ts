/** Synthetic images of a run to look at, to take ranges from, and to take away. */
import * as tf from '@tensorflow/tfjs-core';
import type { ImageSupply } from '../data/imageSupply';
import type { Generator } from '../generator/generator';
import type { RefinedImages } from '../generator/refinedImages';
import type { Random } from '../random';

/**
 * Images as they are now, class by class: those that were moved themselves, where there are such, or what the generator
 * makes. It normalizes what is asked for at a time together, as it does in a student's batch: places of several classes
 * belong into one call.
 *
 * @param perClass images of each class, or as many as were moved where these are fewer
 */
export function syntheticSupply(
  generator: Generator,
  refined: RefinedImages | null,
  perClass: number,
  random: Random,
): ImageSupply {
  const { latentDim, numClasses } = generator.config;
  const each = refined ? Math.min(perClass, refined.perClass) : perClass;
  const labels = Uint16Array.from({ length: numClasses * each }, (_, i) => Math.floor(i / each));
  if (refined)
    return { labels, at: (places) => refined.batch(places.map((i) => labels[i] * refined.perClass + (i % each))) };
  const z = random.fillNormal(new Float32Array(labels.length * latentDim));
  return {
    labels,
    at: (places) => {
      const latents = new Float32Array(places.length * latentDim);
      places.forEach((place, i) => latents.set(z.subarray(place * latentDim, (place + 1) * latentDim), i * latentDim));
      return tf.tidy(() =>
        generator.generate(
          tf.tensor2d(latents, [places.length, latentDim]),
          places.map((place) => labels[place]),
        ),
      );
    },
  };
}
