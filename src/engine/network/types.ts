/**
 * A network as data: typed nodes in topological order and named weights. Nothing here holds a tensor, so a
 * network can be read, checked, posted to a worker and written back without a backend.
 *
 * Layouts are TensorFlow's: images NHWC, convolution kernels [kernelHeight, kernelWidth, inChannels, outChannels],
 * depthwise kernels [kernelHeight, kernelWidth, channels, multiplier], dense kernels [inputs, outputs].
 */

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
}
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
  op: 'relu' | 'relu6';
}
export interface AddNode extends NodeBase {
  op: 'add';
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
export interface FlattenNode extends NodeBase {
  op: 'flatten';
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
  | AddNode
  | PadNode
  | PoolNode
  | GlobalAveragePoolNode
  | FlattenNode
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
  /** The network sees (pixel / 255 - mean) / std per channel. */
  normalization: { mean: number[]; std: number[] };
  classNames?: string[];
}

export interface Network {
  definition: NetworkDefinition;
  weights: Record<string, WeightArray>;
}
