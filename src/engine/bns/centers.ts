/**
 * Per-class BNS centres and which classes the teacher can be trusted with (fdda.md, "Words", "Centres and statistics").
 */
import { BnsTable } from './statistics';

export interface BnsCenters {
  /** One row a class; NaN for a class without images. */
  table: BnsTable;
  /** [numClasses] images that went into each centre. */
  counts: Int32Array;
}

/**
 * BNS of each class's images taken together, from the single images' statistics without another forward pass:
 * mean_c = avg(m_i), var_c = avg(v_i + m_i^2) - mean_c^2 (computed as avg(v_i + (m_i - mean_c)^2), which does not
 * cancel).
 *
 * @param statistics one row an image
 * @param labels [rows] class of each image
 */
export function bnsCenters(statistics: BnsTable, labels: ArrayLike<number>, numClasses: number): BnsCenters {
  if (labels.length !== statistics.rows) throw new RangeError(`${labels.length} labels for ${statistics.rows} images.`);
  const counts = new Int32Array(numClasses);
  for (let i = 0; i < labels.length; i++) {
    if (!(labels[i] >= 0 && labels[i] < numClasses)) {
      throw new RangeError(`Image ${i} has the label ${labels[i]}, but there are ${numClasses} classes.`);
    }
    counts[labels[i]]++;
  }
  const layers = statistics.layers.map(({ channels, values }) => {
    const width = 2 * channels;
    const sums = new Float64Array(numClasses * width);
    for (let i = 0; i < labels.length; i++) {
      for (let k = 0; k < channels; k++) sums[labels[i] * width + k] += values[i * width + k];
    }
    for (let c = 0; c < numClasses; c++) for (let k = 0; k < channels; k++) sums[c * width + k] /= counts[c];
    for (let i = 0; i < labels.length; i++) {
      const own = labels[i] * width;
      for (let k = 0; k < channels; k++) {
        const offset = values[i * width + k] - sums[own + k];
        sums[own + channels + k] += (values[i * width + channels + k] + offset * offset) / counts[labels[i]];
      }
    }
    // A class without images has a mean of 0 / 0; its variance does not exist either.
    for (let c = 0; c < numClasses; c++) if (counts[c] === 0) sums.fill(NaN, c * width, (c + 1) * width);
    return { channels, values: Float32Array.from(sums) };
  });
  return { table: new BnsTable(numClasses, layers), counts };
}

/** Class of the largest logit of each image; the first of equals. */
export function predictedClasses(logits: ArrayLike<number>, numClasses: number): Int32Array {
  return Int32Array.from({ length: logits.length / numClasses }, (_, i) => {
    let best = 0;
    for (let k = 1; k < numClasses; k++) if (logits[i * numClasses + k] > logits[i * numClasses + best]) best = k;
    return best;
  });
}

/**
 * Which classes are reliable: the teacher classifies all of their calibration images correctly.
 *
 * @param logits [N, numClasses] of the teacher on the calibration images
 * @returns [numClasses] 1 or 0; a class without images is not reliable
 */
export function reliableClasses(logits: ArrayLike<number>, labels: ArrayLike<number>, numClasses: number): Uint8Array {
  const predicted = predictedClasses(logits, numClasses);
  if (predicted.length !== labels.length)
    throw new RangeError(`${labels.length} labels for the logits of ${predicted.length} images.`);
  const reliable = new Uint8Array(numClasses);
  for (let i = 0; i < labels.length; i++) reliable[labels[i]] = 1;
  for (let i = 0; i < labels.length; i++) if (predicted[i] !== labels[i]) reliable[labels[i]] = 0;
  return reliable;
}
