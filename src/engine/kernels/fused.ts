/**
 * Where a backend brings a kernel of this project's own that does in one launch what tfjs composes of many, it is used;
 * everywhere else the composition is. Kernels are registered with tfjs (`tf.registerKernel`) under the names below, so
 * the current backend alone decides, and an operation asks in one place.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Own kernels; what they take and give is said at the operations that use them. */
export type FusedKernel =
  | 'ImageMean'
  | 'LeakyRelu'
  | 'LeakyReluGradient'
  | 'ImageMeanGradient'
  | 'ImageStatistics'
  | 'ImageStatisticsGradient'
  | 'GroupedBatchNorm'
  | 'GroupedBatchNormGradient'
  | 'FrozenBatchNorm'
  | 'FrozenBatchNormInputGradient'
  | 'FrozenBatchNormGradient'
  | 'FrozenBatchNormStatistics'
  | 'FrozenBatchNormStatisticsGradient'
  | 'FrozenBatchNormRelu'
  | 'FrozenBatchNormReluInputGradient'
  | 'FrozenBatchNormReluGradient'
  | 'FrozenBatchNormReluStatistics'
  | 'FrozenBatchNormReluStatisticsGradient'
  | 'AddRelu'
  | 'FakeQuantize'
  | 'FakeQuantizeGradient'
  | 'FakeQuantizeToOwnRange'
  | 'ChannelRange'
  | 'ActivationGradient'
  | 'MaxPoolGradient'
  | 'AveragePoolGradient'
  | 'TransposedProduct'
  | 'CrossEntropy'
  | 'Distillation'
  | 'DistillationGradient'
  | 'WeightedSquaredDistance'
  | 'WeightedSum'
  | 'Scaled'
  | 'ConcatColumns'
  | 'SplitColumns'
  | 'PoolStatistics'
  | 'PoolStatisticsGradient'
  | 'Pack'
  | 'Unpack'
  | 'AdamUpdate'
  | 'SgdUpdate'
  | 'AdamInPlace'
  | 'SgdInPlace'
  | 'LimitInPlace'
  | 'LimitUpdate'
  | 'UpsampleConv2d'
  | 'UpsampleConv2dInputGradient'
  | 'UpsampleConv2dFilterGradient';

/** The name a kernel is registered by; the prefix keeps it apart from tfjs's own. */
export const fusedKernelName = (kernel: FusedKernel): string => `fdda/${kernel}`;

/** Whether the current backend has it. */
export function hasFused(kernel: FusedKernel): boolean {
  return tf.getKernel(fusedKernelName(kernel), tf.getBackend()) !== undefined;
}

/**
 * The current backend's own kernel, which it must have. Not differentiable by itself: to be called inside
 * `differentiable`, or in a gradient.
 */
export function runFused<T extends tf.Tensor | tf.Tensor[]>(
  kernel: FusedKernel,
  inputs: Record<string, tf.Tensor>,
  attrs: object,
): T {
  return tf.engine().runKernel(fusedKernelName(kernel), inputs, attrs as tf.NamedAttrMap) as unknown as T;
}

/** As `runFused`, or the composition where the backend has no such kernel. */
export function fused<T extends tf.Tensor | tf.Tensor[]>(
  kernel: FusedKernel,
  inputs: Record<string, tf.Tensor>,
  attrs: object,
  composition: () => T,
): T {
  return hasFused(kernel) ? runFused<T>(kernel, inputs, attrs) : composition();
}
