/**
 * One run of the method: prepare, PTQ, generator, students, each cut into small units of work so that whoever drives it
 * (the worker, the command line) can look, change weights, pause or stop between any two of them.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '../data/dataset';
import { Generator, type GeneratorConfig } from '../generator/generator';
import type { Checkpoint } from '../generator/checkpoint';
import type { RefinedImages } from '../generator/refinedImages';
import { Student } from '../quantization/student';
import { Random } from '../random';
import { AccuracyTable } from './accuracyTable';
import { GeneratorTrainer, type GeneratorSnapshot } from './generatorTrainer';
import { NotFiniteError } from './notFinite';
import { prepareRun, type CenterTargets, type PreparedRun, type PrepareProgress } from './prepare';
import type {
  AccuracyRow,
  GeneratorSample,
  RunFrame,
  RunOverview,
  RunPhase,
  StudentSample,
  SyntheticSnapshot,
} from '../runReport';
import { LIVE_SETTINGS, type LiveSettings, type RunSettings } from '../runSettings';
import { evaluationSteps, planStages, WorkCount, type Stage } from './runStages';
import { SampleBuffer } from './sampleBuffer';
import { SyntheticProbe } from './syntheticProbe';
import { StudentTrainer, type StudentTrainerSnapshot } from './studentTrainer';
import type { Teacher } from './teacher';
import { TestSet } from './testSet';

/** Images of the untrained generator that the program's moving average of activation ranges sees, in batches. */
const MOVING_AVERAGE_BATCHES = 50;
/** Share of the time that looking at the generator's images may take. */
const PROBE_SHARE = 0.15;
const PROBE_INTERVAL_SECONDS = 1;

/** Where a run stands, as plain data: enough to go on from here in another run of the same settings. */
export interface RunSnapshot {
  stage: number;
  generator: GeneratorSnapshot;
  student: { method: StudentSample['method']; snapshot: StudentTrainerSnapshot } | null;
  accuracy: AccuracyRow[];
  ptqRanges: Awaited<ReturnType<Student['ranges']>>;
  elapsedSeconds: number;
  /** Multiply-accumulates done, of which the fraction is made. */
  doneMacs: number;
}

/** Owns everything it makes but not the teacher. */
export class Run {
  readonly overview: RunOverview;
  private readonly stages: Stage[];
  private readonly testSet: TestSet;
  private readonly generatorTrainer: GeneratorTrainer;
  private readonly probe: SyntheticProbe;
  private readonly work: WorkCount;
  private readonly random: Random;
  private readonly accuracy: AccuracyTable;

  private stage = 0;
  private ptqStudent: Student | null = null;
  private studentTrainer: StudentTrainer | null = null;
  /** The final student, kept for whoever wants to look at it or take it away. */
  private finished: StudentTrainer | null = null;
  /** A loss that was no finite number: the weights are spoiled, nothing goes on before `restore`. */
  private broken: NotFiniteError | null = null;
  private readonly generatorSamples = new SampleBuffer<GeneratorSample>();
  private readonly studentSamples = new SampleBuffer<StudentSample>();
  private synthetic: SyntheticSnapshot | null = null;
  private probedStep = -1;
  private probeSeconds = 0;
  private probedAt = -Infinity;
  private elapsed = 0;
  private doneMacs = 0;
  private recent: number[] = [];

  private constructor(
    private readonly teacher: Teacher,
    dataset: Dataset,
    private settings: RunSettings,
    readonly prepared: PreparedRun,
    checkpoint: Checkpoint | null,
  ) {
    this.overview = prepared.overview;
    this.random = new Random(settings.seed);
    this.testSet = new TestSet(dataset, teacher.definition, settings.testImages);
    const config: GeneratorConfig = checkpoint?.meta.config ?? {
      latentDim: 100,
      channels: settings.generatorChannels,
      imageSize: teacher.definition.inputShape[0],
      imageChannels: teacher.definition.inputShape[2],
      numClasses: teacher.definition.numClasses,
    };
    const generator = checkpoint
      ? new Generator(config, checkpoint.weights)
      : Generator.create(config, this.random.fork('generator weights'));
    this.probe = new SyntheticProbe(
      teacher,
      generator,
      prepared,
      this.random.fork('probe'),
      settings.classesPerStep > 1,
    );
    this.generatorTrainer = new GeneratorTrainer(
      generator,
      teacher,
      prepared.targets,
      prepared.overview.calibration.reliable,
      this.random.fork('generator'),
      this.probe.latents,
    );
    this.work = new WorkCount(teacher.facts.macs, config);
    this.stages = planStages(settings);
    this.accuracy = new AccuracyTable(this.testSet, this.stages, settings.studentSteps);
  }

