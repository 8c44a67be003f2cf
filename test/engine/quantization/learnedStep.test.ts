import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import {
  dequantize,
  quantizationGrid,
  quantize,
  type QuantizationGrid,
} from '../../../src/engine/kernels/fakeQuantize';
import { LearnedStep, SMALLEST_RATIO } from '../../../src/engine/quantization/learnedStep';
import { values } from '../../cases/kernels';
import { NODE_BACKENDS, use } from '../backends';

async function read(make: () => tf.Tensor): Promise<number[]> {
  const tensor = tf.tidy(make);
  const data = Array.from(await tensor.data());
  tensor.dispose();
  return data;
}

/** Steps of these sizes, at 2 bits levels -2 to 1: what is given to a LearnedStep stays the test's. */
function learned(steps: number[], sharing: number, largest = 1, bits = 2): LearnedStep {
  const grid = gridOf(steps, bits);
  const step = new LearnedStep(grid, sharing, largest);
  tf.dispose([grid.scale, grid.zero]);
  return step;
}

function gridOf(steps: number[], bits = 2): QuantizationGrid {
  const shape = steps.length === 1 ? [] : [steps.length];
  return {
    scale: tf.tidy(() => tf.div(1, tf.tensor(steps, shape))),
    zero: tf.zeros(shape),
    bits,
  };
}

const setRatio = (step: LearnedStep, ratio: number[]) =>
  tf.tidy(() => step.ratio.assign(tf.tensor(ratio, step.ratio.shape)));

