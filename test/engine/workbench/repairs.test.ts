import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DenseNode, Network, NetworkNode } from '../../../src/engine/network/types';
import { Student } from '../../../src/engine/quantization/student';
import { Random } from '../../../src/engine/random';
import { betaAt, inverseSigmoid, rectifiedSigmoid, undecided } from '../../../src/engine/quantization/learnedRounding';
import { ADA_ROUND, adaRound, roundKernel } from '../../../src/engine/workbench/repairs/adaRound';
import { biasCorrection } from '../../../src/engine/workbench/repairs/biasCorrection';
import { equalization, equalizingScale, layerPairs } from '../../../src/engine/workbench/repairs/equalization';
import { repair } from '../../../src/engine/workbench/repairs';
import { repairs } from '../../../src/engine/workbench/repairs/measure';
import { joinedImages } from '../../../src/engine/workbench/lookedImages';
import { createTrial } from '../../../src/engine/workbench/trial';
import { NODE_BACKENDS, use } from '../backends';
import { tinyNetwork } from '../training/tiny';
import { looked, tinyContext } from './source';

const told = async () => undefined;
const valuesOf = async (tensor: tf.Tensor) => Array.from(await tensor.data());
const SETTINGS = { weightBits: 2, activationBits: 8, weightGranularity: 'perTensor', firstLast: 'low' } as const;

/** Two layers of 1x1 convolutions by hand: [1, 1, 1, 2] and [1, 1, 2, 1], with a ReLU between. */
function handmade(first: number[], second: number[], biases: number[]): Network {
  const conv = (name: string, input: string): NetworkNode => ({
    name,
    op: 'conv2d',
    inputs: [input],
    kernel: `${name}/kernel`,
    bias: `${name}/bias`,
    strides: [1, 1],
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
  });
  const weight = (shape: number[], values: number[]) => ({ shape, values: Float32Array.from(values) });
  return {
    definition: {
      name: 'handmade',
      inputShape: [1, 1, 1],
      numClasses: 1,
      normalization: { mean: [0], std: [1] },
      nodes: [
        { name: 'image', op: 'input', inputs: [] },
        conv('one', 'image'),
        { name: 'relu', op: 'relu', inputs: ['one'] },
        conv('two', 'relu'),
        { name: 'logits', op: 'globalAveragePool', inputs: ['two'] },
      ],
    },
    weights: {
      'one/kernel': weight([1, 1, 1, 2], first),
      'one/bias': weight([2], biases),
      'two/kernel': weight([1, 1, 2, 1], second),
      'two/bias': weight([1], [0]),
    },
  };
}

