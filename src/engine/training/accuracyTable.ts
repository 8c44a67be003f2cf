/** The accuracies of a run's methods, counted batch by batch. */
import type * as tf from '@tensorflow/tfjs-core';
import type { AccuracyRow, MethodId } from '../runReport';
import type { Stage } from './runStages';
import type { TestSet } from './testSet';

const copyOf = (row: AccuracyRow): AccuracyRow => ({
  ...row,
  curve: row.curve.map(([step, accuracy]) => [step, accuracy]),
});

export class AccuracyTable {
  private rows: AccuracyRow[];
  /** A measurement that has begun: the next batch, and correct answers so far. */
  private counting: { next: number; correct: number } | null = null;

  /** A row for each method that is measured or trained in these stages. */
  constructor(
    private readonly testSet: TestSet,
    stages: readonly Stage[],
    studentSteps: number,
  ) {
    this.rows = stages.flatMap((stage): AccuracyRow[] => {
      if (stage.kind === 'generator') return [];
      const [method, steps] = stage.kind === 'evaluate' ? [stage.method, 0] : [stage.phase, studentSteps];
      return [{ method, accuracy: null, correct: null, n: testSet.n, state: 'pending', step: 0, steps, curve: [] }];
    });
  }

  /** Batches of the measurement that is going on; null when there is none. */
  get measured(): number | null {
    return this.counting?.next ?? null;
  }

  /** Undefined for a method that is no part of this run. */
  find(method: MethodId): AccuracyRow | undefined {
    return this.rows.find((row) => row.method === method);
  }

  /** @throws Error for a method that is no part of this run */
  row(method: MethodId): AccuracyRow {
    const row = this.find(method);
    if (!row) throw new Error(`This run does not measure '${method}'.`);
    return row;
  }

  /** Counts one batch; true when it was the last, and then the row has its accuracy at `step`. */
  async measure(row: AccuracyRow, step: number, forward: (images: tf.Tensor4D) => tf.Tensor2D): Promise<boolean> {
    const counting = (this.counting ??= { next: 0, correct: 0 });
    row.state = 'running';
    counting.correct += await this.testSet.correct(counting.next++, forward);
    if (counting.next < this.testSet.count) return false;
    this.counting = null;
    row.correct = counting.correct;
    row.accuracy = counting.correct / this.testSet.n;
    row.step = step;
    row.curve.push([step, row.accuracy]);
    return true;
  }

  /** A copy of all rows. */
  copy(): AccuracyRow[] {
    return this.rows.map(copyOf);
  }

  /** Goes back to a copy; a measurement that was going on is forgotten. */
  restore(rows: readonly AccuracyRow[]): void {
    this.rows = rows.map(copyOf);
    this.counting = null;
  }
}
