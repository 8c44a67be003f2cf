/**
 * Registers this project's wasm kernels with tfjs: in place of tfjs's own where those are slower, or where it has none.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from '../activations';
import { SMALLEST_RANGE } from '../scalarQuantizer';
import { fusedKernelName, type FusedKernel } from '../fused';
import { convolve, filterGradient, inputGradient, type Geometry, type Shape4D } from './convolution';
import {
  activationGradient,
  adamUpdate,
  channelRange,
  fakeQuantize,
  fakeQuantizeGradient,
  fakeQuantizeToOwnRange,
  leakyRelu,
  leakyReluGradient,
  limitUpdate,
  pack,
  rectified,
  sgdUpdate,
  unpack,
  type AdamAttrs,
  type LimitAttrs,
  type SgdAttrs,
} from './elementwise';
import { binary, type WasmBackend } from './module';
import {
  columnSums,
  frozenBatchNorm,
  frozenBatchNormGradient,
  frozenBatchNormInputGradient,
  frozenBatchNormStatistics,
  frozenBatchNormStatisticsGradient,
  groupedBatchNorm,
  groupedBatchNormGradient,
  imageMean,
  imageMeanGradient,
  imageStatistics,
  imageStatisticsGradient,
} from './normalization';
import { mendSamePadding } from './samePadding';
import { concatColumns, poolStatistics, poolStatisticsGradient, splitColumns, transposedProduct } from './tables';
import { upsampleConv2d, upsampleConv2dFilterGradient, upsampleConv2dInputGradient } from './upsample';
import { suitsWinograd, winogradConvolve, winogradFilterGradient, winogradInputGradient } from './winograd';
import { averagePoolGradient, depthwiseFilterGradient, depthwiseInputGradient, maxPoolGradient } from './windows';

type Inputs = Record<string, tf.TensorInfo>;
type Compute<Attrs> = (backend: WasmBackend, inputs: Inputs, attrs: Attrs) => tf.TensorInfo | tf.TensorInfo[];

interface ConvAttrs {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | [number, number][];
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dataFormat?: string;
}

function geometryOf(
  inShape: number[],
  filterShape: number[],
  attrs: ConvAttrs,
  depthwise = false,
): Geometry & { outShape: Shape4D } {
  const info = tf.backend_util.computeConv2DInfo(
    inShape as Shape4D,
    filterShape as Shape4D,
    attrs.strides,
    1,
    attrs.pad as never,
    attrs.dimRoundingMode,
    depthwise,
    'channelsLast',
  );
  return {
    strides: [info.strideHeight, info.strideWidth],
    top: info.padInfo.top,
    left: info.padInfo.left,
    outShape: info.outShape as Shape4D,
  };
}

/** A dilated filter, or another layout than NHWC: left to tfjs. */
function isForeign({ dataFormat, dilations }: ConvAttrs): boolean {
  return dataFormat === 'NCHW' || (dilations !== undefined && [dilations].flat().some((d) => d !== 1));
}

interface LayerAttrs {
  epsilon: number;
}

interface PoolAttrs {
  inShape: Shape4D;
  size: [number, number];
  strides: [number, number];
  top: number;
  left: number;
}

interface GroupAttrs {
  groupSize: number;
  epsilon: number;
}

function add(kernel: FusedKernel, compute: Compute<never>): void {
  const kernelFunc: tf.KernelFunc = ({ backend, inputs, attrs }) =>
    compute(backend as unknown as WasmBackend, inputs as Inputs, attrs as never);
  tf.registerKernel({ kernelName: fusedKernelName(kernel), backendName: 'wasm', kernelFunc });
}

function replace(kernelName: string, compute: Compute<never>, isOurs: (attrs: never, inputs: Inputs) => boolean): void {
  const own: tf.KernelConfig | undefined = tf.getKernel(kernelName, 'wasm');
  if (own) tf.unregisterKernel(kernelName, 'wasm');
  const kernelFunc: tf.KernelFunc = (args) => {
    if (isOurs(args.attrs as never, args.inputs as Inputs))
      return compute(args.backend as unknown as WasmBackend, args.inputs as Inputs, args.attrs as never);
    if (own) return own.kernelFunc(args);
    throw new Error(`${kernelName}: dilations and NCHW are not supported on wasm`);
  };
  tf.registerKernel({ ...own, kernelName, backendName: 'wasm', kernelFunc });
}

