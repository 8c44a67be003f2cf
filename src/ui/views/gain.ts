import type { ArmId } from '../../engine/methods/arms';
import type { AccuracyRow } from '../../engine/runReport';

/** Standard error of an accuracy that was measured on `n` images: of a binomial share. */
export const standardError = (accuracy: number, n: number): number => Math.sqrt((accuracy * (1 - accuracy)) / n);

/**
 * What an arm brought beside calibration images alone, in points, once both students are done; `clear` when it is more than
 * the choice of test images alone would explain in 19 of 20 cases (normal approximation, as if the two were measured on
 * different images). Null for the calibration arm itself.
 */
export function gainOf(
  rows: readonly AccuracyRow[],
  arm: ArmId | null,
): { arm: ArmId; points: number; clear: boolean; n: number } | null {
  if (arm === null || arm === 'calibration') return null;
  const [without, withSynthetic] = (['calibration', arm] as const).map((wanted) =>
    rows.find(({ id, state }) => id === wanted && state === 'done'),
  );
  if (!without || !withSynthetic || without.accuracy === null || withSynthetic.accuracy === null) return null;
  const error = ({ accuracy, n }: AccuracyRow) => standardError(accuracy!, n);
  const points = (withSynthetic.accuracy - without.accuracy) * 100;
  return {
    arm,
    points,
    clear: Math.abs(points) > 196 * Math.hypot(error(without), error(withSynthetic)),
    n: withSynthetic.n,
  };
}
