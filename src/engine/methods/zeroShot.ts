import type { Method } from './method';

/**
 * Zero-shot style: images that are recognized and match the overall statistics, blind to single classes' statistics.
 */
export const zeroShot: Method = { terms: ['ceMixed', 'bns'] };
