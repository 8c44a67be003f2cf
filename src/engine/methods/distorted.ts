import type { Method } from './method';

/** Zero-shot style, and each class is pulled to its centre with noise (fdda.md, "Generator", term D). */
export const distorted: Method = { terms: ['ceMixed', 'bns', 'ceSingle', 'distorted'] };
