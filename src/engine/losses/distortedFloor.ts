/** What the noise of the distorted term costs, as plain arithmetic: the page explains it too. */

/**
 * Expected value of the distorted term for a batch that lies exactly on its centre, differences counting plainly:
 * E[D] = C + this (fdda.md, "Generator"). In general: `GeneratorTargets.distortedFloor`.
 */
export function distortedFloor(distortionMean: number, distortionVariance: number): number {
  return distortionMean ** 2 + distortionVariance ** 2;
}

/** The same for a class that is not trusted: of a batch whose statistics are all 0, the best there is. */
export const UNTRUSTED_FLOOR = 4;

/** E[D]: the distorted term averaged over its noise, for a batch whose centralized term is `centralized`. */
export function expectedDistorted(centralized: number, distortionMean: number, distortionVariance: number): number {
  return centralized + distortedFloor(distortionMean, distortionVariance);
}
