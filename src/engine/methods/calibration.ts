import type { Method } from './method';

/** The quantized network is fine-tuned on the calibration images alone. */
export const calibration: Method = { terms: [] };