describe.each(NODE_BACKENDS)('repairs on %s', (backend) => {
  beforeAll(() => use(backend));

  it('equalization: the paper’s scale, and like ranges afterwards', async () => {
    const [r1, r2] = [tf.tensor1d([8, 1, 0, 3]), tf.tensor1d([2, 4, 5, 0])];
    // sqrt(8 / 2), sqrt(1 / 4); channels of zeros stay.
    expect(await valuesOf(equalizingScale(r1, r2))).toEqual([2, 0.5, 1, 1]);
    const network = handmade([8, -1], [2, 4], [4, 1]);
    const student = new Student(network, SETTINGS);
    const images = tf.tensor4d([0.5, -2, 1, 3], [4, 1, 1, 1]);
    const before = await valuesOf(student.forwardWith(images, {}));
    const set = looked(images, network);
    expect(await equalization({ student, images: set, seed: 1, pause: told })).toEqual(['one', 'two']);
    set.dispose();
    expect(await valuesOf(student.variables['one/kernel'])).toEqual([4, -2]);
    expect(await valuesOf(student.variables['one/bias'])).toEqual([2, 2]);
    expect(await valuesOf(student.variables['two/kernel'])).toEqual([4, 2]);
    expect(await valuesOf(student.forwardWith(images, {}))).toEqual(before);
    student.dispose();
  });

  it('equalization: a network with BatchNorm and residuals computes the same at full precision', async () => {
    const student = new Student(tinyNetwork(), SETTINGS);
    const images = tf.randomNormal([6, 8, 8, 3], 0, 1, 'float32', 5) as tf.Tensor4D;
    const pairs = layerPairs(student.definition);
    expect(pairs.map(({ first, second }) => `${first.name} ${second.name}`)).toEqual(
      [1, 2, 3].map((stage) => `stage${stage}_block1_conv1 stage${stage}_block1_conv2`),
    );
    const before = await valuesOf(student.forwardWith(images, {}));
    const kernel = await valuesOf(student.variables[pairs[0].second.kernel]);
    const set = looked(images, tinyNetwork());
    await equalization({ student, images: set, seed: 1, pause: told });
    set.dispose();
    expect(await valuesOf(student.variables[pairs[0].second.kernel])).not.toEqual(kernel);
    (await valuesOf(student.forwardWith(images, {}))).forEach((value, i) => expect(value).toBeCloseTo(before[i], 3));
    student.dispose();
    images.dispose();
  });

  it('leave the weights of a layer that is used twice as they are', async () => {
    const network = handmade([8, -1], [2, 4], [4, 1]);
    const { nodes } = network.definition;
    // x -> one -> relu -> two -> one -> relu -> two: both layers a second time.
    const again = nodes.slice(1, 4).map((node, i) => ({
      ...node,
      name: `${node.name} again`,
      inputs: [i === 0 ? 'two' : `${nodes[i].name} again`],
    }));
    nodes.splice(4, 0, ...again);
    nodes[7].inputs = ['two again'];
    expect(layerPairs(network.definition)).toEqual([]);
    const student = new Student(network, {
      ...SETTINGS,
      layerBits: nodes.flatMap(({ op, name }) =>
        op === 'relu' ? [`activation:${encodeURIComponent(name)}=full`] : [],
      ),
    });
    const images = tf.tensor4d([0.5, -2, 1, 3], [4, 1, 1, 1]);
    const set = looked(images, network);
    const weights = (await student.snapshot()).weights;
    for (const mend of [equalization, biasCorrection, adaRound])
      expect(await mend({ student, images: set, seed: 1, pause: told })).toEqual([]);
    expect((await student.snapshot()).weights).toEqual(weights);
    tf.dispose([images]);
    set.dispose();
    student.dispose();
  });

  it('bias correction takes off what quantization shifts in the mean', async () => {
    // 2 bits over the kernel from -1 to 2: levels -1, 0, 1, 2; 0.4 becomes 0.
    const network = handmade([-1, 2], [0.4, 2], [0, 0]);
    const student = new Student(network, {
      ...SETTINGS,
      layerBits: ['weight:one=full', 'activation:relu=full'],
    });
    const grid = { scale: tf.scalar(1), zero: tf.scalar(1), bits: 2 };
    student.placeKernelGrid('two', grid);
    // ReLU(-x) and ReLU(2 x) of x = -2, 1: (2, 0) and (0, 2).
    const images = tf.tensor4d([-2, 1], [2, 1, 1, 1]);
    expect(await valuesOf(student.forwardWith(images, {}))).toEqual([0.4 * 2, 4].map(Math.fround));
    expect(await valuesOf(student.forward(images))).toEqual([0, 4]);
    const set = looked(images, network);
    expect(await biasCorrection({ student, images: set, seed: 1, pause: told })).toEqual(['two']);
    set.dispose();
    // The mean was 2.4 and is 2: 0.4 are added.
    expect((await valuesOf(student.variables['two/bias']))[0]).toBeCloseTo(0.4, 6);
    student.dispose();
    images.dispose();
  });

  it('bias correction through BatchNorm: every layer’s mean is that of full precision', async () => {
    const { context, run, done } = await tinyContext({ weightBits: 3, activationBits: 8 });
    await run.studentNow();
    const before = tf.memory().numTensors;
    const { student } = await createTrial(context);
    const set = joinedImages(context.source, 'calibration');
    const [batch] = set.batches;
    const images = (batch as () => tf.Tensor4D)();
    const mean = async (quantized: boolean) => {
      const logits = quantized ? student.forward(images) : student.forwardWith(images, {});
      const means = tf.mean(logits, 0);
      const values = await valuesOf(means);
      tf.dispose([logits, means]);
      return values;
    };
    const full = await mean(false);
    const distance = (of: number[]) => Math.hypot(...of.map((value, c) => value - full[c]));
    const plain = distance(await mean(true));
    await biasCorrection({ student, images: set, seed: 1, pause: told });
    // The last layer has a bias: its mean is exact.
    expect(plain).toBeGreaterThan(0.01);
    expect(distance(await mean(true))).toBeLessThan(1e-3 * plain);
    student.dispose();
    images.dispose();
    set.dispose();
    expect(tf.memory().numTensors).toBe(before);
    done();
  });

  it('AdaRound: the paper’s functions', async () => {
    const v = tf.tensor1d([-100, 0, 100]);
    expect(await valuesOf(rectifiedSigmoid(v))).toEqual([0, 0.5, 1]);
    const rests = [0, 0.25, 0.5, 0.9];
    const back = await valuesOf(rectifiedSigmoid(inverseSigmoid(tf.tensor1d(rests))));
    back.forEach((value, i) => expect(value).toBeCloseTo(rests[i], 5));
    expect(await valuesOf(undecided(tf.tensor1d([0, 1, 0.5]), 2))).toEqual([1]);
    // |2 0.75 - 1|^3 = 0.125.
    expect((await valuesOf(undecided(tf.tensor1d([0.75]), 3)))[0]).toBeCloseTo(0.875, 6);
    expect(betaAt(0.2 * ADA_ROUND.steps, ADA_ROUND)).toBeCloseTo(20, 9);
    expect(betaAt(0.6 * ADA_ROUND.steps, ADA_ROUND)).toBeCloseTo(11, 9);
    expect(betaAt(ADA_ROUND.steps, ADA_ROUND)).toBeCloseTo(2, 9);
  });

  it('AdaRound: rounds one of two weights up where their sum is what counts', async () => {
    const node: DenseNode = { name: 'sum', op: 'dense', inputs: ['x'], kernel: 'k' };
    const definition = handmade([1, 1], [1, 1], [0, 0]).definition;
    const kernel = tf.tensor2d([0.42, 0.41, -0.3], [3, 1]);
    const grid = { scale: tf.scalar(1), zero: tf.scalar(0), bits: 2 };
    // Always (1, 1, 0): the target is 0.83, nearest gives 0, and 1 is the best there is.
    const inputs = tf.tile(tf.tensor2d([[1, 1, 0]]), [4, 1]);
    const targets = tf.matMul(inputs, kernel);
    const before = tf.memory().numTensors;
    const rounded = await roundKernel(
      definition,
      node,
      kernel,
      grid,
      inputs,
      targets,
      new Random(2),
      { ...ADA_ROUND, steps: 600, learningRate: 0.02 },
      told,
    );
    expect(tf.memory().numTensors).toBe(before + 1);
    const [a, b, c] = await valuesOf(rounded);
    expect(a + b).toBe(1);
    // What the inputs say nothing about goes to the nearest level.
    expect(c + 0).toBe(0);
    tf.dispose([kernel, rounded, inputs, targets, grid.scale, grid.zero]);
  });
});

