/** The student and its losses against PyTorch: logits, losses and the gradient of every trained weight. */
import * as tf from '@tensorflow/tfjs-core';
import { studentLosses } from '../../src/engine/losses/studentLosses';
import { Student } from '../../src/engine/quantization/student';
import { gradientsByKey } from '../../src/engine/training/optimizers';
import ema from '../fixtures/resnet20/ccbn_ema.json';
import student from '../fixtures/student.json';
import tiny from '../fixtures/tiny_network.json';
import type { Network } from '../../src/engine/network/types';
import type { Case } from './case';
import { fromTorch, nhwc, tinyNetwork, type FixtureArray, type TinyFixture } from './fixtures';
import { read, values } from './kernels';

const fixture = tiny as unknown as TinyFixture;
/** Activation ranges of the fixture's student. */
export const ranges = Object.fromEntries(
  Object.entries(student.activation_ranges).map(([node, [lo, hi]]) => [node, { lo, hi }]),
);
const TEMPERATURE = 20;
const ALPHA = 20;

interface Reference {
  logits: FixtureArray;
  kd: number;
  ce: number;
  loss: number;
  gradients: Record<string, FixtureArray>;
}

const settings = (bits: number) =>
  ({ weightBits: bits, activationBits: bits, weightGranularity: 'perChannel', firstLast: 'low' }) as const;

/** [N, H, W, C], the fixture's ten images. */
export const tinyImages = (): tf.Tensor4D => {
  const { values, shape } = nhwc(fixture.images);
  return tf.tensor4d(values, shape as [number, number, number, number]);
};

export const newStudent = (bits: number): Student => new Student(tinyNetwork(fixture), settings(bits));

function bitsCase(bits: string, reference: Reference): Case {
  return {
    name: `student at ${bits} bits: logits, losses and gradients equal PyTorch's`,
    async run() {
      const it = newStudent(Number(bits));
      it.setRanges(ranges);
      const comparisons = await read(
        () => {
          const images = tinyImages();
          const teacher = tf.tensor(student.teacher_logits.data, student.teacher_logits.shape as [number, number]);
          const labels = tf.tensor1d(fixture.labels, 'int32');
          const compute = () => studentLosses(it.forward(images), teacher as tf.Tensor2D, labels, TEMPERATURE, ALPHA);
          const { ce, distillation } = compute();
          const { value, grads } = tf.variableGrads(() => compute().total, it.trainable);
          const byKey = gradientsByKey(it.variables, grads);
          return {
            logits: [it.forward(images), reference.logits.data],
            ce: [ce, [reference.ce]],
            distillation: [distillation, [reference.kd]],
            total: [value, [reference.loss]],
            ...Object.fromEntries(
              Object.entries(byKey).map(([key, g]) => [
                `gradient of ${key}`,
                [g, fromTorch(key, reference.gradients[key]).values] as [tf.Tensor, Float32Array],
              ]),
            ),
          };
        },
        5e-5,
        2e-5,
      );
      for (const comparison of comparisons) {
        if (comparison.name === 'logits' || comparison.name === 'ce') comparison.absolute = comparison.relative = 1e-5;
        // alpha T^2 = 8000 times a float32 sum of logarithms.
        if (comparison.name === 'distillation' || comparison.name === 'total') comparison.absolute = 1e-3;
      }
      const missing = Object.keys(reference.gradients).filter(
        (key) => !comparisons.some((c) => c.name === `gradient of ${key}`),
      );
      it.dispose();
      return [
        ...comparisons,
        {
          name: `missing gradients: ${missing.join(', ')}`,
          actual: [missing.length],
          expected: [0],
          absolute: 0.1,
          relative: 0,
        },
      ];
    },
  };
}

/** Double precision, straight from the definition. */
function lossesByHand(student: number[][], teacher: number[][], labels: number[], temperature: number, alpha: number) {
  const logSoftmax = (row: number[]) => {
    const max = Math.max(...row);
    const sum = Math.log(row.reduce((s, v) => s + Math.exp(v - max), 0)) + max;
    return row.map((v) => v - sum);
  };
  const mean = (f: (i: number) => number) => labels.reduce((s, _, i) => s + f(i), 0) / labels.length;
  const ce = mean((i) => -logSoftmax(student[i])[labels[i]]);
  const kl = mean((i) => {
    const [p, q] = [teacher[i], student[i]].map((row) => logSoftmax(row.map((v) => v / temperature)));
    return p.reduce((s, v, k) => s + Math.exp(v) * (v - q[k]), 0);
  });
  return { ce, distillation: alpha * temperature ** 2 * kl };
}

const rows = (flat: ArrayLike<number>, columns: number) =>
  Array.from({ length: flat.length / columns }, (_, i) =>
    Array.from({ length: columns }, (_, k) => flat[i * columns + k]),
  );

