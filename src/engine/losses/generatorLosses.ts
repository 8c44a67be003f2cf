/**
 * The five terms of the generator's loss (fdda.md, table in "Generator") and one beyond the paper. Statistics come as
 * rows over all BatchNorm layers (bns/statistics.ts); a constant weight for every column turns "mean over a layer's
 * channels, then average over layers" into one weighted squared distance.
 */
import * as tf from '@tensorflow/tfjs-core';
import { concatColumns } from '../kernels/columns';
import { differentiable } from '../kernels/differentiable';
import { fused } from '../kernels/fused';
import { scaled } from '../kernels/scaled';
import type { Random } from '../random';
import { TERMS, type RunSettings, type TermName } from '../runSettings';
import { crossEntropy } from './crossEntropy';
import type { GeneratorTargets } from './generatorTargets';

/** Weight of every term; null: switched off, and then not computed. */
export type TermWeights = Record<TermName, number | null>;

export function termWeights(settings: RunSettings): TermWeights {
  return Object.fromEntries(
    TERMS.map((term) => [term, settings[`${term}Enabled`] ? settings[`${term}Weight`] : null]),
  ) as TermWeights;
}

/** sum(weights (actual - target)^2), differentiable in `actual`. All [1, D]. */
export function weightedSquaredDistance(actual: tf.Tensor2D, target: tf.Tensor2D, weights: tf.Tensor2D): tf.Scalar {
  return differentiable<tf.Scalar>(
    [actual],
    (save) => {
      const [value, weighted] = fused<tf.Tensor[]>('WeightedSquaredDistance', { actual, target, weights }, {}, () => {
        const difference = tf.sub(actual, target);
        const product = tf.mul(difference, weights);
        return [tf.sum(tf.mul(difference, product)), product];
      });
      save([weighted]);
      return value as tf.Scalar;
    },
    (dy, [weighted]) => [scaled(weighted as tf.Tensor2D, dy, 2)],
  );
}

/** Teacher's outputs for one of the two batches of a step. */
export interface TeacherView {
  /** [B, numClasses] */
  logits: tf.Tensor2D;
  /** [B, numClasses] one-hot labels. */
  labels: tf.Tensor2D;
  /** [1, D] statistics of the batch; of several classes [G, D], one row each. */
  statistics: tf.Tensor2D;
}

/** What the common statistics of a class's images are compared with. A step's own numbers, all of them tensors. */
export interface ClassAim {
  /** [1, D] what D compares with: the class's centre and noise; for a class that is not trusted the noise alone. */
  noisy: tf.Tensor2D;
  /** [1, D] what D counts a squared difference; null: the class is trusted, and the targets say it. */
  noisyCounts: tf.Tensor2D | null;
  /** [1, D] what C compares with: the class's centre. */
  center: tf.Tensor2D;
  /** [1, D] what C counts a squared difference: nothing for a class that is not trusted; null: it is trusted. */
  centerCounts: tf.Tensor2D | null;
  /** [1, numClasses] one-hot: what K looks for; null: the class is not trusted. */
  own: tf.Tensor2D | null;
}

/** Numbers that may change from step to step. */
export interface LossNumbers {
  /** [TERMS] weight of every term; 0 where it is off. */
  weights: tf.Tensor1D;
  /** 1 / temperature of the contrast. */
  sharpness: tf.Scalar;
}

export interface GeneratorLoss {
  /** Weighted sum, what is minimised. */
  total: tf.Scalar;
  /** Unweighted; null where switched off. */
  terms: Record<TermName, tf.Scalar | null>;
  /** [TERMS + 1]: the terms, 0 where switched off, and the total. */
  values: tf.Tensor1D;
}

/** Term "BNS, all layers": statistics of the mixed batch against the network's running statistics. */
export function bnsTerm(mixed: tf.Tensor2D, targets: GeneratorTargets): tf.Scalar {
  return weightedSquaredDistance(mixed, targets.running, targets.allLayers);
}

/**
 * Term D. Statistics of the single-class batch against the centre plus noise, in the layers from `startLayer` on. For a
 * class that is not trusted: against the noise alone, N(0, 1), in all layers, doubled (fdda.md, "Label rule of the
 * program").
 */
export function distortedTerm(single: tf.Tensor2D, targets: GeneratorTargets, aim: ClassAim): tf.Scalar {
  return weightedSquaredDistance(single, aim.noisy, aim.noisyCounts ?? targets.deepLayers);
}

/** Term C. Statistics of the single-class batch against the centre; 0 for a class that is not trusted. */
export function centralizedTerm(single: tf.Tensor2D, targets: GeneratorTargets, aim: ClassAim): tf.Scalar {
  return weightedSquaredDistance(single, aim.center, aim.centerCounts ?? targets.deepLayers);
}

