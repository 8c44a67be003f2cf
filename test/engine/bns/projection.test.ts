import { describe, expect, it } from 'vitest';
import { fitPca } from '../../../src/engine/bns/pca';
import { projectNonlinear, type ProjectionMethod } from '../../../src/engine/bns/projection';
import { silhouettes, type Points } from '../../../src/engine/bns/separation';
import { Random } from '../../../src/engine/random';

/** Orthonormal directions in d dimensions. */
function directions(d: number, random: Random): number[][] {
  const first = Array.from({ length: d }, () => random.normal());
  const second = Array.from({ length: d }, () => random.normal());
  const unit = (v: number[]) => v.map((x) => x / Math.hypot(...v));
  const [u, product] = [unit(first), (a: number[], b: number[]) => a.reduce((sum, x, k) => sum + x * b[k], 0)];
  return [u, unit(second.map((x, k) => x - product(second, u) * u[k]))];
}

/** Points in a plane: 4 along the first direction, 1.5 along the second, with a little noise, around (7, 7, ...). */
function plane(count: number, d: number, noise: number): { points: Points; axes: number[][]; along: number[][] } {
  const random = new Random(count * 100 + d);
  const axes = directions(d, random);
  const along = Array.from({ length: count }, () => [4 * random.normal(), 1.5 * random.normal()]);
  const values = along.flatMap(([a, b]) => axes[0].map((x, k) => 7 + a * x + b * axes[1][k] + noise * random.normal()));
  return { points: { count, dimensions: d, values: Float64Array.from(values) }, axes, along };
}

describe('PCA', () => {
  it.each([
    [300, 6],
    [20, 50],
    [9, 9],
  ])('of %i points in %i dimensions finds the plane they lie in', (count, d) => {
    const { points, axes, along } = plane(count, d, 0);
    const pca = fitPca(points);
    expect(pca.explainedVariance[0] + pca.explainedVariance[1]).toBeCloseTo(1, 9);
    expect(pca.explainedVariance[0]).toBeGreaterThan(pca.explainedVariance[1]);
    // Both axes lie in the plane and are orthonormal.
    const [u, v] = [pca.axes.subarray(0, d), pca.axes.subarray(d)];
    const product = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((sum, x, k) => sum + x * b[k], 0);
    for (const axis of [u, v]) expect(product(axis, axes[0]) ** 2 + product(axis, axes[1]) ** 2).toBeCloseTo(1, 9);
    expect(product(u, v)).toBeCloseTo(0, 9);
    // In the plane nothing is lost: distances stay.
    const xy = pca.project(points);
    for (const [i, j] of [
      [0, 1],
      [2, 5],
      [3, 8],
    ]) {
      const distance = Math.hypot(along[i][0] - along[j][0], along[i][1] - along[j][1]);
      expect(Math.hypot(xy[2 * i] - xy[2 * j], xy[2 * i + 1] - xy[2 * j + 1])).toBeCloseTo(distance, 4);
    }
    for (const a of [0, 1]) expect(xy.filter((_, i) => i % 2 === a).reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 3);
  });

  it('finds known axes, with their largest entry positive, and their shares of the variance', () => {
    const rows = [
      [3, 0, 0],
      [-3, 0, 0],
      [0, 0, -1],
      [0, 0, 1],
      [0, 0.5, 0],
      [0, -0.5, 0],
    ];
    const pca = fitPca({ count: 6, dimensions: 3, values: Float64Array.from(rows.flat()) });
    [1, 0, 0, 0, 0, 1].forEach((x, k) => expect(pca.axes[k]).toBeCloseTo(x, 6));
    expect(pca.explainedVariance[0]).toBeCloseTo(18 / 20.5, 9);
    expect(pca.explainedVariance[1]).toBeCloseTo(2 / 20.5, 9);
    const other = pca.project({ count: 1, dimensions: 3, values: Float64Array.of(2, 9, -4) });
    expect(other[0]).toBeCloseTo(2, 5);
    expect(other[1]).toBeCloseTo(-4, 5);
    const flat = { count: 1, dimensions: 2, values: Float64Array.of(1, 2) };
    expect(() => pca.project(flat)).toThrow(/2 dimensions cannot be projected with axes of 3/);
  });

  it('separates the first two axes from the rest', () => {
    const { points, axes } = plane(200, 60, 0.4);
    const { axes: found } = fitPca(points);
    const along = axes[0].reduce((sum, x, k) => sum + x * found[k], 0);
    // 200 points, deviation 4 against 1.5 and 0.4: a standard error of the angle of about 0.03.
    expect(Math.abs(along)).toBeGreaterThan(0.99);
  });

  it('takes points without spread', () => {
    for (const rows of [
      [[1, 2, 3]],
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ]) {
      const points = { count: rows.length, dimensions: 3, values: Float64Array.from(rows.flat()) };
      const pca = fitPca(points);
      expect(pca.explainedVariance).toEqual([0, 0]);
      expect(Array.from(pca.project(points))).toEqual(new Array(2 * rows.length).fill(0));
    }
    const line = { count: 3, dimensions: 2, values: Float64Array.of(0, 0, 1, 2, 2, 4) };
    expect(fitPca(line).explainedVariance[0]).toBeCloseTo(1, 12);
    expect(fitPca(line).explainedVariance[1]).toBe(0);
    const pairs = { count: 3, dimensions: 1, values: Float64Array.of(0, 1, 5) };
    expect(Array.from(fitPca(pairs).project(pairs))).toEqual([-2, 0, -1, 0, 3, 0]);
  });
});

