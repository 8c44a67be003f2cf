/**
 * BatchNorm statistics (fdda.md, "BNS") as rows: one row an image, a group of images or a class; the columns are all
 * BatchNorm layers one after the other, each with its C means and then its C variances. As one matrix every loss term
 * is one small operation, however many layers there are.
 */
import * as tf from '@tensorflow/tfjs-core';
import { imagesAtOnce } from '../data/amounts';
import { concatColumns } from '../kernels/columns';
import { differentiable } from '../kernels/differentiable';
import { fused } from '../kernels/fused';
import { activationNodes, rangesTap, unpackRanges, type ActivationRange } from '../network/activationRanges';
import { batchNormLayers, forward, type ForwardHooks, type WeightTensors } from '../network/executor';
import type { Network, NetworkDefinition } from '../network/types';

/** Where each layer's columns are. */
export interface StatisticsLayout {
  /** [L] channels C_l. */
  channels: readonly number[];
  /** [L] layer l has the columns offsets[l] to offsets[l] + 2 C_l: means, then variances. */
  offsets: readonly number[];
  /** D, the sum of 2 C_l. */
  size: number;
}

export function statisticsLayout(channels: readonly number[]): StatisticsLayout {
  const offsets: number[] = [];
  let size = 0;
  for (const c of channels) {
    offsets.push(size);
    size += 2 * c;
  }
  return { channels: [...channels], offsets, size };
}

/** Layout of a network's BatchNorm layers, in the order in which the executor's taps count them. */
export function networkLayout(network: Network): StatisticsLayout {
  return statisticsLayout(batchNormLayers(network.definition).map((node) => network.weights[node.mean].values.length));
}

/** Statistics of some rows (images, groups, classes) at one layer. */
export interface LayerStatistics {
  channels: number;
  /** [rows, 2 C]: means, then variances. */
  values: Float32Array;
}

/** Statistics of some rows (images, groups, classes) at every BatchNorm layer, as plain arrays. */
export class BnsTable {
  readonly layout: StatisticsLayout;

  constructor(
    readonly rows: number,
    readonly layers: readonly LayerStatistics[],
  ) {
    this.layout = statisticsLayout(layers.map((layer) => layer.channels));
  }

  /**
   * @param packed [rows, stride] row-major, of which the first D columns are the statistics
   * @param stride D if left out
   */
  static unpack(layout: StatisticsLayout, rows: number, packed: ArrayLike<number>, stride = layout.size): BnsTable {
    const layers = layout.channels.map((channels, l) => {
      const values = new Float32Array(rows * 2 * channels);
      for (let r = 0; r < rows; r++) {
        const from = r * stride + layout.offsets[l];
        for (let k = 0; k < 2 * channels; k++) values[r * 2 * channels + k] = packed[from + k];
      }
      return { channels, values };
    });
    return new BnsTable(rows, layers);
  }

  /** [rows, D] row-major. */
  pack(): Float32Array {
    const { layout, rows } = this;
    const packed = new Float32Array(rows * layout.size);
    this.layers.forEach(({ channels, values }, l) => {
      for (let r = 0; r < rows; r++) {
        packed.set(values.subarray(r * 2 * channels, (r + 1) * 2 * channels), r * layout.size + layout.offsets[l]);
      }
    });
    return packed;
  }

  /** [D] one row, as `pack` has it. */
  packRow(index: number): Float32Array {
    const { layout } = this;
    const packed = new Float32Array(layout.size);
    this.layers.forEach(({ channels, values }, l) => {
      const [from, to] = [index * 2 * channels, layout.offsets[l]];
      for (let k = 0; k < 2 * channels; k++) packed[to + k] = values[from + k];
    });
    return packed;
  }

  /** The rows at `indices`, in that order. */
  select(indices: ArrayLike<number>): BnsTable {
    const layers = this.layers.map(({ channels, values }) => {
      const width = 2 * channels;
      const chosen = new Float32Array(indices.length * width);
      for (let i = 0; i < indices.length; i++)
        chosen.set(values.subarray(indices[i] * width, (indices[i] + 1) * width), i * width);
      return { channels, values: chosen };
    });
    return new BnsTable(indices.length, layers);
  }

