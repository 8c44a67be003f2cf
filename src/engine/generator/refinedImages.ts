/**
 * Synthetic images that are optimized themselves, pixel by pixel, after a generator made them (as ZeroQ's distilled
 * data and DeepInversion are, which start from noise). A step moves only the images that it looked at.
 */
import * as tf from '@tensorflow/tfjs-core';
import { imagesAtOnce } from '../data/amounts';
import type { Normalization } from '../data/dataset';
import type { Random } from '../random';
import { asTensor, type StepInput } from '../kernels/replay/repeatedStep';
import type { Generator } from './generator';

type Values = Exclude<StepInput, tf.Tensor>;

const BETA1 = 0.9;
const BETA2 = 0.99;
const EPSILON = 1e-10;
/** Images of each class that the generator makes at a time. */
const IN_ONE_PASS = 6;

export interface RefinedImagesSnapshot {
  perClass: number;
  /** [N, H, W, C] */
  shape: [number, number, number, number];
  images: Float32Array;
  /** [N, H W C] Adam's moments. */
  mean: Float32Array;
  square: Float32Array;
  /** [N] updates of each image. */
  updates: number[];
}

/**
 * Owns its images [N, H, W, C], class by class, in normalised image space, and what Adam remembers of each: call
 * `dispose`.
 */
export class RefinedImages {
  /** [N] class of each image. */
  readonly labels: readonly number[];
  private readonly count: number;
  private readonly pixels: number;
  /** [1, H W C] each: black and white in normalised image space. */
  private readonly bounds: readonly [tf.Tensor2D, tf.Tensor2D];
  private updates: number[];

  private constructor(
    readonly numClasses: number,
    readonly perClass: number,
    private readonly shape: readonly [number, number, number, number],
    private readonly images: tf.Variable,
    private readonly mean: tf.Variable,
    private readonly square: tf.Variable,
    updates: readonly number[],
    { mean: middle, std }: Normalization,
  ) {
    this.count = shape[0];
    this.pixels = shape[1] * shape[2] * shape[3];
    this.labels = Array.from({ length: this.count }, (_, i) => Math.floor(i / perClass));
    this.updates = [...updates];
    const bound = (brightness: number) =>
      tf.keep(
        tf.tensor2d(
          Float32Array.from(
            { length: this.pixels },
            (_, i) => (brightness - middle[i % middle.length]) / std[i % std.length],
          ),
          [1, this.pixels],
        ),
      );
    this.bounds = [bound(0), bound(1)];
  }

  /**
   * Starts from what the generator makes.
   *
   * @param normalization of the images: where they are moved, pixels stay what they can be, 0 to 1 before it
   * @param perClass images of each class
   * @param together whether the generator normalizes all classes together, otherwise each on its own
   * @param first latents [numClasses k, latentDim], class by class, of the first k images of each class; left out:
   *   drawn
   */
  static create(
    generator: Generator,
    normalization: Normalization,
    perClass: number,
    together: boolean,
    random: Random,
    first?: tf.Tensor2D,
  ): RefinedImages {
    const { numClasses, latentDim, imageSize, imageChannels } = generator.config;
    const pixels = imageSize * imageSize * imageChannels;
    const chunk = first ? first.shape[0] / numClasses : Math.min(perClass, IN_ONE_PASS);
    // As many classes at a time as are looked at together.
    const classesAtOnce = Math.max(1, Math.floor(imagesAtOnce(pixels) / chunk));
    const made = (z: tf.Tensor2D, from: number, to: number) =>
      tf.tidy(() => {
        const labels = Array.from({ length: (to - from) * chunk }, (_, i) => from + Math.floor(i / chunk));
        const groups = together ? [labels.length] : new Array<number>(to - from).fill(chunk);
        const latents = tf.slice(z, [from * chunk, 0], [labels.length, latentDim]);
        return tf.reshape<tf.Rank.R3>(generator.generate(latents, labels, groups), [to - from, chunk, pixels]);
      });
    const images = tf.tidy(() => {
      const parts: tf.Tensor3D[][] = [];
      for (let each = 0; each < perClass; each += chunk) {
        const fresh = () =>
          tf.tensor2d(random.fillNormal(new Float32Array(numClasses * chunk * latentDim)), [
            numClasses * chunk,
            latentDim,
          ]);
        const z = each === 0 && first ? first : fresh();
        for (let from = 0, i = 0; from < numClasses; from += classesAtOnce, i++) {
          (parts[i] ??= []).push(made(z, from, Math.min(numClasses, from + classesAtOnce)));
        }
      }
      const classes = parts.map((ofClasses) =>
        tf.tidy(() => {
          const all = tf.concat(ofClasses, 1);
          tf.dispose(ofClasses);
          return tf.slice(all, [0, 0, 0], [all.shape[0], perClass, pixels]);
        }),
      );
      return tf.reshape(tf.concat(classes, 0), [numClasses * perClass, pixels]) as tf.Tensor2D;
    });
    const count = numClasses * perClass;
    const held = (values: tf.Tensor) => tf.variable(values, false);
    const nothing = () => tf.tidy(() => held(tf.zeros([count, pixels])));
    const variable = held(images);
    images.dispose();
    return new RefinedImages(
      numClasses,
      perClass,
      [count, imageSize, imageSize, imageChannels],
      variable,
      nothing(),
      nothing(),
      new Array<number>(count).fill(0),
      normalization,
    );
  }

