import type { Case } from './case';
import { kernelCases } from './kernels';
import { networkCases } from './network';

/** Every numeric case; a new file of cases is added here and runs on every backend. */
export const allCases: Case[] = [...kernelCases, ...networkCases];
