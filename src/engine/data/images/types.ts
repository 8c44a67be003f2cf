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

/** Some pictures of every class of a dataset on the hub. */
export interface DatasetRequest {
  /** Name on the hub. */
  source: string;
  /** Version ("320px"); left out: the dataset's default. */
  config?: string;
  /** Column of labels; left out: the likeliest. */
  label?: string;
  /** Of the part for training, to calibrate with and look at, and as many of the part for tests. */
  imagesPerClass: number;
  /** The outputs that networks for a larger task have for these classes. */
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
  /** What they were asked for by, for whoever asks again; a reader takes it as it is. */
  origin?: DatasetRequest;
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
