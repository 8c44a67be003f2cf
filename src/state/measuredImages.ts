/** How many images a measurement of the workbench has: as many as usual, or of a large network fewer, so that it ends. */
import type { RunOverview } from '../engine/runReport';
import type { TaskName } from '../engine/workbench/report';

/** Seconds that a measurement may take, about. */
const WANTED_SECONDS = 90;
/**
 * Multiply-accumulates a second that any machine is taken to have: the first images of a small network say more of
 * compiling and of what else goes on than of how long a thousand take.
 */
const SLOWEST = 2e9;
const CHOICES = [1000, 500, 200, 100, 50, 20];

/** Forward passes of a whole network for an image. @param layers BatchNorm layers: half as many as quantizers, about */
const PASSES = {
  // With each quantizer alone, from there on: half a pass in the mean.
  layers: (layers) => layers + 2,
  sensitivities: (layers) => 5 * (layers + 2),
  answers: () => 2,
  calibrations: () => 17,
  repairs: () => 7,
  // The runtime has one thread, and is run twice.
  export: () => 8,
} satisfies Partial<Record<TaskName, (layers: number) => number>>;

export type MeasuringTask = keyof typeof PASSES;

/** @param most images that small networks are measured on */
export function measuredImages(task: MeasuringTask, most: number, overview: RunOverview | null): number {
  const reading = overview?.reading;
  if (!reading || !(reading.seconds > 0)) return most;
  const { macs, layers } = overview.network;
  const speed = Math.max(SLOWEST, reading.macs / reading.seconds);
  const fitting = (WANTED_SECONDS * speed) / (macs * PASSES[task](layers.length));
  if (fitting >= most) return most;
  return CHOICES.find((choice) => choice < most && choice <= fitting) ?? Math.min(most, CHOICES[CHOICES.length - 1]);
}