  /** Rows of several tables of the same network below each other. */
  static concat(tables: readonly BnsTable[]): BnsTable {
    const layers = tables[0].layers.map(({ channels }, l) => {
      const values = new Float32Array(tables.reduce((sum, table) => sum + table.layers[l].values.length, 0));
      let at = 0;
      for (const table of tables) {
        values.set(table.layers[l].values, at);
        at += table.layers[l].values.length;
      }
      return { channels, values };
    });
    return new BnsTable(
      tables.reduce((sum, table) => sum + table.rows, 0),
      layers,
    );
  }
}

/** The running statistics stored in the network's BatchNorm layers: a table of one row. */
export function runningStatistics(network: Network): BnsTable {
  return new BnsTable(
    1,
    batchNormLayers(network.definition).map(({ mean, variance }) => {
      const values = Float32Array.from([...network.weights[mean].values, ...network.weights[variance].values]);
      return { channels: values.length / 2, values };
    }),
  );
}

/**
 * Hook for `forward` that gathers per-image statistics at every BatchNorm layer.
 *
 * @returns the hook, and `packed()`: after the forward pass the statistics [N, D], differentiable in the images
 */
export function statisticsTap(): Required<Pick<ForwardHooks, 'statistics'>> & { packed(): tf.Tensor2D } {
  const layers: tf.Tensor2D[] = [];
  return {
    statistics: (_, statistics) => layers.push(statistics),
    packed: () => concatColumns(layers),
  };
}

/** [G, N] row-major: row g averages the images of the g-th of consecutive groups of these sizes. */
export function averagingMatrix(groups: readonly number[]): Float32Array {
  const n = groups.reduce((a, b) => a + b, 0);
  const matrix = new Float32Array(groups.length * n);
  let start = 0;
  groups.forEach((size, g) => {
    matrix.fill(1 / size, g * n + start, g * n + start + size);
    start += size;
  });
  return matrix;
}

/** For every column its partner (a mean's variance, a variance's mean), and 1 where the column is a variance. */
function partners({ channels, offsets, size }: StatisticsLayout): { swap: Int32Array; isVariance: Float32Array } {
  const swap = new Int32Array(size);
  const isVariance = new Float32Array(size);
  channels.forEach((c, l) => {
    for (let k = 0; k < c; k++) {
      const mean = offsets[l] + k;
      swap[mean] = mean + c;
      swap[mean + c] = mean;
      isVariance[mean + c] = 1;
    }
  });
  return { swap, isVariance };
}

/**
 * Statistics of groups of images from those of the single images (fdda.md, "Centres and statistics"):
 * mean_g = A m and var_g = A (v + m^2) - (A m)^2, which is what one batch of the group's images has.
 *
 * @param perImage [N, D] (or [N, 2 C] for one layer)
 * @param averaging A [G, N], rows sum to 1 (`averagingMatrix`)
 * @param layout of the columns; left out: one layer
 * @returns [G, D], differentiable in `perImage`
 */
export function poolStatistics(perImage: tf.Tensor2D, averaging: tf.Tensor2D, layout?: StatisticsLayout): tf.Tensor2D {
  const { swap, isVariance } = partners(layout ?? statisticsLayout([perImage.shape[1] / 2]));
  if (swap.length !== perImage.shape[1])
    throw new Error(`poolStatistics: ${perImage.shape[1]} columns, but a layout of ${swap.length}`);
  const swapped = (x: tf.Tensor) => tf.gather(x, tf.tensor1d(swap, 'int32'), 1) as tf.Tensor2D;
  // What a fused kernel knows of a column: its partner, and whether it is a variance.
  const columns = () =>
    tf.tensor1d(
      swap.map((partner, i) => 2 * partner + isVariance[i]),
      'int32',
    );
  return differentiable<tf.Tensor2D>(
    [perImage],
    (save) => {
      const pooled = fused('PoolStatistics', { perImage, averaging, columns: columns() }, {}, () => {
        const variances = tf.tensor2d(isVariance, [1, swap.length]);
        const squares = tf.mul(variances, swapped(tf.square(perImage)));
        return tf.sub(
          tf.matMul(averaging, tf.add(perImage, squares) as tf.Tensor2D),
          tf.mul(variances, swapped(tf.square(tf.matMul(averaging, perImage)))),
        ) as tf.Tensor2D;
      });
      save([perImage, averaging, pooled]);
      return pooled;
    },
    (dy, [x, a, pooled]) => [
      fused('PoolStatisticsGradient', { dy, perImage: x, averaging: a, pooled, columns: columns() }, {}, () => {
        const transposed = tf.transpose(a) as tf.Tensor2D;
        // What arrives at a group's variance also reaches the mean of the same channel; nothing reaches a mean's
        // partner.
        const dVariance = tf.mul(swapped(dy), tf.sub(1, tf.tensor2d(isVariance, [1, swap.length]))) as tf.Tensor2D;
        const linear = tf.sub(dy, tf.mul(2, tf.mul(pooled, dVariance))) as tf.Tensor2D;
        return tf.add(tf.matMul(transposed, linear), tf.mul(2, tf.mul(x, tf.matMul(transposed, dVariance))));
      }),
    ],
  );
}

