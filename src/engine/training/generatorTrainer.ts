/** Trains the generator: one step is the five terms on a mixed and a single-class batch, in one pass (fdda.md, "Generator"). */
import * as tf from '@tensorflow/tfjs-core';
import { averagingMatrix, poolStatistics, statisticsTap } from '../bns/statistics';
import type { Generator } from '../generator/generator';
import { oneHotLabels } from '../generator/generator';
import { distortedFloor } from '../losses/distortedFloor';
import { drawDistortion, generatorLoss, termWeights, type GeneratorTargets, type TeacherView, type TermWeights } from '../losses/generatorLosses';
import type { Random } from '../random';
import { NotFiniteError } from './notFinite';
import { Adam, type OptimizerSnapshot } from './optimizers';
import type { GeneratorSample } from './runReport';
import { TERMS, type RunSettings } from './runSettings';
import { multiStepFactor } from './schedules';
import type { Teacher } from './teacher';
import type { WeightArray } from '../network/types';

/** Epochs in which the program still draws classes that the teacher gets wrong. */
export const UNRELIABLE_EPOCHS = 5;

export interface GeneratorSnapshot {
  step: number;
  weights: Record<string, WeightArray>;
  optimizer: OptimizerSnapshot;
}

/** One step whose numbers have not been read back yet. */
interface Pending {
  step: number;
  enabled: TermWeights;
  floor: number | null;
  learningRate: number;
  /** [TERMS + 1]: unweighted terms (0 where off), weighted total. */
  values: tf.Tensor1D;
}

const TERM_NAMES: Record<string, string> = {
  ceMixed: 'cross entropy (mixed)', bns: 'BNS', distorted: 'BNS-distorted', ceSingle: 'cross entropy (single class)', centralized: 'BNS-centralized',
};

/** Owns generator, optimizer and what is not read back; not the teacher and the targets. */
export class GeneratorTrainer {
  private readonly optimizer: Adam;
  private pending: Pending[] = [];
  private done = 0;

  /**
   * @param reliable [numClasses] 1 where the teacher gets the class's calibration images right
   * @param random every step draws from its own stream of this, so that a restored run goes on as it would have
   */
  constructor(
    readonly generator: Generator, private readonly teacher: Teacher, private readonly targets: GeneratorTargets,
    private readonly reliable: Uint8Array, private readonly random: Random,
  ) {
    this.optimizer = new Adam(generator.variables as Record<string, tf.Variable>);
  }

  /** Steps done. */
  get steps(): number {
    return this.done;
  }

  /** Which classes may be drawn at a step, and whether an unreliable one is then trusted (fdda.md, "Label rule"). */
  drawableClasses(step: number, settings: RunSettings): number[] {
    const all = Array.from(this.reliable, (_, i) => i);
    if (!settings.labelRule || Math.floor(step / settings.stepsPerEpoch) < UNRELIABLE_EPOCHS) return all;
    const reliable = all.filter((c) => this.reliable[c]);
    return reliable.length > 0 ? reliable : all;
  }