  /**
   * Samples the calibration and observation images, takes their statistics, and sets everything up.
   *
   * @param checkpoint a generator to go on from; only used where the settings ask for it and it fits the network
   * @param onProgress may return false to stop; then null is returned and nothing is left behind
   * @throws RangeError where network and dataset do not fit together
   */
  static async create(
    teacher: Teacher,
    dataset: Dataset,
    settings: RunSettings,
    checkpoint: Checkpoint | null,
    onProgress?: PrepareProgress,
    aim?: CenterTargets,
  ): Promise<Run | null> {
    const usable =
      settings.generatorStart === 'checkpoint' && checkpoint !== null && fits(checkpoint, teacher, settings)
        ? checkpoint
        : null;
    const prepared = await prepareRun(teacher, dataset, settings, usable, onProgress, aim);
    if (!prepared) return null;
    try {
      return new Run(teacher, dataset, settings, prepared, usable);
    } catch (error) {
      prepared.dispose();
      throw error;
    }
  }

  get phase(): RunPhase {
    return this.stages[this.stage]?.phase ?? 'done';
  }

  get finishedAll(): boolean {
    return this.stage >= this.stages.length;
  }

  /** Generator or student step that the run is at, for messages. */
  get generatorStep(): number {
    return this.generatorTrainer.steps;
  }

  /** The generator as it is now; it stays the run's. */
  get generator(): Generator {
    return this.generatorTrainer.generator;
  }

  /** The images that the last steps moved themselves; null where none did (yet). They stay the run's. */
  get refined(): RefinedImages | null {
    return this.generatorTrainer.refined;
  }

  /** The fine-tuned student of the last finished stage; null before. It stays the run's. */
  get student(): Student | null {
    return this.finished?.student ?? null;
  }

  /** The student as plain quantization makes it; it stays the run's. */
  async quantized(): Promise<Student> {
    return (this.ptqStudent ??= await this.createStudent());
  }

  /** Changes what may change while a run is going; takes effect with the next step. */
  update(live: LiveSettings): void {
    const allowed = Object.fromEntries(
      LIVE_SETTINGS.filter((key) => live[key] !== undefined).map((key) => [key, live[key]]),
    );
    this.settings = { ...this.settings, ...allowed };
  }

  /**
   * One unit of work: an optimizer step, or one batch of an evaluation.
   *
   * @throws NotFiniteError where a loss is no finite number. Losses are read every few steps, so that also `frame` and
   *   `snapshot` may find one; from then on all three throw it, until `restore`.
   */
  async advance(): Promise<void> {
    if (this.broken) throw this.broken;
    const stage = this.stages[this.stage];
    if (!stage) return;
    const began = performance.now();
    const macs = await this.unit(stage);
    const seconds = (performance.now() - began) / 1000;
    this.elapsed += seconds;
    this.doneMacs += macs;
    this.recent.push(seconds);
    if (this.recent.length > 15) this.recent.shift();
  }

  private async unit(stage: Stage): Promise<number> {
    switch (stage.kind) {
      case 'evaluate':
        return this.evaluateStage(stage.method);
      case 'generator': {
        if (this.generatorTrainer.steps < this.settings.generatorSteps) this.generatorTrainer.step(this.settings);
        if (this.generatorTrainer.steps % 10 === 0) await this.drain();
        if (this.generatorTrainer.steps >= this.settings.generatorSteps) await this.nextStage();
        return this.work.generatorStep(this.settings, this.generatorTrainer.steps - 1);
      }
      case 'student':
        return this.studentStage(stage.phase);
    }
  }

  private async evaluateStage(method: 'fullPrecision' | 'ptq'): Promise<number> {
    const row = this.accuracy.row(method);
    const measured = method === 'ptq' ? await this.quantized() : this.teacher;
    const done = await this.accuracy.measure(row, 0, (x) => measured.forward(x));
    if (done) {
      row.state = 'done';
      await this.nextStage();
    }
    return this.work.evaluationBatch;
  }

