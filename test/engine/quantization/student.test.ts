import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { studentLosses } from '../../../src/engine/losses/studentLosses';
import { forward, uploadWeights } from '../../../src/engine/network/executor';
import { percentileRange } from '../../../src/engine/quantization/ranges';
import { Student } from '../../../src/engine/quantization/student';
import { gradientsByKey, Sgd } from '../../../src/engine/training/optimizers';
import { tinyNetwork, type TinyFixture } from '../../cases/fixtures';
import { newStudent, tinyImages } from '../../cases/student';
import reference from '../../fixtures/student.json';
import tiny from '../../fixtures/tiny_network.json';
import { NODE_BACKENDS, use } from '../backends';

const fixture = tiny as unknown as TinyFixture;
const network = tinyNetwork(fixture);

async function logitsOf(student: Student): Promise<Float32Array> {
  const logits = tf.tidy(() => student.forward(tinyImages()));
  const values = (await logits.data()) as Float32Array;
  logits.dispose();
  return values;
}

/** One training step against the teacher's logits; returns the total loss's tensor. */
function trainingStep(student: Student, optimizer: Sgd, learningRate: number): tf.Scalar {
  return tf.tidy(() => {
    const teacher = tf.tensor(fixture.logits.data, [fixture.labels.length, fixture.classes]) as tf.Tensor2D;
    const labels = tf.tensor1d(fixture.labels, 'int32');
    const { value, grads } = tf.variableGrads(
      () => studentLosses(student.forward(tinyImages()), teacher, labels, 20, 20).total,
      student.trainable,
    );
    optimizer.apply(gradientsByKey(student.variables, grads), learningRate);
    return value;
  });
}

