/** What repairs need to know of a network's layers. */
import * as tf from '@tensorflow/tfjs-core';
import { dense } from '../../kernels/dense';
import { forward, type ForwardHooks } from '../../network/executor';
import type { BatchNormNode, Conv2dNode, DenseNode, NetworkDefinition, NetworkNode } from '../../network/types';
import { isWeighted } from '../../quantization/plan';
import type { Student } from '../../quantization/student';
import type { LookedImages } from '../lookedImages';
import { until } from '../until';

export type WeightedNode = Conv2dNode | DenseNode;

export const weightedNodes = ({ nodes }: NetworkDefinition): WeightedNode[] => nodes.filter(isWeighted);

/**
 * Keys of weights that more than one node reads (a layer that is used twice). What is right for one of its places is not
 * for the other: repairs leave them as they are.
 */
export function sharedWeights({ nodes }: NetworkDefinition): Set<string> {
  const [read, shared] = [new Set<string>(), new Set<string>()];
  for (const node of nodes)
    for (const part of ['kernel', 'bias', 'gamma', 'beta'] as const) {
      const key = (node as Partial<Record<typeof part, string>>)[part];
      if (key === undefined) continue;
      if (read.has(key)) shared.add(key);
      read.add(key);
    }
  return shared;
}

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

/** Something is taken of the outputs of some nodes, pass by pass. Nothing behind the last of them is computed. */
interface Taking {
  student: Student;
  images: LookedImages;
  names: ReadonlySet<string>;
  /** Of the student, or none: at full precision. */
  hooks: ForwardHooks;
  /** Is called between two passes. */
  pause: () => Promise<void>;
}

/** @param take what it makes of an output is the caller's */
async function takenOf(
  { student, images, names, hooks, pause }: Taking,
  take: (y: tf.Tensor) => tf.Tensor,
): Promise<{ count: number; taken: Map<string, tf.Tensor> }[]> {
  const passes: { count: number; taken: Map<string, tf.Tensor> }[] = [];
  try {
    for (const batch of images.passes()) {
      if (passes.length > 0) await pause();
      const taken = new Map<string, tf.Tensor>();
      passes.push({ count: batch.shape[0], taken });
      const output = ({ name }: NetworkNode, y: tf.Tensor) => {
        if (names.has(name)) taken.set(name, tf.keep(take(y)));
      };
      student.forwardWith(batch, until(student.definition, names, { ...hooks, output })).dispose();
    }
    return passes;
  } catch (error) {
    for (const { taken } of passes) tf.dispose([...taken.values()]);
    throw error;
  }
}

/** One node's outputs for all images, [N, ...]; the caller's. */
export async function outputsAt(node: string, taking: Omit<Taking, 'names'>): Promise<tf.Tensor> {
  const passes = await takenOf({ ...taking, names: new Set([node]) }, tf.clone);
  const parts = passes.map(({ taken }) => taken.get(node)!);
  if (parts.length === 1) return parts[0];
  const all = tf.concat(parts, 0);
  tf.dispose(parts);
  return all;
}

/** Of each node the mean over everything but the channels, [C]; the caller's. */
export async function channelMeansAt(taking: Taking): Promise<Map<string, tf.Tensor1D>> {
  const passes = await takenOf(taking, channelMeans);
  const total = passes.reduce((sum, { count }) => sum + count, 0);
  const mean = (node: string) =>
    tf.tidy(() => tf.addN(passes.map(({ count, taken }) => tf.mul(taken.get(node)!, count / total))) as tf.Tensor1D);
  const means = new Map([...taking.names].map((node) => [node, mean(node)]));
  for (const { taken } of passes) tf.dispose([...taken.values()]);
  return means;
}

/** Mean over everything but the channels, [C]. */
const channelMeans = (x: tf.Tensor): tf.Tensor1D =>
  tf.tidy(() => tf.mean(tf.reshape(x, [-1, x.shape[x.rank - 1]]), 0) as tf.Tensor1D);

/** Assigns to a variable what is made of it. */
export function change(variable: tf.Variable, next: (value: tf.Tensor) => tf.Tensor): void {
  tf.tidy(() => variable.assign(next(variable)));
}
