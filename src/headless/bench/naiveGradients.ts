/**
 * Gradients of convolutions that tfjs lacks on wasm, written down the straightforward way: for every tap of the filter
 * the pixels it sees, times dL/dy, by one matrix product with `transposeA`. Registered only while a baseline runs.
 */
import * as tf from '@tensorflow/tfjs-core';

type Shape4D = [number, number, number, number];

interface Attrs {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | [number, number][];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

const geometry = (
  inShape: Shape4D,
  filterShape: Shape4D,
  { strides, pad, dimRoundingMode }: Attrs,
  depthwise: boolean,
) =>
  tf.backend_util.computeConv2DInfo(
    inShape,
    filterShape,
    strides,
    1,
    pad as never,
    dimRoundingMode,
    depthwise,
    'channelsLast',
  );

/** Calls `visit` with the pixels [n, oh, ow, c] that each tap sees, tap by tap. */
function forEachTap(
  x: tf.Tensor4D,
  info: tf.backend_util.Conv2DInfo,
  visit: (seen: tf.Tensor4D, u: number, v: number) => tf.Tensor,
): tf.Tensor[] {
  const { filterHeight, filterWidth, strideHeight: sh, strideWidth: sw, outHeight, outWidth, padInfo } = info;
  const padded = tf.pad(x, [
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
    [0, 0],
  ]);
  const [n, , , c] = x.shape;
  const taps: tf.Tensor[] = [];
  for (let u = 0; u < filterHeight; u++) {
    for (let v = 0; v < filterWidth; v++) {
      const end = [n, u + (outHeight - 1) * sh + 1, v + (outWidth - 1) * sw + 1, c];
      taps.push(tf.tidy(() => visit(tf.stridedSlice(padded, [0, u, v, 0], end, [1, sh, sw, 1]) as tf.Tensor4D, u, v)));
    }
  }
  return taps;
}

function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, filterShape: Shape4D, attrs: Attrs): tf.Tensor {
  const info = geometry(x.shape, filterShape, attrs, false);
  const [, , ci, co] = filterShape;
  const rows = tf.reshape(dy, [-1, co]) as tf.Tensor2D;
  return tf.reshape(
    tf.stack(forEachTap(x, info, (seen) => tf.matMul(tf.reshape(seen, [-1, ci]) as tf.Tensor2D, rows, true))),
    filterShape,
  );
}

function depthwiseFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, filterShape: Shape4D, attrs: Attrs): tf.Tensor {
  const info = geometry(x.shape, filterShape, attrs, true);
  return tf.reshape(tf.stack(forEachTap(x, info, (seen) => tf.sum(tf.mul(seen, dy), [0, 1, 2]))), filterShape);
}

/** Every tap hands its share back: dL/dy times the tap, put between zeros. Strides of 1 only. */
function depthwiseInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, inShape: Shape4D, attrs: Attrs): tf.Tensor {
  const { padInfo, strideHeight, strideWidth } = geometry(inShape, filter.shape, attrs, true);
  if (strideHeight !== 1 || strideWidth !== 1) throw new Error('naive depthwise gradient: strides of 1 only');
  const [kh, kw, c] = filter.shape;
  const [, h, w] = inShape;
  const [, oh, ow] = dy.shape;
  const shares: tf.Tensor[] = [];
  for (let u = 0; u < kh; u++) {
    for (let v = 0; v < kw; v++) {
      const share = tf.mul(dy, tf.reshape(tf.slice(filter, [u, v, 0, 0], [1, 1, c, 1]), [c]));
      shares.push(
        tf.pad(share, [
          [0, 0],
          [u, kh - 1 - u],
          [v, kw - 1 - v],
          [0, 0],
        ]),
      );
    }
  }
  const sum = tf.addN(shares);
  if (sum.shape[1] !== oh + kh - 1 || sum.shape[2] !== ow + kw - 1)
    throw new Error('naive depthwise gradient: shapes disagree');
  return tf.slice(sum, [0, padInfo.top, padInfo.left, 0], [inShape[0], h, w, c]);
}

function kernel(
  kernelName: string,
  compute: (inputs: Record<string, tf.Tensor4D>, attrs: never) => tf.Tensor,
): tf.KernelConfig {
  const kernelFunc = ({ inputs, attrs }: { inputs: unknown; attrs?: unknown }) =>
    tf.tidy(() => compute(inputs as Record<string, tf.Tensor4D>, attrs as never));
  return { kernelName, backendName: 'wasm', kernelFunc: kernelFunc as unknown as tf.KernelFunc };
}

export const naiveWasmGradients: tf.KernelConfig[] = [
  kernel('Conv2DBackpropFilter', ({ x, dy }, attrs: Attrs & { filterShape: Shape4D }) =>
    filterGradient(x, dy, attrs.filterShape, attrs),
  ),
  kernel('DepthwiseConv2dNativeBackpropFilter', ({ x, dy }, attrs: Attrs & { filterShape: Shape4D }) =>
    depthwiseFilterGradient(x, dy, attrs.filterShape, attrs),
  ),
  kernel('DepthwiseConv2dNativeBackpropInput', ({ dy, filter }, attrs: Attrs & { inputShape: Shape4D }) =>
    depthwiseInputGradient(dy, filter, attrs.inputShape, attrs),
  ),
];
