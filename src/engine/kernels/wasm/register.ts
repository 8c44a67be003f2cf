/** Registers this project's wasm kernels with tfjs: in place of tfjs's own where those are slower, or where it has none. */
import * as tf from '@tensorflow/tfjs-core';
import { convolve, filterGradient, inputGradient, type Geometry, type Shape4D } from './convolution';
import { binary, type WasmBackend } from './module';

type Inputs = Record<string, tf.TensorInfo>;
type Compute<Attrs> = (backend: WasmBackend, inputs: Inputs, attrs: Attrs) => tf.TensorInfo | tf.TensorInfo[];

interface ConvAttrs {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | [number, number][];
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dataFormat?: string;
}

/** tfjs's own kernels that were replaced, by name: what the benchmark compares with. */
export const replacedKernels = new Map<string, tf.KernelConfig>();

function geometryOf(inShape: number[], filterShape: number[], attrs: ConvAttrs): Geometry & { outShape: Shape4D } {
  const info = tf.backend_util.computeConv2DInfo(
    inShape as Shape4D, filterShape as Shape4D, attrs.strides, 1, attrs.pad as never, attrs.dimRoundingMode, false, 'channelsLast',
  );
  return { strides: [info.strideHeight, info.strideWidth], top: info.padInfo.top, left: info.padInfo.left, outShape: info.outShape as Shape4D };
}

/** A dilated filter, or another layout than NHWC: left to tfjs. */
function isForeign({ dataFormat, dilations }: ConvAttrs): boolean {
  return dataFormat === 'NCHW' || (dilations !== undefined && [dilations].flat().some((d) => d !== 1));
}

function replace(kernelName: string, compute: Compute<never>, isOurs: (attrs: never) => boolean): void {
  const own: tf.KernelConfig | undefined = tf.getKernel(kernelName, 'wasm');
  if (own) {
    replacedKernels.set(kernelName, own);
    tf.unregisterKernel(kernelName, 'wasm');
  }
  const kernelFunc: tf.KernelFunc = (args) => {
    if (isOurs(args.attrs as never)) return compute(args.backend as unknown as WasmBackend, args.inputs as Inputs, args.attrs as never);
    if (own) return own.kernelFunc(args);
    throw new Error(`${kernelName}: dilations and NCHW are not supported on wasm`);
  };
  tf.registerKernel({ ...own, kernelName, backendName: 'wasm', kernelFunc });
}

/** Whether this host's WebAssembly has what the module needs (SIMD, which browsers have had since 2023). */
export function hasSimd(): boolean {
  return WebAssembly.validate(binary(false));
}

/** To be called once, after tfjs's wasm backend was imported. */
export function registerKernels(): void {
  const isOurs = (attrs: ConvAttrs) => !isForeign(attrs);
  replace('Conv2D', (backend, { x, filter }, attrs: ConvAttrs) => {
    const { outShape, ...geometry } = geometryOf(x.shape, filter.shape, attrs);
    return convolve(backend, x, filter, outShape, geometry);
  }, isOurs);
  replace('Conv2DBackpropFilter', (backend, { x, dy }, attrs: ConvAttrs & { filterShape: Shape4D }) =>
    filterGradient(backend, x, dy, attrs.filterShape, geometryOf(x.shape, attrs.filterShape, attrs)), isOurs);
  replace('Conv2DBackpropInput', (backend, { dy, filter }, attrs: ConvAttrs & { inputShape: Shape4D }) =>
    inputGradient(backend, dy, filter, attrs.inputShape, geometryOf(attrs.inputShape, filter.shape, attrs)), isOurs);
}
