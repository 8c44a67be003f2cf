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
import { PROBE_PER_CLASS, probeClasses } from './probeClasses';
import { syntheticQuality } from './qualityReport';
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
  /** Class of each synthetic batch; each has as many images, in this order. */
  syntheticClasses: Uint16Array | null;
}

/** Statistics of synthetic images at one look. */
interface Seen {
  step: number;
  images: BnsTable;
  batches: BnsTable;
  /** Of each batch. */
  classes: readonly number[];
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
    syntheticClasses: seen && Uint16Array.from(seen.classes),
  };
}

/** Owns its latents; nothing else. */
export class SyntheticProbe {
  /** Classes that are looked at, rising: of a network with very many a sample. */
  private classes: number[];
  /** Those of the next look. */
  private wanted: number[];
  /** [classes PROBE_PER_CLASS, latentDim], class by class. */
  private z: tf.Tensor2D;
  private repeated: RepeatedStep;
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
    this.classes = this.wanted = this.sample([]);
    this.repeated = this.createRepeated();
    this.z = this.drawLatents();
  }

  private get numClasses(): number {
    return this.generator.config.numClasses;
  }

  /** Whether all classes are looked at. */
  get complete(): boolean {
    return this.classes.length === this.numClasses;
  }

  /** The latents of every class, [numClasses PROBE_PER_CLASS, latentDim], class by class; null where only some are
   * looked at. Stays the probe's.
   */
  get latents(): tf.Tensor2D | null {
    return this.complete ? this.z : null;
  }

  private createRepeated(): RepeatedStep {
    return new RepeatedStep(
      () => this.refined?.inUse ?? (Object.values(this.generator.variables) as tf.Variable[]),
      'gpu',
    );
  }

  /** A class's latents do not depend on which others are looked at, unless all are. */
  private drawLatents(): tf.Tensor2D {
    const { latentDim } = this.generator.config;
    const size = PROBE_PER_CLASS * latentDim;
    const values = new Float32Array(this.classes.length * size);
    if (this.complete) this.random.fork('latents').fillNormal(values);
    else
      this.classes.forEach((c, i) =>
        this.random.fork(`latents of class ${c}`).fillNormal(values.subarray(i * size, (i + 1) * size)),
      );
    return tf.tensor2d(values, [this.classes.length * PROBE_PER_CLASS, latentDim]);
  }

  /** Classes to look at; where real images of some classes only are, of those first. */
  private sample(asked: readonly number[]): number[] {
    const { lookedAt } = this.prepared;
    const base = lookedAt.length < this.numClasses ? lookedAt : undefined;
    return probeClasses(this.numClasses, this.teacher.definition.inputShape, asked, base);
  }

  /**
   * Has classes that somebody wants to see among those that are looked at.
   *
   * @returns whether the next look is at others than the last one
   */
  ask(classes: readonly number[]): boolean {
    this.wanted = this.sample(classes);
    return String(this.wanted) !== String(this.classes);
  }

  /** Between two looks: what one of them uses must stay until it is over. */
  private takeWanted(): void {
    if (String(this.wanted) === String(this.classes)) return;
    this.dispose();
    this.classes = this.wanted;
    this.repeated = this.createRepeated();
    this.z = this.drawLatents();
  }

  /**
   * Images of the classes that are looked at, as single-class batches (that is how the distorted and the centralized term see them), with
   * the teacher's verdicts and their statistics. One readback for images, statistics, logits and activation ranges, or one
   * for every few classes of large images.
   *
   * @param refined looked at instead of what the generator makes
   */
  async look(step: number, refined: RefinedImages | null = null): Promise<SyntheticSnapshot> {
    this.takeWanted();
    const { teacher, classes } = this;
    const { running, centers, planes, observationRanges, overview } = this.prepared;
    const { numClasses, inputShape, normalization } = teacher.definition;
    const count = classes.length * PROBE_PER_CLASS;
    const labels = Uint16Array.from({ length: count }, (_, i) => classes[Math.floor(i / PROBE_PER_CLASS)]);
    const pixels = inputShape[0] * inputShape[1] * inputShape[2];
    this.refined = refined;
    const values = await this.seen(refined, labels);
    const rangesFrom = pixels + teacher.layout.size + numClasses;
    const width = rangesFrom + 2 * activationNodes(teacher.definition).length;
    const part = (from: number, length: number) => {
      const result = new Float32Array(count * length);
      for (let i = 0; i < count; i++)
        result.set(values.subarray(i * width + from, i * width + from + length), i * length);
      return result;
    };
    const images = BnsTable.unpack(teacher.layout, count, part(pixels, teacher.layout.size));
    const batches = bnsCenters(images, labels, numClasses).table.select(classes);
    this.latest = { step, images, batches, classes };
    const logits = part(pixels + teacher.layout.size, numClasses);
    const { quality, measured } = syntheticQuality(
      { statistics: images, labels, logits, ranges: unpackRanges(values, width, rangesFrom) },
      batches,
      classes,
      { centers, running, startLayer: overview.startLayer },
      observationRanges,
    );
    return {
      arm: this.arm,
      step,
      perClass: PROBE_PER_CLASS,
      images: smallTile(toImageTile(part(0, pixels), inputShape, normalization)),
      verdicts: verdictsOf(logits, labels, numClasses),
      points: projectPoints(planes, images, running, labels),
      batchPoints: projectPoints(planes, batches, running, Uint16Array.from(classes)),
      separation: measured.separation.byLayer,
      quality,
      distanceToOwnCenter: measured.ownCenter.byClass,
      distanceToNearestOther: measured.nearestOther.byClass,
    };
  }

  /** Of each image in a row: values, statistics, logits, activation ranges. */
  private async seen(refined: RefinedImages | null, labels: Uint16Array): Promise<Float32Array> {
    const { teacher, generator, classes } = this;
    const [height, width, channels] = teacher.definition.inputShape;
    const pixels = height * width * channels;
    const look = (images: tf.Tensor4D) => {
      const [tap, ranges] = [statisticsTap(), rangesTap()];
      const logits = teacher.forward(images, { ...tap, ...ranges });
      return tf.concat([tf.reshape(images, [images.shape[0], pixels]), tap.packed(), logits, ...ranges.columns()], 1);
    };
    const groupsOf = (count: number) =>
      this.together ? [count * PROBE_PER_CLASS] : new Array<number>(count).fill(PROBE_PER_CLASS);
    const imagesOf = (from: number, to: number): tf.Tensor4D => {
      if (refined) return refined.firstOfEach(PROBE_PER_CLASS, classes.slice(from, to));
      const [first, count] = [from * PROBE_PER_CLASS, (to - from) * PROBE_PER_CLASS];
      const latents = to - from === classes.length ? this.z : tf.slice(this.z, [first, 0], [count, -1]);
      return generator.generate(latents, labels.subarray(first, first + count), groupsOf(to - from));
    };
    const atOnce = Math.max(1, Math.floor(imagesAtOnce(pixels) / PROBE_PER_CLASS));
    const parts: Float32Array[] = [];
    for (let from = 0; from < classes.length; from += atOnce) {
      const to = Math.min(classes.length, from + atOnce);
      const body = () => look(imagesOf(from, to));
      const whole = from === 0 && to === classes.length;
      const packed = whole ? this.repeated.run(refined ? 'refined' : 'generator', {}, body) : tf.tidy(body);
      try {
        parts.push((await packed.data()) as Float32Array);
      } finally {
        packed.dispose();
      }
    }
    if (parts.length === 1) return parts[0];
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
    this.z.dispose();
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
