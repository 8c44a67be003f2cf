/**
 * What the kernel benchmark measures: every kernel of the engine beside the tfjs operations it replaces, and at which
 * shapes.
 */
import * as tf from '@tensorflow/tfjs-core';
import { dense } from '../../engine/kernels/dense';
import { fakeQuantize, fakeQuantizeToOwnRange } from '../../engine/kernels/fakeQuantize';
import { frozenBatchNormWithStatistics } from '../../engine/kernels/frozenBatchNorm';
import { groupedBatchNorm } from '../../engine/kernels/groupedBatchNorm';
import { leakyRelu } from '../../engine/kernels/leakyRelu';
import { averagePool, maxPool, type Pooling } from '../../engine/kernels/pooling';
import { globalAveragePool, imageStatistics } from '../../engine/kernels/reductions';
import { upsampleConv2d } from '../../engine/kernels/upsampleConv2d';
import { Random } from '../../engine/random';

/** Tensors in, tensors out. */
type Op = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

export interface KernelCase {
  kernel: string;
  /** For people: where these shapes come from, and what they are. */
  network: string;
  shape: string;
  inputs: number[][];
  /** With the engine's kernels registered. */
  engine: Op;
  /** With tfjs's own (and the straightforward gradients where it has none). */
  baseline: Op;
  /** Multiply-accumulates, where that is what it does, counted the plain way. */
  macs?: number;
  /** Name that a forward convolution shares with its gradients. */
  convolution?: string;
  tolerance: number;
  /** Both sides compute all gradients too. */
  gradients?: true;
}

type Padded = [[number, number], [number, number], [number, number], [number, number]];
const pad = (k: number): Padded => [
  [0, 0],
  [k >> 1, k >> 1],
  [k >> 1, k >> 1],
  [0, 0],
];

interface Layer {
  n: number;
  size: number;
  ci: number;
  co: number;
  k: number;
  stride: number;
  depthwise?: boolean;
}

const conv = (n: number, size: number, ci: number, co: number, k = 3, stride = 1): Layer => ({
  n,
  size,
  ci,
  co,
  k,
  stride,
});
const depthwise = (n: number, size: number, c: number): Layer => ({
  n,
  size,
  ci: c,
  co: c,
  k: 3,
  stride: 1,
  depthwise: true,
});

/** Layers whose convolutions are measured, by network. */
export const LAYERS: Record<string, Layer[]> = {
  'Shapes ResNet-14, batch 32': [
    conv(32, 32, 3, 8),
    conv(32, 32, 8, 8),
    conv(32, 32, 8, 24, 3, 2),
    conv(32, 32, 8, 24, 1, 2),
    conv(32, 16, 24, 24),
    conv(32, 16, 24, 40, 3, 2),
    conv(32, 8, 40, 40),
  ],
  'ResNet-20, batch 32': [
    conv(32, 32, 3, 16),
    conv(32, 32, 16, 16),
    conv(32, 32, 16, 32, 3, 2),
    conv(32, 32, 16, 32, 1, 2),
    conv(32, 16, 32, 32),
    conv(32, 8, 64, 64),
  ],
  'ResNet-18 at 56x56 and 14x14, batch 4': [
    conv(4, 56, 64, 64),
    conv(4, 56, 64, 128, 3, 2),
    conv(4, 56, 64, 128, 1, 2),
    conv(4, 14, 256, 256),
    conv(4, 14, 256, 512, 3, 2),
  ],
  'MobileNet, batch 8': [depthwise(8, 56, 64), depthwise(8, 14, 256)],
};

/**
 * The same kinds, as small as they can be, and one large enough to be shared between threads: to see that everything
 * runs.
 */
export const TINY_LAYERS: Record<string, Layer[]> = {
  tiny: [conv(2, 8, 4, 5), conv(2, 8, 4, 8, 3, 2), conv(2, 8, 3, 4, 1, 2), depthwise(2, 6, 5), conv(4, 16, 16, 16)],
};

const kernelOf = (name: string, inputs: Record<string, tf.Tensor>, attrs: object) =>
  tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;

