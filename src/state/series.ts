/** A growing list of samples in bounded memory. When it is full it is thinned: `thin` says what stays. */
export interface Series<T extends { step: number }> {
  items: readonly T[];
  /** The newest sample. */
  last: T | null;
}

export const SERIES_CAP = 400;

export function emptySeries<T extends { step: number }>(): Series<T> {
  return { items: [], last: null };
}

/**
 * `series` with `samples` appended. A sample at or before the last step means the run went back there: what came
 * later is dropped. Beyond `cap` samples, half as many are kept, by `thin`.
 */
export function appendSamples<T extends { step: number }>(
  series: Series<T>,
  samples: readonly T[],
  cap = SERIES_CAP,
): Series<T> {
  if (samples.length === 0) return series;
  let next = [...series.items];
  for (const sample of samples) {
    while (next.length > 0 && next[next.length - 1].step >= sample.step) next.pop();
    next.push(sample);
    if (next.length > cap) next = thin(next, Math.floor(cap / 2));
  }
  return { items: next, last: next[next.length - 1] };
}

/** At most `count` samples of a series, chosen by `thin`. */
export function thinned<T extends { step: number }>(series: Series<T>, count: number): readonly T[] {
  return thin(series.items, count);
}

/** What a sample measured, by name; settings of the step, such as its learning rate, have no extremes to keep. */
function measuredValues(sample: object, into: Map<string, number>, prefix = ''): Map<string, number> {
  for (const [key, value] of Object.entries(sample)) {
    if (key === 'step' || key === 'learningRate') continue;
    if (typeof value === 'number') into.set(prefix + key, value);
    else if (value === null) into.set(prefix + key, NaN);
    else if (typeof value === 'object') measuredValues(value as object, into, `${prefix}${key}.`);
  }
  return into;
}

/**
 * At most `count` of `items` (steps rising), the first and the last always among them. The steps are divided into equal
 * buckets, and of each bucket the smallest and the largest of every measured value is kept, and one sample where a
 * value is missing or no number: a spike never disappears, and neither does a gap. There are as many buckets as `count`
 * allows; what it leaves over is filled evenly. The widths are powers of two, so that the choice stays as it was while
 * a series grows.
 *
 * @param count at least 2. Where even a single bucket holds more extremes than that, all of them are kept: two and a
 *   gap for each measured value.
 */
export function thin<T extends { step: number }>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  const columns = new Map<string, (number | undefined)[]>();
  items.forEach((item, i) => {
    for (const [name, value] of measuredValues(item, new Map())) {
      let column = columns.get(name);
      if (!column) columns.set(name, (column = new Array<number | undefined>(items.length).fill(undefined)));
      column[i] = value;
    }
  });
  // A value that never changes has no extremes.
  const varying = [...columns.values()].filter((column) => column.some((value) => !Object.is(value, column[0])));
  const [first, last] = [items[0].step, items[items.length - 1].step];
  let [width, kept] = [1, extremesOf(items, varying, 1)];
  while (kept.size > count && bucketOf(first, width) !== bucketOf(last, width)) {
    width *= 2;
    kept = extremesOf(items, varying, width);
  }
  // Evenly, as finely as there is room.
  for (width = 1; kept.size < count && width <= last - first; width *= 2) {
    const filled = new Set(kept);
    items.forEach(({ step }, i) => {
      if (i === 0 || bucketOf(step, width) !== bucketOf(items[i - 1].step, width)) filled.add(i);
    });
    if (filled.size > count) continue;
    kept = filled;
    break;
  }
  return [...kept].sort((a, b) => a - b).map((i) => items[i]);
}

const bucketOf = (step: number, width: number): number => Math.floor(step / width);

/** Indices of the first and the last item, and of every column's extremes and one gap in each bucket. */
function extremesOf(
  items: readonly { step: number }[],
  columns: readonly (readonly (number | undefined)[])[],
  width: number,
): Set<number> {
  const kept = new Set([0, items.length - 1]);
  for (let from = 0; from < items.length;) {
    const bucket = bucketOf(items[from].step, width);
    let to = from + 1;
    while (to < items.length && bucketOf(items[to].step, width) === bucket) to++;
    for (const column of columns) {
      let [low, high, gap] = [-1, -1, -1];
      for (let i = from; i < to; i++) {
        const value = column[i];
        if (value === undefined || !Number.isFinite(value)) gap = gap < 0 ? i : gap;
        else {
          if (low < 0 || value < column[low]!) low = i;
          if (high < 0 || value > column[high]!) high = i;
        }
      }
      // A bucket of nothing but gaps is one where the column has no line at all.
      for (const index of low < 0 ? [gap] : [low, high, gap]) if (index >= 0) kept.add(index);
    }
    from = to;
  }
  return kept;
}
