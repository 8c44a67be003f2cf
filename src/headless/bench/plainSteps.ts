/**
 * A generator step and a student step as one writes them with tfjs's own operations, gradients and optimizers: what the
 * engine's steps are compared with. Any network that the executor runs; weights by the engine's names.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { GeneratorConfig } from '../../engine/generator/generator';
import type { WeightTensors } from '../../engine/network/executor';
import type { NetworkDefinition, Padding } from '../../engine/network/types';
import { statisticsLayout } from '../../engine/bns/statistics';

const explicit = ({
  top,
  bottom,
  left,
  right,
}: Padding): [[number, number], [number, number], [number, number], [number, number]] => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];
const SAME: Padding = { top: 1, bottom: 1, left: 1, right: 1 };

export interface PlainHooks {
  tap?(x: tf.Tensor4D): void;
  kernel?(kernel: tf.Tensor): tf.Tensor;
  activation?(node: string, x: tf.Tensor): tf.Tensor;
}

/** The network's forward pass; ops of residual networks only. */
export function forward(
  definition: NetworkDefinition,
  weights: WeightTensors,
  images: tf.Tensor4D,
  hooks: PlainHooks = {},
): tf.Tensor2D {
  const outputs = new Map<string, tf.Tensor>();
  let last: tf.Tensor = images;
  for (const node of definition.nodes) {
    const inputs = node.inputs.map((name) => outputs.get(name)!);
    const x = inputs[0] as tf.Tensor4D;
    const kernelOf = (name: string) => hooks.kernel?.(weights[name]) ?? weights[name];
    switch (node.op) {
      case 'input':
        last = images;
        break;
      case 'conv2d':
        last = tf.conv2d(x, kernelOf(node.kernel) as tf.Tensor4D, node.strides, explicit(node.padding));
        break;
      case 'batchNorm': {
        hooks.tap?.(x);
        const of = (name: string | undefined) => weights[name!] as tf.Tensor1D;
        last = tf.batchNorm(x, of(node.mean), of(node.variance), of(node.beta), of(node.gamma), node.epsilon);
        break;
      }
      case 'relu':
        last = tf.relu(x);
        last = hooks.activation?.(node.name, last) ?? last;
        break;
      case 'add':
        last = tf.add(inputs[0], inputs[1]);
        break;
      case 'globalAveragePool':
        last = tf.mean(x, [1, 2]);
        break;
      case 'dense':
        last = tf.add(
          tf.matMul(x as tf.Tensor as tf.Tensor2D, kernelOf(node.kernel) as tf.Tensor2D),
          weights[node.bias!],
        );
        break;
      default:
        throw new Error(`the plain steps know no ${node.op}`);
    }
    outputs.set(node.name, last);
  }
  return last as tf.Tensor2D;
}

/** Images of one batch, whose BatchNorm statistics are its own. */
export function generate(
  config: GeneratorConfig,
  v: Record<string, tf.Tensor>,
  z: tf.Tensor2D,
  labels: number[],
): tf.Tensor4D {
  const { channels, imageSize, imageChannels, numClasses } = config;
  const oneHot = oneHotOf(labels, numClasses);
  const normalize = (x: tf.Tensor4D, epsilon: number) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const c = x.shape[3];
    return tf.batchNorm(
      x,
      mean as tf.Tensor1D,
      variance as tf.Tensor1D,
      tf.zeros([c]) as tf.Tensor1D,
      tf.ones([c]) as tf.Tensor1D,
      epsilon,
    );
  };
  const conditional = (x: tf.Tensor4D, name: string, epsilon: number) => {
    const [scale, shift] = ['scale', 'shift'].map((kind) =>
      tf.reshape(tf.matMul(oneHot, v[`${name}.${kind}`] as tf.Tensor2D), [labels.length, 1, 1, -1]),
    );
    return tf.add(tf.mul(normalize(x, epsilon), scale), shift) as tf.Tensor4D;
  };
  const upsampled = (x: tf.Tensor4D, name: string) => {
    const large = tf.image.resizeNearestNeighbor(x, [2 * x.shape[1], 2 * x.shape[2]]);
    return tf.add(
      tf.conv2d(large, v[`${name}.kernel`] as tf.Tensor4D, 1, explicit(SAME)),
      v[`${name}.bias`],
    ) as tf.Tensor4D;
  };
  const linear = tf.add(tf.matMul(z, v['dense.kernel'] as tf.Tensor2D), v['dense.bias']);
  let h = conditional(
    tf.reshape(linear, [labels.length, imageSize / 4, imageSize / 4, channels]) as tf.Tensor4D,
    'bn0',
    1e-5,
  );
  h = tf.leakyRelu(conditional(upsampled(h, 'conv1'), 'bn1', 0.8), 0.2);
  h = tf.leakyRelu(conditional(upsampled(h, 'conv2'), 'bn2', 0.8), 0.2);
  const image = tf.tanh(tf.add(tf.conv2d(h, v['conv3.kernel'] as tf.Tensor4D, 1, explicit(SAME)), v['conv3.bias']));
  if (image.shape[3] !== imageChannels) throw new Error('image channels');
  return normalize(image as tf.Tensor4D, 1e-5);
}

const oneHotOf = (labels: number[], numClasses: number) =>
  tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), numClasses), 'float32') as tf.Tensor2D;

const crossEntropy = (logits: tf.Tensor2D, labels: number[]) =>
  tf.losses.softmaxCrossEntropy(oneHotOf(labels, logits.shape[1]), logits) as tf.Scalar;

