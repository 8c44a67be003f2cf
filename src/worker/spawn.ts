import type { Request } from './protocol';

/** The engine's worker. The only place that names its script, so that tensorflow lands in the worker's chunk alone. */
const spawn = () => new Worker(new URL('./server.ts', import.meta.url), { type: 'module', name: 'engine' });

let ahead: Worker | null = null;

/**
 * Begins to load the engine, and what it needs, before the page that will ask for it is there.
 *
 * @param baseUrl absolute URL of the page's folder
 * @param wasm whether it is likely that WebAssembly will be used
 */
export function spawnAhead(baseUrl: string, wasm: boolean): void {
  const worker = spawn();
  ahead = worker;
  worker.postMessage({ type: 'warmUp', baseUrl, wasm } satisfies Request);
  // Who asks for it later could not hear of it any more, and gets a worker of its own, whose failure is heard.
  worker.onerror = (event) => {
    event.preventDefault();
    if (ahead === worker) ahead = null;
  };
}

export function spawnEngine(): Worker {
  const worker = ahead ?? spawn();
  ahead = null;
  return worker;
}
