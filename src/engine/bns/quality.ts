/**
 * How good images are in the method's own terms: where single-class batches lie among the classes' BNS centres, how far
 * single images scatter, how far all of them together are from the network's stored statistics, and what the teacher
 * says. Distances are of scaled points (`scaledPoints`). Plain arrays; NaN where a value does not exist.
 */
import { bnsCenters, predictedClasses } from './centers';
import type { ActivationRange } from '../network/activationRanges';
import { centerDistances, scaledPoints, separation, type Points, type Separation } from './separation';
import type { BnsTable } from './statistics';

/** Images whose quality is measured. */
export interface MeasuredImages {
  /** One row an image. */
  images: BnsTable;
  /** Class that each image was made or taken for. */
  labels: ArrayLike<number>;
  /** One row a batch of images of one class: their statistics taken together. */
  batches: BnsTable;
  batchLabels: ArrayLike<number>;
  /**
   * Teacher's logits [M, numClasses] of images with the labels `logitLabels`: all that there are, not only those in
   * `images`.
   */
  logits: Float32Array;
  logitLabels: ArrayLike<number>;
}

/** What images are compared with. */
export interface QualityReference {
  /** One row a class: the centres that the method knows. */
  centers: BnsTable;
  /** One row: the network's stored statistics. */
  running: BnsTable;
  /** First layer that the centre terms look at; the joint figures are of the layers from there on. */
  startLayer: number;
}

/** One measure, layer by layer. */
export interface Measure {
  /** [L] mean over batches or images. */
  byLayer: Float32Array;
  /** [L, numClasses] mean over those of the class. */
  byClass: Float32Array;
}

export interface ImageQuality {
  /** Distance of a single-class batch to its own class's centre. */
  ownCenter: Measure;
  /** Distance of a single-class batch to the nearest centre of another class. */
  nearestOther: Measure;
  /** Share of single-class batches that lie nearest to their own class's centre, 0 to 1; chance: one in numClasses. */
  nearestCenterRate: Measure;
  /**
   * The same three with all layers from `startLayer` on taken together: squared distances per dimension, averaged over
   * layers.
   */
  joint: { ownCenter: number; nearestOther: number; nearestCenterRate: number };
  /** Of the images' own statistics. The next two are of its measures. */
  separation: Separation;
  /** Silhouette coefficient of the images' own statistics (paper Eq. 5), -1 to 1. */
  silhouette: Measure;
  /** Mean distance between images of the same class. */
  spread: Measure;
  /**
   * [L] MSE of all images' common mean with the stored one, plus MSE of the variances: what the BNS term averages over
   * layers, here unscaled as there.
   */
  bnsGap: Float32Array;
  /** Share of images that the teacher takes for their label, 0 to 1. */
  teacherAccuracy: number;
  /** Mean entropy of the teacher's answer in nats; log(numClasses) is pure doubt. */
  teacherEntropy: number;
}

