import type { RangeChange, StudentChanges } from '../../engine/workbench/report';

const sameQuantizer = (a: RangeChange, b: Pick<RangeChange, 'kind' | 'node' | 'channel'>): boolean =>
  a.kind === b.kind && a.node === b.node && a.channel === b.channel;

/** The range that was kept of a kernel, one of its channels, or an activation; null: none. */
export const keptRange = (
  { ranges = [] }: StudentChanges,
  of: Pick<RangeChange, 'kind' | 'node' | 'channel'>,
): RangeChange | null => ranges.find((each) => sameQuantizer(each, of)) ?? null;

/** With this range in the place of what was kept of the same values. A range of all channels takes that of single ones. */
export function withRange(changes: StudentChanges, range: RangeChange): StudentChanges {
  const others = (changes.ranges ?? []).filter(
    (each) =>
      !sameQuantizer(each, range) && !(range.channel === null && each.kind === range.kind && each.node === range.node),
  );
  return { ...changes, ranges: [...others, range] };
}

export function withoutRange(
  { ranges = [], ...others }: StudentChanges,
  of: Pick<RangeChange, 'kind' | 'node' | 'channel'>,
): StudentChanges {
  const left = ranges.filter((each) => !sameQuantizer(each, of));
  return left.length > 0 ? { ...others, ranges: left } : others;
}

/** Whether anything is kept. */
export const isChanged = ({ calibration, ranges = [], repairs }: StudentChanges): boolean =>
  calibration !== undefined || ranges.length > 0 || repairs !== undefined;

/** Whether both do the same to a student. */
export const sameChanges = (a: StudentChanges = {}, b: StudentChanges = {}): boolean => {
  const text = ({ calibration, ranges = [], repairs }: StudentChanges) =>
    JSON.stringify([calibration ?? null, ranges, repairs ?? null]);
  return text(a) === text(b);
};
