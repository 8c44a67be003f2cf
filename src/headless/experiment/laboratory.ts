/** Does one unit of an experiment's work with the engine, in this process. */
import type { Dataset } from '../../engine/data/dataset';
import { countRight, encodeRight, rightAnswers } from '../../engine/evaluation/rightAnswers';
import { RepeatedStep } from '../../engine/kernels/replay/repeatedStep';
import { weightsHash } from '../../engine/quantization/weightsHash';
import { Random } from '../../engine/random';
import { CollapseError, NotFiniteError } from '../../engine/training/notFinite';
import { Run } from '../../engine/training/run';
import type { RunSettings } from '../../engine/runSettings';
import { Teacher } from '../../engine/training/teacher';
import { TestSet, type Answering } from '../../engine/training/testSet';
import { engineHash } from './engineHash';
import { trainsGenerator, withoutTest, type Cell } from './plan';
import { measureQuality } from './quality';
import type { Source } from './source';
import type { GeneratorStore } from './store';
import type { Count, Finding, Task, TestCount } from './work';

/** Images of the validation split that learning rates are chosen on. */
const VALIDATION_IMAGES = 1000;
/** Seconds of training after which a generator's state is kept, in case the program is killed. */
const KEEP_EVERY = 60;

/** What a network makes of the images that it is measured on. */
interface Measured {
  test: TestCount;
  validation: Count;
}

export interface Conduct {
  /** Of this task, 0 to 1. */
  progress(fraction: number): void;
  /** True: stop as soon as nothing is lost. */
  stopped(): boolean;
}

/** Lets messages and signals in: awaiting data on wasm alone does not. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Owns the teacher. Needs a backend. */
export class Laboratory {
  readonly teacher: Teacher;
  private readonly sets = new Map<string, TestSet>();

  constructor(
    private readonly source: Source,
    private readonly generators: GeneratorStore,
    private readonly engine = engineHash(),
  ) {
    this.teacher = new Teacher(source.network);
  }

  private get dataset(): Dataset {
    return this.source.dataset;
  }

  /**
   * What the task found; null when it was stopped. Losses that are no finite numbers are a finding; other errors are
   * thrown.
   */
  async work(task: Task, conduct: Conduct): Promise<Finding | null> {
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    try {
      switch (task.kind) {
        case 'fullPrecision': {
          const counts = await this.measure(this.teacher, task.cell.settings);
          return { kind: 'fullPrecision', ...counts, seconds: seconds() };
        }
        case 'generator':
          return await this.trainGenerator(task, conduct);
        case 'quality':
          return { kind: 'quality', quality: await this.look(task), seconds: seconds() };
        case 'student': {
          const counts = await this.trainStudent(task, conduct);
          return counts && { kind: 'student', ...counts, steps: task.cell.settings.studentSteps, seconds: seconds() };
        }
      }
    } catch (error) {
      if (error instanceof NotFiniteError) return { kind: 'failed', message: error.message, seconds: seconds() };
      throw error;
    }
  }

  /** The version of the engine that begins, or began, a training. */
  private begins(stored: { engine?: string } | null): string {
    return stored ? (stored.engine ?? 'unknown') : this.engine;
  }

  private mixed(began: string): { begunBy?: string } {
    return began === this.engine ? {} : { begunBy: began };
  }

  private async createRun({ column, settings }: Cell, changes: Partial<RunSettings> = {}): Promise<Run> {
    const used = { ...withoutTest(settings), ...changes };
    return (await Run.create(this.teacher, this.dataset, used, this.source.checkpoint, undefined, column.center))!;
  }

