/**
 * The label-conditional generator (fdda.md, "Generator"): latent and label -> image in normalised image space.
 * Linear -> (channels, S/4, S/4) -> conditional BN (eps 1e-5) -> nearest x2 -> conv 3x3 (channels) -> conditional BN
 * (eps 0.8) -> leaky ReLU 0.2 -> nearest x2 -> conv 3x3 (channels / 2) -> conditional BN (eps 0.8) -> leaky ReLU 0.2 ->
 * conv 3x3 (image) -> tanh -> BN without scale and shift (eps 1e-5).
 */
import * as tf from '@tensorflow/tfjs-core';
import { tanh } from '../kernels/activations';
import { transposedProduct } from '../kernels/dense';
import { differentiable } from '../kernels/differentiable';
import { groupedBatchNorm } from '../kernels/groupedBatchNorm';
import { leakyRelu } from '../kernels/leakyRelu';
import { oneHotLabels } from '../kernels/oneHotLabels';
import { upsampleConv2d } from '../kernels/upsampleConv2d';
import type { WeightArray } from '../network/types';
import type { Random } from '../random';
import { lastChannels, type GeneratorConfig } from './generatorConfig';

export type { GeneratorConfig } from './generatorConfig';

const INNER_EPSILON = 0.8;
const OUTER_EPSILON = 1e-5;
const SLOPE = 0.2;

/**
 * Shapes of the weights by name. Kernels are [inputs, outputs] and [3, 3, in, out]; the columns of `dense.kernel` are
 * [S/4, S/4, channels] row-major; `bn*.scale` and `bn*.shift` have a row for each class.
 *
 * @throws RangeError for a configuration that no generator can have
 */
export function generatorShapes(config: GeneratorConfig): Record<string, number[]> {
  const { latentDim, channels: c, imageSize, imageChannels, numClasses } = config;
  const last = lastChannels(config);
  for (const [name, value] of Object.entries({
    latentDim,
    channels: c,
    'channels / 2': last,
    imageSize,
    imageChannels,
    numClasses,
  })) {
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`The generator's ${name} must be a positive integer, not ${value}.`);
  }
  if (imageSize % 4 !== 0)
    throw new RangeError(`The generator makes images whose size is a multiple of 4, not ${imageSize}.`);
  const dense = c * (imageSize / 4) ** 2;
  return {
    'dense.kernel': [latentDim, dense],
    'dense.bias': [dense],
    'bn0.scale': [numClasses, c],
    'bn0.shift': [numClasses, c],
    'conv1.kernel': [3, 3, c, c],
    'conv1.bias': [c],
    'bn1.scale': [numClasses, c],
    'bn1.shift': [numClasses, c],
    'conv2.kernel': [3, 3, c, last],
    'conv2.bias': [last],
    'bn2.scale': [numClasses, last],
    'bn2.shift': [numClasses, last],
    'conv3.kernel': [3, 3, last, imageChannels],
    'conv3.bias': [imageChannels],
  };
}

/**
 * Fresh weights as PyTorch draws them: U(-1/sqrt(fanIn), 1/sqrt(fanIn)) for kernels and biases of linear and
 * convolution layers; scale 1 and shift 0.
 */
export function initialGeneratorWeights(config: GeneratorConfig, random: Random): Record<string, WeightArray> {
  const shapes = generatorShapes(config);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const values = new Float32Array(size(shape));
      const [layer, kind] = name.split('.');
      if (kind === 'scale') values.fill(1);
      if (kind === 'kernel' || kind === 'bias') {
        const bound = 1 / Math.sqrt(size(shapes[`${layer}.kernel`].slice(0, -1)));
        const stream = random.fork(name);
        for (let i = 0; i < values.length; i++) values[i] = stream.uniform(-bound, bound);
      }
      return [name, { shape, values }];
    }),
  );
}

/** A generator and its trainable weights. Owns them: call `dispose`. */
export class Generator {
  /** By the names of `generatorShapes`. */
  readonly variables: Readonly<Record<string, tf.Variable>>;

  /** @throws Error naming the first weight that is missing, superfluous or of another shape */
  constructor(
    readonly config: GeneratorConfig,
    weights: Record<string, WeightArray>,
  ) {
    checkWeights(config, weights);
    const variables: Record<string, tf.Variable> = {};
    for (const [name, { shape, values }] of Object.entries(weights)) {
      const initial = tf.tensor(values.slice(), shape, 'float32');
      variables[name] = tf.variable(initial, true);
      initial.dispose();
    }
    this.variables = variables;
  }

  /** A generator with fresh weights. */
  static create(config: GeneratorConfig, random: Random): Generator {
    return new Generator(config, initialGeneratorWeights(config, random));
  }

