/** The methods that can be compared, in the order in which they are shown and run. */
export const METHOD_IDS = ['calibration', 'zeroShot', 'centralized', 'distorted', 'fdda', 'fddaPlus'] as const;
export type MethodId = (typeof METHOD_IDS)[number];