  private async trainGenerator({ cell, generator }: Task, conduct: Conduct): Promise<Finding | null> {
    const key = generator!;
    const { generatorSteps } = cell.settings;
    const run = await this.createRun(cell, { studentSteps: 0 });
    try {
      const from = this.generators.latest(key, generatorSteps);
      const stored = from === null ? null : this.generators.load(key, from);
      const before = stored?.seconds ?? 0;
      const began = performance.now();
      const seconds = () => before + (performance.now() - began) / 1000;
      const engine = this.begins(stored);
      // What was kept on the way is replaced; what finished trainings of fewer steps left stays.
      let passing = stored && !stored.finished ? from : null;
      const keep = async (finished: boolean) => {
        const snapshot = await run.generatorSnapshot();
        this.generators.save(key, { snapshot, seconds: seconds(), finished, engine });
        if (passing !== null && passing !== snapshot.step) this.generators.remove(key, passing);
        passing = finished ? null : snapshot.step;
      };
      if (stored) await run.startFrom(stored.snapshot);
      for (let next = KEEP_EVERY; !run.finishedAll;) {
        if (conduct.stopped()) {
          if (run.generatorStep !== from) await keep(false);
          return null;
        }
        await run.advance();
        conduct.progress(run.generatorStep / generatorSteps);
        if (seconds() - before > next) {
          await keep(false);
          next += KEEP_EVERY;
        }
        await breathe();
      }
      await keep(true);
      return { kind: 'generator', steps: generatorSteps, seconds: seconds(), ...this.mixed(engine) };
    } finally {
      run.dispose();
    }
  }

  /** A run of the cell whose generator, if it has one, is trained. */
  private async runWithGenerator({ cell, generator }: Task, changes: Partial<RunSettings> = {}): Promise<Run> {
    const run = await this.createRun(cell, changes);
    try {
      if (trainsGenerator(cell.settings)) {
        await run.startFrom(this.generators.load(generator!, cell.settings.generatorSteps).snapshot);
      }
      return run;
    } catch (error) {
      run.dispose();
      throw error;
    }
  }

  private async trainStudent(
    task: Task,
    conduct: Conduct,
  ): Promise<
    (Measured & { collapse: string | null; weightsHash: string; rateCap: number | null; begunBy?: string }) | null
  > {
    const { settings } = task.cell;
    const stored = this.generators.loadStudent(task.id);
    const engine = this.begins(stored);
    const run = stored ? await this.createRun(task.cell) : await this.runWithGenerator(task);
    let collapse = stored?.collapse ?? null;
    try {
      if (stored) await run.restore(stored.snapshot);
      const keep = async () => {
        this.generators.saveStudent(task.id, { snapshot: await run.snapshot(), collapse, engine });
      };
      let kept = performance.now();
      for (let step = stored?.snapshot.step ?? 0; !run.finishedAll; step++) {
        if (conduct.stopped()) {
          await keep();
          return null;
        }
        try {
          await run.advance();
        } catch (error) {
          if (!(error instanceof CollapseError)) throw error;
          collapse ??= error.message;
        }
        conduct.progress(step / settings.studentSteps);
        if (performance.now() - kept > 1000 * KEEP_EVERY) {
          await keep();
          kept = performance.now();
        }
        await breathe();
      }
      this.generators.removeStudent(task.id);
      const rateCap = run.rows.find((row) => row.rateCap !== undefined)?.rateCap ?? null;
      const student = run.student ?? (await run.quantized());
      const measured = await this.measure(student, settings);
      return {
        ...measured,
        collapse,
        weightsHash: weightsHash(await student.snapshot()),
        rateCap,
        ...this.mixed(engine),
      };
    } finally {
      run.dispose();
    }
  }

  private async look(task: Task) {
    const { settings } = task.cell;
    const run = await this.runWithGenerator(task, { studentSteps: 0 });
    try {
      const random = new Random(settings.seed).fork('quality');
      return await measureQuality(this.teacher, this.dataset, run, settings, random);
    } finally {
      run.dispose();
    }
  }

  private async measure(network: Answering, { testImages }: RunSettings): Promise<Measured> {
    const validation = Math.min(VALIDATION_IMAGES, this.dataset.size('validation'));
    const test = await this.count('test', testImages, network);
    const { correct, n } = await this.count('validation', validation, network);
    return { test, validation: { correct, n } };
  }

  private async count(split: 'test' | 'validation', n: number, network: Answering): Promise<Required<TestCount>> {
    const key = `${split} ${n}`;
    const set = this.sets.get(key) ?? new TestSet(this.dataset, this.teacher.definition, n, split);
    this.sets.set(key, set);
    const answers: number[] = [];
    const repeated = new RepeatedStep(() => network.inUse, 'gpu');
    try {
      for (let batch = 0; batch < set.count; batch++) {
        answers.push(...(await set.answers(batch, network, repeated)));
        await breathe();
      }
    } finally {
      repeated.dispose();
    }
    const right = rightAnswers(answers, set.labels());
    return { correct: countRight(right), n, right: encodeRight(right) };
  }

  dispose(): void {
    this.teacher.dispose();
  }
}
