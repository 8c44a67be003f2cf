/** Pictures on their way from files to a dataset. */
import type { Said } from '../../sentences';

export interface ImageFile {
  /** With the folders around it, "/" between them. */
  name: string;
  bytes: ArrayBuffer;
}

export interface CollectedImage {
  name: string;
  label: number;
  /** Encoded. */
  read(): Promise<Uint8Array>;
}

export interface ImageCollection {
  classes: string[];
  /** In the order of the classes, then of the names (of a table: its own). */
  images: CollectedImage[];
  /** What a person should know of how the files were read. */
  notes: Said[];
}

export interface CollectOptions {
  /** Column of a parquet file that holds the labels. */
  label?: string;
}

export interface DecodedImage {
  width: number;
  height: number;
  /** [height, width, 3] */
  rgb: Uint8Array;
}
