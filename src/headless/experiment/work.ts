/**
 * The units of work of an experiment, which of them are due, and what they found. Plain data: it crosses process
 * boundaries.
 */
import {
  cellOf,
  columnsOf,
  generatorKey,
  isTrained,
  qualityKey,
  studentKey,
  trainsGenerator,
  type Cell,
  type Column,
  type Experiment,
} from './plan';
import type { Quality } from './quality';

export interface Count {
  correct: number;
  n: number;
}

/** Of test images. */
export interface TestCount extends Count {
  /** Which of them, as `encodeRight` writes it; missing in state files from before it was kept. */
  right?: string;
}

/** What a unit of work found. */
export type Finding = Outcome & {
  /** The version of the engine that began it, where that is another than the one that ended it. */
  begunBy?: string;
};

type Outcome =
  | { kind: 'fullPrecision'; test: TestCount; validation: Count; seconds: number }
  | { kind: 'generator'; steps: number; seconds: number }
  | { kind: 'quality'; quality: Quality; seconds: number }
  | {
      kind: 'student';
      test: TestCount;
      validation: Count;
      steps: number;
      seconds: number;
      /** What was said when its training made it worse; null or left out: it did not. */
      collapse?: string | null;
      /** Of the student's weights; left out by programs from before there was one. */
      weightsHash?: string;
      /** What the learning rate was at most; null or left out: nothing was found. */
      rateCap?: number | null;
    }
  /** Training diverged: which loss, at which step. */
  | { kind: 'failed'; message: string; seconds: number };

/** A finding and the program that found it. */
export type Found = Finding & { engine: string };

export interface Task {
  kind: Exclude<Finding['kind'], 'failed'>;
  /** Findings are kept under this. */
  id: string;
  cell: Cell;
  /** Of the generator that is trained, looked at or used. */
  generator: string | null;
}

export type Findings = Readonly<Record<string, Found>>;

/** What a trained generator is kept under. */
export const generatorId = (key: string | null, steps: number) => `generator:${key}:${steps}`;

/** What the experiment knows of one column. */
export interface ColumnFindings {
  column: Column;
  /** Mean validation accuracy of each learning rate, where all selection seeds are done. */
  grid: { learningRate: number; validation: number | null; chosen: boolean }[];
  /** null: not chosen yet, or a method without one. */
  learningRate: number | null;
  /** One a seed, of the chosen learning rate. */
  students: { cell: Cell; found: Found | null; generator: Found | null; quality: Found | null }[];
}

/** Work, results and order of one experiment on one source. */
export class Workbook {
  readonly columns: Column[];

  constructor(
    readonly experiment: Experiment,
    private readonly source: string,
  ) {
    this.columns = columnsOf(experiment);
  }

  private get seeds(): number[] {
    return Array.from({ length: this.experiment.seeds }, (_, i) => this.experiment.settings.seed + i);
  }

  fullPrecision(): Task {
    const cell = cellOf(this.columns[0], this.experiment.settings.seed, null);
    return {
      kind: 'fullPrecision',
      id: `fullPrecision:${this.source}:${cell.settings.testImages}`,
      cell,
      generator: null,
    };
  }

  private generator(cell: Cell): Task | null {
    if (!trainsGenerator(cell.settings)) return null;
    const generator = generatorKey(this.source, cell);
    return { kind: 'generator', id: generatorId(generator, cell.settings.generatorSteps), cell, generator };
  }

  private quality(cell: Cell): Task | null {
    const generator = this.generator(cell);
    if (!this.experiment.quality || !generator) return null;
    return { ...generator, kind: 'quality', id: `quality:${qualityKey(this.source, cell)}` };
  }

  private student(cell: Cell): Task {
    return {
      kind: 'student',
      id: `student:${studentKey(this.source, cell)}`,
      cell,
      generator: this.generator(cell)?.generator ?? null,
    };
  }

