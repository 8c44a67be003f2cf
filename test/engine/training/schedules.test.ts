import { describe, expect, it } from 'vitest';
import { updateLimitAt } from '../../../src/engine/training/schedules';

describe("the limit of a student's steps", () => {
  it('is what is asked for in the first step, and falls with the rate and the root of the steps', () => {
    expect(updateLimitAt(0, 1, 0.01)).toBe(0.01);
    expect(updateLimitAt(0, 0.25, 0.01)).toBeCloseTo(0.0025, 12);
    // By hand: 1 + 15 / 5 = 4, 1 + 495 / 5 = 100.
    expect(updateLimitAt(15, 1, 0.01)).toBeCloseTo(0.005, 12);
    expect(updateLimitAt(495, 0.5, 0.01)).toBeCloseTo(0.0005, 12);
    expect(updateLimitAt(400, 0, 0.01)).toBe(0);
  });

  it('is none where it is 0, at the bottom of the rate as well', () => {
    for (const factor of [0, 0.5, 1]) expect(updateLimitAt(7, factor, 0)).toBe(Infinity);
  });
});
