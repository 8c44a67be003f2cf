import { describe, expect, it } from 'vitest';
import { fairCoin, NORMAL_BOUND, studentBound } from '../../../src/engine/evaluation/distributions';
import {
  mcNemar,
  pairedDifference,
  scoreInterval,
  shareInterval,
  unpairedDifference,
  verdictOf,
} from '../../../src/engine/evaluation/paired';

const rounded = (values: readonly number[], digits = 4) => values.map((value) => Number(value.toFixed(digits)));
const difference = (onlyA: number, onlyB: number, n: number) => pairedDifference({ n, onlyA, onlyB });

describe('the quantile of t', () => {
  it('is that of the tables', () => {
    const table: [number, number][] = [
      [1, 12.706],
      [2, 4.303],
      [3, 3.182],
      [4, 2.776],
      [7, 2.365],
      [9, 2.262],
      [30, 2.042],
      [99, 1.984],
    ];
    for (const [df, bound] of table) expect(studentBound(df), String(df)).toBeCloseTo(bound, 3);
    expect(studentBound(100_000)).toBeCloseTo(NORMAL_BOUND, 3);
    expect(() => studentBound(0)).toThrow(/degrees of freedom/);
  });
});

describe('a fair coin', () => {
  it('by hand', () => {
    expect(fairCoin(1, 4)).toEqual({ atMost: expect.closeTo(5 / 16, 14), exactly: expect.closeTo(4 / 16, 14) });
    expect(fairCoin(0, 0)).toEqual({ atMost: 1, exactly: 1 });
    expect(fairCoin(-1, 4)).toEqual({ atMost: 0, exactly: 0 });
    expect(fairCoin(5, 5).atMost).toBeCloseTo(1, 12);
  });

  it('of thousands of throws: both halves add up to 1, and far tails are neither lost nor negative', () => {
    for (const n of [1001, 1999, 9999]) expect(fairCoin((n - 1) / 2, n).atMost).toBeCloseTo(0.5, 10);
    // C(2000, 1000) / 2^2000 by Stirling's series.
    expect(fairCoin(1000, 2000).exactly).toBeCloseTo((1 - 1 / 8000 + 1 / 32e6 / 4) / Math.sqrt(Math.PI * 1000), 9);
    expect(fairCoin(0, 1000).atMost / 2 ** -1000).toBeCloseTo(1, 9);
    expect(fairCoin(400, 2000).atMost).toBeGreaterThan(0);
    expect(fairCoin(400, 2000).atMost).toBeLessThan(1e-160);
  });
});

describe("McNemar's exact test", () => {
  it.each([
    // 2 (1 + 8) / 2^8; the published example of airway hyper-responsiveness: p 0.070, mid-p 0.039.
    [1, 7, 18 / 256, 10 / 256],
    [0, 5, 2 / 32, 1 / 32],
    [0, 6, 2 / 64, 1 / 64],
    [2, 12, (2 * (1 + 14 + 91)) / 2 ** 14, (2 * (1 + 14 + 91) - 91) / 2 ** 14],
    [0, 1, 1, 0.5],
    [3, 3, 1, 1 - 20 / 64 / 2],
    [0, 0, 1, 0.5],
  ])('of %i against %i', (onlyA, onlyB, pValue, midP) => {
    for (const [a, b] of [
      [onlyA, onlyB],
      [onlyB, onlyA],
    ]) {
      expect(mcNemar(a, b)).toEqual({ pValue: expect.closeTo(pValue, 12), midP: expect.closeTo(midP, 12) });
    }
  });
});

