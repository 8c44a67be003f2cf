/**
 * Gradient kernels of convolutions that tfjs's wasm backend lacks or has only as a naive loop. They are registered with
 * tfjs, so that every operation's own gradient finds them.
 *
 * The idea throughout: a gradient of a convolution is a convolution, and the forward convolution of that backend
 * (XNNPACK, SIMD, threads) is the fastest thing it has.
 */
import * as tf from '@tensorflow/tfjs-core';
// tfjs-core registers no gradients by itself; what to import for them differs between bundlers and Node (package.json, "imports").
import '#tfjs-gradients';
import { channelMean } from './reductions';
import { dilate, padOrCrop } from './layout';
import { hasSimd, registerKernels } from './wasm/register';

type Shape4D = [number, number, number, number];
interface ConvAttrs {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | [number, number][];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dataFormat?: string;
}

function convGeometry(inShape: Shape4D, filterShape: Shape4D, attrs: ConvAttrs, depthwise: boolean) {
  if (attrs.dataFormat === 'NCHW') throw new Error('wasm gradients: NCHW is not supported');
  return tf.backend_util.computeConv2DInfo(
    inShape, filterShape, attrs.strides, 1, attrs.pad as never, attrs.dimRoundingMode, depthwise, 'channelsLast',
  );
}

/**
 * dL/dfilter of a convolution as a convolution: the input with batch and channels exchanged [I, H, W, N], dL/dy as
 * the filter [OH, OW, N, O], dilated by the forward stride; the result [I, KH, KW, O] is the gradient, transposed.
 */
export function filterGradient(
  x: tf.Tensor4D, dy: tf.Tensor4D, filterShape: Shape4D, strides: [number, number], top: number, left: number,
): tf.Tensor4D {
  const [kh, kw, inChannels, outChannels] = filterShape;
  const [, h, w] = x.shape;
  const [, oh, ow] = dy.shape;
  return tf.tidy(() => {
    // What the window really touches: below that, rows the forward pass never read.
    const bottom = (oh - 1) * strides[0] + kh - h - top;
    const right = (ow - 1) * strides[1] + kw - w - left;
    const swapped = tf.transpose(bottom < 0 || right < 0 ? padOrCrop(x, 0, Math.min(0, bottom), 0, Math.min(0, right)) : x, [3, 1, 2, 0]);
    const asFilter = tf.transpose(dy, [1, 2, 0, 3]);
    const gradient = tf.conv2d(
      swapped, asFilter, 1, [[0, 0], [top, Math.max(0, bottom)], [left, Math.max(0, right)], [0, 0]], 'NHWC', strides,
    );
    if (gradient.shape[0] !== inChannels || gradient.shape[3] !== outChannels) throw new Error('filterGradient: shapes disagree');
    return tf.transpose(gradient, [1, 2, 0, 3]);
  });
}

/** dL/dx of a convolution: dL/dy, dilated by the stride, convolved with the filter turned by 180 degrees. */
export function inputGradient(
  dy: tf.Tensor4D, filter: tf.Tensor4D, inShape: Shape4D, strides: [number, number], top: number, left: number,
): tf.Tensor4D {
  const [kh, kw] = filter.shape;
  return tf.tidy(() => {
    const turned = kh === 1 && kw === 1 ? tf.transpose(filter, [0, 1, 3, 2]) : tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
    if (kh === 1 && kw === 1 && top === 0 && left === 0) {
      // A 1x1 convolution commutes with the dilation: do it where there are fewer pixels.
      return fit(dilated(tf.conv2d(dy, turned, 1, 'valid'), strides), inShape);
    }
    return convolveToShape(dilated(dy, strides), turned, inShape, kh - 1 - top, kw - 1 - left, tf.conv2d);
  });
}

export function dilated(dy: tf.Tensor4D, strides: [number, number]): tf.Tensor4D {
  return strides[0] === 1 && strides[1] === 1 ? dy : dilate(dy, strides);
}

function fit(x: tf.Tensor4D, [, h, w]: Shape4D): tf.Tensor4D {
  const [, fh, fw] = x.shape;
  return fh === h && fw === w ? x : padOrCrop(x, 0, h - fh, 0, w - fw);
}

