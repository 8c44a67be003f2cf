/** What can be said of a network without running it: shapes, multiply-accumulates, parameters, BatchNorm layers. */
import { say } from '../sentences';
import { NetworkError } from './networkError';
import type { Network, NetworkNode, Padding } from './types';

/** Shape of one node's output without the batch: [H, W, C] or [features]. */
export type NodeShape = number[];

export interface NetworkFacts {
  shapes: Map<string, NodeShape>;
  /** Multiply-accumulates of one image (convolutions and dense layers). */
  macs: number;
  /** Values in all weights. */
  parameters: number;
  /** Values of all nodes' outputs, an image. */
  activations: number;
  /** Shape [H, W, C] of every BatchNorm layer's input, in network order. */
  batchNorms: { name: string; height: number; width: number; channels: number }[];
}

const HINT = say('plainClassifierHint');
/** Values of one image, of one layer's output, and multiply-accumulates of an image: more than a browser is for. */
const MOST_PIXELS = 2 ** 24;
const MOST_VALUES = 2 ** 27;
const MOST_MACS = 2e11;

/** @param shape [H, W, C] @throws NetworkError where images are larger than any that is classified here */
export function checkImageSize(shape: readonly number[]): void {
  if (!(shape.reduce((a, b) => a * b, 1) <= MOST_PIXELS))
    throw new NetworkError(say('imageTooLarge', shape.join(' x ')), HINT);
}

/**
 * Infers every shape and counts work, of a network that this is for.
 *
 * @throws NetworkError as `networkFacts`, and where there is no BatchNorm layer at all
 */
export function inspectNetwork(network: Network): NetworkFacts {
  const facts = networkFacts(network);
  if (facts.batchNorms.length === 0) throw new NetworkError(say('noBatchNorm'), say('noBatchNormHint'));
  return facts;
}

/**
 * Infers every shape and counts work, of any network.
 *
 * @throws NetworkError naming the node where an input or weight is missing or shapes do not fit together, or where the
 *   output is not [numClasses]
 */
export function networkFacts({ definition, weights }: Network): NetworkFacts {
  const shapes = new Map<string, NodeShape>();
  const facts: NetworkFacts = { shapes, macs: 0, parameters: 0, activations: 0, batchNorms: [] };
  checkImageSize(definition.inputShape);
  for (const node of definition.nodes) {
    const inputs = node.inputs.map((name) => {
      const shape = shapes.get(name);
      if (!shape) throw new NetworkError(say('readsLater', `"${node.name}"`, name), HINT);
      return shape;
    });
    if (node.op === 'batchNorm') {
      const [height, width, channels] = imageOrVector(node, inputs[0]);
      facts.batchNorms.push({ name: node.name, height, width, channels });
    }
    const shape = outputShape(node, inputs, definition.inputShape, weights, facts);
    if (!(size(shape) <= MOST_VALUES)) throw new NetworkError(say('layerTooLarge', node.name, String(shape)), HINT);
    shapes.set(node.name, shape);
    facts.activations += size(shape);
  }
  if (facts.macs > MOST_MACS) throw new NetworkError(say('tooMuchWork', (facts.macs / 1e9).toPrecision(3)), HINT);
  for (const { values } of Object.values(weights)) facts.parameters += values.length;
  const output = shapes.get(definition.nodes[definition.nodes.length - 1].name)!;
  if (output.length !== 1 || output[0] !== definition.numClasses) {
    throw new NetworkError(say('wrongOutput', String(output), definition.numClasses), HINT);
  }
  return facts;
}

const size = (shape: NodeShape) => shape.reduce((a, b) => a * b, 1);

/** The largest of shapes that are equal but for axes of 1; null where they do not fit. */
export function broadcastShape(shapes: NodeShape[]): NodeShape | null {
  const rank = shapes[0].length;
  if (shapes.some((shape) => shape.length !== rank)) return null;
  const largest = shapes[0].map((_, axis) => shapes.reduce((most, shape) => Math.max(most, shape[axis]), 1));
  return shapes.every((shape) => shape.every((v, axis) => v === 1 || v === largest[axis])) ? largest : null;
}

function image(node: NetworkNode, shape: NodeShape): [number, number, number] {
  if (!shape || shape.length !== 3) {
    throw new NetworkError(say('layerNeedsImage', node.name, node.op, String(shape ?? '')), HINT);
  }
  return shape as [number, number, number];
}

/** Features count as an image of one pixel. */
function imageOrVector(node: NetworkNode, shape: NodeShape): [number, number, number] {
  return shape?.length === 1 ? [1, 1, shape[0]] : image(node, shape);
}

function windowed(
  node: NetworkNode,
  length: number,
  before: number,
  after: number,
  size: number,
  stride: number,
): number {
  const out = Math.floor((length + before + after - size) / stride) + 1;
  if (out < 1) throw new NetworkError(say('windowTooLarge', node.name, size, length), HINT);
  return out;
}

