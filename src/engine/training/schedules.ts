/**
 * Learning-rate factors by step (fdda.md, "Generator" and "Student"). Steps count from 0, an epoch is `stepsPerEpoch`
 * of them.
 */
import type { RunSettings } from '../runSettings';

/** Epochs at which the generator's learning rate is divided by ten. */
export const GENERATOR_MILESTONES: readonly number[] = [100, 200, 300];
/** Epochs from the top of the student's cosine to its bottom. */
export const COSINE_EPOCHS = 100;
/** What the program calls an epoch. */
export const PROGRAM_STEPS_PER_EPOCH = 200;

/** `gamma` to the power of the milestones passed (torch.optim.lr_scheduler.MultiStepLR, stepped once an epoch). */
export function multiStepFactor(
  step: number,
  stepsPerEpoch: number = PROGRAM_STEPS_PER_EPOCH,
  milestones: readonly number[] = GENERATOR_MILESTONES,
  gamma = 0.1,
): number {
  const epoch = Math.floor(step / stepsPerEpoch);
  return gamma ** milestones.filter((milestone) => epoch >= milestone).length;
}

/**
 * (1 + cos(pi step / period)) / 2 with floor 0. It does not stop at the bottom: past `period` the rate rises again, as
 * it does in the program (fdda.md, oddity 3).
 *
 * @param period steps from 1 to 0; the program: COSINE_EPOCHS epochs
 */
export function cosineFactor(step: number, period: number = COSINE_EPOCHS * PROGRAM_STEPS_PER_EPOCH): number {
  return (1 + Math.cos((Math.PI * step) / period)) / 2;
}

/** Mean of `cosineFactor` over the first `steps` steps (its integral): 1/2 where they are a whole period. */
export function cosineMean(steps: number, period: number): number {
  return 1 / 2 + (period / (2 * Math.PI * steps)) * Math.sin((Math.PI * steps) / period);
}

/**
 * The largest change of a weight in one of the student's steps at the full rate, in norms of its own: what
 * `updateLimit` allows a step, or `pathLimit` all of them together, whichever is less. It is to fall as the rate does.
 * Infinity where neither limits.
 *
 * A rate that is too large so ends as one that is just right: updates are cut to what such a rate would make of them,
 * and settle in the end. A limit that does not fall cannot do both: where it is wide enough for the first steps, the
 * last ones never settle (docs/student.md).
 *
 * @param mean of the rate's factor over the run
 */
export function stepLimit(
  mean: number,
  { updateLimit, pathLimit, studentSteps }: Pick<RunSettings, 'updateLimit' | 'pathLimit' | 'studentSteps'>,
): number {
  const ofStep = updateLimit > 0 ? updateLimit : Infinity;
  const ofPath = pathLimit > 0 ? pathLimit / (mean * studentSteps) : Infinity;
  return Math.min(ofStep, ofPath);
}
