/** The images that the expected outputs of test/fixtures belong to. */
export function referenceImages(count: number): number[] {
  // A linear congruential generator in double arithmetic, as it rounds there.
  let state = 7;
  return Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.fround(state / 2147483648);
  });
}
