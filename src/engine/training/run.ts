/**
 * One run of the method: prepare, then a list of stages, each cut into small units of work so that whoever drives it
 * (the worker, the command line) can look, change weights, pause or stop between any two of them. What a stage is and
 * does is its own affair (`stages/`); the run drives them, and keeps the time, what is told of it, and snapshots.
 */
import type { Checkpoint } from '../generator/checkpoint';
import type { Dataset } from '../data/dataset';
import type { ImageSupply } from '../data/imageSupply';
import type { ProjectionMethod } from '../bns/projection';
import { Generator } from '../generator/generator';
import type { RefinedImages } from '../generator/refinedImages';
import { armsOf, withLive, type Arm, type ArmId } from '../methods/arms';
import type { Student, StudentSnapshot } from '../quantization/student';
import { Random } from '../random';
import type { AccuracyRow, RunFrame, RunOverview, RunPhase, SyntheticSnapshot } from '../runReport';
import { LIVE_SETTINGS, type LiveSettings, type RunSettings } from '../runSettings';
import type { GeneratorSnapshot } from './generatorTrainer';
import { NotFiniteError } from './notFinite';
import { PlainStudent, type PlainRanges } from './plainStudent';
import { prepareRun, type CenterTargets, type PreparedRun, type PrepareProgress } from './prepare';
import { createStages } from './stages/createStages';
import { GeneratorStage, generatorStageId } from './stages/generatorStage';
import { copyOfRow } from './stages/measurement';
import type { Stage } from './stages/stage';
import { StudentStage } from './stages/studentStage';
import { mapLayer, type LayerMap } from './syntheticProbe';
import { syntheticSupply } from './syntheticSupply';
import type { Teacher } from './teacher';
import { TestSet } from './testSet';
import { freshGeneratorConfig, WorkCount } from './workCount';

/** Steps of a stage between two readings of its numbers. */
const STEPS_BETWEEN_READINGS = 10;
/** Units of work whose median is a step's time. */
const RECENT_UNITS = 15;

/** Where a run stands, as plain data: enough to go on from here in another run of the same settings. */
export interface RunSnapshot {
  /** Index of the stage that is going on; as many as there are: it is over. */
  stage: number;
  /** Steps done of it. */
  step: number;
  /** What each stage keeps, by its id. */
  stages: Record<string, unknown>;
  ptqRanges: PlainRanges | null;
  elapsedSeconds: number;
  /** Multiply-accumulates done, of which the fraction is made. */
  doneMacs: number;
}

/** A student at one moment of a run, and what it was made with. */
export interface StudentNow {
  settings: RunSettings;
  /** Steps of its training; 0: not begun. */
  step: number;
  snapshot: StudentSnapshot;
}

/** Owns everything it makes but not the teacher. */
export class Run {
  readonly overview: RunOverview;
  private readonly stages: Stage[];
  private readonly plain: PlainStudent;
  private readonly random: Random;
  private readonly totalMacs: number;

  private arms: Arm[];
  private index = 0;
  /** A loss that was no finite number: the weights are spoiled, nothing goes on before `restore`. */
  private broken: NotFiniteError | null = null;
  private elapsed = 0;
  private doneMacs = 0;
  private recent: number[] = [];

