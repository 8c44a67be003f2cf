import type { FakeOptions } from './fakeServer';

/**
 * Takes the place of `src/worker/spawn.ts` when the page is served on the fake server. `#stepMs=80&notFiniteAt=12` in
 * the address sets its options.
 */
export function spawnEngine(): Worker {
  const asked = Object.fromEntries(
    [...new URLSearchParams(location.hash.slice(1))].map(([key, value]) => [key, Number(value)]),
  );
  const options: FakeOptions = { stepMs: 80, prepareMs: 300, ...asked };
  return new Worker(new URL('./fakeWorker.ts', import.meta.url), { type: 'module', name: JSON.stringify(options) });
}

/** The real one: it connects to nothing by itself. */
export function spawnHub(): Worker {
  return new Worker(new URL('../../src/worker/serverHub.ts', import.meta.url), { type: 'module', name: 'hub' });
}