  private async studentStage(method: 'calibration' | 'fdda'): Promise<number> {
    const trainer = (this.studentTrainer ??= await this.createStudentTrainer(method));
    const row = this.accuracy.row(method);
    const { studentSteps } = this.settings;
    const ptq = this.accuracy.find('ptq')?.accuracy ?? null;
    if (row.curve.length === 0 && ptq !== null) row.curve.push([0, ptq]);
    const measured = row.curve.length > 0 ? row.curve[row.curve.length - 1][0] : 0;
    const evaluates =
      this.accuracy.measured !== null ||
      (trainer.steps > measured && evaluationSteps(this.settings).includes(trainer.steps));
    if (evaluates) await this.accuracy.measure(row, trainer.steps, (x) => trainer.student.forward(x));
    else {
      row.state = 'running';
      trainer.step(this.settings);
      row.step = trainer.steps;
      if (trainer.steps % 10 === 0) await this.drain();
    }
    // The last step is measured (without test images there is nothing to measure) before the stage is over.
    if (trainer.steps >= studentSteps && this.accuracy.measured === null && (evaluates || this.testSet.count === 0)) {
      row.state = 'done';
      await this.nextStage();
    }
    return evaluates ? this.work.evaluationBatch : this.work.studentStep(this.settings, method);
  }

  private async nextStage(): Promise<void> {
    await this.drain();
    if (this.studentTrainer) {
      this.finished?.dispose();
      this.finished = this.studentTrainer;
      this.studentTrainer = null;
    }
    this.stage++;
    this.recent = [];
  }

  /** A student with the teacher's weights and its activation ranges set: what plain PTQ is. */
  private async createStudent(): Promise<Student> {
    const student = new Student(this.teacher.network, this.settings);
    try {
      const known = this.ptqStudent ? await this.ptqStudent.ranges() : null;
      if (known) student.setRanges(known);
      else if (this.settings.activationRange !== 'movingAverage') {
        await student.calibrateRanges([this.prepared.calibrationImages], this.settings.activationRange);
      } else this.moveRanges(student);
    } catch (error) {
      student.dispose();
      throw error;
    }
    return student;
  }

  /** The program's activation ranges: a moving average over images of the generator as it is at the start. */
  private moveRanges(student: Student): void {
    const random = this.random.fork('moving average');
    const { generator } = this.generatorTrainer;
    student.updateRanges = true;
    for (let i = 0; i < MOVING_AVERAGE_BATCHES; i++) {
      const batch = this.settings.generatorBatch;
      const labels = Array.from({ length: batch }, () => random.integer(this.teacher.definition.numClasses));
      const z = random.fillNormal(new Float32Array(batch * generator.config.latentDim));
      tf.tidy(() => {
        student.forward(generator.generate(tf.tensor2d(z, [batch, generator.config.latentDim]), labels));
      });
    }
    student.updateRanges = false;
  }

  private async createStudentTrainer(method: 'calibration' | 'fdda'): Promise<StudentTrainer> {
    await this.quantized();
    const student = await this.createStudent();
    return new StudentTrainer(
      method,
      student,
      this.teacher,
      {
        calibrationImages: this.prepared.calibrationImages,
        calibrationLabels: this.prepared.calibrationLabels,
        generator: method === 'fdda' ? this.generatorTrainer.generator : null,
        refined: method === 'fdda' ? this.generatorTrainer.refined : null,
        classes: this.generatorTrainer.drawableClasses(Infinity, this.settings),
      },
      this.settings,
      this.random.fork(`student ${method}`),
    );
  }

  private async drain(): Promise<void> {
    if (this.broken) throw this.broken;
    try {
      this.generatorSamples.add(await this.generatorTrainer.drain());
      if (this.studentTrainer) this.studentSamples.add(await this.studentTrainer.drain());
    } catch (error) {
      if (error instanceof NotFiniteError) this.broken = error;
      throw error;
    }
  }

  /**
   * Everything new since the last frame. Looks at the generator's images when enough has changed and it costs little of
   * the run's time.
   *
   * @param force look at them in any case (a step by hand, the end)
   */
  async frame(force = false): Promise<RunFrame> {
    await this.drain();
    await this.look(force);
    const stage = this.stages[this.stage];
    const [step, steps] = this.position(stage);
    const total = this.work.total(this.stages, this.settings);
    const fraction = this.finishedAll ? 1 : Math.min(1, this.doneMacs / total);
    const sorted = [...this.recent].sort((a, b) => a - b);
    const frame: RunFrame = {
      phase: this.phase,
      step,
      steps,
      elapsedSeconds: this.elapsed,
      secondsPerStep: sorted.length ? sorted[sorted.length >> 1] : null,
      remainingSeconds: this.doneMacs > 0 ? (this.elapsed / this.doneMacs) * Math.max(0, total - this.doneMacs) : null,
      fraction,
      generator: this.generatorSamples.take(),
      student: this.studentSamples.take(),
      accuracy: this.accuracy.copy(),
      synthetic: this.synthetic,
    };
    this.synthetic = null;
    return frame;
  }

