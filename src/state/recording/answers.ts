import { packBytes, unpackBytes } from './packing';

/**
 * Answers to test images in a recorded run's file: as differences to the right ones, which leaves zeros wherever an
 * answer is right.
 */

/** @param labels what is right; null: the values as they are */
export function packAnswers(answers: Uint16Array, labels: Uint16Array | null): Promise<string> {
  return packBytes(Uint8Array.from(answers, (answer, i) => answer - (labels?.[i] ?? 0)));
}

/** @throws where the text is not the packed form of `count` classes */
export async function unpackAnswers(
  text: string,
  count: number,
  classes: number,
  labels: Uint16Array | null,
): Promise<Uint16Array> {
  const answers = Uint16Array.from(await unpackBytes(text, count), (value, i) => (value + (labels?.[i] ?? 0)) & 255);
  if (answers.some((answer) => answer >= classes)) throw new RangeError('There are answers that are no class.');
  return answers;
}
