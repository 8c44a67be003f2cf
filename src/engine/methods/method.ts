import type { RunSettings, TermName } from '../runSettings';

/** What one method is: which of the run's settings it sets, and to what. Everything else it shares with the others. */
export interface Method {
  /**
   * Loss terms of its generator. None: it has no generator, and its student learns from the calibration images alone.
   */
  terms: readonly TermName[];
  /** Settings beyond the paper that make the method what it is; every method without them has them as in `BASE`. */
  switches?: Partial<Switches>;
  /** Values that come with the switches and go with them; with other methods they are whatever was chosen. */
  values?: Partial<RunSettings>;
}

/**
 * Settings that some method sets, as a method of the paper has them. The settings table's defaults are the same
 * (a test holds them together).
 */
export const BASE = {
  syntheticBatch: 16,
  classesPerStep: 1,
  scaledDistances: false,
  distortionScale: 'fixed',
  refineShare: 0,
  syntheticShare: 'fixed',
  bnsWeight: 0.2,
  centralizedWeight: 0.01,
  contrastWeight: 2,
  contrastTemperature: 0.02,
  labelRule: true,
} as const satisfies Partial<RunSettings>;

/** Of these, those that are switches: on in a method, off in all others. */
export const SWITCHES = [
  'classesPerStep',
  'scaledDistances',
  'distortionScale',
  'refineShare',
  'syntheticShare',
] as const satisfies readonly (keyof typeof BASE)[];

export type Switches = Pick<RunSettings, (typeof SWITCHES)[number]>;
