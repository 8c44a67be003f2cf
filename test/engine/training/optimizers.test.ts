import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Adam, gradientsByKey, LARGE_VARIABLE, Sgd } from '../../../src/engine/training/optimizers';
import { values } from '../../cases/kernels';
import { NODE_BACKENDS, use } from '../backends';

const variable = (start: () => tf.Tensor): tf.Variable => tf.tidy(() => tf.variable(start()));

describe.each(NODE_BACKENDS)('optimizers on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each([
    ['Adam', (v: Record<string, tf.Variable>) => new Adam(v)],
    ['SGD with momentum', (v: Record<string, tf.Variable>) => new Sgd(v)],
    ['plain SGD', (v: Record<string, tf.Variable>) => new Sgd(v, { momentum: 0, weightDecay: 0, nesterov: false })],
  ])('%s: 200 steps leave no tensor and find the minimum', async (_, make) => {
    const before = tf.memory().numTensors;
    const target = tf.tensor2d(values(12, 3), [3, 4]);
    // The large variable, which has an update of its own, takes plain JavaScript too long.
    const size = backend === 'cpu' ? 5 : LARGE_VARIABLE + 1;
    const variables = {
      a: variable(() => tf.zeros([3, 4])),
      b: variable(() => tf.scalar(2)),
      large: variable(() => tf.ones([size])),
    };
    const optimizer = make(variables);
    const step = () =>
      tf.tidy(() => {
        const { grads } = tf.variableGrads(
          () =>
            tf.addN([
              tf.sum(tf.square(tf.sub(variables.a, target))),
              tf.square(variables.b),
              tf.sum(tf.square(variables.large)),
            ]) as tf.Scalar,
          Object.values(variables),
        );
        optimizer.apply(gradientsByKey(variables, grads), 0.03);
      });
    step();
    const inside = tf.memory().numTensors;
    for (let i = 1; i < 200; i++) step();
    expect(tf.memory().numTensors).toBe(inside);
    expect(optimizer.steps).toBe(200);
    const [a, b, large] = await Promise.all(Object.values(variables).map((v) => v.data()));
    values(12, 3).forEach((v, i) => expect(a[i]).toBeCloseTo(v, 2));
    expect(b[0]).toBeCloseTo(0, 2);
    expect(large[size - 1]).toBeCloseTo(0, 2);
    optimizer.dispose();
    tf.dispose([target, ...Object.values(variables)]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('Adam goes the way of tf.train.adam, whose epsilon stands at the same place', async () => {
    const start = values(7, 1);
    const [mine, theirs] = [0, 1].map(() => variable(() => tf.tensor1d(start)));
    const optimizer = new Adam({ x: mine }, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
    const other = tf.train.adam(0.01, 0.9, 0.999, 1e-8);
    for (let i = 0; i < 10; i++) {
      const g = tf.tensor1d(values(7, 10 + i));
      optimizer.apply({ x: g }, 0.01);
      other.applyGradients([{ name: theirs.name, tensor: g }]);
      g.dispose();
    }
    const [a, b] = await Promise.all([mine.data(), theirs.data()]);
    a.forEach((v, i) => expect(v).toBeCloseTo(b[i], 5));
    optimizer.dispose();
    other.dispose();
    tf.dispose([mine, theirs]);
  });

  it('updates every variable, however they are grouped', async () => {
    // 12 of 2000 values fill more than one group on wasm; large and small ones alternate.
    const sizes = Array.from({ length: 24 }, (_, i) => (i % 2 ? 2000 : [1, 3000, 7][i % 3]));
    const variables = Object.fromEntries(
      sizes.map((size, i) => [`v${i}`, variable(() => tf.tensor1d(values(size, i + 1)))]),
    );
    const gradients = Object.fromEntries(sizes.map((size, i) => [`v${i}`, tf.tensor1d(values(size, i + 50))]));
    const optimizer = new Sgd(variables, { momentum: 0.9, weightDecay: 0, nesterov: false });
    optimizer.apply(gradients, 0.5);
    const { state } = await optimizer.snapshot();
    for (const [i, size] of sizes.entries()) {
      const [p, g] = [values(size, i + 1), values(size, i + 50)];
      const after = await variables[`v${i}`].data();
      const momentum = state.momentum[`v${i}`];
      expect(Math.max(...p.map((v, k) => Math.abs(after[k] - (v - 0.5 * g[k]))))).toBeLessThan(1e-6);
      expect(Math.max(...g.map((v, k) => Math.abs(momentum[k] - v)))).toBeLessThan(1e-6);
    }
    optimizer.dispose();
    tf.dispose([variables, gradients]);
  });

  it('names the variable without a gradient, and changes nothing then', async () => {
    const variables = { a: variable(() => tf.scalar(1)), b: variable(() => tf.scalar(2)) };
    const optimizer = new Sgd(variables);
    const g = tf.scalar(1);
    expect(() => optimizer.apply({ a: g }, 0.1)).toThrow("no gradient for 'b'");
    expect(optimizer.steps).toBe(0);
    expect((await variables.a.data())[0]).toBe(1);
    const adam = new Adam(variables);
    const wrong = await adam.snapshot();
    expect(() => optimizer.restore(wrong)).toThrow("no momentum of 1 values for 'a'");
    optimizer.dispose();
    adam.dispose();
    tf.dispose([g, ...Object.values(variables)]);
  });
});
