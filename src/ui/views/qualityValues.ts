import type { RealQuality, RunOverview, SyntheticQuality, SyntheticSnapshot } from '../../engine/runReport';

/** What the view of quality shows, computed from what a run reports. [L, C] as everywhere. */

export const QUALITY_MEASURES = ['centers', 'spread', 'silhouette'] as const;
export type QualityMeasure = (typeof QUALITY_MEASURES)[number];

export const QUALITY_FIGURES = [
  'nearest',
  'own',
  'other',
  'spread',
  'silhouette',
  'gap',
  'agrees',
  'entropy',
  'ranges',
] as const;
export type QualityFigure = (typeof QUALITY_FIGURES)[number];

/** A run's quality at one moment. */
export interface ShownQuality {
  layers: number;
  classes: number;
  /** Those whose synthetic images were looked at: of very many not all. */
  looked: number;
  startLayer: number;
  snapshot: SyntheticSnapshot;
  synthetic: SyntheticQuality;
  real: RealQuality;
}

/** Null where there is nothing to show. */
export function shownQuality(
  { quality: real, network, startLayer }: RunOverview,
  snapshot: SyntheticSnapshot | null,
): ShownQuality | null {
  if (!real || !snapshot?.quality) return null;
  return {
    layers: network.layers.length,
    classes: network.numClasses,
    looked: snapshot.batchPoints.count,
    startLayer,
    snapshot,
    synthetic: snapshot.quality,
    real,
  };
}

const divided = (values: Float32Array, by: Float32Array) => values.map((value, i) => value / by[i]);

/** The value of every cell of the map. */
export function cellValues(measure: QualityMeasure, { snapshot, synthetic, real }: ShownQuality): Float32Array {
  switch (measure) {
    case 'centers':
      return divided(snapshot.distanceToOwnCenter, snapshot.distanceToNearestOther);
    case 'spread':
      return divided(synthetic.spreadByClass, real.spreadByClass);
    case 'silhouette':
      return synthetic.silhouetteByClass.map((value, i) => value - real.silhouetteByClass[i]);
  }
}

/** [L, C] -> [L, classes.length]: of some classes. */
export const ofClasses = (values: Float32Array, all: number, classes: readonly number[]): Float32Array =>
  Float32Array.from(
    { length: (values.length / all) * classes.length },
    (_, i) => values[Math.floor(i / classes.length) * all + classes[i % classes.length]],
  );

/** Mean of what is a number; NaN of nothing. */
function mean(values: Iterable<number>): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** A figure of the synthetic images, and of the real ones that it is to be compared with. */
export interface FigurePair {
  synthetic: number;
  real: number;
}

/** Each figure, of all classes. Where it is of some layers only, of those that the center terms look at. */
export function qualityFigures(shown: ShownQuality): Record<QualityFigure, FigurePair> {
  const { synthetic, real, classes, looked, startLayer } = shown;
  const deep = (values: Float32Array) => mean(values.subarray(startLayer * classes));
  return {
    nearest: {
      synthetic: synthetic.joint.nearestCenterRate * looked,
      real: real.joint.nearestCenterRate * looked,
    },
    own: { synthetic: synthetic.joint.ownCenter, real: real.joint.ownCenter },
    other: { synthetic: synthetic.joint.nearestOther, real: real.joint.nearestOther },
    spread: { synthetic: deep(cellValues('spread', shown)), real: 1 },
    silhouette: { synthetic: deep(synthetic.silhouetteByClass), real: deep(real.silhouetteByClass) },
    gap: { synthetic: mean(synthetic.bnsGap), real: mean(real.bnsGap) },
    agrees: { synthetic: synthetic.teacherAccuracy, real: real.teacherAccuracy },
    entropy: { synthetic: synthetic.teacherEntropy, real: real.teacherEntropy },
    ranges: { synthetic: mean(synthetic.coverage), real: mean(real.calibrationCoverage) },
  };
}

/** All that is known of one layer and one class, or of a layer and the mean of all classes. */
export function readingAt(
  { snapshot, synthetic, real, classes }: ShownQuality,
  layer: number,
  chosen: number | null,
): Record<'own' | 'other' | 'spread' | 'silhouette' | 'gap', FigurePair> {
  const at = (values: Float32Array) =>
    chosen === null ? mean(values.subarray(layer * classes, (layer + 1) * classes)) : values[layer * classes + chosen];
  return {
    own: { synthetic: at(snapshot.distanceToOwnCenter), real: at(real.distanceToOwnCenter) },
    other: { synthetic: at(snapshot.distanceToNearestOther), real: at(real.distanceToNearestOther) },
    spread: { synthetic: at(synthetic.spreadByClass), real: at(real.spreadByClass) },
    silhouette: { synthetic: at(synthetic.silhouetteByClass), real: at(real.silhouetteByClass) },
    gap: { synthetic: synthetic.bnsGap[layer], real: real.bnsGap[layer] },
  };
}

/** Shades on either side of the dividing value. */
export const SHADES = 4;
/** The strongest shade begins at so many halvings or doublings, or at such a difference. */
const STRONGEST = { centers: 0.75, spread: 1.5, silhouette: 0.3 } satisfies Record<QualityMeasure, number>;

/**
 * Shade of a cell: 0 to SHADES - 1 from strongest to weakest where it does not fall short, then from weakest to
 * strongest where it does; null where there is no value. On the dividing value itself it does not.
 */
export function shadeOf(measure: QualityMeasure, value: number): number | null {
  if (Number.isNaN(value)) return null;
  const worse = measure === 'centers' ? Math.log2(value) : measure === 'spread' ? -Math.log2(value) : -value;
  const strength = Math.min(SHADES - 1, Math.floor((Math.abs(worse) / STRONGEST[measure]) * (SHADES - 1)));
  return worse > 0 ? SHADES + strength : SHADES - 1 - strength;
}

/** Cells by their shade: of each shade the indices layer * classes + class. */
export function cellsByShade(measure: QualityMeasure, values: Float32Array): number[][] {
  const cells = Array.from({ length: 2 * SHADES }, (): number[] => []);
  values.forEach((value, i) => {
    const shade = shadeOf(measure, value);
    if (shade !== null) cells[shade].push(i);
  });
  return cells;
}