/** Images that are made when they are needed, a few at a time. */
export interface ImagesOnDemand {
  count: number;
  /** [number, H, W, C] in normalised image space, from the `start`-th on; the caller's. */
  batch(start: number, number: number): tf.Tensor4D;
}

export interface CollectOptions {
  /** Images a forward pass (default 50, of large images fewer). */
  batch?: number;
  /** Called after every batch; return false to stop. Awaited, so that it may let other events in. */
  onProgress?(done: number, total: number): boolean | void | Promise<boolean | void>;
}

const slices = (images: tf.Tensor4D): ImagesOnDemand => ({
  count: images.shape[0],
  batch: (start, number) => {
    const [, height, width, channels] = images.shape;
    return tf.slice(images, [start, 0, 0, 0], [number, height, width, channels]);
  },
});

const valuesOf = ({ inputShape: [height, width, channels] }: NetworkDefinition) => height * width * channels;

export interface CollectedStatistics {
  /** One row an image. */
  statistics: BnsTable;
  /** [N, numClasses] row-major. */
  logits: Float32Array;
  /** Of every activation, over all images. */
  ranges: ActivationRange[];
}

/**
 * Per-image statistics at every BatchNorm layer, and the logits, of many images, and the activations' ranges over all
 * of them; one asynchronous readback a batch.
 *
 * @param images [N, H, W, C] in normalised image space, which stay the caller's; or where to get them from
 * @returns null when `onProgress` said stop
 */
export async function collectStatistics(
  definition: NetworkDefinition,
  weights: WeightTensors,
  images: tf.Tensor4D | ImagesOnDemand,
  { batch = imagesAtOnce(valuesOf(definition), 50), onProgress }: CollectOptions = {},
): Promise<CollectedStatistics | null> {
  const source = images instanceof tf.Tensor ? slices(images) : images;
  const total = source.count;
  const layout = statisticsLayout(batchNormLayers(definition).map((node) => weights[node.mean].size));
  const statisticsAndLogits = layout.size + definition.numClasses;
  const width = statisticsAndLogits + 2 * activationNodes(definition).length;
  const packed = new Float32Array(total * width);
  for (let start = 0; start < total; start += batch) {
    const count = Math.min(batch, total - start);
    const part = tf.tidy(() => {
      const [tap, ranges] = [statisticsTap(), rangesTap()];
      const logits = forward(definition, weights, source.batch(start, count), { ...tap, ...ranges });
      return tf.concat([tap.packed(), logits, ...ranges.columns()], 1);
    });
    try {
      packed.set(await part.data(), start * width);
    } finally {
      part.dispose();
    }
    if ((await onProgress?.(start + count, total)) === false) return null;
  }
  const logits = new Float32Array(total * definition.numClasses);
  for (let i = 0; i < total; i++) {
    logits.set(packed.subarray(i * width + layout.size, i * width + statisticsAndLogits), i * definition.numClasses);
  }
  return {
    statistics: BnsTable.unpack(layout, total, packed, width),
    logits,
    ranges: unpackRanges(packed, width, statisticsAndLogits),
  };
}
