/** How sure a difference of two accuracies is that were measured on the same images. */
import { fairCoin, NORMAL_BOUND } from './distributions';
import type { PairedCounts } from './rightAnswers';

/** A 95 % interval, from the lower end to the upper one. */
export type Interval = readonly [lower: number, upper: number];

/**
 * What a comparison of B with A says: B is ahead, or behind, by more than chance explains (the 95 % interval leaves 0
 * out); chance alone could do it (0 is in it); or there is nothing to tell it by (no interval).
 */
export type Verdict = 'ahead' | 'behind' | 'unclear' | 'unknown';

/** The one rule by which every comparison is judged. */
export function verdictOf(interval: Interval | null): Verdict {
  if (interval === null) return 'unknown';
  if (interval[0] > 0) return 'ahead';
  return interval[1] < 0 ? 'behind' : 'unclear';
}

export interface PairedDifference {
  n: number;
  /** Images that only A, that only B answers rightly. */
  onlyA: number;
  onlyB: number;
  /** Accuracy of B minus accuracy of A, -1 to 1. */
  difference: number;
  interval: Interval;
  /** Two-sided, of McNemar's exact test that both are equally often the only one that is right. */
  pValue: number;
  /** The same with half of the observed outcome's probability: less cautious, and only told, never judged by. */
  midP: number;
  verdict: Verdict;
}

/** Below this p-value the exact test counts as shown: the 5 % that a 95 % interval leaves out. */
const LEVEL = 0.05;

/**
 * McNemar's exact test: of the images that only one of the two answers rightly, each is A's or B's with equal chance
 * (McNemar, Psychometrika 12, 1947; mid-p: Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13:91,
 * 2013).
 */
export function mcNemar(onlyA: number, onlyB: number): { pValue: number; midP: number } {
  const { atMost, exactly } = fairCoin(Math.min(onlyA, onlyB), onlyA + onlyB);
  // Equal counts are the middle of the distribution, which both sides share.
  const pValue = Math.min(1, 2 * atMost);
  return { pValue, midP: onlyA === onlyB ? 1 - exactly / 2 : pValue - exactly };
}

/**
 * Upper end of Tango's score interval for (plus - minus) / n: the difference at which the score statistic, with the
 * discordant probabilities most likely under that difference, reaches the normal bound. Counts may be fractions.
 */
function scoreUpper(plus: number, minus: number, n: number): number {
  const estimate = (plus - minus) / n;
  let [low, high] = [estimate, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    const rest = middle * (1 - middle);
    // Most likely probability of the minus side: the root of 2n x^2 + b x - c = 0 that lies between 0 and 1.
    const b = (2 * n - plus + minus) * middle - plus - minus;
    const c = minus * rest;
    const root = Math.sqrt(Math.max(0, b * b + 8 * n * c));
    const minusShare = b > 0 ? (2 * c) / (b + root) : (root - b) / (4 * n);
    const variance = (2 * minusShare + rest) / n;
    if (middle - estimate < NORMAL_BOUND * Math.sqrt(Math.max(0, variance))) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Tango's score interval (95 %) for the difference of two paired shares (Tango, Statistics in Medicine 17, 1998,
 * 891-908). Never of zero width, and within -1 to 1. Counts may be fractions.
 */
export function scoreInterval(onlyA: number, onlyB: number, n: number): Interval {
  return [-scoreUpper(onlyA, onlyB, n), scoreUpper(onlyB, onlyA, n)];
}

/**
 * B against A on the same images, with the interval and the test that the images only one of them answers rightly give.
 *
 * The interval is Tango's, drawn out to 0 where McNemar's exact test does not rule out 0: the score interval alone
 * leaves 0 out as soon as the test without correction does, a little before the exact one. So p < 0.05 and an interval
 * without 0 always say the same. Coverage, summed over all tables (n = 20 to 200, 2 to 40 % of the images discordant,
 * differences from 0 to 0.9 of that): at least 94.4 %, mostly 95 to 97; Newcombe's square-and-add interval (Statistics
 * in Medicine 17, 1998, 2635-2650, method 10) is equally good but tied to no test.
 *
 * @throws RangeError for no images, or more discordant ones than images
 */
export function pairedDifference({ n, onlyA, onlyB }: Pick<PairedCounts, 'n' | 'onlyA' | 'onlyB'>): PairedDifference {
  if (n < 1) throw new RangeError('Without images there is no difference.');
  if (onlyA + onlyB > n) throw new RangeError(`Of ${n} images ${onlyA + onlyB} cannot be answered differently.`);
  const { pValue, midP } = mcNemar(onlyA, onlyB);
  const [lower, upper] = scoreInterval(onlyA, onlyB, n);
  const interval: Interval = pValue < LEVEL ? [lower, upper] : [Math.min(lower, 0), Math.max(upper, 0)];
  return { n, onlyA, onlyB, difference: (onlyB - onlyA) / n, interval, pValue, midP, verdict: verdictOf(interval) };
}

/** Right answers of `n`. */
export interface Count {
  correct: number;
  n: number;
}

/** Wilson's score interval (95 %) of a share (Wilson, Journal of the American Statistical Association 22, 1927). */
export function shareInterval({ correct, n }: Count): Interval {
  const [share, squared] = [correct / n, NORMAL_BOUND ** 2 / n];
  const half = Math.sqrt(squared * share * (1 - share) + squared ** 2 / 4);
  const end = (sign: number) => Math.min(1, Math.max(0, (share + squared / 2 + sign * half) / (1 + squared)));
  return [end(-1), end(1)];
}

/**
 * B's accuracy minus A's as if they had been measured on different images: for where it is not known which images each
 * of them answers rightly. Wider than needed where the images were the same. Newcombe's square-and-add interval
 * (Statistics in Medicine 17, 1998, 873-890, method 10).
 *
 * @throws RangeError for no images
 */
export function unpairedDifference(a: Count, b: Count): Pick<PairedDifference, 'difference' | 'interval' | 'verdict'> {
  if (a.n < 1 || b.n < 1) throw new RangeError('Without images there is no difference.');
  const [shareA, shareB] = [a.correct / a.n, b.correct / b.n];
  const [[lowA, highA], [lowB, highB]] = [shareInterval(a), shareInterval(b)];
  const difference = shareB - shareA;
  const interval: Interval = [
    difference - Math.hypot(shareB - lowB, highA - shareA),
    difference + Math.hypot(highB - shareB, shareA - lowA),
  ];
  return { difference, interval, verdict: verdictOf(interval) };
}
