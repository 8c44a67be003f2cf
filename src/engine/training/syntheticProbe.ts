/**
 * Looks at the generator from time to time: always the same latents, so that its images can be followed as they change.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bnsCenters } from '../bns/centers';
import { projectNonlinear, type ProjectionMethod } from '../bns/projection';
import { scaledPoints, type Points } from '../bns/separation';
import { BnsTable, statisticsTap } from '../bns/statistics';
import { toImageTile } from '../data/dataset';
import type { Generator } from '../generator/generator';
import type { RefinedImages } from '../generator/refinedImages';
import { RepeatedStep } from '../kernels/replay/repeatedStep';
import { activationNodes, rangesTap, unpackRanges } from '../network/activationRanges';
import type { Random } from '../random';
import { projectPoints, verdictsOf, type PreparedRun } from './prepare';
import { PROBE_PER_CLASS, syntheticQuality } from './qualityReport';
import type { SyntheticSnapshot } from '../runReport';
import type { Teacher } from './teacher';

/** A map of one layer's points by t-SNE or UMAP; each [count, 2]. */
export interface LayerMap {
  layer: number;
  method: ProjectionMethod;
  step: number | null;
  observation: Float32Array;
  calibration: Float32Array;
  centers: Float32Array;
  synthetic: Float32Array | null;
  syntheticBatches: Float32Array | null;
}

/** Statistics of synthetic images at one look. */
interface Seen {
  step: number;
  images: BnsTable;
  batches: BnsTable;
}

/**
 * t-SNE or UMAP of all points of one layer.
 *
 * @param seen synthetic images that are on the map as well; null: there are none
 * @param random the map's own stream is forked from it
 * @param breathe is awaited now and then, so that a long computation lets other events in
 * @throws RangeError where there is no such layer
 */
export async function mapLayer(
  { running, observation, calibration, centers }: PreparedRun,
  seen: Seen | null,
  random: Random,
  layer: number,
  method: ProjectionMethod,
  breathe: () => Promise<void>,
): Promise<LayerMap> {
  if (!running.layers[layer]) throw new RangeError(`There is no BatchNorm layer ${layer}.`);
  const tables = [observation, calibration, centers, ...(seen ? [seen.images, seen.batches] : [])];
  const sets = tables.map((table) => scaledPoints(table.layers[layer], running.layers[layer]));
  const xy = await projectNonlinear(method, joined(sets), random.fork('map'), () => breathe());
  if (!xy) throw new Error('The map was stopped.');
  let at = 0;
  const parts = sets.map(({ count }) => xy.slice(2 * at, 2 * (at += count)));
  return {
    layer,
    method,
    step: seen?.step ?? null,
    observation: parts[0],
    calibration: parts[1],
    centers: parts[2],
    synthetic: parts[3] ?? null,
    syntheticBatches: parts[4] ?? null,
  };
}

/** Owns its latents; nothing else. */
export class SyntheticProbe {
  /** [numClasses PROBE_PER_CLASS, latentDim], class by class; stays the probe's. */
  readonly latents: tf.Tensor2D;
  private readonly labels: Uint16Array;
  private readonly repeated: RepeatedStep;
  private refined: RefinedImages | null = null;
  private latest: Seen | null = null;

  /**
   * @param arm whose generator it is
   * @param together whether the generator normalizes all classes together, as it does in a step with several classes;
   *   otherwise each on its own
   */
  constructor(
    private readonly arm: SyntheticSnapshot['arm'],
    private readonly teacher: Teacher,
    private readonly generator: Generator,
    private readonly prepared: PreparedRun,
    private readonly random: Random,
    private readonly together = false,
  ) {
    const { numClasses, latentDim } = generator.config;
    const count = numClasses * PROBE_PER_CLASS;
    this.repeated = new RepeatedStep(
      () => this.refined?.inUse ?? (Object.values(this.generator.variables) as tf.Variable[]),
      'gpu',
    );
    this.labels = Uint16Array.from({ length: count }, (_, i) => Math.floor(i / PROBE_PER_CLASS));
    this.latents = tf.tensor2d(random.fork('latents').fillNormal(new Float32Array(count * latentDim)), [
      count,
      latentDim,
    ]);
  }

