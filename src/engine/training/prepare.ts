/**
 * Everything a run knows before its first step: calibration and observation images, their statistics, centres, planes.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bnsCenters, predictedClasses, reliableClasses } from '../bns/centers';
import { fitPca, type Pca } from '../bns/pca';
import { classScatter } from '../bns/scatter';
import { scaledPoints } from '../bns/separation';
import { BnsTable, collectStatistics, runningStatistics } from '../bns/statistics';
import { lookedAtClasses } from '../data/amounts';
import { observationSet, sampleCalibrationSet } from '../data/calibrationSet';
import type { Dataset } from '../data/dataset';
import { drawDistortion } from '../losses/generatorLosses';
import { defaultStartLayer, GeneratorTargets } from '../losses/generatorTargets';
import type { Checkpoint } from '../generator/checkpoint';
import { activationNodes, type ActivationRange } from '../network/activationRanges';
import type { NetworkDefinition } from '../network/types';
import { LayerBitsError, quantizationPlan } from '../quantization/plan';
import { Random } from '../random';
import { backendBytes, fitToMachine, MOST_WASM_BYTES, movesImages } from './machineFit';
import { runSizeOf } from './speed';
import { HeldImages } from './heldImages';
import { PROBE_PER_CLASS } from './probeClasses';
import { realQuality } from './qualityReport';
import type { LayerPoints, RunOverview, Verdicts } from '../runReport';
import { armsOf, generatorOwners } from '../methods/arms';
import type { RunSettings } from '../runSettings';
import { inWords, say, type Said } from '../sentences';
import type { Teacher } from './teacher';

/** Network and dataset do not fit together. */
export class DatasetMismatch extends RangeError {
  constructor(readonly said: Said) {
    super(inWords(said));
    this.name = 'DatasetMismatch';
  }
}

/** A setting that the network does not allow. */
export class SettingError extends RangeError {
  constructor(readonly said: Said) {
    super(inWords(said));
    this.name = 'SettingError';
  }
}

/** Targets of the distorted term shown for each class. */
const DISTORTED_DRAWS = 4;

/**
 * What the distorted and the centralized term aim at: each class's own centre, or (a control) one centre for all of
 * them, the statistics of the whole calibration set. Everything that is only looked at keeps the classes' centres.
 */
export type CenterTargets = 'class' | 'classAgnostic';

/** fraction 0 to 1, and what is being done; returning false stops. */
export type PrepareProgress = (fraction: number, said: Said) => boolean | void | Promise<boolean | void>;

export interface PreparedRun {
  overview: Omit<RunOverview, 'testLabels'>;
  /** Owned: [C k, H, W, channels] normalised; of very many or large ones some (see `HeldImages`). */
  calibrationImages: tf.Tensor4D;
  calibrationLabels: Uint16Array;
  /** All of them; owned. */
  calibrationSet: HeldImages;
  /** Classes whose images are looked at, see `lookedAtClasses`. */
  lookedAt: number[];
  /** What a generator of an arm with these settings aims at; the caller's. */
  createTargets(settings: RunSettings): GeneratorTargets;
  running: BnsTable;
  centers: BnsTable;
  calibration: BnsTable;
  observation: BnsTable;
  observationLabels: Uint16Array;
  /** Of every activation, on the observation images. */
  observationRanges: ActivationRange[];
  /** [L] fitted on the observation set. */
  planes: Pca[];
  dispose(): void;
}

/**
 * @param checkpoint what the generator starts from, only to be named in the overview
 * @returns null when `onProgress` said stop; then nothing is left behind
 * @throws DatasetMismatch where network and dataset do not fit, SettingError where a setting is out of range for them
 */
