/** Of which classes the generator's images are looked at. */

/** Images of a class that are looked at together: rows of the grid, and single-class batches of real images beside them. */
export const PROBE_PER_CLASS = 6;
/** Classes at most, however small the images are, and at least, however large. */
const MOST = 48;
const LEAST = 10;
/** Pixels of all images of a look together, as far as `LEAST` allows: bounds its time and what a history keeps of it. */
const PIXELS = 2 ** 21;

/** How many classes are looked at of a network with images of this height and width. */
export function probeCount(numClasses: number, [height, width]: readonly number[]): number {
  const fitting = Math.floor(PIXELS / (PROBE_PER_CLASS * height * width));
  return Math.min(numClasses, Math.max(LEAST, Math.min(MOST, fitting)));
}

/**
 * The classes themselves, rising: all of them where that is not too many, else those that were asked for (the first
 * ones, if there are too many of them) and otherwise evenly spread ones.
 *
 * @param asked classes that somebody wants to see
 * @param base in place of evenly spread ones, rising
 */
export function probeClasses(
  numClasses: number,
  inputShape: readonly number[],
  asked: readonly number[] = [],
  base?: readonly number[],
): number[] {
  const count = base?.length ?? probeCount(numClasses, inputShape);
  if (count === numClasses) return Array.from({ length: numClasses }, (_, c) => c);
  const chosen = new Set(asked.filter((c) => Number.isInteger(c) && c >= 0 && c < numClasses).slice(0, count));
  const even = base ?? Array.from({ length: count }, (_, i) => Math.floor((i * numClasses) / count));
  // From both ends in turn: what is left out for those asked for is not all in one place.
  for (let i = 0; i < count && chosen.size < count; i++) chosen.add(even[i % 2 === 0 ? i / 2 : count - (i + 1) / 2]);
  return [...chosen].sort((a, b) => a - b);
}
