import type { ArmId } from '../../engine/methods/arms';
import type { SyntheticSnapshot } from '../../engine/runReport';
import type { Moment } from '../../state/history';

export interface DistanceSample {
  step: number;
  own: number;
  other: number;
}

/**
 * Distance of a class's synthetic batch to its own center and to the nearest other one at a layer; without a class the
 * mean of all.
 */
export function distancesAt(
  { step, distanceToOwnCenter, distanceToNearestOther }: SyntheticSnapshot,
  layer: number,
  classes: number,
  chosen: number | null,
): DistanceSample {
  const of = (values: Float32Array) => {
    const row = values.subarray(layer * classes, (layer + 1) * classes);
    if (chosen !== null) return row[chosen];
    // Of very many classes not all are looked at.
    const known = row.filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  return { step, own: of(distanceToOwnCenter), other: of(distanceToNearestOther) };
}

/**
 * The same for every recorded moment that has images of its own of one generator, by rising step. @param arm whose
 * generator
 */
export function distancesByStep(
  history: readonly Moment[],
  arm: ArmId | null,
  layer: number,
  classes: number,
  chosen: number | null,
): DistanceSample[] {
  const samples: DistanceSample[] = [];
  for (const moment of history) {
    const synthetic = arm && moment.synthetic[arm];
    if (!synthetic) continue;
    // The same images again, or the run went back: what came later is dropped.
    while (samples.length > 0 && samples[samples.length - 1].step >= synthetic.step) samples.pop();
    samples.push(distancesAt(synthetic, layer, classes, chosen));
  }
  return samples;
}

/** How many classes' batches lie nearest to their own center at a layer. */
export function countNearestOwn(
  { distanceToOwnCenter, distanceToNearestOther }: SyntheticSnapshot,
  layer: number,
  classes: number,
): number {
  let count = 0;
  for (let at = layer * classes; at < (layer + 1) * classes; at++)
    if (distanceToOwnCenter[at] < distanceToNearestOther[at]) count++;
  return count;
}

/** First layer from which on every value exceeds `threshold`; null where not even the last does. */
export function aboveFrom(values: ArrayLike<number>, threshold: number): number | null {
  let layer = values.length;
  while (layer > 0 && values[layer - 1] > threshold) layer--;
  return layer === values.length ? null : layer;
}
