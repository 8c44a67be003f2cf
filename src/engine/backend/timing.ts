/** How fast a backend is: timed with a small training step, in pieces between which anything else may come first. */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendName } from './backends';
import { smallStep } from './smallStep';

/** Steps between two readbacks: a training run, too, reads back seldom, and a GPU waits for nothing in between. */
const STEPS_TOGETHER = 4;
/** A backend that takes this long for a step on 2 images will not be asked for 16. */
const TOO_SLOW_SECONDS = 0.1;
/** Longer than compiling shaders takes on any real adapter. */
const HOPELESS_SECONDS = 3;
/**
 * What a backend's time for the small step stands for in a run, beside wasm's. A GPU spends the step on launches, which
 * larger networks do not make longer, and leaves the page its processor: on an H100 beside 8 threads of wasm both took
 * 8 to 14 ms for it, and 8 and 14 s for the default run. WebGL has none of the merged kernels: 2.1 times wasm's
 * launches in the small step, but 2.8 times in those of a run.
 */
const IN_A_RUN: Partial<Record<BackendName, number>> = { webgpu: 2 / 3, webgl: 4 / 3 };
/** A backend that is faster by less than this is no reason to leave the one in use. */
const WORTH_CHANGING = 0.85;

/**
 * Median seconds of a step on 16 images on the current backend; one that is slow on 2 is not asked for 16, its time is
 * scaled up.
 *
 * @param pause is waited for before each piece; returning false ends the timing
 * @returns null where it was ended
 */
export async function timeStep(pause: () => Promise<boolean>): Promise<number | null> {
  const seconds = async (batch: number, steps = 1): Promise<number | null> => {
    if (!(await pause())) return null;
    const began = performance.now();
    const made = Array.from({ length: steps }, () => smallStep(batch, 8, 32));
    await made[steps - 1].data();
    tf.dispose(made);
    return (performance.now() - began) / 1000 / steps;
  };
  // The first step at a size compiles its shaders, which takes a fast adapter long as well: only the second one counts.
  const first = await seconds(2);
  if (first === null || first > HOPELESS_SECONDS) return first === null ? null : first * 8;
  const few = await seconds(2);
  if (few === null || few > TOO_SLOW_SECONDS) return few === null ? null : few * 8;
  // Compiles shaders for these shapes, warms caches.
  if ((await seconds(16)) === null) return null;
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const time = await seconds(16, STEPS_TOGETHER);
    if (time === null) return null;
    times.push(time);
  }
  return times.sort((p, q) => p - q)[1];
}

interface Timed {
  name: BackendName;
  works: boolean | null;
  secondsPerStep: number | null;
}

/** What a step in a run costs, as far as the small step tells. */
const cost = ({ name, secondsPerStep }: Timed) => secondsPerStep! * (IN_A_RUN[name] ?? 1);

/**
 * The working and timed backend with the shortest step, after what it stands for in a run; null where none is timed.
 */
export function fastest<Each extends Timed>(reports: readonly Each[]): Each | null {
  const timed = reports.filter(({ works, secondsPerStep }) => works && secondsPerStep !== null);
  return timed.length ? timed.reduce((best, each) => (cost(each) < cost(best) ? each : best)) : null;
}

/** The fastest, where it is worth leaving `current` for it; else `current`. */
export function worthwhile(reports: readonly Timed[], current: BackendName): BackendName {
  const best = fastest(reports);
  const mine = reports.find(({ name }) => name === current);
  if (!best || !mine || mine.secondsPerStep === null) return current;
  return cost(best) < WORTH_CHANGING * cost(mine) ? best.name : current;
}
