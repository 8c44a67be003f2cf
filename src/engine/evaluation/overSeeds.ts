/** A comparison that was repeated with several seeds, on the same images each time. */
import { NORMAL_BOUND, studentBound } from './distributions';
import { pairedDifference, scoreInterval, verdictOf, type Interval, type Verdict } from './paired';
import { countPairs, isRight, type RightAnswers } from './rightAnswers';

/** How sure a mean difference is, read in one way. */
export interface Reading {
  standardError: number | null;
  /** Degrees of freedom of the part that is known least; null: as many as to be normal. */
  df: number | null;
  /** Null where there is nothing to measure it by: a single seed, or seeds that all differ by the same. */
  interval: Interval | null;
  verdict: Verdict;
}

/** A and B over several seeds. */
export interface OverSeeds {
  n: number;
  seeds: number;
  /** Added up over the seeds: an image may count once for each. */
  onlyA: number;
  onlyB: number;
  /** Mean accuracy of B minus that of A, -1 to 1. */
  difference: number;
  /** These students on other images like these: the seeds are what they are. */
  images: Reading;
  /** Other seeds on these n images: the images are what they are. */
  onTheseImages: Reading;
  /** Other seeds on other images: in general. */
  inGeneral: Reading;
}

const within = (middle: number, half: number): Interval => [Math.max(-1, middle - half), Math.min(1, middle + half)];

function reading(standardError: number | null, df: number | null, interval: Interval | null): Reading {
  return { standardError, df, interval, verdict: verdictOf(interval) };
}

/**
 * Student's interval for the mean of one difference a seed. It holds what differs from seed to seed, and no chance in
 * the choice of images that all seeds share. Equal differences (counts of few images often are) say nothing of how they
 * scatter.
 *
 * @throws RangeError for none
 */
export function seedReading(differences: readonly number[]): Reading & { difference: number } {
  const seeds = differences.length;
  if (seeds === 0) throw new RangeError('Without seeds there is no difference.');
  const difference = differences.reduce((sum, each) => sum + each, 0) / seeds;
  if (seeds === 1) return { difference, ...reading(null, null, null) };
  const squares = differences.reduce((sum, each) => sum + (each - difference) ** 2, 0);
  const error = Math.sqrt(squares / (seeds - 1) / seeds);
  const df = seeds - 1;
  // Sums of fractions do not come out at exactly 0.
  if (error < 1e-12) return { difference, ...reading(0, df, null) };
  return { difference, ...reading(error, df, within(difference, studentBound(df) * error)) };
}

/**
 * B against A over seeds that all answer the same n images. Seeds and images are crossed, so the differences d (1: only
 * B is right, -1: only A, 0) are taken apart as in a two-way layout with random rows and columns: with the mean squares
 * of seeds, images and what is left (S, I, E), the variance of the mean is (S + I - E) / (seeds * n), where I - E
 * counts as 0 if it is less (Searle, Casella and McCulloch, Variance Components, 1992, chapter 4).
 *
 * - `images`: the score interval of `pairedDifference`, its number of images reduced to what the same answers of
 *   several seeds to one image are worth (Rao and Scott, Biometrics 48, 1992); for one seed exactly that interval.
 *   Simulated (2 to 10 seeds, 50 to 1,000 images, 2 to 30 % discordant) it covers 94 to 97 %.
 * - `onTheseImages`: `seedReading`.
 * - `inGeneral`: seeds' part and images' part, each with its own bound, squared and added (Zou and Donner, Statistics
 *   in Medicine 27, 2008): never narrower than `onTheseImages`. Simulated (2 to 10 seeds, 500 and 2,000 images, seeds
 *   scattering by 0 to 2 points) it covers 93 to 99 %, where one t with Satterthwaite's degrees of freedom falls to 85
 *   % for two seeds and the seeds' interval alone to 50 % for ten.
 *
 * @throws RangeError for no seeds, no images, or seeds with different numbers of images
 */
export function overSeeds(pairs: readonly { a: RightAnswers; b: RightAnswers }[]): OverSeeds {
  const seeds = pairs.length;
  if (seeds === 0) throw new RangeError('Without seeds there is no difference.');
  const { n } = pairs[0].a;
  const counts = pairs.map(({ a, b }) => countPairs(a, b));
  if (counts.some((each) => each.n !== n)) throw new RangeError('The seeds were not measured on the same images.');
  if (n < 1) throw new RangeError('Without images there is no difference.');
  const onlyA = counts.reduce((sum, each) => sum + each.onlyA, 0);
  const onlyB = counts.reduce((sum, each) => sum + each.onlyB, 0);
  const bySeed = counts.map((each) => (each.onlyB - each.onlyA) / n);
  const { difference, ...onTheseImages } = seedReading(bySeed);
  const shared = { n, seeds, onlyA, onlyB, difference };

  const byImage = new Float64Array(n);
  for (const { a, b } of pairs) for (let i = 0; i < n; i++) byImage[i] += Number(isRight(b, i)) - Number(isRight(a, i));
  const total = seeds * n;
  const seedSquares = n * bySeed.reduce((sum, each) => sum + (each - difference) ** 2, 0);
  const imageSquares = seeds * byImage.reduce((sum, each) => sum + (each / seeds - difference) ** 2, 0);
  const allSquares = onlyA + onlyB - total * difference ** 2;
  const imageMean = n > 1 ? imageSquares / (n - 1) : 0;
  const images = imageReading(shared, imageMean, allSquares / total);
  if (seeds === 1) return { ...shared, images, onTheseImages, inGeneral: reading(null, null, null) };

  const seedMean = seedSquares / (seeds - 1);
  const restMean = n > 1 ? Math.max(0, allSquares - seedSquares - imageSquares) / ((seeds - 1) * (n - 1)) : 0;
  const imagePart = Math.max(0, imageMean - restMean) / total;
  const error = Math.sqrt(seedMean / total + imagePart);
  const half = Math.hypot(studentBound(seeds - 1) * Math.sqrt(seedMean / total), NORMAL_BOUND * Math.sqrt(imagePart));
  // Where the seeds do not say how they scatter, nothing is known of other seeds.
  const interval = onTheseImages.interval && within(difference, half);
  return { ...shared, images, onTheseImages, inGeneral: reading(error, seeds - 1, interval) };
}

/** @param single variance of one difference of one seed and image, as if all were independent */
function imageReading(
  { n, seeds, onlyA, onlyB }: Pick<OverSeeds, 'n' | 'seeds' | 'onlyA' | 'onlyB'>,
  imageMean: number,
  single: number,
): Reading {
  const total = n * seeds;
  if (seeds === 1) {
    const { interval } = pairedDifference({ n, onlyA, onlyB });
    return reading(Math.sqrt(single / n), null, interval);
  }
  // Between n (every seed says the same of an image) and all of them (no two seeds have anything in common).
  const effective = imageMean > 0 ? Math.min(total, Math.max(n, (total * single) / imageMean)) : n;
  const part = effective / total;
  return reading(Math.sqrt(imageMean / total), null, scoreInterval(onlyA * part, onlyB * part, effective));
}
