/**
 * How much memory a run needs, and settings with which it fits a machine. Knows no tfjs: the page says it before a run
 * begins.
 */
import { areLarge, canHold, imagesAtOnce } from '../data/amounts';
import { generatorParameters, lastChannels, type GeneratorConfig } from '../generator/generatorConfig';
import { armsOf, generatorOwners, type Arm } from '../methods/arms';
import { firstRefineStep, studentBatch, type RunSettings } from '../runSettings';
import { freshGeneratorConfig, WorkCount, type NetworkSize } from './workCount';

/** What the memory of a run depends on beside its settings. */
export interface RunSize extends NetworkSize {
  /** Values of all weights. */
  parameters: number;
  /** Values of the outputs of all nodes, an image. */
  activations: number;
  /** Columns of its BatchNorm statistics: two a channel of every layer. */
  statistics: number;
}

/** Columns of the BatchNorm statistics of these layers: mean and variance of every channel. */
export const statisticsColumns = (layers: readonly { channels: number }[]): number =>
  layers.reduce((sum, { channels }) => sum + 2 * channels, 0);

const FLOAT = 4;
/** What a browser's WebAssembly can have is 4 GB; what is freed is not all of use again. */
export const MOST_WASM_BYTES = 3.6e9;
/** What settings that are chosen here stay below: the page, and others on the machine, need some as well. */
const WANTED_BYTES = 2.4e9;
/** Seconds of a step of the generator, and of the student, up to which larger batches are chosen. */
const WANTED_SECONDS = 6;
/** Of one measurement of an accuracy. */
const MEASURED_SECONDS = 45;
const FEWEST_TEST_IMAGES = 50;
/** Of images that are moved themselves, with all that is remembered of each. */
const REFINED_BYTES = 0.8e9;
/** How many of a class are tried, the largest first. */
const REFINED_CHOICES = [128, 64, 32, 24, 16, 12, 8, 6, 4, 2];
/**
 * Multiply-accumulates a second of steps and runs, per one of reading images: training does most of its work in large
 * matrix products, of an upsampling with its convolution only 9 of 36 products are left, and reading comes first, with
 * code that the browser has hardly compiled. The default run on wasm took 71 s where seven fresh pages, reckoning with
 * this, said 65 to 100. Elsewhere it may be off by half; a run of one's own then takes its place.
 */
export const STEP_PER_READING = 3;
/** Batches and generator widths that are tried, the largest first. */
const CHOICES: readonly [batch: number, channels: number][] = [
  [16, 128],
  [16, 64],
  [8, 64],
  [8, 32],
  [4, 32],
  [4, 16],
  [2, 16],
];

/**
 * Bytes that a run takes at its peak on its backend: weights, what a step keeps for its gradients, images. About: one
 * half to twice as much is possible.
 */
export function backendBytes(settings: RunSettings, size: RunSize): number {
  const arms = armsOf(settings);
  const owners = generatorOwners(arms);
  const config = freshGeneratorConfig(size, settings);
  const [height, width, channels] = size.inputShape;
  const imageValues = height * width * channels;
  const generators = new Set(owners.values());
  generators.delete(null);
  // Weights with Adam's two moments; of the one that is trained, gradients.
  const ofGenerators = (3 * generators.size + 1) * generatorParameters(config);
  // The network, plain students of it, and one that is trained: weights, momentum, gradients.
  const weights = 6 * size.parameters + ofGenerators;
  const generatorStep =
    generators.size === 0 ? 0 : 2 * settings.generatorBatch * (size.activations + generatorActivations(config));
  const studentStep = Math.max(
    ...arms.map((arm) => {
      const withGenerator = owners.get(arm.id) !== null;
      const { real, synthetic } = studentBatch(arm.settings, settings.imagesPerClass, withGenerator);
      return (real + synthetic) * (QUANTIZED * size.activations + 4 * imageValues) + synthetic * imageValues;
    }),
  );
  const refining = arms.filter((arm) => generators.has(arm.id) && movesImages(arm));
  const refined = refining.length * size.numClasses * settings.refinedPerClass * REFINED_COPIES * imageValues;
  const firstRefined =
    refining.length === 0
      ? 0
      : Math.min(size.numClasses * FIRST_IN_ONE_PASS, imagesAtOnce(imageValues)) * generatorActivations(config);
  const images = size.numClasses * settings.imagesPerClass;
  const held = canHold(images, imageValues) ? images * imageValues : 0;
  return FLOAT * (weights + held + refined + SLACK * Math.max(generatorStep, studentStep, firstRefined));
}

