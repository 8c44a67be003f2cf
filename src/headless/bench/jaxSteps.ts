/**
 * A generator step's and a student step's loss as one writes them with jax-js: the same as plainSteps.ts, images as
 * [N, C, H, W] and kernels as [out, in, h, w], which is what its convolutions take. Arrays are counted there: a function
 * consumes what it is given, unless it says that it borrows it, and `.ref` is one more use.
 */
import { lax, nn, numpy as np } from '@jax-js/jax';
import type { GeneratorConfig } from '../../engine/generator/generator';
import type { NetworkDefinition } from '../../engine/network/types';

export type Arrays = Record<string, np.Array>;

export interface JaxHooks {
  /** Borrows the input of every BatchNorm layer. */
  tap?(x: np.Array): void;
  kernel?(kernel: np.Array): np.Array;
  activation?(node: string, x: np.Array): np.Array;
}

/** [C] beside [N, C, H, W]. */
const perChannel = (x: np.Array) => x.reshape([1, -1, 1, 1]);

/** The network's forward pass; ops of residual networks only. Borrows the weights. */
export function forward(
  definition: NetworkDefinition,
  weights: Arrays,
  images: np.Array,
  hooks: JaxHooks = {},
): np.Array {
  const outputs = new Map<string, np.Array>();
  const kernelOf = (name: string) => hooks.kernel?.(weights[name].ref) ?? weights[name].ref;
  let last = images;
  for (const node of definition.nodes) {
    const input = (i: number) => outputs.get(node.inputs[i])!.ref;
    switch (node.op) {
      case 'input':
        last = images;
        break;
      case 'conv2d': {
        const { top, bottom, left, right } = node.padding;
        const pads: [number, number][] = [
          [top, bottom],
          [left, right],
        ];
        last = lax.convGeneralDilated(input(0), kernelOf(node.kernel), node.strides, pads);
        break;
      }
      case 'batchNorm': {
        hooks.tap?.(outputs.get(node.inputs[0])!);
        const of = (name: string | undefined) => weights[name!].ref;
        const scale = of(node.gamma).div(np.sqrt(of(node.variance).add(node.epsilon)));
        last = input(0)
          .sub(perChannel(of(node.mean)))
          .mul(perChannel(scale))
          .add(perChannel(of(node.beta)));
        break;
      }
      case 'relu':
        last = nn.relu(input(0));
        last = hooks.activation?.(node.name, last) ?? last;
        break;
      case 'add':
        last = input(0).add(input(1));
        break;
      case 'globalAveragePool':
        last = np.mean(input(0), [2, 3]);
        break;
      case 'dense':
        last = np.matmul(input(0), kernelOf(node.kernel)).add(weights[node.bias!].ref);
        break;
      default:
        throw new Error(`the steps in jax-js know no ${node.op}`);
    }
    outputs.set(node.name, last);
  }
  for (const output of outputs.values()) if (output !== last) output.dispose();
  return last;
}

/** Mean and variance of every channel of [N, C, H, W], [1, C, 1, 1] each. Borrows it. */
function moments(x: np.Array): { mean: np.Array; variance: np.Array } {
  const mean = np.mean(x.ref, [0, 2, 3], { keepdims: true });
  const variance = np.mean(np.square(x.ref.sub(mean.ref)), [0, 2, 3], { keepdims: true });
  return { mean, variance };
}

/** Images [B, C, H, W] of one batch, whose BatchNorm statistics are its own. Borrows variables and `oneHot` [B, classes]. */
export function generate(config: GeneratorConfig, v: Arrays, z: np.Array, oneHot: np.Array): np.Array {
  const { channels, imageSize } = config;
  const size = imageSize / 4;
  const [batch] = z.shape;
  const normalize = (x: np.Array, epsilon: number) => {
    const { mean, variance } = moments(x);
    return x.sub(mean).div(np.sqrt(variance.add(epsilon)));
  };
  const conditional = (x: np.Array, name: string, epsilon: number) => {
    const [scale, shift] = ['scale', 'shift'].map((kind) =>
      np.matmul(oneHot.ref, v[`${name}.${kind}`].ref).reshape([batch, -1, 1, 1]),
    );
    return normalize(x, epsilon).mul(scale).add(shift);
  };
  const convolved = (x: np.Array, name: string) =>
    lax
      .convGeneralDilated(
        x,
        v[`${name}.kernel`].ref,
        [1, 1],
        [
          [1, 1],
          [1, 1],
        ],
      )
      .add(perChannel(v[`${name}.bias`].ref));
  const upsampled = (x: np.Array) => np.repeat(np.repeat(x, 2, 2), 2, 3);
  const linear = np.matmul(z, v['dense.kernel'].ref).add(v['dense.bias'].ref);
  let h = linear.reshape([batch, size, size, channels]).transpose([0, 3, 1, 2]);
  h = conditional(h, 'bn0', 1e-5);
  h = nn.leakyRelu(conditional(convolved(upsampled(h), 'conv1'), 'bn1', 0.8), 0.2);
  h = nn.leakyRelu(conditional(convolved(upsampled(h), 'conv2'), 'bn2', 0.8), 0.2);
  return normalize(np.tanh(convolved(h, 'conv3')), 1e-5);
}

/** Borrows the labels, [B, classes]. */
const crossEntropy = (logits: np.Array, oneHot: np.Array) =>
  np.mean(np.sum(nn.logSoftmax(logits, 1).mul(oneHot.ref), 1)).neg();

const sum = (terms: np.Array[]) => terms.reduce((a, b) => a.add(b));

