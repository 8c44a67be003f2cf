/** The one forward pass of the project: teacher and student differ only in the hooks they hand it. */
import * as tf from '@tensorflow/tfjs-core';
import { hardSigmoid, hardSwish, relu, relu6, sigmoid, silu } from '../kernels/activations';
import { convolution } from '../kernels/convolution';
import { dense } from '../kernels/dense';
import { frozenBatchNorm, frozenBatchNormWithStatistics, type FrozenBatchNorm } from '../kernels/frozenBatchNorm';
import { leakyRelu } from '../kernels/leakyRelu';
import { averagePool, maxPool, type Pooling } from '../kernels/pooling';
import { addRelu, frozenBatchNormRelu, frozenBatchNormReluWithStatistics } from '../kernels/rectified';
import { globalAveragePool, imageStatistics } from '../kernels/reductions';
import type {
  ActivationNode,
  BatchNormNode,
  Conv2dNode,
  DenseNode,
  Network,
  NetworkDefinition,
  NetworkNode,
  Padding,
} from './types';

/** A network's weights on the backend, by the keys of `Network.weights`. */
export type WeightTensors = Record<string, tf.Tensor>;

/** What may look into or change a forward pass. Hooks must return tensors made of their argument only. */
export interface ForwardHooks {
  /**
   * Called with the input [N, H, W, C] of every BatchNorm layer, `layer` counting from 0 in network order; features
   * [N, C] come as images of one pixel.
   */
  tap?(layer: number, x: tf.Tensor4D, node: BatchNormNode): void;
  /**
   * Called with the per-image statistics (`imageStatistics`) of the same; costs less than computing them from what
   * `tap` gets.
   */
  statistics?(layer: number, statistics: tf.Tensor2D, node: BatchNormNode): void;
  /** The student's weight quantizer: gets the kernel of a convolution or classifier. */
  kernel?(node: Conv2dNode | DenseNode, kernel: tf.Tensor): tf.Tensor;
  /** The student's activation quantizer: gets the output of every activation. */
  activation?(node: ActivationNode, x: tf.Tensor): tf.Tensor;
  /** Replaces the frozen BatchNorm (training of the bundled network uses batch statistics). */
  batchNorm?(node: BatchNormNode, x: tf.Tensor4D): tf.Tensor4D;
  /** Called with the output of every node, to look at. */
  output?(node: NetworkNode, y: tf.Tensor): void;
  /** Output of a node where it is known already, which is then not computed (nor looked at). */
  known?(node: NetworkNode): tf.Tensor | undefined;
}

/**
 * Uploads a network's weights. The caller owns the tensors and disposes them with `tf.dispose`.
 *
 * @param trainable makes them variables, so that gradients and optimizers can address them
 */
export function uploadWeights(network: Network, trainable = false): WeightTensors {
  const result: WeightTensors = {};
  for (const [key, { shape, values }] of Object.entries(network.weights)) {
    // A copy: backends may keep the array they are given, and the network's must stay as it is.
    const tensor = tf.tensor(values.slice(), shape, 'float32');
    if (trainable) {
      result[key] = tf.variable(tensor, true);
      tensor.dispose();
    } else {
      result[key] = tensor;
    }
  }
  return result;
}

/**
 * Runs the network on a batch of normalised images.
 *
 * @param images [N, H, W, C] in normalised image space
 * @returns logits [N, numClasses]; the caller owns them. Differentiable in `images` and in `weights`.
 */
