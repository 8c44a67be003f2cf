/**
 * Cross-layer equalization (Nagel et al., Data-Free Quantization through Weight Equalization and Bias Correction, ICCV
 * 2019, section 4.1): channels between two layers are scaled so that both layers' weights have like ranges in each,
 * which changes nothing at full precision.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { BatchNormNode, NetworkDefinition } from '../../network/types';
import { isWeighted } from '../../quantization/plan';
import type { Student } from '../../quantization/student';
import { change, ownBatchNorm, readersOf, sharedWeights, weightedNodes, type WeightedNode } from './layers';
import type { Repair } from './repair';

/** Two layers with nothing between them but a BatchNorm layer, a ReLU, and pooling. */
export interface LayerPair {
  first: WeightedNode;
  batchNorm: BatchNormNode | null;
  /** The ReLU between them. */
  activation: string;
  second: WeightedNode;
}

/**
 * All such pairs in which nothing else reads what is between the two, nor their weights. A ReLU6 ends where a scale would
 * move it.
 */
export function layerPairs(definition: NetworkDefinition): LayerPair[] {
  const pairs: LayerPair[] = [];
  const shared = sharedWeights(definition);
  const isShared = (keys: readonly (string | undefined)[]) => keys.some((key) => key !== undefined && shared.has(key));
  for (const first of weightedNodes(definition)) {
    const batchNorm = ownBatchNorm(definition, first.name);
    const only = (name: string) => {
      const readers = readersOf(definition, name);
      return readers.length === 1 ? readers[0] : null;
    };
    const relu = only(batchNorm?.name ?? first.name);
    if (relu?.op !== 'relu') continue;
    let next = only(relu.name);
    while (
      next &&
      (next.op === 'globalAveragePool' || next.op === 'averagePool' || next.op === 'maxPool' || next.op === 'pad')
    )
      next = only(next.name);
    if (!next || !isWeighted(next)) continue;
    if (!isShared([first.kernel, first.bias, batchNorm?.gamma, batchNorm?.beta, next.kernel]))
      pairs.push({ first, batchNorm, activation: relu.name, second: next });
  }
  return pairs;
}

/** Axis of a kernel along which its input channels are. */
const inputAxis = (kernel: tf.Tensor) => kernel.rank - 2;

/** Largest absolute value of each channel of a kernel along an axis, [C]. */
function ranges(kernel: tf.Tensor, axis: number): tf.Tensor1D {
  const others = kernel.shape.map((_, i) => i).filter((i) => i !== axis);
  return tf.max(tf.abs(kernel), others) as tf.Tensor1D;
}

/** Of each output channel, [O]; depthwise kernels [h, w, c, m] have c m of them. */
function outputRanges({ op }: WeightedNode, kernel: tf.Tensor): tf.Tensor1D {
  if (op !== 'depthwiseConv2d') return ranges(kernel, kernel.rank - 1);
  return tf.reshape(tf.max(tf.abs(kernel), [0, 1]), [-1]) as tf.Tensor1D;
}

/**
 * s = sqrt(r1 / r2), with the ranges r1 of the first layer's output channels (with what BatchNorm makes of them) and r2
 * of the second one's input channels (paper Eq. 11): then r1 / s = r2 s. 1 where a channel is all zeros.
 */
export const equalizingScale = (r1: tf.Tensor, r2: tf.Tensor): tf.Tensor =>
  tf.tidy(() => {
    const both = tf.logicalAnd(tf.greater(r1, 0), tf.greater(r2, 0));
    return tf.where(both, tf.sqrt(tf.div(r1, tf.where(both, r2, tf.onesLike(r2)))), tf.onesLike(r1));
  });

function equalize(student: Student, { first, batchNorm, second }: LayerPair): boolean {
  const { variables } = student;
  const [one, two] = [variables[first.kernel], variables[second.kernel]];
  // A second layer behind a flattening has other inputs than channels; without gamma nothing can take the scale.
  const channels = two.shape[inputAxis(two)];
  if (batchNorm && !(batchNorm.gamma && batchNorm.beta)) return false;
  const outputs = first.op === 'depthwiseConv2d' ? one.shape[2]! * one.shape[3]! : one.shape[one.rank - 1];
  if (outputs !== channels) return false;
  const scale = tf.tidy(() => {
    const r1 = outputRanges(first, one);
    const folded = batchNorm ? tf.mul(r1, tf.abs(student.batchNormScale(batchNorm))) : r1;
    return equalizingScale(folded, ranges(two, inputAxis(two)));
  });
  const divided = (value: tf.Tensor) => tf.div(value, scale);
  if (batchNorm) {
    change(variables[batchNorm.gamma!], divided);
    change(variables[batchNorm.beta!], divided);
  } else {
    const shape = first.op === 'depthwiseConv2d' ? one.shape.slice(-2) : [channels];
    change(one, (kernel) => tf.div(kernel, tf.reshape(scale, shape)));
    if (first.bias) change(variables[first.bias], divided);
  }
  change(two, (kernel) => tf.mul(kernel, tf.reshape(scale, [channels, 1])));
  scale.dispose();
  return true;
}

/** The activations between the pairs get new ranges afterwards: see `repairs`. */
export const equalization: Repair = async ({ student, pause }) => {
  const pairs = layerPairs(student.definition);
  const changed: string[] = [];
  for (const [i, pair] of pairs.entries()) {
    if (equalize(student, pair)) changed.push(pair.first.name, pair.second.name);
    await pause((i + 1) / pairs.length);
  }
  return [...new Set(changed)];
};
