/**
 * Fine-tunes a student: calibration images and synthetic images, labels and the teacher's logits (fdda.md, "Student").
 */
import * as tf from '@tensorflow/tfjs-core';
import { areLarge } from '../data/amounts';
import { asTensor, floats, RepeatedStep } from '../kernels/replay/repeatedStep';
import { studentLosses, type StudentLosses } from '../losses/studentLosses';
import type { Student, StudentSnapshot } from '../quantization/student';
import type { Random } from '../random';
import { LossWatch } from './lossWatch';
import { CollapseError, NotFiniteError, type CollapseSign } from './notFinite';
import { Sgd, type OptimizerSnapshot } from './optimizers';
import { PendingSteps } from './pendingSteps';
import { WeightWatch } from './weightWatch';
import type { StudentSample } from '../runReport';
import type { RunSettings } from '../runSettings';
import { COSINE_EPOCHS, cosineFactor, updateLimitAt } from './schedules';
import { batchImages, drawBatch, imagesInUse, type StudentData } from './studentImages';
import type { StudentTraining } from './studentTraining';
import type { Teacher } from './teacher';

export interface StudentTrainerSnapshot {
  step: number;
  student: StudentSnapshot;
  optimizer: OptimizerSnapshot;
  /** Of the step sizes; left out where none are learned. */
  stepOptimizer?: OptimizerSnapshot;
  /** Left out where there is none. */
  rateCap?: number;
}

/** What a step of distillation has to say. */
export type DistillationSample = StudentSample & { ce: number; distillation: number };

/**
 * The loss after a first step beside the one before it, from which on the step was too long. With rates that fit it may be
 * a tenth larger, because some values go to another level; with those that do harm it is at least twice as large.
 */
const TOO_LARGE = 1.25;
/** What is left of a learning rate with which it is. */
const LOWERED = 1 / 3;
/** Where so little is left of the learning rate it is not the length of a step that makes the loss larger. */
const LEAST_SHARE = 1e-4;

