/**
 * What the workbench is asked for and what it answers: plain data that crosses a worker boundary. Knows nothing of the
 * engine but types, so that the page may import it.
 */
import type { Range } from '../kernels/scalarQuantizer';
import type { PlannedRole, QuantizerKind } from '../quantization/layerBits';
import type { RunSettings } from '../runSettings';

/** How far quantized values are from full precision. */
export interface Distortion {
  /** Signal-to-quantization-noise ratio in dB: 10 log10(sum x^2 / sum (x - x')^2). Infinity: no error. */
  sqnr: number;
  /** Cosine similarity, -1 to 1. NaN where one of the two is all zeros. */
  cosine: number;
}

/** What the whole network's answers lose. */
export interface Loss {
  /** Mean Kullback-Leibler divergence of the answers from those at full precision, in nats, and its standard error. */
  kl: number;
  klError: number;
  /** Images that only full precision, that only this network answers rightly. */
  onlyFull: number;
  onlyThis: number;
}

/** Where images come from that something is measured on: validation images, where a dataset has them. */
export type MeasuredSplit = 'validation' | 'test';

/** One quantizer of the student. */
export interface LayerRow {
  /** See `quantizerId`. */
  id: string;
  kind: QuantizerKind;
  node: string;
  role: PlannedRole;
  /** FULL_PRECISION: not quantized; then all that follows from quantizing it is null. */
  bits: number;
  /** The BatchNorm layer (0-based) that belongs to it: behind a convolution, before an activation; null: none. */
  layer: number | null;
  /** Values that are quantized: of the kernel, or of one image's activation. */
  values: number;
  /** Grids they have: one a channel, or one in all. */
  grids: number;
  /** From smallest to largest level, of all channels. */
  range: Range | null;
  /** Share of the values outside the grid, 0 to 1. */
  clipped: number | null;
  /** Of the layer's output with only this one quantized. */
  isolated: Distortion | null;
  /** Of the layer's output with everything quantized up to here. */
  accumulated: Distortion | null;
  /** With only this one quantized. */
  sensitivity: Loss | null;
}

export interface LayerTable {
  /** Steps of the student's training. */
  step: number;
  /** Images that everything was measured on. */
  n: number;
  split: MeasuredSplit;
  /** Right answers at full precision, of the same weights. */
  correctFull: number;
  rows: LayerRow[];
  /** With everything quantized. */
  all: Loss;
  /** Bytes of everything that is not quantized: biases, BatchNorm. */
  otherBytes: number;
}

/** Loss by quantizer and bits with only that one quantized: what bits are chosen by. */
export interface Sensitivities {
  n: number;
  split: MeasuredSplit;
  /** Bits that were tried. */
  bits: number[];
  /** Quantizer id -> [bits] mean KL divergence. */
  kl: Record<string, number[]>;
}

/** A network's answers beside those of the full-precision network. */
export interface Answers {
  step: number;
  n: number;
  split: MeasuredSplit;
  /** [n] places among the images of the split are 0 to n - 1. */
  labels: Uint16Array;
  full: Uint16Array;
  student: Uint16Array;
  /** [n] Kullback-Leibler divergence of the student's answer from the full-precision network's, nats. */
  kl: Float32Array;
}

/** Which images an activation is looked at on. */
export const IMAGE_SOURCES = ['calibration', 'synthetic', 'both'] as const;
export type ImageSource = (typeof IMAGE_SOURCES)[number];

/** Values of one kernel or activation at full precision, and their grid. */
export interface HistogramReply {
  step: number;
  kind: QuantizerKind;
  node: string;
  /** All quantizers of the student, to choose another from. */
  quantizers: { kind: QuantizerKind; node: string }[];
  /** Null: all of them. */
  channel: number | null;
  /** Of the kernel; 1 for an activation. */
  channels: number;
  bits: number;
  /** Values. */
  n: number;
  /** Smallest and largest value, between which the bins lie. */
  lo: number;
  hi: number;
  /** [bins] values in each, and their sum. */
  counts: Float64Array;
  sums: Float64Array;
  /** One a channel, or one in all: see `QuantizedWeight`. Empty where it is not quantized. */
  scale: Float32Array;
  zero: Float32Array;
}

/** A way to the activations' ranges. */
export type RangeMethod = RunSettings['activationRange'];

/** What one way to the activations' ranges gives. */
export interface CalibrationRow {
  method: RangeMethod;
  source: ImageSource;
  /** Mean over all activations, on validation images: of their own SQNR in dB, and of the share that is clipped. */
  sqnr: number;
  clipped: number;
  correct: number;
  loss: Loss;
}

/** Shares of an activation's range on validation images that other images reach, 0 to 1. */
export interface CoverageRow {
  node: string;
  calibration: number;
  synthetic: number | null;
}

export interface Calibrations {
  step: number;
  n: number;
  split: MeasuredSplit;
  /** Right answers of the full-precision network, which losses are measured from. */
  correctFull: number;
  /** Images that ranges came from. */
  images: { calibration: number; synthetic: number };
  rows: CalibrationRow[];
  coverage: CoverageRow[];
}

/** What can be done to a quantized network after the fact, in the order in which several are done. */
export const REPAIRS = ['equalization', 'adaRound', 'biasCorrection'] as const;
export type RepairName = (typeof REPAIRS)[number];

/** The student after some repairs. */
export interface RepairRow {
  /** Empty: as it is. */
  names: RepairName[];
  /** Layers that were changed. */
  changed: number;
  correct: number;
  loss: Loss;
}

