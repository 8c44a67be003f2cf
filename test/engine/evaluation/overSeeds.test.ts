import { describe, expect, it } from 'vitest';
import { NORMAL_BOUND, studentBound } from '../../../src/engine/evaluation/distributions';
import { overSeeds, seedReading } from '../../../src/engine/evaluation/overSeeds';
import { pairedDifference } from '../../../src/engine/evaluation/paired';
import { rightAnswers } from '../../../src/engine/evaluation/rightAnswers';
import { Random } from '../../../src/engine/random';

/** A pair whose differences, image by image, are these: 1 only B is right, -1 only A, 0 both. */
function pairOf(differences: readonly number[]) {
  const labels = new Uint8Array(differences.length);
  return {
    a: rightAnswers(
      differences.map((d) => (d === 1 ? 1 : 0)),
      labels,
    ),
    b: rightAnswers(
      differences.map((d) => (d === -1 ? 1 : 0)),
      labels,
    ),
  };
}

/** B ahead by `lead` on average; `stable`: share of images of which all seeds say the same. */
function drawn(seeds: number, n: number, lead: number, stable: number, seed: number) {
  const random = new Random(seed);
  const draw = () => {
    const u = random.uniform(0, 1);
    return u < 0.08 + lead ? 1 : u < 0.16 ? -1 : 0;
  };
  const common = Array.from({ length: n }, () => (random.uniform(0, 1) < stable ? draw() : null));
  return Array.from({ length: seeds }, () => pairOf(common.map((each) => each ?? draw())));
}

