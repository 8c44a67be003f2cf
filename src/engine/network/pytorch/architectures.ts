/** Networks that are known by the names of their parameters. A new one is a file here and a line below. */
import { mobilenetV1, mobilenetV2 } from './mobilenet';
import { regnetX } from './regnet';
import { resnet } from './resnet';
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

export const ARCHITECTURES: readonly Architecture[] = [resnet, mobilenetV1, mobilenetV2, regnetX];
