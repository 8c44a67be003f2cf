import { describe, expect, it } from 'vitest';
import { cosineFactor, cosineMean, stepLimit } from '../../../src/engine/training/schedules';

describe("the limit of a student's steps", () => {
  it.each([
    [1, 20000],
    [80, 80],
    [400, 400],
    [400, 20000],
    [70000, 20000],
  ])('knows the mean of the rate over %i steps of a period of %i', (steps, period) => {
    let sum = 0;
    for (let step = 0; step < steps; step++) sum += cosineFactor(step, period);
    // The integral; the sum of whole steps starts a half step higher at the top of the cosine.
    expect(Math.abs(cosineMean(steps, period) - sum / steps)).toBeLessThan(1 / steps + 1e-9);
  });

  it('adds up to the way that is allowed, where that is what limits', () => {
    const studentSteps = 400;
    const most = stepLimit(cosineMean(studentSteps, studentSteps), { updateLimit: 0.01, pathLimit: 0.3, studentSteps });
    expect(most).toBeCloseTo(0.0015, 12);
    let way = 0;
    for (let step = 0; step < studentSteps; step++) way += most * cosineFactor(step, studentSteps);
    expect(way).toBeCloseTo(0.3, 2);
  });

  it('is the smaller of the two, and none where both are 0', () => {
    const limitOf = (updateLimit: number, pathLimit: number, studentSteps: number) =>
      stepLimit(0.5, { updateLimit, pathLimit, studentSteps });
    expect(limitOf(0.0075, 0.3, 20)).toBe(0.0075);
    expect(limitOf(0.0075, 0.3, 5000)).toBeCloseTo(0.00012, 12);
    expect(limitOf(0.0075, 0, 5000)).toBe(0.0075);
    expect(limitOf(0, 0.3, 20)).toBeCloseTo(0.03, 12);
    expect(limitOf(0, 0, 20)).toBe(Infinity);
  });
});