/**
 * Term K, beyond the paper: how surely the batch's statistics lie nearer to their own class's centre than to the
 * others'. Cross entropy of softmax(-d^2 / temperature) over all classes' centres, d^2 being the mean scaled squared
 * difference of the layers from `startLayer` on, which the scaled term C is of the own class. 0 for a class that is not
 * trusted.
 */
export function contrastTerm(
  single: tf.Tensor2D,
  targets: GeneratorTargets,
  { own }: ClassAim,
  sharpness: tf.Scalar,
): tf.Scalar {
  if (!own) return tf.scalar(0);
  const { running, placing, placedCenters, squaredLengths } = targets;
  const placed = tf.mul(tf.sub(single, running), placing) as tf.Tensor2D;
  // -|x - c|^2 without |x|^2, which is the same for every class.
  const nearness = tf.sub(tf.mul(2, tf.matMul(placed, placedCenters, false, true)), squaredLengths);
  return crossEntropy(tf.mul(nearness, sharpness) as tf.Tensor2D, own);
}

/** The mean of a term over classes, each with its row of the statistics. */
function overClasses(
  rows: tf.Tensor2D,
  classes: readonly ClassAim[],
  term: (row: tf.Tensor2D, of: ClassAim) => tf.Scalar,
): tf.Scalar {
  if (classes.length === 1) return term(rows, classes[0]);
  const each = (tf.split(rows, classes.length) as tf.Tensor2D[]).map((row, i) => term(row, classes[i]));
  return weightedSum(joined(each), tf.tensor1d(each.map(() => 1 / each.length)));
}

/** Scalars one after the other; differentiable. */
function joined(scalars: tf.Scalar[]): tf.Tensor1D {
  const columns = concatColumns(scalars.map((scalar) => tf.reshape(scalar, [1, 1])));
  return tf.reshape(columns, [scalars.length]);
}

/**
 * All terms that are switched on, and their weighted sum. Differentiable in the logits and statistics of both batches,
 * which may be the same one.
 * The tensors belong to the caller; inside `tf.variableGrads`, `tf.keep` those that should outlive it.
 *
 * With every term switched off the total is a constant 0, which has no gradient: skip the step then.
 *
 * @param on terms that are switched on
 */
export function generatorLoss(
  mixed: TeacherView,
  single: TeacherView,
  targets: GeneratorTargets,
  classes: readonly ClassAim[],
  on: Record<TermName, boolean>,
  { weights, sharpness }: LossNumbers,
): GeneratorLoss {
  const ofClasses = (term: (row: tf.Tensor2D, of: ClassAim) => tf.Scalar) =>
    overClasses(single.statistics, classes, term);
  const compute: Record<TermName, () => tf.Scalar> = {
    ceMixed: () => crossEntropy(mixed.logits, mixed.labels),
    bns: () => bnsTerm(mixed.statistics, targets),
    distorted: () => ofClasses((row, of) => distortedTerm(row, targets, of)),
    ceSingle: () => crossEntropy(single.logits, single.labels),
    centralized: () => ofClasses((row, of) => centralizedTerm(row, targets, of)),
    contrast: () => ofClasses((row, of) => contrastTerm(row, targets, of, sharpness)),
  };
  const entries = TERMS.map((name) => [name, on[name] ? compute[name]() : null]);
  const terms = Object.fromEntries(entries) as GeneratorLoss['terms'];
  const all = joined(TERMS.map((name) => terms[name] ?? tf.scalar(0)));
  const total = TERMS.some((name) => on[name]) ? weightedSum(all, weights) : tf.scalar(0);
  return { total, terms, values: tf.concat([all, tf.reshape(total, [1])]) as tf.Tensor1D };
}

/** sum(weights values), differentiable in the values. Both of one length. */
function weightedSum(values: tf.Tensor1D, weights: tf.Tensor1D): tf.Scalar {
  return differentiable<tf.Scalar>(
    [values],
    (save) => {
      save([weights]);
      return fused('WeightedSum', { values, weights }, {}, () => tf.sum(tf.mul(values, weights)) as tf.Scalar);
    },
    (dy, [saved]) => [tf.mul(saved, dy)],
  );
}

/**
 * Noise of the distorted term, fresh for every layer and channel: normal with these standard deviations
 * (`GeneratorTargets.distortionScales`; the rule for unreliable classes: 1 everywhere).
 *
 * @param scales [D]
 * @returns [D]; the same number of draws whatever the deviations
 */
export function drawDistortion(scales: Float32Array, random: Random): Float32Array {
  const noise = random.fillNormal(new Float32Array(scales.length));
  // A loop: `map` takes several times as long, and this is done in every step.
  for (let k = 0; k < noise.length; k++) noise[k] *= scales[k];
  return noise;
}