describe('the difference on the same images', () => {
  it('has the published intervals', () => {
    // Fagerland, Lydersen and Laake, Statistics in Medicine 33, 2014: Tango's interval of (1, 1, 7, 12).
    expect(rounded(scoreInterval(7, 1, 21), 3)).toEqual([-0.517, -0.026]);
    // Without discordant images: z^2 / (n + z^2), as Newcombe's table has it for 54 pairs.
    expect(rounded(scoreInterval(0, 0, 54))).toEqual([-0.0664, 0.0664]);
    // (53, 1, 0, 0) and (36, 14, 0, 0) of Newcombe's examples: by the score equation, solved apart from this code.
    expect(rounded(scoreInterval(0, 1, 54))).toEqual([-0.0491, 0.0977]);
    expect(rounded(scoreInterval(0, 14, 50))).toEqual([0.1747, 0.4167]);
    expect(rounded(scoreInterval(2, 12, 50))).toEqual([0.0611, 0.3447]);
    // Its ends solve Tango's equation as the paper writes it.
    const [lower, upper] = scoreInterval(107, 132, 1144);
    expect(lower).toBeLessThan(25 / 1144);
    for (const end of [lower, upper]) expect(Math.abs(statistic(107, 132, 1144, end))).toBeCloseTo(NORMAL_BOUND, 8);
  });

  it('says 779 of 1,000 against 745 is no chance where the images are the same ones', () => {
    const judged = difference(50, 84, 1000);
    expect(judged.difference).toBeCloseTo(0.034, 12);
    expect(judged.verdict).toBe('ahead');
    expect(judged.pValue).toBeLessThan(0.005);
    expect(unpairedDifference({ correct: 745, n: 1000 }, { correct: 779, n: 1000 }).verdict).toBe('unclear');
  });

  it('has one verdict: the exact test and the interval agree for every small table', () => {
    for (const n of [1, 2, 3, 10, 40, 2000]) {
      for (let a = 0; a <= Math.min(n, 40); a++) {
        for (let b = 0; a + b <= n && b <= 40; b++) {
          const { pValue, interval, verdict, difference: found } = difference(a, b, n);
          const [lower, upper] = interval;
          expect(verdict).toBe(pValue >= 0.05 ? 'unclear' : b > a ? 'ahead' : 'behind');
          expect(lower <= found && found <= upper).toBe(true);
          expect(lower).toBeGreaterThanOrEqual(-1);
          expect(upper).toBeLessThanOrEqual(1);
          expect(upper - lower).toBeGreaterThan(0);
        }
      }
    }
  });

  it('changes its sign when the two are swapped', () => {
    for (const [a, b, n] of [
      [3, 11, 40],
      [0, 9, 9],
      [120, 171, 2000],
    ]) {
      const [one, other] = [difference(a, b, n), difference(b, a, n)];
      expect(other.difference).toBe(-one.difference);
      expect(other.interval[0]).toBeCloseTo(-one.interval[1], 12);
      expect(other.interval[1]).toBeCloseTo(-one.interval[0], 12);
      expect(other.pValue).toBe(one.pValue);
    }
  });

  it('is less sure with more discordant images, and surer with more images', () => {
    const width = (a: number, b: number, n: number) => {
      const [lower, upper] = scoreInterval(a, b, n);
      return upper - lower;
    };
    for (let a = 0; a < 80; a++) expect(width(a + 1, a + 11, 200)).toBeGreaterThan(width(a, a + 10, 200));
    for (const times of [2, 5, 20]) expect(width(10 * times, 20 * times, 100 * times)).toBeLessThan(width(10, 20, 100));
  });

  it('exists at the extremes', () => {
    expect(difference(0, 0, 1)).toMatchObject({ difference: 0, pValue: 1, verdict: 'unclear' });
    expect(difference(0, 1, 1)).toMatchObject({ difference: 1, pValue: 1, verdict: 'unclear' });
    expect(difference(0, 1, 1).interval[1]).toBe(1);
    expect(difference(0, 2000, 2000)).toMatchObject({ difference: 1, verdict: 'ahead' });
    expect(difference(0, 2000, 2000).pValue).toBeLessThan(1e-300);
    expect(difference(1000, 1000, 2000)).toMatchObject({ difference: 0, pValue: 1, verdict: 'unclear' });
    expect(() => difference(0, 0, 0)).toThrow(/Without images/);
    expect(() => difference(3, 3, 5)).toThrow(/Of 5 images 6/);
  });

  /** Tango's statistic by the textbook's formula. */
  function statistic(onlyA: number, onlyB: number, n: number, delta: number): number {
    const [a, b, c] = [2 * n, (2 * n - onlyB + onlyA) * delta - onlyA - onlyB, -onlyA * delta * (1 - delta)];
    const share = (Math.sqrt(b * b - 4 * a * c) - b) / (2 * a);
    return (onlyB - onlyA - n * delta) / Math.sqrt(n * (2 * share + delta * (1 - delta)));
  }
});

describe('accuracies on unknown images', () => {
  it("have Newcombe's interval of independent shares", () => {
    // Newcombe, Statistics in Medicine 17, 1998, 873-890, table II, method 10: 56/70 - 48/80 and 9/10 - 3/10.
    expect(rounded(unpairedDifference({ correct: 48, n: 80 }, { correct: 56, n: 70 }).interval)).toEqual([
      0.0524, 0.3339,
    ]);
    expect(rounded(unpairedDifference({ correct: 3, n: 10 }, { correct: 9, n: 10 }).interval)).toEqual([0.1705, 0.809]);
    expect(rounded(unpairedDifference({ correct: 0, n: 10 }, { correct: 10, n: 10 }).interval)).toEqual([0.6075, 1]);
    expect(rounded(shareInterval({ correct: 0, n: 10 }))).toEqual([0, 0.2775]);
    expect(() => unpairedDifference({ correct: 0, n: 0 }, { correct: 0, n: 1 })).toThrow(/Without images/);
  });
});

it('a verdict goes by whether the interval leaves 0 out', () => {
  expect([
    verdictOf([0.1, 0.2]),
    verdictOf([-0.2, -0.1]),
    verdictOf([-0.1, 0.2]),
    verdictOf([0, 0.2]),
    verdictOf(null),
  ]).toEqual(['ahead', 'behind', 'unclear', 'unclear', 'unknown']);
});
