import { describe, expect, it } from 'vitest';
import { summarize } from '../../../src/state/compare/statistics';

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