  /** The chosen learning rate and what it was chosen from; null while some of it is missing. */
  private choose(column: Column, findings: Findings): Pick<ColumnFindings, 'grid' | 'learningRate'> {
    const { learningRates, selectionSeeds } = this.experiment;
    if (!isTrained(column)) return { grid: [], learningRate: null };
    if (learningRates.length < 2)
      return { grid: [], learningRate: learningRates[0] ?? column.settings.studentLearningRate };
    const grid = learningRates.map((learningRate) => {
      const students = this.seeds
        .slice(0, selectionSeeds)
        .map((seed) => this.student(cellOf(column, seed, learningRate)));
      const found = students.map(({ id }): Found | undefined => findings[id]);
      // Counts, not shares: equals must be equal.
      const counts = found.flatMap((each) => (each?.kind === 'student' ? [each.validation] : []));
      const correct = counts.reduce((sum, count) => sum + count.correct, 0);
      const validation = found.includes(undefined) ? null : correct / (found.length * (counts[0]?.n ?? 1));
      return { learningRate, validation, chosen: false };
    });
    if (grid.some(({ validation }) => validation === null)) return { grid, learningRate: null };
    // Of equal ones the smallest: the list is sorted.
    const best = grid.reduce((a, b) => (b.validation! > a.validation! ? b : a));
    best.chosen = true;
    return { grid, learningRate: best.learningRate };
  }

  /** What is known, column by column. */
  results(findings: Findings): ColumnFindings[] {
    const find = (task: Task | null) => (task ? (findings[task.id] ?? null) : null);
    return this.columns.map((column) => {
      const chosen = this.choose(column, findings);
      const settled = chosen.learningRate !== null || !isTrained(column);
      const students = this.seeds.map((seed) => {
        const cell = cellOf(column, seed, chosen.learningRate);
        const found = settled ? find(this.student(cell)) : null;
        return { cell, found, generator: find(this.generator(cell)), quality: find(this.quality(cell)) };
      });
      return { column, ...chosen, students };
    });
  }

  /**
   * What is still to be done, as far as it is known, in the order in which it should be: what waits for something else
   * comes after it. Seeds that only run with the chosen learning rate appear with the first of the grid until it is
   * chosen.
   */
  remaining(findings: Findings): Task[] {
    const tasks = new Map<string, Task>();
    const add = (task: Task | null) => {
      if (task && !findings[task.id]) tasks.set(task.id, tasks.get(task.id) ?? task);
    };
    add(this.fullPrecision());
    const choices = this.columns.map((column) => ({ column, ...this.choose(column, findings) }));
    for (const column of choices) {
      this.seeds.forEach((seed, i) => {
        const cells = this.rates(column, i).map((rate) => cellOf(column.column, seed, rate));
        add(this.generator(cells[0]));
        add(this.quality(cells[0]));
        for (const cell of cells) add(this.student(cell));
      });
    }
    return [...tasks.values()];
  }

  /** Learning rates that the `index`-th seed runs with. */
  private rates(
    { column, learningRate }: { column: Column; learningRate: number | null },
    index: number,
  ): (number | null)[] {
    const { learningRates, selectionSeeds } = this.experiment;
    if (!isTrained(column)) return [null];
    if (learningRates.length < 2 || (learningRate !== null && index >= selectionSeeds)) return [learningRate];
    return index < selectionSeeds ? learningRates : learningRates.slice(0, 1);
  }

  /** Those of the remaining tasks that wait for nothing. `running`: ids of tasks that have begun. */
  ready(findings: Findings, running: ReadonlySet<string>): Task[] {
    const remaining = this.remaining(findings);
    const open = new Set(remaining.map(({ id }) => id));
    return remaining.filter((task) => {
      if (running.has(task.id)) return false;
      // A shorter training of the same generator is the beginning of a longer one.
      if (task.kind === 'generator') {
        const { generator, cell } = task;
        return !remaining.some(
          (other) =>
            other.kind === 'generator' &&
            other.generator === generator &&
            other.cell.settings.generatorSteps < cell.settings.generatorSteps,
        );
      }
      const needed = this.generator(task.cell);
      if (task.kind !== 'fullPrecision' && needed && open.has(needed.id)) return false;
      return task.kind !== 'student' || !this.waitsForChoice(task, findings);
    });
  }

  /** A student of a seed that does not choose, before the choice. */
  private waitsForChoice({ cell }: Task, findings: Findings): boolean {
    const { learningRates, selectionSeeds, settings } = this.experiment;
    if (learningRates.length < 2 || !isTrained(cell.column)) return false;
    return (
      cell.settings.seed - settings.seed >= selectionSeeds && this.choose(cell.column, findings).learningRate === null
    );
  }
}