export function forward(
  definition: NetworkDefinition,
  weights: WeightTensors,
  images: tf.Tensor4D,
  hooks: ForwardHooks = {},
): tf.Tensor2D {
  const [h, w, c] = definition.inputShape;
  if (images.shape[1] !== h || images.shape[2] !== w || images.shape[3] !== c) {
    throw new Error(`${definition.name} takes images of ${h}x${w}x${c}, not ${images.shape.slice(1).join('x')}.`);
  }
  const outputs = new Map<string, tf.Tensor>();
  // Who looks at every node, or has BatchNorm another way, gets every node by itself.
  const joins = hooks.output || hooks.known || hooks.batchNorm ? null : rectifiedNodes(definition);
  let layer = 0;
  let last: tf.Tensor = images;
  for (const node of definition.nodes) {
    const known = hooks.known?.(node);
    if (known) {
      if (node.op === 'batchNorm') layer++;
      outputs.set(node.name, (last = known));
      continue;
    }
    const inputs = node.inputs.map((name) => outputs.get(name)!);
    const joined = joins?.has(node.name) ?? false;
    if (node.op === 'batchNorm') last = batchNorm(layer++, node, inputs[0], weights, hooks, joined);
    else if (node.op === 'add' && joined) last = addRelu(inputs[0], inputs[1]);
    else if (node.op === 'relu' && joined) last = hooks.activation?.(node, inputs[0]) ?? inputs[0];
    else last = node.op === 'input' ? images : evaluate(node, inputs, weights, hooks);
    outputs.set(node.name, last);
    hooks.output?.(node, last);
  }
  return last as tf.Tensor2D;
}

const rectifiedOf = new WeakMap<NetworkDefinition, Set<string>>();

/**
 * The nodes that are computed together: BatchNorms and sums of two whose only reader is a ReLU, which are then rectified
 * already, and those ReLUs, which have nothing left to do but call their hook. By name.
 */
function rectifiedNodes(definition: NetworkDefinition): Set<string> {
  let result = rectifiedOf.get(definition);
  if (!result) {
    rectifiedOf.set(definition, (result = new Set()));
    const nodes = new Map(definition.nodes.map((node) => [node.name, node]));
    const readers = new Map<string, number>();
    for (const name of definition.nodes.flatMap(({ inputs }) => inputs))
      readers.set(name, (readers.get(name) ?? 0) + 1);
    for (const { op, name, inputs } of definition.nodes) {
      const before = op === 'relu' ? nodes.get(inputs[0]) : undefined;
      if (!before || readers.get(before.name) !== 1) continue;
      if (before.op === 'batchNorm' || (before.op === 'add' && before.inputs.length === 2)) {
        result.add(before.name).add(name);
      }
    }
  }
  return result;
}

function evaluate(
  node: Exclude<NetworkNode, BatchNormNode>,
  inputs: tf.Tensor[],
  weights: WeightTensors,
  hooks: ForwardHooks,
): tf.Tensor {
  const x = inputs[0] as tf.Tensor4D;
  switch (node.op) {
    case 'conv2d':
    case 'depthwiseConv2d': {
      const kernel = (hooks.kernel?.(node, weights[node.kernel]) ?? weights[node.kernel]) as tf.Tensor4D;
      const y = convolution(x, kernel, node, node.op === 'depthwiseConv2d');
      return node.bias ? tf.add(y, weights[node.bias]) : y;
    }
    case 'relu':
    case 'relu6':
    case 'leakyRelu':
    case 'hardSwish':
    case 'silu':
    case 'sigmoid':
    case 'hardSigmoid': {
      const y = activate(node, x);
      return hooks.activation?.(node, y) ?? y;
    }
    case 'softmax':
      return tf.softmax(x as tf.Tensor);
    case 'add':
      return inputs.slice(1).reduce((sum, other) => tf.add(sum, other), x as tf.Tensor);
    case 'multiply':
      return inputs.slice(1).reduce((product, other) => tf.mul(product, other), x as tf.Tensor);
    case 'concat':
      return tf.concat(inputs, -1);
    case 'rescale':
      return tf.add(tf.mul(x, constant(node.scale)), constant(node.offset));
    case 'pad':
      return tf.pad(x, explicit(node.padding));
    case 'maxPool':
      return maxPool(x, node);
    case 'averagePool':
      return averagePool(x, node);
    case 'globalAveragePool':
      return globalAveragePool(x);
    case 'globalMaxPool':
      return tf.reshape(maxPool(x, { size: [x.shape[1], x.shape[2]], strides: [1, 1], padding: NO_PADDING }), [
        x.shape[0],
        x.shape[3],
      ]);
    case 'flatten':
      return tf.reshape(x, [x.shape[0], -1]);
    case 'reshape':
      return tf.reshape(x, [x.shape[0], ...node.shape]);
    case 'transpose':
      return tf.transpose(x as tf.Tensor, [0, ...node.order.map((axis) => axis + 1)]);
    case 'shortcutPad': {
      // Pooling over single pixels: tfjs's stridedSlice has no gradient.
      const single: Pooling = {
        size: [1, 1],
        strides: [node.stride, node.stride],
        padding: NO_PADDING,
      };
      const taken = node.stride === 1 ? x : averagePool(x, single);
      return tf.pad(taken, [
        [0, 0],
        [0, 0],
        [0, 0],
        [node.channelsBefore, node.channelsAfter],
      ]);
    }
    case 'dense': {
      const kernel = (hooks.kernel?.(node, weights[node.kernel]) ?? weights[node.kernel]) as tf.Tensor2D;
      const y = dense(inputs[0] as tf.Tensor2D, kernel);
      return node.bias ? tf.add(y, weights[node.bias]) : y;
    }
    case 'input':
      return x;
  }
}

