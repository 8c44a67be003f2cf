import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Generator, initialGeneratorWeights, type GeneratorConfig } from '../../../src/engine/generator/generator';
import { generatorMacs } from '../../../src/engine/generator/generatorConfig';
import { Random } from '../../../src/engine/random';
import { NODE_BACKENDS, use } from '../backends';

const config: GeneratorConfig = { latentDim: 10, channels: 8, imageSize: 8, imageChannels: 3, numClasses: 4 };

describe('fresh weights', () => {
  it("are PyTorch's: uniform within 1 / sqrt(fan-in), scale 1, shift 0", () => {
    const weights = initialGeneratorWeights({ ...config, channels: 32 }, new Random(2));
    const fanIn = { dense: 10, conv1: 9 * 32, conv2: 9 * 32, conv3: 9 * 16 };
    for (const [layer, fan] of Object.entries(fanIn)) {
      const bound = 1 / Math.sqrt(fan);
      const { values } = weights[`${layer}.kernel`];
      const meanSquare = values.reduce((sum, v) => sum + v * v, 0) / values.length;
      expect(Math.max(...[...values, ...weights[`${layer}.bias`].values].map(Math.abs))).toBeLessThanOrEqual(bound);
      // A uniform distribution's variance is bound^2 / 3; with at least 432 values 20 % is over four standard errors.
      expect(Math.abs(meanSquare / ((bound * bound) / 3) - 1)).toBeLessThan(0.2);
    }
    for (const i of [0, 1, 2]) {
      expect(new Set(weights[`bn${i}.scale`].values)).toEqual(new Set([1]));
      expect(new Set(weights[`bn${i}.shift`].values)).toEqual(new Set([0]));
    }
  });

  it('depend on the seed only', () => {
    expect(initialGeneratorWeights(config, new Random(2))).toEqual(initialGeneratorWeights(config, new Random(2)));
    expect(initialGeneratorWeights(config, new Random(3))).not.toEqual(initialGeneratorWeights(config, new Random(2)));
  });
});

it("counts multiply-accumulates of the paper's sizes", () => {
  const paper = { latentDim: 100, channels: 128, imageSize: 32, imageChannels: 3, numClasses: 10 };
  // Linear 100 -> 128 * 8 * 8; 3x3 at 16x16, 128 -> 128; 3x3 at 32x32, 128 -> 64 and 64 -> 3.
  expect(generatorMacs(paper)).toBe(819_200 + 37_748_736 + 75_497_472 + 1_769_472);
});

it('refuses sizes and weights that cannot be', () => {
  expect(() => initialGeneratorWeights({ ...config, imageSize: 10 }, new Random(1))).toThrow(/multiple of 4, not 10/);
  expect(() => initialGeneratorWeights({ ...config, channels: 1 }, new Random(1))).toThrow(
    /channels \/ 2 must be a positive integer/,
  );
  const weights = initialGeneratorWeights(config, new Random(1));
  const { 'conv2.bias': bias, ...rest } = weights;
  expect(() => new Generator(config, rest)).toThrow(/'conv2.bias' is missing/);
  expect(() => new Generator(config, { ...weights, extra: bias })).toThrow(/no weight 'extra'/);
  expect(() => new Generator({ ...config, numClasses: 5 }, weights)).toThrow(
    /'bn0.scale' must be \[5,8\], not \[4,8\]/,
  );
});

describe.each(NODE_BACKENDS)('on %s', (backend) => {
  beforeAll(() => use(backend));
  const latents = (n: number) => tf.tensor2d(new Random(9).fillNormal(new Float32Array(n * 10)), [n, 10]);

  it('makes images whose channels have mean 0 and variance 1 in every group', async () => {
    const generator = Generator.create(config, new Random(1));
    const [z, labels] = [latents(7), [0, 1, 2, 3, 2, 2, 2]];
    const images = generator.generate(z, labels, [4, 3]);
    const moments = tf.tidy(() =>
      [
        [0, 4],
        [4, 3],
      ].map(([start, count]) => tf.moments(tf.slice(images, [start, 0, 0, 0], [count, -1, -1, -1]), [0, 1, 2])),
    );
    for (const { mean, variance } of moments) {
      for (const v of await mean.data()) expect(v).toBeCloseTo(0, 5);
      // An untrained generator's images vary so little (variance 0.002 or so before this BatchNorm) that epsilon 1e-5
      // shows.
      for (const v of await variance.data()) expect(Math.abs(v - 0.995)).toBeLessThan(0.005);
    }
    tf.dispose([z, images, moments.flatMap(({ mean, variance }) => [mean, variance])]);
    generator.dispose();
  });

  it('takes its labels to heart, and refuses one that is no class', async () => {
    const generator = Generator.create(config, new Random(1));
    const shift = generator.variables['bn1.shift'];
    const changed = tf.tidy(() => tf.add(shift, tf.tensor2d([0, 0, 0, 3], [4, 1])));
    shift.assign(changed);
    const z = latents(3);
    const [a, b] = [generator.generate(z, [0, 1, 2]), generator.generate(z, [0, 1, 3])];
    expect(Array.from(await a.data())).not.toEqual(Array.from(await b.data()));
    expect(() => generator.generate(z, [0, 1, 4])).toThrow(/Image 2 has the label 4, but there are 4 classes/);
    expect(() => generator.generate(z, [0, 1])).toThrow(/3 latents, but 2 labels/);
    tf.dispose([changed, z, a, b]);
    generator.dispose();
  });

  it('downloads and loads its weights', async () => {
    const [one, two] = [Generator.create(config, new Random(1)), Generator.create(config, new Random(2))];
    two.load(await one.download());
    expect(await two.download()).toEqual(initialGeneratorWeights(config, new Random(1)));
    one.dispose();
    two.dispose();
  });

  it('leaves no tensor after 50 passes forward and backward, nor after its end', () => {
    const before = tf.memory().numTensors;
    const generator = Generator.create(config, new Random(1));
    const z = latents(6);
    const alive = tf.memory().numTensors;
    for (let i = 0; i < 50; i++) {
      const { value, grads } = tf.variableGrads(
        () => tf.mean(tf.square(tf.sub(generator.generate(z, [0, 1, 2, 3, 3, 3], [3, 3]), 0.5))) as tf.Scalar,
        Object.values(generator.variables),
      );
      tf.dispose([value, grads]);
      expect(tf.memory().numTensors).toBe(alive);
    }
    z.dispose();
    generator.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
