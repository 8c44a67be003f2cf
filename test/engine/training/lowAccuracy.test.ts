/** Each cause of too few right answers is found, and what is said to help does. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/engine/data/dataset';
import { lookAtAccuracy } from '../../../src/engine/training/lowAccuracy';
import { forward, uploadWeights } from '../../../src/engine/network/executor';
import { reversedChannels } from '../../../src/engine/network/reversedChannels';
import type { Network } from '../../../src/engine/network/types';
import { Random } from '../../../src/engine/random';
import { inWords } from '../../../src/engine/sentences';
import { use } from '../backends';

beforeAll(() => use('cpu'));

const SIZE = 4;
const CLASSES = 3;

/** The class is how red an image is, in thirds; green and blue say nothing. */
function images(): Dataset {
  const random = new Random(7);
  const made = Array.from({ length: 120 }, (_, i) => {
    const label = i % CLASSES;
    const red = Math.floor(255 * ((label + 0.2 + 0.6 * random.next()) / CLASSES));
    const [green, blue] = [Math.floor(256 * random.next()), Math.floor(256 * random.next())];
    const pixels = Uint8Array.from({ length: 3 * SIZE * SIZE }, (_p, k) => [red, green, blue][k % 3]);
    return { pixels, label };
  });
  return {
    name: 'red',
    classNames: ['little', 'some', 'much'],
    imageShape: [SIZE, SIZE, 3],
    size: () => made.length,
    image: (_, i) => made[i],
    label: (_, i) => made[i].label,
  };
}

/**
 * A network that knows these images.
 *
 * @param fed what it is fed for red from 0 to 1: value * scale + shift
 * @param channel where it expects red
 * @param order class that each output is for
 */
function knowing(fed: { scale: number; shift: number }, channel: number, order: number[]): Network {
  const kernel = new Float32Array(3 * 3);
  for (let c = 0; c < 3; c++) kernel[channel * 3 + c] = 1 / fed.scale;
  const vector = (...values: number[]) => ({ shape: [values.length], values: Float32Array.from(values) });
  // Lines of which each is the highest over its third.
  const [slopes, offsets] = [
    [0, 1, 2],
    [0, -1 / 3, -1],
  ];
  const dense = new Float32Array(3 * 3);
  order.forEach((label, output) => (dense[output] = slopes[label]));
  return {
    definition: {
      name: 'knowing',
      inputShape: [SIZE, SIZE, 3],
      numClasses: CLASSES,
      normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
      nodes: [
        { op: 'input', name: 'in', inputs: [] },
        {
          op: 'conv2d',
          name: 'conv',
          inputs: ['in'],
          kernel: 'kernel',
          strides: [1, 1],
          padding: { top: 0, bottom: 0, left: 0, right: 0 },
        },
        {
          op: 'batchNorm',
          name: 'bn',
          inputs: ['conv'],
          mean: 'mean',
          variance: 'variance',
          epsilon: 0,
        },
        { op: 'globalAveragePool', name: 'pool', inputs: ['bn'] },
        { op: 'dense', name: 'out', inputs: ['pool'], kernel: 'dense', bias: 'bias' },
      ],
    },
    weights: {
      kernel: { shape: [1, 1, 3, 3], values: kernel },
      mean: vector(...new Array<number>(3).fill(fed.shift / fed.scale)),
      variance: vector(1, 1, 1),
      dense: { shape: [3, 3], values: dense },
      bias: vector(...order.map((label) => offsets[label])),
    },
  };
}

const UNIT = { scale: 1, shift: 0 };
const STRAIGHT = [0, 1, 2];
const look = (network: Network, fixed = false) => lookAtAccuracy(network, images(), fixed, async () => undefined);

describe('too few right answers', () => {
  it('of a network that is right there is nothing to say', async () => {
    expect(await look(knowing(UNIT, 0, STRAIGHT))).toEqual({ note: null, mend: null });
  });

  it.each([
    ['0 to 255', { scale: 255, shift: 0 }, 0, STRAIGHT, /pixels from 0 to 255 it gets 100 %/],
    ['-1 to 1', { scale: 2, shift: -1 }, 0, STRAIGHT, /pixels from −1 to 1 it gets 100 %/],
    ['blue, green, red', UNIT, 2, STRAIGHT, /order blue, green, red it gets 100 %/],
    ['both', { scale: 255, shift: 0 }, 2, STRAIGHT, /0 to 255 and the channels in the order blue, green, red it gets/],
    ['classes', UNIT, 0, [2, 0, 1], /the classes in another order it gets 100 %/],
  ] as const)('%s: the cause is found', async (_, fed, channel, order, message) => {
    const before = tf.memory().numTensors;
    const network = knowing(fed, channel, [...order]);
    const { note, mend } = await look(network);
    expect(inWords(note!)).toMatch(message);
    expect(tf.memory().numTensors).toBe(before);
    // Mended, nothing is amiss.
    const { options, classOrder } = mend!;
    const turned = options.reversedChannels ? reversedChannels(network)! : network;
    const normalization = options.normalization ?? network.definition.normalization;
    const mended = { ...turned, definition: { ...turned.definition, normalization } };
    if (classOrder === null) expect(await look(mended)).toEqual({ note: null, mend: null });
    else expect(classOrder).toEqual(order);
  });

  it('where nothing helps it is said without a cause; of the bundled network only the order of classes is tried', async () => {
    const broken = knowing(UNIT, 0, STRAIGHT);
    broken.weights.dense.values.fill(0);
    const { note, mend } = await look(broken);
    expect([note!.name, mend]).toEqual(['lowAccuracy', null]);
    expect((await look(knowing({ scale: 255, shift: 0 }, 0, STRAIGHT), true)).mend).toBeNull();
  });
});

describe('channels turned round', () => {
  it('the same logits for images whose channels are turned round', async () => {
    const network = knowing(UNIT, 2, STRAIGHT);
    const turned = reversedChannels(network)!;
    const pixels = tf.randomUniform([2, SIZE, SIZE, 3], 0, 1, 'float32', 3) as tf.Tensor4D;
    const logits = async (each: Network, x: tf.Tensor4D) => {
      const weights = uploadWeights(each);
      const out = forward(each.definition, weights, x);
      const values = Array.from(await out.data());
      tf.dispose([weights, out]);
      return values;
    };
    const one = await logits(network, pixels);
    const other = await logits(turned, tf.reverse(pixels, 3));
    other.forEach((v, i) => expect(v).toBeCloseTo(one[i], 5));
    expect(Object.keys(turned.weights)).not.toContain('kernel');
    pixels.dispose();
  });

  it('grouped first layers cannot be', () => {
    const network = knowing(UNIT, 0, STRAIGHT);
    const nodes = network.definition.nodes.map((node) => (node.op === 'conv2d' ? { ...node, groups: 3 } : node));
    expect(reversedChannels({ ...network, definition: { ...network.definition, nodes } })).toBeNull();
  });
});
