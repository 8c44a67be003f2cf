import type { ArmId } from '../../engine/methods/arms';
import type { AccuracyRow, ArmInfo, RunPhase } from '../../engine/runReport';
import type { RunSettings } from '../../engine/runSettings';
import type { BackendName } from '../../worker/protocol';
import type { RunRecord } from '../runRecord';
import type { PackedNumbers } from './packing';

/**
 * A recorded run: what a run showed, as one JSON file. The page writes it ("Save this run"), `npm run record` writes
 * the one in `public/recordings`, and the page shows either again. Numbers are rounded to what the page shows of them,
 * images are kept as in a JPEG; labels, settings and counts are exact.
 */

export const FORMAT = 'fdda-playground-run';
/** To be raised when an older reader would misread the file. A new setting is no reason: see `readSettings`. */
export const FORMAT_VERSION = 2;
/**
 * Of files that had one generator, and students on the calibration images alone and with its images; they still open
 * (`readVersion1`).
 */
export const FIRST_VERSION = 1;

/** Where the page finds the run that comes with it, in its own folder. */
export const SHIPPED_RECORDING = 'recordings/default.json';
/** The same of a run on photographs, which is shown when it is asked for. */
export const SHIPPED_PHOTOGRAPHS = 'recordings/photographs.json';

export interface Versions {
  playground: string;
  tfjs: string;
}

/** What is known of a recorded run beside what it showed. */
export interface RecordingFacts {
  settings: RunSettings;
  versions: Versions;
  backend: BackendName;
  dataset: string;
  /** When it was written: an ISO date and time. */
  written: string;
  /** Whether the run came to its end. */
  finished: boolean;
}

/** A recorded run as the page holds it. */
export interface Recording extends RecordingFacts {
  record: RunRecord & { overview: NonNullable<RunRecord['overview']>; live: NonNullable<RunRecord['live']> };
}

/** Of one file. Anything beyond is refused before memory is taken for it. */
export const LIMITS = {
  fileBytes: 16 * 2 ** 20,
  moments: 240,
  /** Entries of a setting that is a list. */
  list: 4096,
  snapshots: 64,
  samples: 2000,
  layers: 200,
  classes: 1024,
  channels: 65536,
  activations: 1000,
  imageSide: 256,
  images: 4096,
  points: 20000,
  curve: 1000,
  /** Measurements whose answers are kept. */
  measurements: 200,
  testImages: 100000,
  text: 200,
} as const;

// ---- the file ---------------------------------------------------------------------------------------------------

export interface PackedTile {
  count: number;
  height: number;
  width: number;
  /**
   * Deflated coefficients, or their differences (modulo 256) to those of the snapshot before where that has as many.
   */
  data: string;
}

/** Images that were left out: how many there were. */
export type WithheldTile = Omit<PackedTile, 'data'> & { data: null };

export interface PackedPoints {
  count: number;
  xy: PackedNumbers;
  labels: number[];
}

export interface VerdictsFile {
  labels: number[];
  predicted: number[];
  probability: number[];
}

/** One value a layer; null where there is none. */
export interface SeparationFile {
  silhouette: (number | null)[];
  intraClass: (number | null)[];
  interClass: (number | null)[];
  nearestCenterAccuracy: (number | null)[];
}

/** As in `QualityReport`; null where there is no number. */
export interface QualityFile {
  ownCenter: number | null;
  nearestOther: number | null;
  nearestCenterRate: number | null;
  silhouetteByClass: PackedNumbers;
  spreadByClass: PackedNumbers;
  bnsGap: (number | null)[];
  teacherAccuracy: number | null;
  teacherEntropy: number | null;
}

export interface SyntheticQualityFile extends QualityFile {
  coverage: (number | null)[];
}

export interface RealQualityFile extends QualityFile {
  distanceToOwnCenter: PackedNumbers;
  distanceToNearestOther: PackedNumbers;
  activations: string[];
  calibrationCoverage: (number | null)[];
}

export interface SnapshotFile {
  /** Whose generator. */
  arm: ArmId;
  step: number;
  perClass: number;
  images: PackedTile;
  verdicts: VerdictsFile;
  points: PackedPoints;
  batchPoints: PackedPoints;
  separation: SeparationFile;
  distanceToOwnCenter: PackedNumbers;
  distanceToNearestOther: PackedNumbers;
  /** Not in files written before there was one. */
  quality?: SyntheticQualityFile;
}

export interface MomentFile {
  phase: RunPhase;
  arm: ArmId | null;
  step: number;
  steps: number;
  elapsedSeconds: number;
  fraction: number;
  generatorStep: Partial<Record<ArmId, number>>;
  studentStep: Partial<Record<ArmId, number>>;
  /** Of each generator an index into `snapshots`. */
  snapshots: Partial<Record<ArmId, number>>;
  /** Index into `accuracies`. */
  accuracy: number;
}

export interface AccuracyFile extends Omit<AccuracyRow, 'answers' | 'weightsHash'> {
  /** Index into `answers`; null where they are not known. */
  answers: number | null;
  /** Left out where there is none, and in files from before there was one. */
  weightsHash?: string;
}

/** A series by columns, all of one length. */
export type Columns<Name extends string> = { step: number[] } & Record<Name, (number | null)[]>;

export const GENERATOR_COLUMNS = [
  'ceMixed',
  'bns',
  'distorted',
  'ceSingle',
  'centralized',
  'contrast',
  'total',
  'distortedFloor',
  'learningRate',
] as const;
export const STUDENT_COLUMNS = ['ce', 'distillation', 'total', 'learningRate'] as const;

export interface RecordingFile {
  format: typeof FORMAT;
  version: typeof FORMAT_VERSION;
  written: string;
  versions: Versions;
  backend: BackendName;
  dataset: string;
  finished: boolean;
  settings: RunSettings;
  overview: {
    network: {
      name: string;
      inputShape: [number, number, number];
      classNames: string[];
      layers: { name: string; channels: number; height: number; width: number }[];
      parameters: number;
      macs: number;
    };
    startLayer: number;
    calibration: { images: PackedTile | WithheldTile; verdicts: VerdictsFile; reliable: number[] };
    points: {
      observation: PackedPoints;
      calibration: PackedPoints;
      centers: PackedPoints;
      distorted: PackedPoints;
      explainedVariance: number[];
    };
    separation: SeparationFile;
    /** Not in files written before there was one; then no snapshot has one. */
    quality?: RealQualityFile;
    checkpoint: { note: string; steps: number } | null;
    arms: ArmInfo[];
    /** Classes of the test images, packed as `answers`; how many there are. */
    testLabels: { count: number; data: string } | null;
  };
  losses: {
    generator: Partial<Record<ArmId, Columns<(typeof GENERATOR_COLUMNS)[number]>>>;
    student: Partial<Record<ArmId, Columns<(typeof STUDENT_COLUMNS)[number]>>>;
  };
  /**
   * Of test images in order, a byte each: deflated classes that were predicted. What most measurements share is not
   * repeated: see `packAnswers`.
   */
  answers: string[];
  snapshots: SnapshotFile[];
  accuracies: AccuracyFile[][];
  moments: MomentFile[];
}
