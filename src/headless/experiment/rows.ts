/** What an experiment's findings are counted by. */
import type { RunSettings } from '../../engine/runSettings';

/** One student. */
export interface Row extends Group {
  seed: number;
  n: number;
  correct: number;
  /** 0 to 1, on the test images. */
  accuracy: number;
  /**
   * Which of the test images: base64 of a bit an image, the lowest of the first byte first; null where it was not kept.
   */
  right: string | null;
  /** 0 to 1, on images of the validation split. */
  validationAccuracy: number;
  /** How the training made the student worse instead of better; null: it did not, as far as was looked. */
  collapse: string | null;
  /** Of the student's weights, bit by bit (`weightsHash`): equal for equal runs; null where it was not kept. */
  weightsHash: string | null;
  /** What the learning rate was at most, because a first step with more was too long; null: nothing was found. */
  rateCap: number | null;
  /** Of the student. */
  steps: number;
  learningRate: number | null;
  /** Of the student's training and measuring, and of its generator's training, which other rows may share. */
  seconds: number;
  generatorSeconds: number;
}

/** What rows have in common that differ in the seed only. */
export interface Group {
  method: string;
  center: string;
  weightBits: number;
  activationBits: number;
  firstLast: RunSettings['firstLast'];
  imagesPerClass: number;
  generatorSteps: number | null;
  /** Other settings that the experiment varies, by their flags. */
  variant: Record<string, string | number | boolean>;
}
