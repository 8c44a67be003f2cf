/** Optimizers and schedules against PyTorch. */
import * as tf from '@tensorflow/tfjs-core';
import { Adam, LARGE_VARIABLE, Sgd } from '../../src/engine/training/optimizers';
import { cosineFactor, multiStepFactor } from '../../src/engine/training/schedules';
import optimizers from '../fixtures/optimizers.json';
import type { Case, Comparison } from './case';
import { values } from './kernels';

type Rule = (variables: Record<string, tf.Variable>) => Adam | Sgd;

/**
 * The six numbers of the fixture as variables of 2, 1 and 3 elements, and again inside a variable that is too large to
 * share a launch: both ways must go PyTorch's way.
 */
function vectorCase(name: string, make: Rule, learningRate: number, expected: { data: number[] }[]): Case {
  return {
    name: `${name}: four steps equal PyTorch's`,
    async run() {
      const large = (data: number[]) => {
        const padded = new Float32Array(LARGE_VARIABLE + 6);
        padded.set(data);
        return padded;
      };
      const parts = (data: number[]): Record<string, tf.Tensor> => ({
        a: tf.tensor(data.slice(0, 2), [2, 1]),
        b: tf.tensor(data.slice(2, 3), []),
        c: tf.tensor(data.slice(3), [1, 3]),
        d: tf.tensor(large(data)),
      });
      const start = parts(optimizers.start.data);
      const variables = Object.fromEntries(Object.entries(start).map(([key, t]) => [key, tf.variable(t)]));
      tf.dispose(start);
      const optimizer = make(variables);
      const comparisons: Comparison[] = [];
      for (const [i, gradient] of optimizers.gradients.entries()) {
        const gradients = parts(gradient.data);
        optimizer.apply(gradients, learningRate);
        tf.dispose(gradients);
        const actual: number[] = [];
        for (const key of ['a', 'b', 'c']) actual.push(...(await variables[key].data()));
        const alone = (await variables.d.data()).slice(0, 6);
        for (const [kind, got] of Object.entries({ together: actual, alone })) {
          comparisons.push({
            name: `step ${i + 1}, ${kind}`,
            actual: got,
            expected: expected[i].data,
            absolute: 3e-7,
            relative: 3e-7,
          });
        }
      }
      optimizer.dispose();
      tf.dispose(variables);
      return comparisons;
    },
  };
}

function resumeCase(name: string, make: Rule): Case {
  return {
    name: `${name}: a restored snapshot goes on as if nothing had happened`,
    async run() {
      const shapes: Record<string, number[]> = { first: [3, 5], second: [4], third: [2, 2, 2] };
      const variables = Object.fromEntries(
        Object.entries(shapes).map(([key, shape], i) => [
          key,
          tf.tidy(() =>
            tf.variable(
              tf.tensor(
                values(
                  shape.reduce((a, b) => a * b),
                  i + 1,
                ),
                shape,
              ),
            ),
          ),
        ]),
      );
      const step = (optimizer: Adam | Sgd, i: number) =>
        tf.tidy(() =>
          optimizer.apply(
            Object.fromEntries(
              Object.entries(shapes).map(([key, shape], k) => [
                key,
                tf.tensor(
                  values(
                    shape.reduce((a, b) => a * b),
                    10 * i + k,
                  ),
                  shape,
                ),
              ]),
            ),
            0.01,
          ),
        );
      const read = async () =>
        (await Promise.all(Object.values(variables).map((v) => v.data()))).flatMap((v) => [...v]);
      const optimizer = make(variables);
      for (let i = 0; i < 3; i++) step(optimizer, i);
      const snapshot = await optimizer.snapshot();
      const saved: Record<string, Float32Array> = {};
      for (const [key, v] of Object.entries(variables)) saved[key] = ((await v.data()) as Float32Array).slice();
      for (let i = 3; i < 6; i++) step(optimizer, i);
      const expected = await read();
      const second = make(variables);
      second.restore(snapshot);
      tf.tidy(() => Object.entries(saved).forEach(([key, v]) => variables[key].assign(tf.tensor(v, shapes[key]))));
      for (let i = 3; i < 6; i++) step(second, i);
      const actual = await read();
      const steps = [optimizer.steps, second.steps];
      optimizer.dispose();
      second.dispose();
      tf.dispose(variables);
      return [
        { name: 'variables', actual, expected, absolute: 0, relative: 1e-7 },
        { name: 'steps', actual: steps, expected: [6, 6], absolute: 0, relative: 1e-7 },
      ];
    },
  };
}

const { adam, sgd_nesterov: sgd, cosine, multi_step: multiStep } = optimizers;
const adamRule: Rule = (v) => new Adam(v, { beta1: adam.betas[0], beta2: adam.betas[1], epsilon: adam.eps });
const sgdRule: Rule = (v) => new Sgd(v, { momentum: sgd.momentum, weightDecay: sgd.weight_decay, nesterov: true });

export const optimizerCases: Case[] = [
  vectorCase('Adam', adamRule, adam.lr, adam.params),
  vectorCase('SGD with Nesterov momentum and weight decay', sgdRule, sgd.lr, sgd.params),
  resumeCase('Adam', adamRule),
  resumeCase('SGD', sgdRule),
  {
    name: "learning-rate schedules equal PyTorch's",
    run: () =>
      Promise.resolve([
        {
          name: 'cosine',
          actual: cosine.t.map((t) => cosineFactor(t)),
          expected: cosine.factor,
          absolute: 1e-12,
          relative: 0,
        },
        {
          name: 'multi-step',
          actual: multiStep.epoch.map((e) => multiStepFactor(e * 200 + 199)),
          expected: multiStep.factor,
          absolute: 0,
          relative: 1e-12,
        },
      ]),
  },
];
