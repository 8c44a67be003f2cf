/**
 * Learning-rate factors by step (fdda.md, "Generator" and "Student"). Steps count from 0, an epoch is `stepsPerEpoch`
 * of them.
 */
import { turn } from '../portableMath';
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
  return (1 + turn(step / (2 * period)).cosine) / 2;
}

/** Steps after which a student's limit has come down by a factor of the square root of two. */
const LIMIT_STEPS = 5;

/**
 * The largest change of a weight in one of the student's steps, in norms of its own: `updateLimit` in the first one,
 * falling as the learning rate does and with the root of the steps done. Infinity where `updateLimit` is 0.
 *
 * A rate that is far too large so ends much as one that is just right: every update is cut to what such a rate would
 * make of it. That falls by itself, as the losses do; what is cut off does not, so that the limit has to. With the root,
 * weights that wander at random end nearly equally far from where they began however many steps there are (a sum of 1 /
 * steps, squared and added up, grows as their logarithm). docs/student.md has what other limits do.
 *
 * @param step from 0
 * @param factor of the learning rate in this step, 0 to 1
 */
export function updateLimitAt(step: number, factor: number, updateLimit: number): number {
  return updateLimit > 0 ? (updateLimit * factor) / Math.sqrt(1 + step / LIMIT_STEPS) : Infinity;
}
