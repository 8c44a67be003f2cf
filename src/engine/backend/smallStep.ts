/** The small training step by which a backend is checked and timed. */
import * as tf from '@tensorflow/tfjs-core';
import { leakyRelu } from '../kernels/leakyRelu';
import { imageStatistics } from '../kernels/reductions';
import { upsampleConv2d } from '../kernels/upsampleConv2d';
import { say, type Said } from '../sentences';

function weights(shape: [number, number, number, number], seed: number): tf.Tensor4D {
  const length = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + seed) * 0.3),
    shape,
  );
}

/**
 * One training step of a small generator-like stack on [batch, size, size, channels]: loss, and mean absolute gradient
 * of both filters.
 */
export function smallStep(batch: number, size: number, channels: number): tf.Tensor {
  return tf.tidy(() => {
    const x = weights([batch, size, size, channels], 1);
    const [a, b] = [weights([3, 3, channels, channels], 2), weights([3, 3, channels, channels], 3)];
    const { value, grads } = tf.valueAndGrads((w1: tf.Tensor, w2: tf.Tensor) => {
      const h = leakyRelu(upsampleConv2d(x, w1 as tf.Tensor4D), 0.2);
      const y = tf.conv2d(h, w2 as tf.Tensor4D, 2, [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]);
      return tf.mean(tf.square(imageStatistics(y)));
    })([a, b]);
    return tf.stack([value, tf.mean(tf.abs(grads[0])), tf.mean(tf.abs(grads[1]))]);
  });
}

/** What `smallStep` finds: loss and mean absolute gradient. */
export async function trainingStep(
  batch: number,
  size: number,
  channels: number,
): Promise<{ loss: number; gradient: number }> {
  const packed = smallStep(batch, size, channels);
  const [loss, g1, g2] = await packed.data();
  packed.dispose();
  return { loss, gradient: g1 + g2 };
}

/**
 * Loss and gradient of trainingStep(2, 4, 3), from double precision (the test recomputes them); a backend must come
 * within 1 %.
 */
export const EXPECTED_STEP = { loss: 0.00099753, gradient: 0.0021811 };

/** Checks the current backend by a tiny training step. @returns what is wrong with it; null: nothing */
export async function checkBackend(): Promise<Said | null> {
  const { loss, gradient } = await trainingStep(2, 4, 3);
  const off = (a: number, b: number) => !(Math.abs(a - b) <= 0.01 * Math.abs(b));
  if (!off(loss, EXPECTED_STEP.loss) && !off(gradient, EXPECTED_STEP.gradient)) return null;
  const pair = (step: { loss: number; gradient: number }) =>
    `${step.loss.toPrecision(4)} / ${step.gradient.toPrecision(4)}`;
  return say('wrongStep', pair({ loss, gradient }), pair(EXPECTED_STEP));
}
