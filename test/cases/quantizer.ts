/** The quantizer against PyTorch, bit by bit where float32 arithmetic allows it. */
import * as tf from '@tensorflow/tfjs-core';
import {
  dequantize,
  fakeQuantize,
  quantizationGrid,
  quantize,
  type QuantizationGrid,
} from '../../src/engine/kernels/fakeQuantize';
import { fakeQuantizeValue } from '../../src/engine/kernels/scalarQuantizer';
import quantizer from '../fixtures/quantizer.json';
import type { Case, Comparison } from './case';
import { hwio, nhwc } from './fixtures';
import { read, tensor } from './kernels';

type Quantized = {
  integers: tf.Tensor;
  values: tf.Tensor;
  grid: QuantizationGrid;
};

const onGrid = (x: tf.Tensor, grid: QuantizationGrid): Quantized => {
  const integers = quantize(x, grid);
  return { integers, values: dequantize(integers, grid), grid };
};

interface Expected {
  integers: ArrayLike<number>;
  values: ArrayLike<number>;
  scale: number[];
  zero: number[];
}

async function compareAll(q: Quantized, expected: Expected): Promise<Comparison[]> {
  const comparisons: Comparison[] = [
    { name: 'integers', actual: await q.integers.data(), expected: expected.integers, absolute: 0.01, relative: 0 },
    { name: 'values', actual: await q.values.data(), expected: expected.values, absolute: 1e-7, relative: 1e-6 },
    { name: 'scale', actual: await q.grid.scale.data(), expected: expected.scale, absolute: 0, relative: 1e-6 },
    { name: 'zero', actual: await q.grid.zero.data(), expected: expected.zero, absolute: 0.01, relative: 1e-7 },
  ];
  tf.dispose([q.integers, q.values, q.grid.scale, q.grid.zero]);
  return comparisons;
}

const [activationLo, activationHi] = quantizer.activation_range;
const weight = hwio(quantizer.weight_in);
const activation = nhwc(quantizer.activation_in);

function bitCases(reference: (typeof quantizer.bits)[number]): Case[] {
  const { bits } = reference;
  const expectedActivation = {
    integers: nhwc(reference.activation_integers).values,
    values: nhwc(reference.activation).values,
    scale: [reference.activation_scale],
    zero: [reference.activation_zero],
  };
  return [
    {
      name: `${bits} bits: a kernel per channel equals PyTorch's (constant channel, range without 0)`,
      run: () =>
        compareAll(
          tf.tidy(() => {
            const x = tf.tensor(weight.values, weight.shape);
            const flat = tf.reshape(x, [-1, weight.shape[3]]);
            return onGrid(x, quantizationGrid(tf.min(flat, 0), tf.max(flat, 0), bits));
          }),
          {
            integers: hwio(reference.weight_integers).values,
            values: hwio(reference.weight).values,
            scale: reference.weight_scale.data,
            zero: reference.weight_zero.data,
          },
        ),
    },
    {
      name: `${bits} bits: activations with a fixed range equal PyTorch's, clipped beyond it`,
      run: () =>
        compareAll(
          tf.tidy(() =>
            onGrid(tf.tensor(activation.values, activation.shape), quantizationGrid(activationLo, activationHi, bits)),
          ),
          expectedActivation,
        ),
    },
    {
      name: `${bits} bits: range as tensors and as numbers, tensors and single values agree`,
      async run() {
        const host = Array.from(activation.values, (v) => fakeQuantizeValue(v, activationLo, activationHi, bits));
        const results = await read(
          () => {
            const x = tf.tensor(activation.values, activation.shape);
            return {
              'range as tensors': [
                fakeQuantize(x, tf.scalar(activationLo), tf.scalar(activationHi), bits),
                expectedActivation.values,
              ],
              'range as numbers': [fakeQuantize(x, activationLo, activationHi, bits), expectedActivation.values],
            };
          },
          1e-7,
          1e-6,
        );
        return [
          ...results,
          { name: 'on the host', actual: host, expected: expectedActivation.values, absolute: 1e-7, relative: 1e-6 },
        ];
      },
    },
  ];
}

export const quantizerCases: Case[] = [
  ...quantizer.bits.flatMap(bitCases),
  {
    name: 'the quantizer rounds halves to even',
    run: () =>
      read(
        () => ({
          // lo = -8, hi = 7 at 4 bits: scale 1, zero 0.
          value: [
            fakeQuantize(tf.tensor1d([-8.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 6.5, 9]), -8, 7, 4),
            [-8, -2, -2, 0, 0, 2, 2, 6, 7],
          ],
        }),
        1e-7,
        0,
      ),
  },
  {
    name: 'a depthwise kernel is quantized per (channel, multiplier)',
    run: () =>
      read(
        () => {
          const x = tensor([3, 3, 2, 2], 5);
          const flat = tf.reshape(x, [9, 2, 2]);
          const channels = tf.unstack(tf.reshape(x, [9, 4]), 1).map((c) => fakeQuantize(c, tf.min(c), tf.max(c), 3));
          return {
            value: [
              fakeQuantize(x, tf.min(flat, 0), tf.max(flat, 0), 3),
              tf.reshape(tf.stack(channels, 1), [3, 3, 2, 2]),
            ],
          };
        },
        1e-7,
        1e-6,
      ),
  },
  {
    name: "the quantizer's gradient passes straight through, also where values are clipped",
    run: () =>
      read(
        () => {
          const [x, dy] = [tensor([2, 3, 3, 4], 1), tensor([2, 3, 3, 4], 2)];
          return { gradient: [tf.grad((v) => fakeQuantize(v, -0.2, 0.3, 2))(x, dy), dy] };
        },
        1e-7,
        0,
      ),
  },
];
