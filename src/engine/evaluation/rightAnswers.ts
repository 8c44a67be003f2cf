/** Which of some images two networks answer rightly: one bit an image, and the counts of a paired comparison. */

/** Which of `n` images were answered rightly. */
export interface RightAnswers {
  n: number;
  /** [ceil(n / 8)] bit i % 8, from the lowest, of byte i / 8 is image i. */
  bits: Uint8Array;
}

/** Where an image belongs when A and B answer it. */
export type PairedKind = 'onlyA' | 'onlyB' | 'neither' | 'both';

export const PAIRED_KINDS: readonly PairedKind[] = ['onlyA', 'onlyB', 'neither', 'both'];

/** How many of `n` images A and B, only A, only B, and neither answers rightly. */
export type PairedCounts = { n: number } & Record<PairedKind, number>;

function sameLength(a: number, b: number): void {
  if (a !== b) throw new RangeError(`Answers to ${a} and to ${b} images are not about the same images.`);
}

/** @throws RangeError where there are not as many labels as answers */
export function rightAnswers(answers: ArrayLike<number>, labels: ArrayLike<number>): RightAnswers {
  sameLength(answers.length, labels.length);
  const bits = new Uint8Array(Math.ceil(answers.length / 8));
  for (let i = 0; i < answers.length; i++) if (answers[i] === labels[i]) bits[i >> 3] |= 1 << (i & 7);
  return { n: answers.length, bits };
}

/** Whether image `index` was answered rightly. */
export const isRight = ({ bits }: RightAnswers, index: number): boolean =>
  ((bits[index >> 3] >> (index & 7)) & 1) === 1;

/** Number of images that were answered rightly. */
export function countRight(right: RightAnswers): number {
  let count = 0;
  for (let i = 0; i < right.n; i++) if (isRight(right, i)) count++;
  return count;
}

function kindOf(a: boolean, b: boolean): PairedKind {
  if (a) return b ? 'both' : 'onlyA';
  return b ? 'onlyB' : 'neither';
}

/**
 * Counts of answers to the same images.
 *
 * @throws RangeError where they are not about equally many images
 */
export function countPairs(a: RightAnswers, b: RightAnswers): PairedCounts {
  sameLength(a.n, b.n);
  const counts: PairedCounts = { n: a.n, onlyA: 0, onlyB: 0, neither: 0, both: 0 };
  for (let i = 0; i < a.n; i++) counts[kindOf(isRight(a, i), isRight(b, i))]++;
  return counts;
}

/**
 * Counts of two networks' answers to the same images.
 *
 * @param answersA [n] class that A sees in each image
 * @param answersB [n] of B
 * @param labels [n] what is there
 * @throws RangeError where they are not equally many
 */
export const pairedCounts = (
  answersA: ArrayLike<number>,
  answersB: ArrayLike<number>,
  labels: ArrayLike<number>,
): PairedCounts => countPairs(rightAnswers(answersA, labels), rightAnswers(answersB, labels));

/**
 * The images of each kind, by their index.
 *
 * @throws RangeError as `countPairs` does
 */
export function pairedIndices(a: RightAnswers, b: RightAnswers): Record<PairedKind, number[]> {
  sameLength(a.n, b.n);
  const indices: Record<PairedKind, number[]> = { onlyA: [], onlyB: [], neither: [], both: [] };
  for (let i = 0; i < a.n; i++) indices[kindOf(isRight(a, i), isRight(b, i))].push(i);
  return indices;
}

/** The bits as base64; their number is not part of it. */
export const encodeRight = ({ bits }: RightAnswers): string => btoa(String.fromCharCode(...bits));

/**
 * What `encodeRight` wrote.
 *
 * @throws RangeError for a text of another number of images, or of none
 */
export function decodeRight(text: string, n: number): RightAnswers {
  let bytes: string | null;
  try {
    bytes = atob(text);
  } catch {
    bytes = null;
  }
  const size = Math.ceil(n / 8);
  if (bytes?.length !== size) throw new RangeError(`This is not base64 of ${n} bits, one an image.`);
  const bits = Uint8Array.from(bytes, (char) => char.charCodeAt(0));
  if (n % 8 > 0 && bits[size - 1] >> (n % 8) > 0) throw new RangeError(`This has bits for more than ${n} images.`);
  return { n, bits };
}
