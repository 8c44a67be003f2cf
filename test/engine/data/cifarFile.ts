/**
 * Writes files in CIFAR-10's binary format for tests: an image for each label, bytes made from its number and the
 * label.
 */
export function cifarFile(labels: readonly number[], firstNumber: number): Uint8Array {
  const file = new Uint8Array(labels.length * 3073);
  labels.forEach((label, i) => {
    let word = (firstNumber + i + 1) * 2654435761;
    file[i * 3073] = label;
    for (let k = 0; k < 3072; k++) {
      word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
      // A brightness of the class's own, so that classes can be told apart.
      file[i * 3073 + 1 + k] = ((word >>> 24) >> 2) + 19 * (label % 10);
    }
  });
  return file;
}
