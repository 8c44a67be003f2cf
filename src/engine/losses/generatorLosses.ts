/**
 * The five terms of the generator's loss (fdda.md, table in "Generator") and one beyond the paper. Statistics come as
 * rows over all BatchNorm layers (bns/statistics.ts); a constant weight for every column turns "mean over a layer's
 * channels, then average over layers" into one weighted squared distance.
 */
import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from '../kernels/differentiable';
import { fused } from '../kernels/fused';
import { oneHotLabels } from '../kernels/oneHotLabels';
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
    (dy, [weighted]) => [tf.mul(weighted, tf.mul(2, dy))],
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

/** A class whose images' common statistics are compared with its centre. */
export interface SingleClass {
  index: number;
  /** [1, D] e and e' of the distorted term, scaled (`drawDistortion`); what D compares with if not `trusted`. */
  noise: tf.Tensor2D;
  /** False: the program's rule for an unreliable class in early epochs. */
  trusted: boolean;
}

export interface GeneratorLoss {
  /** Weighted sum, what is minimised. */
  total: tf.Scalar;
  /** Unweighted; null where switched off. */
  terms: Record<TermName, tf.Scalar | null>;
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
export function distortedTerm(
  single: tf.Tensor2D,
  targets: GeneratorTargets,
  { index, noise, trusted }: SingleClass,
): tf.Scalar {
  if (!trusted) return tf.mul(2, weightedSquaredDistance(single, noise, targets.plainLayers));
  return weightedSquaredDistance(single, tf.add(centerOf(targets, index), noise), targets.deepLayers);
}

/** Term C. Statistics of the single-class batch against the centre; 0 for a class that is not trusted. */
export function centralizedTerm(
  single: tf.Tensor2D,
  targets: GeneratorTargets,
  { index, trusted }: SingleClass,
): tf.Scalar {
  if (!trusted) return tf.scalar(0);
  return weightedSquaredDistance(single, centerOf(targets, index), targets.deepLayers);
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
  { index, trusted }: SingleClass,
  temperature: number,
): tf.Scalar {
  if (!trusted) return tf.scalar(0);
  const { running, placing, placedCenters, squaredLengths } = targets;
  const placed = tf.mul(tf.sub(single, running), placing) as tf.Tensor2D;
  // -|x - c|^2 without |x|^2, which is the same for every class.
  const nearness = tf.sub(tf.mul(2, tf.matMul(placed, placedCenters, false, true)), squaredLengths);
  return crossEntropy(tf.mul(nearness, 1 / temperature) as tf.Tensor2D, oneHotLabels([index], placedCenters.shape[0]));
}

/** The mean of a term over classes, each with its row of the statistics. */
function overClasses(
  rows: tf.Tensor2D,
  classes: readonly SingleClass[],
  term: (row: tf.Tensor2D, of: SingleClass) => tf.Scalar,
): tf.Scalar {
  if (classes.length === 1) return term(rows, classes[0]);
  const each = (tf.split(rows, classes.length) as tf.Tensor2D[]).map((row, i) => term(row, classes[i]));
  return weightedSum(
    each,
    each.map(() => 1 / each.length),
  );
}

function centerOf({ centers }: GeneratorTargets, index: number): tf.Tensor2D {
  return tf.slice(centers, [index, 0], [1, -1]);
}

/**
 * All terms that are switched on, and their weighted sum. Differentiable in the logits and statistics of both batches,
 * which may be the same one.
 * The tensors belong to the caller; inside `tf.variableGrads`, `tf.keep` those that should outlive it.
 *
 * With every term switched off the total is a constant 0, which has no gradient: skip the step then.
 */
export function generatorLoss(
  mixed: TeacherView,
  single: TeacherView,
  targets: GeneratorTargets,
  classes: readonly SingleClass[],
  weights: TermWeights,
  contrastTemperature: number,
): GeneratorLoss {
  const ofClasses = (term: (row: tf.Tensor2D, of: SingleClass) => tf.Scalar) =>
    overClasses(single.statistics, classes, term);
  const compute: Record<TermName, () => tf.Scalar> = {
    ceMixed: () => crossEntropy(mixed.logits, mixed.labels),
    bns: () => bnsTerm(mixed.statistics, targets),
    distorted: () => ofClasses((row, of) => distortedTerm(row, targets, of)),
    ceSingle: () => crossEntropy(single.logits, single.labels),
    centralized: () => ofClasses((row, of) => centralizedTerm(row, targets, of)),
    contrast: () => ofClasses((row, of) => contrastTerm(row, targets, of, contrastTemperature)),
  };
  const entries = TERMS.map((name) => [name, weights[name] === null ? null : compute[name]()]);
  const terms = Object.fromEntries(entries) as GeneratorLoss['terms'];
  const on = TERMS.filter((name) => terms[name] !== null);
  const total =
    on.length === 0
      ? tf.scalar(0)
      : weightedSum(
          on.map((name) => terms[name]!),
          on.map((name) => weights[name]!),
        );
  return { total, terms };
}

/** sum(weights terms), differentiable in the terms. */
function weightedSum(terms: tf.Scalar[], weights: number[]): tf.Scalar {
  return differentiable<tf.Scalar>(
    terms,
    () =>
      fused(
        'WeightedSum',
        { ...terms } as unknown as Record<string, tf.Tensor>,
        { weights },
        () => terms.map((term, i) => tf.mul(term, weights[i])).reduce((sum, term) => tf.add(sum, term)) as tf.Scalar,
      ),
    (dy) => weights.map((weight) => tf.mul(dy, weight)),
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
  return random.fillNormal(new Float32Array(scales.length)).map((value, k) => value * scales[k]);
}
