import type { ArmId } from '../../engine/methods/arms';
import type { RowId } from '../../engine/runReport';

/** Two rows of the accuracies: how B does beside A. */
export interface RowPair {
  a: RowId;
  b: RowId;
}

const isArm = (id: RowId): id is ArmId => id !== 'fullPrecision' && id !== 'ptq';

/**
 * The pair that is shown where none was chosen: the leading arm beside calibration images alone, or beside plain
 * quantization where no arm is that. Where calibration images alone lead, the best other arm takes their place.
 *
 * @param rows the rows there are, with their accuracies
 * @returns null where there is no arm to compare
 */
export function defaultPair(
  rows: readonly { id: RowId; accuracy: number | null }[],
  leading: ArmId | null,
): RowPair | null {
  const others = rows.filter(({ id, accuracy }) => isArm(id) && id !== 'calibration' && accuracy !== null);
  const best = others.sort((one, other) => other.accuracy! - one.accuracy!)[0]?.id;
  const b = leading === 'calibration' ? (best ?? 'calibration') : leading;
  if (b === null) return null;
  const a = b !== 'calibration' && rows.some(({ id }) => id === 'calibration') ? 'calibration' : 'ptq';
  return { a, b };
}

/** Whether there is more to choose from than one arm with synthetic images beside calibration images alone. */
export const hasChoice = (ids: readonly RowId[]): boolean =>
  ids.filter((id) => isArm(id) && id !== 'calibration').length > 1;

/**
 * Of the rows that two runs have, those to be laid side by side: each beside itself, and one run's leading arm beside
 * the other's where these are different methods.
 */
export function runPairs(
  ids: readonly RowId[],
  pinnedIds: readonly RowId[],
  leading: ArmId | null,
  pinnedLeading: ArmId | null,
): RowPair[] {
  const same = ids.filter((id) => pinnedIds.includes(id)).map((id): RowPair => ({ a: id, b: id }));
  if (leading === null || pinnedLeading === null || leading === pinnedLeading) return same;
  return ids.includes(leading) && pinnedIds.includes(pinnedLeading)
    ? [...same, { a: pinnedLeading, b: leading }]
    : same;
}