  /** One optimizer step. Does nothing but count where every term is switched off. */
  step(settings: RunSettings): void {
    const step = this.done++;
    const weights = termWeights(settings);
    const on = (...names: (keyof TermWeights)[]) => names.some((name) => weights[name] !== null);
    const [needsMixed, needsSingle] = [on('ceMixed', 'bns'), on('distorted', 'ceSingle', 'centralized')];
    if (!needsMixed && !needsSingle) return;

    const random = this.random.fork(step);
    const drawable = this.drawableClasses(step, settings);
    const batch = settings.generatorBatch;
    // Everything is drawn whatever is switched on, so that a switch does not change what the other terms see.
    const mixedLabels = Array.from({ length: batch }, () => drawable[random.integer(drawable.length)]);
    const single = drawable[random.integer(drawable.length)];
    const trusted = !settings.labelRule || this.reliable[single] === 1;
    const latents = random.fillNormal(new Float32Array(2 * batch * this.generator.config.latentDim));
    const noise = trusted
      ? drawDistortion(this.teacher.layout, random, settings.distortionMean, settings.distortionVariance)
      : drawDistortion(this.teacher.layout, random, 1, 1);

    const labels = [...(needsMixed ? mixedLabels : []), ...(needsSingle ? new Array<number>(batch).fill(single) : [])];
    const groups = labels.length > batch ? [batch, batch] : [batch];
    const from = needsMixed ? 0 : batch * this.generator.config.latentDim;
    const learningRate = settings.generatorLearningRate * multiStepFactor(step, settings.stepsPerEpoch);
    const wantsStatistics = on('bns', 'distorted', 'centralized');

    const values = tf.tidy(() => {
      const z = tf.tensor2d(latents.subarray(from, from + labels.length * this.generator.config.latentDim), [labels.length, this.generator.config.latentDim]);
      let packed: tf.Tensor1D | null = null;
      const { grads } = tf.variableGrads(() => {
        const images = this.generator.generate(z, labels, groups);
        const tap = wantsStatistics ? statisticsTap() : null;
        const logits = this.teacher.forward(images, tap ?? {});
        const averaging = tf.tensor2d(averagingMatrix(groups), [groups.length, labels.length]);
        const statistics = tap ? poolStatistics(tap.packed(), averaging, this.teacher.layout) : null;
        // One operation for all groups, so that its gradient is one too.
        const byGroup = (rows: tf.Tensor2D) => (groups.length === 1 ? [rows] : tf.split(rows, groups.length)) as tf.Tensor2D[];
        const [logitsOf, statisticsOf] = [byGroup(logits), statistics && byGroup(statistics)];
        const view = (group: number): TeacherView => ({
          logits: logitsOf[group],
          labels: oneHotLabels(labels.slice(group * batch, (group + 1) * batch), this.teacher.definition.numClasses),
          statistics: statisticsOf?.[group] ?? tf.zeros([1, this.teacher.layout.size]),
        });
        // Where only one batch is needed both names mean it; the terms of the other one are off.
        const loss = generatorLoss(view(0), view(groups.length - 1), this.targets, {
          index: single, noise: tf.tensor2d(noise, [1, noise.length]), trusted,
        }, weights);
        packed = tf.keep(tf.stack([...TERMS.map((name) => loss.terms[name] ?? tf.scalar(0)), loss.total])) as tf.Tensor1D;
        return loss.total;
      }, Object.values(this.generator.variables));
      const byName = Object.fromEntries(Object.entries(this.generator.variables).map(([key, variable]) => [key, grads[variable.name]]));
      this.optimizer.apply(byName, learningRate);
      return packed!;
    });
    this.pending.push({
      step: step + 1, enabled: weights, learningRate, values,
      floor: weights.distorted === null ? null : distortedFloor(settings.distortionMean, settings.distortionVariance, trusted),
    });
  }

  /**
   * Reads the numbers of all steps since the last call, in one readback.
   *
   * @throws NotFiniteError naming the first term and step that is not a finite number
   */
  async drain(): Promise<GeneratorSample[]> {
    const taken = this.pending;
    this.pending = [];
    if (taken.length === 0) return [];
    const stacked = tf.stack(taken.map((p) => p.values));
    tf.dispose(taken.map((p) => p.values));
    const values = await stacked.data();
    stacked.dispose();
    const width = TERMS.length + 1;
    return taken.map(({ step, enabled, floor, learningRate }, i) => {
      const row = values.subarray(i * width, (i + 1) * width);
      TERMS.forEach((name, k) => {
        if (enabled[name] !== null && !Number.isFinite(row[k])) throw new NotFiniteError(`The loss term ${TERM_NAMES[name]}`, step);
      });
      if (!Number.isFinite(row[TERMS.length])) throw new NotFiniteError('The weighted sum of the loss terms', step);
      const terms = Object.fromEntries(TERMS.map((name, k) => [name, enabled[name] === null ? null : row[k]])) as GeneratorSample['terms'];
      return { step, terms, total: row[TERMS.length], distortedFloor: floor, learningRate };
    });
  }

  async snapshot(): Promise<GeneratorSnapshot> {
    const step = this.done;
    const [weights, optimizer] = await Promise.all([this.generator.download(), this.optimizer.snapshot()]);
    return { step, weights, optimizer };
  }

  restore({ step, weights, optimizer }: GeneratorSnapshot): void {
    this.generator.load(weights);
    this.optimizer.restore(optimizer);
    this.done = step;
    tf.dispose(this.pending.map((p) => p.values));
    this.pending = [];
  }

  dispose(): void {
    tf.dispose(this.pending.map((p) => p.values));
    this.pending = [];
    this.optimizer.dispose();
    this.generator.dispose();
  }
}
