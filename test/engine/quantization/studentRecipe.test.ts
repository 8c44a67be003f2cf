/**
 * What a student may do beyond the authors' program: masked gradients, narrower and better kernel grids, learned step
 * sizes.
 */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { channelRange, dequantize, quantizationGrid, quantize } from '../../../src/engine/kernels/fakeQuantize';
import { studentLosses } from '../../../src/engine/losses/studentLosses';
import type { Conv2dNode, DenseNode } from '../../../src/engine/network/types';
import { isWeighted, type GridSettings } from '../../../src/engine/quantization/plan';
import { Student } from '../../../src/engine/quantization/student';
import { Sgd } from '../../../src/engine/training/optimizers';
import { tinyNetwork, type TinyFixture } from '../../cases/fixtures';
import { tinyImages } from '../../cases/student';
import reference from '../../fixtures/student.json';
import tiny from '../../fixtures/tiny_network.json';
import { NODE_BACKENDS, use } from '../backends';

const fixture = tiny as unknown as TinyFixture;
const network = tinyNetwork(fixture);
const ranges = Object.fromEntries(
  Object.entries(reference.activation_ranges).map(([node, [lo, hi]]) => [node, { lo, hi }]),
);
const weighted = network.definition.nodes.filter(isWeighted);

const RECIPES: [string, GridSettings][] = [
  ['masked gradients', { clippedGradient: 'mask' }],
  ['three quarters of smallest to largest', { clippedGradient: 'mask', weightRangeShare: 0.75 }],
  ['kernel grids of least squared error', { clippedGradient: 'mask', weightRange: 'mse' }],
  ['learned step sizes', { stepSizes: 'learned' }],
  ['learned step sizes from three quarters', { stepSizes: 'learned', weightRangeShare: 0.75 }],
  ['learned step sizes from grids of least squared error', { stepSizes: 'learned', weightRange: 'mse' }],
];

function make(recipe: GridSettings, bits = 3, weightGranularity: 'perChannel' | 'perTensor' = 'perChannel'): Student {
  const student = new Student(network, {
    weightBits: bits,
    activationBits: bits,
    weightGranularity,
    firstLast: 'low',
    ...recipe,
  });
  student.setRanges(ranges);
  return student;
}

async function read(compute: () => tf.Tensor): Promise<Float32Array> {
  const tensor = tf.tidy(compute);
  const values = Float32Array.from(await tensor.data());
  tensor.dispose();
  return values;
}

const logitsOf = (student: Student) => read(() => student.forward(tinyImages()));

/** The kernel as a forward pass uses it. */
const used = (student: Student, node: Conv2dNode | DenseNode) =>
  read(() => student.hooks().kernel!(node, student.variables[node.kernel]));

/** Kernels, biases, ... and step sizes, by keys of their own. */
function trained(student: Student): Record<string, tf.Variable> {
  const steps = Object.entries(student.stepRatios).map(([node, ratio]) => [`step of ${node}`, ratio] as const);
  return { ...student.variables, ...Object.fromEntries(steps) };
}

/** Steps of training against the teacher's logits. @returns the losses */
async function train(student: Student, steps: number, learningRate = 1e-4): Promise<number[]> {
  const variables = trained(student);
  const optimizer = new Sgd(variables, { momentum: 0.9, weightDecay: 0, nesterov: true });
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const loss = await read(() => {
      const teacher = tf.tensor(fixture.logits.data, [fixture.labels.length, fixture.classes]) as tf.Tensor2D;
      const labels = tf.tensor1d(fixture.labels, 'int32');
      const { value, grads } = tf.variableGrads(
        () => studentLosses(student.forward(tinyImages()), teacher, labels, 20, 20).total,
        student.trainable,
      );
      optimizer.apply(
        Object.fromEntries(Object.entries(variables).map(([key, variable]) => [key, grads[variable.name]])),
        learningRate,
        0.01,
      );
      return value;
    });
    losses.push(loss[0]);
  }
  optimizer.dispose();
  return losses;
}

