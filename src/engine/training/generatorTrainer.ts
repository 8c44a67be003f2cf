/**
 * Trains the generator: one step is the loss terms on a mixed and a single-class batch, in one pass (fdda.md,
 * "Generator").
 */
import * as tf from '@tensorflow/tfjs-core';
import { areLarge } from '../data/amounts';
import type { Generator } from '../generator/generator';
import { RefinedImages, type RefinedImagesSnapshot } from '../generator/refinedImages';
import { floats, RepeatedStep } from '../kernels/replay/repeatedStep';
import type { TermWeights } from '../losses/generatorLosses';
import type { GeneratorTargets } from '../losses/generatorTargets';
import type { WeightArray } from '../network/types';
import type { Random } from '../random';
import { GeneratorObjective, type PlannedStep } from './generatorObjective';
import { NotFiniteError } from './notFinite';
import { Adam, type OptimizerSnapshot } from './optimizers';
import type { GeneratorSample } from '../runReport';
import { firstRefineStep, TERMS, type RunSettings } from '../runSettings';
import { cosineFactor, multiStepFactor } from './schedules';
import type { Teacher } from './teacher';

/** Epochs in which the program still draws classes that the teacher gets wrong. */
export const UNRELIABLE_EPOCHS = 5;

export interface GeneratorSnapshot {
  step: number;
  weights: Record<string, WeightArray>;
  optimizer: OptimizerSnapshot;
  /** Left out or null: no step has moved images themselves. */
  refined?: RefinedImagesSnapshot | null;
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
  ceMixed: 'cross entropy (mixed)',
  bns: 'BNS',
  distorted: 'BNS-distorted',
  ceSingle: 'cross entropy (single class)',
  centralized: 'BNS-centralized',
  contrast: 'contrast of centers',
};

/** Owns generator, optimizer and what is not read back; not the teacher and the targets. */
export class GeneratorTrainer {
  private readonly optimizer: Adam;
  private readonly objective: GeneratorObjective;
  private readonly repeated: RepeatedStep;
  private refinedImages: RefinedImages | null = null;
  private pending: Pending[] = [];
  private done = 0;