/** Value by hand, gradients of each part by central differences of the value by hand. */
const differencesCase: Case = {
  name: 'student losses: values by hand, gradients by finite differences',
  run() {
    const [n, classes, temperature, alpha] = [3, 4, 2.5, 7];
    const [s, t] = [values(n * classes, 4).map((v) => 4 * v), values(n * classes, 5).map((v) => 4 * v)];
    const labels = [2, 0, 3];
    const byHand = (x: number[]) => lossesByHand(rows(x, classes), rows(t, classes), labels, temperature, alpha);
    const difference = (part: 'ce' | 'distillation') =>
      s.map((_, i) => {
        const moved = (h: number) => byHand(s.map((v, k) => (k === i ? v + h : v)))[part];
        return (moved(1e-5) - moved(-1e-5)) / 2e-5;
      });
    return read(
      () => {
        const [student, teacher] = [tf.tensor2d(s, [n, classes]), tf.tensor2d(t, [n, classes])];
        const losses = (x: tf.Tensor) =>
          studentLosses(x as tf.Tensor2D, teacher, tf.tensor1d(labels, 'int32'), temperature, alpha);
        const { ce, distillation, total } = losses(student);
        const expected = byHand(s);
        const [dCe, dDistillation] = [difference('ce'), difference('distillation')];
        return {
          ce: [ce, [expected.ce]],
          distillation: [distillation, [expected.distillation]],
          total: [total, [expected.ce + expected.distillation]],
          'gradient of ce': [tf.grad((x) => losses(x).ce)(student), dCe],
          'gradient of distillation': [tf.grad((x) => losses(x).distillation)(student), dDistillation],
          'gradient of total': [tf.grad((x) => losses(x).total)(student), dCe.map((v, i) => v + dDistillation[i])],
        };
      },
      3e-5,
      3e-5,
    );
  },
};

const identicalCase: Case = {
  name: "student losses: equal logits have no divergence and only the cross entropy's gradient",
  run: () =>
    read(
      () => {
        const logits = tf.tensor2d([1, -2, 0.5, 30, -30, 0], [2, 3]);
        const labels = tf.tensor1d([1, 1], 'int32');
        const losses = (x: tf.Tensor) => studentLosses(x as tf.Tensor2D, logits, labels, 20, 20);
        return {
          distillation: [losses(logits).distillation, [0]],
          'gradient of distillation': [tf.grad((x) => losses(x).distillation)(logits), [0, 0, 0, 0, 0, 0]],
        };
      },
      1e-3,
      0,
    ),
};

const averageCase: Case = {
  name: 'student: activation ranges follow the moving average of batch minimum and maximum',
  async run() {
    // One pixel, one channel: the convolution is the identity, so the activation's maximum is the largest image.
    const network: Network = {
      definition: {
        name: 'identity',
        inputShape: [1, 1, 1],
        numClasses: 1,
        normalization: { mean: [0], std: [1] },
        nodes: [
          { op: 'input', name: 'input', inputs: [] },
          {
            op: 'conv2d',
            name: 'conv',
            inputs: ['input'],
            kernel: 'kernel',
            strides: [1, 1],
            padding: { top: 0, bottom: 0, left: 0, right: 0 },
          },
          { op: 'relu', name: 'relu', inputs: ['conv'] },
          { op: 'flatten', name: 'flatten', inputs: ['relu'] },
        ],
      },
      weights: { kernel: { shape: [1, 1, 1, 1], values: Float32Array.of(1) } },
    };
    const it = new Student(network, settings(8));
    const pass = (max: number) => tf.tidy(() => it.forward(tf.tensor4d([0.5, max], [2, 1, 1, 1])));
    it.updateRanges = true;
    const [lo, hi]: number[][] = [[], []];
    for (const max of ema.ema_batch_max) {
      pass(max).dispose();
      const { relu } = await it.ranges();
      lo.push(relu.lo);
      hi.push(relu.hi);
    }
    it.updateRanges = false;
    pass(100).dispose();
    const frozen = (await it.ranges()).relu.hi;
    const logits = pass(100);
    const top = await logits.data();
    logits.dispose();
    it.dispose();
    const last = ema.ema_x_max[ema.ema_x_max.length - 1];
    return [
      { name: 'maximum', actual: hi, expected: ema.ema_x_max, absolute: 0, relative: 1e-6 },
      {
        name: 'minimum',
        actual: lo,
        expected: lo.map((_, i) => 0.5 * (1 - 0.9 ** (i + 1))),
        absolute: 0,
        relative: 1e-6,
      },
      { name: 'frozen, and clipping', actual: [frozen, top[1]], expected: [last, last], absolute: 0.005, relative: 0 },
    ];
  },
};

export const studentCases: Case[] = [
  ...Object.entries(student.bits as Record<string, Reference>).map(([bits, reference]) => bitsCase(bits, reference)),
  differencesCase,
  identicalCase,
  averageCase,
];
