/** Images that values, ranges and repairs come from, in passes that fit into memory. */
import * as tf from '@tensorflow/tfjs-core';
import { canHold, imagesAtOnce } from '../data/amounts';
import type { ImageSupply } from '../data/imageSupply';
import type { Network } from '../network/types';
import type { ImageBatch } from '../quantization/student';
import { say } from '../sentences';
import { SettingError } from '../training/prepare';
import { imagesInPass } from './images';
import type { ImageSource } from './report';
import type { WorkbenchSource } from './source';

/** Synthetic images of each class. */
const SYNTHETIC_PER_CLASS = 4;
/** Passes over one supply, or images where a pass has few: what more there is, is left out evenly. */
const MOST_PASSES = 16;
const ENOUGH = 64;

/** Images of one supply as they are now. Owns what it holds. */
export class LookedImages {
  readonly count: number;
  /** [pass] places among the `count`; every pass has some from all over the supply, and so of many classes. */
  private readonly places: number[][];
  /** All of them; null: too many, each pass has its own made. */
  private readonly held: tf.Tensor4D | null;

  constructor(
    private readonly supply: ImageSupply,
    network: Network,
  ) {
    const size = imagesInPass(network);
    const values = network.definition.inputShape.reduce((a, b) => a * b, 1);
    this.count = Math.min(supply.labels.length, Math.max(ENOUGH, MOST_PASSES * size));
    this.places = dealt(this.count, size);
    this.held = canHold(this.count, values) ? this.gathered(imagesAtOnce(values)) : null;
  }

  /** Passes for `Student.rangesFrom`. */
  get batches(): ImageBatch[] {
    return this.places.map((places) => () => this.at(places));
  }

  /** One pass after the other, [n, H, W, C] normalised, which is gone when the next comes. */
  *passes(): Generator<tf.Tensor4D> {
    for (const places of this.places) {
      const images = this.at(places);
      try {
        yield images;
      } finally {
        images.dispose();
      }
    }
  }

  private at(places: readonly number[]): tf.Tensor4D {
    const { held } = this;
    if (!held) return this.supply.at(this.chosen(places));
    if (places.length === this.count) return tf.clone(held);
    return tf.tidy(() => tf.gather(held, tf.tensor1d([...places], 'int32')));
  }

  /** Places in the whole supply. */
  private chosen(places: readonly number[]): number[] {
    return places.map((place) => Math.floor((place * this.supply.labels.length) / this.count));
  }

  /** @param size images that are made at a time */
  private gathered(size: number): tf.Tensor4D {
    const parts = dealt(this.count, size);
    if (parts.length === 1) return this.supply.at(this.chosen(parts[0]));
    return tf.tidy(() => {
      const inTurn = tf.concat(
        parts.map((places) => this.supply.at(this.chosen(places))),
        0,
      );
      const from = new Int32Array(this.count);
      parts.flat().forEach((place, i) => (from[place] = i));
      return tf.gather(inTurn, tf.tensor1d(from, 'int32'));
    });
  }

  dispose(): void {
    this.held?.dispose();
  }
}

/** 0 to count - 1 in as few lists of at most `size` as there can be, dealt out like cards; each rising. */
function dealt(count: number, size: number): number[][] {
  const lists = Math.ceil(count / size);
  return Array.from({ length: lists }, (_, first) =>
    Array.from({ length: Math.ceil((count - first) / lists) }, (_unused, i) => first + i * lists),
  );
}

/**
 * Calibration images, synthetic ones, or both.
 *
 * @throws SettingError where the run has no synthetic ones
 */
function suppliesFrom({ calibration, syntheticImages: synthetic }: WorkbenchSource, from: ImageSource): ImageSupply[] {
  const made = from === 'calibration' ? null : synthetic(SYNTHETIC_PER_CLASS);
  if (from !== 'calibration' && made === null) throw new SettingError(say('noSyntheticImages'));
  return [...(from === 'synthetic' ? [] : [calibration]), ...(made ? [made] : [])];
}

/**
 * Calibration images, synthetic ones, or both, each set by itself; the caller's.
 *
 * @throws SettingError where the run has no synthetic ones
 */
export function lookedImages(source: WorkbenchSource, from: ImageSource): LookedImages[] {
  const sets: LookedImages[] = [];
  try {
    for (const supply of suppliesFrom(source, from)) sets.push(new LookedImages(supply, source.network));
    return sets;
  } catch (error) {
    for (const each of sets) each.dispose();
    throw error;
  }
}

/**
 * The same as one set, in as few passes as there can be; the caller's.
 *
 * @throws SettingError where the run has no synthetic ones
 */
export const joinedImages = (source: WorkbenchSource, from: ImageSource): LookedImages =>
  new LookedImages(suppliesFrom(source, from).reduce(joined), source.network);

/** One supply's images and then another's. Places are rising. */
function joined(first: ImageSupply, second: ImageSupply): ImageSupply {
  const count = first.labels.length;
  return {
    labels: Uint16Array.from([...first.labels, ...second.labels]),
    at(places) {
      const [own, others] = [places.filter((i) => i < count), places.filter((i) => i >= count).map((i) => i - count)];
      if (others.length === 0) return first.at(own);
      if (own.length === 0) return second.at(others);
      return tf.tidy(() => tf.concat([first.at(own), second.at(others)], 0));
    },
  };
}

/** Null where the run has none. The caller's. */
export function syntheticImages({ network, syntheticImages: supply }: WorkbenchSource): LookedImages | null {
  const images = supply(SYNTHETIC_PER_CLASS);
  return images && new LookedImages(images, network);
}
