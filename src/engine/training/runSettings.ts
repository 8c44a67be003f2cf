/**
 * Every setting of a run. The page's and the command line's table (`src/state/settings.ts`) gives each of these
 * its range, default, words and URL key; the compiler holds the two together.
 */
export interface RunSettings {
  /** Everything random is drawn from streams derived from this. Integer, 0 to 2^31 - 1. */
  seed: number;

  // ---- data -------------------------------------------------------------------------------------------------
  /** Labelled real images a class the method may use (paper: 1). */
  imagesPerClass: number;
  /** Further real images a class for looking only; the method never sees them. */
  observationPerClass: number;
  /** Test images accuracies are measured on (0 to the size of the test split). */
  testImages: number;

  // ---- generator --------------------------------------------------------------------------------------------
  /** 'checkpoint' continues from the shipped generator; 'scratch' from fresh weights. */
  generatorStart: 'checkpoint' | 'scratch';
  /** Channels of the generator's first block; the second has half as many (paper: 128). */
  generatorChannels: number;
  generatorSteps: number;
  /** Images in each of the two batches of a step (paper: 16). */
  generatorBatch: number;
  generatorLearningRate: number;
  /** Steps that the program calls an epoch (200): drives the label rule and the learning-rate decay. */
  stepsPerEpoch: number;

  // ---- generator's loss -------------------------------------------------------------------------------------
  ceMixedEnabled: boolean;
  ceMixedWeight: number;
  bnsEnabled: boolean;
  bnsWeight: number;
  distortedEnabled: boolean;
  distortedWeight: number;
  ceSingleEnabled: boolean;
  ceSingleWeight: number;
  centralizedEnabled: boolean;
  centralizedWeight: number;
  /** Standard deviation of the noise on the distorted mean targets (0.5). */
  distortionMean: number;
  /** Standard deviation of the noise on the distorted variance targets (1.0). */
  distortionVariance: number;
  /** First BatchNorm layer (0-based) that D and C look at; -1: floor((L + 1) / 2) - 2 as in the program. */
  startLayer: number;
  /** The program's rule for classes whose calibration image the teacher gets wrong; off: every class is drawn. */
  labelRule: boolean;

  // ---- quantizer --------------------------------------------------------------------------------------------
  weightBits: number;
  activationBits: number;
  weightGranularity: 'perChannel' | 'perTensor';
  /** 'low': first and last layer at the same bits; '8': F8L8. */
  firstLast: 'low' | '8';
  /** Where activation ranges come from; 'movingAverage' is the program's, on generated images. */
  activationRange: 'minMax' | 'percentile' | 'mse' | 'movingAverage';

  // ---- student ----------------------------------------------------------------------------------------------
  studentSteps: number;
  /** Calibration images in a student batch (paper: 16). */
  calibrationBatch: number;
  /** Synthetic images in a student batch (paper: 16). */
  syntheticBatch: number;
  studentLearningRate: number;
  /** 'run': falls from the learning rate to 0 over studentSteps (half a cosine); 'program': cosine of 100 epochs, rising again. */
  studentSchedule: 'run' | 'program';
  momentum: number;
  weightDecay: number;
  /** Distillation temperature T and weight alpha (both 20). */
  temperature: number;
  distillationWeight: number;
  /** Random-resized crop and flip of the student's images. */
  augment: boolean;
  /** Also fine-tune a student on the calibration images only, for comparison. */
  compareCalibrationOnly: boolean;
}

/** What may change while a run is going; everything else needs a reset. */
export const LIVE_SETTINGS = [
  'generatorLearningRate',
  'studentLearningRate',
  'ceMixedEnabled',
  'ceMixedWeight',
  'bnsEnabled',
  'bnsWeight',
  'distortedEnabled',
  'distortedWeight',
  'ceSingleEnabled',
  'ceSingleWeight',
  'centralizedEnabled',
  'centralizedWeight',
  'distortionMean',
  'distortionVariance',
] as const satisfies readonly (keyof RunSettings)[];

export type LiveSettings = Partial<Pick<RunSettings, (typeof LIVE_SETTINGS)[number]>>;

/** The generator's loss terms, in the order of `fdda.md`'s table. */
export const TERMS = ['ceMixed', 'bns', 'distorted', 'ceSingle', 'centralized'] as const;
export type TermName = (typeof TERMS)[number];