/** Stride-1 convolution whose output has the height and width of `outShape`, given what to pad (or crop) at top and left. */
export function convolveToShape(
  x: tf.Tensor4D, filter: tf.Tensor4D, outShape: Shape4D, top: number, left: number,
  convolve: (x: tf.Tensor4D, f: tf.Tensor4D, strides: number, pad: tf.backend_util.ExplicitPadding) => tf.Tensor4D,
): tf.Tensor4D {
  const [kh, kw] = filter.shape;
  const bottom = outShape[1] - x.shape[1] - top + kh - 1;
  const right = outShape[2] - x.shape[2] - left + kw - 1;
  const crop = [top, bottom, left, right].map((v) => Math.min(0, v));
  const cropped = crop.some((v) => v < 0) ? padOrCrop(x, crop[0], crop[1], crop[2], crop[3]) : x;
  return convolve(cropped, filter, 1, [
    [0, 0], [Math.max(0, top), Math.max(0, bottom)], [Math.max(0, left), Math.max(0, right)], [0, 0],
  ]);
}

function depthwiseFilterGradient(
  x: tf.Tensor4D, dy: tf.Tensor4D, [kh, kw, c, m]: Shape4D, [sh, sw]: [number, number], top: number, left: number,
): tf.Tensor4D {
  const [n, h, w] = x.shape;
  const [, oh, ow] = dy.shape;
  return tf.tidy(() => {
    const padded = padOrCrop(x, top, (oh - 1) * sh + kh - h - top, left, (ow - 1) * sw + kw - w - left);
    const taps: tf.Tensor[] = [];
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        taps.push(tf.tidy(() => {
          const size: Shape4D = [n, (oh - 1) * sh + 1, (ow - 1) * sw + 1, c];
          const window = sh === 1 && sw === 1
            ? tf.slice(padded, [0, i, j, 0], size)
            : tf.stridedSlice(padded, [0, i, j, 0], [n, i + size[1], j + size[2], c], [1, sh, sw, 1]) as tf.Tensor4D;
          const product = m === 1
            ? tf.mul(window, dy)
            : tf.reshape(tf.mul(tf.reshape(window, [n * oh * ow, c, 1]), tf.reshape(dy, [n * oh * ow, c, m])), [n, oh, ow, c * m]);
          return tf.mul(channelMean(product as tf.Tensor4D), n * oh * ow);
        }));
      }
    }
    return tf.reshape(tf.stack(taps), [kh, kw, c, m]) as tf.Tensor4D;
  });
}

function depthwiseInputGradient(
  dy: tf.Tensor4D, filter: tf.Tensor4D, inShape: Shape4D, strides: [number, number], top: number, left: number,
): tf.Tensor4D {
  const [kh, kw, c, m] = filter.shape;
  return tf.tidy(() => {
    const turned = tf.reshape(tf.reverse(filter, [0, 1]), [kh, kw, c * m, 1]) as tf.Tensor4D;
    const wide: Shape4D = [inShape[0], inShape[1], inShape[2], c * m];
    const dx = convolveToShape(dilated(dy, strides), turned, wide, kh - 1 - top, kw - 1 - left, tf.depthwiseConv2d);
    return m === 1 ? dx : tf.sum(tf.reshape(dx, [inShape[0], inShape[1], inShape[2], c, m]), 4) as tf.Tensor4D;
  });
}

interface KernelArguments {
  inputs: Record<string, tf.TensorInfo>;
  attrs?: unknown;
}

function register(kernelName: string, compute: (inputs: Record<string, tf.Tensor4D>, attrs: never) => tf.Tensor4D): void {
  if (tf.getKernel(kernelName, 'wasm')) tf.unregisterKernel(kernelName, 'wasm');
  const kernelFunc = ({ inputs, attrs }: KernelArguments) => {
    // A kernel is handed tensor infos; operations want tensors, which the engine's own inputs always are.
    return tf.tidy(() => compute(inputs as unknown as Record<string, tf.Tensor4D>, attrs as never));
  };
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: kernelFunc as unknown as tf.KernelFunc });
}

let registered = false;

/** Registers the gradient kernels for the wasm backend; later calls do nothing. */
export function registerWasmGradients(): void {
  if (registered) return;
  registered = true;
  if (hasSimd()) registerKernels();
  register('DepthwiseConv2dNativeBackpropFilter', ({ x, dy }, attrs: ConvAttrs & { filterShape: Shape4D }) => {
    const g = convGeometry(x.shape, attrs.filterShape, attrs, true);
    return depthwiseFilterGradient(x, dy, attrs.filterShape, [g.strideHeight, g.strideWidth], g.padInfo.top, g.padInfo.left);
  });
  register('DepthwiseConv2dNativeBackpropInput', ({ dy, filter }, attrs: ConvAttrs & { inputShape: Shape4D }) => {
    const g = convGeometry(attrs.inputShape, filter.shape, attrs, true);
    return depthwiseInputGradient(dy, filter, attrs.inputShape, [g.strideHeight, g.strideWidth], g.padInfo.top, g.padInfo.left);
  });
}
