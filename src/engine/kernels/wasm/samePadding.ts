/**
 * tfjs's own convolutions on wasm, with "same" padding and a kernel that is smaller than its stride: there is nothing to
 * pad then, the last rows or columns are not looked at, and XNNPACK, which is told of "same" only, begins at another
 * pixel. Here the input is cut to what is looked at, and the padding said in numbers. (The engine's networks have all
 * paddings in numbers; tfjs-layers, which they are compared with, has not.)
 */
import * as tf from '@tensorflow/tfjs-core';

type Pair = [number, number];

interface Attrs {
  strides: number | Pair;
  pad: 'valid' | 'same' | number | Pair[];
  dataFormat?: string;
}

/** Along one axis: pixels that are looked at of so many, and the padding around them. */
function along(pixels: number, taps: number, stride: number): { used: number; pad: Pair } {
  const span = (Math.ceil(pixels / stride) - 1) * stride + taps;
  const total = Math.max(0, span - pixels);
  return { used: Math.min(pixels, span), pad: [Math.floor(total / 2), Math.ceil(total / 2)] };
}

/** Of rows and columns. A kernel with gaps has the stride 1, and is never smaller than that. */
function axesOf({ strides }: Attrs, inShape: number[], filterShape: number[]) {
  const [down, across] = typeof strides === 'number' ? [strides, strides] : strides;
  return [along(inShape[1], filterShape[0], down), along(inShape[2], filterShape[1], across)];
}

/** Mends one kernel of tfjs's: x [N, H, W, C], filter [h, w, C, M]. */
function mend(kernelName: string): void {
  const own = tf.getKernel(kernelName, 'wasm');
  if (!own) return;
  tf.unregisterKernel(kernelName, 'wasm');
  const kernelFunc: tf.KernelFunc = (call) => {
    const attrs = call.attrs as unknown as Attrs;
    const { x, filter } = call.inputs as Record<string, tf.TensorInfo>;
    if (attrs.pad !== 'same' || attrs.dataFormat === 'NCHW') return own.kernelFunc(call);
    const axes = axesOf(attrs, x.shape, filter.shape);
    if (axes.every(({ used }, axis) => used === x.shape[1 + axis])) return own.kernelFunc(call);
    const size = [x.shape[0], axes[0].used, axes[1].used, x.shape[3]];
    const slice = tf.getKernel('Slice', 'wasm').kernelFunc;
    const cut = slice({ inputs: { x }, backend: call.backend, attrs: { begin: [0, 0, 0, 0], size } }) as tf.TensorInfo;
    const pad = [[0, 0], axes[0].pad, axes[1].pad, [0, 0]];
    const inputs = { ...call.inputs, x: cut };
    const result = own.kernelFunc({ ...call, inputs, attrs: { ...call.attrs, pad } as tf.NamedAttrMap });
    (call.backend as tf.KernelBackend).disposeData(cut.dataId);
    return result;
  };
  tf.registerKernel({ ...own, kernelFunc });
}

/** To be called once, after tfjs's wasm backend was imported. */
export function mendSamePadding(): void {
  // Plain Conv2D is this project's own.
  for (const name of ['FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D']) mend(name);
}
