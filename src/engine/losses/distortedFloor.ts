/** What the noise of the distorted term costs, as plain arithmetic: the page explains it too. */

/**
 * Expected value of the distorted term for a batch that lies exactly on its centre: E[D] = C + this (fdda.md, "Generator").
 * For a class that is not trusted: of a batch whose statistics are all 0, the best there is.
 *
 * @param counts what a squared difference of all means, and one of all variances, counts (`GeneratorTargets.noiseCounts`)
 */
export function distortedFloor(distortionMean: number, distortionVariance: number, trusted = true, counts: readonly [number, number] = [1, 1]): number {
  return trusted ? counts[0] * distortionMean ** 2 + counts[1] * distortionVariance ** 2 : 4;
}

/** E[D]: the distorted term averaged over its noise, for a batch whose centralized term is `centralized`. */
export function expectedDistorted(centralized: number, distortionMean: number, distortionVariance: number): number {
  return centralized + distortedFloor(distortionMean, distortionVariance);
}