describe.each<ProjectionMethod>(['tsne', 'umap'])('%s', (method) => {
  const labels = Array.from({ length: 75 }, (_, i) => i % 3);
  const random = new Random(8);
  const blobs: Points = {
    count: 75,
    dimensions: 10,
    values: Float64Array.from(
      labels.flatMap((label) => Array.from({ length: 10 }, (_, k) => random.normal() + (k === label ? 12 : 0))),
    ),
  };

  it('keeps three well-separated blobs apart, and does it again', async () => {
    const first = (await projectNonlinear(method, blobs, new Random(1)))!;
    expect(first.length).toBe(150);
    const flat = { count: 75, dimensions: 2, values: Float64Array.from(first) };
    const { silhouette } = silhouettes(flat, labels, 3);
    expect(Math.min(...silhouette)).toBeGreaterThan(0.5);
    expect(await projectNonlinear(method, blobs, new Random(1))).toEqual(first);
    expect(await projectNonlinear(method, blobs, new Random(2))).not.toEqual(first);
  });

  it('says how far it is, and stops when told', async () => {
    const seen: number[] = [];
    let total = 0;
    await projectNonlinear(method, blobs, new Random(1), (done, of) => {
      seen.push(done);
      total = of;
    });
    expect(seen.length).toBeGreaterThan(20);
    expect(seen.at(-1)).toBe(total);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect(await projectNonlinear(method, blobs, new Random(1), async (done) => done < 30)).toBeNull();
  });

  it('copes with points that coincide, and with few of them', async () => {
    const values = Float64Array.from([...blobs.values.subarray(0, 60), ...blobs.values.subarray(0, 60)]);
    expect(
      (await projectNonlinear(method, { count: 12, dimensions: 10, values }, new Random(1)))!.every(Number.isFinite),
    ).toBe(true);
    const four = { count: 4, dimensions: 1, values: Float64Array.of(0, 1, 10, 11) };
    expect((await projectNonlinear(method, four, new Random(1)))!.every(Number.isFinite)).toBe(true);
    const three = { count: 3, dimensions: 1, values: Float64Array.of(0, 1, 10) };
    await expect(projectNonlinear(method, three, new Random(1))).rejects.toThrow(/at least 4 points, not 3/);
    const broken = { count: 4, dimensions: 1, values: Float64Array.of(0, 1, NaN, 11) };
    await expect(projectNonlinear(method, broken, new Random(1))).rejects.toThrow(/finite/);
  });
});
