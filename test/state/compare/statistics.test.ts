import { describe, expect, it } from 'vitest';
import { boundOf, paired, summarize } from '../../../src/state/compare/statistics';

describe('a summary', () => {
  it('has the mean and the sample’s standard deviation, worked out by hand', () => {
    // Squares around 70: 16 + 4 + 0 + 4 + 16 = 40, divided by 4: 10.
    expect(summarize([66, 68, 70, 72, 74])).toEqual({
      n: 5,
      mean: 70,
      deviation: Math.sqrt(10),
      least: 66,
      greatest: 74,
    });
  });

  it('of one value has no deviation, and of none there is none', () => {
    expect(summarize([0.5])).toEqual({ n: 1, mean: 0.5, deviation: null, least: 0.5, greatest: 0.5 });
    expect(summarize([])).toBeNull();
  });
});

describe('paired differences', () => {
  it('have a standard error, worked out by hand', () => {
    // Three seeds: 5.7, -2.4, 0.4; mean 1.2333, deviations 4.4667, -3.6333, -0.8333, squares 33.8467.
    const { mean, standardError, least, greatest, verdict } = paired([5.7, -2.4, 0.4])!;
    expect(mean).toBeCloseTo(1.2333, 4);
    expect(standardError).toBeCloseTo(Math.sqrt(33.8467 / 2 / 3), 4);
    expect([least, greatest]).toEqual([-2.4, 5.7]);
    expect(verdict).toBe('notShown');
  });

  it('show nothing within two standard errors, a hint beyond, more only where so few suffice', () => {
    // n = 4, deviations ±1 around the mean: s = 2 / sqrt(3), standard error 1 / sqrt(3) = 0.577; 2 of them 1.155, 3.182 of them 1.837.
    const around = (mean: number) => paired([mean - 1, mean + 1, mean - 1, mean + 1])!.verdict;
    expect([1.1, 1.2, 1.8, 1.9].map(around)).toEqual(['notShown', 'hint', 'hint', 'shown']);
    expect([-1.1, -1.2, -1.8, -1.9].map(around)).toEqual(['notShown', 'hint', 'hint', 'shown']);
  });

  it('never show anything with one seed, nor without scatter', () => {
    expect(paired([9])).toMatchObject({ standardError: null, verdict: 'tooFew' });
    expect(paired([3, 3, 3])!.verdict).toBe('hint');
    expect(paired([0, 0])!.verdict).toBe('notShown');
    expect(paired([])).toBeNull();
  });

  it('need more standard errors the fewer they are', () => {
    const bounds = [2, 3, 4, 5, 6, 7, 8, 9, 10].map(boundOf);
    expect(bounds).toEqual([...bounds].sort((a, b) => b - a));
    expect(bounds[0]).toBeCloseTo(12.706, 3);
    expect(bounds.at(-1)).toBeCloseTo(2.262, 3);
    // More than the table knows: never easier than its last entry by a guess.
    expect(boundOf(50)).toBe(2.262);
  });
});
