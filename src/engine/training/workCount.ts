/** How much work a run and its parts are. Knows no tfjs: the page estimates with it how long a run will take. */
import { imagesAtOnce } from '../data/amounts';
import { generatorMacs, type GeneratorConfig } from '../generator/generatorConfig';
import { armsOf, generatorOwners, trainsStudent } from '../methods/arms';
import { firstRefineStep, reconstructionSteps, studentBatch, type RunSettings } from '../runSettings';

/** Images an evaluation looks at in one forward pass, where they are small. */
export const EVALUATION_BATCH = 100;

/** Images an evaluation looks at in one forward pass. @param imageShape [height, width, channels] */
export const evaluationBatch = ([height, width, channels]: readonly [number, number, number]): number =>
  imagesAtOnce(height * width * channels, EVALUATION_BATCH);
/** Times in a student's training at which its accuracy is measured. */
const STUDENT_EVALUATIONS = 4;
/**
 * Steps that fit a block in the time of one that trains the whole. An eighth of the arithmetic in a network of eight
 * blocks, but more is done to every value: 37 ms beside 72 on wasm, one thread, bundled network.
 */
const BLOCK_STEPS = 2;
/** Of a generator that starts from nothing (the paper's). */
export const LATENT_DIM = 100;

/** Student steps after which its accuracy is measured, evenly spread, the last step among them. */
export function evaluationSteps({
  studentSteps,
  testImages,
}: Pick<RunSettings, 'studentSteps' | 'testImages'>): number[] {
  if (testImages === 0 || studentSteps === 0) return [];
  const steps = Array.from({ length: STUDENT_EVALUATIONS }, (_, k) =>
    Math.round((studentSteps * (k + 1)) / STUDENT_EVALUATIONS),
  );
  return [...new Set(steps)].filter((step) => step > 0);
}

/** Multiply-accumulates of the units of work that a run is made of. */
export class WorkCount {
  /**
   * @param teacherMacs an image, forward
   * @param generator what the run's generators look like
   */
  constructor(
    private readonly teacherMacs: number,
    private readonly generator: GeneratorConfig,
  ) {}

  /** Images of one unit of a measurement. */
  private get evaluationImages(): number {
    const { imageSize, imageChannels } = this.generator;
    return evaluationBatch([imageSize, imageSize, imageChannels]);
  }

  get evaluationBatch(): number {
    return this.evaluationImages * this.teacherMacs;
  }

  /** One measurement of an accuracy. */
  evaluation({ testImages }: Pick<RunSettings, 'testImages'>): number {
    return Math.ceil(testImages / this.evaluationImages) * this.evaluationBatch;
  }

  /**
   * Forward and both gradients of the generator (if it is its turn), forward and input gradient of the teacher, on two
   * batches.
   */
  generatorStep(settings: RunSettings, step: number): number {
    const ofGenerator = step < firstRefineStep(settings) ? 3 * generatorMacs(this.generator) : 0;
    return 2 * settings.generatorBatch * (ofGenerator + 2 * this.teacherMacs);
  }

  /** All of them. */
  generatorSteps(settings: RunSettings): number {
    const ofGenerator = Math.min(firstRefineStep(settings), settings.generatorSteps);
    const ofImages = settings.generatorSteps - ofGenerator;
    return ofGenerator * this.generatorStep(settings, -1) + ofImages * this.generatorStep(settings, ofGenerator);
  }

  /**
   * The teacher's forward pass, three passes of the student, the generator's forward pass; a part of that where one
   * block is fitted.
   *
   * @param step from 0
   */
  studentStep(settings: RunSettings, withGenerator: boolean, step: number): number {
    const { real, synthetic } = studentBatch(settings, settings.imagesPerClass, withGenerator);
    if (step < reconstructionSteps(settings)) return ((real + synthetic) * 4 * this.teacherMacs) / BLOCK_STEPS;
    return (real + synthetic) * 4 * this.teacherMacs + synthetic * generatorMacs(this.generator);
  }

  /** All steps of a student. */
  studentSteps(settings: RunSettings, withGenerator: boolean): number {
    const fitted = reconstructionSteps(settings);
    const whole = settings.studentSteps - fitted;
    return (
      (fitted === 0 ? 0 : fitted * this.studentStep(settings, withGenerator, 0)) +
      whole * this.studentStep(settings, withGenerator, Infinity)
    );
  }

  /** The same, and the measurements on the way. */
  student(settings: RunSettings, withGenerator: boolean): number {
    return evaluationSteps(settings).length * this.evaluation(settings) + this.studentSteps(settings, withGenerator);
  }
}

/** What the work of a run depends on beside its settings. */
export interface NetworkSize {
  /** Multiply-accumulates an image, forward. */
  macs: number;
  /** [height, width, channels] */
  inputShape: readonly [number, number, number];
  numClasses: number;
}

/** The configuration of a generator that starts from nothing. */
export const freshGeneratorConfig = (
  { inputShape, numClasses }: Omit<NetworkSize, 'macs'>,
  { generatorChannels }: Pick<RunSettings, 'generatorChannels'>,
): GeneratorConfig => ({
  latentDim: LATENT_DIM,
  channels: generatorChannels,
  imageSize: inputShape[0],
  imageChannels: inputShape[2],
  numClasses,
});

/** Multiply-accumulates of a whole run with these settings, preparation left out. */
export function runWork(settings: RunSettings, size: NetworkSize): number {
  const count = new WorkCount(size.macs, freshGeneratorConfig(size, settings));
  const arms = armsOf(settings);
  const owners = generatorOwners(arms);
  const generators = arms.filter(({ id }) => owners.get(id) === id);
  const students = arms.filter(trainsStudent);
  return [
    2 * count.evaluation(settings),
    ...generators.map((arm) => count.generatorSteps(arm.settings)),
    ...students.map((arm) => count.student(arm.settings, owners.get(arm.id) !== null)),
  ].reduce((sum, each) => sum + each, 0);
}
