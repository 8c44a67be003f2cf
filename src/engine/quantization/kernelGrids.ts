/**
 * Where a kernel's grid comes from, one class a way: from the kernel itself in every pass, placed once, or learned with
 * it. A further way is a further class, and its line in `kernelGrid`.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  fakeQuantizeOnGrid,
  fakeQuantizeToOwnRange,
  quantizationGrid,
  type ClippedGradient,
  type QuantizationGrid,
} from '../kernels/fakeQuantize';
import type { Conv2dNode, DenseNode } from '../network/types';
import { FULL_PRECISION } from './layerBits';
import { LearnedStep } from './learnedStep';
import { leastSquaresGrids } from './leastSquares';
import { learnsSteps, type GridSettings, type QuantizerSettings } from './plan';
import { spannedShare, weightChannels, weightRange } from './ranges';

/** Owns what it keeps of a grid, and its step size where that is trained. */
export interface KernelGrid {
  readonly learned: LearnedStep | null;
  /** The kernel fake-quantized; differentiable in it and in a learned step. */
  quantize<T extends tf.Tensor>(kernel: T): T;
  /** The grid for the kernel as it is; the caller owns its tensors. */
  grid(kernel: tf.Tensor): QuantizationGrid;
  dispose(): void;
}

/** None: the kernel stays as it is. */
class Unquantized implements KernelGrid {
  readonly learned = null;

  quantize<T extends tf.Tensor>(kernel: T): T {
    return kernel;
  }

  grid(): never {
    throw new Error('A kernel that is not quantized has no grid.');
  }

  dispose(): void {
    // Keeps nothing.
  }
}

type Granularity = QuantizerSettings['weightGranularity'];

/** From smallest to largest value of the kernel as it is in this pass, or a share of that (`spannedShare`). */
class OwnRange implements KernelGrid {
  readonly learned = null;

  constructor(
    private readonly op: (Conv2dNode | DenseNode)['op'],
    private readonly granularity: Granularity,
    private readonly bits: number,
    private readonly share: number,
    private readonly clipped: ClippedGradient,
  ) {}

  quantize<T extends tf.Tensor>(kernel: T): T {
    if (this.share < 1) return fakeQuantizeOnGrid(kernel, () => this.grid(kernel), this.clipped);
    return fakeQuantizeToOwnRange(kernel, weightChannels(this.op, kernel, this.granularity), this.bits);
  }

  grid(kernel: tf.Tensor): QuantizationGrid {
    const { lo, hi } = weightRange(this.op, kernel, this.granularity);
    const share = spannedShare(this.share, this.bits);
    const grid = tf.tidy(() => {
      const part = (end: tf.Tensor) => (share < 1 ? tf.mul(end, share) : end);
      return quantizationGrid(part(lo), part(hi), this.bits);
    });
    tf.dispose([lo, hi]);
    return grid;
  }

  dispose(): void {
    // Keeps nothing.
  }
}

/** Where it was placed, whatever becomes of the kernel. */
export class Placed implements KernelGrid {
  readonly learned = null;

  /** @param place its tensors become this object's */
  constructor(
    private readonly place: QuantizationGrid,
    private readonly clipped: ClippedGradient,
  ) {
    for (const tensor of [place.scale, place.zero]) tf.keep(tensor);
  }

  quantize<T extends tf.Tensor>(kernel: T): T {
    return fakeQuantizeOnGrid(kernel, this.place, this.clipped);
  }

  grid(): QuantizationGrid {
    const { scale, zero, bits } = this.place;
    return { scale: tf.clone(scale), zero: tf.clone(zero), bits };
  }

  dispose(): void {
    tf.dispose([this.place.scale, this.place.zero]);
  }
}

class Learned implements KernelGrid {
  constructor(readonly learned: LearnedStep) {}

  quantize<T extends tf.Tensor>(kernel: T): T {
    return this.learned.quantize(kernel);
  }

  grid(): QuantizationGrid {
    return this.learned.grid();
  }

  dispose(): void {
    this.learned.dispose();
  }
}

/**
 * The grid of one kernel as the settings want it.
 *
 * @param kernel as it is at the start, where a placed or learned grid begins; stays the caller's
 * @param values of the same
 */
export function kernelGrid(
  { op }: Pick<Conv2dNode | DenseNode, 'op'>,
  kernel: tf.Tensor,
  values: Float32Array,
  bits: number,
  settings: QuantizerSettings & GridSettings,
): KernelGrid {
  const { weightGranularity, weightRange, weightRangeShare = 1, clippedGradient = 'pass' } = settings;
  if (bits === FULL_PRECISION) return new Unquantized();
  const own = new OwnRange(op, weightGranularity, bits, weightRangeShare, clippedGradient);
  const placed = () => leastSquaresGrids(values, weightChannels(op, kernel, weightGranularity), bits);
  if (!learnsSteps(settings)) return weightRange === 'mse' ? new Placed(placed(), clippedGradient) : own;
  const start = weightRange === 'mse' ? placed() : own.grid(kernel);
  const learned = new LearnedStep(start, values.length / start.scale.size, 2 ** (bits - 1) - 1);
  tf.dispose([start.scale, start.zero]);
  return new Learned(learned);
}
