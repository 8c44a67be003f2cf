import { describe, expect, it } from 'vitest';
import { exp, log, logOfShare, turn } from '../../src/engine/portableMath';
import { Random } from '../../src/engine/random';

const EPSILON = 2 ** -52;
const COUNT = 200_000;
/** Largest distance in units of the last place of what is expected, `least` where that is small. */
function worst(draw: (random: Random) => [number, number][], least = 0): number {
  const random = new Random(1);
  let most = 0;
  for (let i = 0; i < COUNT; i++)
    for (const [found, expected] of draw(random))
      most = Math.max(most, Math.abs(found - expected) / (EPSILON * Math.max(Math.abs(expected), least)));
  return most;
}

describe('arithmetic that is the same everywhere', () => {
  it('is within some units in the last place of Math’s', () => {
    expect(
      worst((random) => [1 - random.next(), random.uniform(1, 1e6)].map((x) => [log(x), Math.log(x)])),
    ).toBeLessThan(3);
    expect(worst((random) => [random.uniform(-4, 4)].map((x) => [exp(x), Math.exp(x)]))).toBeLessThan(3);
    expect(
      worst((random) => {
        const turns = random.next();
        const { sine, cosine } = turn(turns);
        // Math's angle is rounded: where the sine is small, that is more than its last place.
        return [
          [sine, Math.sin(2 * Math.PI * turns)],
          [cosine, Math.cos(2 * Math.PI * turns)],
        ];
      }, 0.5),
    ).toBeLessThan(8);
  });

  it('is exact where it can be', () => {
    expect([log(1), exp(0)]).toEqual([0, 1]);
    expect([0, 0.25, 0.5, 0.75, 1, -0.25].map((turns) => turn(turns).cosine + 0)).toEqual([1, 0, -1, 0, 1, 0]);
    expect([0, 0.25, 0.5, 0.75, 1, -0.25].map((turns) => turn(turns).sine + 0)).toEqual([0, 1, 0, -1, 0, -1]);
    expect(turn(1 / 8).sine).toBeCloseTo(Math.SQRT1_2, 15);
  });

  it('has one logarithm, in two ways', () => {
    const random = new Random(2);
    const drawn = Array.from({ length: COUNT }, () => 1 + random.nextUint32());
    const bounds = Array.from({ length: 33 }, (_, bits) => 2 ** bits).flatMap((n) => [n - 1, n, n + 1]);
    const roots = Array.from({ length: 32 }, (_, bits) => Math.floor(2 ** bits * Math.SQRT2)).flatMap((n) => [
      n,
      n + 1,
    ]);
    for (const n of [...drawn, ...bounds, ...roots].filter((n) => n >= 1 && n <= 2 ** 32))
      if (logOfShare(n) !== log(n / 2 ** 32)) throw new Error(`${n}: ${logOfShare(n)}, not ${log(n / 2 ** 32)}`);
    expect(logOfShare(2 ** 32)).toBe(0);
  });

  it('draws the normal numbers that Math would, as float32', () => {
    const [random, other] = [new Random(3), new Random(3)];
    let different = 0;
    for (let i = 0; i < COUNT; i++) {
      const radius = Math.sqrt(-2 * Math.log(1 - other.next()));
      const angle = 2 * Math.PI * other.next();
      for (const expected of [radius * Math.cos(angle), radius * Math.sin(angle)])
        if (Math.fround(random.normal()) !== Math.fround(expected)) different++;
    }
    expect(different).toBeLessThanOrEqual(2);
  });
});