describe.each(NODE_BACKENDS)('a learned step on %s', (backend) => {
  beforeAll(() => use(backend));
  let before = 0;
  beforeEach(() => {
    before = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has the ratio 1 at first and quantizes as the grid that it begins at', async () => {
    const x = tf.tensor(values(60, 3), [10, 6]);
    const lo = tf.tensor1d([-1, -0.8, -0.6, -0.9, -0.5, -0.7]);
    const grid = tf.tidy(() => {
      const made = quantizationGrid(lo, tf.neg(lo), 3);
      return { ...made, scale: tf.keep(made.scale), zero: tf.keep(made.zero) };
    });
    const step = new LearnedStep(grid, 10, 3);
    expect(Array.from(await step.ratio.data())).toEqual([1, 1, 1, 1, 1, 1]);
    const expected = await read(() => dequantize(quantize(x, grid), grid));
    (await read(() => step.quantize(x))).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
    const own = tf.tidy(() => {
      const made = step.grid();
      return { scale: tf.keep(made.scale), zero: tf.keep(made.zero), bits: made.bits };
    });
    const scale = await grid.scale.data();
    (await own.scale.data()).forEach((value, i) => expect(value / scale[i]).toBeCloseTo(1, 6));
    expect(Array.from(await own.zero.data())).toEqual(Array.from(await grid.zero.data()));
    expect(own.bits).toBe(3);
    step.dispose();
    tf.dispose([x, lo, grid.scale, grid.zero, own.scale, own.zero]);
  });

  it('has the gradient of LSQ, scaled by 1 / sqrt(N Qp) and by where it began', async () => {
    const step = learned([0.5], 3, 1);
    const x = tf.tensor1d([0.3, -0.6, 2]);
    const dy = tf.tensor1d([1, 2, 3]);
    const gradients = () =>
      tf.tidy(() =>
        tf
          .grads((v) => step.quantize(v))([x], dy)
          .concat(
            Object.values(
              tf.variableGrads(() => tf.sum(tf.mul(dy, step.quantize(x))) as tf.Scalar, [step.ratio]).grads,
            ),
          ),
      );
    const [dx, dRatio] = gradients();
    // x / step = 0.6, -1.2, 4: at the levels 1, -1 and, clipped, 1. d/dstep = 1 - 0.6, -1 + 1.2 and 1.
    const dStep = 1 * 0.4 + 2 * 0.2 + 3 * 1;
    expect(Array.from(await dx.data())).toEqual([1, 2, 0]);
    expect((await dRatio.data())[0]).toBeCloseTo(dStep / Math.sqrt(3 * 1) / 0.5, 5);
    step.dispose();
    tf.dispose([x, dy, dx, dRatio]);
  });

  it("has each channel's own gradient, and Qp counts", async () => {
    // Values 0, 2, 4 in the channel of step 0.5; 1, 3, 5 in that of step 2; all inside 4 bits.
    const x = tf.tensor([0.3, 1, -0.6, -3, 0.9, 5], [3, 2]);
    const step = learned([0.5, 2], 3, 7, 4);
    const [dRatio] = tf.tidy(() =>
      Object.values(tf.variableGrads(() => tf.sum(step.quantize(x)) as tf.Scalar, [step.ratio]).grads),
    );
    // Level minus place: 1 - 0.6, -1 + 1.2, 2 - 1.8; and 0 - 0.5 (half to even), -2 + 1.5, 2 - 2.5.
    const expected = [(0.4 + 0.2 + 0.2) / 0.5, (-0.5 - 0.5 - 0.5) / 2].map((each) => each / Math.sqrt(3 * 7));
    (await dRatio.data()).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
    step.dispose();
    tf.dispose([x, dRatio]);
  });

  it('never becomes smaller than a share of where it began, and finds its way back from there', async () => {
    const step = learned([0.5, 2], 1);
    setRatio(step, [-3, 0.2]);
    const scale = await read(() => step.grid().scale);
    expect(scale[0]).toBeCloseTo(1 / (0.5 * SMALLEST_RATIO), 3);
    expect(scale[1]).toBeCloseTo(1 / (2 * 0.2), 5);
    // Levels -2 to 1.
    const quantized = await read(() => step.quantize(tf.tensor([9, 9, -9, -9], [2, 2])));
    [0.5 * SMALLEST_RATIO, 0.4, -SMALLEST_RATIO, -0.8].forEach((value, i) =>
      expect(quantized[i]).toBeCloseTo(value, 6),
    );
    const x = tf.tensor([9, 9], [1, 2]);
    const [gradient] = tf.tidy(() =>
      Object.values(tf.variableGrads(() => tf.sum(step.quantize(x)) as tf.Scalar, [step.ratio]).grads),
    );
    // Both are clipped at level 1: the same as anywhere else.
    const [own, other] = await gradient.data();
    expect(own).toBeCloseTo(1 / 0.5, 5);
    expect(other).toBeCloseTo(1 / 2, 5);
    step.dispose();
    tf.dispose([x, gradient]);
  });

  it('stays the same variable when it is moved to another grid, at 1', async () => {
    const step = learned([0.5, 2], 4);
    const { ratio } = step;
    setRatio(step, [0.5, 3]);
    const inside = tf.memory().numTensors;
    tf.tidy(() => step.moveTo(gridOf([0.25, 8])));
    expect(tf.memory().numTensors).toBe(inside);
    expect(step.ratio).toBe(ratio);
    expect(ratio.isDisposed).toBe(false);
    expect(Array.from(await ratio.data())).toEqual([1, 1]);
    expect(await read(() => step.grid().scale)).toEqual([4, 0.125]);
    // The gradient's scale moves with it: 1 / sqrt(4) / start.
    const x = tf.tensor([9, 99], [1, 2]);
    const [gradient] = tf.tidy(() =>
      Object.values(tf.variableGrads(() => tf.sum(step.quantize(x)) as tf.Scalar, [ratio]).grads),
    );
    const [first, second] = await gradient.data();
    expect(first).toBeCloseTo(0.5 / 0.25, 5);
    expect(second).toBeCloseTo(0.5 / 8, 5);
    step.dispose();
    expect(ratio.isDisposed).toBe(true);
    tf.dispose([x, gradient]);
  });

  it('that is no number gives no numbers', async () => {
    const step = learned([0.5, 2], 1);
    setRatio(step, [NaN, 1]);
    const quantized = await read(() => step.quantize(tf.tensor([0.3, 0.3, 9, 9], [2, 2])));
    expect(quantized.map(Number.isNaN)).toEqual([true, false, true, false]);
    step.dispose();
  });
});
