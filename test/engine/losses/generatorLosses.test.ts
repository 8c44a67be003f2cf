import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  averagingMatrix,
  BnsTable,
  networkLayout,
  poolStatistics,
  runningStatistics,
  statisticsLayout,
  statisticsTap,
} from '../../../src/engine/bns/statistics';
import { Generator } from '../../../src/engine/generator/generator';
import { oneHotLabels } from '../../../src/engine/kernels/oneHotLabels';
import { expectedDistorted, UNTRUSTED_FLOOR } from '../../../src/engine/losses/distortedFloor';
import { distortedTerm, drawDistortion, termWeights } from '../../../src/engine/losses/generatorLosses';
import {
  columnWeights,
  defaultStartLayer,
  GeneratorTargets,
  uniformScales,
} from '../../../src/engine/losses/generatorTargets';
import { forward, uploadWeights } from '../../../src/engine/network/executor';
import { Random } from '../../../src/engine/random';
import type { RunSettings } from '../../../src/engine/runSettings';
import { tinyNetwork, type TinyFixture } from '../../cases/fixtures';
import { aimAt, lossOf } from '../../cases/lossOf';
import tinyJson from '../../fixtures/tiny_network.json';
import { NODE_BACKENDS, use } from '../backends';

const network = tinyNetwork(tinyJson as unknown as TinyFixture);

it("starts where the program starts: the last 12 of ResNet-18's 20 layers", () => {
  expect(defaultStartLayer(20)).toBe(8);
  expect(defaultStartLayer(19)).toBe(8);
  expect(defaultStartLayer(7)).toBe(2);
  expect([1, 2, 3].map(defaultStartLayer)).toEqual([0, 0, 0]);
});

it("columns weigh 1 / (channels x layers), each layer's means and variances adding up to 2 / layers", () => {
  const layout = statisticsLayout([2, 4, 1]);
  expect(Array.from(columnWeights(layout, 1))).toEqual([0, 0, 0, 0, ...new Array(8).fill(1 / 8), 1 / 2, 1 / 2]);
  const sum = columnWeights(layout).reduce((a, b) => a + b, 0);
  expect(sum).toBeCloseTo(2, 6);
  expect(() => columnWeights(layout, 3)).toThrow(/no BatchNorm layer 3: the network has 3/);
  expect(() => columnWeights(layout, -1)).toThrow(RangeError);
});

it('distortion is normal noise, scaled on means and variances each by its own', () => {
  const layout = statisticsLayout([5000, 5000]);
  const noise = drawDistortion(uniformScales(layout, 0.5, 1.5), new Random(1));
  const deviation = (from: number) =>
    Math.sqrt(noise.subarray(from, from + 5000).reduce((sum, v) => sum + v * v, 0) / 5000);
  // 5000 draws: a standard error of 1 %.
  for (const from of [0, 10000]) expect(deviation(from) / 0.5).toBeCloseTo(1, 1);
  for (const from of [5000, 15000]) expect(deviation(from) / 1.5).toBeCloseTo(1, 1);
  const without = drawDistortion(uniformScales(layout, 0, 1.5), new Random(1));
  expect(Array.from(without.subarray(0, 5000)).every((v) => v === 0)).toBe(true);
  expect(without.subarray(5000, 10000)).toEqual(noise.subarray(5000, 10000));
});

it('a term that is switched off has no weight', () => {
  const settings = {
    ceMixedEnabled: true,
    ceMixedWeight: 0.5,
    bnsEnabled: false,
    bnsWeight: 0.2,
    distortedEnabled: true,
    distortedWeight: 0,
    ceSingleEnabled: false,
    ceSingleWeight: 0.5,
    centralizedEnabled: true,
    centralizedWeight: 0.01,
  } as RunSettings;
  expect(termWeights(settings)).toEqual({
    ceMixed: 0.5,
    bns: null,
    distorted: 0,
    ceSingle: null,
    contrast: null,
    centralized: 0.01,
  });
});

describe('the expected distorted term', () => {
  it('is the centralized term plus the floor', () => {
    // A batch at distance 0.5 in every mean and 1 in every variance: C = 0.25 + 1.
    expect(expectedDistorted(1.25, 0.5, 1)).toBe(2.5);
    expect(expectedDistorted(0.36, 0, 0)).toBe(0.36);
    // Noise that is one standard deviation up or down, equally often, has the normal's mean and variance.
    const [batch, center, sigma] = [1.7, 0.9, 0.5];
    const average = ((batch - center - sigma) ** 2 + (batch - center + sigma) ** 2) / 2;
    expect(expectedDistorted((batch - center) ** 2, sigma, 0)).toBeCloseTo(average, 12);
  });
});