  static restore(
    { perClass, shape, images, mean, square, updates }: RefinedImagesSnapshot,
    normalization: Normalization,
  ): RefinedImages {
    const held = [images, mean, square].map((values) =>
      tf.tidy(() => tf.variable(tf.tensor2d(values.slice(), [shape[0], values.length / shape[0]]), false)),
    );
    return new RefinedImages(shape[0] / perClass, perClass, shape, held[0], held[1], held[2], updates, normalization);
  }

  /** Rows of images of these classes, drawn at random; the same one twice only where there are not enough. */
  pick(labels: ArrayLike<number>, random: Random): number[] {
    const left = new Map<number, number[]>();
    return Array.from(labels, (label) => {
      let rows = left.get(label);
      if (!rows?.length) {
        rows = random.shuffle(Array.from({ length: this.perClass }, (_, i) => label * this.perClass + i));
        left.set(label, rows);
      }
      return rows.pop()!;
    });
  }

  /**
   * Rows for a step: a run of n images of one class are always the same n, one of the class's fixed groups, drawn at
   * random. So it is the group that has to meet the class's statistics, as a whole; drawn anew each time, every single
   * image would have to, and all would become alike. Where n does not divide the class, its last two groups overlap: no
   * image is left as it was.
   */
  pickGroups(labels: readonly number[], random: Random): number[] {
    const rows: number[] = [];
    while (rows.length < labels.length) {
      const label = labels[rows.length];
      let end = rows.length;
      while (end < labels.length && labels[end] === label) end++;
      const size = end - rows.length;
      if (size > this.perClass) rows.push(...this.pick(labels.slice(rows.length, end), random));
      else {
        const first =
          label * this.perClass +
          Math.min(random.integer(Math.ceil(this.perClass / size)) * size, this.perClass - size);
        for (let i = 0; i < size; i++) rows.push(first + i);
      }
    }
    return rows;
  }

  /** [rows.length, H, W, C]; the caller's. */
  batch(rows: readonly number[]): tf.Tensor4D {
    return tf.tidy(() => this.batchAt(tf.tensor1d([...rows], 'int32')));
  }

  /** As `batch`, rows [n] int32. */
  batchAt(rows: tf.Tensor1D): tf.Tensor4D {
    const [, height, width, channels] = this.shape;
    return tf.tidy(() => tf.reshape(tf.gather(this.images, rows), [rows.shape[0], height, width, channels]));
  }

