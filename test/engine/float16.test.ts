import { describe, expect, it } from 'vitest';
import { fromHalf, toHalf } from '../../src/engine/float16';
import { Random } from '../../src/engine/random';

describe('half precision', () => {
  it('has the bits of IEEE 754 binary16', () => {
    const known: [number, number][] = [
      [0, 0x0000],
      [-0, 0x8000],
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [65519, 0x7bff],
      [65520, 0x7c00],
      [Infinity, 0x7c00],
      [2 ** -14, 0x0400],
      [2 ** -24, 0x0001],
      [2 ** -25, 0x0000],
      [3 * 2 ** -25, 0x0002],
      [1023 * 2 ** -24, 0x03ff],
      [1 / 3, 0x3555],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      [2 - 2 ** -11, 0x4000],
      [0.1, 0x2e66],
    ];
    expect(known.map(([value]) => toHalf(value))).toEqual(known.map(([, bits]) => bits));
    expect(Number.isNaN(fromHalf(toHalf(NaN)))).toBe(true);
  });

  it('every half goes there and back', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      if ((bits & 0x7c00) === 0x7c00 && bits & 0x3ff) continue;
      if (toHalf(fromHalf(bits)) !== bits)
        throw new Error(`${bits.toString(16)} came back as ${toHalf(fromHalf(bits)).toString(16)}`);
    }
    expect(fromHalf(0x7bff)).toBe(65504);
  });

  it('rounds to the nearest', () => {
    const random = new Random(5);
    for (let i = 0; i < 2000; i++) {
      const x = Math.fround(random.normal() * 10 ** random.uniform(-6, 3));
      const error = Math.abs(fromHalf(toHalf(x)) - x);
      expect(error).toBeLessThanOrEqual(Math.max(Math.abs(x) * 2 ** -11, 2 ** -25));
    }
  });
});
