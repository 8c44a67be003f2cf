import * as tf from '@tensorflow/tfjs-core';
import { NotFiniteError } from './notFinite';
import type { WeightWatch } from './weightWatch';

interface Pending {
  step: number;
  learningRate: number;
  /** [count] numbers of the step. */
  values: tf.Tensor1D;
}

/** A student's steps whose numbers have not been read yet. Owns them: call `discard`. */
export class PendingSteps {
  private pending: Pending[] = [];

  /** @param watch of the weights that the steps train; stays the caller's */
  constructor(private readonly watch: WeightWatch) {}

  /** @param values [count], of every step equally many; taken over */
  add(step: number, learningRate: number, values: tf.Tensor1D): void {
    this.pending.push({ step, learningRate, values });
  }

  /** The numbers of the last step; they stay to be read. */
  async last(): Promise<Float32Array | null> {
    return ((await this.pending.at(-1)?.values.data()) as Float32Array | undefined) ?? null;
  }

  /**
   * Reads the numbers of all steps since the last call, and looks whether all weights are numbers, in one readback.
   *
   * @param sampleOf what is made of a step's numbers; throws NotFiniteError where they are none
   * @returns a sample of each step
   *
   * @throws NotFiniteError naming the first weight that is not a finite number
   */
  async drain<Sample>(
    sampleOf: (values: Float32Array, step: number, learningRate: number) => Sample,
  ): Promise<Sample[]> {
    const taken = this.pending;
    this.pending = [];
    if (taken.length === 0) return [];
    const packed = tf.tidy(() =>
      tf.concat([...taken.map(({ values }) => values), tf.reshape(this.watch.squares(), [1])] as tf.Tensor1D[]),
    );
    const [{ size }] = taken.map(({ values }) => values);
    tf.dispose(taken.map(({ values }) => values));
    const values = (await packed.data()) as Float32Array;
    packed.dispose();
    const samples = taken.map(({ step, learningRate }, i) =>
      sampleOf(values.subarray(size * i, size * (i + 1)), step, learningRate),
    );
    if (!Number.isFinite(values[values.length - 1])) {
      const { key } = (await this.watch.worst())!;
      throw new NotFiniteError(`The student's weight ${key}`, taken[taken.length - 1].step);
    }
    return samples;
  }

  discard(): void {
    tf.dispose(this.pending.map(({ values }) => values));
    this.pending = [];
  }
}
