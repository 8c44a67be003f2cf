import type { ArmId } from './methods/arms';
import type { RunSettings, TermName } from './runSettings';

/**
 * What a run tells whoever watches it. Plain data and typed arrays only: it crosses a worker boundary.
 * L = BatchNorm layers, C = classes, all arrays row-major.
 */

/** What kind of stage a run is in; `arm` says whose. */
export type RunPhase = 'prepare' | 'ptq' | 'generator' | 'student' | 'done';

/** One BatchNorm layer as the views name it. */
export interface LayerInfo {
  /** 0-based. */
  index: number;
  name: string;
  channels: number;
  /** Height and width of the layer's input. */
  height: number;
  width: number;
}

/** Images as bytes, ready for a canvas: [count, height, width, 4] RGBA. */
export interface ImageTile {
  count: number;
  height: number;
  width: number;
  rgba: Uint8ClampedArray;
  /** Only in a recording: the images were left out because they are not the program's to give; `rgba` is empty. */
  withheld?: true;
}

/** The teacher's opinion of some images. */
export interface Verdicts {
  /** [count] the class each image was made or taken for. */
  labels: Uint16Array;
  /** [count] the class the teacher sees. */
  predicted: Uint16Array;
  /** [count] the teacher's probability for `labels`. */
  probability: Float32Array;
}

/** Separation and incohesion, one value a layer (each [L]); NaN where it does not exist. */
export interface SeparationByLayer {
  /** Mean silhouette coefficient (paper Eq. 5), -1 to 1. */
  silhouette: Float32Array;
  /** Mean distance to the other points of the same class (silhouette's a): incohesion. */
  intraClass: Float32Array;
  /** Mean distance to the points of the nearest other class (silhouette's b): separation. */
  interClass: Float32Array;
  /** Share of points that lie nearest to their own class's BNS centre, 0 to 1. */
  nearestCenterAccuracy: Float32Array;
}

/**
 * How good some images are in the method's own terms. Distances are scaled as everywhere; what does not exist is NaN.
 * `joint` and `teacher...` are of all images together.
 */
export interface QualityReport {
  /**
   * Of single-class batches, all layers from the start layer on taken together: mean distance to the own class's centre
   * and to the nearest other one, and the share of batches that lie nearest to their own.
   */
  joint: { ownCenter: number; nearestOther: number; nearestCenterRate: number };
  /** [L, C] silhouette coefficient, -1 to 1. */
  silhouetteByClass: Float32Array;
  /** [L, C] mean distance between images of the class. */
  spreadByClass: Float32Array;
  /** [L] distance of all images' common statistics to the stored ones, as the BNS term measures it. */
  bnsGap: Float32Array;
  /** Share of images that the teacher takes for what they were made or taken for, 0 to 1. */
  teacherAccuracy: number;
  /** Mean entropy of the teacher's answer in nats; log(C) is pure doubt. */
  teacherEntropy: number;
}

/** Of the observation set, in single-class batches as large as the synthetic ones. */
export interface RealQuality extends QualityReport {
  /** [L, C] as in `SyntheticSnapshot`. */
  distanceToOwnCenter: Float32Array;
  /** [L, C] */
  distanceToNearestOther: Float32Array;
  /** [A] names of the activations. */
  activations: string[];
  /** [A] share of each activation's range on the observation images that the calibration images reach, 0 to 1. */
  calibrationCoverage: Float32Array;
}

/** Of the generator's images. */
export interface SyntheticQuality extends QualityReport {
  /** [A] share of each activation's range on the observation images that the synthetic images reach, 0 to 1. */
  coverage: Float32Array;
}

/** Points of one kind in the per-layer PCA plane. */
export interface LayerPoints {
  count: number;
  /** [L, count, 2] */
  xy: Float32Array;
  /** [count] class of each point. */
  labels: Uint16Array;
}

