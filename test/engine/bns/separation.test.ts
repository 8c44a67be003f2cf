import { describe, expect, it } from 'vitest';
import { gramMatrix } from '../../../src/engine/bns/gram';
import {
  centerDistances,
  scaledPoints,
  separation,
  silhouettes,
  type Points,
} from '../../../src/engine/bns/separation';
import { BnsTable, statisticsLayout } from '../../../src/engine/bns/statistics';
import { Random } from '../../../src/engine/random';
import statisticsJson from '../../fixtures/statistics.json';
import tinyJson from '../../fixtures/tiny_network.json';
import type { FixtureArray } from '../../cases/fixtures';

const fixture = statisticsJson as unknown as {
  points: FixtureArray;
  classes: number[];
  silhouette: number[];
  silhouette_mean: number;
  per_image_statistics: { mean: FixtureArray; var: FixtureArray }[][];
  layer_silhouette: number[];
};

const points = (rows: number[][]): Points => ({
  count: rows.length,
  dimensions: rows[0].length,
  values: Float64Array.from(rows.flat()),
});
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
/** Element by element within `tolerance`; NaN where NaN is expected. */
function expectNear(actual: ArrayLike<number>, expected: number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((v, i) => {
    if (Number.isNaN(v)) expect(actual[i]).toBeNaN();
    else expect(Math.abs(actual[i] - v)).toBeLessThan(tolerance);
  });
}
/** Statistics with a running variance that leaves them as they are, but for epsilon. */
const unscaled = (channels: number[]) =>
  new BnsTable(
    1,
    channels.map((c) => ({ channels: c, values: new Float32Array(2 * c).fill(1) })),
  );

describe('gramMatrix', () => {
  it.each([
    [1, 3],
    [2, 1],
    [5, 4],
    [8, 3],
    [13, 7],
    [16, 5],
  ])('of %i rows of %i numbers has every inner product', (n, d) => {
    const values = Float64Array.from(new Random(n).fillNormal(new Float32Array(n * d)));
    const expected = Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return Array.from({ length: d }, (_value, k) => values[i * d + k] * values[j * d + k]).reduce((a, b) => a + b, 0);
    });
    const gram = gramMatrix(values, n, d);
    expect(gram.length).toBe(n * n);
    gram.forEach((v, i) => expect(v).toBeCloseTo(expected[i], 12));
  });
});

describe('silhouettes', () => {
  it("are PyTorch's", () => {
    const given = { count: 16, dimensions: 3, values: Float64Array.from(fixture.points.data) };
    const { silhouette } = silhouettes(given, fixture.classes, 4);
    // The vectors' points are rounded to 8 digits.
    silhouette.forEach((s, i) => expect(Math.abs(s - fixture.silhouette[i])).toBeLessThan(1e-7));
    expect(Math.abs(mean(silhouette) - fixture.silhouette_mean)).toBeLessThan(1e-7);
  });

  it("of every layer's unscaled statistics are PyTorch's", () => {
    fixture.layer_silhouette.forEach((expected, l) => {
      const given = points(fixture.per_image_statistics.map((image) => [...image[l].mean.data, ...image[l].var.data]));
      const { silhouette } = silhouettes(given, (tinyJson as { labels: number[] }).labels, 5);
      expect(Math.abs(mean(silhouette) - expected)).toBeLessThan(1e-6);
    });
  });

  it('are made of a and b as defined', () => {
    // On a line: class 0 at 0 and 1, class 1 at 3 and 5, class 2 at 100.
    const { silhouette, intraClass, interClass } = silhouettes(points([[0], [1], [3], [5], [100]]), [0, 0, 1, 1, 2], 3);
    expectNear(intraClass, [1, 1, 2, 2, NaN], 1e-9);
    expectNear(interClass, [4, 3, 2.5, 4.5, 96], 1e-9);
    expectNear(silhouette, [3 / 4, 2 / 3, 1 / 5, 5 / 9, NaN], 1e-9);
  });

  it('do not exist for a single class or for points that all coincide', () => {
    expect(Array.from(silhouettes(points([[0], [1]]), [0, 0], 2).silhouette)).toEqual([NaN, NaN]);
    expect(Array.from(silhouettes(points([[2], [2], [2], [2]]), [0, 0, 1, 1], 2).silhouette)).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
    ]);
  });

  it('by angle', () => {
    // Unit vectors and multiples: only directions count. Right angles between the classes, 0 and 60 degrees within.
    const half = Math.sqrt(3) / 2;
    const { intraClass, interClass } = silhouettes(
      points([
        [1, 0, 0],
        [7, 0, 0],
        [0, 2, 0],
        [0, 0.5, half],
      ]),
      [0, 0, 1, 1],
      2,
      'cosine',
    );
    expectNear(intraClass, [0, 0, 0.5, 0.5], 1e-9);
    expectNear(interClass, [1, 1, 1, 1], 1e-9);
    expect(
      silhouettes(
        points([
          [0, 0],
          [1, 0],
          [3, 0],
        ]),
        [0, 0, 1],
        2,
        'cosine',
      ).intraClass[0],
    ).toBe(1);
  });

  it('see small differences far from the origin', () => {
    const far = [[1e6], [1e6 + 1e-3], [1e6 + 0.1], [1e6 + 0.101]];
    const { intraClass } = silhouettes(points(far), [0, 0, 1, 1], 2);
    intraClass.forEach((a) => expect(a / 1e-3).toBeCloseTo(1, 3));
  });
});

