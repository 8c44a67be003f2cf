/** Pictures on their way from files to a dataset. */
import type { Said } from '../../sentences';

export interface ImageFile {
  /** With the folders around it, "/" between them. */
  name: string;
  bytes: ArrayBuffer;
}

/** One file, on its own or in an archive. */
export interface Place {
  path: string;
  read(): Promise<Uint8Array>;
}

export interface CollectedImage {
  name: string;
  label: number;
  /** Where the files say which images are for tests; left out elsewhere. */
  split?: 'train' | 'test';
  /** Encoded; or as it is, of a format that holds pixels. */
  read(): Promise<Uint8Array | DecodedImage>;
}

export interface ImageCollection {
  classes: string[];
  /** In the order of the classes, then of the names (of a table: its own). */
  images: CollectedImage[];
  /** What a person should know of how the files were read. */
  notes: Said[];
  /** Of some of the classes of a larger task: a class's output in networks for that task. */
  outputs?: number[];
}

/** A collection in few pieces, to be handed from one thread to another. */
export interface PackedImages {
  classes: string[];
  /** One each, in the collection's order. */
  names: string[];
  labels: Uint16Array<ArrayBuffer>;
  /** 0: not said; 1: training, which calibration images are of; 2: test. */
  splits: Uint8Array<ArrayBuffer>;
  /** Where each picture's bytes end. */
  ends: Uint32Array<ArrayBuffer>;
  bytes: Uint8Array<ArrayBuffer>;
  notes: Said[];
  outputs?: number[];
}

export interface CollectOptions {
  /** Column of a parquet file or a list of labels that holds the labels. */
  label?: string;
}

export interface DecodedImage {
  width: number;
  height: number;
  /** [height, width, 3] */
  rgb: Uint8Array;
}
