/** Timing: variants in turn, so that whatever else the machine does meets all of them alike. */
import * as tf from '@tensorflow/tfjs-core';

/** Seconds. */
export interface Timing {
  median: number;
  min: number;
  max: number;
  /** How often it was measured. */
  n: number;
}

export interface Effort {
  /** Rounds at most; at least 3. */
  repeats: number;
  /** No further round is begun after this many seconds, once there were 3. */
  seconds: number;
}

export interface Variant {
  /** Runs before the clock does. */
  before?(): void;
  run(): Promise<unknown> | unknown;
}

const FEWEST_ROUNDS = 3;

export function timing(seconds: readonly number[]): Timing {
  const sorted = [...seconds].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1], n: sorted.length };
}

export type Clock = 'wall' | 'cpu';

const clocks: Record<Clock, () => number> = {
  wall: () => performance.now() / 1000,
  // All threads together: fair to compare with one thread only.
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
};
let now = clocks.wall;

/** What seconds are from now on: elapsed ones, or the processor's, which a busy machine changes less. */
export function setClock(clock: Clock): void {
  now = clocks[clock];
}

/** Seconds of one run. */
export async function secondsOf({ before, run }: Variant): Promise<number> {
  before?.();
  const began = now();
  await run();
  return now() - began;
}

/**
 * Warms every variant up (twice: compilers start with quick, slow code), then times one run of each in turn until the
 * effort is spent.
 *
 * @param measure seconds of one run of a variant
 */
export async function race<Name extends string>(
  variants: Record<Name, Variant>,
  { repeats, seconds }: Effort,
  measure: (variant: Variant) => Promise<number> = secondsOf,
): Promise<Record<Name, Timing>> {
  const entries = Object.entries(variants) as [Name, Variant][];
  const took = new Map<Name, number[]>(entries.map(([name]) => [name, []]));
  const began = performance.now();
  const spent = () => (performance.now() - began) / 1000;
  for (let warmup = 0; warmup < 2; warmup++) {
    for (const [, variant] of entries) {
      // A slow variant is warm after one run, and the second would be a good part of the effort.
      if (warmup === 0 || spent() < seconds) await measure(variant);
    }
  }
  const start = spent();
  for (let round = 0; round < repeats && (round < FEWEST_ROUNDS || spent() - start < seconds); round++) {
    for (const [name, variant] of entries) took.get(name)!.push(await measure(variant));
  }
  return Object.fromEntries(entries.map(([name]) => [name, timing(took.get(name)!)])) as Record<Name, Timing>;
}

interface Queued {
  commandEncoder?: object | null;
  endComputePassEncoder?(): void;
  submitQueue?(): void;
  device?: { queue: { onSubmittedWorkDone(): Promise<void> } };
}

/** Waits until the current backend has done what it was told. */
export async function finish(): Promise<void> {
  const backend = tf.backend() as unknown as Queued;
  if (backend.commandEncoder) {
    backend.endComputePassEncoder?.();
    backend.submitQueue?.();
  }
  await backend.device?.queue.onSubmittedWorkDone();
}

/**
 * Compares two results element by element.
 *
 * @param tolerance of the largest difference, as a share of the largest expected magnitude
 * @throws Error naming what differs and by how much
 */
export function expectEqual(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  if (actual.length !== expected.length)
    throw new Error(`${what}: ${actual.length} values, expected ${expected.length}`);
  let scale = 0;
  let worst = 0;
  let at = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]));
    const off = Math.abs(actual[i] - expected[i]);
    if (!(off <= worst)) [worst, at] = [off, i];
  }
  if (!(worst <= tolerance * Math.max(scale, 1e-6))) {
    throw new Error(`${what}: value ${at} is ${actual[at]}, expected ${expected[at]} (values up to ${scale})`);
  }
}
