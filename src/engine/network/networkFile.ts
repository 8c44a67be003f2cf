/** What a reader of network files takes and gives. */
import type { Said } from '../sentences';
import type { Network } from './types';

export interface NetworkFile {
  /** With the folders around it, where they are known. */
  name: string;
  bytes: ArrayBuffer;
}

export interface OpenOptions {
  /** Which of several outputs; left out: there must be only one. */
  output?: string;
  /** What the network is fed instead of what the file says or what is assumed: (pixel / 255 - mean) / std. */
  normalization?: { mean: number[]; std: number[] };
  /** The network takes blue, green, red. */
  reversedChannels?: boolean;
  /** Height and width of the images, where the file leaves them open. */
  imageSize?: [number, number];
  /** Only these of its outputs, in this order: for images of some of the classes that it was trained on. */
  selectedOutputs?: number[];
}

/** The file's own runtime on some images. */
export interface OwnRuntime {
  /** For people, e.g. "tf.loadLayersModel". */
  name: string;
  /**
   * @param images [N, H, W, C], as the file takes them
   * @returns its output before a final softmax [N, classes] row-major
   * @throws Error where the runtime does not run this file
   */
  run(images: Float32Array, shape: [number, number, number, number]): Promise<Float32Array>;
  /**
   * Outputs of layers in the order in which they are computed, each with the node of ours that should give the same,
   * until `take` returns false.
   */
  walk(
    images: Float32Array,
    shape: [number, number, number, number],
    take: (layer: string, node: string, values: Float32Array) => boolean,
  ): Promise<void>;
}

export interface OpenedNetwork {
  network: Network;
  /** What a person should know of how the file was read. */
  notes: Said[];
  /** Null: there is none for this format. Loaded only when it is used. */
  runtime: OwnRuntime | null;
}

/** Several files, of which each is recognised by what it is and not by its place in the list. */
export const baseName = (path: string): string => path.split(/[\\/]/).pop() ?? path;