describe('on wasm', () => {
  beforeAll(() => use('wasm'));

  it('AdaRound leaves every weight on one of the two levels beside it, and the grids where they were', async () => {
    const { context, run, done } = await tinyContext({ weightBits: 3, activationBits: 8 });
    await run.studentNow();
    const before = tf.memory().numTensors;
    const [plain, { student }] = [(await createTrial(context)).student, await createTrial(context)];
    const nearest = await plain.quantizedWeights();
    const set = joinedImages(context.source, 'calibration');
    await repair(student, ['adaRound'], set, { ...context, pause: told });
    set.dispose();
    const learned = await student.quantizedWeights();
    let moved = 0;
    for (const [i, { node, integers, scale, zero }] of learned.entries()) {
      expect(scale).toEqual(nearest[i].scale);
      expect(zero).toEqual(nearest[i].zero);
      integers.forEach((integer, k) => {
        expect(Math.abs(integer - nearest[i].integers[k])).toBeLessThanOrEqual(1);
        moved += Number(integer !== nearest[i].integers[k]);
      });
      expect(node).toBe(nearest[i].node);
    }
    expect(moved).toBeGreaterThan(0);
    plain.dispose();
    student.dispose();
    expect(tf.memory().numTensors).toBe(before);
    done();
  });

  it('are measured each alone and all together, and leave nothing behind', async () => {
    const { context, run, fractions, done } = await tinyContext({ weightBits: 3, activationBits: 4 });
    await run.studentNow();
    const before = tf.memory().numTensors;
    const found = await repairs(context, { names: ['biasCorrection', 'equalization'], source: 'both', images: 60 });
    expect(tf.memory().numTensors).toBe(before);
    expect(found.rows.map(({ names }) => names.join())).toEqual([
      '',
      'equalization',
      'biasCorrection',
      'equalization,biasCorrection',
    ]);
    expect(found.images).toBe(20);
    expect(found.rows[0].changed).toBe(0);
    expect(found.rows[1].changed).toBe(6);
    expect(fractions.at(-1)).toBeCloseTo(1, 6);
    done();
  });
});
