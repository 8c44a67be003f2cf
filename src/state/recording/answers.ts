import { packBytes, unpackBytes } from './packing';

/**
 * Answers to test images in a recorded run's file: as differences to the right ones, which leaves zeros wherever an
 * answer is right.
 */

/**
 * Above 256 classes the upper bytes of all differences follow the lower ones.
 *
 * @param labels what is right; null: the values as they are
 */
export function packAnswers(answers: Uint16Array, labels: Uint16Array | null, classes: number): Promise<string> {
  const differences = Uint16Array.from(answers, (answer, i) => answer - (labels?.[i] ?? 0));
  const bytes = new Uint8Array(differences.length * bytesOf(classes));
  differences.forEach((value, i) => {
    bytes[i] = value;
    if (bytes.length > differences.length) bytes[differences.length + i] = value >> 8;
  });
  return packBytes(bytes);
}

const bytesOf = (classes: number) => (classes > 256 ? 2 : 1);

/** @throws where the text is not the packed form of `count` classes */
export async function unpackAnswers(
  text: string,
  count: number,
  classes: number,
  labels: Uint16Array | null,
): Promise<Uint16Array> {
  const bytes = await unpackBytes(text, count * bytesOf(classes));
  const wide = bytes.length > count;
  const answers = Uint16Array.from({ length: count }, (_, i) => {
    const difference = bytes[i] + (wide ? 256 * bytes[count + i] : 0);
    return (difference + (labels?.[i] ?? 0)) & (wide ? 0xffff : 0xff);
  });
  if (answers.some((answer) => answer >= classes)) throw new RangeError('There are answers that are no class.');
  return answers;
}
