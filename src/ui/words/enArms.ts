import type { ArmId } from '../../engine/methods/arms';
import type { RowId } from '../../engine/runReport';

/** English words for the arms of a run: the methods that it compares. */
export const enArms = {
  /** Short: for bars, legends and columns. */
  names: {
    fullPrecision: 'Full precision',
    ptq: 'PTQ only',
    calibration: 'Calibration only',
    zeroShot: 'Zero-shot style',
    centralized: '+ centralized',
    distorted: '+ distorted',
    fdda: 'FDDA',
    fddaPlus: 'FDDA+',
    custom: 'Own combination',
  } satisfies Record<RowId, string>,
  help: 'Press a method to make it the leading one: the loss terms below are then its own, and the charts show its images. Tick others to run them beside it, on the same images, with the same seed and the same quantizer; the accuracies then stand side by side. PTQ only and full precision are always measured. Every ticked method takes its time.',
  /** Above the list. */
  hint: 'Press one: it leads. Tick others to run them beside it.',
  leads: 'leads',
  beside: 'beside',
  always: 'always measured',
  tick: (name: string) => `Run ${name} beside it`,
  /** Nothing is trained: ticks have no effect. */
  untrained: 'Nothing is trained with PTQ only: the others do not run either.',
  whose: 'Whose images',
  /** A generator that another arm uses as well. */
  shares: (name: string, others: string) => `${name} (also ${others})`,
  estimate: (time: string) => `about ${time} here`,
  estimateHelp:
    'How long the whole run will take with these settings, from the number of multiplications and how fast they were here in the last run, or while the images were read.',
  memory: (gigabytes: string) => `${gigabytes} GB of memory`,
  memoryHelp:
    'About how much memory a run with these settings takes: weights, what a step keeps for its gradients, statistics of all classes, images. Smaller batches and a narrower generator need less.',
  estimateOf: (time: string) => `With these settings a run takes about ${time} here.`,
};

/** What a run does in a stage of an arm, in the words of the status line. */
export const enStage = {
  generator: (arm: ArmId) =>
    `Training the generator of ${enArms.names[arm]}: its images move toward the statistics of real ones`,
  movingImages: (arm: ArmId) =>
    `Moving the images of ${enArms.names[arm]} themselves toward the statistics of real ones; the generator stands still`,
  student: (arm: ArmId) =>
    arm === 'calibration'
      ? 'Training a student on the calibration images only'
      : `Training the student of ${enArms.names[arm]} on calibration and synthetic images`,
};
