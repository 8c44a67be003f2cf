/** What a generator's step minimizes: the loss terms of a batch of images, whoever made them. */
import * as tf from '@tensorflow/tfjs-core';
import { poolStatistics, statisticsTap } from '../bns/statistics';
import { oneHotLabels } from '../kernels/oneHotLabels';
import { UNTRUSTED_FLOOR } from '../losses/distortedFloor';
import {
  drawDistortion,
  generatorLoss,
  termWeights,
  type TeacherView,
  type TermWeights,
} from '../losses/generatorLosses';
import { uniformScales, type GeneratorTargets } from '../losses/generatorTargets';
import type { Random } from '../random';
import { planBatch, type BatchPlan } from './generatorBatch';
import { TERMS, type RunSettings } from '../runSettings';
import type { Teacher } from './teacher';

/** A step as it was drawn, before any image is made. */
export interface PlannedStep {
  batch: BatchPlan;
  weights: TermWeights;
  /** [batch.labels.length latentDim] */
  latents: Float32Array;
  aims: { index: number; trusted: boolean; noise: Float32Array }[];
  /** What the noise alone costs in the distorted term; null where that is off. */
  floor: number | null;
  contrastTemperature: number;
}

/** Owns nothing. */
export class GeneratorObjective {
  /** @param reliable [numClasses] 1 where the teacher gets the class's calibration images right */
  constructor(
    private readonly teacher: Teacher,
    private readonly targets: GeneratorTargets,
    private readonly reliable: Uint8Array,
  ) {}

  /** Draws a step's classes, latents and noise; null where every term is switched off. */
  plan(settings: RunSettings, drawable: readonly number[], latentDim: number, random: Random): PlannedStep | null {
    const weights = termWeights(settings);
    const on = (...names: (keyof TermWeights)[]) => names.some((name) => weights[name] !== null);
    const needs = {
      needsMixed: on('ceMixed', 'bns'),
      needsSingle: on('distorted', 'ceSingle', 'centralized', 'contrast'),
    };
    if (!needs.needsMixed && !needs.needsSingle) return null;
    const batch = planBatch(settings, drawable, needs, random);
    // Everything is drawn whatever is switched on, so that a switch does not change what the other terms see.
    const drawn = random.fillNormal(new Float32Array(batch.drawn * latentDim));
    const { distortionMean, distortionVariance, labelRule, contrastTemperature } = settings;
    const scales = this.targets.distortionScales(distortionMean, distortionVariance);
    const floor = this.targets.distortedFloor(scales);
    const aims = batch.classes.map((index) => {
      const trusted = !labelRule || this.reliable[index] === 1;
      return {
        index,
        trusted,
        noise: drawDistortion(trusted ? scales : uniformScales(this.teacher.layout, 1, 1), random),
      };
    });
    const floors = aims.map(({ trusted }) => (trusted ? floor : UNTRUSTED_FLOOR));
    return {
      batch,
      weights,
      aims,
      contrastTemperature,
      latents: drawn.subarray(batch.first * latentDim, (batch.first + batch.labels.length) * latentDim),
      floor: weights.distorted === null ? null : floors.reduce((sum, each) => sum + each, 0) / floors.length,
    };
  }

  /**
   * @param images [batch.labels.length, H, W, C]
   * @returns what is minimized, differentiable in the images, and [TERMS + 1] the unweighted terms (0 where off) and it
   */
  evaluate(
    images: tf.Tensor4D,
    { batch, weights, aims, contrastTemperature }: PlannedStep,
  ): { total: tf.Scalar; values: tf.Tensor1D } {
    const wantsStatistics = (['bns', 'distorted', 'centralized', 'contrast'] as const).some(
      (term) => weights[term] !== null,
    );
    const tap = wantsStatistics ? statisticsTap() : null;
    const logits = this.teacher.forward(images, tap ?? {});
    const count = batch.labels.length;
    const averaging = tf.tensor2d(batch.averaging, [batch.averaging.length / count, count]);
    const statistics = tap ? poolStatistics(tap.packed(), averaging, this.teacher.layout) : null;
    const [mixed, single] = this.views(batch, logits, statistics);
    const classes = aims.map((aim) => ({ ...aim, noise: tf.tensor2d(aim.noise, [1, aim.noise.length]) }));
    const { total, terms } = generatorLoss(mixed, single, this.targets, classes, weights, contrastTemperature);
    return { total, values: tf.stack([...TERMS.map((name) => terms[name] ?? tf.scalar(0)), total]) as tf.Tensor1D };
  }

  /** What the terms of the mixed and of the single-class batch see: of a batch with several classes, both all of it. */
  private views(
    { labels, groups, joint }: BatchPlan,
    logits: tf.Tensor2D,
    statistics: tf.Tensor2D | null,
  ): [TeacherView, TeacherView] {
    const { numClasses } = this.teacher.definition;
    const nothing = () => tf.zeros([1, this.teacher.layout.size]) as tf.Tensor2D;
    if (joint) {
      const all = { logits, labels: oneHotLabels(labels, numClasses) };
      const [whole, ofClasses] = statistics
        ? (tf.split(statistics, [1, statistics.shape[0] - 1]) as tf.Tensor2D[])
        : [nothing(), nothing()];
      return [
        { ...all, statistics: whole },
        { ...all, statistics: ofClasses },
      ];
    }
    // One operation for all groups, so that its gradient is one too.
    const byGroup = (rows: tf.Tensor2D) =>
      (groups.length === 1 ? [rows] : tf.split(rows, groups.length)) as tf.Tensor2D[];
    const [logitsOf, statisticsOf] = [byGroup(logits), statistics && byGroup(statistics)];
    const size = groups[0];
    const view = (group: number): TeacherView => ({
      logits: logitsOf[group],
      labels: oneHotLabels(labels.slice(group * size, (group + 1) * size), numClasses),
      statistics: statisticsOf?.[group] ?? nothing(),
    });
    // Where only one batch is needed both names mean it; the terms of the other one are off.
    return [view(0), view(groups.length - 1)];
  }
}
