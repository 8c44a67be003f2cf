/**
 * A quantizer's step size as something that is trained (LSQ: Esser et al., Learned Step Size Quantization, ICLR 2020).
 */
import * as tf from '@tensorflow/tfjs-core';
import { differentiable } from '../kernels/differentiable';
import { fakeQuantizeLearned, type QuantizationGrid } from '../kernels/fakeQuantize';

/**
 * A step does not become smaller than this share of where it began: at 0 there would be no grid, and below it a turned
 * one.
 */
export const SMALLEST_RATIO = 0.05;

/**
 * Step = start times a trained ratio, which is 1 at first; so that one learning rate moves the steps of all layers by
 * like shares. The zero point stays, a whole number. Owns its tensors.
 *
 * The gradient is LSQ's (paper Eq. 3 and section 2.2): of the step, times 1 / sqrt(N Qp), with N values that share it
 * and Qp the largest level; divided by the start, because a change of the ratio by d changes the step by d times the
 * start.
 */
export class LearnedStep {
  /** Of the grid's shape: [], [O] or [c, m]. What is trained. */
  readonly ratio: tf.Variable;
  private place: { start: tf.Tensor; zero: tf.Tensor; scaling: tf.Tensor; bits: number };

  /**
   * @param grid where it begins; its tensors stay the caller's
   * @param sharing values that share one step: of a kernel's channel, or of one image's activation
   * @param largest largest level, Qp
   */
  constructor(
    grid: QuantizationGrid,
    private readonly sharing: number,
    private readonly largest: number,
  ) {
    this.place = this.placeAt(grid);
    this.ratio = tf.tidy(() => tf.variable(tf.onesLike(this.place.start), true));
  }

  private placeAt(grid: QuantizationGrid): LearnedStep['place'] {
    return tf.tidy(() => ({
      start: tf.keep(tf.div(1, grid.scale)),
      zero: tf.keep(tf.clone(grid.zero)),
      scaling: tf.keep(tf.mul(grid.scale, 1 / Math.sqrt(this.sharing * this.largest))),
      bits: grid.bits,
    }));
  }

  /** Begins anew at a grid of the same shape; the ratio stays the same variable, at 1. */
  moveTo(grid: QuantizationGrid): void {
    const { start, zero, scaling } = this.place;
    this.place = this.placeAt(grid);
    tf.dispose([start, zero, scaling]);
    tf.tidy(() => this.ratio.assign(tf.onesLike(this.place.start)));
  }

  /** Fake quantization on the grid as it is; differentiable in x and in the ratio. */
  quantize<T extends tf.Tensor>(x: T): T {
    const step = differentiable(
      [this.ratio],
      () => tf.tidy(() => tf.mul(this.place.start, tf.maximum(this.ratio, SMALLEST_RATIO))),
      (dy) => [tf.mul(dy, this.place.scaling)],
    );
    return fakeQuantizeLearned(x, step, this.place.zero, this.place.bits);
  }

  /** The grid as it is; the caller owns its tensors. */
  grid(): QuantizationGrid {
    return tf.tidy(() => ({
      scale: tf.div(1, tf.mul(this.place.start, tf.maximum(this.ratio, SMALLEST_RATIO))),
      zero: tf.clone(this.place.zero),
      bits: this.place.bits,
    }));
  }

  dispose(): void {
    const { start, zero, scaling } = this.place;
    tf.dispose([this.ratio, start, zero, scaling]);
  }
}
