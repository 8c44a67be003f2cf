/** Measures a network that is not trained: the original one, or its plainly quantized copy. */
import type { AccuracyRow } from '../../runReport';
import type { Answering, TestSet } from '../testSet';
import type { WorkCount } from '../workCount';
import { Measurement, type MeasurementData } from './measurement';
import type { Stage, StageSamples } from './stage';

export class EvaluationStage implements Stage<MeasurementData> {
  readonly phase = 'ptq';
  readonly arm = null;
  readonly id: string;
  readonly macs: number;
  private readonly measurement: Measurement;
  private readonly macsOfBatch: number;

  /** @param network what is measured, asked for when it is its turn; it stays the caller's */
  constructor(
    id: 'fullPrecision' | 'ptq',
    testSet: TestSet,
    private readonly network: () => Promise<Answering>,
    work: WorkCount,
  ) {
    this.id = id;
    this.macs = testSet.count * work.evaluationBatch;
    this.macsOfBatch = work.evaluationBatch;
    this.measurement = new Measurement(testSet, id, 0);
  }

  get row(): AccuracyRow {
    return this.measurement.row;
  }

  get done(): boolean {
    return this.row.state === 'done';
  }

  progress() {
    const { measured, batches } = this.measurement;
    return { step: this.done ? batches : (measured ?? 0), steps: batches };
  }

  async advance(): Promise<number> {
    const network = await this.network();
    if (await this.measurement.measure(0, network)) this.row.state = 'done';
    return this.macsOfBatch;
  }

  async snapshot(): Promise<MeasurementData> {
    return this.measurement.snapshot();
  }

  async restore(data: MeasurementData): Promise<void> {
    this.measurement.restore(data);
  }

  async drain(): Promise<void> {}

  take(): StageSamples {
    return {};
  }

  dispose(): void {
    this.measurement.dispose();
  }
}
