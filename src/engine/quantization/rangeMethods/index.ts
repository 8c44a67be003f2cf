/** Ways to an activation's range from values of images. A further one is a file, an option of `activationRange`, its line here. */
import type { Range } from '../../kernels/scalarQuantizer';
import { minMaxRange, mseRange, percentileRange, type CalibrationMethod } from '../ranges';
import { entropyRange } from './entropy';

const METHODS: Record<CalibrationMethod, (values: ArrayLike<number>, bits: number) => Range> = {
  minMax: (values) => minMaxRange(values),
  percentile: (values) => percentileRange(values),
  mse: mseRange,
  entropy: entropyRange,
};

export const CALIBRATION_METHODS = Object.keys(METHODS) as CalibrationMethod[];

/** A range from values of calibration images. Error where there are none. */
export const calibratedRange = (method: CalibrationMethod, values: ArrayLike<number>, bits: number): Range =>
  METHODS[method](values, bits);