function convolutionCases(network: string, layer: Layer): KernelCase[] {
  const { n, size, ci, co, k, stride, depthwise: isDepthwise } = layer;
  const out = Math.floor((size + 2 * (k >> 1) - k) / stride) + 1;
  const x = [n, size, size, ci];
  const filter = isDepthwise ? [k, k, ci, 1] : [k, k, ci, co];
  const y = [n, out, out, co];
  const attrs = {
    strides: [stride, stride],
    pad: pad(k),
    dilations: [1, 1],
    dimRoundingMode: undefined,
    dataFormat: 'NHWC',
  };
  const names = isDepthwise
    ? ['DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter']
    : ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'];
  const shape = `[${x}] ${isDepthwise ? 'depthwise ' : ''}${k}x${k}${stride > 1 ? ` stride ${stride}` : ''} -> ${co}`;
  const common = {
    network,
    shape,
    convolution: `${network}: ${shape}`,
    tolerance: 1e-3,
    macs: n * out * out * k * k * co * (isDepthwise ? 1 : ci),
  };
  const both = (op: Op) => ({ engine: op, baseline: op });
  return [
    {
      ...common,
      kernel: 'convolution',
      inputs: [x, filter],
      ...both((a, f) => kernelOf(names[0], { x: a, filter: f }, attrs)),
    },
    {
      ...common,
      kernel: 'input gradient',
      inputs: [y, filter],
      ...both((dy, f) => kernelOf(names[1], { dy, filter: f }, { ...attrs, inputShape: x })),
    },
    {
      ...common,
      kernel: 'filter gradient',
      inputs: [x, y],
      ...both((a, dy) => kernelOf(names[2], { x: a, dy }, { ...attrs, filterShape: filter })),
    },
  ];
}

/** An operation's value y and its gradients for a given dL/dy. */
export function withGradients(op: Op, dy: tf.Tensor): Op {
  return (...inputs) => {
    let value: tf.Tensor | null = null;
    const { grads } = tf.valueAndGrads((...parts: tf.Tensor[]) =>
      times((value = tf.keep(op(...parts) as tf.Tensor)), dy),
    )(inputs);
    return [value!, ...grads];
  };
}

/** The sum of x dy as far as gradients can tell: its value, which nobody asks for, is not computed. */
function times(x: tf.Tensor, dy: tf.Tensor): tf.Scalar {
  return tf.customGrad<tf.Scalar>((() => ({ value: tf.scalar(0), gradFunc: () => tf.clone(dy) })) as never)(x);
}

const as4d = (x: tf.Tensor) => x as tf.Tensor4D;

function upsample(network: string, n: number, size: number, ci: number, co: number): KernelCase {
  const shape = `[${[n, size, size, ci]}] x2, 3x3 -> ${co}`;
  return {
    kernel: 'upsampling + convolution, with gradients',
    gradients: true,
    network,
    shape,
    tolerance: 1e-3,
    macs: 3 * n * 4 * size * size * 9 * ci * co,
    inputs: [
      [n, size, size, ci],
      [3, 3, ci, co],
    ],
    engine: (x, f) => upsampleConv2d(as4d(x), as4d(f)),
    baseline: (x, f) => tf.conv2d(tf.image.resizeNearestNeighbor(as4d(x), [2 * size, 2 * size]), as4d(f), 1, pad(3)),
  };
}

/** BatchNorm as tfjs has it, with its scale and shift a vector each. */
const plainMoments = (x: tf.Tensor) => {
  const { mean, variance } = tf.moments(x, [1, 2]);
  return tf.concat([mean, variance], 1);
};

