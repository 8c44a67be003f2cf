/** Standard error of an accuracy that was measured on `n` images: of a binomial share. */
export const standardError = (accuracy: number, n: number): number => Math.sqrt((accuracy * (1 - accuracy)) / n);
