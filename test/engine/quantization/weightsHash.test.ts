import { describe, expect, it } from 'vitest';
import { hashOfFloats, weightsHash } from '../../../src/engine/quantization/weightsHash';

const values = (seed: number, length = 1000) => Float32Array.from({ length }, (_, i) => Math.sin(i + seed));

describe('the hash of floats', () => {
  it('is the same for the same bits under the same names, in whatever order', () => {
    const hash = hashOfFloats({ a: values(1), b: values(2) });
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOfFloats({ b: values(2), a: values(1).slice() })).toBe(hash);
    // A part of a longer array.
    expect(hashOfFloats({ a: values(0, 1001).subarray(1), b: values(2) })).toBe(hash);
    // Recorded runs hold on to it: it must not change.
    expect(hashOfFloats({ a: Float32Array.of(1, -2, 0.5) })).toBe('c9a14e45178a4fb7');
  });

  it('tells every bit, name and place', () => {
    const seen = new Set([hashOfFloats({ a: values(1), b: values(2) })]);
    const bits = new Int32Array(1000);
    for (let place = 0; place < 1000; place += 37)
      for (let bit = 0; bit < 32; bit++) {
        const one = values(1);
        bits.set(new Int32Array(one.buffer));
        bits[place] ^= 1 << bit;
        seen.add(hashOfFloats({ a: new Float32Array(bits.buffer.slice(0)), b: values(2) }));
      }
    seen.add(hashOfFloats({ b: values(1), a: values(2) }));
    seen.add(hashOfFloats({ a: Float32Array.of(...values(1), ...values(2)) }));
    seen.add(hashOfFloats({ a: values(1), c: values(2) }));
    expect(seen.size).toBe(1 + 28 * 32 + 3);
    expect(hashOfFloats({ a: Float32Array.of(0) })).not.toBe(hashOfFloats({ a: Float32Array.of(-0) }));
  });
});

describe('the hash of a student', () => {
  it('looks at weights, ranges and learned step sizes', () => {
    const student = { weights: { k: values(1) }, ranges: { r: { lo: 0, hi: 1 } }, steps: { k: values(3) } };
    const { steps: _, ...fixed } = student;
    const hashes = [
      student,
      fixed,
      { ...student, weights: { k: values(2) } },
      { ...student, ranges: { r: { lo: 0, hi: 1.5 } } },
      { ...student, steps: { k: values(4) } },
    ].map(weightsHash);
    expect(new Set(hashes).size).toBe(5);
    expect(weightsHash(structuredClone(student))).toBe(hashes[0]);
  });
});