export async function prepareRun(
  teacher: Teacher,
  dataset: Dataset,
  settings: RunSettings,
  checkpoint: Checkpoint | null,
  onProgress?: PrepareProgress,
  aim: CenterTargets = 'class',
): Promise<PreparedRun | null> {
  const { definition } = teacher;
  checkFit(teacher, dataset);
  const layers = teacher.layout.channels.length;
  const startLayer = settings.startLayer < 0 ? defaultStartLayer(layers) : settings.startLayer;
  if (startLayer >= layers) {
    throw new SettingError(say('startLayerTooDeep', startLayer + 1, definition.name, layers));
  }
  checkLayerBits(definition, settings);
  checkMemory(teacher, settings);
  const random = new Random(settings.seed);
  const sampling = random.fork('calibration');
  const imageValues = definition.inputShape.reduce((a, b) => a * b, 1);
  const lookedAt = lookedAtClasses(
    definition.numClasses,
    imageValues,
    PROBE_PER_CLASS,
    random.fork('classes looked at'),
  );
  const calibration = new HeldImages(
    dataset,
    sampleCalibrationSet(dataset, settings.imagesPerClass, sampling),
    definition,
  );
  let observation: HeldImages | null = null;
  const dispose = () => {
    calibration.dispose();
    observation?.dispose();
  };
  try {
    observation = new HeldImages(
      dataset,
      observationSet(dataset, settings.observationPerClass, sampling, lookedAt),
      definition,
    );
    const share = calibration.count / (calibration.count + observation.count);
    const progressFrom = (from: number, to: number, what: 'readingCalibration' | 'readingObservation') =>
      onProgress && ((done: number, total: number) => onProgress(from + (to - from) * (done / total), say(what)));
    // Few calibration images are read in no time.
    const middle = calibration.complete ? 0.3 : 0.2 + 0.7 * share;
    if ((await onProgress?.(0.2, say('readingCalibration'))) === false) {
      dispose();
      return null;
    }
    const known = await collectStatistics(definition, teacher.weights, calibration, {
      onProgress: calibration.complete ? undefined : progressFrom(0.2, middle, 'readingCalibration'),
    });
    // What compiles or warms up has done so with the calibration images.
    const began = performance.now();
    const looked =
      known &&
      (await collectStatistics(definition, teacher.weights, observation, {
        onProgress: progressFrom(middle, 0.9, 'readingObservation'),
      }));
    if (!known || !looked) {
      dispose();
      return null;
    }
    const reading = {
      macs: observation.count * teacher.facts.macs,
      seconds: (performance.now() - began) / 1000,
    };
    observation.dispose();
    const running = runningStatistics(teacher.network);
    const centers = bnsCenters(known.statistics, calibration.labels, definition.numClasses).table;
    const aims = aim === 'class' ? centers : commonCenter(known.statistics, definition.numClasses);
    const createTargets = ({ scaledDistances, distortionScale }: RunSettings) =>
      new GeneratorTargets(running, centers, startLayer, {
        scaled: scaledDistances,
        aims,
        scatter: distortionScale === 'scatter' ? classScatter(known.statistics, calibration.labels) : undefined,
      });
    const planes = looked.statistics.layers.map((layer, l) => fitPca(scaledPoints(layer, running.layers[l])));
    const project = (table: BnsTable, labels: Uint16Array) => projectPoints(planes, table, running, labels);
    const classes = Uint16Array.from({ length: definition.numClasses }, (_, i) => i);
    const real = realQuality(
      { ...looked, labels: observation.labels },
      known.ranges,
      { centers, running, startLayer },
      activationNodes(definition).map(({ name }) => name),
    );
    const targets = createTargets(settings);
    const scales = targets.distortionScales(settings.distortionMean, settings.distortionVariance);
    targets.dispose();
    const distorted = distortedTargets(centers, lookedAt, scales, random.fork('distorted view'));
    const arms = armsOf(settings);
    const owners = generatorOwners(arms);
    const overview: PreparedRun['overview'] = {
      settings,
      network: {
        name: definition.name,
        inputShape: definition.inputShape,
        numClasses: definition.numClasses,
        classNames: teacher.classNames,
        layers: teacher.facts.batchNorms.map((layer, index) => ({ index, ...layer })),
        parameters: teacher.facts.parameters,
        macs: teacher.facts.macs,
        activations: teacher.facts.activations,
      },
      startLayer,
      calibration: {
        images: calibration.tile(),
        verdicts: verdictsOf(known.logits, calibration.labels, definition.numClasses),
        reliable: reliableClasses(known.logits, calibration.labels, definition.numClasses),
      },
      points: {
        observation: project(looked.statistics, observation.labels),
        calibration: project(known.statistics, calibration.labels),
        centers: project(centers, classes),
        distorted: project(distorted.table, distorted.labels),
        explainedVariance: Float32Array.from(planes.flatMap((plane) => plane.explainedVariance)),
      },
      separation: real.separation,
      quality: real.quality,
      checkpoint: checkpoint ? { note: checkpoint.meta.note, steps: checkpoint.meta.steps } : null,
      arms: arms.map(({ id, leads }) => ({ id, leads, generator: owners.get(id)! })),
      reading,
      ...(lookedAt.length < definition.numClasses ? { lookedAt } : {}),
    };
    return {
      overview,
      calibrationImages: calibration.onBackend,
      calibrationLabels: calibration.labels,
      calibrationSet: calibration,
      lookedAt,
      createTargets,
      running,
      centers,
      calibration: known.statistics,
      observation: looked.statistics,
      observationLabels: observation.labels,
      observationRanges: looked.ranges,
      planes,
      dispose: () => calibration.dispose(),
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** A table like that of the classes' centres, whose rows are all the centre of all images. */
function commonCenter(statistics: BnsTable, numClasses: number): BnsTable {
  const { table } = bnsCenters(statistics, new Uint16Array(statistics.rows), 1);
  return table.select(new Uint16Array(numClasses));
}

function checkFit({ definition }: Teacher, dataset: Dataset): void {
  const [h, w, c] = definition.inputShape;
  if (
    String(definition.inputShape) !== String(dataset.imageShape) ||
    definition.numClasses !== dataset.classNames.length
  ) {
    const [dh, dw, dc] = dataset.imageShape;
    throw new DatasetMismatch(
      say(
        'mismatch',
        definition.name,
        `${h}x${w}x${c}`,
        definition.numClasses,
        dataset.name,
        `${dh}x${dw}x${dc}`,
        dataset.classNames.length,
      ),
    );
  }
}

/**
 * @throws SettingError where WebAssembly's memory does not suffice, with settings for which it does. Running out of it
 *   would end the run in the middle, and what it had is not given back.
 */
function checkMemory(teacher: Teacher, settings: RunSettings): void {
  if (tf.getBackend() !== 'wasm') return;
  const size = runSizeOf(teacher);
  const needed = backendBytes(settings, size);
  if (needed <= MOST_WASM_BYTES) return;
  const smaller = { ...settings, ...fitToMachine(settings, size, Infinity) };
  const [most, less] = [MOST_WASM_BYTES, backendBytes(smaller, size)].map(inGigabytes);
  if (less >= most) throw new SettingError(say('tooMuchMemoryAnyway', inGigabytes(needed), most));
  const { generatorBatch, generatorChannels, refinedPerClass } = smaller;
  const takes = [inGigabytes(needed), most, generatorBatch, generatorChannels, less] as const;
  throw new SettingError(
    armsOf(settings).some(movesImages)
      ? say('tooMuchMemoryMoving', ...takes, refinedPerClass)
      : say('tooMuchMemory', ...takes),
  );
}

const inGigabytes = (bytes: number) => Number((bytes / 1e9).toPrecision(2));

/** @throws SettingError where bits are set for a layer that is not there */
function checkLayerBits(definition: NetworkDefinition, settings: RunSettings): void {
  try {
    quantizationPlan(definition, settings);
  } catch (error) {
    if (error instanceof LayerBitsError) throw new SettingError(say('noSuchLayer', error.text, error.network));
    throw error;
  }
}

/** Points of a table's rows in every layer's plane. */
export function projectPoints(planes: Pca[], table: BnsTable, running: BnsTable, labels: Uint16Array): LayerPoints {
  const xy = new Float32Array(planes.length * table.rows * 2);
  planes.forEach((plane, l) =>
    xy.set(plane.project(scaledPoints(table.layers[l], running.layers[l])), l * table.rows * 2),
  );
  return { count: table.rows, xy, labels: Uint16Array.from(labels) };
}

/** What the teacher thinks of images, given its logits [N, numClasses]. */
export function verdictsOf(logits: Float32Array, labels: ArrayLike<number>, numClasses: number): Verdicts {
  const probability = Float32Array.from({ length: labels.length }, (_, i) => {
    const row = logits.subarray(i * numClasses, (i + 1) * numClasses);
    const largest = Math.max(...row);
    const sum = row.reduce((total, v) => total + Math.exp(v - largest), 0);
    return Math.exp(row[labels[i]] - largest) / sum;
  });
  return {
    labels: Uint16Array.from(labels),
    predicted: Uint16Array.from(predictedClasses(logits, numClasses)),
    probability,
  };
}

/** A few draws for each of these classes of what the distorted term aims at: centre plus noise. */
function distortedTargets(
  centers: BnsTable,
  classes: readonly number[],
  scales: Float32Array,
  random: Random,
): { table: BnsTable; labels: Uint16Array } {
  const { layout } = centers;
  const rows = classes.length * DISTORTED_DRAWS;
  const packed = centers.select(classes).pack();
  const drawn = new Float32Array(rows * layout.size);
  for (let i = 0; i < rows; i++) {
    const from = Math.floor(i / DISTORTED_DRAWS) * layout.size;
    const noise = drawDistortion(scales, random);
    for (let k = 0; k < layout.size; k++) drawn[i * layout.size + k] = packed[from + k] + noise[k];
  }
  return {
    table: BnsTable.unpack(layout, rows, drawn),
    labels: Uint16Array.from({ length: rows }, (_, i) => classes[Math.floor(i / DISTORTED_DRAWS)]),
  };
}
