/** Results that are left open (../openResults.ts): what they are computed of. */
import type { TensorInfo } from '@tensorflow/tfjs-core';

/** Parameters of a BatchNorm with stored statistics, [C] each. */
export interface Layer {
  mean: TensorInfo;
  variance: TensorInfo;
  gamma: TensorInfo;
  beta: TensorInfo;
}

export type OpenResult =
  /** The sum of from [count, ...] */
  | { kind: 'parts'; from: TensorInfo; count: number }
  /** [3, 3, ...], each tap the sum of four of from [count, 16, plane] */
  | { kind: 'taps'; from: TensorInfo; count: number; plane: number }
  /** [channels] the columns from `first` on of from [rows, 2 channels], as `sumsOfRows` adds them up (rows.ts) */
  | { kind: 'rows'; from: TensorInfo; rows: number; channels: number; first: number }
  /** Element by element; all of one shape. */
  | { kind: 'sum'; from: TensorInfo; other: TensorInfo }
  /** The gradient `from` of a leaky ReLU of `x`, one of both for each element. */
  | { kind: 'leaky'; from: TensorInfo; x: TensorInfo; slope: number }
  /** BatchNorm with stored statistics, and the statistics of `from`, if they were computed with it: both again. */
  | { kind: 'normalized'; from: TensorInfo; layer: Layer; epsilon: number; statistics: TensorInfo | null };

/** What it is computed of. */
export function sourcesOf(open: OpenResult): TensorInfo[] {
  if (open.kind === 'sum') return [open.from, open.other];
  if (open.kind === 'leaky') return [open.from, open.x];
  return open.kind === 'normalized' ? [open.from, ...Object.values(open.layer)] : [open.from];
}
