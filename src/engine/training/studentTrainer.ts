/**
 * Fine-tunes a student: calibration images and synthetic images, labels and the teacher's logits (fdda.md, "Student").
 */
import * as tf from '@tensorflow/tfjs-core';
import { cropBatch, drawAugmentation } from '../data/augment';
import type { Generator } from '../generator/generator';
import type { RefinedImages } from '../generator/refinedImages';
import { oneHotValues } from '../kernels/oneHotLabels';
import { floats, integers, RepeatedStep } from '../kernels/replay/repeatedStep';
import { studentLosses } from '../losses/studentLosses';
import type { Student, StudentSnapshot } from '../quantization/student';
import type { Random } from '../random';
import { LossWatch } from './lossWatch';
import { CollapseError, NotFiniteError, type CollapseSign } from './notFinite';
import { Sgd, type OptimizerSnapshot } from './optimizers';
import { WeightWatch } from './weightWatch';
import type { StudentSample } from '../runReport';
import { studentBatch, type RunSettings } from '../runSettings';
import { COSINE_EPOCHS, cosineFactor, updateLimitAt } from './schedules';
import type { Teacher } from './teacher';

export interface StudentTrainerSnapshot {
  step: number;
  student: StudentSnapshot;
  optimizer: OptimizerSnapshot;
  /** Of the step sizes; left out where none are learned. */
  stepOptimizer?: OptimizerSnapshot;
}

/** Where a student's images come from; all of it stays the caller's. */
export interface StudentData {
  /** [C k, H, W, channels] normalised. */
  calibrationImages: tf.Tensor4D;
  calibrationLabels: Uint16Array;
  /** null: calibration images only. */
  generator: Generator | null;
  /** Taken instead of what the generator makes; left out or null: fresh images of the generator in every step. */
  refined?: RefinedImages | null;
  /** Classes that synthetic images are made for. */
  classes: number[];
}

interface Pending {
  step: number;
  learningRate: number;
  /** [3]: ce, distillation, total. */
  values: tf.Tensor1D;
}

/** Owns the student and its optimizer. */
export class StudentTrainer {
  private readonly optimizer: Sgd;
  /** Step sizes have one of their own: they are not pulled toward zero. */
  private readonly stepOptimizer: Sgd | null;
  private readonly watch: WeightWatch;
  private readonly repeated: RepeatedStep;
  private losses = new LossWatch();
  private risen: { from: number; to: number; step: number } | null = null;
  private pending: Pending[] = [];
  private done = 0;
  private well = 0;

  /** @param random every step draws from its own stream of this */
  constructor(
    readonly arm: StudentSample['arm'],
    readonly student: Student,
    private readonly teacher: Teacher,
    private readonly data: StudentData,
    settings: RunSettings,
    private readonly random: Random,
  ) {
    const { momentum, weightDecay } = settings;
    const optimizer = (variables: Record<string, tf.Variable>, decay: number) =>
      new Sgd(variables, { momentum, weightDecay: decay, nesterov: momentum > 0 });
    this.optimizer = optimizer(student.variables, weightDecay);
    const ratios = student.stepRatios;
    this.watch = new WeightWatch({ ...student.variables, ...ratios });
    this.stepOptimizer = Object.keys(ratios).length > 0 ? optimizer(ratios, 0) : null;
    const { generator, refined } = data;
    const inUse = [
      ...this.optimizer.inUse,
      ...(this.stepOptimizer?.inUse ?? []),
      ...(refined?.inUse ?? (Object.values(generator?.variables ?? {}) as tf.Variable[])),
    ];
    this.repeated = new RepeatedStep(() => inUse);
  }

  /** Steps done. */
  get steps(): number {
    return this.done;
  }

  /** Steps whose losses have been looked at and had not risen: the weights before the last of them were well. */
  get wellSteps(): number {
    return this.well;
  }

  /** One optimizer step on real and (with a generator) synthetic images, as many of each as `studentBatch` says. */
  step(settings: RunSettings): void {
    const step = this.done++;
    const random = this.random.fork(step);
    const { calibrationLabels, generator, refined, classes } = this.data;
    const { real, synthetic } = studentBatch(
      settings,
      calibrationLabels.length / this.teacher.definition.numClasses,
      generator !== null,
    );
    if (real + synthetic === 0) return;
    const chosen = Array.from({ length: real }, () => random.integer(calibrationLabels.length));
    const boxes = drawAugmentation(real + synthetic, this.teacher.definition.inputShape, random);
    const syntheticLabels = Array.from({ length: synthetic }, () => classes[random.integer(classes.length)]);
    const labels = Int32Array.from([...chosen.map((i) => calibrationLabels[i]), ...syntheticLabels]);
    const period = settings.studentSchedule === 'run' ? settings.studentSteps : COSINE_EPOCHS * settings.stepsPerEpoch;
    const factor = cosineFactor(step, period);
    const learningRate = settings.studentLearningRate * factor;
    const limit = updateLimitAt(step, factor, settings.updateLimit);

    const rates = this.optimizer.nextRates(learningRate, limit);
    const stepRates = this.stepOptimizer?.nextRates(learningRate, limit);
    const { numClasses } = this.teacher.definition;
    const count = real + synthetic;
    const latentDim = generator?.config.latentDim ?? 0;
    const values = this.repeated.run(
      `${refined ? 'refined' : ''} ${settings.augment} ${settings.temperature} ${settings.distillationWeight}`,
      {
        labels: integers(labels, [count]),
        rates: floats(rates, [rates.length]),
        ...(stepRates && { stepRates: floats(stepRates, [stepRates.length]) }),
        ...(settings.augment && { boxes: floats(boxes, [count, 4]) }),
        ...(real > 0 && { chosen: integers(Int32Array.from(chosen), [real]) }),
        ...(synthetic > 0 &&
          (refined
            ? { rows: integers(Int32Array.from(refined.pick(syntheticLabels, random)), [synthetic]) }
            : {
                latents: floats(random.fillNormal(new Float32Array(synthetic * latentDim)), [synthetic, latentDim]),
                classes: floats(oneHotValues(syntheticLabels, numClasses), [synthetic, numClasses]),
              })),
      },
      (inputs: Record<string, tf.Tensor>) => this.compute(inputs, settings),
    );
    this.pending.push({ step: step + 1, learningRate, values: values as tf.Tensor1D });
  }

