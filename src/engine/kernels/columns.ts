import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from './differentiable';
import { fused } from './fused';

/** Matrices [N, W_i] side by side: [N, sum of W_i]. Differentiable. */
export function concatColumns(parts: tf.Tensor2D[]): tf.Tensor2D {
  if (parts.length === 1) return tf.clone(parts[0]);
  const widths = parts.map(({ shape }) => shape[1]);
  return differentiable<tf.Tensor2D>(
    parts,
    () => fused('ConcatColumns', { ...parts } as unknown as Record<string, tf.Tensor>, {}, () => tf.concat(parts, 1)),
    (dy) => fused<tf.Tensor[]>('SplitColumns', { x: dy }, { widths }, () => tf.split(dy, widths, 1)),
  );
}
