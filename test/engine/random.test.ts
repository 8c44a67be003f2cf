import { describe, expect, it } from 'vitest';
import { hashWords, Random } from '../../src/engine/random';
import type { RandomState } from '../../src/engine/random';

const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.next());

/** Written down once. Whoever has to change them changes every run, every image and every shipped figure. */
const FIRST = {
  seed2022: [1270411665, 3521019453, 1918243441, 1430713792],
  seed0: 2694657993,
  forked: 991245307,
  normal: 0.3556315960913873,
  integer: 665,
  shuffled: [0, 2, 4, 1, 5, 3],
};

describe('the algorithms', () => {
  it('hashes words as MurmurHash3 hashes their little-endian bytes', () => {
    // Known values of MurmurHash3_x86_32: of nothing, of four zero bytes, of 0x21 0x43 0x65 0x87, of "test".
    expect(hashWords([], 0)).toBe(0);
    expect(hashWords([], 1)).toBe(0x514e28b7);
    expect(hashWords([0], 0)).toBe(0x2362f9de);
    expect(hashWords([0x87654321], 0)).toBe(0xf55b516b);
    expect(hashWords([0x87654321], 0x5082edee)).toBe(0x2362f9de);
    expect(hashWords([0x74736574], 0)).toBe(0xba6bd213);
  });

  it('steps as xoshiro128** does', () => {
    const state: RandomState = { key: [0, 0, 0, 0], words: [1, 2, 3, 4], spareNormal: null };
    const random = Random.fromState(state);
    // By hand: rotl(2 * 5, 7) * 9 = 11520; then s = [7, 0, 1026, 12288], and so on.
    expect([0, 1, 2, 3].map(() => random.nextUint32())).toEqual([11520, 0, 5927040, 70819200]);
  });
});