function outputShape(
  node: NetworkNode,
  inputs: NodeShape[],
  inputShape: NodeShape,
  weights: Network['weights'],
  facts: NetworkFacts,
): NodeShape {
  const weight = (key: string, rank: number): number[] => {
    const found = weights[key];
    if (!found) throw new NetworkError(say('weightMissing', node.name, key), HINT);
    if (found.shape.length !== rank)
      throw new NetworkError(say('weightOfShape', node.name, key, String(found.shape)), HINT);
    return found.shape;
  };
  const vector = (key: string | undefined, channels: number) => {
    if (key !== undefined && weight(key, 1)[0] !== channels) {
      throw new NetworkError(say('weightOfLength', node.name, key, weights[key].shape[0], channels), HINT);
    }
  };
  const slide = (
    size: [number, number],
    strides: [number, number],
    p: Padding,
    [h, w]: NodeShape,
  ): [number, number] => [
    windowed(node, h, p.top, p.bottom, size[0], strides[0]),
    windowed(node, w, p.left, p.right, size[1], strides[1]),
  ];
  switch (node.op) {
    case 'input':
      return [...inputShape];
    case 'conv2d':
    case 'depthwiseConv2d': {
      const [kh, kw, ci, last] = weight(node.kernel, 4);
      const x = image(node, inputs[0]);
      const groups = node.op === 'conv2d' ? (node.groups ?? 1) : 1;
      if (x[2] !== ci * groups) throw new NetworkError(say('layerChannels', node.name, ci * groups, x[2]), HINT);
      const [dh, dw] = node.dilations ?? [1, 1];
      const [oh, ow] = slide([(kh - 1) * dh + 1, (kw - 1) * dw + 1], node.strides, node.padding, x);
      const co = node.op === 'conv2d' ? last : ci * last;
      if (co % groups !== 0) throw new NetworkError(say('groupsDoNotDivide', node.name, co, groups), HINT);
      vector(node.bias, co);
      facts.macs += oh * ow * kh * kw * (node.op === 'conv2d' ? ci * co : co);
      return [oh, ow, co];
    }
    case 'batchNorm': {
      const channels = imageOrVector(node, inputs[0])[2];
      for (const key of [node.gamma, node.beta, node.mean, node.variance]) vector(key, channels);
      return inputs[0];
    }
    case 'relu':
    case 'relu6':
    case 'leakyRelu':
    case 'hardSwish':
    case 'silu':
    case 'sigmoid':
    case 'hardSigmoid':
    case 'softmax':
      return inputs[0];
    case 'add':
    case 'multiply': {
      const shape = broadcastShape(inputs);
      if (!shape) {
        const listed = inputs.map((s) => `[${s}]`).join(node.op === 'add' ? ' + ' : ' * ');
        throw new NetworkError(say(node.op === 'add' ? 'addsShapes' : 'multipliesShapes', node.name, listed), HINT);
      }
      return shape;
    }
    case 'concat': {
      const [first] = inputs;
      const before = (shape: NodeShape) => String(shape.slice(0, -1));
      if (inputs.some((shape) => shape.length !== first.length || before(shape) !== before(first))) {
        const listed = inputs.map((s) => `[${s}]`).join(', ');
        throw new NetworkError(say('joinsShapes', node.name, listed), HINT);
      }
      return [...first.slice(0, -1), inputs.reduce((sum, shape) => sum + shape[shape.length - 1], 0)];
    }
    case 'rescale': {
      const channels = inputs[0][inputs[0].length - 1];
      for (const { length } of [node.scale, node.offset]) {
        if (length !== 1 && length !== channels) {
          throw new NetworkError(say('constantsForChannels', node.name, length, channels), HINT);
        }
      }
      return inputs[0];
    }
    case 'pad': {
      const [h, w, c] = image(node, inputs[0]);
      const p = node.padding;
      return [h + p.top + p.bottom, w + p.left + p.right, c];
    }
    case 'maxPool':
    case 'averagePool': {
      const x = image(node, inputs[0]);
      return [...slide(node.size, node.strides, node.padding, x), x[2]];
    }
    case 'globalAveragePool':
      return [image(node, inputs[0])[2]];
    case 'globalMaxPool':
      return [image(node, inputs[0])[2]];
    case 'flatten':
      return [size(inputs[0])];
    case 'reshape':
      if (size(node.shape) !== size(inputs[0])) {
        throw new NetworkError(say('reshapesSize', node.name, String(inputs[0]), String(node.shape)), HINT);
      }
      return node.shape;
    case 'transpose':
      if (String([...node.order].sort((a, b) => a - b)) !== String(inputs[0].map((_, axis) => axis))) {
        throw new NetworkError(say('transposesAxes', node.name, String(inputs[0]), String(node.order)), HINT);
      }
      return node.order.map((axis) => inputs[0][axis]);
    case 'shortcutPad': {
      const [h, w, c] = image(node, inputs[0]);
      if (node.channelsBefore < 0 || node.channelsAfter < 0) {
        const wanted = c + node.channelsBefore + node.channelsAfter;
        throw new NetworkError(say('layerChannels', node.name, wanted, c), HINT);
      }
      return [Math.ceil(h / node.stride), Math.ceil(w / node.stride), node.channelsBefore + c + node.channelsAfter];
    }
    case 'dense': {
      const [i, o] = weight(node.kernel, 2);
      if (inputs[0].length !== 1 || inputs[0][0] !== i) {
        throw new NetworkError(say('layerFeatures', node.name, i, String(inputs[0])), HINT);
      }
      vector(node.bias, o);
      facts.macs += i * o;
      return [o];
    }
  }
}