function imageCases(network: string, n: number, size: number, c: number): KernelCase[] {
  const shape = `[${[n, size, size, c]}]`;
  const x = [n, size, size, c];
  const half = n / 2;
  const epsilon = 1e-5;
  const group = (t: tf.Tensor) => {
    const { mean, variance } = tf.moments(t, [0, 1, 2]);
    const [zeros, ones] = [tf.zeros([c]), tf.ones([c])] as tf.Tensor1D[];
    return tf.batchNorm(as4d(t), mean as tf.Tensor1D, variance as tf.Tensor1D, zeros, ones, epsilon);
  };
  const windows: Pooling = { size: [2, 2], strides: [2, 2], padding: { top: 0, bottom: 0, left: 0, right: 0 } };
  const vectors = (seed: number) =>
    tf.tensor1d(Float32Array.from({ length: c }, (_, i) => 1 + 0.5 * Math.sin(i + seed)));
  const layer = () => ({ mean: vectors(1), variance: vectors(2), gamma: vectors(3), beta: vectors(4), epsilon });
  const common = { network, shape, tolerance: 2e-3 };
  return [
    {
      ...common,
      kernel: 'image statistics, with gradient',
      gradients: true,
      inputs: [x],
      engine: (t) => imageStatistics(as4d(t)),
      baseline: plainMoments,
    },
    {
      ...common,
      kernel: 'grouped BatchNorm, with gradients',
      gradients: true,
      inputs: [x, [n, c], [n, c]],
      engine: (t, scale, shift) =>
        groupedBatchNorm(as4d(t), scale as tf.Tensor2D, shift as tf.Tensor2D, [half, half], epsilon),
      baseline: (t, scale, shift) => {
        const parts = [0, half].map((from) => group(tf.slice(t, [from, 0, 0, 0], [half, size, size, c])));
        return tf.add(tf.mul(tf.concat(parts, 0), tf.reshape(scale, [n, 1, 1, c])), tf.reshape(shift, [n, 1, 1, c]));
      },
    },
    {
      ...common,
      kernel: 'frozen BatchNorm and statistics, with gradient',
      gradients: true,
      inputs: [x],
      engine: (t) => {
        const { y, statistics } = frozenBatchNormWithStatistics(as4d(t), layer());
        return tf.concat([tf.reshape(y, [n, -1]), statistics], 1);
      },
      baseline: (t) => {
        const { mean, variance, gamma, beta } = layer();
        const y = tf.batchNorm(as4d(t), mean, variance, beta, gamma, epsilon);
        return tf.concat([tf.reshape(y, [n, -1]), plainMoments(t)], 1);
      },
    },
    {
      ...common,
      kernel: 'global average pooling, with gradient',
      gradients: true,
      inputs: [x],
      engine: (t) => globalAveragePool(as4d(t)),
      baseline: (t) => tf.mean(t, [1, 2]),
    },
    {
      ...common,
      kernel: 'average pooling 2x2, with gradient',
      gradients: true,
      inputs: [x],
      engine: (t) => averagePool(as4d(t), windows),
      baseline: (t) => tf.avgPool(as4d(t), 2, 2, 'valid'),
    },
    {
      ...common,
      kernel: 'max pooling 2x2, with gradient',
      gradients: true,
      inputs: [x],
      engine: (t) => maxPool(as4d(t), windows),
      // tfjs's own gradient of maxPool is wrong on wasm, from the second image on.
      baseline: (t) => tf.max(tf.reshape(t, [n, size / 2, 2, size / 2, 2, c]), [2, 4]),
    },
    {
      ...common,
      kernel: 'leaky ReLU, with gradient',
      gradients: true,
      inputs: [x],
      engine: (t) => leakyRelu(as4d(t), 0.2),
      baseline: (t) => tf.leakyRelu(t, 0.2),
    },
    {
      // tfjs has no rounding whose gradient passes through: x + stop(q - x) is how it is usually written.
      ...common,
      kernel: 'fake quantization, 4 bits',
      inputs: [x],
      engine: (t) => fakeQuantize(t, -1, 1, 4),
      baseline: (t) => plainFakeQuantize(t, tf.scalar(-1), tf.scalar(1), 4),
    },
  ];
}

