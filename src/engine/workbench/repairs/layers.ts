/** What repairs need to know of a network's layers. */
import * as tf from '@tensorflow/tfjs-core';
import { dense } from '../../kernels/dense';
import { forward, type ForwardHooks } from '../../network/executor';
import type { BatchNormNode, Conv2dNode, DenseNode, NetworkDefinition, NetworkNode } from '../../network/types';
import { isWeighted } from '../../quantization/plan';
import type { Student } from '../../quantization/student';

export type WeightedNode = Conv2dNode | DenseNode;

export const weightedNodes = ({ nodes }: NetworkDefinition): WeightedNode[] => nodes.filter(isWeighted);

/** Nodes that read a node's output. */
export const readersOf = ({ nodes }: NetworkDefinition, name: string): NetworkNode[] =>
  nodes.filter(({ inputs }) => inputs.includes(name));

/** The BatchNorm layer that is the only one to read a layer's output; null: there is none such. */
export function ownBatchNorm(definition: NetworkDefinition, name: string): BatchNormNode | null {
  const readers = readersOf(definition, name);
  return readers.length === 1 && readers[0].op === 'batchNorm' ? readers[0] : null;
}

/**
 * A layer's output without its bias.
 *
 * @param x the layer's input; differentiable in the kernel
 */
export function layerOutput(
  definition: NetworkDefinition,
  node: WeightedNode,
  x: tf.Tensor,
  kernel: tf.Tensor,
): tf.Tensor {
  if (node.op === 'dense') return dense(x as tf.Tensor2D, kernel as tf.Tensor2D);
  const input: NetworkNode = { name: ' input', op: 'input', inputs: [] };
  const alone: NetworkDefinition = {
    ...definition,
    inputShape: x.shape.slice(1) as [number, number, number],
    nodes: [input, { ...node, bias: undefined, inputs: [input.name] }],
  };
  return forward(alone, { [node.kernel]: kernel }, x as tf.Tensor4D);
}

/**
 * The outputs of some nodes; the caller's.
 *
 * @param hooks of the student, or none: at full precision
 */
export function outputsAt(
  student: Student,
  images: tf.Tensor4D,
  names: ReadonlySet<string>,
  hooks: ForwardHooks,
): Map<string, tf.Tensor> {
  const kept = new Map<string, tf.Tensor>();
  const output = ({ name }: NetworkNode, y: tf.Tensor) => {
    // Also of the input, which is no node's work.
    if (names.has(name)) kept.set(name, tf.keep(tf.clone(y)));
  };
  student.forwardWith(images, { ...hooks, output }).dispose();
  return kept;
}

/** Mean over everything but the channels, [C]. */
export const channelMeans = (x: tf.Tensor): tf.Tensor1D =>
  tf.tidy(() => tf.mean(tf.reshape(x, [-1, x.shape[x.rank - 1]]), 0) as tf.Tensor1D);

/** Assigns to a variable what is made of it. */
export function change(variable: tf.Variable, next: (value: tf.Tensor) => tf.Tensor): void {
  tf.tidy(() => variable.assign(next(variable)));
}