/** Of a student's pass beside one of the network: every activation is there before and after rounding. */
const QUANTIZED = 1.35;
/** Whether synthetic images are moved themselves for this arm's student. */
export const movesImages = ({ settings }: Pick<Arm, 'settings'>): boolean => firstRefineStep(settings) !== Infinity;

/** Of an image that is moved itself: its values, Adam's two moments, and all of them anew while it is made or moved. */
const REFINED_COPIES = 9;
/** Images of each class that the generator makes at a time where they are then moved themselves (`RefinedImages`). */
const FIRST_IN_ONE_PASS = 6;
/** What is allocated beside what is kept: sums before a bias, gradients on their way, holes. Fitted to the four networks. */
const SLACK = 1.75;

/** Bytes of plain arrays: the classes' statistics several times, and pictures as bytes. */
export function arrayBytes(settings: RunSettings, { numClasses, inputShape, statistics }: RunSize): number {
  const tables = 3 + settings.imagesPerClass;
  const imageBytes = inputShape.reduce((a, b) => a * b, 1);
  const pictures = numClasses * (settings.imagesPerClass + 2) * imageBytes;
  return FLOAT * tables * numClasses * statistics + pictures;
}

/** Values that the generator keeps of an image for its gradients. */
function generatorActivations(config: GeneratorConfig): number {
  const { channels: c, imageSize: s, imageChannels } = config;
  return 2 * c * (s / 4) ** 2 + 3 * c * (s / 2) ** 2 + 3 * lastChannels(config) * s ** 2 + 4 * imageChannels * s ** 2;
}

/**
 * Settings that are changed so that steps on large images take seconds and fit into memory: images a step, the
 * generator's width, test images, images kept a class where they are moved themselves (whether or not a method does so
 * yet: it may be ticked later). Nothing is made larger, and nothing is changed where images are small.
 *
 * @param speed multiply-accumulates a second of the network on some images
 */
export function fitToMachine(settings: RunSettings, size: RunSize, speed: number): Partial<RunSettings> {
  if (!areLarge(size.inputShape)) return {};
  const refinedPerClass = fittingPerClass(settings.refinedPerClass, size);
  const candidates = CHOICES.map(([batch, channels]) => ({
    refinedPerClass,
    generatorBatch: Math.min(settings.generatorBatch, batch),
    calibrationBatch: Math.min(settings.calibrationBatch, batch),
    syntheticBatch: Math.min(settings.syntheticBatch, batch),
    generatorChannels: Math.min(settings.generatorChannels, channels),
  }));
  const fits = (candidate: (typeof candidates)[number]) => {
    const tried = { ...settings, ...candidate };
    const work = new WorkCount(size.macs, freshGeneratorConfig(size, tried));
    const macs = Math.max(work.generatorStep(tried, -1), work.studentStep(tried, true, Infinity));
    return backendBytes(tried, size) <= WANTED_BYTES && macs <= WANTED_SECONDS * STEP_PER_READING * speed;
  };
  const chosen: Partial<RunSettings> = { ...(candidates.find(fits) ?? candidates[candidates.length - 1]) };
  const measured = Math.round((MEASURED_SECONDS * speed) / size.macs / 50) * 50;
  chosen.testImages = Math.min(settings.testImages, Math.max(FEWEST_TEST_IMAGES, measured));
  return Object.fromEntries(
    Object.entries(chosen).filter(([key, value]) => settings[key as keyof RunSettings] !== value),
  );
}

/** Images of each class that can be moved themselves. @param asked the most */
function fittingPerClass(asked: number, { numClasses, inputShape }: NetworkSize): number {
  const bytes = FLOAT * REFINED_COPIES * numClasses * inputShape.reduce((a, b) => a * b, 1);
  const choices = [asked, ...REFINED_CHOICES.filter((choice) => choice < asked)];
  return choices.find((choice) => choice * bytes <= REFINED_BYTES) ?? choices[choices.length - 1];
}
