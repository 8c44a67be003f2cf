/** Looks at a student's weights while it is trained: whether all are numbers, and which have moved how far. */
import * as tf from '@tensorflow/tfjs-core';
import { flatten, SMALLEST_WEIGHT } from './optimizers';

/** Norms of some weights: of what they are, of what they were, and of how far they are from there. */
export interface WeightNorms {
  /** By key, in the order of the variables. NaN where a value is no finite number. */
  norm: Record<string, number>;
  start: Record<string, number>;
  moved: Record<string, number>;
}

/** Keeps a copy of the weights as they were; the variables stay the caller's. */
export class WeightWatch {
  private readonly starts: Record<string, tf.Tensor>;

  constructor(private readonly variables: Record<string, tf.Variable>) {
    this.starts = Object.fromEntries(
      Object.entries(variables).map(([key, variable]) => [key, tf.keep(tf.clone(variable))]),
    );
  }

  /**
   * Sum of the squares of all weights, which is finite where all are (up to 1e19: what is larger is as bad): a scalar
   * tensor, the caller's, to be read with other numbers.
   */
  squares(): tf.Scalar {
    return tf.tidy(() => tf.sum(tf.square(flatten(Object.values(this.variables))))) as tf.Scalar;
  }

  /** Reads all norms: for when something is wrong. */
  async norms(): Promise<WeightNorms> {
    const keys = Object.keys(this.variables);
    const packed = tf.tidy(() =>
      tf.stack(
        keys.flatMap((key) => {
          const [variable, start] = [this.variables[key], this.starts[key]];
          return [tf.norm(variable), tf.norm(start), tf.norm(tf.sub(variable, start))];
        }),
      ),
    );
    const values = await packed.data();
    packed.dispose();
    const column = (offset: number) => Object.fromEntries(keys.map((key, i) => [key, values[3 * i + offset]]));
    return { norm: column(0), start: column(1), moved: column(2) };
  }

  /**
   * First weight, in the order of the variables, with a value that is no finite number; else the one that has moved
   * furthest beside its size at the start, which counts as that of `SMALLEST_WEIGHT` at least. Null: there are none.
   */
  async worst(): Promise<{ key: string; moved: number } | null> {
    const { norm, start, moved } = await this.norms();
    let worst: { key: string; moved: number } | null = null;
    for (const key of Object.keys(norm)) {
      if (!Number.isFinite(norm[key])) return { key, moved: NaN };
      const share = moved[key] / Math.max(start[key], SMALLEST_WEIGHT * Math.sqrt(this.variables[key].size));
      if (!worst || share > worst.moved) worst = { key, moved: share };
    }
    return worst;
  }

  dispose(): void {
    tf.dispose(this.starts);
  }
}
