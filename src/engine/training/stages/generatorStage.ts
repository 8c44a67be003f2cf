/** Trains one generator, which several arms may share, and looks at its images from time to time. */
import type { Generator } from '../../generator/generator';
import type { RefinedImages } from '../../generator/refinedImages';
import type { GeneratorTargets } from '../../losses/generatorTargets';
import type { ArmId } from '../../methods/arms';
import type { Random } from '../../random';
import type { GeneratorSample, SyntheticSnapshot } from '../../runReport';
import type { RunSettings } from '../../runSettings';
import { GeneratorTrainer, type GeneratorSnapshot } from '../generatorTrainer';
import type { PreparedRun } from '../prepare';
import { SampleBuffer } from '../sampleBuffer';
import { SyntheticProbe } from '../syntheticProbe';
import type { Teacher } from '../teacher';
import type { WorkCount } from '../workCount';
import type { Stage, StageSamples } from './stage';

/** Share of the time that looking at the generator's images may take. */
const PROBE_SHARE = 0.15;
const PROBE_INTERVAL_SECONDS = 1;

export const generatorStageId = (arm: ArmId): string => `generator ${arm}`;

/** Owns generator, trainer, what they aim at, and the latents that are looked at. */
export class GeneratorStage implements Stage<GeneratorSnapshot> {
  readonly phase = 'generator';
  readonly row = null;
  readonly id: string;
  readonly macs: number;
  /** Looks at the images, and makes maps of them. */
  readonly probe: SyntheticProbe;
  readonly trainer: GeneratorTrainer;
  private readonly targets: GeneratorTargets;
  private readonly samples = new SampleBuffer<GeneratorSample>();
  /** The last snapshot: a generator that has not moved since is not read again. */
  private kept: GeneratorSnapshot | null = null;
  private lookedAtStep = -1;
  private lookedAtTime = -Infinity;
  private lookSeconds = 0;

  /**
   * @param arm whose generator it is
   * @param settings the arm's, as they are now
   * @param createGenerator as it is at the start; the stage's from then on
   * @param random streams are named as if there were this generator only: an arm's numbers do not depend on the others
   */
  constructor(
    readonly arm: ArmId,
    private readonly settings: () => RunSettings,
    createGenerator: () => Generator,
    teacher: Teacher,
    prepared: PreparedRun,
    random: Random,
    private readonly work: WorkCount,
  ) {
    const now = settings();
    this.id = generatorStageId(arm);
    this.macs = work.generatorSteps(now);
    const generator = createGenerator();
    this.probe = new SyntheticProbe(arm, teacher, generator, prepared, random.fork('probe'), now.classesPerStep > 1);
    this.targets = prepared.createTargets(now);
    this.trainer = new GeneratorTrainer(
      generator,
      teacher,
      this.targets,
      prepared.overview.calibration.reliable,
      random.fork('generator'),
      this.probe.latents ?? undefined,
      arm,
    );
  }

  get generator(): Generator {
    return this.trainer.generator;
  }

  get refined(): RefinedImages | null {
    return this.trainer.refined;
  }

  get done(): boolean {
    return this.trainer.steps >= this.settings().generatorSteps;
  }

  progress() {
    return { step: this.trainer.steps, steps: this.settings().generatorSteps };
  }

  async advance(): Promise<number> {
    const settings = this.settings();
    this.trainer.step(settings);
    if (this.done) this.trainer.release();
    return this.work.generatorStep(settings, this.trainer.steps - 1);
  }

  /**
   * The generator's images, where enough has changed and looking costs little of the run's time; else null.
   *
   * @param elapsed seconds of the run so far
   * @param force in any case that something has changed (a step by hand, the end)
   */
  async look(elapsed: number, force: boolean): Promise<{ snapshot: SyntheticSnapshot; seconds: number } | null> {
    const { steps } = this.trainer;
    if (steps === this.lookedAtStep) return null;
    const due = elapsed - this.lookedAtTime >= Math.max(PROBE_INTERVAL_SECONDS, this.lookSeconds / PROBE_SHARE);
    if (!force && !due && !this.done && this.lookedAtStep >= 0) return null;
    const began = performance.now();
    const snapshot = await this.probe.look(steps, this.trainer.refined);
    if (this.done) this.probe.release();
    const seconds = (performance.now() - began) / 1000;
    this.lookSeconds = seconds;
    this.lookedAtTime = elapsed + seconds;
    this.lookedAtStep = steps;
    return { snapshot, seconds };
  }

  /** Has these classes among those that are looked at; the next look is due at once where others are. */
  ask(classes: readonly number[]): void {
    if (this.probe.ask(classes)) this.lookedAtStep = -1;
  }

  async snapshot(): Promise<GeneratorSnapshot> {
    if (this.kept?.step !== this.trainer.steps) this.kept = await this.trainer.snapshot();
    return this.kept;
  }

  async restore(data: GeneratorSnapshot): Promise<void> {
    this.trainer.restore(data);
    this.kept = data;
    this.samples.clear();
    this.lookedAtStep = -1;
    this.lookedAtTime = -Infinity;
  }

  async drain(): Promise<void> {
    this.samples.add(await this.trainer.drain());
  }

  take(): StageSamples {
    return { generator: this.samples.take() };
  }

  dispose(): void {
    this.probe.dispose();
    this.trainer.dispose();
    this.targets.dispose();
  }
}
