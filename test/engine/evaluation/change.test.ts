import { describe, expect, it } from 'vitest';
import { changeOfDifference, changeOfIntervals } from '../../../src/engine/evaluation/change';
import { rightAnswers } from '../../../src/engine/evaluation/rightAnswers';

const right = (...answers: number[]) => rightAnswers(answers, new Array<number>(answers.length).fill(1));

describe('the change of a difference', () => {
  it('is worked out image by image, by hand', () => {
    // B minus A of the first pair: 0, 1, 0, 0; of the second: 1, 1, -1, 0. Change: 1, 0, -1, 0, so 0 on the whole.
    const first = { a: right(1, 0, 0, 0), b: right(1, 1, 0, 0) };
    const second = { a: right(0, 0, 1, 0), b: right(1, 1, 0, 0) };
    const { change, interval } = changeOfDifference(first, second);
    expect(change).toBe(0);
    // Squares 2, and half an image of +1 and of -1: 3 of 5 images; standard error sqrt(0.6 / 5).
    const half = 1.959964 * Math.sqrt(0.6 / 5);
    expect(interval[0]).toBeCloseTo(-half, 5);
    expect(interval[1]).toBeCloseTo(half, 5);
  });

  it('is never certain, not even of equal pairs', () => {
    const pair = { a: right(1, 1, 0), b: right(1, 1, 0) };
    const { change, interval } = changeOfDifference(pair, pair);
    expect(change).toBe(0);
    expect(interval[1]).toBeCloseTo(1.959964 * Math.sqrt(1 / 4 / 4), 5);
  });

  it('refuses pairs on other numbers of images, and none', () => {
    const pair = { a: right(1), b: right(0) };
    expect(() => changeOfDifference(pair, { a: right(1, 1), b: right(1, 1) })).toThrow(RangeError);
    expect(() => changeOfDifference({ a: right(), b: right() }, { a: right(), b: right() })).toThrow(RangeError);
  });

  it('takes the ends of two intervals together where the images are not known', () => {
    const { change, interval } = changeOfIntervals(
      { difference: 0.1, interval: [0.06, 0.13] },
      { difference: 0.2, interval: [0.16, 0.24] },
    );
    expect(change).toBeCloseTo(0.1, 12);
    // Down: 0.04 of the second, 0.03 of the first: 0.05. Up: 0.04 and 0.04.
    expect(interval[0]).toBeCloseTo(0.05, 12);
    expect(interval[1]).toBeCloseTo(0.1 + Math.hypot(0.04, 0.04), 12);
  });
});
