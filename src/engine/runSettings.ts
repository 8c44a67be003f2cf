import type { MethodId } from './methods/ids';

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
  /**
   * 1: a mixed batch and one of a single class, as in the paper; more: one batch of that many classes (see
   * `planBatch`).
   */
  classesPerStep: number;
  /** Beyond the paper: share of generatorSteps, the last ones, that move images themselves instead of the generator. */
  refineShare: number;
  /** Images of each class that those steps move, and that the student then learns from. */
  refinedPerClass: number;
  /** Adam's, in units of normalised image space; falls to 0 over those steps. */
  refineLearningRate: number;
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
  /** Beyond the paper: nearer to the own class's centre than to the others'. */
  contrastEnabled: boolean;
  contrastWeight: number;
  /** What a difference of squared scaled distances is divided by before it is a certainty. */
  contrastTemperature: number;
  /** BNS, D and C count differences in units of each channel's own scale (false: plainly, as in the paper). */
  scaledDistances: boolean;
  /** Standard deviation of the noise on the distorted mean targets (0.5). */
  distortionMean: number;
  /** Standard deviation of the noise on the distorted variance targets (1.0). */
  distortionVariance: number;
  /**
   * 'fixed': the two above; 'scatter', beyond the paper: in every channel as much as single calibration images scatter
   * (`classScatter`).
   */
  distortionScale: 'fixed' | 'scatter';
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
  /** Bits of single kernels and activations, in place of those above; see `layerBits.ts`. */
  layerBits: readonly string[];
  /** Where activation ranges come from; 'movingAverage' is the program's, on generated images. */
  activationRange: 'minMax' | 'percentile' | 'mse' | 'entropy' | 'movingAverage';
  /**
   * 'minMax': a kernel's smallest to largest value, taken anew in every step, as in the program; 'mse': the grid of
   * least squared error, taken once.
   */
  weightRange: 'minMax' | 'mse';
  /**
   * Share of smallest to largest that a kernel's grid spans at 2 bits, more at more (see `spannedShare`); what lies
   * outside is clipped (1: the program). Only with 'minMax'.
   */
  weightRangeShare: number;

  // ---- student ----------------------------------------------------------------------------------------------
  /**
   * 'distillation': the whole network at once, from the teacher's logits and the labels, as in the paper;
   * 'reconstruction': block by block, each fitted to what the teacher's gives (BRECQ, QDrop), which trains step sizes of
   * activations whatever `stepSizes` says; 'both': six steps
   * in seven so, the others as the first.
   */
  studentRecipe: 'distillation' | 'reconstruction' | 'both';
  studentSteps: number;
  /** Calibration images in a student batch (paper: 16). */
  calibrationBatch: number;
  /** Synthetic images in a student batch (paper: 16). */
  syntheticBatch: number;
  /**
   * 'fixed': the two numbers above; 'byRealImages': the more real images a class there are, the fewer of both are
   * synthetic.
   */
  syntheticShare: 'fixed' | 'byRealImages';
  /** Step sizes of kernels and activations: 'fixed', or 'learned' with the weights (LSQ, Esser et al. 2020). */
  stepSizes: 'fixed' | 'learned';
  /** What the gradient does where the quantizer clips: 'mask' stops it, 'pass' lets it through as the program does. */
  clippedGradient: 'mask' | 'pass';
  studentLearningRate: number;
  /** Largest change in the first step beside a weight's own size (norms of the tensors), less later; 0: no limit. */
  updateLimit: number;
  /**
   * 'run': falls from the learning rate to 0 over studentSteps (half a cosine); 'program': cosine of 100 epochs, rising
   * again.
   */
  studentSchedule: 'run' | 'program';
  momentum: number;
  weightDecay: number;
  /** Distillation temperature T and weight alpha (both 20). */
  temperature: number;
  distillationWeight: number;
  /** Random-resized crop and flip of the student's images. */
  augment: boolean;

  // ---- comparison -------------------------------------------------------------------------------------------
  /** Methods that run beside the one these settings are, each with a student of its own (see `armsOf`). */
  beside: readonly MethodId[];
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
  'contrastEnabled',
  'contrastWeight',
  'contrastTemperature',
  'distortionMean',
  'distortionVariance',
] as const satisfies readonly (keyof RunSettings)[];

export type LiveSettings = Partial<Pick<RunSettings, (typeof LIVE_SETTINGS)[number]>>;

/** The five terms of FDDA, in the order of `fdda.md`'s table. */
export const FDDA_TERMS = ['ceMixed', 'bns', 'distorted', 'ceSingle', 'centralized'] as const;
/** All terms that a generator's loss may have: FDDA's, and one beyond the paper. */
export const TERMS = [...FDDA_TERMS, 'contrast'] as const;
export type TermName = (typeof TERMS)[number];

/** The step, counted from 0, from which images themselves are moved; Infinity where that is not asked for. */
export function firstRefineStep({
  generatorSteps,
  refineShare,
}: Pick<RunSettings, 'generatorSteps' | 'refineShare'>): number {
  const steps = Math.round(refineShare * generatorSteps);
  return steps === 0 ? Infinity : generatorSteps - steps;
}

/** Share of the steps that fit blocks where the whole is trained after them; such a step takes half as long. */
const BLOCKS_SHARE = 6 / 7;

/** A student's first steps that fit single blocks. */
export function reconstructionSteps({
  studentRecipe,
  studentSteps,
}: Pick<RunSettings, 'studentRecipe' | 'studentSteps'>): number {
  if (studentRecipe === 'distillation') return 0;
  return studentRecipe === 'both' ? Math.floor(studentSteps * BLOCKS_SHARE) : studentSteps;
}

/**
 * Real images a class up to which half of a student's images may be synthetic, where their share goes by that number.
 */
const EVEN_AT = 3;

/**
 * How many real and synthetic images a student's step has. Where the share goes by the real images, synthetic ones are
 * at most 1 / (1 + k / 3) of both for k real images a class: 16, 14 and 3 of 16 + 16 for 1, 4 and 32.
 *
 * @param perClass real images a class
 * @param hasGenerator false: none are synthetic
 */
export function studentBatch(
  {
    calibrationBatch,
    syntheticBatch,
    syntheticShare,
  }: Pick<RunSettings, 'calibrationBatch' | 'syntheticBatch' | 'syntheticShare'>,
  perClass: number,
  hasGenerator: boolean,
): { real: number; synthetic: number } {
  if (!hasGenerator || syntheticBatch === 0) return { real: calibrationBatch, synthetic: 0 };
  if (syntheticShare === 'fixed') return { real: calibrationBatch, synthetic: syntheticBatch };
  const all = calibrationBatch + syntheticBatch;
  const synthetic = Math.min(syntheticBatch, Math.round(all / (1 + perClass / EVEN_AT)));
  return { real: all - synthetic, synthetic };
}
