/** What a network has to be to be known by the names of its parameters. */
import type { StateDict } from './stateDict';

export interface Built {
  name: string;
  classes: number;
  /** Of the images. */
  channels: number;
  /** Height and width of the images that such networks are trained on, unless told otherwise. */
  imageSize: number;
}

export interface Architecture {
  name: string;
  /** By names that no other has. */
  recognises(dict: StateDict): boolean;
  /** Appends nodes and weights, ending with the logits. */
  build(dict: StateDict): Built;
}
