import type { MethodId } from '../engine/methods';

/** The methods' names in English. */
export const METHOD_LABELS: Record<MethodId, string> = {
  calibration: 'Calibration images only',
  zeroShot: 'Zero-shot style (CE + BNS)',
  centralized: '+ centralized',
  distorted: '+ distorted',
  fdda: 'FDDA',
  fddaPlus: 'FDDA+',
};
