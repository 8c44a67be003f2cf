/** Parts of the workbench. One more is its name here, a panel in `Bench.tsx`, and its words. */
export const PARTS = ['layers', 'histogram', 'calibration', 'repairs', 'changes', 'export'] as const;
export type BenchPart = (typeof PARTS)[number];