/** RangeError where labels and rows do not fit together. */
export function imageQuality(
  measured: MeasuredImages,
  { centers, running, startLayer }: QualityReference,
): ImageQuality {
  const { images, labels, batches, batchLabels, logits, logitLabels } = measured;
  if (batchLabels.length !== batches.rows)
    throw new RangeError(`${batchLabels.length} labels for ${batches.rows} batches.`);
  const [classes, layers] = [centers.rows, running.layers.length];
  const empty = (): Measure => ({ byLayer: new Float32Array(layers), byClass: new Float32Array(layers * classes) });
  const [own, other, rate] = [empty(), empty(), empty()];
  batches.layers.forEach((layer, l) => {
    const found = centerDistances(
      scaledPoints(layer, running.layers[l]),
      batchLabels,
      scaledPoints(centers.layers[l], running.layers[l]),
    );
    const put = (measure: Measure, values: ArrayLike<number>) => {
      measure.byLayer[l] = mean(values);
      const [sums, counts] = [new Float64Array(classes), new Int32Array(classes)];
      for (let i = 0; i < values.length; i++) {
        sums[batchLabels[i]] += values[i];
        counts[batchLabels[i]]++;
      }
      sums.forEach((sum, c) => (measure.byClass[l * classes + c] = sum / counts[c]));
    };
    put(own, found.own);
    put(other, found.nearestOther);
    put(rate, hits(found.nearest, batchLabels));
  });
  const together = (table: BnsTable) => jointPoints(table, running, startLayer);
  const joint = centerDistances(together(batches), batchLabels, together(centers));
  const separated = separation(images, labels, centers, running);
  return {
    ownCenter: own,
    nearestOther: other,
    nearestCenterRate: rate,
    joint: {
      ownCenter: mean(joint.own),
      nearestOther: mean(joint.nearestOther),
      nearestCenterRate: mean(hits(joint.nearest, batchLabels)),
    },
    separation: separated,
    silhouette: { byLayer: separated.byLayer.silhouette, byClass: separated.byClass.silhouette },
    spread: { byLayer: separated.byLayer.intraClass, byClass: separated.byClass.intraClass },
    bnsGap: bnsGap(images, running),
    teacherAccuracy: mean(hits(predictedClasses(logits, classes), logitLabels)),
    teacherEntropy: mean(entropies(logits, classes)),
  };
}

/**
 * One measure over the same of other images, entry by entry: `spread` of synthetic over real ones is below 1 in a
 * collapse.
 */
export function ratio(measure: Measure, reference: Measure): Measure {
  const divided = (values: Float32Array, by: Float32Array) => values.map((v, i) => v / by[i]);
  return { byLayer: divided(measure.byLayer, reference.byLayer), byClass: divided(measure.byClass, reference.byClass) };
}

/**
 * Share of [lo, hi] that other values reach, 0 to 1: of the range that an activation has on real images, what it has on
 * synthetic ones. 1 for an empty range inside the other.
 */
export function coverage(reference: ActivationRange, reached: ActivationRange): number {
  const width = reference.hi - reference.lo;
  const common = Math.min(reference.hi, reached.hi) - Math.max(reference.lo, reached.lo);
  if (width <= 0) return common >= 0 ? 1 : 0;
  return Math.max(0, common) / width;
}

/**
 * Points of all layers from `startLayer` on: each layer scaled, and divided by the root of its dimensions and of their
 * number.
 */
function jointPoints(table: BnsTable, running: BnsTable, startLayer: number): Points {
  const parts = table.layers.slice(startLayer).map((layer, i) => scaledPoints(layer, running.layers[startLayer + i]));
  const dimensions = parts.reduce((sum, part) => sum + part.dimensions, 0);
  const values = new Float64Array(table.rows * dimensions);
  let at = 0;
  for (const part of parts) {
    const factor = 1 / Math.sqrt(part.dimensions * parts.length);
    for (let r = 0; r < table.rows; r++) {
      for (let k = 0; k < part.dimensions; k++)
        values[r * dimensions + at + k] = part.values[r * part.dimensions + k] * factor;
    }
    at += part.dimensions;
  }
  return { count: table.rows, dimensions, values };
}

/** [L] MSE of the images' common mean with the stored one, plus MSE of the variances. */
export function bnsGap(images: BnsTable, running: BnsTable): Float32Array {
  const { table } = bnsCenters(images, new Uint8Array(images.rows), 1);
  return Float32Array.from(
    table.layers,
    ({ channels, values }, l) =>
      values.reduce((sum, v, k) => sum + (v - running.layers[l].values[k]) ** 2, 0) / channels,
  );
}

function entropies(logits: Float32Array, classes: number): number[] {
  return Array.from({ length: logits.length / classes }, (_, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const largest = Math.max(...row);
    const sum = row.reduce((total, v) => total + Math.exp(v - largest), 0);
    // -sum p log p with log p = v - largest - log sum.
    return row.reduce((total, v) => total + (Math.exp(v - largest) / sum) * (Math.log(sum) + largest - v), 0);
  });
}

const hits = (found: ArrayLike<number>, wanted: ArrayLike<number>) =>
  Array.from(found, (value, i) => Number(value === wanted[i]));

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
