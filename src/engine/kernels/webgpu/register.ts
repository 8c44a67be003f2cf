/** Registers the WGSL kernels with tfjs. Loaded only where WebGPU is. */
import * as tf from '@tensorflow/tfjs-core';
import { fusedKernelName, type FusedKernel } from '../fused';
import type { Activation } from '../activations';
import { addRelu, activationGradient, leakyRelu, leakyReluGradient, relu6 } from './activations';
import { concatColumns, splitColumns } from './columns';
import { convolution, filterGradient, inputGradient, type Shape4D } from './convolution';
import { channelRange, fakeQuantize, fakeQuantizeGradient, fakeQuantizeToOwnRange } from './fakeQuantize';
import {
  frozenBatchNorm,
  frozenBatchNormGradient,
  frozenBatchNormInputGradient,
  frozenBatchNormStatistics,
  frozenBatchNormStatisticsGradient,
} from './frozenBatchNorm';
import { groupedBatchNorm, groupedBatchNormGradient } from './groupedBatchNorm';
import {
  crossEntropy,
  distillation,
  distillationGradient,
  poolStatistics,
  poolStatisticsGradient,
  scaled,
  weightedSquaredDistance,
  weightedSum,
  type DistillationAttrs,
} from './losses';
import {
  adamUpdate,
  limitUpdate,
  pack,
  sgdUpdate,
  unpack,
  type AdamAttrs,
  type LimitAttrs,
  type SgdAttrs,
} from './optimizers';
import { adamInPlace, limitInPlace, placesOf, sgdInPlace, type InPlaceAttrs } from './optimizersInPlace';
import { maxPoolGradient } from './pooling';
import { leaveOpen } from './openResults';
import type { WebgpuBackend } from './program';
import { registerRecording } from './recording/recording';
import { columnSums, imageMean, imageMeanGradient, imageStatistics, imageStatisticsGradient } from './statistics';
import { upsampleConv2d, upsampleConv2dFilterGradient, upsampleConv2dInputGradient } from './upsample';

type Inputs = Record<string, tf.TensorInfo>;
type Kernel<Attrs> = (backend: WebgpuBackend, inputs: Inputs, attrs: Attrs) => tf.TensorInfo | tf.TensorInfo[];

interface ConvAttrs {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | [number, number][];
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dataFormat?: string;
}

interface PoolAttrs {
  size: [number, number];
  strides: [number, number];
  top: number;
  left: number;
}

interface LayerAttrs {
  epsilon: number;
}

interface GroupAttrs {
  groupSize: number;
  epsilon: number;
}

function geometry(inShape: number[], filterShape: number[], attrs: ConvAttrs) {
  const info = tf.backend_util.computeConv2DInfo(
    inShape as Shape4D,
    filterShape as Shape4D,
    attrs.strides,
    1,
    attrs.pad as never,
    attrs.dimRoundingMode,
    false,
    'channelsLast',
  );
  const strides: [number, number] = [info.strideHeight, info.strideWidth];
  return { strides, top: info.padInfo.top, left: info.padInfo.left, outShape: info.outShape as Shape4D };
}

/** tfjs's own kernels that were replaced, by name: what a benchmark compares with. */
export const replacedKernels = new Map<string, tf.KernelConfig>();

/** A kernel under a name of tfjs's, in place of tfjs's own, which stays the one for what is not ours. */
function replace(kernelName: string, isOurs: (attrs: never, inputs: Inputs) => boolean, compute: Kernel<never>): void {
  const own = tf.getKernel(kernelName, 'webgpu');
  replacedKernels.set(kernelName, own);
  tf.unregisterKernel(kernelName, 'webgpu');
  const kernelFunc: tf.KernelFunc = (args) =>
    isOurs(args.attrs as never, args.inputs as Inputs)
      ? compute(args.backend as WebgpuBackend, args.inputs as Inputs, args.attrs as never)
      : own.kernelFunc(args);
  tf.registerKernel({ ...own, kernelFunc });
}

