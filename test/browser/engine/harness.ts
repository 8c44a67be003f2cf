import { inject } from 'vitest';
import type { BackendName } from '../../../src/worker/protocol';
import { launch, type LaunchOptions } from '../chromium';
import type { Calls, CaseReport, StartReport } from './calls';

/** The engine in a module worker of headless Chromium, on one backend. */
export interface EngineInBrowser {
  report: StartReport;
  run(name: string): Promise<CaseReport>;
  close(): Promise<void>;
}

/**
 * Opens the built test page (index.html, page.ts, worker.ts in this folder) and starts a backend in its worker.
 *
 * To check something on a browser's backend, write it as a `Case` in test/cases: cases.test.ts runs all of them here,
 * on webgpu, and Node runs them on cpu and wasm. `except` in the case names backends it is not for, and why. WebGPU
 * here is a CPU implementation: keep shapes tiny (4 images, 8x8, 8 channels).
 *
 * @throws Error with the worker's stack where the backend does not start.
 */
export async function openEngine(backend: BackendName, options: LaunchOptions): Promise<EngineInBrowser> {
  const browser = await launch(options);
  try {
    const page = await browser.newPage();
    await page.goto(inject('engineUrl'));
    await page.waitForFunction('self.callEngine !== undefined');
    const call = <Name extends keyof Calls>(name: Name, argument: Parameters<Calls[Name]>[0]) =>
      page.evaluate(`callEngine(${JSON.stringify(name)}, ${JSON.stringify(argument)})`) as ReturnType<Calls[Name]>;
    return { report: await call('start', backend), run: (name) => call('run', name), close: () => browser.close() };
  } catch (error) {
    await browser.close();
    throw error;
  }
}