describe('distances to the centres', () => {
  it('to the own, to the nearest other, and which is nearest of all', () => {
    const centers = points([
      [0, 0],
      [10, 0],
      [NaN, NaN],
      [0, 6],
    ]);
    const { own, nearestOther, nearest } = centerDistances(
      points([
        [3, 4],
        [7, 0],
        [1, 1],
      ]),
      [0, 0, 2],
      centers,
    );
    expect(Array.from(own)).toEqual([5, 7, NaN]);
    expect(Array.from(nearestOther)).toEqual([Math.sqrt(13), 3, Math.SQRT2]);
    expect(Array.from(nearest)).toEqual([3, 1, 0]);
  });

  it('by angle', () => {
    const { own, nearestOther } = centerDistances(
      points([[2, 2]]),
      [0],
      points([
        [1, 0],
        [5, 5],
      ]),
      'cosine',
    );
    expect(own[0]).toBeCloseTo(1 - Math.SQRT1_2, 12);
    expect(nearestOther[0]).toBeCloseTo(0, 12);
  });

  it('are NaN without centres', () => {
    const { own, nearestOther, nearest } = centerDistances(points([[1]]), [0], points([[NaN]]));
    expect([own[0], nearestOther[0], nearest[0]]).toEqual([NaN, NaN, -1]);
  });
});

describe('by layer', () => {
  const layout = statisticsLayout([1, 1]);
  // In the first layer the classes overlap, in the second they do not. Class 2 has one image only.
  const statistics = BnsTable.unpack(layout, 5, [0, 1, 0, 1, 5, 1, 1, 1, 0, 1, 10, 1, 5, 1, 11, 1, 2, 1, -10, 1]);
  const labels = [0, 0, 1, 1, 2];
  const centers = BnsTable.unpack(layout, 3, [0, 1, 0, 1, 5, 1, 10, 1, NaN, NaN, NaN, NaN]);

  it('gives means over points and classes, leaving out what does not exist', () => {
    const { byLayer, byClass } = separation(statistics, labels, centers, unscaled([1, 1]));
    expect(Array.from(byLayer.nearestCenterAccuracy)).toEqual([0.5, 1]);
    expect(Array.from(byClass.nearestCenterAccuracy)).toEqual([0.5, 0.5, NaN, 1, 1, NaN]);
    expect(byLayer.intraClass[0]).toBeCloseTo(5, 3);
    expect(byLayer.intraClass[1]).toBeCloseTo(1, 3);
    // Nearest other classes in the second layer: of class 0, class 1 and class 2, (10.5 or 10) and (9.5 or 11).
    expect(byClass.interClass[3]).toBeCloseTo((10 + 9.5) / 2, 3);
    expect(byLayer.silhouette[1]).toBeGreaterThan(0.85);
    expect(byLayer.silhouette[0]).toBeLessThan(0);
    expect(byClass.silhouette[5]).toBeNaN();
    expect(() => separation(statistics, [0], centers, unscaled([1, 1]))).toThrow(/1 labels for 5 images/);
  });

  it('scales means by the running deviation and variances by the running variance', () => {
    const running = { channels: 2, values: Float32Array.of(9, 9, 4, 0) };
    const { values } = scaledPoints({ channels: 2, values: Float32Array.of(3, 8, 5, 7) }, running);
    [3 / 2, 8 / Math.sqrt(1e-5), 5 / 4, 7 / 1e-5].forEach((v, k) => expect(values[k] / v).toBeCloseTo(1, 5));
  });
});
