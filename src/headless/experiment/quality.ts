/**
 * Quality of a trained generator's images beside that of real ones: fresh batches, many more than the page's look
 * takes.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bnsCenters } from '../../engine/bns/centers';
import {
  coverage,
  imageQuality,
  ratio,
  type ImageQuality,
  type Measure,
  type QualityReference,
} from '../../engine/bns/quality';
import { BnsTable, collectStatistics, type CollectedStatistics } from '../../engine/bns/statistics';
import { observationSet } from '../../engine/data/calibrationSet';
import { gatherBatch, type Dataset } from '../../engine/data/dataset';
import { activationNodes, unitedRanges, type ActivationRange } from '../../engine/network/activationRanges';
import { Random } from '../../engine/random';
import type { Run } from '../../engine/training/run';
import type { RunSettings } from '../../engine/runSettings';
import type { Teacher } from '../../engine/training/teacher';

/** Single-class batches of each class. */
const BATCHES_PER_CLASS = 8;
/** Of them, those whose images are also looked at one by one: pairs of images cost their number squared. */
const BATCHES_OF_SINGLES = 2;

/** Per layer; per layer and class as one row a layer. */
interface Rows {
  byLayer: number[];
  byClass: number[][];
}

/** Of some images: `ImageQuality` as JSON. */
export interface ImagesQuality {
  ownCenter: Rows;
  nearestOther: Rows;
  nearestCenterRate: Rows;
  joint: ImageQuality['joint'];
  silhouette: Rows;
  spread: Rows;
  bnsGap: number[];
  teacherAccuracy: number;
  teacherEntropy: number;
}

export interface Quality {
  /** Images in a batch; batches of each class. */
  batch: number;
  batchesPerClass: number;
  /** Names of the layers, in order. */
  layers: string[];
  startLayer: number;
  synthetic: ImagesQuality;
  /** The same of real images that the method never sees, in batches drawn from `observed` images of each class. */
  real: ImagesQuality & { observed: number };
  /** Synthetic spread over real spread; below 1: the generator makes less variety than there is. */
  spreadRatio: Rows;
  /** Share of each activation's range on real images that synthetic images, and that calibration images, reach. */
  activationCoverage: { activations: string[]; synthetic: number[]; calibration: number[] };
}

/**
 * @param run of these settings, whose generator is trained
 * @param random for the latents and the draws of real batches
 */
export async function measureQuality(
  teacher: Teacher,
  dataset: Dataset,
  run: Pick<Run, 'generator' | 'refined' | 'prepared'>,
  settings: RunSettings,
  random: Random,
): Promise<Quality> {
  const { numClasses, normalization, inputShape } = teacher.definition;
  const { prepared } = run;
  const batch = settings.generatorBatch;
  const reference: QualityReference = {
    centers: prepared.centers,
    running: prepared.running,
    startLayer: prepared.overview.startLayer,
  };
  const classes = Array.from({ length: numClasses * BATCHES_PER_CLASS }, (_, i) => Math.floor(i / BATCHES_PER_CLASS));
  const made: CollectedStatistics[] = [];
  for (let round = 0; round < BATCHES_PER_CLASS; round++) {
    const images = oneOfEachClass(run, settings, random.fork(`round ${round}`));
    for (let label = 0; label < numClasses; label++) {
      const part = tf.slice(images, [label * batch, 0, 0, 0], [batch, ...inputShape]);
      made[label * BATCHES_PER_CLASS + round] = await seen(teacher, part);
      part.dispose();
    }
    images.dispose();
  }
  const singles = classes.map((_, i) => i).filter((i) => i % BATCHES_PER_CLASS < BATCHES_OF_SINGLES);
  const repeated = (batches: number[]) => batches.flatMap((i) => new Array<number>(batch).fill(classes[i]));
  const synthetic = imageQuality(
    {
      images: BnsTable.concat(singles.map((i) => made[i].statistics)),
      labels: repeated(singles),
      batches: BnsTable.concat(made.map(({ statistics }) => bnsCenters(statistics, new Uint8Array(batch), 1).table)),
      batchLabels: classes,
      logits: joined(made.map(({ logits }) => logits)),
      logitLabels: repeated(classes.map((_, i) => i)),
    },
    reference,
  );

  // The same images as in the run's overview, in an order of the same seed.
  const sample = observationSet(dataset, settings.observationPerClass, new Random(settings.seed).fork('calibration'));
  const observed = gatherBatch(dataset, 'calibration', sample.indices, normalization);
  const images = tf.tensor4d(observed.images, [observed.count, ...inputShape]);
  const looked = await seen(teacher, images);
  images.dispose();
  const real = imageQuality(
    {
      images: looked.statistics,
      labels: observed.labels,
      ...realBatches(looked.statistics, sample.imagesPerClass, classes, batch, random.fork('real batches')),
      logits: looked.logits,
      logitLabels: observed.labels,
    },
    reference,
  );
  const calibration = await seen(teacher, prepared.calibrationImages);
  return {
    batch,
    batchesPerClass: BATCHES_PER_CLASS,
    layers: teacher.facts.batchNorms.map(({ name }) => name),
    startLayer: reference.startLayer,
    synthetic: asJson(synthetic, numClasses),
    real: { ...asJson(real, numClasses), observed: sample.imagesPerClass },
    spreadRatio: rows(ratio(synthetic.spread, real.spread), numClasses),
    activationCoverage: {
      activations: activationNodes(teacher.definition).map(({ name }) => name),
      synthetic: covered(looked.ranges, unitedRanges(made.map(({ ranges }) => ranges))),
      calibration: covered(looked.ranges, calibration.ranges),
    },
  };
}