/** tfjs's sum of two tensors of one shape, which is left open: mostly gradients that meet. */
function leaveSumsOpen(): void {
  const own = tf.getKernel('Add', 'webgpu');
  tf.unregisterKernel('Add', 'webgpu');
  const kernelFunc: tf.KernelFunc = (args) => {
    const sum = own.kernelFunc(args) as tf.TensorInfo;
    const { a, b } = args.inputs as Inputs;
    const backend = args.backend as WebgpuBackend;
    const areFloats = [a, b].every(({ dataId }) => backend.tensorMap.get(dataId).dtype === 'float32');
    if (areFloats && tf.util.arraysEqual(a.shape, b.shape)) leaveOpen(backend, sum, { kind: 'sum', from: a, other: b });
    return sum;
  };
  tf.registerKernel({ ...own, kernelFunc });
}

const isNhwc = ({ dataFormat }: ConvAttrs): boolean => dataFormat !== 'NCHW';

/** tfjs's convolution fills its tiles, of 32 output channels, only with multiples of 32. */
function isOurConvolution(attrs: ConvAttrs, { filter }: Inputs): boolean {
  return isNhwc(attrs) && filter.shape[3] % 32 !== 0 && [attrs.dilations ?? 1].flat().every((d) => d === 1);
}

interface MatMulAttrs {
  transposeA: boolean;
  transposeB: boolean;
}

/**
 * Along a sum of at least this length tfjs may split a product into parts, and then reads a transposed second factor
 * wrongly (tfjs 4.22).
 */
const SPLIT_LENGTH = 2000;

const isSplitWrongly = ({ transposeB }: MatMulAttrs, { b }: Inputs): boolean =>
  transposeB && b.shape[b.shape.length - 1] >= SPLIT_LENGTH;

/** The product with the second factor transposed first. */
function productOfTransposed(backend: WebgpuBackend, { a, b }: Inputs, { transposeA }: MatMulAttrs): tf.TensorInfo {
  const run = ({ kernelFunc }: tf.KernelConfig, inputs: Inputs, attrs: object) =>
    kernelFunc({ backend, inputs, attrs: attrs as tf.NamedAttrMap }) as tf.TensorInfo;
  const last = b.shape.length - 1;
  const perm = b.shape.map((_, axis) => (axis === last ? last - 1 : axis === last - 1 ? last : axis));
  const turned = run(tf.getKernel('Transpose', 'webgpu'), { x: b }, { perm });
  const product = run(replacedKernels.get('BatchMatMul')!, { a, b: turned }, { transposeA, transposeB: false });
  backend.disposeData(turned.dataId);
  return product;
}

interface SumAttrs {
  axis: number | number[];
  keepDims: boolean;
}

/** Over every axis but the last, of floats: what a bias's gradient is. */
function isColumnSum({ axis }: SumAttrs, { x }: Inputs): boolean {
  const axes = [axis].flat();
  return (
    x.dtype === 'float32' && x.shape.length > 1 && axes.length === x.shape.length - 1 && axes.every((a, i) => a === i)
  );
}

function add(kernel: FusedKernel, compute: Kernel<never>): void {
  const kernelFunc: tf.KernelFunc = ({ backend, inputs, attrs }) =>
    compute(backend as WebgpuBackend, inputs as Inputs, attrs as never);
  tf.registerKernel({ kernelName: fusedKernelName(kernel), backendName: 'webgpu', kernelFunc });
}

/** a transposed times b: tfjs's own product can, in one launch. */
function transposedProduct(): tf.KernelFunc {
  const { kernelFunc } = tf.getKernel('BatchMatMul', 'webgpu');
  return ({ backend, inputs }) => kernelFunc({ backend, inputs, attrs: { transposeA: true, transposeB: false } });
}

let registered = false;

