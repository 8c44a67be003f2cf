/**
 * The five terms of the generator's loss (fdda.md, table in "Generator"). Statistics come as rows over all BatchNorm
 * layers (bns/statistics.ts); a constant weight for every column turns "mean over a layer's channels, then average over
 * layers" into one weighted squared distance.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { BnsTable, StatisticsLayout } from '../bns/statistics';
import { differentiable } from '../kernels/differentiable';
import { fused } from '../kernels/fused';
import type { Random } from '../random';
import { TERMS, type RunSettings, type TermName } from '../training/runSettings';
import { crossEntropy } from './crossEntropy';

/** First layer that D and C look at, as in the program: floor((L + 1) / 2) - 2, at least 0. */
export function defaultStartLayer(layers: number): number {
  return Math.max(0, Math.floor((layers + 1) / 2) - 2);
}

/** Weight of every term; null: switched off, and then not computed. */
export type TermWeights = Record<TermName, number | null>;

export function termWeights(settings: RunSettings): TermWeights {
  return Object.fromEntries(TERMS.map((term) => [term, settings[`${term}Enabled`] ? settings[`${term}Weight`] : null])) as TermWeights;
}

/**
 * [D] for every column what its squared difference counts in avg_{l >= startLayer} [ MSE(mean) + MSE(var) ], MSE being the
 * mean over the layer's channels: 1 / (C_l (L - startLayer)), and 0 in layers before.
 */
export function columnWeights({ channels, offsets, size }: StatisticsLayout, startLayer = 0): Float32Array {
  const layers = channels.length - startLayer;
  if (!Number.isInteger(startLayer) || startLayer < 0 || layers < 1) {
    throw new RangeError(`There is no BatchNorm layer ${startLayer}: the network has ${channels.length}, counted from 0.`);
  }
  const weights = new Float32Array(size);
  for (let l = startLayer; l < channels.length; l++) weights.fill(1 / (channels[l] * layers), offsets[l], offsets[l] + 2 * channels[l]);
  return weights;
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

/** What the generator's loss compares with; constant during a run. */
export class GeneratorTargets {
  /** [1, D] running statistics stored in the network. */
  readonly running: tf.Tensor2D;
  /** [numClasses, D] BNS centres. */
  readonly centers: tf.Tensor2D;
  /** [1, D] see `columnWeights`: of every layer, and of those that D and C look at. */
  readonly allLayers: tf.Tensor2D;
  readonly deepLayers: tf.Tensor2D;

  constructor(running: BnsTable, centers: BnsTable, readonly startLayer: number) {
    const { layout } = running;
    if (centers.layout.size !== layout.size) {
      throw new Error(`Centres have ${centers.layout.size} columns, running statistics ${layout.size}.`);
    }
    const [all, deep] = [columnWeights(layout), columnWeights(layout, startLayer)];
    this.running = tf.tensor2d(running.pack(), [1, layout.size]);
    this.centers = tf.tensor2d(centers.pack(), [centers.rows, layout.size]);
    this.allLayers = tf.tensor2d(all, [1, layout.size]);
    this.deepLayers = tf.tensor2d(deep, [1, layout.size]);
  }

  dispose(): void {
    tf.dispose([this.running, this.centers, this.allLayers, this.deepLayers]);
  }
}

/** Teacher's outputs for one of the two batches of a step. */
export interface TeacherView {
  /** [B, numClasses] */
  logits: tf.Tensor2D;
  /** [B, numClasses] one-hot labels. */
  labels: tf.Tensor2D;
  /** [1, D] statistics of the batch. */
  statistics: tf.Tensor2D;
}

/** The class of the single-class batch of a step. */
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
 * Term D. Statistics of the single-class batch against the centre plus noise, in the layers from `startLayer` on. For a class
 * that is not trusted: against the noise alone, N(0, 1), in all layers, doubled (fdda.md, "Label rule of the program").
 */
export function distortedTerm(single: tf.Tensor2D, targets: GeneratorTargets, { index, noise, trusted }: SingleClass): tf.Scalar {
  if (!trusted) return tf.mul(2, weightedSquaredDistance(single, noise, targets.allLayers));
  return weightedSquaredDistance(single, tf.add(centerOf(targets, index), noise), targets.deepLayers);
}

/** Term C. Statistics of the single-class batch against the centre; 0 for a class that is not trusted. */
export function centralizedTerm(single: tf.Tensor2D, targets: GeneratorTargets, { index, trusted }: SingleClass): tf.Scalar {
  if (!trusted) return tf.scalar(0);
  return weightedSquaredDistance(single, centerOf(targets, index), targets.deepLayers);
}

function centerOf({ centers }: GeneratorTargets, index: number): tf.Tensor2D {
  return tf.slice(centers, [index, 0], [1, -1]);
}

/**
 * All terms that are switched on, and their weighted sum. Differentiable in the logits and statistics of both batches.
 * The tensors belong to the caller; inside `tf.variableGrads`, `tf.keep` those that should outlive it.
 *
 * With every term switched off the total is a constant 0, which has no gradient: skip the step then.
 */
export function generatorLoss(
  mixed: TeacherView, single: TeacherView, targets: GeneratorTargets, singleClass: SingleClass, weights: TermWeights,
): GeneratorLoss {
  const compute: Record<TermName, () => tf.Scalar> = {
    ceMixed: () => crossEntropy(mixed.logits, mixed.labels),
    bns: () => bnsTerm(mixed.statistics, targets),
    distorted: () => distortedTerm(single.statistics, targets, singleClass),
    ceSingle: () => crossEntropy(single.logits, single.labels),
    centralized: () => centralizedTerm(single.statistics, targets, singleClass),
  };
  const entries = TERMS.map((name) => [name, weights[name] === null ? null : compute[name]()]);
  const terms = Object.fromEntries(entries) as GeneratorLoss['terms'];
  const on = TERMS.filter((name) => terms[name] !== null);
  const total = on.length === 0 ? tf.scalar(0) : weightedSum(on.map((name) => terms[name]!), on.map((name) => weights[name]!));
  return { total, terms };
}

/** sum(weights terms), differentiable in the terms. */
function weightedSum(terms: tf.Scalar[], weights: number[]): tf.Scalar {
  return differentiable<tf.Scalar>(
    terms,
    () => fused('WeightedSum', { ...terms } as unknown as Record<string, tf.Tensor>, { weights }, () =>
      terms.map((term, i) => tf.mul(term, weights[i])).reduce((sum, term) => tf.add(sum, term)) as tf.Scalar),
    (dy) => weights.map((weight) => tf.mul(dy, weight)),
  );
}

/**
 * Noise of the distorted term: normal with standard deviation `mean` on means and `variance` on variances (0.5 and 1; the
 * rule for unreliable classes: 1 and 1), fresh for every layer and channel.
 *
 * @returns [D]; the same number of draws whatever the settings
 */
export function drawDistortion(layout: StatisticsLayout, random: Random, mean: number, variance: number): Float32Array {
  const { channels, offsets, size } = layout;
  const noise = random.fillNormal(new Float32Array(size));
  channels.forEach((c, l) => {
    for (let k = 0; k < c; k++) {
      noise[offsets[l] + k] *= mean;
      noise[offsets[l] + c + k] *= variance;
    }
  });
  return noise;
}
