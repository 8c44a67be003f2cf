/** What the worker says to the page, in the shapes of the protocol. */
import type { Said } from '../engine/sentences';
import type { ServerBackends } from './serverBackends';
import { describeFailure } from './serverFailures';
import type { BackendName, Failure, Message, RunStatus } from './protocol';

export class ServerMessages {
  constructor(readonly post: (message: Message, transfer?: ArrayBuffer[]) => void) {}

  status(runId: number, status: RunStatus): void {
    this.post({ type: 'status', runId, status });
  }

  progress(runId: number, phase: string, fraction: number | null, said: Said): void {
    this.post({ type: 'progress', runId, phase, fraction, said });
  }

  /**
   * @param id the request that failed; null: none
   * @param runId null: whatever run there is
   */
  failure(id: number | null, runId: number | null, failure: Failure): void {
    this.post({ type: 'failure', id, runId, failure });
  }

  /** @param safeStep step of the snapshot that the run can go back to */
  error(id: number | null, runId: number, error: unknown, safeStep?: number): void {
    this.failure(id, runId, describeFailure(error, safeStep));
  }

  remark(said: Said): void {
    this.post({ type: 'remark', said });
  }

  /** What is known of other backends. */
  backends({ reports, fastest }: ServerBackends): void {
    this.post({ type: 'backends', backends: structuredClone(reports), fastest });
  }

  /** The run is on another backend than the page asked for or was told. */
  moved(runId: number, { current, reports }: { current: BackendName; reports: ServerBackends['reports'] }): void {
    this.post({ type: 'moved', runId, backend: current, backends: reports });
  }
}
