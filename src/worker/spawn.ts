/** The engine's worker. The only place that names its script, so that tensorflow lands in the worker's chunk alone. */
export function spawnEngine(): Worker {
  return new Worker(new URL('./server.ts', import.meta.url), { type: 'module', name: 'engine' });
}

/** The worker that alone may connect to other servers: started with the first download. */
export function spawnHub(): Worker {
  return new Worker(new URL('./serverHub.ts', import.meta.url), { type: 'module', name: 'hub' });
}
