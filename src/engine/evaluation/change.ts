/** How a difference of two accuracies changes from one setting to another. */
import { NORMAL_BOUND } from './distributions';
import type { Interval } from './paired';
import { countPairs, isRight, type RightAnswers } from './rightAnswers';

/** B beside A, on the same images. */
export interface AnsweredPair {
  a: RightAnswers;
  b: RightAnswers;
}

export interface Change {
  /** The second pair's difference minus the first one's, -2 to 2. */
  change: number;
  interval: Interval;
}

const within = (middle: number, half: number): Interval => [Math.max(-2, middle - half), Math.min(2, middle + half)];

/**
 * The change of B's lead over A from one pair to another, all four on the same images, with its 95 % interval: each
 * image gives one value from -2 to 2, and the interval is the normal one of their mean with half an image of +1 and
 * half of -1 added, as Agresti and Min (Statistics in Medicine 24, 2005, 729-740) do for a single pair: never of zero
 * width.
 *
 * @throws RangeError for no images, or different numbers of them
 */
export function changeOfDifference(first: AnsweredPair, second: AnsweredPair): Change {
  const counts = [first, second].map(({ a, b }) => countPairs(a, b));
  const { n } = counts[0];
  if (counts[1].n !== n) throw new RangeError('The two pairs were not measured on the same images.');
  if (n < 1) throw new RangeError('Without images there is no difference.');
  const [one, two] = counts.map(({ onlyA, onlyB }) => (onlyB - onlyA) / n);
  const change = two - one;
  const lead = ({ a, b }: AnsweredPair, i: number) => Number(isRight(b, i)) - Number(isRight(a, i));
  let squares = 1;
  for (let i = 0; i < n; i++) squares += (lead(second, i) - lead(first, i)) ** 2;
  const mean = (n * change) / (n + 1);
  const variance = squares / (n + 1) - mean ** 2;
  return { change, interval: within(change, NORMAL_BOUND * Math.sqrt(variance / (n + 1))) };
}

/**
 * The same where the two pairs' images are not the same, or not known: each difference with its own interval, squared
 * and added (Zou and Donner, Statistics in Medicine 27, 2008).
 */
export function changeOfIntervals(
  first: { difference: number; interval: Interval },
  second: { difference: number; interval: Interval },
): Change {
  const change = second.difference - first.difference;
  const down = Math.hypot(second.difference - second.interval[0], first.interval[1] - first.difference);
  const up = Math.hypot(second.interval[1] - second.difference, first.difference - first.interval[0]);
  return { change, interval: [change - down, change + up] };
}