  private constructor(
    teacher: Teacher,
    dataset: Dataset,
    settings: RunSettings,
    readonly prepared: PreparedRun,
    checkpoint: Checkpoint | null,
  ) {
    const random = (this.random = new Random(settings.seed));
    const testSet = new TestSet(dataset, teacher.definition, settings.testImages);
    const config = checkpoint?.meta.config ?? freshGeneratorConfig(teacher.definition, settings);
    const createGenerator = () =>
      checkpoint
        ? new Generator(config, checkpoint.weights)
        : Generator.create(config, random.fork('generator weights'));
    this.overview = { ...prepared.overview, testLabels: testSet.labels() };
    this.arms = armsOf(settings);
    this.plain = new PlainStudent(teacher, prepared, settings, createGenerator, random);
    this.stages = createStages({
      teacher,
      prepared,
      testSet,
      plain: this.plain,
      work: new WorkCount(teacher.facts.macs, config),
      random,
      arms: this.arms,
      settingsOf: (id) => this.armOf(id).settings,
      createGenerator,
    });
    this.totalMacs = this.stages.reduce((sum, { macs }) => sum + macs, 0);
    this.skipDone();
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

  private armOf(id: ArmId): Arm {
    return this.arms.find((arm) => arm.id === id)!;
  }

  private get current(): Stage | undefined {
    return this.stages[this.index];
  }

  get phase(): RunPhase {
    return this.current?.phase ?? 'done';
  }

  /** Whose turn it is; null where it is nobody's. */
  get arm(): ArmId | null {
    return this.current?.arm ?? null;
  }

  /** Tells the stage that is going on from all others. */
  get stageId(): string | null {
    return this.current?.id ?? null;
  }

  /** Units done and in all of the stage that is going on. */
  get position(): { step: number; steps: number } {
    return this.current?.progress() ?? { step: 1, steps: 1 };
  }

  get finishedAll(): boolean {
    return this.index >= this.stages.length;
  }

  /**
   * Seconds that the next unit of work should take, as far as what was done so far tells; null before anything was.
   */
  get expectedSeconds(): number | null {
    if (this.recent.length > 0) return Math.max(...this.recent);
    const stage = this.current;
    if (!stage || this.doneMacs === 0) return null;
    return (this.elapsed / this.doneMacs) * (stage.macs / Math.max(1, stage.progress().steps));
  }

  private get generators(): GeneratorStage[] {
    return this.stages.filter((stage) => stage instanceof GeneratorStage);
  }

  /** The generator that an arm's student learns from; null where it has none. @param arm left out: the leading one */
  private generatorStage(arm?: ArmId | null): GeneratorStage | null {
    const info = this.overview.arms.find(({ id, leads }) => (arm == null ? leads : id === arm));
    return this.generators.find((stage) => stage.arm === info?.generator) ?? null;
  }

  /** Steps done of the leading arm's generator; 0 where it has none. */
  get generatorStep(): number {
    return this.generatorStage()?.trainer.steps ?? 0;
  }

  /**
   * The leading arm's generator as it is now; it stays the run's.
   *
   * @throws Error where that arm has none
   */
  get generator(): Generator {
    const stage = this.generatorStage();
    if (!stage) throw new Error('The leading arm of this run has no generator.');
    return stage.generator;
  }

  /**
   * The images that the leading arm's last generator steps moved themselves; null where none did (yet). They stay the
   * run's.
   */
  get refined(): RefinedImages | null {
    return this.generatorStage()?.refined ?? null;
  }

  /** The leading arm's fine-tuned student; null before it is done. It stays the run's. */
  get student(): Student | null {
    const stage = this.stages.find((each) => each instanceof StudentStage && this.armOf(each.arm).leads);
    return (stage as StudentStage | undefined)?.student ?? null;
  }

  /**
   * The leading arm's student as it is now, as data: what plain quantization makes before its training, and the trained
   * one from then on.
   */
  async studentNow(): Promise<StudentNow> {
    const stage = this.stages.find(
      (each): each is StudentStage => each instanceof StudentStage && this.armOf(each.arm).leads,
    );
    const trained = stage?.current ?? null;
    const { settings } = this.arms.find(({ leads }) => leads)!;
    const step = trained && stage ? stage.progress().step : 0;
    return { settings, step, snapshot: await (trained ?? (await this.plain.get())).snapshot() };
  }

  /** Synthetic images of the leading arm as they are now (see `syntheticSupply`); null where it has none. */
  syntheticImages(perClass: number): ImageSupply | null {
    const stage = this.generatorStage();
    return stage && syntheticSupply(stage.generator, stage.refined, perClass, this.random.fork('workbench'));
  }

  /** The student as plain quantization makes it; it stays the run's. */
  quantized(): Promise<Student> {
    return this.plain.get();
  }

  /**
   * Changes what may change while a run is going; takes effect with the next step. Terms change in the leading arm
   * only.
   */
  update(live: LiveSettings): void {
    const allowed = Object.fromEntries(
      LIVE_SETTINGS.filter((key) => live[key] !== undefined).map((key) => [key, live[key]]),
    );
    this.arms = this.arms.map((arm) => withLive(arm, allowed));
  }

  /**
   * One unit of work: an optimizer step, or one batch of an evaluation.
   *
   * @throws NotFiniteError where a loss is no finite number. Losses are read every few steps, so that also `frame` and
   *   `snapshot` may find one; from then on all three throw it, until `restore`.
   * @throws CollapseError, once, where a student has become worse instead of better; the unit is done, and the run may
   *   go on
   */
  async advance(): Promise<void> {
    if (this.broken) throw this.broken;
    const stage = this.current;
    if (!stage) return;
    const began = performance.now();
    const macs = await this.watch(() => stage.advance());
    if (stage.done || stage.progress().step % STEPS_BETWEEN_READINGS === 0) await this.drain();
    const seconds = (performance.now() - began) / 1000;
    this.elapsed += seconds;
    this.doneMacs += macs;
    this.recent.push(seconds);
    if (this.recent.length > RECENT_UNITS) this.recent.shift();
    const alarm = (await stage.alarm?.()) ?? null;
    if (stage.done) this.skipDone();
    if (alarm) throw alarm;
  }

  private skipDone(): void {
    while (this.current?.done) this.index++;
    this.recent = [];
  }

  private drain(): Promise<void> {
    if (this.broken) throw this.broken;
    return this.watch(async () => {
      for (const stage of this.stages) await stage.drain();
    });
  }

  /** Remembers a loss that is no finite number. */
  private async watch<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof NotFiniteError) this.broken = error;
      throw error;
    }
  }

  /**
   * Everything new since the last frame. Looks at the generators' images when enough has changed and it costs little of
   * the run's time.
   *
   * @param force look at them in any case (a step by hand, the end)
   */
  async frame(force = false): Promise<RunFrame> {
    await this.drain();
    const synthetic = await this.look(force);
    const samples = this.stages.map((stage) => stage.take());
    const { step, steps } = this.position;
    const sorted = [...this.recent].sort((a, b) => a - b);
    return {
      phase: this.phase,
      arm: this.arm,
      step,
      steps,
      elapsedSeconds: this.elapsed,
      secondsPerStep: sorted.length ? sorted[sorted.length >> 1] : null,
      remainingSeconds:
        this.doneMacs > 0 ? (this.elapsed / this.doneMacs) * Math.max(0, this.totalMacs - this.doneMacs) : null,
      fraction: this.finishedAll ? 1 : Math.min(1, this.doneMacs / this.totalMacs),
      generator: samples.flatMap(({ generator = [] }) => generator),
      student: samples.flatMap(({ student = [] }) => student),
      accuracy: this.rows,
      synthetic,
    };
  }

  /** What is known of every network that is measured. */
  get rows(): AccuracyRow[] {
    return this.stages.flatMap(({ row }) => (row ? [copyOfRow(row)] : []));
  }

  /** Generators that have not begun look all alike: of them only the leading one's images are shown. */
  private async look(force: boolean): Promise<SyntheticSnapshot[]> {
    const seen: SyntheticSnapshot[] = [];
    for (const stage of this.generators) {
      if (stage !== this.generators[0] && !stage.done && stage.trainer.steps === 0) continue;
      const looked = await stage.look(this.elapsed, force);
      if (!looked) continue;
      this.elapsed += looked.seconds;
      seen.push(looked.snapshot);
    }
    return seen;
  }

  /**
   * Has these classes among those whose synthetic images are looked at, where there are too many to look at all. The
   * next frame that looks shows them.
   */
  ask(classes: readonly number[]): void {
    for (const stage of this.generators) stage.ask(classes);
  }

  /** Everything needed to go on from here, between any two units of work. */
  async snapshot(): Promise<RunSnapshot> {
    await this.drain();
    const stages: Record<string, unknown> = {};
    for (const stage of this.stages) stages[stage.id] = await stage.snapshot();
    return {
      stage: this.index,
      step: this.current?.progress().step ?? 0,
      stages,
      ptqRanges: await this.plain.ranges(),
      elapsedSeconds: this.elapsed,
      doneMacs: this.doneMacs,
    };
  }

  /** Whether all was well when a snapshot of this run was taken, as far as what has been seen since can tell. */
  vouches({ stage, step }: RunSnapshot): boolean {
    return this.stages[stage]?.vouches?.(step) ?? true;
  }

  /** Goes back (or, in a fresh run of the same settings, forward) to a snapshot. */
  async restore(snapshot: RunSnapshot): Promise<void> {
    this.broken = null;
    this.plain.restore(snapshot.ptqRanges);
    // In their order: students learn from generators that are there again.
    for (const stage of this.stages) await stage.restore(snapshot.stages[stage.id]);
    this.index = snapshot.stage;
    this.elapsed = snapshot.elapsedSeconds;
    this.doneMacs = snapshot.doneMacs;
    this.skipDone();
  }

  /** The leading arm's generator where it stands. @throws Error where that arm has none */
  async generatorSnapshot(): Promise<GeneratorSnapshot> {
    await this.drain();
    const stage = this.generatorStage();
    if (!stage) throw new Error('The leading arm of this run has no generator.');
    return stage.snapshot();
  }

  /** Puts a trained generator into the leading arm of a fresh run: it goes on from there, or with what comes after. */
  async startFrom(generator: GeneratorSnapshot): Promise<void> {
    const snapshot = await this.snapshot();
    const stage = this.generatorStage();
    if (!stage) throw new Error('Only a fresh run whose leading arm has a generator can start from one.');
    const stages = { ...snapshot.stages, [generatorStageId(stage.arm)]: generator };
    await this.restore({ ...snapshot, stage: this.stages.indexOf(stage), stages });
  }

  /**
   * t-SNE or UMAP of all points of one layer at this moment (see `mapLayer`).
   *
   * @param arm whose synthetic images are on it; null: the leading arm's
   */
  mapLayer(
    arm: ArmId | null,
    layer: number,
    method: ProjectionMethod,
    breathe: () => Promise<void>,
  ): Promise<LayerMap> {
    const stage = this.generatorStage(arm) ?? this.generators[0];
    return stage
      ? stage.probe.map(layer, method, breathe)
      : mapLayer(this.prepared, null, this.random.fork('probe'), layer, method, breathe);
  }

  dispose(): void {
    // Students first: they hold on to generators.
    for (const stage of [...this.stages].reverse()) stage.dispose();
    this.plain.dispose();
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