function plainFakeQuantize(x: tf.Tensor, lo: tf.Tensor, hi: tf.Tensor, bits: number): tf.Tensor {
  const half = 2 ** (bits - 1);
  const scale = tf.div(2 ** bits - 1, tf.maximum(tf.sub(hi, lo), 1e-8));
  const zero = tf.add(tf.round(tf.mul(scale, lo)), half);
  return tf.div(tf.add(tf.clipByValue(tf.round(tf.sub(tf.mul(x, scale), zero)), -half, half - 1), zero), scale);
}

/**
 * tfjs's gradient of a product asks for products with transposed factors, of which its WebGPU backend gets long ones
 * wrong (tfjs 4.22).
 */
const productByTransposes = tf.customGrad<tf.Tensor2D>(((x: tf.Tensor2D, w: tf.Tensor2D, save: tf.GradSaveFunc) => {
  save([x, w]);
  return {
    value: tf.matMul(x, w),
    gradFunc: (dy: tf.Tensor2D, saved: tf.Tensor[]) => {
      const [x0, w0] = saved as tf.Tensor2D[];
      return [tf.matMul(dy, tf.transpose(w0) as tf.Tensor2D), tf.matMul(tf.transpose(x0) as tf.Tensor2D, dy)];
    },
  };
}) as never);

function matrixCases(network: string, rows: number, inputs: number, outputs: number): KernelCase[] {
  return [
    {
      kernel: 'dense, with gradients',
      gradients: true,
      network,
      shape: `[${rows},${inputs}] x [${inputs},${outputs}]`,
      tolerance: 1e-3,
      macs: 3 * rows * inputs * outputs,
      inputs: [
        [rows, inputs],
        [inputs, outputs],
      ],
      engine: (x, w) => dense(x as tf.Tensor2D, w as tf.Tensor2D),
      baseline: (x, w) =>
        (tf.getBackend() === 'webgpu' ? productByTransposes : tf.matMul<tf.Tensor2D>)(
          x as tf.Tensor2D,
          w as tf.Tensor2D,
        ),
    },
    {
      kernel: 'weights on their own grids, 4 bits',
      network,
      shape: `[3,3,${inputs},${outputs}]`,
      tolerance: 1e-5,
      inputs: [[3, 3, inputs, outputs]],
      engine: (w) => fakeQuantizeToOwnRange(w, [outputs], 4),
      baseline: (w) => plainFakeQuantize(w, tf.min(w, [0, 1, 2]), tf.max(w, [0, 1, 2]), 4),
    },
  ];
}

/** @param tiny shapes that take no time, instead of the networks' */
export function kernelCases(tiny: boolean): KernelCase[] {
  const convolutions = Object.entries(tiny ? TINY_LAYERS : LAYERS).flatMap(([network, layers]) =>
    layers.flatMap((layer) => convolutionCases(network, layer)),
  );
  if (tiny) {
    return [
      ...convolutions,
      upsample('tiny', 2, 4, 5, 3),
      upsample('tiny', 4, 8, 16, 16),
      ...imageCases('tiny', 2, 4, 5),
      ...imageCases('tiny', 4, 32, 32),
      ...matrixCases('tiny', 4, 6, 5),
    ];
  }
  return [
    ...convolutions,
    upsample('generator (64 channels), batch 32', 32, 8, 64, 64),
    upsample('generator (64 channels), batch 32', 32, 16, 64, 32),
    upsample('generator (128 channels), batch 32', 32, 8, 128, 128),
    upsample('generator (128 channels), batch 32', 32, 16, 128, 64),
    ...imageCases('Shapes ResNet-14, batch 32', 32, 32, 8),
    ...imageCases('ResNet-20, batch 32', 32, 16, 32),
    ...imageCases('ResNet-18, batch 4', 4, 56, 64),
    ...matrixCases('generator, batch 32', 32, 100, 4096),
    ...matrixCases('ResNet-20', 32, 64, 10),
  ];
}

/** The same values every time, about [-1, 1]. */
export function makeInputs(shapes: number[][], seed = 7): tf.Tensor[] {
  const random = new Random(seed);
  return shapes.map((shape) => {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    for (let i = 0; i < values.length; i++) values[i] = random.uniform(-1, 1);
    return tf.tensor(values, shape);
  });
}
