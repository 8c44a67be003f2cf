/** Counts one row's accuracy, batch by batch. */
import { RepeatedStep } from '../../kernels/replay/repeatedStep';
import type { AccuracyRow, RowId } from '../../runReport';
import type { Answering, TestSet } from '../testSet';

/** A copy that shares nothing: frames are handed over with their buffers. */
export const copyOfRow = (row: AccuracyRow): AccuracyRow => ({
  ...row,
  curve: row.curve.map(([step, accuracy]) => [step, accuracy]),
  answers: row.answers?.slice() ?? null,
});

/** A measurement that has begun. */
export interface Counted {
  /** The next batch. */
  next: number;
  /** Right answers so far. */
  correct: number;
  /** [n] all answers so far, and zeros. */
  answers: Uint16Array;
}

/** As snapshots hold it; `counted` is left out where no measurement was going on. */
export interface MeasurementData {
  row: AccuracyRow;
  counted?: Counted;
}

export class Measurement {
  row: AccuracyRow;
  private counted: Counted | null = null;
  /** Of the measurement that is going on. */
  private repeated: RepeatedStep | null = null;

  /** @param steps of whatever is measured; 0: it is not trained */
  constructor(
    private readonly testSet: TestSet,
    id: RowId,
    steps: number,
  ) {
    this.row = {
      id,
      accuracy: null,
      correct: null,
      n: testSet.n,
      state: 'pending',
      step: 0,
      steps,
      curve: [],
      answers: null,
      weightsHash: null,
    };
  }

  /** Batches of the measurement that is going on; null when there is none. */
  get measured(): number | null {
    return this.counted?.next ?? null;
  }

  get batches(): number {
    return this.testSet.count;
  }

  /** Counts one batch; true when it was the last, and then the row has its accuracy at `step`. */
  async measure(step: number, network: Answering): Promise<boolean> {
    const { row, testSet } = this;
    const counted = (this.counted ??= { next: 0, correct: 0, answers: new Uint16Array(testSet.n) });
    const repeated = (this.repeated ??= new RepeatedStep(() => network.inUse, 'gpu'));
    row.state = 'running';
    const batch = counted.next++;
    const answers = await testSet.answers(batch, network, repeated);
    counted.answers.set(answers, testSet.startOf(batch));
    counted.correct += testSet.countCorrect(batch, answers);
    if (counted.next < testSet.count) return false;
    this.dispose();
    row.correct = counted.correct;
    row.answers = counted.answers;
    row.accuracy = counted.correct / testSet.n;
    row.step = step;
    row.curve.push([step, row.accuracy]);
    return true;
  }

  /** A copy of where it is; in the middle of a measurement too: a batch is counted the same whenever it is. */
  snapshot(): MeasurementData {
    const { row, counted } = this;
    return {
      row: copyOfRow(row),
      ...(counted ? { counted: { ...counted, answers: counted.answers.slice() } } : {}),
    };
  }

  /** Goes back to a copy; a measurement that was going on is forgotten, and one that was going on there goes on. */
  restore({ row, counted }: MeasurementData): void {
    this.dispose();
    this.row = copyOfRow(row);
    if (counted) this.counted = { ...counted, answers: counted.answers.slice() };
  }

  /** Gives up a measurement that is going on. */
  dispose(): void {
    this.repeated?.dispose();
    this.repeated = null;
    this.counted = null;
  }
}
