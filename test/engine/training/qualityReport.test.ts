import { describe, expect, it } from 'vitest';
import { bnsCenters } from '../../../src/engine/bns/centers';
import type { QualityReference } from '../../../src/engine/bns/quality';
import { BnsTable } from '../../../src/engine/bns/statistics';
import { PROBE_PER_CLASS } from '../../../src/engine/training/probeClasses';
import { realQuality, syntheticQuality, type LookedAt } from '../../../src/engine/training/qualityReport';

/** One layer of one channel: [mean, variance] each. */
const table = (rows: [number, number][]) =>
  new BnsTable(rows.length, [{ channels: 1, values: Float32Array.from(rows.flat()) }]);
const reference: QualityReference = {
  running: table([[0, 1]]),
  centers: table([
    [0, 1],
    [10, 1],
  ]),
  startLayer: 0,
};

/** Images of two classes at these means, each of variance 1; the teacher is always right and sure. */
function looked(...means: [number[], number[]]): LookedAt {
  const labels = Uint16Array.from(means.flatMap((of, c) => of.map(() => c)));
  return {
    statistics: table(means.flat().map((mean) => [mean, 1])),
    labels,
    logits: Float32Array.from([...labels].flatMap((c) => (c === 0 ? [99, 0] : [0, 99]))),
    ranges: [
      { lo: 0, hi: 4 },
      { lo: 0, hi: 8 },
    ],
  };
}
const six = (mean: number) => new Array<number>(PROBE_PER_CLASS).fill(mean);
const close = (found: ArrayLike<number>, expected: number[]) => {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 3));
};

describe('quality of real images', () => {
  // Class 0: a batch at 1, one at 8 (nearer the other center), and four images that fill no batch. Class 1: at 10 and
  // 12.
  const { quality, separation } = realQuality(
    looked([...six(1), ...six(8), 50, 50, 50, 50], [...six(10), ...six(12), 50, 50, 50, 50]),
    [
      { lo: 0, hi: 1 },
      { lo: 2, hi: 4 },
    ],
    reference,
    ['a', 'b'],
  );

  it('is of batches as large as the synthetic ones', () => {
    close(quality.distanceToOwnCenter, [(1 + 8) / 2, (0 + 2) / 2]);
    close(quality.distanceToNearestOther, [(9 + 2) / 2, (10 + 12) / 2]);
    expect(quality.joint.nearestCenterRate).toBe(0.75);
    // Two dimensions, a mean and a variance.
    expect(quality.joint.ownCenter).toBeCloseTo((1 + 8 + 0 + 2) / 4 / Math.SQRT2, 4);
    expect(quality.joint.nearestOther).toBeCloseTo((9 + 2 + 10 + 12) / 4 / Math.SQRT2, 4);
  });

  it('has the gap of as many images as the generator is asked for', () => {
    // Round 1: mean 5.5, variance 1 + 4.5^2; round 2: mean 10, variance 1 + 2^2.
    close(quality.bnsGap, [(5.5 ** 2 + 4.5 ** 4 + 10 ** 2 + 2 ** 4) / 2]);
  });

  it('says what calibration images reach of the activations', () => {
    expect(quality.activations).toEqual(['a', 'b']);
    close(quality.calibrationCoverage, [0.25, 0.25]);
    expect(quality.teacherAccuracy).toBe(1);
    expect(quality.teacherEntropy).toBeCloseTo(0, 6);
    expect(separation.silhouette).toHaveLength(1);
  });

  it('takes what there is where a class has fewer images than a batch', () => {
    const few = realQuality(
      looked([1, 3], [10, 10]),
      [
        { lo: 0, hi: 1 },
        { lo: 2, hi: 4 },
      ],
      reference,
      [],
    ).quality;
    // Statistics of the two together: mean 2, variance 2.
    close(few.distanceToOwnCenter, [Math.hypot(2, 1), 0]);
    close(few.spreadByClass, [2, 0]);
  });
});

describe('quality of synthetic images', () => {
  const images = looked([0, 4], [10, 12]);
  const batches = bnsCenters(images.statistics, images.labels, 2).table;
  const { quality, measured } = syntheticQuality(images, batches, [0, 1], reference, [
    { lo: 0, hi: 8 },
    { lo: 4, hi: 12 },
  ]);

  it('is of the measures that the experiments report', () => {
    close(quality.spreadByClass, [4, 2]);
    // Class 0: mean 2, variance 1 + 2^2; class 1: mean 11, variance 1 + 1.
    close(measured.ownCenter.byClass, [Math.hypot(2, 4), Math.hypot(1, 1)]);
    close(measured.nearestOther.byClass, [Math.hypot(8, 4), Math.hypot(11, 1)]);
    expect(quality.joint).toEqual(measured.joint);
    // At 0: 4 to its own, (10 + 12) / 2 to the other.
    close(quality.silhouetteByClass, [((11 - 4) / 11 + (7 - 4) / 7) / 2, ((8 - 2) / 8 + (10 - 2) / 10) / 2]);
  });

  it('says what of the real ranges they reach', () => close(quality.coverage, [0.5, 0.5]));
});