describe('Random', () => {
  it('never drifts: the first numbers of some streams', () => {
    const random = new Random(2022);
    expect([0, 1, 2, 3].map(() => random.nextUint32())).toEqual(FIRST.seed2022);
    expect(new Random(0).nextUint32()).toBe(FIRST.seed0);
    expect(new Random(2022).fork('data').fork(7).nextUint32()).toBe(FIRST.forked);
    expect(new Random(2022).normal()).toBeCloseTo(FIRST.normal, 12);
    expect(new Random(2022).integer(1000)).toBe(FIRST.integer);
    expect(new Random(2022).shuffle([0, 1, 2, 3, 4, 5])).toEqual(FIRST.shuffled);
  });

  it('gives the same numbers for the same seed and others for another', () => {
    expect(draw(new Random(5), 50)).toEqual(draw(new Random(5), 50));
    expect(draw(new Random(5), 4)).not.toEqual(draw(new Random(6), 4));
    // The upper half of a large seed counts.
    expect(draw(new Random(2 ** 32), 4)).not.toEqual(draw(new Random(0), 4));
  });

  it('refuses what is no seed', () => {
    for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 53]) expect(() => new Random(seed)).toThrow(RangeError);
  });

  it('is uniform in [0, 1)', () => {
    const random = new Random(1);
    const n = 100_000;
    const bins = new Array<number>(20).fill(0);
    let [sum, outside] = [0, 0];
    for (let i = 0; i < n; i++) {
      const value = random.next();
      if (value < 0 || value >= 1) outside++;
      sum += value;
      bins[Math.floor(value * 20)]++;
    }
    expect(outside).toBe(0);
    expect(Math.abs(sum / n - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    // Chi-square of 19 degrees of freedom: 43.8 is the 99.9 % point.
    expect(bins.reduce((chi, count) => chi + (count - n / 20) ** 2 / (n / 20), 0)).toBeLessThan(43.8);
  });

  it('draws integers of every value as often', () => {
    const random = new Random(2);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.integer(7)]++;
    // Chi-square of 6 degrees of freedom: 22.5 is the 99.9 % point.
    expect(counts.reduce((chi, count) => chi + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(22.5);
    expect(random.integer(1)).toBe(0);
    for (const n of [0, -3, 1.5, NaN, 2 ** 32 + 1]) expect(() => random.integer(n)).toThrow(RangeError);
  });

  it('draws normal numbers of mean 0, variance 1 and no skew', () => {
    const n = 100_000;
    const values = new Random(3).fillNormal(new Float32Array(n));
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / n;
    // Five standard errors each: var(x) = 1, var(x^2) = 2, var(x^3) = 15, var(x^4) = 96.
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
    // Neither the pair of one Box-Muller step nor neighbouring pairs are correlated.
    for (const lag of [1, 2]) {
      let sum = 0;
      for (let i = lag; i < n; i++) sum += values[i] * values[i - lag];
      expect(Math.abs(sum / n)).toBeLessThan(5 / Math.sqrt(n));
    }
  });

  it('fills with what single calls would return', () => {
    const random = new Random(4);
    const single = new Random(4);
    // Odd lengths leave a spare number that the next fill starts with.
    for (const length of [3, 5]) {
      expect(Array.from(random.fillNormal(new Float32Array(length)))).toEqual(
        Array.from({ length }, () => Math.fround(single.normal())),
      );
    }
  });

  it('shuffles into every order as often', () => {
    const random = new Random(6);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.shuffle([1, 2, 3, 4]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Chi-square of 23 degrees of freedom: 49.7 is the 99.9 % point.
    expect([...counts.values()].reduce((chi, count) => chi + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(49.7);
  });
});

describe('fork', () => {
  it('depends on seed and names, not on what was drawn', () => {
    const fresh = new Random(9).fork('a');
    const used = new Random(9);
    draw(used, 17);
    used.normal();
    expect(draw(used.fork('a'), 10)).toEqual(draw(fresh, 10));
  });

  it('leaves the parent alone', () => {
    const parent = new Random(9);
    parent.fork('a').next();
    expect(draw(parent, 5)).toEqual(draw(new Random(9), 5));
  });

  it('gives every name its own stream', () => {
    const root = new Random(9);
    const streams = [root, root.fork(''), root.fork('a'), root.fork('b'), root.fork('ab')];
    streams.push(root.fork('a').fork('b'), root.fork('b').fork('a'), new Random(10).fork('a'));
    streams.push(root.fork(1), root.fork('1'), root.fork(0), root.fork(-1), root.fork(2 ** 32 + 1));
    expect(new Set(streams.map((stream) => draw(stream, 4).join())).size).toBe(streams.length);
    expect(() => root.fork(0.5)).toThrow(RangeError);
  });

  it('numbered streams are not correlated', () => {
    const root = new Random(11);
    const n = 20_000;
    const first = Array.from({ length: n }, (_, i) => root.fork(i).next() - 0.5);
    const mean = first.reduce((sum, value) => sum + value, 0) / n;
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    let products = 0;
    for (let i = 1; i < n; i++) products += first[i] * first[i - 1];
    expect(Math.abs(products / n)).toBeLessThan((5 / 12) * Math.sqrt(1 / n));
  });
});

describe('state', () => {
  it('goes through JSON and back, in the middle of a normal pair', () => {
    const random = new Random(12).fork('x');
    random.next();
    random.normal();
    const state = JSON.parse(JSON.stringify(random.state())) as RandomState;
    const expected = [random.normal(), random.normal(), random.next(), random.fork('child').next()];
    for (const copy of [Random.fromState(state), random]) {
      copy.restore(state);
      expect([copy.normal(), copy.normal(), copy.next(), copy.fork('child').next()]).toEqual(expected);
    }
  });

  it('is a copy', () => {
    const random = new Random(13);
    const state = random.state();
    const expected = random.next();
    random.restore(state);
    expect(random.next()).toBe(expected);
  });
});
