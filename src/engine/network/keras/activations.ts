import type { ActivationNode } from '../types';

type Activated = Pick<ActivationNode, 'op' | 'slope'> | { op: 'softmax'; log?: true };

/** What an activation is by its name in Keras 2, Keras 3 or tfjs; null where the executor has none such. */
export function activationOf(value: unknown, version: string): Activated | 'linear' | null {
  const held = value as { class_name?: unknown; config?: unknown } | null;
  // Keras 3 writes a function as an object; one with settings of its own is no activation by name.
  const named = typeof held === 'object' && held !== null && typeof held.config === 'string' ? held.config : value;
  if (named === null || named === undefined) return 'linear';
  if (typeof named !== 'string') return null;
  switch (named.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) {
    case 'linear':
      return 'linear';
    case 'relu':
    case 'relu6':
    case 'sigmoid':
    case 'softmax':
      return { op: named as 'relu' };
    case 'log_softmax':
      return { op: 'softmax', log: true };
    case 'swish':
    case 'silu':
      return { op: 'silu' };
    case 'hard_swish':
    case 'hard_silu':
      return { op: 'hardSwish' };
    case 'hard_sigmoid':
      return { op: 'hardSigmoid', slope: version.startsWith('3') ? 1 / 6 : 0.2 };
    case 'leaky_relu':
      return { op: 'leakyRelu', slope: 0.2 };
    default:
      return null;
  }
}
