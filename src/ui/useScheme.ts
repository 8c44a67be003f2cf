import { useComputedColorScheme } from '@mantine/core';
import type { Scheme } from './palette';

/** Light or dark, whichever is in use; follows the system when the user left it so. */
export const useScheme = (): Scheme => useComputedColorScheme('light');
