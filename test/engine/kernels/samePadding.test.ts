import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { use } from '../backends';

const values = (count: number, by: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(by * i));

/** [N, H, W, C] outputs of all ways to write the convolution down. */
async function outputs(size: number, taps: [number, number], strides: number, dilations: number): Promise<number[][]> {
  const results = tf.tidy(() => {
    const x = tf.tensor4d(values(2 * size * size * 3, 1.7), [2, size, size, 3]);
    const filter = tf.tensor4d(values(taps[0] * taps[1] * 3 * 4, 0.9), [...taps, 3, 4]);
    const shared = { x, filter, strides, pad: 'same', dilations, dataFormat: 'NHWC' } as const;
    return [
      tf.conv2d(x, filter, strides, 'same', 'NHWC', dilations),
      tf.fused.conv2d({ ...shared, activation: 'relu' }),
      // As tfjs-layers calls it.
      ...(dilations === 1 ? [tf.depthwiseConv2d(x, filter, strides, 'same', 'NHWC', null as never)] : []),
      tf.depthwiseConv2d(x, filter, strides, 'same', 'NHWC', dilations),
      tf.fused.depthwiseConv2d({ ...shared, bias: tf.tensor1d(values(12, 0.3)) }),
    ];
  });
  const read = await Promise.all(results.map(async (each) => Array.from(await each.data())));
  tf.dispose(results);
  return read;
}

// Kernels that are smaller than the stride, along one axis and both, on sizes where pixels are left over and where not.
it.each([
  [8, [3, 1], 2, 1],
  [8, [1, 3], 2, 1],
  [9, [3, 1], 2, 1],
  [8, [1, 1], 2, 1],
  [10, [2, 1], 3, 1],
  [8, [2, 2], 2, 1],
  [8, [3, 3], 2, 1],
  [8, [3, 3], 1, 2],
] as const)(
  '"same" at %i pixels with taps %j, stride %i, dilation %i is what plain JavaScript computes',
  async (...how) => {
    const [size, [h, w], strides, dilations] = how;
    await use('wasm');
    const before = tf.memory().numTensors;
    const wasm = await outputs(size, [h, w], strides, dilations);
    expect(tf.memory().numTensors).toBe(before);
    await use('cpu');
    const cpu = await outputs(size, [h, w], strides, dilations);
    wasm.forEach((each, i) => {
      expect(each).toHaveLength(cpu[i].length);
      each.forEach((value, k) => expect(Math.abs(value - cpu[i][k])).toBeLessThan(1e-5));
    });
  },
);