const NO_PADDING: Padding = { top: 0, bottom: 0, left: 0, right: 0 };

function activate({ op, slope }: ActivationNode, x: tf.Tensor4D): tf.Tensor {
  switch (op) {
    case 'relu':
      return relu(x);
    case 'relu6':
      return relu6(x);
    case 'leakyRelu':
      return leakyRelu(x, slope ?? 0);
    case 'hardSwish':
      return hardSwish(x);
    case 'silu':
      return silu(x);
    case 'sigmoid':
      return sigmoid(x);
    case 'hardSigmoid':
      return hardSigmoid(x, slope);
  }
}

/** One value for all, or one along the last axis. */
const constant = (values: number[]): tf.Tensor => (values.length === 1 ? tf.scalar(values[0]) : tf.tensor1d(values));

function batchNorm(
  layer: number,
  node: BatchNormNode,
  input: tf.Tensor,
  weights: WeightTensors,
  hooks: ForwardHooks,
  rectified: boolean,
): tf.Tensor {
  if (input.rank === 4) return imageBatchNorm(layer, node, input as tf.Tensor4D, weights, hooks, rectified);
  const [n, c] = input.shape;
  return tf.reshape(imageBatchNorm(layer, node, tf.reshape(input, [n, 1, 1, c]), weights, hooks, rectified), [n, c]);
}

function imageBatchNorm(
  layer: number,
  node: BatchNormNode,
  x: tf.Tensor4D,
  weights: WeightTensors,
  hooks: ForwardHooks,
  rectified: boolean,
): tf.Tensor4D {
  hooks.tap?.(layer, x, node);
  if (hooks.batchNorm) {
    hooks.statistics?.(layer, imageStatistics(x), node);
    return hooks.batchNorm(node, x);
  }
  const frozen: FrozenBatchNorm = {
    mean: weights[node.mean],
    variance: weights[node.variance],
    epsilon: node.epsilon,
    gamma: node.gamma ? weights[node.gamma] : undefined,
    beta: node.beta ? weights[node.beta] : undefined,
  };
  if (!hooks.statistics) return rectified ? frozenBatchNormRelu(x, frozen) : frozenBatchNorm(x, frozen);
  const { y, statistics } = (rectified ? frozenBatchNormReluWithStatistics : frozenBatchNormWithStatistics)(x, frozen);
  hooks.statistics(layer, statistics, node);
  return y;
}

function explicit({
  top,
  bottom,
  left,
  right,
}: Padding): [[number, number], [number, number], [number, number], [number, number]] {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

/** The BatchNorm nodes in the order in which `tap` counts them. */
export function batchNormLayers(definition: NetworkDefinition): BatchNormNode[] {
  return definition.nodes.filter((node): node is BatchNormNode => node.op === 'batchNorm');
}
