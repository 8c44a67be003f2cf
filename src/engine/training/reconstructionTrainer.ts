/**
 * Makes a student block by block (BRECQ: Li et al., BRECQ: Pushing the Limit of Post-Training Quantization by Block
 * Reconstruction, ICLR 2021; QDrop: Wei et al., ICLR 2022): on images that the blocks before have passed on, each block
 * learns which way to round its weights, and the step sizes of its activations.
 */
import { BlockFit, type BlockSnapshot } from './blockFit';
import { networkBlocks, type NetworkBlock } from '../network/blocks';
import type { Student, StudentSnapshot } from '../quantization/student';
import type { Random } from '../random';
import type { StudentSample } from '../runReport';
import type { RunSettings } from '../runSettings';
import { CollapseError, NotFiniteError, type CollapseSign } from './notFinite';
import { PendingSteps } from './pendingSteps';
import type { StudentData } from './studentImages';
import type { StudentTraining } from './studentTraining';
import type { Teacher } from './teacher';
import { WeightWatch } from './weightWatch';

export interface ReconstructionSnapshot {
  kind: 'reconstruction';
  step: number;
  student: StudentSnapshot;
  /** Of the block that is being fitted; null: between two. */
  block: BlockSnapshot | null;
}

/** Owns the student, and what is kept of the block that is being fitted. */
export class ReconstructionTrainer implements StudentTraining<ReconstructionSnapshot> {
  private readonly blocks: NetworkBlock[];
  /** Step at which each block is done. */
  private readonly ends: number[];
  private readonly watch: WeightWatch;
  private fit: BlockFit | null = null;
  private readonly pending: PendingSteps;
  private done = 0;
  private well = 0;

  /**
   * @param steps of all blocks together; they have equally many, the first ones one more where that does not work out
   * @param random every block and every step draws from its own stream of this
   */
  constructor(
    readonly arm: StudentSample['arm'],
    readonly student: Student,
    private readonly teacher: Teacher,
    private readonly data: StudentData,
    steps: number,
    private readonly random: Random,
  ) {
    this.blocks = networkBlocks(teacher.definition);
    const count = this.blocks.length;
    this.ends = this.blocks.map((_, i) => Math.floor(steps / count) * (i + 1) + Math.min(i + 1, steps % count));
    this.watch = new WeightWatch({ ...student.variables, ...student.stepRatios });
    this.pending = new PendingSteps(this.watch);
  }

  readonly rateCap = Infinity;

  get steps(): number {
    return this.done;
  }

  get wellSteps(): number {
    return this.well;
  }

  /** Adam's steps have a length of their own. */
  async begin(): Promise<boolean> {
    return true;
  }

  /** Part of the next step's work: some images for the block, or the step itself. */
  step(settings: RunSettings): void {
    const index = this.ends.findIndex((end) => end > this.done);
    if (index < 0) return;
    const fit = (this.fit ??= this.open(index));
    if (fit.gather(settings)) return;
    const step = this.done++;
    const values = fit.step(step - this.startOf(index), settings, this.random.fork(step));
    if (values) this.pending.add(step + 1, fit.learningRate, values);
    if (this.done === this.ends[index]) this.close();
  }

  private startOf = (index: number): number => (index === 0 ? 0 : this.ends[index - 1]);

  private open(index: number): BlockFit {
    const steps = this.ends[index] - this.startOf(index);
    const { student, teacher, data } = this;
    return new BlockFit(this.blocks[index], {
      student,
      teacher,
      data,
      steps,
      random: this.random.fork(`block ${index}`),
    });
  }

  private close(): void {
    this.fit?.finish();
    this.fit?.dispose();
    this.fit = null;
  }

  /**
   * Reads the numbers of all steps since the last call, and looks whether all weights are numbers, in one readback.
   *
   * @throws NotFiniteError naming the first loss and step, or the first weight, that is not a finite number
   */
  async drain(): Promise<StudentSample[]> {
    // Of a step: error of the block's output, and the term that drives weights to their levels.
    const samples = await this.pending.drain(([error, undecided], step, learningRate): StudentSample => {
      if (!Number.isFinite(error + undecided)) throw new NotFiniteError("The student's reconstruction error", step);
      return { arm: this.arm, step, ce: null, distillation: null, total: error, learningRate };
    });
    this.well = samples.at(-1)?.step ?? this.well;
    return samples;
  }

  /** Errors of different blocks do not compare: only the accuracy tells. */
  collapse(): Promise<CollapseError | null> {
    return Promise.resolve(null);
  }

  async collapsed(sign: CollapseSign, step: number): Promise<CollapseError> {
    return new CollapseError(sign, step, (await this.watch.worst())!.key);
  }

  async snapshot(): Promise<ReconstructionSnapshot> {
    const { done: step, fit } = this;
    const [student, block] = await Promise.all([this.student.snapshot(), fit?.snapshot() ?? null]);
    return { kind: 'reconstruction', step, student, block };
  }

  restore({ step, student, block }: ReconstructionSnapshot): void {
    this.fit?.dispose();
    this.fit = null;
    this.student.restore(student);
    this.done = step;
    this.well = step;
    this.pending.discard();
    const index = this.ends.findIndex((end) => end > step);
    if (block && index >= 0) {
      this.fit = this.open(index);
      this.fit.restore(block);
    }
  }

  release(): void {
    this.fit?.dispose();
    this.fit = null;
  }

  dispose(): void {
    this.release();
    this.pending.discard();
    this.watch.dispose();
    this.student.dispose();
  }
}
