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

export class Measurement {
  row: AccuracyRow;
  /** A measurement that has begun: the next batch, correct answers and all answers so far. */
  private counting: { next: number; correct: number; answers: Uint16Array; repeated: RepeatedStep } | null = null;

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
    return this.counting?.next ?? null;
  }

  get batches(): number {
    return this.testSet.count;
  }

  /** Counts one batch; true when it was the last, and then the row has its accuracy at `step`. */
  async measure(step: number, network: Answering): Promise<boolean> {
    const { row, testSet } = this;
    const counting = (this.counting ??= {
      next: 0,
      correct: 0,
      answers: new Uint16Array(testSet.n),
      repeated: new RepeatedStep(() => network.inUse, 'gpu'),
    });
    row.state = 'running';
    const batch = counting.next++;
    const answers = await testSet.answers(batch, network, counting.repeated);
    counting.answers.set(answers, testSet.startOf(batch));
    counting.correct += testSet.countCorrect(batch, answers);
    if (counting.next < testSet.count) return false;
    this.dispose();
    row.correct = counting.correct;
    row.answers = counting.answers;
    row.accuracy = counting.correct / testSet.n;
    row.step = step;
    row.curve.push([step, row.accuracy]);
    return true;
  }

  /** Goes back to a copy; a measurement that was going on is forgotten. */
  restore(row: AccuracyRow): void {
    this.row = copyOfRow(row);
    this.dispose();
  }

  /** Gives up a measurement that is going on. */
  dispose(): void {
    this.counting?.repeated.dispose();
    this.counting = null;
  }
}
