import { describe, expect, it } from 'vitest';
import { countDivergence, entropyRange, expanded } from '../../../src/engine/quantization/rangeMethods/entropy';
import { Random } from '../../../src/engine/random';

describe('the range of least divergence', () => {
  it('shares a level out over its bins as in the original description', () => {
    // Eight bins at two levels: 1+0+2+3 over three bins, 5+3+1+7 over four.
    expect([...expanded([1, 0, 2, 3, 5, 3, 1, 7], 2)]).toEqual([2, 0, 2, 2, 4, 4, 4, 4]);
  });

  it('measures the divergence of counts', () => {
    expect(countDivergence([1, 3], [1, 1])).toBeCloseTo(0.25 * Math.log(0.5) + 0.75 * Math.log(1.5), 12);
    expect(countDivergence([2, 4], [1, 2])).toBeCloseTo(0, 12);
    expect(countDivergence([1, 1], [1, 0])).toBe(Infinity);
    expect(countDivergence([0, 1], [1, 1])).toBeCloseTo(Math.log(2), 12);
  });

  it('keeps all of values that are spread evenly, and clips a few that lie far out', () => {
    const random = new Random(3);
    const even = Array.from({ length: 20000 }, () => random.uniform(0, 1));
    expect(entropyRange(even, 4).hi).toBeGreaterThan(0.95);
    const bell = Array.from({ length: 20000 }, () => Math.abs(random.normal()));
    const { lo, hi } = entropyRange([...bell, 40], 4);
    expect(lo).toBe(0);
    expect(hi).toBeGreaterThan(1);
    expect(hi).toBeLessThan(10);
  });

  it('does not care how many zeros there are, nor about values that are all alike', () => {
    const random = new Random(4);
    const values = Array.from({ length: 5000 }, () => Math.abs(random.normal()));
    expect(entropyRange([...values, ...new Array<number>(50000).fill(0)], 3)).toEqual(entropyRange(values, 3));
    expect(entropyRange([0, 0, 0], 4)).toEqual({ lo: 0, hi: 0 });
    expect(entropyRange([2, 2], 4)).toEqual({ lo: 0, hi: 2 });
    expect(() => entropyRange([], 4)).toThrow(/at least one value/);
  });
});
