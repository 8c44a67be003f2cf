/** Optimizers and schedules against PyTorch. */
import * as tf from '@tensorflow/tfjs-core';
import { floats, RepeatedStep, replaySteps, type StepInputs } from '../../src/engine/kernels/replay/repeatedStep';
import { Adam, LARGE_VARIABLE, Sgd, STUDENT_SGD } from '../../src/engine/training/optimizers';
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

function resumeCase(name: string, make: Rule, limit = Infinity): Case {
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
            limit,
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

/** What a limit makes of an update from p to next, in double precision. */
function limitedByHand(p: number[], next: number[], limit: number): number[] {
  const norm = (x: number[]) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));
  const change = next.map((v, i) => v - p[i]);
  // A weight counts as at least 0.01 large.
  const most = limit * Math.max(norm(p), 0.01 * Math.sqrt(p.length));
  const share = Math.min(1, most / Math.max(norm(change), 1e-30));
  return p.map((v, i) => v + share * change[i]);
}

const LIMIT = 0.01;
/**
 * Weight key -> shape, size of its values and of its gradient, rate 1: of all kinds there are, also one that is too
 * large to share a launch.
 */
const LIMITED: Record<string, { shape: number[]; size: number; gradient: number }> = {
  'far too much': { shape: [3, 3, 5, 7], size: 1, gradient: 50 },
  'just enough': { shape: [7], size: 2, gradient: 1e-4 },
  'one value': { shape: [], size: 3, gradient: 9 },
  zeros: { shape: [10], size: 0, gradient: 3 },
  'not at all': { shape: [4], size: 1, gradient: 0 },
  'several workgroups': { shape: [11, 70], size: 0.5, gradient: 20 },
  alone: { shape: [LARGE_VARIABLE + 3], size: 1, gradient: 2 },
};

/** Plain SGD with a limit: values, and the norm of every change beside what is allowed. */
const limitCase: Case = {
  name: 'an update with a limit moves no weight by more than its share, in the direction it had',
  async run() {
    const entries = Object.entries(LIMITED).map(([key, { shape, size, gradient }], i) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const [p, g] = [values(count, i + 1).map((v) => size * v), values(count, i + 20).map((v) => gradient * v)];
      return { key, shape, p: p.map(Math.fround), g: g.map(Math.fround) };
    });
    const variables = tf.tidy(() =>
      Object.fromEntries(entries.map(({ key, shape, p }) => [key, tf.variable(tf.tensor(p, shape))])),
    );
    const optimizer = new Sgd(variables, { momentum: 0, weightDecay: 0, nesterov: false });
    tf.tidy(() =>
      optimizer.apply(Object.fromEntries(entries.map(({ key, shape, g }) => [key, tf.tensor(g, shape)])), 1, LIMIT),
    );
    const comparisons: Comparison[] = [];
    for (const { key, p, g } of entries) {
      const actual = Array.from(await variables[key].data());
      const next = p.map((v, i) => v - g[i]);
      const expected = limitedByHand(p, next, LIMIT);
      comparisons.push({ name: key, actual, expected, absolute: 1e-6, relative: 1e-6 });
      const norm = (x: number[]) => Math.sqrt(x.reduce((sum, v, i) => sum + (v - p[i]) ** 2, 0));
      comparisons.push({
        name: `norm of the change of '${key}'`,
        actual: [norm(actual)],
        expected: [norm(expected)],
        absolute: 1e-6,
        relative: 1e-4,
      });
    }
    // What the cases are about: three that are cut off to exactly the limit, two that are left as they are.
    const change = (key: string) =>
      comparisons.find(({ name }) => name === `norm of the change of '${key}'`)!.expected[0];
    const size = (key: string) => Math.hypot(...entries.find((each) => each.key === key)!.p);
    comparisons.push({
      name: 'the limit',
      actual: ['far too much', 'one value', 'several workgroups', 'zeros'].map(change),
      expected: [
        ...['far too much', 'one value', 'several workgroups'].map((key) => LIMIT * size(key)),
        LIMIT * 0.01 * Math.sqrt(10),
      ],
      absolute: 1e-9,
      relative: 1e-9,
    });
    optimizer.dispose();
    tf.dispose(variables);
    return comparisons;
  },
};

/**
 * Of three weights one has a value that is no number, one a gradient: none of these is hidden, and the third is as
 * ever.
 */