/** A single-class batch of each class, class by class, as the method makes them; the caller's. */
function oneOfEachClass(
  { generator, refined }: Pick<Run, 'generator' | 'refined'>,
  { generatorBatch, classesPerStep }: RunSettings,
  random: Random,
): tf.Tensor4D {
  const { numClasses, latentDim } = generator.config;
  const labels = Array.from({ length: numClasses * generatorBatch }, (_, i) => Math.floor(i / generatorBatch));
  if (refined) return refined.batch(refined.pick(labels, random));
  const z = random.fillNormal(new Float32Array(labels.length * latentDim));
  const groups = classesPerStep > 1 ? [labels.length] : new Array<number>(numClasses).fill(generatorBatch);
  return tf.tidy(() => generator.generate(tf.tensor2d(z, [labels.length, latentDim]), labels, groups));
}

/** Real single-class batches: images of the class drawn without repeats, as many as there are at most. */
function realBatches(statistics: BnsTable, perClass: number, classes: number[], batch: number, random: Random) {
  const tables = classes.map((label) => {
    const order = random.shuffle(Array.from({ length: perClass }, (_, i) => label * perClass + i)).slice(0, batch);
    return bnsCenters(statistics.select(order), new Uint8Array(order.length), 1).table;
  });
  return { batches: BnsTable.concat(tables), batchLabels: classes };
}

/** What the teacher makes of images [N, H, W, C]. */
async function seen({ definition, weights }: Teacher, images: tf.Tensor4D): Promise<CollectedStatistics> {
  return (await collectStatistics(definition, weights, images))!;
}

const covered = (real: ActivationRange[], reached: ActivationRange[]) =>
  real.map((range, i) => round(coverage(range, reached[i])));

function joined(parts: Float32Array[]): Float32Array {
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

const round = (value: number) => Number(value.toPrecision(4));

function rows({ byLayer, byClass }: Measure, numClasses: number): Rows {
  return {
    byLayer: Array.from(byLayer, round),
    byClass: Array.from(byLayer, (_, l) => Array.from(byClass.subarray(l * numClasses, (l + 1) * numClasses), round)),
  };
}

function asJson(quality: ImageQuality, numClasses: number): ImagesQuality {
  const { joint } = quality;
  return {
    ownCenter: rows(quality.ownCenter, numClasses),
    nearestOther: rows(quality.nearestOther, numClasses),
    nearestCenterRate: rows(quality.nearestCenterRate, numClasses),
    joint: {
      ownCenter: round(joint.ownCenter),
      nearestOther: round(joint.nearestOther),
      nearestCenterRate: round(joint.nearestCenterRate),
    },
    silhouette: rows(quality.silhouette, numClasses),
    spread: rows(quality.spread, numClasses),
    bnsGap: Array.from(quality.bnsGap, round),
    teacherAccuracy: round(quality.teacherAccuracy),
    teacherEntropy: round(quality.teacherEntropy),
  };
}
