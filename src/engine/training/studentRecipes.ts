/** Which training a student gets: a new way to make one comes in here. */
import type { Student } from '../quantization/student';
import type { Random } from '../random';
import type { StudentSample } from '../runReport';
import { reconstructionSteps, type RunSettings } from '../runSettings';
import type { CollapseError, CollapseSign } from './notFinite';
import { ReconstructionTrainer, type ReconstructionSnapshot } from './reconstructionTrainer';
import type { StudentData } from './studentImages';
import { StudentTrainer, type StudentTrainerSnapshot } from './studentTrainer';
import type { StudentTraining } from './studentTraining';
import type { Teacher } from './teacher';

export type TrainingSnapshot = StudentTrainerSnapshot | ReconstructionSnapshot | InTurnSnapshot;

/** @param student becomes the training's. For the others see `StudentTrainer`. */
export function createTraining(
  arm: StudentSample['arm'],
  student: Student,
  teacher: Teacher,
  data: StudentData,
  settings: RunSettings,
  random: Random,
): StudentTraining<TrainingSnapshot> {
  switch (settings.studentRecipe) {
    case 'distillation':
      return new StudentTrainer(arm, student, teacher, data, settings, random) as StudentTraining<TrainingSnapshot>;
    case 'reconstruction':
      return new ReconstructionTrainer(
        arm,
        student,
        teacher,
        data,
        settings.studentSteps,
        random,
      ) as StudentTraining<TrainingSnapshot>;
    case 'both':
      return new InTurn(arm, student, teacher, data, settings, random) as unknown as StudentTraining<TrainingSnapshot>;
  }
}

export interface InTurnSnapshot {
  kind: 'inTurn';
  step: number;
  first: ReconstructionSnapshot | null;
  second: StudentTrainerSnapshot | null;
}

/** Reconstruction in the first steps (`reconstructionSteps`), distillation of what came of it in the others. */
class InTurn implements StudentTraining<InTurnSnapshot> {
  private readonly fitted: number;
  private readonly first: ReconstructionTrainer;
  private second: StudentTrainer | null = null;

  constructor(
    private readonly arm: StudentSample['arm'],
    readonly student: Student,
    private readonly teacher: Teacher,
    private readonly data: StudentData,
    private readonly settings: RunSettings,
    private readonly random: Random,
  ) {
    this.fitted = reconstructionSteps(settings);
    this.first = new ReconstructionTrainer(arm, student, teacher, data, this.fitted, random.fork('reconstruction'));
  }

  private get current(): StudentTraining {
    return this.second ?? this.first;
  }

  private shortened(settings: RunSettings): RunSettings {
    return { ...settings, studentSteps: settings.studentSteps - this.fitted };
  }

  private createSecond(): StudentTrainer {
    const { arm, student, teacher, data, random } = this;
    return new StudentTrainer(arm, student, teacher, data, this.shortened(this.settings), random);
  }

  get steps(): number {
    return this.second ? this.fitted + this.second.steps : this.first.steps;
  }

  get wellSteps(): number {
    return this.second ? this.fitted + this.second.wellSteps : this.first.wellSteps;
  }

  get rateCap(): number {
    return this.second?.rateCap ?? Infinity;
  }

  async begin(settings: RunSettings): Promise<boolean> {
    if (!this.second && this.first.steps < this.fitted) return this.first.begin();
    return (this.second ??= this.createSecond()).begin(this.shortened(settings));
  }

  step(settings: RunSettings): void {
    if (!this.second && this.first.steps < this.fitted) return this.first.step(settings);
    (this.second ??= this.createSecond()).step(this.shortened(settings));
  }

  async drain(): Promise<StudentSample[]> {
    const before = await this.first.drain();
    const after = (await this.second?.drain()) ?? [];
    return [...before, ...after.map((sample) => ({ ...sample, step: sample.step + this.fitted }))];
  }

  collapse(): Promise<CollapseError | null> {
    return this.current.collapse();
  }

  collapsed(sign: CollapseSign, step: number): Promise<CollapseError> {
    return this.current.collapsed(sign, step);
  }

  async snapshot(): Promise<InTurnSnapshot> {
    const step = this.steps;
    const [first, second] = await Promise.all([
      this.second ? null : this.first.snapshot(),
      this.second?.snapshot() ?? null,
    ]);
    return { kind: 'inTurn', step, first, second };
  }

  restore({ first, second }: InTurnSnapshot): void {
    if (second) (this.second ??= this.createSecond()).restore(second);
    else {
      this.second?.dispose(false);
      this.second = null;
      this.first.restore(first!);
    }
  }

  release(): void {
    this.first.release();
    this.second?.release();
  }

  dispose(): void {
    this.second?.dispose(false);
    this.first.dispose();
  }
}
