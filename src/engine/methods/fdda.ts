import { FDDA_TERMS } from '../runSettings';
import type { Method } from './method';

/** All five terms of the paper. */
export const fdda: Method = { terms: FDDA_TERMS };