describe.each(NODE_BACKENDS)('student on %s', (backend) => {
  beforeAll(() => use(backend));

  it('min-max calibration finds the ranges of the reference, in one batch or several', async () => {
    const before = tf.memory().numTensors;
    for (const split of [[10], [3, 7]]) {
      const student = newStudent(4);
      const images = tinyImages();
      const batches = tf.split(images, split) as tf.Tensor4D[];
      await student.calibrateRanges(batches, 'minMax');
      const ranges = await student.ranges();
      expect(Object.keys(ranges)).toEqual(Object.keys(reference.activation_ranges));
      for (const [node, [lo, hi]] of Object.entries(reference.activation_ranges)) {
        expect(ranges[node].lo).toBeCloseTo(lo, 5);
        expect(ranges[node].hi).toBeCloseTo(hi, 5);
      }
      tf.dispose([images, ...batches]);
      student.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('percentile and MSE calibration see the values that pass through the full-precision network', async () => {
    const before = tf.memory().numTensors;
    const images = tinyImages();
    const weights = uploadWeights(network);
    const seen: tf.Tensor[] = [];
    tf.tidy(() => {
      forward(network.definition, weights, images, { activation: (_, x) => (seen.push(tf.keep(tf.clone(x))), x) });
    });
    const expected = percentileRange((await seen[2].data()) as Float32Array);
    const student = newStudent(2);
    await student.calibrateRanges([images], 'percentile');
    const percentile = await student.ranges();
    expect(percentile.relu2.lo).toBe(0);
    expect(percentile.relu2.hi).toBeCloseTo(expected.hi, 4);
    expect(percentile.relu2.hi).toBeLessThan(reference.activation_ranges.relu2[1]);
    await student.calibrateRanges([images], 'mse');
    const mse = await student.ranges();
    expect(mse.relu2.hi).toBeLessThan(reference.activation_ranges.relu2[1]);
    expect(mse.relu2.hi).toBeGreaterThan(0.1 * reference.activation_ranges.relu2[1]);
    student.dispose();
    tf.dispose([images, weights, ...seen]);
    expect(tf.memory().numTensors).toBe(before);
  });

  // Plain JavaScript takes a tenth of a second a step.
  const steps = backend === 'wasm' ? 200 : 30;
  it(`${steps} steps leave no tensor, lower the loss and leave the running statistics alone`, async () => {
    const before = tf.memory().numTensors;
    const student = newStudent(3);
    student.setRanges(
      Object.fromEntries(Object.entries(reference.activation_ranges).map(([k, [lo, hi]]) => [k, { lo, hi }])),
    );
    const optimizer = new Sgd(student.variables);
    const losses: tf.Scalar[] = [trainingStep(student, optimizer, 1e-5)];
    const inside = tf.memory().numTensors;
    for (let i = 1; i < steps; i++) {
      const loss = trainingStep(student, optimizer, 1e-5);
      if (i === steps - 1) losses.push(loss);
      else loss.dispose();
    }
    expect(tf.memory().numTensors).toBe(inside + 1);
    const [first, last] = await Promise.all(losses.map(async (loss) => (await loss.data())[0]));
    expect(last).toBeLessThan(first);
    expect(Object.keys(student.variables).some((key) => key.includes('running'))).toBe(false);
    expect(Object.keys(student.variables)).toHaveLength(Object.keys(reference.bits['3'].gradients).length);
    tf.dispose(losses);
    optimizer.dispose();
    student.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a moving average leaves no tensor either, and takes no part in the gradient', async () => {
    const student = newStudent(4);
    student.updateRanges = true;
    const optimizer = new Sgd(student.variables);
    trainingStep(student, optimizer, 0).dispose();
    const inside = tf.memory().numTensors;
    for (let i = 0; i < 20; i++) trainingStep(student, optimizer, 0).dispose();
    expect(tf.memory().numTensors).toBe(inside);
    const { relu5 } = await student.ranges();
    expect(relu5.hi).toBeGreaterThan(0);
    expect(relu5.hi).toBeLessThanOrEqual(6);
    optimizer.dispose();
    student.dispose();
  });

  it('restores a snapshot: weights, ranges, logits', async () => {
    const student = newStudent(3);
    const images = tinyImages();
    await student.calibrateRanges([images], 'minMax');
    const snapshot = structuredClone(await student.snapshot());
    const logits = await logitsOf(student);
    const optimizer = new Sgd(student.variables);
    trainingStep(student, optimizer, 1e-3).dispose();
    await student.calibrateRanges([images], 'percentile');
    expect(await logitsOf(student)).not.toEqual(logits);
    const before = tf.memory().numTensors;
    student.restore(snapshot);
    expect(tf.memory().numTensors).toBe(before);
    expect(await logitsOf(student)).toEqual(logits);
    expect(await student.snapshot()).toEqual(snapshot);
    const fresh = newStudent(3);
    student.restore(await fresh.snapshot());
    expect(await student.ranges()).toEqual({});
    const { 'fc.bias': _, ...partial } = snapshot.weights;
    expect(() => student.restore({ weights: partial, ranges: {} })).toThrow("'fc.bias'");
    optimizer.dispose();
    student.dispose();
    fresh.dispose();
    images.dispose();
  });

  it('shows its kernels as integers that stand for what the forward pass uses', async () => {
    for (const weightGranularity of ['perChannel', 'perTensor'] as const) {
      const before = tf.memory().numTensors;
      const student = new Student(network, { weightBits: 3, activationBits: 4, weightGranularity, firstLast: '8' });
      const kernels = await student.quantizedWeights();
      const hooks = student.hooks();
      expect(kernels.map((k) => k.node)).toEqual(['stem', 'a1', 'a2', 'b1', 'b2', 'proj', 'dw', 'fc']);
      for (const { node, bits, shape, integers, scale, zero } of kernels) {
        const definition = network.definition.nodes.find((n) => n.name === node)!;
        if (definition.op !== 'conv2d' && definition.op !== 'depthwiseConv2d' && definition.op !== 'dense')
          throw new Error(node);
        expect(bits).toBe(node === 'stem' || node === 'fc' ? 8 : 3);
        expect(shape).toEqual(network.weights[definition.kernel].shape);
        const channels = definition.op === 'depthwiseConv2d' ? 8 : shape[shape.length - 1];
        expect(scale.length).toBe(weightGranularity === 'perTensor' ? 1 : channels);
        expect(Math.min(...integers)).toBeGreaterThanOrEqual(-(2 ** (bits - 1)));
        expect(Math.max(...integers)).toBeLessThan(2 ** (bits - 1));
        const used = tf.tidy(() => hooks.kernel!(definition, student.variables[definition.kernel]));
        const values = await used.data();
        used.dispose();
        integers.forEach((q, i) => {
          const c = i % scale.length;
          expect(values[i]).toBeCloseTo((q + zero[c]) / scale[c], 6);
        });
      }
      student.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  it('names the activation that has no range, and refuses what it cannot use', async () => {
    const before = tf.memory().numTensors;
    const student = newStudent(4);
    expect(() => tf.tidy(() => student.forward(tinyImages()))).toThrow("activation 'relu0' has no range yet");
    await expect(student.calibrateRanges([], 'minMax')).rejects.toThrow('at least one batch');
    expect(() => student.setRanges({ relu0: { lo: 0, hi: 1 } })).toThrow("no range for the activation 'relu1'");
    student.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => newStudent(1)).toThrow(RangeError);
    expect(tf.memory().numTensors).toBe(before);
  });
});
