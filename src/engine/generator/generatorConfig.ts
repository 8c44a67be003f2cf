/** What a generator looks like, and how much work it is. Knows no tfjs: the page counts with it. */
export interface GeneratorConfig {
  /** Dimension of z (paper: 100). */
  latentDim: number;
  /** Channels of the first blocks (paper: 128). */
  channels: number;
  /** Channels of the last block; left out: half of `channels`, as in the paper. */
  lastChannels?: number;
  /** Height and width of the images; divisible by 4. */
  imageSize: number;
  imageChannels: number;
  numClasses: number;
}

/** Channels of the last block. */
export const lastChannels = (config: GeneratorConfig): number => config.lastChannels ?? config.channels >> 1;

/** Values of all weights, without those by class. */
export function generatorParameters(config: GeneratorConfig): number {
  const { latentDim, channels: c, imageSize: s, imageChannels } = config;
  const last = lastChannels(config);
  return (latentDim + 1) * c * (s / 4) ** 2 + 9 * (c * c + c * last + last * imageChannels);
}

/**
 * Multiply-accumulates an image, forward, counted the plain way (36 a pixel for upsampling + 3x3, of which 16 are
 * computed).
 */
export function generatorMacs(config: GeneratorConfig): number {
  const { latentDim, channels: c, imageSize: s, imageChannels } = config;
  const last = lastChannels(config);
  return latentDim * c * (s / 4) ** 2 + 9 * (s / 2) ** 2 * c * c + 9 * s * s * (c * last + last * imageChannels);
}
