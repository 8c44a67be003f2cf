import { describe, expect, it } from 'vitest';
import {
  coverage,
  imageQuality,
  ratio,
  type MeasuredImages,
  type QualityReference,
} from '../../../src/engine/bns/quality';
import { BnsTable } from '../../../src/engine/bns/statistics';

/** Two layers of one channel: [mean, var] each. */
const table = (...rows: [number, number, number, number][]) =>
  new BnsTable(rows.length, [
    { channels: 1, values: Float32Array.from(rows.flatMap((row) => row.slice(0, 2))) },
    { channels: 1, values: Float32Array.from(rows.flatMap((row) => row.slice(2))) },
  ]);

// Variance 1 in layer 0, 4 in layer 1: there means are halved and variances divided by 4.
const reference: QualityReference = {
  running: table([0, 1, 0, 4]),
  centers: table([0, 1, 0, 4], [3, 1, 8, 4]),
  startLayer: 0,
};
const measured: MeasuredImages = {
  images: table([0, 1, 0, 4], [1, 1, 0, 4], [3, 1, 8, 4], [3, 1, 6, 4]),
  labels: [0, 0, 1, 1],
  batches: table([0, 1, 0, 4], [2, 1, 2, 4], [3, 1, 2, 4], [3, 1, 8, 4]),
  batchLabels: [0, 0, 1, 1],
  logits: Float32Array.of(0, 0, 50, 0, 0, Math.log(3)),
  logitLabels: [0, 0, 1],
};
const close = (found: ArrayLike<number>, expected: number[]) => {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 3));
};

describe('quality of images', () => {
  const quality = imageQuality(measured, reference);

  it('says how far single-class batches are from their own and from the nearest other center', () => {
    // Layer 0: distances to the own center 0, 2, 0, 0; layer 1: 0, 1, 3, 0 after halving.
    close(quality.ownCenter.byLayer, [0.5, 1]);
    close(quality.ownCenter.byClass, [1, 0, 0.5, 1.5]);
    // To the other: 3, 1, 3, 3 and 4, 3, 1, 4.
    close(quality.nearestOther.byLayer, [2.5, 3]);
    close(quality.nearestOther.byClass, [2, 3, 3.5, 2.5]);
  });

  it('says how often they are nearest to their own', () => {
    close(quality.nearestCenterRate.byLayer, [0.75, 0.75]);
    close(quality.nearestCenterRate.byClass, [0.5, 1, 1, 0.5]);
  });

  it('takes the layers from the start layer on together', () => {
    // Squared distances over 2 dimensions and 2 layers: batch 1 (4 + 1) / 4 to its own, (1 + 9) / 4 to the other.
    const other = Math.sqrt(25 / 4);
    expect(quality.joint.ownCenter).toBeCloseTo((0 + Math.sqrt(5 / 4) + Math.sqrt(9 / 4) + 0) / 4, 3);
    expect(quality.joint.nearestOther).toBeCloseTo((other + Math.sqrt(10 / 4) + Math.sqrt(10 / 4) + other) / 4, 3);
    // Batch 2: 9 to its own, 9 + 1 to the other.
    expect(quality.joint.nearestCenterRate).toBe(1);
    const deep = imageQuality(measured, { ...reference, startLayer: 1 }).joint;
    expect(deep.nearestCenterRate).toBe(0.75);
    expect(deep.ownCenter).toBeCloseTo(Math.SQRT1_2, 3);
  });

  it('says how far images of a class scatter, and over that of others', () => {
    close(quality.spread.byLayer, [0.5, 0.5]);
    close(quality.spread.byClass, [1, 0, 0, 1]);
    const wider = ratio({ byLayer: Float32Array.of(1, 0.25), byClass: quality.spread.byClass }, quality.spread);
    close(wider.byLayer, [2, 0.5]);
    expect([wider.byClass[0], wider.byClass[1]]).toEqual([1, NaN]);
    // Layer 0: class 0 lies at 0 and 1, class 1 at 3 and 3: (2.5, 2 at distance 1 from its own).
    close(quality.silhouette.byLayer, [
      ((3 - 1) / 3 + (2 - 1) / 2 + 1 + 1) / 4,
      (1 + 1 + (4 - 1) / 4 + (3 - 1) / 3) / 4,
    ]);
  });

  it('says how far all images together are from the stored statistics', () => {
    // Layer 0: mean 1.75, variance 1 + var(0, 1, 3, 3); layer 1: mean 3.5, variance 4 + var(0, 0, 8, 6).
    close(quality.bnsGap, [1.75 ** 2 + 1.6875 ** 2, 3.5 ** 2 + 12.75 ** 2]);
  });

  it('says how often the teacher agrees, and how sure it is', () => {
    // The first is undecided (and taken for class 0), the second sure, the third 1 to 3.
    expect(quality.teacherAccuracy).toBe(1);
    const quarter = -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75));
    expect(quality.teacherEntropy).toBeCloseTo((Math.LN2 + 0 + quarter) / 3, 5);
    expect(imageQuality({ ...measured, logitLabels: [1, 0, 0] }, reference).teacherAccuracy).toBeCloseTo(1 / 3, 6);
  });

  it('refuses labels that do not fit', () => {
    expect(() => imageQuality({ ...measured, batchLabels: [0] }, reference)).toThrow(RangeError);
    expect(() => imageQuality({ ...measured, labels: [0] }, reference)).toThrow(RangeError);
  });
});

describe('coverage of a range', () => {
  it.each([
    [{ lo: 0, hi: 4 }, { lo: 0, hi: 3 }, 0.75],
    [{ lo: 0, hi: 4 }, { lo: -1, hi: 9 }, 1],
    [{ lo: 0, hi: 4 }, { lo: 5, hi: 9 }, 0],
    [{ lo: 2, hi: 2 }, { lo: 0, hi: 9 }, 1],
    [{ lo: 2, hi: 2 }, { lo: 3, hi: 9 }, 0],
  ])('of %o by %o is %d', (real, reached, share) => expect(coverage(real, reached)).toBe(share));
});