describe.each(NODE_BACKENDS)('on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each([
    ['as in the paper', { scaled: false, measured: false }],
    ['with scaled distances', { scaled: true, measured: false }],
    ['with measured noise', { scaled: false, measured: true }],
    ['with measured noise and scaled distances', { scaled: true, measured: true }],
  ])('the distorted term of a batch on its centre is the floor, on average: %s', async (_, { scaled, measured }) => {
    const layout = statisticsLayout([64, 256, 32]);
    const centers = new BnsTable(
      2,
      layout.channels.map((channels) => ({
        channels,
        values: new Random(channels).fillNormal(new Float32Array(4 * channels)),
      })),
    );
    const running = new BnsTable(
      1,
      layout.channels.map((channels) => ({
        channels,
        values: new Random(channels)
          .fillNormal(new Float32Array(2 * channels))
          .map((v, k) => (k < channels ? v : 0.5 + v * v)),
      })),
    );
    const scatter = new Random(5).fillNormal(new Float32Array(layout.size)).map(Math.abs);
    const targets = new GeneratorTargets(running, centers, 1, { scaled, scatter: measured ? scatter : undefined });
    const random = new Random(3);
    const average = async (row: Float32Array, trusted: boolean, scales: Float32Array) => {
      let sum = 0;
      for (let i = 0; i < 100; i++) {
        const term = tf.tidy(() =>
          distortedTerm(
            tf.tensor2d(row, [1, layout.size]),
            targets,
            aimAt(targets, {
              index: 1,
              trusted,
              noise: tf.tensor2d(drawDistortion(scales, random), [1, layout.size]),
            }),
          ),
        );
        sum += (await term.data())[0] / 100;
        term.dispose();
      }
      return sum;
    };
    // 100 times a mean over at least 32 + 32 squared normals: a standard error below 2 %.
    const scales = targets.distortionScales(0.5, 1);
    const onCenter = await average(centers.select([1]).pack(), true, scales);
    const floor = targets.distortedFloor(scales);
    if (measured) expect(scales).toEqual(scatter);
    else if (!scaled) expect(floor).toBeCloseTo(0.25 + 1, 6);
    // Scaled, a few channels with small variances count most: fewer squares to average over.
    expect(Math.abs(onCenter / floor - 1)).toBeLessThan(scaled ? 0.2 : 0.08);
    const atZero = await average(new Float32Array(layout.size), false, uniformScales(layout, 1, 1));
    expect(Math.abs(atZero / UNTRUSTED_FLOOR - 1)).toBeLessThan(0.08);
    targets.dispose();
  });

  it('leaves no tensor after 50 steps of generator, teacher and loss', () => {
    const before = tf.memory().numTensors;
    const layout = networkLayout(network);
    const weights = uploadWeights(network);
    const generator = Generator.create(
      { latentDim: 6, channels: 4, imageSize: 8, imageChannels: 3, numClasses: 5 },
      new Random(1),
    );
    const running = runningStatistics(network);
    const targets = new GeneratorTargets(
      running,
      BnsTable.concat([running, running, running, running, running]),
      defaultStartLayer(7),
    );
    const random = new Random(2);
    const on = { ceMixed: 0.5, bns: 0.2, distorted: 0.9, ceSingle: 0.5, centralized: 0.01, contrast: 1 };
    // Made once, outside of a step.
    expect(targets.place().centers.shape).toEqual([5, layout.size]);
    const alive = tf.memory().numTensors;
    for (let i = 0; i < 50; i++) {
      const labels = [0, 1, 2, 3, i % 5, i % 5, i % 5, i % 5];
      const z = tf.tensor2d(random.fillNormal(new Float32Array(8 * 6)), [8, 6]);
      const noise = tf.tensor2d(drawDistortion(uniformScales(layout, 0.5, 1), random), [1, layout.size]);
      const averaging = tf.tensor2d(averagingMatrix([4, 4]), [2, 8]);
      const { value, grads } = tf.variableGrads(() => {
        const { statistics, packed } = statisticsTap();
        const logits = forward(network.definition, weights, generator.generate(z, labels, [4, 4]), { statistics });
        const pooled = poolStatistics(packed(), averaging, layout);
        const view = (g: number) => ({
          logits: tf.slice(logits, [4 * g, 0], [4, -1]),
          labels: oneHotLabels(labels.slice(4 * g, 4 * g + 4), 5),
          statistics: tf.slice(pooled, [g, 0], [1, -1]),
        });
        return lossOf(view(0), view(1), targets, [{ index: i % 5, noise, trusted: i % 2 === 0 }], on, 0.1).total;
      }, Object.values(generator.variables));
      tf.dispose([value, grads, z, noise, averaging]);
      expect(tf.memory().numTensors).toBe(alive);
    }
    targets.dispose();
    generator.dispose();
    tf.dispose(weights);
    expect(tf.memory().numTensors).toBe(before);
  });
});
