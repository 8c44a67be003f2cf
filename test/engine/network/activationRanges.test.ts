import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { activationNodes, rangesTap, unitedRanges, unpackRanges } from '../../../src/engine/network/activationRanges';
import { forward } from '../../../src/engine/network/executor';
import type { NetworkDefinition } from '../../../src/engine/network/types';
import { NODE_BACKENDS, use } from '../backends';

/** A ReLU6 over two pixels, and a ReLU over the two logits. */
const definition: NetworkDefinition = {
  name: 'two',
  inputShape: [1, 2, 1],
  numClasses: 2,
  normalization: { mean: [0], std: [1] },
  nodes: [
    { name: 'in', op: 'input', inputs: [] },
    { name: 'clip', op: 'relu6', inputs: ['in'] },
    { name: 'flat', op: 'flatten', inputs: ['clip'] },
    { name: 'fc', op: 'dense', inputs: ['flat'], kernel: 'k', bias: 'b' },
    { name: 'out', op: 'relu', inputs: ['fc'] },
  ],
};

describe.each(NODE_BACKENDS)('on %s', (backend) => {
  beforeAll(() => use(backend));

  it("finds each image's smallest and largest output of every activation, and leaves the logits as they are", async () => {
    expect(activationNodes(definition).map(({ name }) => name)).toEqual(['clip', 'out']);
    const weights = {
      k: tf.tensor2d([
        [1, -1],
        [2, 0],
      ]),
      b: tf.tensor1d([1, 3]),
    };
    const images = tf.tensor4d([1, 2, -4, 9, 5, 5], [3, 1, 2, 1]);
    const before = tf.memory().numTensors;
    const packed = tf.tidy(() => {
      const tap = rangesTap();
      const logits = forward(definition, weights, images, tap);
      return tf.concat([logits, ...tap.columns()], 1);
    });
    const values = await packed.data();
    // Pixels 1 2, 0 6, 5 5; logits 1 + a + 2 b and 3 - a.
    expect([...values]).toEqual([6, 2, 1, 2, 2, 6, 13, 3, 0, 6, 3, 13, 16, 0, 5, 5, 0, 16]);
    expect(unpackRanges(values, 6, 2)).toEqual([
      { lo: 0, hi: 6 },
      { lo: 0, hi: 16 },
    ]);
    packed.dispose();
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([weights, images]);
  });

  it('has no columns for a network without activations', () => {
    expect(rangesTap().columns()).toEqual([]);
    expect(unpackRanges([1, 2, 3], 3, 3)).toEqual([]);
  });
});

it('several sets together reach as far as each of them', () => {
  const sets = [
    [
      { lo: 0, hi: 2 },
      { lo: 1, hi: 1 },
    ],
    [
      { lo: -1, hi: 1 },
      { lo: 3, hi: 4 },
    ],
  ];
  expect(unitedRanges(sets)).toEqual([
    { lo: -1, hi: 2 },
    { lo: 1, hi: 4 },
  ]);
});