describe.each(NODE_BACKENDS)('on %s', (backend) => {
  beforeAll(() => use(backend));
  let before = 0;
  beforeEach(() => {
    before = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(before);
  });

  describe.each(RECIPES)('a student with %s', (_, recipe) => {
    it('is trained: its loss falls, it keeps no tensor, and everything that is trained moves', async () => {
      const student = make(recipe);
      const start = await student.snapshot();
      const inside = tf.memory().numTensors;
      const losses = await train(student, 12);
      expect(tf.memory().numTensors).toBe(inside);
      expect(losses.every(Number.isFinite)).toBe(true);
      expect(losses[11]).toBeLessThan(losses[0]);
      const end = await student.snapshot();
      for (const [key, values] of Object.entries(start.weights)) expect(end.weights[key], key).not.toEqual(values);
      expect(Object.keys(end.steps ?? {})).toHaveLength(
        recipe.stepSizes === 'learned' ? weighted.length + Object.keys(ranges).length : 0,
      );
      for (const [node, values] of Object.entries(start.steps ?? {})) {
        expect(new Set(values)).toEqual(new Set([1]));
        expect(end.steps![node], node).not.toEqual(values);
      }
      student.dispose();
    });

    it('goes on from a snapshot as if nothing had happened, here and in a fresh student', async () => {
      const student = make(recipe);
      await train(student, 3);
      const snapshot = structuredClone(await student.snapshot());
      const [logits, itsRanges] = [await logitsOf(student), await student.ranges()];
      const after = await train(student, 3);
      expect(await logitsOf(student)).not.toEqual(logits);
      const fresh = make(recipe);
      for (const each of [student, fresh]) {
        const inside = tf.memory().numTensors;
        each.restore(structuredClone(snapshot));
        expect(tf.memory().numTensors).toBe(inside);
        expect(await logitsOf(each)).toEqual(logits);
        expect(await each.ranges()).toEqual(itsRanges);
        expect(await each.snapshot()).toEqual(snapshot);
        expect(await train(each, 3)).toEqual(after);
      }
      student.dispose();
      fresh.dispose();
    });

    it('shows kernels as integers that stand for exactly what a forward pass uses', async () => {
      for (const granularity of ['perChannel', 'perTensor'] as const) {
        const student = make(recipe, 3, granularity);
        await train(student, 2);
        const kernels = await student.quantizedWeights();
        expect(kernels.map(({ node }) => node)).toEqual(weighted.map(({ name }) => name));
        for (const [k, { bits, integers, scale, zero }] of kernels.entries()) {
          const half = 2 ** (bits - 1);
          expect(integers.every((q) => q >= -half && q < half)).toBe(true);
          expect(zero.every(Number.isInteger)).toBe(true);
          const values = await used(student, weighted[k]);
          integers.forEach((q, i) => {
            const c = i % scale.length;
            // + 0: a level of 0 may come out as -0.
            expect(values[i] + 0).toBe(Math.fround((q + zero[c]) / scale[c]) + 0);
          });
        }
        student.dispose();
      }
    });
  });

  // By hand: what is left out falls as 3 / (2^bits - 1).
  it.each([
    [2, 0.75],
    [3, 1 - 0.75 / 7],
    [8, 1 - 0.25 / 85],
  ])('at %i bits a share of 0.75 spans %d of smallest to largest', async (bits, share) => {
    const student = make({ weightRangeShare: 0.75 }, bits);
    for (const node of weighted.filter(({ op }) => op !== 'depthwiseConv2d')) {
      const kernel = student.variables[node.kernel];
      const expected = await read(() => {
        const { lo, hi } = channelRange(kernel, [kernel.shape[kernel.shape.length - 1]]);
        const grid = quantizationGrid(tf.mul(lo, share), tf.mul(hi, share), bits);
        return dequantize(quantize(kernel, grid), grid);
      });
      const values = await used(student, node);
      values.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
    }
    student.dispose();
  });

  it('what a narrower grid clips gets no gradient where that is masked, and all of it where it passes', async () => {
    const node = weighted.find(({ name }) => name === 'fc')!;
    for (const clippedGradient of ['mask', 'pass'] as const) {
      const student = make({ weightRangeShare: 0.5, clippedGradient }, 2);
      const kernel = student.variables[node.kernel];
      const gradient = await read(() =>
        tf.grad((w) => tf.sum(student.hooks().kernel!(node, w as tf.Tensor4D)))(tf.clone(kernel)),
      );
      const [values, levels] = [await kernel.data(), await used(student, node)];
      const steps = await student.quantizedWeights();
      const { scale } = steps.find((each) => each.node === 'fc')!;
      let clipped = 0;
      values.forEach((value, i) => {
        const outside = Math.abs(value - levels[i]) * scale[i % scale.length] > 0.5001;
        clipped += Number(outside);
        expect(gradient[i]).toBe(outside && clippedGradient === 'mask' ? 0 : 1);
      });
      // A test of both sides: some values are clipped, some are not.
      expect(clipped).toBeGreaterThan(5);
      expect(clipped).toBeLessThan(values.length - 5);
      student.dispose();
    }
  });

  it('grids of least squared error leave less error in every kernel than smallest to largest does, and stay where they are', async () => {
    const [mse, minMax] = [make({ weightRange: 'mse' }, 2), make({}, 2)];
    const errors = async (student: Student) =>
      Promise.all(
        weighted.map(async (node) => {
          const values = await used(student, node);
          return network.weights[node.kernel].values.reduce((sum, v, i) => sum + (v - values[i]) ** 2, 0);
        }),
      );
    const [own, full] = [await errors(mse), await errors(minMax)];
    own.forEach((error, i) => expect(error).toBeLessThan(full[i]));
    const gridOf = async (student: Student) =>
      (await student.quantizedWeights()).map(({ scale, zero }) => [Array.from(scale), Array.from(zero)]);
    const [first, other] = [await gridOf(mse), await gridOf(minMax)];
    await train(mse, 3);
    await train(minMax, 3);
    expect(await gridOf(mse)).toEqual(first);
    expect(await gridOf(minMax)).not.toEqual(other);
    mse.dispose();
    minMax.dispose();
  });

  it('ranges are those of the learned grid, and begin anew where they are set', async () => {
    const student = make({ stepSizes: 'learned' }, 3);
    const [start, fixed] = [await student.ranges(), make({}, 3)];
    for (const [node, { lo, hi }] of Object.entries(ranges)) {
      // The grid's own ends: a whole number of steps from 0.
      const step = (hi - lo) / 7;
      expect(start[node].lo).toBeCloseTo(Math.round(lo / step) * step, 5);
      expect(start[node].hi).toBeCloseTo((Math.round(lo / step) + 7) * step, 5);
    }
    expect(await logitsOf(student)).toEqual(await logitsOf(fixed));
    const [first, second] = Object.keys(ranges);
    tf.tidy(() => student.stepRatios[first].assign(tf.scalar(1.5)));
    const wider = await student.ranges();
    expect(wider[first].hi / start[first].hi).toBeCloseTo(1.5, 5);
    expect(wider[second]).toEqual(start[second]);
    expect(await logitsOf(student)).not.toEqual(await logitsOf(fixed));
    student.setRanges({ ...ranges, [second]: { lo: 0, hi: 2 } });
    const anew = await student.ranges();
    expect(anew[first]).toEqual(start[first]);
    expect(anew[second].lo).toBe(0);
    expect(anew[second].hi).toBeCloseTo(2, 5);
    student.dispose();
    fixed.dispose();
  });

  it('a snapshot without the step sizes is refused, and before any calibration there are the kernels’ only', async () => {
    const student = make({ stepSizes: 'learned' });
    const { steps: _, ...without } = await student.snapshot();
    expect(() => student.restore(without)).toThrow('no step sizes of');
    student.restore({ ...(await student.snapshot()), ranges: {} });
    expect(Object.keys(student.stepRatios)).toEqual(weighted.map(({ name }) => name));
    expect(await student.ranges()).toEqual({});
    student.dispose();
  });
});