export interface Repaired {
  step: number;
  n: number;
  split: MeasuredSplit;
  /** Right answers of the full-precision network, which losses are measured from. */
  correctFull: number;
  /** Images that the repairs looked at. */
  images: number;
  rows: RepairRow[];
}

/** What a student, or what it learned from, can be taken away as. */
export const EXPORT_FORMATS = ['onnx', 'layersModel', 'images'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * A file's logits count as the student's within this share of the largest one. Two runtimes add in another order, and
 * a value of an activation that lies between two levels may then go to the other one.
 */
export const LOGIT_TOLERANCE = 0.05;

/** How a file that was read back and run compares with the student. */
export interface ExportCheck {
  /** What ran it. */
  runtime: string;
  /** Test images. */
  n: number;
  /** Of which the most likely class is the student's. */
  same: number;
  /**
   * Of the others, those for which the student itself puts the runtime's class no further behind its own than
   * `LOGIT_TOLERANCE` of the largest logit.
   */
  ties: number;
  /** Of which all logits differ by no more than `LOGIT_TOLERANCE` of the largest logit. */
  close: number;
  /** Largest difference of two logits, and the largest logit there is. */
  maxDifference: number;
  largestLogit: number;
  /** The same with the runtime's graph optimizations off; null where there are none. */
  unoptimized: { same: number; ties: number; close: number; maxDifference: number } | null;
}

/** Answers that must be the student's for a file to be offered. */
export const ENOUGH_SAME = 0.999;

/**
 * `same`: at least 99.9 % of the answers are the student's. `ties`: fewer, but the student itself was undecided about
 * the others. `differs`: the runtime computes something else, or so many values lie between two levels that nobody can
 * tell, and the file is not to be used.
 */
export function verdictOf({ n, same, ties }: Pick<ExportCheck, 'n' | 'same' | 'ties'>): 'same' | 'ties' | 'differs' {
  if (same >= ENOUGH_SAME * n) return 'same';
  return same + ties >= ENOUGH_SAME * n ? 'ties' : 'differs';
}

export interface ExportedFile {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface Exported {
  format: ExportFormat;
  step: number;
  files: ExportedFile[];
  /** Of all files. */
  bytes: number;
  /** Of the network's parameters as float32; null where the files hold no network. */
  fullBytes: number | null;
  /** Null where there is nothing to run. */
  check: ExportCheck | null;
  /** Images in the files, where there are images. */
  images: { calibration: number; synthetic: number } | null;
}

/** A range that takes the place of the student's own. */
export interface RangeChange {
  kind: QuantizerKind;
  node: string;
  /** Of a kernel; null: all of the kernel shares the range. Null for an activation. */
  channel: number | null;
  range: Range;
}

/** What is done to the student of the run before something is made of it, in this order. */
export interface StudentChanges {
  /** Where the activations' ranges come from instead. */
  calibration?: { method: RangeMethod; source: ImageSource };
  ranges?: readonly RangeChange[];
  /** Not together with `ranges` where one of them is equalization, which moves what the ranges were set for. */
  repairs?: { names: readonly RepairName[]; source: ImageSource };
}

/** Right answers to a slice of images, with one range in the place of the student's own. Slices add up. */
export interface TriedRange {
  /** Steps of the student's training when it was taken: it stays the same for one `look`. */
  step: number;
  split: MeasuredSplit;
  /** Place of the first image, images of this slice, and images that there are to be gone through. */
  from: number;
  n: number;
  total: number;
  /** Right answers at full precision and of the student, and those that only one of them gives. */
  full: number;
  student: number;
  onlyFull: number;
  onlyStudent: number;
}

/** Every task of the workbench: what is asked for, and what comes back. */
export interface WorkbenchTasks {
  layers: { options: { images: number }; result: LayerTable };
  sensitivities: { options: { images: number; bits: number[] }; result: Sensitivities };
  answers: {
    options: { images: number; split: MeasuredSplit; changes?: StudentChanges };
    result: Answers;
  };
  histogram: {
    /** quantizer null: the first one. */
    options: {
      quantizer: { kind: QuantizerKind; node: string } | null;
      channel: number | null;
      images: ImageSource;
    };
    result: HistogramReply;
  };
  triedRange: {
    options: {
      quantizer: { kind: QuantizerKind; node: string };
      /** See `RangeChange`; range null: the student's own. */
      channel: number | null;
      range: Range | null;
      /** Place of the slice's first image: 0, or the end of a slice before it. */
      from: number;
      /** Time that the slice may take: as many images as fit. */
      milliseconds: number;
      /** The student is taken anew where this is another one than before. */
      look: number;
    };
    result: TriedRange;
  };
  calibrations: { options: { images: number }; result: Calibrations };
  repairs: {
    /** changes: what is done before the repairs. */
    options: {
      names: readonly RepairName[];
      source: ImageSource;
      images: number;
      changes?: Omit<StudentChanges, 'repairs'>;
    };
    result: Repaired;
  };
  export: { options: { format: ExportFormat; images: number; changes?: StudentChanges }; result: Exported };
}

export type TaskName = keyof WorkbenchTasks;
export type TaskOptions<Name extends TaskName> = WorkbenchTasks[Name]['options'];
export type TaskResult<Name extends TaskName> = WorkbenchTasks[Name]['result'];
/** A task by its name with its options. */
export type AskedTask = { [Name in TaskName]: { name: Name; options: TaskOptions<Name> } }[TaskName];
