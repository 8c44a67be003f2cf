/** Fine-tunes one arm's student, and measures it on the way. */
import type { Arm, ArmId } from '../../methods/arms';
import type { Student } from '../../quantization/student';
import { weightsHash } from '../../quantization/weightsHash';
import type { Random } from '../../random';
import type { AccuracyRow, StudentSample } from '../../runReport';
import type { RunSettings } from '../../runSettings';
import type { CollapseError } from '../notFinite';
import type { PreparedRun } from '../prepare';
import { SampleBuffer } from '../sampleBuffer';
import { createTraining, type TrainingSnapshot } from '../studentRecipes';
import type { StudentTraining } from '../studentTraining';
import type { Teacher } from '../teacher';
import type { TestSet } from '../testSet';
import { evaluationSteps, type WorkCount } from '../workCount';
import type { GeneratorStage } from './generatorStage';
import { Measurement, type MeasurementData } from './measurement';
import type { Stage, StageSamples } from './stage';

export interface StudentData extends MeasurementData {
  /** Null: not begun, or over and given up. */
  trainer: TrainingSnapshot | null;
}

/** What an arm's student is made of; all of it stays the run's. */
export interface StudentIngredients {
  teacher: Teacher;
  prepared: PreparedRun;
  testSet: TestSet;
  work: WorkCount;
  /** A student as plain quantization makes it; the caller's. */
  createStudent: () => Promise<Student>;
  /** Accuracy of plain quantization, where every student begins; null where it is not measured. */
  startAccuracy: () => number | null;
  random: Random;
}

export const studentStageId = (arm: ArmId): string => `student ${arm}`;

/**
 * Owns the student and its optimizer while it is trained; when it is over, the leading arm's for whoever wants to take
 * it away.
 */
export class StudentStage implements Stage<StudentData> {
  readonly phase = 'student';
  readonly id: string;
  readonly arm: ArmId;
  readonly macs: number;
  private readonly leads: boolean;
  private readonly measurement: Measurement;
  private readonly samples = new SampleBuffer<StudentSample>();
  private trainer: StudentTraining<TrainingSnapshot> | null = null;
  /** It was measured to be worse than plain quantization, and nobody has been told yet. */
  private fallen: CollapseError | null = null;
  /** It has been told of, by whatever sign, which is enough: what comes later is no news. */
  private hasCollapsed = false;
  private wellSteps = 0;

  /**
   * @param settings the arm's, as they are now
   * @param source of synthetic images; null: it learns from the calibration images alone
   */
  constructor(
    { id, leads }: Arm,
    private readonly settings: () => RunSettings,
    private readonly source: GeneratorStage | null,
    private readonly parts: StudentIngredients,
  ) {
    this.id = studentStageId(id);
    this.arm = id;
    this.leads = leads;
    this.macs = parts.work.student(settings(), source !== null);
    this.measurement = new Measurement(parts.testSet, id, settings().studentSteps);
  }

  get row(): AccuracyRow {
    return this.measurement.row;
  }

  get done(): boolean {
    return this.row.state === 'done';
  }

  /** The fine-tuned student once the stage is done and where it was kept; it stays the stage's. */
  get student(): Student | null {
    return this.done ? (this.trainer?.student ?? null) : null;
  }

  /** The student as it is while it is trained, and after it where it was kept; null: not begun, or given up. */
  get current(): Student | null {
    return this.trainer?.student ?? null;
  }

  progress() {
    return { step: this.trainer?.steps ?? this.row.step, steps: this.settings().studentSteps };
  }

