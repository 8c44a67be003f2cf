import { describe, expect, it } from 'vitest';
import { classScatter } from '../../../src/engine/bns/scatter';
import { BnsTable } from '../../../src/engine/bns/statistics';
import { Random } from '../../../src/engine/random';

/** One layer of one channel: [mean, variance] of each image. */
const table = (rows: [number, number][]) =>
  new BnsTable(rows.length, [{ channels: 1, values: Float32Array.from(rows.flat()) }]);

describe('the scatter of single images', () => {
  it('is pooled over classes, around the mean of each', () => {
    // Class 0: means 1, 3 (2 to either side of 2: 1 + 1); class 1: 10, 10, 16 (around 12: 4 + 4 + 16). 26 / (5 - 2).
    const scatter = classScatter(
      table([
        [1, 5],
        [10, 7],
        [3, 5],
        [10, 8],
        [16, 9],
      ]),
      [0, 1, 0, 1, 1],
    );
    expect(scatter[0]).toBeCloseTo(Math.sqrt(26 / 3), 6);
    // Variances: class 0 does not scatter; class 1: 7, 8, 9. 2 / (5 - 2).
    expect(scatter[1]).toBeCloseTo(Math.sqrt(2 / 3), 6);
  });

  it('leaves a class of one image out where another has more', () => {
    expect(
      classScatter(
        table([
          [1, 0],
          [3, 0],
          [100, 0],
        ]),
        [0, 0, 1],
      )[0],
    ).toBeCloseTo(Math.sqrt(2), 6);
  });

  it('with one image a class is around the mean of all, and of a lone image 0', () => {
    expect(
      classScatter(
        table([
          [1, 2],
          [3, 2],
          [8, 2],
        ]),
        [0, 1, 2],
      )[0],
    ).toBeCloseTo(Math.sqrt((9 + 1 + 16) / 2), 6);
    expect(Array.from(classScatter(table([[4, 2]]), [3]))).toEqual([0, 0]);
  });

  it('finds what images were drawn with, channel by channel and layer by layer', () => {
    const [random, deviations, perClass] = [new Random(1), [0.5, 2, 0.1, 1, 3, 0.25], 400];
    const labels = Array.from({ length: 3 * perClass }, (_, i) => i % 3);
    const normal = () => random.fillNormal(new Float32Array(1))[0];
    const layer = (of: number[]) => ({
      channels: of.length / 2,
      values: Float32Array.from(labels.flatMap((c) => of.map((sigma) => 10 * c + sigma * normal()))),
    });
    const scatter = classScatter(
      new BnsTable(labels.length, [layer(deviations.slice(0, 2)), layer(deviations.slice(2))]),
      labels,
    );
    // 1,200 images: a standard error of 2 %.
    deviations.forEach((sigma, k) => expect(Math.abs(scatter[k] / sigma - 1)).toBeLessThan(0.08));
  });

  it('asks for a label for every image', () => {
    expect(() => classScatter(table([[1, 2]]), [0, 1])).toThrow(/2 labels for 1 images/);
  });
});
