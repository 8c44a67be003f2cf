/** 3x3 convolutions with a quarter of the products, on wasm: which ones, how exactly, and that a batch changes no bit. */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { convolve, filterGradient, inputGradient, type Shape4D } from '../../../src/engine/kernels/wasm/convolution';
import type { WasmBackend } from '../../../src/engine/kernels/wasm/module';
import { suitsWinograd } from '../../../src/engine/kernels/wasm/winograd';
import { use } from '../backends';

const GEOMETRY = { strides: [1, 1] as [number, number], top: 1, left: 1 };
const PAD: [[number, number], [number, number], [number, number], [number, number]] = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
];

let tensors = 0;
beforeAll(() => use('wasm'));
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

const noise = (shape: Shape4D, seed: number) => tf.randomUniform(shape, -1, 1, 'float32', seed) as tf.Tensor4D;

/** Value and both gradients as a network has them. */
function engine(x: tf.Tensor4D, filter: tf.Tensor4D, dy: tf.Tensor4D) {
  const run = (a: tf.Tensor, b: tf.Tensor) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, PAD);
  const [dx, df] = tf.grads(run)([x, filter], dy);
  return { y: run(x, filter), dx, df };
}

/** The same, every product by itself. */
function plain(x: tf.Tensor4D, filter: tf.Tensor4D, dy: tf.Tensor4D) {
  const backend = tf.backend() as unknown as WasmBackend;
  const tensorOf = (info: tf.TensorInfo) => tf.engine().makeTensorFromTensorInfo(info);
  return {
    y: tensorOf(convolve(backend, x, filter, dy.shape, GEOMETRY)),
    dx: tensorOf(inputGradient(backend, dy, filter, x.shape, GEOMETRY)),
    df: tensorOf(filterGradient(backend, x, dy, filter.shape, GEOMETRY)),
  };
}

/** Root mean square of a difference, over that of what it is a difference from. */
function distance(a: tf.Tensor, b: tf.Tensor): number {
  const [left, right] = [a.dataSync(), b.dataSync()];
  let [difference, all] = [0, 0];
  left.forEach((value, i) => {
    difference += (value - right[i]) ** 2;
    all += right[i] ** 2;
  });
  return Math.sqrt(difference / all);
}

describe('3x3 convolutions of stride 1', () => {
  it.each([
    ['16 channels of 32x32', [3, 3, 16, 16], 1, 32, 32, true],
    ['8 to 12 channels of 7x10', [3, 3, 8, 12], 1, 7, 10, true],
    ['512 channels of 7x7', [3, 3, 512, 512], 1, 7, 7, true],
    ['of 4x4', [3, 3, 64, 64], 1, 4, 4, true],
    ['of 5x5, which would be four tiles', [3, 3, 64, 64], 1, 5, 5, false],
    ['of 1x200', [3, 3, 64, 64], 1, 1, 200, false],
    ['3 channels', [3, 3, 3, 16], 1, 32, 32, false],
    ['4 channels', [3, 3, 4, 16], 1, 32, 32, false],
    ['18 channels, no whole vectors', [3, 3, 18, 16], 1, 32, 32, false],
    ['so many that the filters would take 151 MB', [3, 3, 1024, 1024], 1, 7, 7, false],
    ['stride 2', [3, 3, 16, 16], 2, 32, 32, false],
    ['1x1', [1, 1, 16, 16], 1, 32, 32, false],
    ['5x5 taps', [5, 5, 16, 16], 1, 32, 32, false],
    ['3x1 taps', [3, 1, 16, 16], 1, 32, 32, false],
  ])('%s', (_, filter, stride, oh, ow, suits) => {
    expect(suitsWinograd(filter, { ...GEOMETRY, strides: [stride, stride] }, oh, ow)).toBe(suits);
  });

  it.each([16, 64])(
    'are computed so with %i channels, and lie no further off than sums in another order',
    (channels) => {
      tf.tidy(() => {
        const x = noise([3, 10, 9, channels], 1);
        const filter = noise([3, 3, channels, channels], 2);
        const dy = noise([3, 10, 9, channels], 3);
        const ours = engine(x, filter, dy);
        const other = plain(x, filter, dy);
        for (const key of ['y', 'dx', 'df'] as const) {
          const off = distance(ours[key], other[key]);
          // 0 would be the other kernel's numbers; Lavin's points 1 and 2 in place of sqrt(1/2) and sqrt(2) lie further off.
          expect(off, key).toBeGreaterThan(1e-7);
          expect(off, key).toBeLessThan(1.5e-6);
        }
      });
    },
  );

  it('have the same bits for an image alone and among others', () => {
    tf.tidy(() => {
      const filter = noise([3, 3, 24, 12], 2);
      // Rows of 9 tiles: some blocks of tiles begin in the middle of an image.
      const x = noise([5, 12, 33, 24], 1);
      const dy = noise([5, 12, 33, 12], 3);
      const all = engine(x, filter, dy);
      for (let i = 0; i < 5; i++) {
        const own = engine(tf.slice(x, i, 1), filter, tf.slice(dy, i, 1));
        expect(own.y.dataSync()).toEqual(tf.slice(all.y, [i, 0, 0, 0], [1, -1, -1, -1]).dataSync());
        expect(own.dx.dataSync()).toEqual(tf.slice(all.dx, [i, 0, 0, 0], [1, -1, -1, -1]).dataSync());
      }
    });
  });

  it('give zeros where there is nothing but zeros', () => {
    tf.tidy(() => {
      const filter = noise([3, 3, 16, 16], 2);
      const { y, dx } = engine(tf.zeros([1, 9, 9, 16]), filter, tf.zeros([1, 9, 9, 16]));
      expect([...new Set([...y.dataSync(), ...dx.dataSync()])]).toEqual([0]);
    });
  });
});
