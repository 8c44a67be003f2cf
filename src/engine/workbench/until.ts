import * as tf from '@tensorflow/tfjs-core';
import type { ForwardHooks } from '../network/executor';
import type { NetworkDefinition } from '../network/types';

/**
 * Hooks of a forward pass that computes nothing behind the last of some nodes. What it returns is that node's output.
 *
 * @param hooks without `known`
 */
export function until(
  { nodes }: NetworkDefinition,
  names: ReadonlySet<string>,
  hooks: Omit<ForwardHooks, 'known'>,
): ForwardHooks {
  const place = new Map(nodes.map(({ name }, i) => [name, i]));
  const last = Math.max(...[...names].map((name) => place.get(name)!));
  let end: tf.Tensor | undefined;
  return {
    ...hooks,
    output(node, y) {
      if (place.get(node.name) === last) end = tf.clone(y);
      hooks.output?.(node, y);
    },
    known: (node) => (place.get(node.name)! > last ? end : undefined),
  };
}
