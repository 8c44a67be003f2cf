/**
 * How far an experiment is, from the multiply-accumulates of its tasks and the time that those of each kind have taken.
 */
import type { GeneratorConfig } from '../../engine/generator/generator';
import { hasGenerator } from '../../engine/methods';
import { WorkCount } from '../../engine/training/workCount';
import { methodName } from './plan';
import type { Running } from './pool';
import type { Findings, Task, Workbook } from './work';

/** Images that are measured beside the test images, and batches of the look at a generator: about. */
const OTHER_IMAGES = 1000;

export interface Sizes {
  /** Multiply-accumulates of the network, an image. */
  macs: number;
  imageSize: number;
  imageChannels: number;
  numClasses: number;
}

export interface Estimate {
  tasks: number;
  tasksLeft: number;
  /** Of this program's work, 0 to 1. */
  fraction: number;
  /** null before anything has been timed. */
  secondsLeft: number | null;
}

export class Progress {
  private readonly spent = new Map<Task['kind'], { macs: number; seconds: number }>();
  private readonly total: number;
  private readonly tasks: number;

  constructor(
    private readonly book: Workbook,
    findings: Findings,
    private readonly sizes: Sizes,
    private readonly jobs: number,
  ) {
    const remaining = book.remaining(findings);
    this.tasks = remaining.length;
    this.total = remaining.reduce((sum, task) => sum + this.macs(task), 0);
  }

  private macs({ kind, cell: { settings } }: Task): number {
    const { macs, ...image } = this.sizes;
    const config: GeneratorConfig = { latentDim: 100, channels: settings.generatorChannels, ...image };
    const count = new WorkCount(macs, config);
    const evaluation = count.evaluation({ testImages: settings.testImages + OTHER_IMAGES });
    switch (kind) {
      case 'generator':
        return count.generatorSteps(settings);
      case 'student':
        return evaluation + count.studentSteps(settings, hasGenerator(settings));
      case 'quality':
      case 'fullPrecision':
        return evaluation;
    }
  }

  /** A task has ended. */
  add(task: Task, seconds: number): void {
    const { macs, seconds: before } = this.spent.get(task.kind) ?? { macs: 0, seconds: 0 };
    this.spent.set(task.kind, { macs: macs + this.macs(task), seconds: before + seconds });
  }

  estimate(findings: Findings, running: readonly Running[]): Estimate {
    const remaining = this.book.remaining(findings);
    const fractions = new Map(running.map(({ task, fraction }) => [task.id, fraction]));
    const spent = new Map([...this.spent].map(([kind, each]) => [kind, { ...each }]));
    for (const { task, fraction, began } of running) {
      const { macs, seconds } = spent.get(task.kind) ?? { macs: 0, seconds: 0 };
      const now = { macs: macs + fraction * this.macs(task), seconds: seconds + (performance.now() - began) / 1000 };
      if (fraction > 0) spent.set(task.kind, now);
    }
    const all = { macs: 0, seconds: 0 };
    for (const each of spent.values()) {
      all.macs += each.macs;
      all.seconds += each.seconds;
    }
    let left = 0;
    let seconds = 0;
    for (const task of remaining) {
      const macs = this.macs(task) * (1 - (fractions.get(task.id) ?? 0));
      const rate = spent.get(task.kind) ?? all;
      left += macs;
      seconds += macs * (rate.seconds / rate.macs);
    }
    return {
      tasks: this.tasks,
      tasksLeft: remaining.length,
      fraction: this.total === 0 ? 1 : Math.max(0, 1 - left / this.total),
      secondsLeft: all.macs === 0 ? null : seconds / Math.min(this.jobs, Math.max(1, remaining.length)),
    };
  }
}

/** What a task is, in a few words. */
export function describeTask({ kind, cell: { column, settings } }: Task): string {
  const where = `${column.center === 'class' ? '' : ' (one center)'}, ${settings.imagesPerClass} a class, seed ${settings.seed}`;
  switch (kind) {
    case 'fullPrecision':
      return 'full precision';
    case 'generator':
      return `generator ${methodName(column.method)}${where}`;
    case 'quality':
      return `images of ${methodName(column.method)}${where}`;
    case 'student':
      return `student ${methodName(column.method)} W${settings.weightBits}A${settings.activationBits}${where}`;
  }
}

/** 75 s, 12 min, 3 h 05 min. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100
    ? `${minutes} min`
    : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