interface SumAttrs {
  axis: number | number[];
  keepDims: boolean;
}

/** Over every axis but the last, of many values: what a bias's gradient is. */
function isColumnSum({ axis }: SumAttrs, { x }: Inputs): boolean {
  const axes = [axis].flat();
  return (
    x.dtype === 'float32' && x.shape.length > 1 && axes.length === x.shape.length - 1 && axes.every((a, i) => a === i)
  );
}

/** Whether this host's WebAssembly has what the module needs (SIMD, which browsers have had since 2023). */
export function hasSimd(): boolean {
  return WebAssembly.validate(binary(false));
}

/** Values of a small tensor. */
function floatsOf(backend: WasmBackend, { dataId }: tf.TensorInfo): Float32Array {
  return (backend as unknown as tf.KernelBackend).readSync(dataId) as Float32Array;
}

/** To be called once, after tfjs's wasm backend was imported. */
export function registerKernels(): void {
  mendSamePadding();
  const isOurs = (attrs: ConvAttrs) => !isForeign(attrs);
  // tfjs copies here, where other backends share: every tensor that is saved for a gradient is cloned.
  replace(
    'Identity',
    (backend, { x }) => {
      backend.incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    },
    (_, { x }) => x.dtype !== 'string',
  );
  replace(
    'Conv2D',
    (backend, { x, filter }, attrs: ConvAttrs) => {
      const { outShape, ...geometry } = geometryOf(x.shape, filter.shape, attrs);
      const compute = suitsWinograd(filter.shape, geometry, outShape[1], outShape[2]) ? winogradConvolve : convolve;
      return compute(backend, x, filter, outShape, geometry);
    },
    isOurs,
  );
  replace(
    'Conv2DBackpropFilter',
    (backend, { x, dy }, attrs: ConvAttrs & { filterShape: Shape4D }) => {
      const { outShape, ...geometry } = geometryOf(x.shape, attrs.filterShape, attrs);
      const suits = suitsWinograd(attrs.filterShape, geometry, outShape[1], outShape[2]);
      return (suits ? winogradFilterGradient : filterGradient)(backend, x, dy, attrs.filterShape, geometry);
    },
    isOurs,
  );
  replace(
    'Conv2DBackpropInput',
    (backend, { dy, filter }, attrs: ConvAttrs & { inputShape: Shape4D }) => {
      const { outShape: _, ...geometry } = geometryOf(attrs.inputShape, filter.shape, attrs);
      const suits = suitsWinograd(filter.shape, geometry, attrs.inputShape[1], attrs.inputShape[2]);
      return (suits ? winogradInputGradient : inputGradient)(backend, dy, filter, attrs.inputShape, geometry);
    },
    isOurs,
  );
  replace(
    'DepthwiseConv2dNativeBackpropFilter',
    (backend, { x, dy }, attrs: ConvAttrs & { filterShape: Shape4D }) =>
      depthwiseFilterGradient(backend, x, dy, attrs.filterShape, geometryOf(x.shape, attrs.filterShape, attrs, true)),
    isOurs,
  );
  replace(
    'DepthwiseConv2dNativeBackpropInput',
    (backend, { dy, filter }, attrs: ConvAttrs & { inputShape: Shape4D }) =>
      depthwiseInputGradient(
        backend,
        dy,
        filter,
        attrs.inputShape,
        geometryOf(attrs.inputShape, filter.shape, attrs, true),
      ),
    isOurs,
  );
  replace(
    'Sum',
    (backend, { x }, { keepDims }: SumAttrs) =>
      columnSums(backend, x, [...x.shape.slice(0, -1).flatMap(() => (keepDims ? [1] : [])), ...x.shape.slice(-1)]),
    isColumnSum,
  );

  // tfjs's own make 0 of what is no number (ReLU of a NaN with its sign bit set, as processors make it), and a student that
  // is spoiled would look sound.
  for (const [name, kind] of [
    ['Relu', 'relu'],
    ['Relu6', 'relu6'],
  ] as const) {
    replace(
      name,
      (backend, { x }) => rectified(backend, x, kind),
      (_, { x }) => x.dtype === 'float32',
    );
  }

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
  add('LeakyRelu', (backend, { x }, { slope }: { slope: number }) => leakyRelu(backend, x, slope));
  add('LeakyReluGradient', (backend, { dy, x }, { slope }: { slope: number }) =>
    leakyReluGradient(backend, dy, x, slope),
  );
  add('FakeQuantize', (backend, { x, scale, zero }, { bits }: { bits: number }) =>
    fakeQuantize(backend, x, scale, zero, bits),
  );
  add('FakeQuantizeGradient', (backend, inputs, { bits, sums }: { bits: number; sums: boolean }) =>
    fakeQuantizeGradient(backend, inputs as never, bits, sums),
  );
  add('FakeQuantizeToOwnRange', (backend, { x }, { count, bits }: { count: number; bits: number }) =>
    fakeQuantizeToOwnRange(backend, x, count, bits, SMALLEST_RANGE),
  );
  add('ChannelRange', (backend, { x }, { count }: { count: number }) => channelRange(backend, x, count));
  add('Pack', (backend, inputs) => pack(backend, Object.values(inputs)));
  add('Unpack', (backend, { packed }, { shapes }: { shapes: number[][] }) => unpack(backend, packed, shapes));
  add('AdamUpdate', (backend, { rates, ...inputs }, attrs: AdamAttrs) => {
    const [rate, epsilon] = floatsOf(backend, rates);
    return adamUpdate(backend, inputs as never, { ...attrs, rate, epsilon });
  });
  add('LimitUpdate', (backend, { rates, ...inputs }, { place, ...attrs }: LimitAttrs & { place: number }) =>
    limitUpdate(backend, inputs as never, { ...attrs, limit: floatsOf(backend, rates)[place] }),
  );
  add('SgdUpdate', (backend, { rates, ...inputs }, attrs: SgdAttrs) =>
    sgdUpdate(backend, inputs as never, { ...attrs, rate: floatsOf(backend, rates)[0] }),
  );
  add('UpsampleConv2d', (backend, { x, filter }) => upsampleConv2d(backend, x, filter));
  add('UpsampleConv2dInputGradient', (backend, { dy, filter }) => upsampleConv2dInputGradient(backend, dy, filter));
  add('UpsampleConv2dFilterGradient', (backend, { x, dy }) => upsampleConv2dFilterGradient(backend, x, dy));
  add('ActivationGradient', (backend, { dy, y }, { kind }: { kind: Activation }) =>
    activationGradient(backend, dy, y, kind),
  );
  add('MaxPoolGradient', (backend, { dy, x, y }, { size, strides, top, left }: PoolAttrs) =>
    maxPoolGradient(backend, dy, x, y, size, { strides, top, left }),
  );
  add('AveragePoolGradient', (backend, { dy }, { inShape, size, strides, top, left }: PoolAttrs) =>
    averagePoolGradient(backend, dy, inShape, size, { strides, top, left }),
  );
  add('ConcatColumns', (backend, inputs) => concatColumns(backend, Object.values(inputs)));
  add('SplitColumns', (backend, { x }, { widths }: { widths: number[] }) => splitColumns(backend, x, widths));
  add('PoolStatistics', (backend, { perImage, averaging, columns }) =>
    poolStatistics(backend, perImage, averaging, columns),
  );
  add('PoolStatisticsGradient', (backend, { dy, perImage, averaging, pooled, columns }) =>
    poolStatisticsGradient(backend, dy, perImage, averaging, pooled, columns),
  );
  add('TransposedProduct', (backend, { a, b }) => transposedProduct(backend, a, b));
}