/** Owns the student and its optimizer. */
export class StudentTrainer implements StudentTraining<StudentTrainerSnapshot> {
  private readonly optimizer: Sgd;
  /** Step sizes have one of their own: they are not pulled toward zero. */
  private readonly stepOptimizer: Sgd | null;
  private readonly watch: WeightWatch;
  private readonly repeated: RepeatedStep;
  private losses = new LossWatch();
  private risen: { from: number; to: number; step: number } | null = null;
  private readonly pending: PendingSteps;
  private done = 0;
  private well = 0;
  private cap = Infinity;

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
    this.pending = new PendingSteps(this.watch);
    this.stepOptimizer = Object.keys(ratios).length > 0 ? optimizer(ratios, 0) : null;
    const inUse = [...this.optimizer.inUse, ...(this.stepOptimizer?.inUse ?? []), ...imagesInUse(data)];
    this.repeated = new RepeatedStep(() => inUse, areLarge(teacher.definition.inputShape) ? 'gpu' : 'everywhere');
  }

  /** Steps done. */
  get steps(): number {
    return this.done;
  }

  /** Steps whose losses have been looked at and had not risen: the weights before the last of them were well. */
  get wellSteps(): number {
    return this.well;
  }

  get rateCap(): number {
    return this.cap;
  }

  /**
   * Tries the first step. Where the loss on its own images is much larger after it, it is taken back, and the next try
   * has a third of the learning rate (backtracking, Armijo 1966): what a first step that is far too long does to a
   * network none of the later ones mends, and how long is too long only the network knows (docs/student.md). Without a
   * limit on updates, as in the paper, nothing is tried.
   */
  async begin(settings: RunSettings): Promise<boolean> {
    const rate = Math.min(settings.studentLearningRate, this.cap);
    if (this.done > 0 || settings.updateLimit === 0 || rate < LEAST_SHARE * settings.studentLearningRate) return true;
    const start = await this.snapshot();
    this.step(settings);
    const before = (await this.pending.last())?.[2];
    // What is no number is said where all of them are read.
    if (before === undefined || !Number.isFinite(before)) return true;
    const batch = drawBatch(this.data, this.teacher.definition, settings, this.random.fork(0))!;
    const total = tf.tidy(() => {
      const inputs = Object.fromEntries(
        Object.entries(batch).map(([name, each]) => [name, each instanceof tf.Tensor ? each : asTensor(each)]),
      );
      const images = batchImages(this.data, inputs);
      return this.lossesOf(images, this.teacher.forward(images), inputs, settings).total;
    });
    const [after] = await total.data().finally(() => total.dispose());
    if (after <= TOO_LARGE * before) return true;
    this.restore({ ...start, rateCap: rate * LOWERED });
    return false;
  }

  /** One optimizer step on real and (with a generator) synthetic images, as many of each as `studentBatch` says. */
  step(settings: RunSettings): void {
    const step = this.done++;
    const batch = drawBatch(this.data, this.teacher.definition, settings, this.random.fork(step));
    if (!batch) return;
    const period = settings.studentSchedule === 'run' ? settings.studentSteps : COSINE_EPOCHS * settings.stepsPerEpoch;
    const factor = cosineFactor(step, period);
    const learningRate = Math.min(settings.studentLearningRate, this.cap) * factor;
    const limit = updateLimitAt(step, factor, settings.updateLimit);

    const rates = this.optimizer.nextRates(learningRate, limit);
    const stepRates = this.stepOptimizer?.nextRates(learningRate, limit);
    const values = this.repeated.run(
      `${this.data.refined ? 'refined' : ''} ${settings.augment} ${settings.temperature} ${settings.distillationWeight}`,
      {
        ...batch,
        rates: floats(rates, [rates.length]),
        ...(stepRates && { stepRates: floats(stepRates, [stepRates.length]) }),
      },
      (inputs: Record<string, tf.Tensor>) => this.compute(inputs, settings),
    );
    this.pending.add(step + 1, learningRate, values as tf.Tensor1D);
  }

  /** The step itself. @returns [3] ce, distillation, total */
  private compute(inputs: Record<string, tf.Tensor>, settings: RunSettings): tf.Tensor1D {
    const images = tf.tidy(() => batchImages(this.data, inputs));
    // What lies between its images and its answers takes as much memory as the student's pass, and is not needed there.
    const target = tf.tidy(() => this.teacher.forward(images));
    let packed: tf.Tensor1D | null = null;
    const { grads } = tf.variableGrads(() => {
      const loss = this.lossesOf(images, target, inputs, settings);
      packed = tf.keep(tf.stack([loss.ce, loss.distillation, loss.total])) as tf.Tensor1D;
      return loss.total;
    }, this.student.trainable);
    const of = (variables: Record<string, tf.Variable>) =>
      Object.fromEntries(Object.entries(variables).map(([key, variable]) => [key, grads[variable.name]]));
    this.optimizer.applyRates(of(this.student.variables), inputs.rates as tf.Tensor1D);
    this.stepOptimizer?.applyRates(of(this.student.stepRatios), inputs.stepRates as tf.Tensor1D);
    return packed!;
  }

  private lossesOf(
    images: tf.Tensor4D,
    target: tf.Tensor2D,
    inputs: Record<string, tf.Tensor>,
    settings: RunSettings,
  ): StudentLosses {
    return studentLosses(
      this.student.forward(images),
      target,
      inputs.labels as tf.Tensor1D,
      settings.temperature,
      settings.distillationWeight,
    );
  }

  /**
   * Reads the numbers of all steps since the last call, and looks whether all weights are numbers, in one readback.
   *
   * @throws NotFiniteError naming the first loss and step, or the first weight, that is not a finite number
   */
  async drain(): Promise<DistillationSample[]> {
    const samples = await this.pending.drain(([ce, distillation, total], step, learningRate): DistillationSample => {
      if (!Number.isFinite(ce)) throw new NotFiniteError("The student's cross entropy", step);
      if (!Number.isFinite(distillation)) throw new NotFiniteError("The student's distillation loss", step);
      return { arm: this.arm, step, ce, distillation, total, learningRate };
    });
    if (samples.length === 0) return samples;
    const last = samples[samples.length - 1].step;
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
    const { cap } = this;
    return {
      step,
      student,
      optimizer,
      ...(stepOptimizer ? { stepOptimizer } : {}),
      ...(cap === Infinity ? {} : { rateCap: cap }),
    };
  }

  restore({ step, student, optimizer, stepOptimizer, rateCap = Infinity }: StudentTrainerSnapshot): void {
    this.student.restore(student);
    this.optimizer.restore(optimizer);
    if (this.stepOptimizer) {
      if (!stepOptimizer) throw new Error('The snapshot has no memory of the step sizes.');
      this.stepOptimizer.restore(stepOptimizer);
    }
    this.cap = rateCap;
    this.done = step;
    this.well = step;
    this.losses = new LossWatch();
    this.risen = null;
    this.pending.discard();
  }

  /** Lets go of what only further steps need. */
  release(): void {
    this.repeated.dispose();
  }

  /** @param withStudent false: another goes on with it */
  dispose(withStudent = true): void {
    this.pending.discard();
    this.repeated.dispose();
    this.optimizer.dispose();
    this.stepOptimizer?.dispose();
    this.watch.dispose();
    if (withStudent) this.student.dispose();
  }
}
