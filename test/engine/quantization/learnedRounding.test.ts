import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { betaAt, LearnedRounding, rectifiedSigmoid, undecided } from '../../../src/engine/quantization/learnedRounding';
import { NODE_BACKENDS, use } from '../backends';

const read = (compute: () => tf.Tensor) => tf.tidy(() => [...compute().dataSync()]);

describe.each(NODE_BACKENDS)('learned rounding on %s', (backend) => {
  beforeAll(() => use(backend));

  // Step 0.5, levels -2 to 1: -1, -0.5, 0, 0.5.
  const grid = () => ({ scale: tf.scalar(2), zero: tf.scalar(0), bits: 2 });
  const kernel = () => tf.tensor2d([0.1, -0.15, 0.45, -0.9, 2, -3], [2, 3]);

  it('begins as the kernel itself, up to the ends of the grid, and takes each weight up or down', () => {
    const before = tf.memory().numTensors;
    const [k, g] = [kernel(), grid()];
    const rounding = new LearnedRounding(k, g);
    const soft = read(() => rounding.kernel(rounding.choices()));
    [0.1, -0.15, 0.45, -0.9, 0.5, -1].forEach((value, i) => expect(soft[i]).toBeCloseTo(value, 5));
    expect(read(() => rounding.rounded())).toEqual([0, 0, 0.5, -1, 0.5, -1]);
    // The other way round: down where it was up, up where it was down.
    tf.tidy(() => rounding.v.assign(tf.tensor2d([3, -3, -3, 3, 3, -3], [2, 3])));
    expect(read(() => rounding.rounded())).toEqual([0.5, -0.5, 0, -0.5, 0.5, -1]);
    rounding.dispose();
    tf.dispose([k, g.scale, g.zero]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has the gradient of finite differences in V, and none where a level is not in the grid', () => {
    const [k, g] = [kernel(), grid()];
    const rounding = new LearnedRounding(k, g);
    const weights = tf.tensor2d([1, -2, 3, 0.5, 1, 1], [2, 3]);
    const loss = () =>
      tf.tidy(() => {
        const h = rounding.choices();
        return tf.add(tf.sum(tf.mul(rounding.kernel(h), weights)), tf.mul(undecided(h, 3), 0.1)) as tf.Scalar;
      });
    const { grads, value } = tf.variableGrads(loss, [rounding.v]);
    const gradient = grads[rounding.v.name].dataSync();
    const v = rounding.v.dataSync().slice();
    const at = (i: number, d: number) => {
      const moved = v.slice();
      moved[i] += d;
      tf.tidy(() => rounding.v.assign(tf.tensor2d(moved, [2, 3])));
      return tf.tidy(() => loss().dataSync()[0]);
    };
    const eps = 1e-2;
    for (let i = 0; i < 4; i++) {
      expect(Math.abs(gradient[i])).toBeGreaterThan(1e-3);
      expect(gradient[i]).toBeCloseTo((at(i, eps) - at(i, -eps)) / (2 * eps), 3);
    }
    // By hand, the first: h = 0.2, sigmoid 0.25, slope 1.2 x 0.25 x 0.75 = 0.225; d/dh = 1 / 2 + 0.1 x 6 x 0.6^2.
    expect(gradient[0]).toBeCloseTo(0.225 * (0.5 + 0.1 * 6 * 0.36), 4);
    tf.dispose([k, g.scale, g.zero, weights, grads, value]);
    rounding.dispose();
  });

  it('counts what is undecided: |2 h - 1|^beta, to the last as to the first exponent', () => {
    // h of 0.5 counts 1 at any beta, of 0.75 with beta 2: 1 - 0.25, of 1: nothing.
    expect(read(() => undecided(tf.tensor1d([0.5, 0.75, 1, 0]), 2))[0]).toBeCloseTo(1.75, 5);
    expect(read(() => undecided(tf.tensor1d([0.5, 0.75, 1, 0]), tf.scalar(2)))[0]).toBeCloseTo(1.75, 5);
    expect(read(() => rectifiedSigmoid(tf.tensor1d([0, -10, 10])))).toEqual([0.5, 0, 1]);
    const schedule = { steps: 100, beta: [20, 2] as const, warmUp: 0.2 };
    expect(betaAt(20, schedule)).toBeCloseTo(20, 9);
    expect(betaAt(60, schedule)).toBeCloseTo(11, 9);
    expect(betaAt(100, schedule)).toBeCloseTo(2, 9);
  });
});
