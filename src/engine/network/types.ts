/**
 * A network as data: typed nodes in topological order and named weights. Nothing here holds a tensor, so a
 * network can be read, checked, posted to a worker and written back without a backend.
 *
 * Layouts are TensorFlow's: images NHWC, convolution kernels [kernelHeight, kernelWidth, inChannels, outChannels],
 * depthwise kernels [kernelHeight, kernelWidth, channels, multiplier], dense kernels [inputs, outputs].
 */
import type { NetworkResizing } from './resizing';

/** Zeros added before a convolution or pooling, in pixels. Always explicit: 'same' means different things elsewhere. */
export interface Padding {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

interface NodeBase {
  /** Unique within the network. */
  name: string;
  /** Names of the nodes whose outputs this node reads, all of them earlier in the list. */
  inputs: string[];
}

export interface InputNode extends NodeBase {
  op: 'input';
}
export interface Conv2dNode extends NodeBase {
  op: 'conv2d' | 'depthwiseConv2d';
  /** Key of the kernel in `Network.weights`. */
  kernel: string;
  bias?: string;
  strides: [number, number];
  padding: Padding;
  /** Pixels from one tap to the next; left out: 1. */
  dilations?: [number, number];
  /**
   * `conv2d` only: input and output channels fall into so many groups, each seeing its own part of the input alone; the
   * kernel is [kernelHeight, kernelWidth, inChannels / groups, outChannels]. Left out: 1.
   */
  groups?: number;
}
/** Normalises the channels of an image, or the features of a vector (which is an image of one pixel). */
export interface BatchNormNode extends NodeBase {
  op: 'batchNorm';
  /** Keys into `Network.weights`, each a vector of C values. Missing gamma is 1, missing beta is 0. */
  gamma?: string;
  beta?: string;
  mean: string;
  variance: string;
  epsilon: number;
}
export interface ActivationNode extends NodeBase {
  op: 'relu' | 'relu6' | 'leakyRelu' | 'hardSwish' | 'silu' | 'sigmoid' | 'hardSigmoid';
  /** `leakyRelu`: below zero. `hardSigmoid`: of its middle, 1/6 (PyTorch, Keras 3) or 0.2 (Keras 2, ONNX unless told). */
  slope?: number;
}
/** Along the last axis. */
export interface SoftmaxNode extends NodeBase {
  op: 'softmax';
  /** Its logarithm: known at a network's end only, where it is left out. */
  log?: true;
}
/** Sum of all inputs; an input of one pixel counts for every pixel. */
export interface AddNode extends NodeBase {
  op: 'add';
}
/** Product of all inputs; an input of one pixel counts for every pixel (squeeze and excitation). */
export interface MultiplyNode extends NodeBase {
  op: 'multiply';
}
/** One input's channels (or features) after the other's. */
export interface ConcatNode extends NodeBase {
  op: 'concat';
}
/** x scale + offset with constants that are no weights: what a network does to its pixels first. */
export interface RescaleNode extends NodeBase {
  op: 'rescale';
  /** One for all, or one a channel. */
  scale: number[];
  offset: number[];
}
export interface PadNode extends NodeBase {
  op: 'pad';
  padding: Padding;
}
export interface PoolNode extends NodeBase {
  op: 'maxPool' | 'averagePool';
  size: [number, number];
  strides: [number, number];
  padding: Padding;
}
export interface GlobalAveragePoolNode extends NodeBase {
  op: 'globalAveragePool';
}
export interface GlobalMaxPoolNode extends NodeBase {
  op: 'globalMaxPool';
}
export interface FlattenNode extends NodeBase {
  op: 'flatten';
}
/** The same values in the same order in another shape (without the batch). */
export interface ReshapeNode extends NodeBase {
  op: 'reshape';
  shape: number[];
}
/** Axis i of the output is axis `order[i]` of the input, the batch not counted. */
export interface TransposeNode extends NodeBase {
  op: 'transpose';
  order: number[];
}
/** Parameter-free residual shortcut (He et al. 2016, option A): subsample by `stride`, zero-pad the channels. */
export interface ShortcutPadNode extends NodeBase {
  op: 'shortcutPad';
  stride: number;
  channelsBefore: number;
  channelsAfter: number;
}
export interface DenseNode extends NodeBase {
  op: 'dense';
  kernel: string;
  bias?: string;
}

export type NetworkNode =
  | InputNode
  | Conv2dNode
  | BatchNormNode
  | ActivationNode
  | SoftmaxNode
  | AddNode
  | MultiplyNode
  | ConcatNode
  | RescaleNode
  | PadNode
  | PoolNode
  | GlobalAveragePoolNode
  | GlobalMaxPoolNode
  | FlattenNode
  | ReshapeNode
  | TransposeNode
  | ShortcutPadNode
  | DenseNode;

/** Values of one weight, row-major in `shape`. */
export interface WeightArray {
  shape: number[];
  values: Float32Array;
}

export interface NetworkDefinition {
  name: string;
  /** [height, width, channels] of one image. */
  inputShape: [number, number, number];
  numClasses: number;
  /** Topological order; the last node's output is the logits [N, numClasses] (never a softmax). */
  nodes: NetworkNode[];
  /** The file's own network ends in a softmax, which is left out here. */
  endsInSoftmax?: boolean;
  /** It is that softmax's logarithm. */
  endsInLog?: true;
  /** The network sees (pixel / 255 - mean) / std per channel. */
  normalization: { mean: number[]; std: number[] };
  classNames?: string[];
  /** How pictures of another size are brought to the network's, as it was evaluated; left out: not known. */
  resizing?: NetworkResizing;
}

export interface Network {
  definition: NetworkDefinition;
  weights: Record<string, WeightArray>;
}
