/** What range the activations of a network have on some images: that is what an activation quantizer has to cover. */
import * as tf from '@tensorflow/tfjs-core';
import { concatColumns } from '../kernels/columns';
import type { ForwardHooks } from './executor';
import type { ActivationNode, NetworkDefinition, NetworkNode } from './types';

/** Smallest and largest output of one activation. */
export interface ActivationRange {
  lo: number;
  hi: number;
}

const ACTIVATIONS: Record<ActivationNode['op'], true> = {
  relu: true,
  relu6: true,
  leakyRelu: true,
  hardSwish: true,
  silu: true,
  sigmoid: true,
  hardSigmoid: true,
};

export function isActivation(node: NetworkNode): node is ActivationNode {
  return node.op in ACTIVATIONS;
}

/** The activations in the order in which `rangesTap` meets them. */
export function activationNodes(definition: NetworkDefinition): ActivationNode[] {
  return definition.nodes.filter(isActivation);
}

/**
 * Hook for `forward` that gathers every activation's smallest and largest output for each image, and changes nothing.
 *
 * @returns the hook, and `columns()`: after the forward pass [N, 2 A], an activation's two beside each other, in a list
 * that goes into a concat with whatever else is read back; an empty one for a network without activations
 */
export function rangesTap(): Required<Pick<ForwardHooks, 'activation'>> & { columns(): tf.Tensor2D[] } {
  const ends: tf.Tensor2D[] = [];
  return {
    activation: (_, x) => {
      const rows = tf.reshape(x, [x.shape[0], -1]);
      ends.push(tf.min(rows, 1, true), tf.max(rows, 1, true));
      return x;
    },
    columns: () => (ends.length === 0 ? [] : [concatColumns(ends)]),
  };
}

/**
 * Ranges over all rows.
 *
 * @param packed rows of `stride` numbers, `rangesTap`'s columns from `offset` to the row's end
 */
export function unpackRanges(packed: ArrayLike<number>, stride: number, offset: number): ActivationRange[] {
  return Array.from({ length: (stride - offset) / 2 }, (_, a) => {
    const range = { lo: Infinity, hi: -Infinity };
    for (let at = offset + 2 * a; at < packed.length; at += stride) {
      range.lo = Math.min(range.lo, packed[at]);
      range.hi = Math.max(range.hi, packed[at + 1]);
    }
    return range;
  });
}

/** Ranges over several sets of images, of each of which the ranges are known. */
export function unitedRanges(sets: readonly ActivationRange[][]): ActivationRange[] {
  return sets[0].map((_, a) => ({
    lo: Math.min(...sets.map((set) => set[a].lo)),
    hi: Math.max(...sets.map((set) => set[a].hi)),
  }));
}
