/** What a generator's step minimizes: the loss terms of a batch of images, whoever made them. */
import * as tf from '@tensorflow/tfjs-core';
import { poolStatistics, statisticsTap } from '../bns/statistics';
import { oneHotValues } from '../kernels/oneHotLabels';
import { floats, type StepInputs } from '../kernels/replay/repeatedStep';
import { UNTRUSTED_FLOOR } from '../losses/distortedFloor';
import {
  drawDistortion,
  generatorLoss,
  termWeights,
  type ClassAim,
  type TeacherView,
  type TermWeights,
} from '../losses/generatorLosses';
import { uniformScales, type GeneratorTargets } from '../losses/generatorTargets';
import type { Random } from '../random';
import { planBatch, type BatchPlan } from './generatorBatch';
import { TERMS, type RunSettings, type TermName } from '../runSettings';
import type { Teacher } from './teacher';

/** A step as it was drawn, before any image is made. */
export interface PlannedStep {
  batch: BatchPlan;
  weights: TermWeights;
  aims: { index: number; trusted: boolean; noise: Float32Array }[];
  /** What the noise alone costs in the distorted term; null where that is off. */
  floor: number | null;
  /** Which operations `evaluate` does (see `RepeatedStep.run`). */
  kind: string;
  /** What `evaluate` needs as tensors, and `latents` [batch.labels.length, latentDim]. */
  inputs: StepInputs;
}

type Tensors = Record<string, tf.Tensor>;

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
    if (weights.contrast !== null) this.targets.place();
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
    const latents = drawn.subarray(batch.first * latentDim, (batch.first + batch.labels.length) * latentDim);
    const planned = {
      batch,
      weights,
      aims,
      floor: weights.distorted === null ? null : floors.reduce((sum, each) => sum + each, 0) / floors.length,
    };
    return {
      ...planned,
      kind: kindOf(planned, labelRule),
      inputs: {
        latents: floats(latents, [batch.labels.length, latentDim]),
        weights: floats(Float32Array.from(TERMS.map((name) => weights[name] ?? 0)), [TERMS.length]),
        sharpness: floats(Float32Array.of(1 / contrastTemperature), []),
        ...this.labelInputs(batch),
        ...Object.assign({}, ...aims.map((aim, i) => this.aimInputs(aim, i, weights, labelRule))),
      },
    };
  }

  private labelInputs({ labels, groups, joint }: BatchPlan): StepInputs {
    const { numClasses } = this.teacher.definition;
    const oneHot = (some: number[]) => floats(oneHotValues(some, numClasses), [some.length, numClasses]);
    const all = { labels: oneHot(labels) };
    if (joint || groups.length === 1) return all;
    return { ...all, mixedLabels: oneHot(labels.slice(0, groups[0])), singleLabels: oneHot(labels.slice(groups[0])) };
  }

  /** What the terms compare the i-th class with. */
  private aimInputs(
    { index, trusted, noise }: PlannedStep['aims'][number],
    i: number,
    weights: TermWeights,
    labelRule: boolean,
  ): StepInputs {
    const { targets } = this;
    const { numClasses } = this.teacher.definition;
    const row = (values: Float32Array) => floats(values, [1, values.length]);
    const center = targets.aimOf(index);
    const inputs: StepInputs = {};
    if (weights.distorted !== null) {
      inputs[`noisy${i}`] = row(trusted ? sumOf(noise, center) : noise);
      if (labelRule)
        inputs[`noisyCounts${i}`] = row(trusted ? targets.counted : targets.plainlyCounted.map((count) => 2 * count));
    }
    if (weights.centralized !== null) {
      inputs[`center${i}`] = row(center);
      if (labelRule)
        inputs[`centerCounts${i}`] = row(trusted ? targets.counted : new Float32Array(targets.counted.length));
    }
    if (weights.contrast !== null && trusted)
      inputs[`own${i}`] = floats(oneHotValues([index], numClasses), [1, numClasses]);
    return inputs;
  }

  /**
   * @param images [batch.labels.length, H, W, C]
   * @param inputs the step's, as tensors
   * @returns what is minimized, differentiable in the images, and [TERMS + 1] the unweighted terms (0 where off) and it
   */
  evaluate(
    images: tf.Tensor4D,
    { batch, weights, aims }: PlannedStep,
    inputs: Tensors,
  ): { total: tf.Scalar; values: tf.Tensor1D } {
    const wantsStatistics = (['bns', 'distorted', 'centralized', 'contrast'] as const).some(
      (term) => weights[term] !== null,
    );
    const tap = wantsStatistics ? statisticsTap() : null;
    const logits = this.teacher.forward(images, tap ?? {});
    const count = batch.labels.length;
    const averaging = tf.tensor2d(batch.averaging, [batch.averaging.length / count, count]);
    const statistics = tap ? poolStatistics(tap.packed(), averaging, this.teacher.layout) : null;
    const [mixed, single] = this.views(batch, logits, statistics, inputs);
    const row = (name: string) => (inputs[name] ?? null) as tf.Tensor2D;
    const classes = aims.map((_, i): ClassAim => ({
      noisy: row(`noisy${i}`),
      noisyCounts: row(`noisyCounts${i}`),
      center: row(`center${i}`),
      centerCounts: row(`centerCounts${i}`),
      own: row(`own${i}`),
    }));
    const on = Object.fromEntries(TERMS.map((name) => [name, weights[name] !== null])) as Record<TermName, boolean>;
    const numbers = { weights: inputs.weights as tf.Tensor1D, sharpness: inputs.sharpness as tf.Scalar };
    return generatorLoss(mixed, single, this.targets, classes, on, numbers);
  }

  /** What the terms of the mixed and of the single-class batch see: of a batch with several classes, both all of it. */
  private views(
    { groups, joint }: BatchPlan,
    logits: tf.Tensor2D,
    statistics: tf.Tensor2D | null,
    inputs: Tensors,
  ): [TeacherView, TeacherView] {
    const labels = inputs.labels as tf.Tensor2D;
    const nothing = () => tf.zeros([1, this.teacher.layout.size]) as tf.Tensor2D;
    if (joint) {
      const all = { logits, labels };
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
    const labelsOf = groups.length === 1 ? [labels] : [inputs.mixedLabels, inputs.singleLabels];
    const view = (group: number): TeacherView => ({
      logits: logitsOf[group],
      labels: labelsOf[group] as tf.Tensor2D,
      statistics: statisticsOf?.[group] ?? nothing(),
    });
    // Where only one batch is needed both names mean it; the terms of the other one are off.
    return [view(0), view(groups.length - 1)];
  }
}

function sumOf(a: Float32Array, b: Float32Array): Float32Array {
  const sum = new Float32Array(a.length);
  for (let k = 0; k < a.length; k++) sum[k] = a[k] + b[k];
  return sum;
}

/** Everything that decides which operations a step does. */
function kindOf({ batch, weights, aims }: Pick<PlannedStep, 'batch' | 'weights' | 'aims'>, labelRule: boolean): string {
  const on = TERMS.filter((name) => weights[name] !== null);
  const groups = `${batch.groups.join('+')}${batch.joint ? ` of ${batch.classes.length} classes` : ''}`;
  return `${on.join(' ')}; ${groups}${labelRule ? `; trusted ${aims.map(({ trusted }) => Number(trusted))}` : ''}`;
}