describe('over seeds', () => {
  it('by hand: two seeds, three images', () => {
    // d = (1, 0, 1), (1, 0, 0). Mean 1/2; seeds 2/3 and 1/3, images 1, 0 and 1/2.
    // Mean squares: seeds 3 (1/36 + 1/36) = 1/6, images 2 (1/4 + 1/4) / 2 = 1/2, rest (3/2 - 1/6 - 1) / 2 = 1/6.
    const found = overSeeds([pairOf([1, 0, 1]), pairOf([1, 0, 0])]);
    expect(found).toMatchObject({ n: 3, seeds: 2, onlyA: 0, onlyB: 3, difference: 0.5 });
    expect(found.images.standardError).toBeCloseTo(Math.sqrt(1 / 2 / 6), 12);
    expect(found.onTheseImages.standardError).toBeCloseTo(1 / 6, 12);
    expect(found.inGeneral.standardError).toBeCloseTo(Math.sqrt((1 / 6 + 1 / 2 - 1 / 6) / 6), 12);
    expect(found).toMatchObject({ onTheseImages: { df: 1, verdict: 'unclear' }, inGeneral: { verdict: 'unclear' } });
    expect(found.onTheseImages.interval).toEqual([-1, 1]);
  });

  it('by hand: four seeds whose intervals stay inside', () => {
    // Ten images, seeds ahead by 4, 5, 5 and 6 of them: the first four always, then one more each.
    const ahead = (count: number) => pairOf(Array.from({ length: 10 }, (_, i) => Number(i < count)));
    const found = overSeeds([4, 5, 5, 6].map(ahead));
    // Seeds: 10 (0.01 + 0.01) / 3 = 1/15. Images: 4 (4 * 0.25 + 0.0625 + 0.0625 + 4 * 0.25) / 9 with 3/4 and 1/4.
    const [seedMean, imageMean] = [0.2 / 3, (4 * (8 * 0.25 + 2 * 0.0625)) / 9];
    const restMean = (20 - 40 * 0.25 - 0.2 - 9 * imageMean) / 27;
    const [seedPart, imagePart] = [seedMean / 40, (imageMean - restMean) / 40];
    const half = Math.hypot(studentBound(3) * Math.sqrt(seedPart), NORMAL_BOUND * Math.sqrt(imagePart));
    expect(found.difference).toBeCloseTo(0.5, 12);
    expect(found.onTheseImages.interval![0]).toBeCloseTo(0.5 - studentBound(3) * Math.sqrt(1 / 150 / 4), 10);
    expect(found.inGeneral.interval![0]).toBeCloseTo(0.5 - half, 10);
    expect(found.inGeneral.interval![1]).toBeCloseTo(0.5 + half, 10);
    expect(found.inGeneral.standardError).toBeCloseTo(Math.sqrt(seedPart + imagePart), 10);
  });

  it('of one seed is the comparison of one run, and says nothing of other seeds', () => {
    const [pair] = drawn(1, 300, 0.05, 0, 3);
    const { images, onTheseImages, inGeneral, n, onlyA, onlyB, difference } = overSeeds([pair]);
    const single = pairedDifference({ n, onlyA, onlyB });
    expect({ difference, interval: images.interval, verdict: images.verdict }).toEqual({
      difference: single.difference,
      interval: single.interval,
      verdict: single.verdict,
    });
    for (const each of [onTheseImages, inGeneral])
      expect(each).toEqual({ standardError: null, df: null, interval: null, verdict: 'unknown' });
  });

  it('is never surer in general than on these images, and changes its sign with the sides', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const pairs = drawn(2 + (seed % 5), 200, 0.03, 0.5, seed);
      const found = overSeeds(pairs);
      const { onTheseImages, inGeneral, images, difference } = found;
      const width = ([lower, upper]: readonly [number, number]) => upper - lower;
      if (onTheseImages.interval) {
        expect(width(inGeneral.interval!)).toBeGreaterThanOrEqual(width(onTheseImages.interval) - 1e-12);
        expect(inGeneral.standardError).toBeGreaterThanOrEqual(onTheseImages.standardError! - 1e-12);
      }
      const swapped = overSeeds(pairs.map(({ a, b }) => ({ a: b, b: a })));
      expect(swapped.difference).toBeCloseTo(-difference, 12);
      for (const which of ['images', 'onTheseImages', 'inGeneral'] as const) {
        const [one, other] = [found[which].interval, swapped[which].interval];
        expect(other?.[0] ?? null).toEqual(one && expect.closeTo(-one[1], 10));
        if (one) expect(one[0] <= difference && difference <= one[1] && one[0] >= -1 && one[1] <= 1).toBe(true);
      }
      expect(images.interval).not.toBeNull();
    }
  });

  it('does not take the same images five times for five times as many images', () => {
    const [pair] = drawn(1, 400, 0.05, 0, 8);
    const { n, onlyA, onlyB } = pairedDifference(overSeeds([pair]));
    const same = overSeeds(Array.from({ length: 5 }, () => pair)).images.interval!;
    expect(same[0]).toBeCloseTo(overSeedsOfOne(n, onlyA, onlyB)[0], 3);
    // Seeds that have nothing in common are worth nearly all of their images.
    const free = overSeeds(drawn(5, 400, 0.05, 0, 8)).images.interval!;
    expect(free[1] - free[0]).toBeLessThan(0.6 * (same[1] - same[0]));

    function overSeedsOfOne(images: number, a: number, b: number) {
      return pairedDifference({ n: images, onlyA: a, onlyB: b }).interval;
    }
  });

  it('exists where all is alike, and says that equal seeds do not tell how they scatter', () => {
    const none = overSeeds([pairOf([0, 0, 0]), pairOf([0, 0, 0])]);
    expect(none).toMatchObject({ difference: 0, onTheseImages: { interval: null }, inGeneral: { verdict: 'unknown' } });
    expect(none.images.interval![1]).toBeCloseTo(NORMAL_BOUND ** 2 / (3 + NORMAL_BOUND ** 2), 9);
    const all = overSeeds([pairOf([1]), pairOf([1])]);
    expect(all).toMatchObject({ difference: 1, inGeneral: { interval: null, verdict: 'unknown' } });
    expect(seedReading([0.02, 0.02, 0.02])).toMatchObject({ interval: null, verdict: 'unknown', df: 2 });
    // Sums of such fractions are not exactly equal.
    expect(seedReading([0.1 + 0.2, 0.3])).toMatchObject({ interval: null });
  });

  it('has the interval of the differences where the images are not known', () => {
    // Differences of 4, 6 and 2 of 200: mean 0.02, standard error 0.01 / sqrt 3.
    const { difference, standardError, interval, verdict } = seedReading([0.02, 0.03, 0.01]);
    expect([difference, standardError]).toEqual([expect.closeTo(0.02, 12), expect.closeTo(0.01 / Math.sqrt(3), 12)]);
    expect(interval![0]).toBeCloseTo(0.02 - (4.3027 * 0.01) / Math.sqrt(3), 6);
    expect(verdict).toBe('unclear');
    expect(seedReading([0.02, 0.021, 0.019]).verdict).toBe('ahead');
    expect(seedReading([-0.02, -0.021, -0.019]).verdict).toBe('behind');
  });

  it('refuses seeds without or with other images', () => {
    expect(() => overSeeds([])).toThrow(/Without seeds/);
    expect(() => seedReading([])).toThrow(/Without seeds/);
    expect(() => overSeeds([pairOf([])])).toThrow(/Without images/);
    expect(() => overSeeds([pairOf([0]), pairOf([0, 1])])).toThrow(/same images/);
  });

  it('covers the truth in about 95 of 100 experiments in general', { timeout: 30_000 }, () => {
    // Mean difference of the draws: 0.08 + lead - (0.08 - lead) = 2 lead.
    let covered = 0;
    for (let i = 0; i < 200; i++) {
      const [lower, upper] = overSeeds(drawn(4, 150, 0.02, 0.5, 1000 + i)).inGeneral.interval ?? [-1, 1];
      if (lower <= 0.04 && 0.04 <= upper) covered++;
    }
    expect(covered).toBeGreaterThan(180);
    expect(covered).toBeLessThan(200);
  });
});