  async advance(): Promise<number> {
    const trainer = (this.trainer ??= await this.createTrainer());
    const settings = this.settings();
    const { measurement, row, parts } = this;
    const start = parts.startAccuracy();
    const before = trainer.steps;
    if (row.curve.length === 0 && start !== null) row.curve.push([0, start]);
    const measuredStep = row.curve.at(-1)?.[0] ?? 0;
    const evaluates =
      measurement.measured !== null ||
      (trainer.steps > measuredStep && evaluationSteps(settings).includes(trainer.steps));
    if (evaluates) {
      const whole = await measurement.measure(trainer.steps, trainer.student);
      if (whole && isWorse(row, start)) {
        const sign = { kind: 'accuracy', plain: start!, student: row.accuracy! } as const;
        this.fallen = await trainer.collapsed(sign, trainer.steps);
      }
    } else {
      row.state = 'running';
      const ready = await trainer.begin(settings);
      if (ready && trainer.steps === before) trainer.step(settings);
      row.step = trainer.steps;
      if (trainer.rateCap < Infinity) row.rateCap = trainer.rateCap;
    }
    // The last step is measured (without test images there is nothing to measure) before the stage is over.
    if (
      trainer.steps >= settings.studentSteps &&
      measurement.measured === null &&
      (evaluates || measurement.batches === 0)
    ) {
      await this.drain();
      row.weightsHash = weightsHash(await trainer.student.snapshot());
      row.state = 'done';
      if (this.leads) trainer.release();
      else this.disposeTrainer();
    }
    if (evaluates) return parts.work.evaluationBatch;
    // What only prepares a step is part of it.
    return trainer.steps > before ? parts.work.studentStep(settings, this.source !== null, before) : 0;
  }

  private async createTrainer(): Promise<StudentTraining<TrainingSnapshot>> {
    const { teacher, prepared, createStudent, random } = this.parts;
    const settings = this.settings();
    const student = await createStudent();
    return createTraining(
      this.arm,
      student,
      teacher,
      {
        calibrationImages: prepared.calibrationImages,
        calibrationLabels: prepared.calibrationLabels,
        ...(prepared.calibrationSet.complete ? {} : { valuesAt: (places) => prepared.calibrationSet.valuesAt(places) }),
        generator: this.source?.generator ?? null,
        refined: this.source?.refined ?? null,
        classes: this.source?.trainer.drawableClasses(Infinity, settings) ?? [],
      },
      settings,
      // Named by what it learns from, not by the arm: arms draw alike, and none depends on which others there are.
      random.fork(this.source ? 'student fdda' : 'student calibration'),
    );
  }

  async snapshot(): Promise<StudentData> {
    const going = this.done ? null : this.trainer;
    return { ...this.measurement.snapshot(), trainer: going ? await going.snapshot() : null };
  }

  async restore({ trainer, ...measured }: StudentData): Promise<void> {
    this.disposeTrainer();
    this.measurement.restore(measured);
    this.samples.clear();
    this.fallen = null;
    this.hasCollapsed = false;
    this.wellSteps = trainer?.step ?? 0;
    if (!trainer) return;
    this.trainer = await this.createTrainer();
    this.trainer.restore(trainer);
  }

  async drain(): Promise<void> {
    if (!this.trainer) return;
    this.samples.add(await this.trainer.drain());
    // After a collapse losses are compared with losses that were bad already.
    if (!this.hasCollapsed) this.wellSteps = this.trainer.wellSteps;
  }

  async alarm(): Promise<CollapseError | null> {
    const alarm = this.fallen ?? (await this.trainer?.collapse()) ?? null;
    this.fallen = null;
    if (!alarm || this.hasCollapsed) return null;
    this.hasCollapsed = true;
    return alarm;
  }

  /** A loss is of the weights before its step, an accuracy of those after it. */
  vouches(step: number): boolean {
    if (this.done && !this.hasCollapsed) return true;
    const start = this.parts.startAccuracy();
    const good = this.row.curve.filter(([, accuracy]) => !isBelow(accuracy, this.row.n, start));
    return step < this.wellSteps && (this.measurement.batches === 0 || step <= (good.at(-1)?.[0] ?? 0));
  }

  take(): StageSamples {
    return { student: this.samples.take() };
  }

  private disposeTrainer(): void {
    this.trainer?.dispose();
    this.trainer = null;
  }

  dispose(): void {
    this.measurement.dispose();
    this.disposeTrainer();
  }
}

function isWorse({ accuracy, n }: AccuracyRow, start: number | null): boolean {
  return accuracy !== null && isBelow(accuracy, n, start);
}

/** Beyond chance below `start`: by more than two standard errors of the difference of two shares of n images. */
function isBelow(accuracy: number, n: number, start: number | null): boolean {
  if (start === null || n === 0) return false;
  const error = Math.sqrt((accuracy * (1 - accuracy) + start * (1 - start)) / n);
  return start - accuracy > 2 * error;
}