/** What does not change during a run; sent once when it is prepared. */
export interface RunOverview {
  settings: RunSettings;
  network: {
    name: string;
    inputShape: [number, number, number];
    numClasses: number;
    classNames: string[];
    layers: LayerInfo[];
    parameters: number;
    /** Multiply-accumulates an image. */
    macs: number;
    /** Values of all nodes' outputs, an image; left out by recordings. */
    activations?: number;
  };
  /** First layer that the distorted and the centralized term look at. */
  startLayer: number;
  calibration: {
    images: ImageTile;
    verdicts: Verdicts;
    /** [C] 1 where the teacher classifies all of the class's calibration images correctly. */
    reliable: Uint8Array;
  };
  /** PCA per layer is fitted on the observation set; everything else is projected with it. */
  points: {
    observation: LayerPoints;
    calibration: LayerPoints;
    /** One point a class: the BNS centres. */
    centers: LayerPoints;
    /** A few draws a class of what the distorted term aims at (zero-noise variance kept). */
    distorted: LayerPoints;
    /** [L, 2] share of the variance along the two axes. */
    explainedVariance: Float32Array;
  };
  /** Of the observation set (real images). */
  separation: SeparationByLayer;
  /** Of the observation set, too; null where a recorded run of an earlier version does not have it. */
  quality: RealQuality | null;
  /** What the shipped generator checkpoint was trained with, or null when starting from scratch. */
  checkpoint: { note: string; steps: number } | null;
  /**
   * Classes whose images are looked at (observation set, distorted targets, synthetic snapshots), in their order; left
   * out: all. What is given by class is NaN for the others.
   */
  lookedAt?: number[];
  /** In the order in which they run. */
  arms: ArmInfo[];
  /**
   * [n] class of each test image, in the order of `AccuracyRow.answers`; null where a recorded run does not have them.
   */
  testLabels: Uint16Array | null;
  /**
   * Of reading the observation images' statistics: multiply-accumulates and seconds, from which the speed can be
   * guessed; null where unknown.
   */
  reading: { macs: number; seconds: number } | null;
}

/** An arm of a run, as it was at its start. */
export interface ArmInfo {
  id: ArmId;
  /** The one that the settings are; changes on the way are its. */
  leads: boolean;
  /** Whose generator its student learns from: its own, or another arm's that is trained alike; null: none. */
  generator: ArmId | null;
}

/** What accuracies are measured of: two networks that are not trained, and the arms' students. */
export type RowId = 'fullPrecision' | 'ptq' | ArmId;

export interface AccuracyRow {
  id: RowId;
  /** 0 to 1; null while unknown. */
  accuracy: number | null;
  correct: number | null;
  n: number;
  state: 'pending' | 'running' | 'done';
  step: number;
  steps: number;
  /** Accuracies measured on the way: [step, accuracy] pairs. */
  curve: [number, number][];
  /** [n] class that was predicted for each test image when `accuracy` was measured; null while unknown. */
  answers: Uint16Array | null;
  /**
   * Of a student whose training is over: a hash of its weights' bits (`weightsHash`), the same for the same run on any
   * number of threads; null before, and of what is not trained.
   */
  weightsHash: string | null;
  /** What the learning rate is at most, because a first step with more was too long; left out: nothing was found. */
  rateCap?: number;
}

/** One generator step's loss terms (unweighted values; null where switched off). */
export interface GeneratorSample {
  /** Whose generator. */
  arm: ArmId;
  step: number;
  terms: Record<TermName, number | null>;
  /** Weighted sum that was minimised. */
  total: number;
  /** Expected value of the distorted term's noise: distorted - floor is what alignment can reduce. */
  distortedFloor: number | null;
  learningRate: number;
}

export interface StudentSample {
  arm: ArmId;
  step: number;
  /** Null, with the next: a step that fits one block. */
  ce: number | null;
  distillation: number | null;
  /** What was minimised: the sum of both, or the squared difference of the block's output to the teacher's. */
  total: number;
  learningRate: number;
}

/**
 * The generator's images of one moment, made from the same latents every time so that they can be compared. Of a
 * network with very many classes only some are looked at (`probeClasses`), and what is said of the others is NaN.
 */
export interface SyntheticSnapshot {
  /** Whose generator. */
  arm: ArmId;
  step: number;
  /** A row of `perClass` images for each class that is looked at, row-major. */
  perClass: number;
  images: ImageTile;
  verdicts: Verdicts;
  /** One point an image. */
  points: LayerPoints;
  /** One point a class that is looked at, in rising order: BNS of the class's images together. */
  batchPoints: LayerPoints;
  /** Silhouette etc. of the synthetic images' own statistics, nearest *real* centre. */
  separation: SeparationByLayer;
  /** [L, C] distance of the class's synthetic batch to its own centre (scaled as in the statistics). */
  distanceToOwnCenter: Float32Array;
  /** [L, C] distance to the nearest other class's centre. */
  distanceToNearestOther: Float32Array;
  /** Null where a recorded run of an earlier version does not have it. */
  quality: SyntheticQuality | null;
}

/** Everything new since the last frame. */
export interface RunFrame {
  phase: RunPhase;
  /** Whose turn it is; null where the phase is nobody's. */
  arm: ArmId | null;
  /** Steps done and in all within the stage. */
  step: number;
  steps: number;
  elapsedSeconds: number;
  /** Median of recent steps of this stage. */
  secondsPerStep: number | null;
  /** Of the whole run. */
  remainingSeconds: number | null;
  /** Fraction of the whole run, 0 to 1. */
  fraction: number;
  generator: GeneratorSample[];
  student: StudentSample[];
  accuracy: AccuracyRow[];
  /** Of the generators that were looked at since the last frame. */
  synthetic: SyntheticSnapshot[];
}