/** Not tf.addN, which binds more buffers than WebGPU allows. */
const sum = (terms: tf.Scalar[]) => terms.reduce((a, b) => tf.add(a, b));

export interface PlainBatch {
  z: tf.Tensor2D;
  labels: number[];
}

export interface PlainTargets {
  /** [L][2] running mean and variance of every BatchNorm layer, [C] each. */
  running: [tf.Tensor, tf.Tensor][];
  /** The same of the single class's centre, and of the noise. */
  center: [tf.Tensor, tf.Tensor][];
  noise: [tf.Tensor, tf.Tensor][];
  startLayer: number;
  /** Of cross entropy (mixed), BNS, distorted, cross entropy (single class), centralized. */
  weights: [number, number, number, number, number];
}

/**
 * The generator's loss: each batch through generator and teacher by itself, the five terms layer by layer.
 *
 * @returns unweighted terms and total, [6]
 */
export function generatorLoss(
  config: GeneratorConfig,
  variables: Record<string, tf.Tensor>,
  definition: NetworkDefinition,
  teacher: WeightTensors,
  mixed: PlainBatch,
  single: PlainBatch,
  { running, center, noise, startLayer, weights }: PlainTargets,
): { terms: tf.Scalar[]; total: tf.Scalar } {
  const look = ({ z, labels }: PlainBatch) => {
    const moments: { mean: tf.Tensor; variance: tf.Tensor }[] = [];
    const logits = forward(definition, teacher, generate(config, variables, z, labels), {
      tap: (x) => moments.push(tf.moments(x, [0, 1, 2])),
    });
    return { moments, ce: crossEntropy(logits, labels) };
  };
  const [m, s] = [look(mixed), look(single)];
  const squared = (a: tf.Tensor, b: tf.Tensor) => tf.mean(tf.squaredDifference(a, b)) as tf.Scalar;
  const average = (from: number, term: (l: number) => tf.Scalar) =>
    tf.div(
      sum(Array.from({ length: running.length - from }, (_, i) => term(from + i))),
      running.length - from,
    ) as tf.Scalar;
  const distance = (of: typeof m, l: number, [mean, variance]: [tf.Tensor, tf.Tensor]) =>
    tf.add(squared(of.moments[l].mean, mean), squared(of.moments[l].variance, variance)) as tf.Scalar;
  const terms = [
    m.ce,
    average(0, (l) => distance(m, l, running[l])),
    average(startLayer, (l) => distance(s, l, [tf.add(center[l][0], noise[l][0]), tf.add(center[l][1], noise[l][1])])),
    s.ce,
    average(startLayer, (l) => distance(s, l, center[l])),
  ];
  const total = sum(terms.map((term, i) => tf.mul(term, weights[i]) as tf.Scalar));
  return { terms, total };
}

/** x rounded to the grid from lo to hi, straight through in the gradient. */
const quantized =
  (bits: number, range: (x: tf.Tensor) => [tf.Tensor, tf.Tensor]) =>
  (x: tf.Tensor): tf.Tensor =>
    tf.customGrad((t) => {
      const [lo, hi] = range(t as tf.Tensor);
      const half = 2 ** (bits - 1);
      const scale = tf.div(2 ** bits - 1, tf.maximum(tf.sub(hi, lo), 1e-8));
      const zero = tf.add(tf.round(tf.mul(scale, lo)), half);
      const q = tf.clipByValue(tf.round(tf.sub(tf.mul(t as tf.Tensor, scale), zero)), -half, half - 1);
      return { value: tf.div(tf.add(q, zero), scale), gradFunc: (dy: tf.Tensor) => dy };
    })(x);

export interface PlainStudent {
  weightBits: number;
  activationBits: number;
  /** Of every activation, by node. */
  ranges: Record<string, { lo: number; hi: number }>;
  temperature: number;
  alpha: number;
}

/** Cross entropy and distillation of a student with weights quantized per channel. */
export function studentLoss(
  definition: NetworkDefinition,
  variables: WeightTensors,
  teacherLogits: tf.Tensor2D,
  images: tf.Tensor4D,
  labels: number[],
  { weightBits, activationBits, ranges, temperature, alpha }: PlainStudent,
): { ce: tf.Scalar; distillation: tf.Scalar; total: tf.Scalar } {
  const logits = forward(definition, variables, images, {
    kernel: quantized(weightBits, (kernel) => {
      const axes = kernel.shape.slice(0, -1).map((_, i) => i);
      return [tf.min(kernel, axes), tf.max(kernel, axes)];
    }),
    activation: (node, x) =>
      quantized(activationBits, () => [tf.scalar(ranges[node].lo), tf.scalar(ranges[node].hi)])(x),
  });
  const ce = crossEntropy(logits, labels);
  const [p, q] = [teacherLogits, logits].map((x) => tf.logSoftmax(tf.div(x, temperature) as tf.Tensor2D));
  const divergence = tf.mean(tf.sum(tf.mul(tf.exp(p), tf.sub(p, q)), 1));
  const distillation = tf.mul(divergence, alpha * temperature ** 2) as tf.Scalar;
  return { ce, distillation, total: tf.add(ce, distillation) };
}

/** The engine's layout of columns, cut into layers: [L][2] of [C]. */
export function byLayer(channels: readonly number[], packed: Float32Array): [tf.Tensor, tf.Tensor][] {
  const { offsets } = statisticsLayout(channels);
  return channels.map((c, l) => [
    tf.tensor1d(packed.slice(offsets[l], offsets[l] + c)),
    tf.tensor1d(packed.slice(offsets[l] + c, offsets[l] + 2 * c)),
  ]);
}
