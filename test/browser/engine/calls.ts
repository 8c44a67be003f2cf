import type { BackendName } from '../../../src/worker/protocol';

/** What a test may ask of the engine in the browser, and what comes back; see harness.ts. */
export interface Calls {
  /** Makes `backend` the current one. Rejects where it does not start. */
  start(backend: BackendName): Promise<StartReport>;
  /** Runs the case of that name on the current backend. */
  run(name: string): Promise<CaseReport>;
}

export interface StartReport {
  backend: string;
  isolated: boolean;
  /** Logical cores, as the browser counts them. */
  cores: number;
  /** Threads of the wasm backend; null on others. */
  threads: number | null;
  /** Architecture of the WebGPU adapter; null where there is none. */
  adapter: string | null;
}

export interface CaseReport {
  comparisons: number;
  /** What disagrees, in words; empty when all is well. */
  disagreements: string[];
  /** Tensors left behind. */
  leaked: number;
  seconds: number;
}
