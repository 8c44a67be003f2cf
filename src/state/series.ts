/** A growing list of samples in bounded memory: when full, every second one goes, and from then on half as many stay. */
export interface Series<T extends { step: number }> {
  items: readonly T[];
  /** The newest sample, whether or not it is among `items`. */
  last: T | null;
  /** Of so many samples one is kept. */
  stride: number;
  seen: number;
}

export const SERIES_CAP = 300;

export function emptySeries<T extends { step: number }>(): Series<T> {
  return { items: [], last: null, stride: 1, seen: 0 };
}

/**
 * `series` with `samples` appended. A sample at or before the last step means the run went back there: what came
 * later is dropped.
 */
export function appendSamples<T extends { step: number }>(
  series: Series<T>,
  samples: readonly T[],
  cap = SERIES_CAP,
): Series<T> {
  if (samples.length === 0) return series;
  let { items, stride, seen, last } = series;
  const next = [...items];
  for (const sample of samples) {
    if (last !== null && sample.step <= last.step) {
      while (next.length > 0 && next[next.length - 1].step >= sample.step) next.pop();
      seen = next.length * stride;
    }
    if (seen % stride === 0) next.push(sample);
    seen++;
    last = sample;
    if (next.length > cap) {
      for (let i = 0; 2 * i < next.length; i++) next[i] = next[2 * i];
      next.length = Math.ceil(next.length / 2);
      stride *= 2;
    }
  }
  items = next;
  return { items, stride, seen, last };
}

/** At most `count` samples, evenly chosen, the newest always among them. */
export function thinned<T extends { step: number }>(series: Series<T>, count: number): T[] {
  const { items, last } = series;
  const every = Math.max(1, Math.ceil(items.length / (count - 1)));
  const chosen = items.filter((_, i) => i % every === 0);
  if (last !== null && chosen[chosen.length - 1] !== last) chosen.push(last);
  return chosen;
}
