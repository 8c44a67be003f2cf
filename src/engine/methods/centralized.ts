import type { Method } from './method';

/** Zero-shot style, and each class is pulled to its own centre (fdda.md, "Generator", term C). */
export const centralized: Method = { terms: ['ceMixed', 'bns', 'ceSingle', 'centralized'] };
