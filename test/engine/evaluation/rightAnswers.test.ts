import { describe, expect, it } from 'vitest';
import {
  countPairs,
  countRight,
  decodeRight,
  encodeRight,
  isRight,
  pairedCounts,
  pairedIndices,
  rightAnswers,
} from '../../../src/engine/evaluation/rightAnswers';
import { Random } from '../../../src/engine/random';

const LABELS = Uint8Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2);
const A = Uint16Array.of(0, 1, 2, 2, 1, 0, 0, 0, 0);
const B = Uint16Array.of(0, 1, 1, 0, 0, 2, 0, 2, 1);

describe('right answers', () => {
  it('are counted by who gives them, from answers and from bits', () => {
    const counts = { n: 9, onlyA: 2, onlyB: 2, neither: 2, both: 3 };
    expect(pairedCounts(A, B, LABELS)).toEqual(counts);
    const [a, b] = [rightAnswers(A, LABELS), rightAnswers(B, LABELS)];
    expect(countPairs(a, b)).toEqual(counts);
    expect([countRight(a), countRight(b)]).toEqual([5, 5]);
    expect(pairedIndices(a, b)).toEqual({ onlyA: [2, 4], onlyB: [3, 5], neither: [7, 8], both: [0, 1, 6] });
  });

  it('swap with the networks', () => {
    const { onlyA, onlyB, ...same } = pairedCounts(A, B, LABELS);
    expect(pairedCounts(B, A, LABELS)).toEqual({ onlyA: onlyB, onlyB: onlyA, ...same });
  });

  it('take a bit each, and are the same after base64', () => {
    const random = new Random(1);
    for (const n of [0, 1, 7, 8, 9, 2000]) {
      const labels = new Uint8Array(n);
      const answers = Uint16Array.from({ length: n }, () => (random.uniform(0, 1) < 0.5 ? 0 : 300));
      const right = rightAnswers(answers, labels);
      expect(right.bits).toHaveLength(Math.ceil(n / 8));
      expect(decodeRight(encodeRight(right), n)).toEqual(right);
      for (let i = 0; i < n; i++) expect(isRight(right, i)).toBe(answers[i] === 0);
    }
    // Images 0 and 9 of 10.
    expect(encodeRight(rightAnswers([1, 0, 0, 0, 0, 0, 0, 0, 0, 1], new Uint8Array(10).fill(1)))).toBe('AQI=');
  });

  it('are refused for other images, and so is what is no such text', () => {
    expect(() => pairedCounts(A, B.subarray(1), LABELS)).toThrow(/8 and to 9 images/);
    expect(() => countPairs(rightAnswers(A, LABELS), { n: 8, bits: new Uint8Array(1) })).toThrow(RangeError);
    expect(() => pairedIndices(rightAnswers(A, LABELS), { n: 8, bits: new Uint8Array(1) })).toThrow(RangeError);
    expect(() => decodeRight('AQI=', 17)).toThrow(/17 bits/);
    expect(() => decodeRight('*', 8)).toThrow(/base64/);
    expect(() => decodeRight('AQI=', 9)).toThrow(/more than 9/);
  });
});
