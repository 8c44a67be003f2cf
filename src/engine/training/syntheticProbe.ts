/**
 * Looks at the generator from time to time: always the same latents, so that its images can be followed as they change.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bnsCenters } from '../bns/centers';
import { projectNonlinear, type ProjectionMethod } from '../bns/projection';
import { scaledPoints, type Points } from '../bns/separation';
import { BnsTable, statisticsTap } from '../bns/statistics';
import { imagesAtOnce } from '../data/amounts';
import { smallTile, toImageTile } from '../data/dataset';
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

/** Images of one look that go through generator and teacher together, where they are small. */
const TOGETHER = 2 ** 16;

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
    const { lookedAt } = prepared;
    this.labels = Uint16Array.from(
      { length: lookedAt.length * PROBE_PER_CLASS },
      (_, i) => lookedAt[Math.floor(i / PROBE_PER_CLASS)],
    );
    this.latents = tf.tensor2d(random.fork('latents').fillNormal(new Float32Array(count * latentDim)), [
      count,
      latentDim,
    ]);
  }

  /**
   * Images of every class that is looked at, as single-class batches (that is how the distorted and the centralized term see them), with
   * the teacher's verdicts and their statistics. One readback for images, statistics, logits and activation ranges, or one
   * for every few classes of large images.
   *
   * @param refined looked at instead of what the generator makes
   */
  async look(step: number, refined: RefinedImages | null = null): Promise<SyntheticSnapshot> {
    const { teacher, labels } = this;
    const { running, centers, planes, observationRanges, overview, lookedAt } = this.prepared;
    const { numClasses, inputShape, normalization } = teacher.definition;
    const count = labels.length;
    const pixels = inputShape[0] * inputShape[1] * inputShape[2];
    this.refined = refined;
    const values = await this.seen(refined);
    const rangesFrom = pixels + teacher.layout.size + numClasses;
    const width = rangesFrom + 2 * activationNodes(teacher.definition).length;
    const part = (from: number, length: number) => {
      const result = new Float32Array(count * length);
      for (let i = 0; i < count; i++)
        result.set(values.subarray(i * width + from, i * width + from + length), i * length);
      return result;
    };
    const images = BnsTable.unpack(teacher.layout, count, part(pixels, teacher.layout.size));
    const batches = bnsCenters(images, labels, numClasses).table.select(lookedAt);
    this.latest = { step, images, batches };
    const classes = Uint16Array.from(lookedAt);
    const logits = part(pixels + teacher.layout.size, numClasses);
    const { quality, measured } = syntheticQuality(
      { statistics: images, labels, logits, ranges: unpackRanges(values, width, rangesFrom) },
      batches,
      { centers, running, startLayer: overview.startLayer },
      observationRanges,
      lookedAt,
    );
    return {
      arm: this.arm,
      step,
      perClass: PROBE_PER_CLASS,
      images: smallTile(toImageTile(part(0, pixels), inputShape, normalization)),
      verdicts: verdictsOf(logits, labels, numClasses),
      points: projectPoints(planes, images, running, labels),
      batchPoints: projectPoints(planes, batches, running, classes),
      separation: measured.separation.byLayer,
      quality,
      distanceToOwnCenter: measured.ownCenter.byClass,
      distanceToNearestOther: measured.nearestOther.byClass,
    };
  }

  /** Of each image in a row: values, statistics, logits, activation ranges. */
  private async seen(refined: RefinedImages | null): Promise<Float32Array> {
    const { teacher, generator, labels } = this;
    const { lookedAt } = this.prepared;
    const [height, width, channels] = teacher.definition.inputShape;
    const pixels = height * width * channels;
    const kind = refined ? 'refined' : 'generator';
    const look = (images: tf.Tensor4D) => {
      const [tap, ranges] = [statisticsTap(), rangesTap()];
      const logits = teacher.forward(images, { ...tap, ...ranges });
      return tf.concat([tf.reshape(images, [images.shape[0], pixels]), tap.packed(), logits, ...ranges.columns()], 1);
    };
    const groupsOf = (classes: number) =>
      this.together ? [classes * PROBE_PER_CLASS] : new Array<number>(classes).fill(PROBE_PER_CLASS);
    const atOnce = Math.max(1, Math.floor(imagesAtOnce(pixels, TOGETHER) / PROBE_PER_CLASS));
    if (lookedAt.length === generator.config.numClasses && lookedAt.length <= atOnce) {
      const packed = this.repeated.run(kind, {}, () =>
        look(
          refined?.firstOfEach(PROBE_PER_CLASS) ?? generator.generate(this.latents, labels, groupsOf(lookedAt.length)),
        ),
      );
      try {
        return (await packed.data()) as Float32Array;
      } finally {
        packed.dispose();
      }
    }
    const parts: Float32Array[] = [];
    for (let start = 0; start < lookedAt.length; start += atOnce) {
      const classes = lookedAt.slice(start, start + atOnce);
      const own = labels.subarray(start * PROBE_PER_CLASS, (start + classes.length) * PROBE_PER_CLASS);
      const packed = tf.tidy(() => {
        if (refined) return look(refined.firstOfEach(PROBE_PER_CLASS, classes));
        const rows = classes.flatMap((label) =>
          Array.from({ length: PROBE_PER_CLASS }, (_, i) => label * PROBE_PER_CLASS + i),
        );
        const latents = tf.gather(this.latents, tf.tensor1d(rows, 'int32'));
        return look(generator.generate(latents, own, groupsOf(classes.length)));
      });
      try {
        parts.push((await packed.data()) as Float32Array);
      } finally {
        packed.dispose();
      }
    }
    const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
    return all;
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