/** Registers them; to be called after tfjs's WebGPU backend was imported. Later calls do nothing. */
export function registerWebgpuKernels(): void {
  if (registered) return;
  registered = true;
  registerRecording();
  leaveSumsOpen();
  replace(
    'Relu6',
    () => true,
    (backend, { x }) => relu6(backend, x),
  );
  replace('Conv2D', isOurConvolution, (backend, { x, filter }, attrs: ConvAttrs) => {
    const { outShape, strides, top, left } = geometry(x.shape, filter.shape, attrs);
    return convolution(backend, x, filter, outShape, strides, top, left);
  });
  replace('Conv2DBackpropFilter', isNhwc, (backend, { x, dy }, attrs: ConvAttrs & { filterShape: Shape4D }) => {
    const { strides, top, left } = geometry(x.shape, attrs.filterShape, attrs);
    return filterGradient(backend, x, dy, attrs.filterShape, strides, top, left);
  });
  replace('Conv2DBackpropInput', isNhwc, (backend, { dy, filter }, attrs: ConvAttrs & { inputShape: Shape4D }) => {
    const { strides, top, left } = geometry(attrs.inputShape, filter.shape, attrs);
    return inputGradient(backend, dy, filter, attrs.inputShape, strides, top, left);
  });
  replace('BatchMatMul', isSplitWrongly, productOfTransposed);
  replace('Sum', isColumnSum, (backend, { x }, { keepDims }: SumAttrs) =>
    columnSums(backend, x, [...x.shape.slice(0, -1).flatMap(() => (keepDims ? [1] : [])), ...x.shape.slice(-1)]),
  );
  add('ImageMean', (backend, { x }) => imageMean(backend, x));
  add('ImageMeanGradient', (backend, { dy }, { h, w }: { h: number; w: number }) =>
    imageMeanGradient(backend, dy, h, w),
  );
  add('ImageStatistics', (backend, { x }) => imageStatistics(backend, x));
  add('ImageStatisticsGradient', (backend, { dy, x, statistics }) =>
    imageStatisticsGradient(backend, dy, x, statistics),
  );
  add('GroupedBatchNorm', (backend, { x, scale, shift }, { groupSize, epsilon }: GroupAttrs) =>
    groupedBatchNorm(backend, x, scale, shift, groupSize, epsilon),
  );
  add('GroupedBatchNormGradient', (backend, { dy, x, statistics, scale }, { groupSize, epsilon }: GroupAttrs) =>
    groupedBatchNormGradient(backend, dy, x, statistics, scale, groupSize, epsilon),
  );
  add('FrozenBatchNorm', (backend, { x, ...layer }, { epsilon }: LayerAttrs) =>
    frozenBatchNorm(backend, x, layer as never, epsilon),
  );
  add('FrozenBatchNormInputGradient', (backend, { dy, variance, gamma }, { epsilon }: LayerAttrs) =>
    frozenBatchNormInputGradient(backend, dy, variance, gamma, epsilon),
  );
  add('FrozenBatchNormGradient', (backend, { dy, x, ...layer }, { epsilon }: LayerAttrs) =>
    frozenBatchNormGradient(backend, dy, x, layer as never, epsilon),
  );
  add('FrozenBatchNormStatistics', (backend, { x, ...layer }, { epsilon }: LayerAttrs) =>
    frozenBatchNormStatistics(backend, x, layer as never, epsilon),
  );
  add(
    'FrozenBatchNormStatisticsGradient',
    (backend, { dy, dStatistics, x, statistics, ...layer }, { epsilon }: LayerAttrs) =>
      frozenBatchNormStatisticsGradient(backend, dy, dStatistics, x, statistics, layer as never, epsilon),
  );
  add('FrozenBatchNormRelu', (backend, { x, ...layer }, { epsilon }: LayerAttrs) =>
    frozenBatchNorm(backend, x, layer as never, epsilon, true),
  );
  add('FrozenBatchNormReluInputGradient', (backend, { dy, y, variance, gamma }, { epsilon }: LayerAttrs) =>
    frozenBatchNormInputGradient(backend, dy, variance, gamma, epsilon, y),
  );
  add('FrozenBatchNormReluGradient', (backend, { dy, y, x, ...layer }, { epsilon }: LayerAttrs) =>
    frozenBatchNormGradient(backend, dy, x, layer as never, epsilon, y),
  );
  add('FrozenBatchNormReluStatistics', (backend, { x, ...layer }, { epsilon }: LayerAttrs) =>
    frozenBatchNormStatistics(backend, x, layer as never, epsilon, true),
  );
  add(
    'FrozenBatchNormReluStatisticsGradient',
    (backend, { dy, y, dStatistics, x, statistics, ...layer }, { epsilon }: LayerAttrs) =>
      frozenBatchNormStatisticsGradient(backend, dy, dStatistics, x, statistics, layer as never, epsilon, y),
  );
  add('AddRelu', (backend, { a, b }) => addRelu(backend, a, b));
  add('FakeQuantize', (backend, { x, scale, zero }, { bits }: { bits: number }) =>
    fakeQuantize(backend, x, scale, zero, bits),
  );
  add('FakeQuantizeGradient', (backend, inputs, { bits, sums }: { bits: number; sums: boolean }) =>
    fakeQuantizeGradient(backend, inputs as never, bits, sums),
  );
  add('FakeQuantizeToOwnRange', (backend, { x }, { count, bits }: { count: number; bits: number }) =>
    fakeQuantizeToOwnRange(backend, x, count, bits),
  );
  add('ChannelRange', (backend, { x }, { count }: { count: number }) => channelRange(backend, x, count));
  add('MaxPoolGradient', (backend, { dy, x, y }, { size, strides, top, left }: PoolAttrs) =>
    maxPoolGradient(backend, dy, x, y, size, strides, top, left),
  );
  add('ActivationGradient', (backend, { dy, y }, { kind }: { kind: Activation }) =>
    activationGradient(backend, dy, y, kind),
  );
  add('LeakyRelu', (backend, { x }, { slope }: { slope: number }) => leakyRelu(backend, x, slope));
  add('LeakyReluGradient', (backend, { dy, x }, { slope }: { slope: number }) =>
    leakyReluGradient(backend, dy, x, slope),
  );
  add('CrossEntropy', (backend, { logits, targets }) => crossEntropy(backend, logits, targets));
  add('Distillation', (backend, { student, teacher, labels }, attrs: DistillationAttrs) =>
    distillation(backend, student, teacher, labels, attrs),
  );
  add('DistillationGradient', (backend, { dy, dCe, dKl }) => distillationGradient(backend, dy, dCe, dKl));
  add('WeightedSquaredDistance', (backend, { actual, target, weights }) =>
    weightedSquaredDistance(backend, actual, target, weights),
  );
  add('WeightedSum', (backend, { values, weights }) => weightedSum(backend, values, weights));
  add('Scaled', (backend, { x, by }, { factor }: { factor: number }) => scaled(backend, x, by, factor));
  add('PoolStatistics', (backend, { perImage, averaging, columns }) =>
    poolStatistics(backend, perImage, averaging, columns),
  );
  add('PoolStatisticsGradient', (backend, { dy, perImage, averaging, pooled, columns }) =>
    poolStatisticsGradient(backend, dy, perImage, averaging, pooled, columns),
  );
  tf.registerKernel({
    kernelName: fusedKernelName('TransposedProduct'),
    backendName: 'webgpu',
    kernelFunc: transposedProduct(),
  });
  add('ConcatColumns', (backend, parts) => concatColumns(backend, Object.values(parts)));
  add('SplitColumns', (backend, { x }, { widths }: { widths: number[] }) => splitColumns(backend, x, widths));
  add('Pack', (backend, inputs) => pack(backend, Object.values(inputs)));
  add('Unpack', (backend, { packed }, { shapes }: { shapes: number[][] }) => unpack(backend, packed, shapes));
  add('AdamUpdate', (backend, inputs, attrs: AdamAttrs) => adamUpdate(backend, inputs as never, attrs));
  add('LimitUpdate', (backend, inputs, attrs: LimitAttrs) => limitUpdate(backend, inputs as never, attrs));
  add('AdamInPlace', (backend, inputs, attrs: AdamAttrs & InPlaceAttrs) =>
    adamInPlace(backend, placesOf(inputs), attrs),
  );
  add('SgdInPlace', (backend, inputs, attrs: SgdAttrs & InPlaceAttrs) => sgdInPlace(backend, placesOf(inputs), attrs));
  add('LimitInPlace', (backend, inputs, attrs: Omit<LimitAttrs, 'sizes'>) => {
    limitInPlace(backend, placesOf(inputs), attrs);
    return [];
  });
  add('SgdUpdate', (backend, inputs, attrs: SgdAttrs) => sgdUpdate(backend, inputs as never, attrs));
  add('UpsampleConv2d', (backend, { x, filter }) => upsampleConv2d(backend, x, filter));
  add('UpsampleConv2dInputGradient', (backend, { dy, filter }) => upsampleConv2dInputGradient(backend, dy, filter));
  add('UpsampleConv2dFilterGradient', (backend, { x, dy }) => upsampleConv2dFilterGradient(backend, x, dy));
}