  /**
   * @param reliable [numClasses] 1 where the teacher gets the class's calibration images right
   * @param random every step draws from its own stream of this, so that a restored run goes on as it would have
   * @param probeLatents [numClasses k, latentDim], class by class, of images that were looked at: the first refined
   *   images start as those, and are followed; stays the caller's
   * @param arm whose generator it is, for the samples
   */
  constructor(
    readonly generator: Generator,
    private readonly teacher: Teacher,
    targets: GeneratorTargets,
    private readonly reliable: Uint8Array,
    private readonly random: Random,
    private readonly probeLatents?: tf.Tensor2D,
    private readonly arm: GeneratorSample['arm'] = 'fdda',
  ) {
    this.objective = new GeneratorObjective(teacher, targets, reliable);
    this.optimizer = new Adam(generator.variables as Record<string, tf.Variable>);
    this.repeated = new RepeatedStep(
      () => [...this.optimizer.inUse, ...(this.refinedImages?.inUse ?? [])],
      areLarge(teacher.definition.inputShape) ? 'gpu' : 'everywhere',
    );
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

  /**
   * One optimizer step, of the generator or of the images themselves. Does nothing but count where every term is
   * switched off.
   */
  step(settings: RunSettings): void {
    const step = this.done++;
    const random = this.random.fork(step);
    const planned = this.objective.plan(
      settings,
      this.drawableClasses(step, settings),
      this.generator.config.latentDim,
      random,
    );
    if (!planned) return;
    const first = firstRefineStep(settings);
    const [learningRate, values] =
      step < first
        ? this.stepOfGenerator(planned, settings.generatorLearningRate * multiStepFactor(step, settings.stepsPerEpoch))
        : this.stepOfImages(
            planned,
            settings.refineLearningRate * cosineFactor(step - first, settings.generatorSteps - first),
            settings,
            random,
          );
    this.pending.push({ step: step + 1, enabled: planned.weights, floor: planned.floor, learningRate, values });
  }

  private stepOfGenerator(planned: PlannedStep, learningRate: number): [number, tf.Tensor1D] {
    const { groups } = planned.batch;
    const { variables } = this.generator;
    const rates = this.optimizer.nextRates(learningRate);
    const values = this.repeated.run(
      `generator; ${planned.kind}`,
      { ...planned.inputs, rates: floats(rates, [rates.length]) },
      (inputs: Record<string, tf.Tensor>) => {
        let packed: tf.Tensor1D | null = null;
        const { grads } = tf.variableGrads(() => {
          const images = this.generator.generate(inputs.latents as tf.Tensor2D, inputs.labels as tf.Tensor2D, groups);
          const loss = this.objective.evaluate(images, planned, inputs);
          packed = tf.keep(loss.values);
          return loss.total;
        }, Object.values(variables));
        this.optimizer.applyRates(
          Object.fromEntries(Object.entries(variables).map(([key, variable]) => [key, grads[variable.name]])),
          inputs.rates as tf.Tensor1D,
        );
        return packed!;
      },
    );
    return [learningRate, values as tf.Tensor1D];
  }

  private stepOfImages(
    planned: PlannedStep,
    learningRate: number,
    settings: RunSettings,
    random: Random,
  ): [number, tf.Tensor1D] {
    const refined = (this.refinedImages ??= RefinedImages.create(
      this.generator,
      this.teacher.definition.normalization,
      settings.refinedPerClass,
      settings.classesPerStep > 1,
      this.random.fork('refined'),
      this.probeLatents,
    ));
    const rows = refined.pickGroups(planned.batch.labels, random);
    // A left-handed shape is as good as a right-handed one: no image may suit the teacher in one of the two only.
    const mirrored = random.uniform(0, 1) < 0.5;
    const values = this.repeated.run(
      `images${mirrored ? ' mirrored' : ''}; ${planned.kind}`,
      { ...planned.inputs, ...refined.nextUpdate(rows, learningRate) },
      (inputs: Record<string, tf.Tensor>) => {
        let packed: tf.Tensor1D | null = null;
        const { grad } = tf.valueAndGrad((images) => {
          const turned = (mirrored ? tf.reverse(images, 2) : images) as tf.Tensor4D;
          const loss = this.objective.evaluate(turned, planned, inputs);
          packed = tf.keep(loss.values);
          return loss.total;
        })(refined.batchAt(inputs.rows as tf.Tensor1D));
        refined.applyUpdate(grad as tf.Tensor4D, inputs);
        return packed!;
      },
    );
    return [learningRate, values as tf.Tensor1D];
  }

  /** The images of the steps that moved them themselves; null before. They stay the trainer's. */
  get refined(): RefinedImages | null {
    return this.refinedImages;
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
        if (enabled[name] !== null && !Number.isFinite(row[k]))
          throw new NotFiniteError(`The loss term ${TERM_NAMES[name]}`, step);
      });
      if (!Number.isFinite(row[TERMS.length])) throw new NotFiniteError('The weighted sum of the loss terms', step);
      const terms = Object.fromEntries(
        TERMS.map((name, k) => [name, enabled[name] === null ? null : row[k]]),
      ) as GeneratorSample['terms'];
      return { arm: this.arm, step, terms, total: row[TERMS.length], distortedFloor: floor, learningRate };
    });
  }

  async snapshot(): Promise<GeneratorSnapshot> {
    const step = this.done;
    const [weights, optimizer, refined] = await Promise.all([
      this.generator.download(),
      this.optimizer.snapshot(),
      this.refinedImages?.snapshot() ?? null,
    ]);
    return { step, weights, optimizer, refined };
  }

  restore({ step, weights, optimizer, refined }: GeneratorSnapshot): void {
    this.generator.load(weights);
    this.optimizer.restore(optimizer);
    this.refinedImages?.dispose();
    this.refinedImages = refined ? RefinedImages.restore(refined, this.teacher.definition.normalization) : null;
    this.done = step;
    tf.dispose(this.pending.map((p) => p.values));
    this.pending = [];
  }

  /** Lets go of what only further steps need. */
  release(): void {
    this.repeated.dispose();
  }

  dispose(): void {
    tf.dispose(this.pending.map((p) => p.values));
    this.pending = [];
    this.repeated.dispose();
    this.optimizer.dispose();
    this.refinedImages?.dispose();
    this.generator.dispose();
  }
}
