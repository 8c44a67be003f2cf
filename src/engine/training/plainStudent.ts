/** The student as plain quantization makes it: what PTQ measures, and where every arm's student begins. */
import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../generator/generator';
import { Student } from '../quantization/student';
import type { Random } from '../random';
import type { RunSettings } from '../runSettings';
import type { PreparedRun } from './prepare';
import type { Teacher } from './teacher';

/** Images of the untrained generator that the program's moving average of activation ranges sees, in batches. */
const MOVING_AVERAGE_BATCHES = 50;

type ActivationRanges = Awaited<ReturnType<Student['ranges']>>;

/** What a plain student is made of beside the teacher, to make it again; plain data. */
export interface PlainRanges {
  /** As they were worked out. */
  own: ActivationRanges;
  /** As its copies get them: where step sizes are learned, the ends of its grids, which differ in their last bits. */
  handedOn: ActivationRanges;
}

/**
 * Makes students with the teacher's weights and the same activation ranges, which are worked out once. Owns the first
 * of them.
 */
export class PlainStudent {
  private student: Student | null = null;
  /** While the first is being made: who else asks waits for the same. */
  private making: Promise<Student> | null = null;
  /** Null before anybody asked: it never changes. */
  private known: PlainRanges | null = null;

  /** @param createGenerator as it is at the start; only asked for where ranges come from generated images */
  constructor(
    private readonly teacher: Teacher,
    private readonly prepared: PreparedRun,
    private readonly settings: RunSettings,
    private readonly createGenerator: () => Generator,
    private readonly random: Random,
  ) {}

  /** Stays this object's. */
  async get(): Promise<Student> {
    if (this.student) return this.student;
    const making = (this.making ??= this.make().finally(() => (this.making = null)));
    const made = await making;
    // What was put in its place meanwhile goes before it.
    if (this.student === null) this.student = made;
    else if (this.student !== made) made.dispose();
    return this.student;
  }

  /** Another one like it; the caller's. */
  async create(): Promise<Student> {
    await this.get();
    const { handedOn } = (await this.ranges())!;
    const student = new Student(this.teacher.network, this.settings);
    student.setRanges(handedOn);
    return student;
  }

  /** Null before they were worked out. */
  async ranges(): Promise<PlainRanges | null> {
    if (this.student) this.known ??= { own: await this.student.setTo(), handedOn: await this.student.ranges() };
    return this.known;
  }

  /** @param ranges as `ranges` gave them: students are the same again, bit for bit */
  restore(ranges: PlainRanges | null): void {
    this.dispose();
    this.known = ranges;
    if (!ranges) return;
    this.student = new Student(this.teacher.network, this.settings);
    this.student.setRanges(ranges.own);
  }

  dispose(): void {
    this.student?.dispose();
    this.student = null;
    this.known = null;
  }

  private async make(): Promise<Student> {
    const { activationRange } = this.settings;
    const student = new Student(this.teacher.network, this.settings);
    try {
      if (activationRange === 'movingAverage') this.moveRanges(student);
      else await student.calibrateRanges(this.prepared.calibrationSet.batches(), activationRange);
    } catch (error) {
      student.dispose();
      throw error;
    }
    return student;
  }

  /** The program's activation ranges: a moving average over images of the generator as it is at the start. */
  private moveRanges(student: Student): void {
    const random = this.random.fork('moving average');
    const generator = this.createGenerator();
    const { latentDim } = generator.config;
    const { generatorBatch: batch } = this.settings;
    student.updateRanges = true;
    for (let i = 0; i < MOVING_AVERAGE_BATCHES; i++) {
      const labels = Array.from({ length: batch }, () => random.integer(this.teacher.definition.numClasses));
      const z = random.fillNormal(new Float32Array(batch * latentDim));
      tf.tidy(() => {
        student.forward(generator.generate(tf.tensor2d(z, [batch, latentDim]), labels));
      });
    }
    student.updateRanges = false;
    generator.dispose();
  }
}
