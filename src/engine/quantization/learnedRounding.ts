/**
 * Learned rounding (AdaRound: Nagel et al., Up or Down? Adaptive Rounding for Post-Training Quantization, ICML 2020):
 * whether each weight goes to the level below or above it is trained, and driven to a choice.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { QuantizationGrid } from '../kernels/fakeQuantize';
import { turn } from '../portableMath';

/** Ends that the rectified sigmoid is stretched to before it is cut off (paper Eq. 23). */
const [ZETA, GAMMA] = [1.1, -0.1];

/** When weights are driven to their choices, and how sharply. */
export interface RoundingSchedule {
  steps: number;
  /** Exponent of the term that drives them, from the first to the last step that has it. */
  beta: readonly [from: number, to: number];
  /** Share of the steps without that term. */
  warmUp: number;
}

/** h(V) = clip(sigmoid(V) (zeta - gamma) + gamma, 0, 1): 0 is down, 1 is up (paper Eq. 23). Differentiable. */
export const rectifiedSigmoid = (v: tf.Tensor): tf.Tensor =>
  tf.tidy(() => tf.clipByValue(tf.add(tf.mul(tf.sigmoid(v), ZETA - GAMMA), GAMMA), 0, 1));

/** V with h(V) = `rest`, from 0 to below 1. */
export const inverseSigmoid = (rest: tf.Tensor): tf.Tensor =>
  tf.tidy(() => tf.neg(tf.log(tf.sub(tf.div(ZETA - GAMMA, tf.sub(rest, GAMMA)), 1))));

/** Sum of 1 - |2 h - 1|^beta (paper Eq. 24): 0 where every choice is made. Differentiable in h. */
export const undecided = (h: tf.Tensor, beta: number | tf.Scalar): tf.Scalar =>
  tf.tidy(() => tf.sum(tf.sub(1, tf.pow(tf.abs(tf.sub(tf.mul(h, 2), 1)), beta))) as tf.Scalar);

/** beta of a step (from 0), by half a cosine. */
export function betaAt(step: number, { steps, warmUp, beta: [from, to] }: RoundingSchedule): number {
  const share = (step - warmUp * steps) / ((1 - warmUp) * steps);
  return to + 0.5 * (from - to) * (1 + turn(share / 2).cosine);
}

/** One kernel's choices. Owns its tensors; the kernel and the grid stay the caller's. */
export class LearnedRounding {
  /** Of the kernel's shape. What is trained; at first h(V) is how far each weight lies above the level below it. */
  readonly v: tf.Variable;
  private readonly scale: tf.Tensor;
  private readonly floor: tf.Tensor;
  private readonly lowest: tf.Tensor;
  private readonly highest: tf.Tensor;

  constructor(kernel: tf.Tensor, { scale, zero, bits }: QuantizationGrid) {
    const half = 2 ** (bits - 1);
    const keep = (make: () => tf.Tensor) => tf.tidy(() => tf.keep(make()));
    this.scale = keep(() => tf.clone(scale));
    this.floor = keep(() => tf.floor(tf.mul(kernel, scale)));
    this.lowest = keep(() => tf.sub(zero, half));
    this.highest = keep(() => tf.add(zero, half - 1));
    this.v = tf.tidy(() => tf.variable(inverseSigmoid(tf.sub(tf.mul(kernel, scale), this.floor)), true));
  }

  /** Each weight's choice, 0 (down) to 1 (up). Differentiable in V. */
  choices(): tf.Tensor {
    return rectifiedSigmoid(this.v);
  }

  /** The kernel with these choices, kept within the grid; the caller's. Differentiable in them. */
  kernel(choices: tf.Tensor): tf.Tensor {
    return tf.tidy(() =>
      tf.div(tf.maximum(tf.minimum(tf.add(this.floor, choices), this.highest), this.lowest), this.scale),
    );
  }

  /** The kernel with every choice made: each weight on a level; the caller's. */
  rounded(): tf.Tensor {
    return tf.tidy(() => this.kernel(tf.cast(tf.greaterEqual(this.choices(), 0.5), 'float32')));
  }

  dispose(): void {
    tf.dispose([this.v, this.scale, this.floor, this.lowest, this.highest]);
  }
}