  /**
   * Images for latents and labels, differentiable in the variables (not in z). BatchNorm uses batch statistics: each of
   * the consecutive groups its own, so that a mixed and a single-class batch go through in one pass and come out as if
   * alone.
   *
   * @param z [N, latentDim]
   * @param labels [N] classes, or [N, numClasses] one-hot
   * @param groups sizes of the consecutive groups; left out: one group
   * @returns [N, S, S, imageChannels] in normalised image space
   */
  generate(
    z: tf.Tensor2D,
    labels: ArrayLike<number> | tf.Tensor2D,
    groups: readonly number[] = [z.shape[0]],
  ): tf.Tensor4D {
    const { channels, imageSize, imageChannels, numClasses } = this.config;
    const n = labels instanceof tf.Tensor ? labels.shape[0] : labels.length;
    if (z.shape[0] !== n) throw new Error(`generate: ${z.shape[0]} latents, but ${n} labels`);
    const v = this.variables;
    return tf.tidy(() => {
      const oneHot = labels instanceof tf.Tensor ? labels : oneHotLabels(labels, numClasses);
      const normalize = (x: tf.Tensor4D, name: string, epsilon: number) => {
        const [scale, shift] = [rowsTimes(oneHot, v[`${name}.scale`]), rowsTimes(oneHot, v[`${name}.shift`])];
        return groupedBatchNorm(x, scale, shift, groups, epsilon);
      };
      const convolved = (x: tf.Tensor4D, name: string) =>
        tf.add(upsampleConv2d(x, v[`${name}.kernel`] as tf.Tensor as tf.Tensor4D), v[`${name}.bias`]) as tf.Tensor4D;
      const linear = tf.add(rowsTimes(z, v['dense.kernel']), v['dense.bias']);
      let h = tf.reshape(linear, [n, imageSize / 4, imageSize / 4, channels]) as tf.Tensor4D;
      h = normalize(h, 'bn0', OUTER_EPSILON);
      h = leakyRelu(normalize(convolved(h, 'conv1'), 'bn1', INNER_EPSILON), SLOPE);
      h = leakyRelu(normalize(convolved(h, 'conv2'), 'bn2', INNER_EPSILON), SLOPE);
      h = tf.conv2d(h, v['conv3.kernel'] as tf.Tensor as tf.Tensor4D, 1, [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]);
      const image = tanh(tf.add(h, v['conv3.bias']) as tf.Tensor4D);
      return groupedBatchNorm(image, tf.ones([n, imageChannels]), tf.zeros([n, imageChannels]), groups, OUTER_EPSILON);
    });
  }

  /** A copy of the weights. */
  async download(): Promise<Record<string, WeightArray>> {
    const entries = await Promise.all(
      Object.entries(this.variables).map(
        async ([name, variable]) =>
          [name, { shape: variable.shape.slice(), values: Float32Array.from(await variable.data()) }] as const,
      ),
    );
    return Object.fromEntries(entries);
  }

  /** Replaces the weights. @throws as the constructor, and then nothing has changed */
  load(weights: Record<string, WeightArray>): void {
    checkWeights(this.config, weights);
    for (const [name, { shape, values }] of Object.entries(weights)) {
      const fresh = tf.tensor(values.slice(), shape, 'float32');
      this.variables[name].assign(fresh);
      fresh.dispose();
    }
  }

  dispose(): void {
    tf.dispose(Object.values(this.variables));
  }
}

/**
 * rows [N, I] x matrix [I, O], differentiable in the matrix only: nobody asks how a latent or a one-hot label should
 * change, and for the first layer that answer would cost as much as the rest of it.
 */
function rowsTimes(rows: tf.Tensor2D, matrix: tf.Tensor): tf.Tensor2D {
  return differentiable<tf.Tensor2D>(
    [matrix],
    (save) => {
      save([rows]);
      return tf.matMul(rows, matrix as tf.Tensor2D);
    },
    (dy, [rows0]) => [transposedProduct(rows0 as tf.Tensor2D, dy)],
  );
}

function size(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function checkWeights(config: GeneratorConfig, weights: Record<string, WeightArray>): void {
  const shapes = generatorShapes(config);
  for (const name of Object.keys(weights))
    if (!(name in shapes)) throw new Error(`The generator has no weight '${name}'.`);
  for (const [name, shape] of Object.entries(shapes)) {
    const given = weights[name];
    if (!given) throw new Error(`The generator's weight '${name}' is missing.`);
    if (given.shape.join() !== shape.join() || given.values.length !== size(shape)) {
      throw new Error(
        `The generator's weight '${name}' must be [${shape}], not [${given.shape}] with ${given.values.length} values.`,
      );
    }
  }
}