  /** The first `perClass` images of some classes, class by class. @param classes left out: all */
  firstOfEach(perClass: number, classes = Array.from({ length: this.numClasses }, (_, c) => c)): tf.Tensor4D {
    const rows = classes.flatMap((c) =>
      Array.from({ length: perClass }, (_, i) => c * this.perClass + (i % this.perClass)),
    );
    return this.batch(rows);
  }

  /**
   * One update by Adam of the images at `rows`; the others stay, and so does what is remembered of them.
   *
   * @param gradients [rows.length, H, W, C]; of an image that is there twice they are added
   */
  update(rows: readonly number[], gradients: tf.Tensor4D, learningRate: number): void {
    tf.tidy(() => {
      const entries = Object.entries(this.nextUpdate(rows, learningRate));
      this.applyUpdate(gradients, Object.fromEntries(entries.map(([name, values]) => [name, asTensor(values)])));
    });
  }

  /** Counts an update of the images at `rows`, and gives what `applyUpdate` must then be given; `rows` is in it. */
  nextUpdate(
    rows: readonly number[],
    learningRate: number,
  ): Record<'rows' | 'places' | 'moved' | 'imageRates', Values> {
    const { count } = this;
    const touched = new Set(rows);
    for (const row of touched) this.updates[row]++;
    const places = new Float32Array(rows.length * count);
    rows.forEach((row, i) => (places[i * count + row] = 1));
    const [moved, rates] = [new Float32Array(count), new Float32Array(count)];
    for (const row of touched) {
      moved[row] = 1;
      // The first updates of an image are as if its memory were full.
      rates[row] = (learningRate * Math.sqrt(1 - BETA2 ** this.updates[row])) / (1 - BETA1 ** this.updates[row]);
    }
    return {
      rows: { values: Int32Array.from(rows), shape: [rows.length] },
      places: { values: places, shape: [rows.length, count] },
      moved: { values: moved, shape: [count, 1] },
      imageRates: { values: rates, shape: [count, 1] },
    };
  }

  /** As `update`, for one that was counted by `nextUpdate`: what a repeated step does. */
  applyUpdate(gradients: tf.Tensor4D, { places, moved, imageRates }: Record<string, tf.Tensor>): void {
    tf.tidy(() => {
      const rowed = tf.reshape(gradients, [gradients.shape[0], this.pixels]) as tf.Tensor2D;
      const scattered = tf.matMul(places as tf.Tensor2D, rowed, true);
      const toward = (old: tf.Tensor, news: tf.Tensor, beta: number) =>
        tf.add(old, tf.mul(tf.mul(moved, 1 - beta), tf.sub(news, old)));
      const nextMean = toward(this.mean, scattered, BETA1);
      const nextSquare = toward(this.square, tf.square(scattered), BETA2);
      const step = tf.mul(imageRates, tf.div(nextMean, tf.add(tf.sqrt(nextSquare), EPSILON)));
      const [low, high] = this.bounds;
      const next = tf.minimum(tf.maximum(tf.sub(this.images, step), low), high);
      // Images that were not looked at are not cut to what pixels can be either.
      this.images.assign(tf.add(this.images, tf.mul(moved, tf.sub(next, this.images))));
      this.mean.assign(nextMean);
      this.square.assign(nextSquare);
    });
  }

  /** What a batch or an update reads and writes. */
  get inUse(): tf.Variable[] {
    return [this.images, this.mean, this.square];
  }

  async snapshot(): Promise<RefinedImagesSnapshot> {
    const held = [this.images, this.mean, this.square].map((tensor) => tf.clone(tensor));
    const updates = [...this.updates];
    const [images, mean, square] = (await Promise.all(held.map((tensor) => tensor.data()))) as Float32Array[];
    tf.dispose(held);
    return {
      perClass: this.perClass,
      shape: [...this.shape],
      images: images.slice(),
      mean: mean.slice(),
      square: square.slice(),
      updates,
    };
  }

  dispose(): void {
    tf.dispose([this.images, this.mean, this.square, ...this.bounds]);
  }
}