  /**
   * Images of every class, as single-class batches (that is how the distorted and the centralized term see them), with
   * the teacher's verdicts and their statistics. One readback for images, statistics, logits and activation ranges.
   *
   * @param refined looked at instead of what the generator makes
   */
  async look(step: number, refined: RefinedImages | null = null): Promise<SyntheticSnapshot> {
    const { teacher, labels } = this;
    const { running, centers, planes, observationRanges, overview } = this.prepared;
    const { numClasses, inputShape, normalization } = teacher.definition;
    const count = labels.length;
    const pixels = inputShape[0] * inputShape[1] * inputShape[2];
    this.refined = refined;
    const packed = this.repeated.run(refined ? 'refined' : 'generator', {}, () => {
      const images =
        refined?.firstOfEach(PROBE_PER_CLASS) ??
        this.generator.generate(
          this.latents,
          labels,
          this.together ? [count] : new Array<number>(numClasses).fill(PROBE_PER_CLASS),
        );
      const [tap, ranges] = [statisticsTap(), rangesTap()];
      const logits = teacher.forward(images, { ...tap, ...ranges });
      return tf.concat([tf.reshape(images, [count, pixels]), tap.packed(), logits, ...ranges.columns()], 1);
    });
    const values = (await packed.data()) as Float32Array;
    packed.dispose();
    const rangesFrom = pixels + teacher.layout.size + numClasses;
    const width = rangesFrom + 2 * activationNodes(teacher.definition).length;
    const part = (from: number, length: number) => {
      const result = new Float32Array(count * length);
      for (let i = 0; i < count; i++)
        result.set(values.subarray(i * width + from, i * width + from + length), i * length);
      return result;
    };
    const images = BnsTable.unpack(teacher.layout, count, part(pixels, teacher.layout.size));
    const batches = bnsCenters(images, labels, numClasses).table;
    this.latest = { step, images, batches };
    const classes = Uint16Array.from({ length: numClasses }, (_, i) => i);
    const logits = part(pixels + teacher.layout.size, numClasses);
    const { quality, measured } = syntheticQuality(
      { statistics: images, labels, logits, ranges: unpackRanges(values, width, rangesFrom) },
      batches,
      { centers, running, startLayer: overview.startLayer },
      observationRanges,
    );
    return {
      arm: this.arm,
      step,
      perClass: PROBE_PER_CLASS,
      images: toImageTile(part(0, pixels), inputShape, normalization),
      verdicts: verdictsOf(logits, labels, numClasses),
      points: projectPoints(planes, images, running, labels),
      batchPoints: projectPoints(planes, batches, running, classes),
      separation: measured.separation.byLayer,
      quality,
      distanceToOwnCenter: measured.ownCenter.byClass,
      distanceToNearestOther: measured.nearestOther.byClass,
    };
  }

  /** t-SNE or UMAP of all points of one layer at the last look (see `mapLayer`). */
  map(layer: number, method: ProjectionMethod, breathe: () => Promise<void>): Promise<LayerMap> {
    return mapLayer(this.prepared, this.latest, this.random, layer, method, breathe);
  }

  /** Lets go of what only repeated looks need. */
  release(): void {
    this.repeated.dispose();
  }

  dispose(): void {
    this.repeated.dispose();
    this.latents.dispose();
  }
}

function joined(sets: Points[]): Points {
  const { dimensions } = sets[0];
  const count = sets.reduce((sum, set) => sum + set.count, 0);
  const values = new Float64Array(count * dimensions);
  let at = 0;
  for (const set of sets) {
    values.set(set.values, at);
    at += set.values.length;
  }
  return { count, dimensions, values };
}
