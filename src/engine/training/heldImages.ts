/**
 * Labelled images of a run: on the backend where they are few or small, otherwise bytes of the dataset that become
 * numbers when they are needed. One image of each of 1000 classes at 224x224 is 150 MB of bytes and 600 MB of numbers.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ImagesOnDemand } from '../bns/statistics';
import { canHold, imagesAtOnce } from '../data/amounts';
import type { ClassSample } from '../data/calibrationSet';
import { gatherBatch, imageTile, smallTile, toImageTile, type Dataset } from '../data/dataset';
import type { NetworkDefinition } from '../network/types';
import type { ImageSupply } from '../data/imageSupply';
import type { ImageBatch } from '../quantization/student';
import type { ImageTile } from '../runReport';

/** Of those that ranges of activations are taken from: 130 images of 224x224. */
const MOST_BATCHES = 10;

/** Owns what it has on the backend. */
export class HeldImages implements ImagesOnDemand, ImageSupply {
  readonly count: number;
  /** [count] */
  readonly labels: Uint16Array;
  /** [n, H, W, C] normalised: all of them; where they are too many, some, evenly spread. */
  readonly onBackend: tf.Tensor4D;
  /** Whether `onBackend` has all of them. */
  readonly complete: boolean;
  private readonly indices: Int32Array;
  private readonly all: Float32Array | null;
  private readonly atOnce: number;

  constructor(
    private readonly dataset: Dataset,
    { indices, labels }: ClassSample,
    private readonly definition: Pick<NetworkDefinition, 'inputShape' | 'normalization'>,
  ) {
    const [height, width, channels] = definition.inputShape;
    const values = height * width * channels;
    this.indices = indices;
    this.labels = labels;
    this.count = labels.length;
    this.complete = canHold(this.count, values);
    this.atOnce = imagesAtOnce(values);
    const some = this.complete
      ? indices
      : Int32Array.from({ length: this.atOnce }, (_, i) => indices[Math.floor((i * this.count) / this.atOnce)]);
    const { images, count } = gatherBatch(dataset, 'calibration', some, definition.normalization);
    this.all = this.complete ? images : null;
    this.onBackend = tf.tensor4d(images.slice(), [count, height, width, channels]);
  }

  /** Values [places.length, H, W, C], normalised, of the images at these places. */
  valuesAt(places: readonly number[]): Float32Array {
    const chosen = Int32Array.from(places, (place) => this.indices[place]);
    return gatherBatch(this.dataset, 'calibration', chosen, this.definition.normalization).images;
  }

  /** [places.length, H, W, C] normalised, of the images at these places; the caller's. */
  at(places: readonly number[]): tf.Tensor4D {
    if (!this.complete) return tf.tensor4d(this.valuesAt(places), [places.length, ...this.definition.inputShape]);
    if (places.length === this.count && places.every((place, i) => place === i)) return tf.clone(this.onBackend);
    return tf.tidy(() => tf.gather(this.onBackend, tf.tensor1d([...places], 'int32')));
  }

  batch(start: number, number: number): tf.Tensor4D {
    const { inputShape } = this.definition;
    if (this.complete) return tf.slice(this.onBackend, [start, 0, 0, 0], [number, ...inputShape]);
    const places = Array.from({ length: number }, (_, i) => start + i);
    return tf.tensor4d(this.valuesAt(places), [number, ...inputShape]);
  }

  /**
   * All of them in one batch, or of large ones as many as `MOST_BATCHES` batches hold, evenly spread, each made when it
   * is asked for.
   */
  batches(): ImageBatch[] {
    const { atOnce, count } = this;
    if (this.complete && count <= atOnce) return [this.onBackend];
    const used = Math.min(count, MOST_BATCHES * atOnce);
    const places = Array.from({ length: used }, (_, i) => Math.floor((i * count) / used));
    return Array.from({ length: Math.ceil(used / atOnce) }, (_, i) => () => {
      const part = places.slice(i * atOnce, (i + 1) * atOnce);
      return tf.tensor4d(this.valuesAt(part), [part.length, ...this.definition.inputShape]);
    });
  }

  /** To look at. */
  tile(): ImageTile {
    const { inputShape, normalization } = this.definition;
    return smallTile(
      this.all
        ? toImageTile(this.all, inputShape, normalization)
        : imageTile(this.dataset, 'calibration', [...this.indices]),
    );
  }

  dispose(): void {
    this.onBackend.dispose();
  }
}