  /** The step itself. @returns [3] ce, distillation, total */
  private compute(inputs: Record<string, tf.Tensor>, settings: RunSettings): tf.Tensor1D {
    const { calibrationImages, generator, refined } = this.data;
    const parts: tf.Tensor4D[] = [];
    if (inputs.chosen) parts.push(tf.gather(calibrationImages, inputs.chosen as tf.Tensor1D));
    if (inputs.rows) parts.push(refined!.batchAt(inputs.rows as tf.Tensor1D));
    if (inputs.latents) parts.push(generator!.generate(inputs.latents as tf.Tensor2D, inputs.classes as tf.Tensor2D));
    const joined = parts.length === 1 ? parts[0] : tf.concat(parts, 0);
    const images = inputs.boxes ? cropBatch(joined, inputs.boxes as tf.Tensor2D) : joined;
    const target = this.teacher.forward(images);
    let packed: tf.Tensor1D | null = null;
    const { grads } = tf.variableGrads(() => {
      const loss = studentLosses(
        this.student.forward(images),
        target,
        inputs.labels as tf.Tensor1D,
        settings.temperature,
        settings.distillationWeight,
      );
      packed = tf.keep(tf.stack([loss.ce, loss.distillation, loss.total])) as tf.Tensor1D;
      return loss.total;
    }, this.student.trainable);
    const of = (variables: Record<string, tf.Variable>) =>
      Object.fromEntries(Object.entries(variables).map(([key, variable]) => [key, grads[variable.name]]));
    this.optimizer.applyRates(of(this.student.variables), inputs.rates as tf.Tensor1D);
    this.stepOptimizer?.applyRates(of(this.student.stepRatios), inputs.stepRates as tf.Tensor1D);
    return packed!;
  }

  /**
   * Reads the numbers of all steps since the last call, and looks whether all weights are numbers, in one readback.
   *
   * @throws NotFiniteError naming the first loss and step, or the first weight, that is not a finite number
   */
  async drain(): Promise<StudentSample[]> {
    const taken = this.pending;
    this.pending = [];
    if (taken.length === 0) return [];
    const packed = tf.tidy(() =>
      tf.concat([...taken.map((p) => p.values), tf.reshape(this.watch.squares(), [1])] as tf.Tensor1D[]),
    );
    tf.dispose(taken.map((p) => p.values));
    const values = await packed.data();
    packed.dispose();
    const samples = taken.map(({ step, learningRate }, i): StudentSample => {
      const [ce, distillation, total] = values.subarray(3 * i, 3 * i + 3);
      if (!Number.isFinite(ce)) throw new NotFiniteError("The student's cross entropy", step);
      if (!Number.isFinite(distillation)) throw new NotFiniteError("The student's distillation loss", step);
      return { arm: this.arm, step, ce, distillation, total, learningRate };
    });
    const last = taken[taken.length - 1].step;
    if (!Number.isFinite(values[values.length - 1])) {
      throw new NotFiniteError(`The student's weight ${(await this.watch.worst())!.key}`, last);
    }
    const rise = this.losses.look(samples.map(({ total }) => total));
    if (rise) this.risen = { ...rise, step: last };
    else this.well = last - this.losses.open;
    return samples;
  }

  /** A collapse that the losses show since the last call; null: none. */
  async collapse(): Promise<CollapseError | null> {
    const { risen } = this;
    this.risen = null;
    return risen && this.collapsed({ kind: 'loss', from: risen.from, to: risen.to }, risen.step);
  }

  /** A collapse by this sign, with the weight that has moved furthest. */
  async collapsed(sign: CollapseSign, step: number): Promise<CollapseError> {
    return new CollapseError(sign, step, (await this.watch.worst())!.key);
  }

  async snapshot(): Promise<StudentTrainerSnapshot> {
    const step = this.done;
    const [student, optimizer, stepOptimizer] = await Promise.all([
      this.student.snapshot(),
      this.optimizer.snapshot(),
      this.stepOptimizer?.snapshot(),
    ]);
    return { step, student, optimizer, ...(stepOptimizer ? { stepOptimizer } : {}) };
  }

  restore({ step, student, optimizer, stepOptimizer }: StudentTrainerSnapshot): void {
    this.student.restore(student);
    this.optimizer.restore(optimizer);
    if (this.stepOptimizer) {
      if (!stepOptimizer) throw new Error('The snapshot has no memory of the step sizes.');
      this.stepOptimizer.restore(stepOptimizer);
    }
    this.done = step;
    this.well = step;
    this.losses = new LossWatch();
    this.risen = null;
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
    this.stepOptimizer?.dispose();
    this.watch.dispose();
    this.student.dispose();
  }
}
