/**
 * Quality of images as a run reports it: the same measures of the generator's images and, beside them, of real ones.
 */
import { bnsCenters } from '../bns/centers';
import { bnsGap, coverage, imageQuality, type ImageQuality, type QualityReference } from '../bns/quality';
import { BnsTable, type CollectedStatistics } from '../bns/statistics';
import type { ActivationRange } from '../network/activationRanges';
import { PROBE_PER_CLASS } from './probeClasses';
import type { QualityReport, RealQuality, SeparationByLayer, SyntheticQuality } from '../runReport';

/** Images of which all is known that their quality needs. */
export interface LookedAt extends CollectedStatistics {
  /** [N] class of each image. */
  labels: Uint16Array;
}

/**
 * Quality of real images, in single-class batches as large as the generator's are when it is looked at.
 *
 * @param calibration the same activations' ranges on the calibration images
 * @param activations names of the activations
 */
export function realQuality(
  { statistics, labels, logits, ranges }: LookedAt,
  calibration: readonly ActivationRange[],
  reference: QualityReference,
  activations: string[],
): { quality: RealQuality; separation: SeparationByLayer } {
  const classes = reference.centers.rows;
  const byClass = Array.from({ length: classes }, (): number[] => []);
  labels.forEach((label, i) => byClass[label].push(i));
  // Of large images only some classes' are looked at.
  const present = byClass.flatMap(({ length }, c) => (length > 0 ? [c] : []));
  const ofClass = present.map((c) => byClass[c]);
  const rounds = Math.max(1, Math.floor(Math.min(...ofClass.map(({ length }) => length)) / PROBE_PER_CLASS));
  // One round: as many images of every class as there are synthetic ones.
  const sets = Array.from({ length: rounds }, (_, r) =>
    ofClass.flatMap((all) => all.slice(r * PROBE_PER_CLASS, (r + 1) * PROBE_PER_CLASS)),
  );
  const tables = sets.map((set) => statistics.select(set));
  const batches = BnsTable.concat(
    tables.map((table, r) =>
      bnsCenters(
        table,
        sets[r].map((i) => labels[i]),
        classes,
      ).table.select(present),
    ),
  );
  const measured = imageQuality(
    {
      images: statistics,
      labels,
      batches,
      batchLabels: Array.from({ length: rounds * present.length }, (_, i) => present[i % present.length]),
      logits,
      logitLabels: labels,
    },
    reference,
  );
  return {
    quality: {
      ...report(measured),
      // Few images have a larger gap than many: each round's own, as the synthetic images have theirs.
      bnsGap: meanOf(tables.map((table) => bnsGap(table, reference.running))),
      distanceToOwnCenter: measured.ownCenter.byClass,
      distanceToNearestOther: measured.nearestOther.byClass,
      activations,
      calibrationCoverage: coverages(ranges, calibration),
    },
    separation: measured.separation.byLayer,
  };
}

/**
 * Quality of the generator's images of some classes, or of all.
 *
 * @param batches their statistics taken together, one row a class
 * @param batchLabels those classes; the values of others are NaN
 * @param real the activations' ranges on real images
 */
export function syntheticQuality(
  { statistics, labels, logits, ranges }: LookedAt,
  batches: BnsTable,
  batchLabels: ArrayLike<number>,
  reference: QualityReference,
  real: readonly ActivationRange[],
): { quality: SyntheticQuality; measured: ImageQuality } {
  const measured = imageQuality(
    { images: statistics, labels, batches, batchLabels, logits, logitLabels: labels },
    reference,
  );
  return { quality: { ...report(measured), coverage: coverages(real, ranges) }, measured };
}

function report({
  joint,
  silhouette,
  spread,
  bnsGap: gap,
  teacherAccuracy,
  teacherEntropy,
}: ImageQuality): QualityReport {
  return {
    joint,
    silhouetteByClass: silhouette.byClass,
    spreadByClass: spread.byClass,
    bnsGap: gap,
    teacherAccuracy,
    teacherEntropy,
  };
}

const coverages = (real: readonly ActivationRange[], reached: readonly ActivationRange[]) =>
  Float32Array.from(real, (range, a) => coverage(range, reached[a]));

const meanOf = (rows: readonly Float32Array[]) =>
  Float32Array.from(rows[0], (_, l) => rows.reduce((sum, row) => sum + row[l], 0) / rows.length);