  private async look(force: boolean): Promise<void> {
    const { steps } = this.generatorTrainer;
    if (steps === this.probedStep || !this.stages.some((s) => s.kind === 'generator' || s.phase === 'fdda')) return;
    const due = this.elapsed - this.probedAt >= Math.max(PROBE_INTERVAL_SECONDS, this.probeSeconds / PROBE_SHARE);
    const last = steps >= this.settings.generatorSteps;
    if (!force && !due && !last && this.probedStep >= 0) return;
    const began = performance.now();
    this.synthetic = await this.probe.look(steps, this.generatorTrainer.refined);
    this.probeSeconds = (performance.now() - began) / 1000;
    this.elapsed += this.probeSeconds;
    this.probedAt = this.elapsed;
    this.probedStep = steps;
  }

  private position(stage: Stage | undefined): [number, number] {
    if (!stage) return [1, 1];
    if (stage.kind === 'generator') return [this.generatorTrainer.steps, this.settings.generatorSteps];
    if (stage.kind === 'evaluate') return [this.accuracy.measured ?? 0, this.testSet.count];
    return [this.studentTrainer?.steps ?? 0, this.settings.studentSteps];
  }

  /** Everything needed to go on from here. Null while an evaluation is half done. */
  async snapshot(): Promise<RunSnapshot | null> {
    await this.drain();
    if (this.accuracy.measured !== null) return null;
    const [generator, student, ptqRanges] = await Promise.all([
      this.generatorTrainer.snapshot(),
      this.studentTrainer
        ? this.studentTrainer.snapshot().then((snapshot) => ({ method: this.studentTrainer!.method, snapshot }))
        : null,
      this.ptqStudent?.ranges() ?? {},
    ]);
    return {
      stage: this.stage,
      generator,
      student,
      ptqRanges,
      elapsedSeconds: this.elapsed,
      doneMacs: this.doneMacs,
      accuracy: this.accuracy.copy(),
    };
  }

  /** Goes back (or, in a fresh run of the same settings, forward) to a snapshot. */
  async restore(snapshot: RunSnapshot): Promise<void> {
    this.stage = snapshot.stage;
    this.broken = null;
    this.finished?.dispose();
    this.finished = null;
    this.generatorTrainer.restore(snapshot.generator);
    this.studentTrainer?.dispose();
    this.studentTrainer = null;
    this.ptqStudent?.dispose();
    this.ptqStudent = null;
    if (Object.keys(snapshot.ptqRanges).length > 0) {
      this.ptqStudent = new Student(this.teacher.network, this.settings);
      this.ptqStudent.setRanges(snapshot.ptqRanges);
    }
    if (snapshot.student) {
      this.studentTrainer = await this.createStudentTrainer(snapshot.student.method);
      this.studentTrainer.restore(snapshot.student.snapshot);
    }
    this.accuracy.restore(snapshot.accuracy);
    this.elapsed = snapshot.elapsedSeconds;
    this.doneMacs = snapshot.doneMacs;
    this.recent = [];
    this.generatorSamples.clear();
    this.studentSamples.clear();
    this.synthetic = null;
    this.probedStep = -1;
    this.probedAt = -Infinity;
  }

  /** All points of one layer at this moment, for t-SNE and UMAP (see SyntheticProbe). */
  get layerPoints(): SyntheticProbe {
    return this.probe;
  }

  dispose(): void {
    this.probe.dispose();
    this.generatorTrainer.dispose();
    this.ptqStudent?.dispose();
    this.studentTrainer?.dispose();
    this.finished?.dispose();
    this.prepared.dispose();
  }
}

function fits({ meta }: Checkpoint, teacher: Teacher, settings: RunSettings): boolean {
  return (
    meta.network === teacher.definition.name &&
    meta.config.channels === settings.generatorChannels &&
    meta.config.imageSize === teacher.definition.inputShape[0] &&
    meta.config.numClasses === teacher.definition.numClasses
  );
}