const limitOfNaNCase: Case = {
  name: 'an update with a limit leaves what is no number so',
  async run() {
    const variables = tf.tidy(() => ({
      spoiled: tf.variable(tf.tensor1d([1, NaN, 2])),
      spoiling: tf.variable(tf.tensor1d([1, 2, 3])),
      exploding: tf.variable(tf.tensor1d([1, 2])),
      well: tf.variable(tf.tensor1d([3, 4])),
    }));
    const optimizer = new Sgd(variables, { momentum: 0, weightDecay: 0, nesterov: false });
    tf.tidy(() =>
      optimizer.apply(
        {
          spoiled: tf.tensor1d([1, 1, 1]),
          spoiling: tf.tensor1d([NaN, 1, 1]),
          exploding: tf.tensor1d([Infinity, 1]),
          well: tf.tensor1d([-30, -40]),
        },
        1,
        LIMIT,
      ),
    );
    const [spoiled, spoiling, exploding, well] = await Promise.all(Object.values(variables).map((v) => v.data()));
    optimizer.dispose();
    tf.dispose(variables);
    const finite = [spoiled[1], spoiling[0], exploding[0]].map((v) => Number(Number.isFinite(v)));
    return [
      { name: 'still no numbers', actual: finite, expected: [0, 0, 0], absolute: 0.1, relative: 0 },
      // 1 % of its norm 5 in the direction (3, 4) / 5.
      { name: 'the other', actual: well, expected: [3.03, 4.04], absolute: 1e-6, relative: 0 },
    ];
  },
};

/** Weight key -> shape: an odd number, from one value to more than share a launch elsewhere. */
const REPLAYED: Record<string, number[]> = {
  kernel: [3, 3, 5, 7],
  one: [],
  bias: [7],
  large: [LARGE_VARIABLE + 3],
  vector: [300],
  last: [11, 70],
  more: [5],
};

/** Three updates, replayed and as they are written: where a variable has its place, it is updated there. */
function replayedCase(name: string, make: Rule, limit: number): Case {
  return {
    name: `replayed, an update is the same to the last bit: ${name}${limit < Infinity ? ', with a limit' : ''}`,
    except: { cpu: 'nothing is recorded there', webgl: 'nothing is recorded there' },
    async run() {
      const numbers: Record<'written' | 'replayed', number[]> = { written: [], replayed: [] };
      for (const way of ['written', 'replayed'] as const) {
        replaySteps(way === 'replayed');
        const entries = Object.entries(REPLAYED);
        const some = (shape: number[], seed: number) =>
          Float32Array.from(
            values(
              shape.reduce((a, b) => a * b, 1),
              seed,
            ),
          );
        const variables = tf.tidy(() =>
          Object.fromEntries(
            entries.map(([key, shape], i) => [key, tf.variable(tf.tensor(some(shape, i + 1), shape))]),
          ),
        );
        const optimizer = make(variables);
        const step = new RepeatedStep(() => optimizer.inUse);
        for (let i = 0; i < 3; i++) {
          const rates = optimizer.nextRates(0.01 * (i + 1), limit);
          const gradients = entries.map(([key, shape], k) => [key, floats(some(shape, 10 * i + k + 20), shape)]);
          const inputs = { ...Object.fromEntries(gradients), rates: floats(rates, [rates.length]) } as StepInputs;
          step
            .run('update', inputs, ({ rates: given, ...tensors }) => {
              optimizer.applyRates(tensors, given as tf.Tensor1D);
              return tf.mul(given, 2);
            })
            .dispose();
        }
        for (const variable of optimizer.inUse) numbers[way] = numbers[way].concat(Array.from(await variable.data()));
        step.dispose();
        optimizer.dispose();
        tf.dispose(variables);
      }
      replaySteps(true);
      const { written, replayed } = numbers;
      return [
        { name: 'variables and memory', actual: replayed, expected: written, absolute: Number.MIN_VALUE, relative: 0 },
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
  resumeCase('SGD with a limit', (v) => new Sgd(v, STUDENT_SGD), LIMIT),
  limitCase,
  limitOfNaNCase,
  ...[Infinity, LIMIT].flatMap((limit) => [
    replayedCase('Adam', adamRule, limit),
    replayedCase('SGD', sgdRule, limit),
    replayedCase('SGD without momentum', (v) => new Sgd(v, { ...STUDENT_SGD, momentum: 0 }), limit),
  ]),
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
