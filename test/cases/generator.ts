/** The generator against PyTorch: images, and the gradient of the teacher's cross entropy in every weight. */
import * as tf from '@tensorflow/tfjs-core';
import { Generator, type GeneratorConfig } from '../../src/engine/generator/generator';
import { crossEntropy } from '../../src/engine/losses/crossEntropy';
import { forward, uploadWeights } from '../../src/engine/network/executor';
import type { WeightArray } from '../../src/engine/network/types';
import { Random } from '../../src/engine/random';
import fixtureJson from '../fixtures/generator.json';
import tiny from '../fixtures/tiny_network.json';
import type { Case, Comparison } from './case';
import { flat, hwio, nhwc, permute, tinyNetwork, type FixtureArray, type TinyFixture } from './fixtures';
import { read } from './kernels';

const fixture = fixtureJson as unknown as {
  weights: Record<string, FixtureArray>;
  gradients: Record<string, FixtureArray>;
  z: FixtureArray;
  labels: number[];
  images: FixtureArray;
  cross_entropy: number;
};
const config: GeneratorConfig = {
  latentDim: 6,
  channels: 4,
  lastChannels: 3,
  imageSize: 8,
  imageChannels: 3,
  numClasses: 5,
};

/**
 * The fixture's parameters by this project's names; the first layer's outputs go from [channels, 2, 2] to [2, 2,
 * channels].
 */
function fromTorch(parameters: Record<string, FixtureArray>): Record<string, WeightArray> {
  const result: Record<string, WeightArray> = {
    'dense.kernel': { ...permute({ shape: [4, 4, 6], data: parameters['l1.weight'].data }, [2, 1, 0]), shape: [6, 16] },
    'dense.bias': { ...permute({ shape: [4, 4], data: parameters['l1.bias'].data }, [1, 0]), shape: [16] },
  };
  for (const i of [0, 1, 2]) {
    for (const kind of ['scale', 'shift']) result[`bn${i}.${kind}`] = flat(parameters[`cbn${i}.${kind}`]);
  }
  for (const i of [1, 2, 3]) {
    result[`conv${i}.kernel`] = hwio(parameters[`c${i}.weight`]);
    result[`conv${i}.bias`] = flat(parameters[`c${i}.bias`]);
  }
  return result;
}

/** Runs `compute` with a generator that is disposed afterwards. */
async function withGenerator(
  generator: Generator,
  compute: Parameters<typeof read>[0],
  tolerance: number,
): Promise<Comparison[]> {
  try {
    return await read(compute, tolerance, tolerance);
  } finally {
    generator.dispose();
  }
}

export const generatorCases: Case[] = [
  {
    name: "the generator gives PyTorch's images and gradients",
    run: () => {
      const generator = new Generator(config, fromTorch(fixture.weights));
      const network = tinyNetwork(tiny as unknown as TinyFixture);
      // float32 through five BatchNorms of a batch of 7 and a whole network, forward and back.
      return withGenerator(
        generator,
        () => {
          const z = tf.tensor2d(fixture.z.data, [7, 6]);
          const weights = uploadWeights(network);
          const oneHot = tf.cast(tf.oneHot(tf.tensor1d(fixture.labels, 'int32'), 5), 'float32') as tf.Tensor2D;
          let images: tf.Tensor;
          const { value, grads } = tf.variableGrads(() => {
            images = tf.keep(generator.generate(z, fixture.labels));
            return crossEntropy(forward(network.definition, weights, images as tf.Tensor4D), oneHot);
          }, Object.values(generator.variables));
          const shown = tf.clone(images!);
          images!.dispose();
          const expected = fromTorch(fixture.gradients);
          return {
            images: [shown, nhwc(fixture.images).values],
            'cross entropy': [value, [fixture.cross_entropy]],
            ...Object.fromEntries(
              Object.entries(generator.variables).map(([name, v]) => [
                `gradient of ${name}`,
                [grads[v.name], expected[name].values] as [tf.Tensor, Float32Array],
              ]),
            ),
          };
        },
        1e-4,
      );
    },
  },
  {
    name: 'two groups through the generator in one pass equal two passes, images and gradients',
    run: () => {
      const generator = new Generator(config, fromTorch(fixture.weights));
      return withGenerator(
        generator,
        () => {
          const z = tf.tensor2d(new Random(3).fillNormal(new Float32Array(5 * 6)), [5, 6]);
          const labels = [0, 3, 1, 2, 2];
          const part = (start: number, count: number) =>
            generator.generate(tf.slice(z, [start, 0], [count, 6]), labels.slice(start, start + count));
          const together = () => generator.generate(z, labels, [3, 2]);
          const apart = () => tf.concat([part(0, 3), part(3, 2)], 0) as tf.Tensor4D;
          const weighting = tf.tensor(new Random(4).fillNormal(new Float32Array(5 * 8 * 8 * 3)), [5, 8, 8, 3]);
          const gradients = (images: () => tf.Tensor4D) =>
            tf.variableGrads(() => tf.sum(tf.mul(images(), weighting)) as tf.Scalar, Object.values(generator.variables))
              .grads;
          const [one, two] = [gradients(together), gradients(apart)];
          return {
            images: [together(), apart()],
            ...Object.fromEntries(
              Object.entries(generator.variables).map(([name, v]) => [
                `gradient of ${name}`,
                [one[v.name], two[v.name]] as [tf.Tensor, tf.Tensor],
              ]),
            ),
          };
        },
        1e-4,
      );
    },
  },
];