/** Everything that a generator step gets anew. A type, no interface: jax-js wants trees of arrays. */
export type GeneratorInputs = {
  /** Of the mixed batch and of the one of a single class: latents [B, latentDim], labels [B, classes]. */
  mixedZ: np.Array;
  mixedLabels: np.Array;
  singleZ: np.Array;
  singleLabels: np.Array;
  /** [L][2] noise on means and variances, [C] each. */
  noise: [np.Array, np.Array][];
};

export interface JaxTargets {
  /** [L][2] running mean and variance of every BatchNorm layer, which are every class's centre too; borrowed. */
  running: [np.Array, np.Array][];
  startLayer: number;
  /** Of cross entropy (mixed), BNS, distorted, cross entropy (single class), centralized. */
  weights: readonly [number, number, number, number, number];
}

/** Borrows everything. @returns total, and the unweighted terms [5] */
export function generatorLoss(
  config: GeneratorConfig,
  variables: Arrays,
  definition: NetworkDefinition,
  teacher: Arrays,
  inputs: GeneratorInputs,
  { running, startLayer, weights }: JaxTargets,
): [np.Array, np.Array] {
  const look = (z: np.Array, labels: np.Array) => {
    const found: { mean: np.Array; variance: np.Array }[] = [];
    const images = generate(config, variables, z.ref, labels);
    const logits = forward(definition, teacher, images, { tap: (x) => found.push(moments(x)) });
    return { found, ce: crossEntropy(logits, labels) };
  };
  const mixed = look(inputs.mixedZ, inputs.mixedLabels);
  const single = look(inputs.singleZ, inputs.singleLabels);
  const squared = (a: np.Array, b: np.Array) => np.mean(np.square(a.ref.reshape([-1]).sub(b)));
  const average = (from: number, term: (l: number) => np.Array) =>
    sum(Array.from({ length: running.length - from }, (_, i) => term(from + i))).div(running.length - from);
  const distance = ({ found }: typeof mixed, l: number, [mean, variance]: [np.Array, np.Array]) =>
    squared(found[l].mean, mean).add(squared(found[l].variance, variance));
  const center = (l: number): [np.Array, np.Array] => [running[l][0].ref, running[l][1].ref];
  const noisy = (l: number): [np.Array, np.Array] => {
    const [mean, variance] = center(l);
    return [mean.add(inputs.noise[l][0].ref), variance.add(inputs.noise[l][1].ref)];
  };
  const terms = [
    mixed.ce,
    average(0, (l) => distance(mixed, l, center(l))),
    average(startLayer, (l) => distance(single, l, noisy(l))),
    single.ce,
    average(startLayer, (l) => distance(single, l, center(l))),
  ];
  for (const { mean, variance } of [...mixed.found, ...single.found]) {
    mean.dispose();
    variance.dispose();
  }
  const total = sum(terms.map((term, i) => term.ref.mul(weights[i])));
  return [total, np.stack(terms)];
}

/**
 * x rounded to the grid from lo to hi, straight through in the gradient. jax-js takes no gradients of one's own: the
 * value is a constant, and x - x, which is zero, has the gradient.
 *
 * @param range borrows
 */
const quantized =
  (bits: number, range: (x: np.Array) => [np.Array, np.Array]) =>
  (x: np.Array): np.Array => {
    const constant = lax.stopGradient(x.ref);
    const [lo, hi] = range(constant);
    const half = 2 ** (bits - 1);
    const scale = np.array(2 ** bits - 1).div(np.maximum(hi.sub(lo.ref), 1e-8));
    const zero = np.round(scale.ref.mul(lo)).add(half);
    const q = np.clip(np.round(constant.ref.mul(scale.ref).sub(zero.ref)), -half, half - 1);
    return lax.stopGradient(q.add(zero).div(scale)).add(x.sub(constant));
  };

export interface JaxStudent {
  weightBits: number;
  activationBits: number;
  /** Of every activation, by node. */
  ranges: Record<string, { lo: number; hi: number }>;
  temperature: number;
  alpha: number;
}

/**
 * Cross entropy and distillation of a student with weights quantized per channel. Borrows everything but
 * `teacherLogits` and `images`.
 *
 * @returns total, and cross entropy and distillation [2]
 */
export function studentLoss(
  definition: NetworkDefinition,
  variables: Arrays,
  teacherLogits: np.Array,
  images: np.Array,
  oneHot: np.Array,
  { weightBits, activationBits, ranges, temperature, alpha }: JaxStudent,
): [np.Array, np.Array] {
  const logits = forward(definition, variables, images, {
    kernel: quantized(weightBits, (kernel) => {
      // [out, in, h, w] of a convolution, [in, out] of the classifier.
      const axes = kernel.ndim === 4 ? [1, 2, 3] : [0];
      return [np.min(kernel.ref, axes, { keepdims: true }), np.max(kernel.ref, axes, { keepdims: true })];
    }),
    activation: (node, x) => quantized(activationBits, () => [np.array(ranges[node].lo), np.array(ranges[node].hi)])(x),
  });
  const ce = crossEntropy(logits.ref, oneHot);
  const [p, q] = [teacherLogits, logits].map((x) => nn.logSoftmax(x.div(temperature), 1));
  const divergence = np.mean(np.sum(np.exp(p.ref).mul(p.sub(q)), 1));
  const distillation = divergence.mul(alpha * temperature ** 2);
  return [ce.ref.add(distillation.ref), np.stack([ce, distillation])];
}
