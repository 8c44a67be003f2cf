/**
 * What the generator's loss compares statistics with: the network's stored ones and the classes' BNS centres, and what
 * a difference counts.
 */
import * as tf from '@tensorflow/tfjs-core';
import { SCALE_EPSILON } from '../bns/separation';
import type { BnsTable, StatisticsLayout } from '../bns/statistics';

/** First layer that D and C look at, as in the program: floor((L + 1) / 2) - 2, at least 0. */
export function defaultStartLayer(layers: number): number {
  return Math.max(0, Math.floor((layers + 1) / 2) - 2);
}

/**
 * [D] for every column what its squared difference counts in avg_{l >= startLayer} [ MSE(mean) + MSE(var) ], MSE being
 * the mean over the layer's channels: 1 / (C_l (L - startLayer)), and 0 in layers before.
 */
export function columnWeights({ channels, offsets, size }: StatisticsLayout, startLayer = 0): Float32Array {
  const layers = channels.length - startLayer;
  if (!Number.isInteger(startLayer) || startLayer < 0 || layers < 1) {
    throw new RangeError(
      `There is no BatchNorm layer ${startLayer}: the network has ${channels.length}, counted from 0.`,
    );
  }
  const weights = new Float32Array(size);
  for (let l = startLayer; l < channels.length; l++)
    weights.fill(1 / (channels[l] * layers), offsets[l], offsets[l] + 2 * channels[l]);
  return weights;
}

/**
 * [D] for every column the inverse square of its scale: 1 / variance for means, 1 / variance^2 for variances, of the
 * stored variance. A squared difference times this is one of `scaledPoints`, in which the charts and the quality of
 * images are measured.
 */
export function inverseSquaredScales(running: BnsTable): Float32Array {
  return Float32Array.from(
    running.layers.flatMap(({ channels, values }) =>
      Array.from(values, (_, k) => {
        const variance = values[channels + (k % channels)] + SCALE_EPSILON;
        return k < channels ? 1 / variance : 1 / variance ** 2;
      }),
    ),
  );
}

export interface TargetOptions {
  /** BNS, D and C count every difference in units of its channel's stored scale; otherwise plainly, as in the paper. */
  scaled?: boolean;
  /** What D and C aim at, one row a class; left out: the centres. */
  aims?: BnsTable;
  /**
   * [D] standard deviations of D's noise where they are measured (`classScatter`); left out: the settings have them.
   */
  scatter?: Float32Array;
}

/** Constant during a run. Owns its tensors. */
export class GeneratorTargets {
  /** [1, D] running statistics stored in the network. */
  readonly running: tf.Tensor2D;
  /** [1, D] see `columnWeights`, scaled or not: of every layer, and of those that D and C look at. */
  readonly allLayers: tf.Tensor2D;
  readonly deepLayers: tf.Tensor2D;
  /** [1, D] of every layer, never scaled: what counts for a class that is not trusted. */
  readonly plainLayers: tf.Tensor2D;
  /** [1, D] factors that make a plain squared distance of columns the scaled one of the deep layers. */
  readonly placing: tf.Tensor2D;
  /** [D] the values of `deepLayers`: what D counts a squared difference in every column. */
  readonly counted: Float32Array;
  /** [D] the values of `plainLayers`. */
  readonly plainlyCounted: Float32Array;

  private readonly layout: StatisticsLayout;
  private readonly scatter?: Float32Array;
  private readonly aims: BnsTable;
  private readonly stored: Float32Array;
  private readonly placingValues: Float32Array;
  /** What was asked for last, which is the same in nearly every step. */
  private uniform: { mean: number; variance: number; scales: Float32Array } | null = null;
  private floor: { scales: Float32Array; value: number } | null = null;
  /** Made when they are first asked for: with 1000 classes they are large, and only the contrast looks at them. */
  private placed: ReturnType<GeneratorTargets['place']> | null = null;

  constructor(
    running: BnsTable,
    private readonly classCenters: BnsTable,
    readonly startLayer: number,
    { scaled = false, aims = classCenters, scatter }: TargetOptions = {},
  ) {
    const { layout } = running;
    this.layout = layout;
    this.scatter = scatter;
    this.aims = aims;
    if (scatter && scatter.length !== layout.size)
      throw new Error(`The scatter has ${scatter.length} columns, running statistics ${layout.size}.`);
    for (const table of [classCenters, aims]) {
      if (table.layout.size !== layout.size)
        throw new Error(`Centres have ${table.layout.size} columns, running statistics ${layout.size}.`);
    }
    const [all, deep] = [columnWeights(layout), columnWeights(layout, startLayer)];
    const scales = inverseSquaredScales(running);
    const scaledDeep = deep.map((weight, k) => weight * scales[k]);
    const stored = (this.stored = running.pack());
    const placing = (this.placingValues = scaledDeep.map(Math.sqrt));
    const counted = scaled ? scaledDeep : deep;
    this.counted = counted;
    this.plainlyCounted = all;
    this.running = tf.tensor2d(stored.slice(), [1, layout.size]);
    this.allLayers = tf.tensor2d(scaled ? all.map((weight, k) => weight * scales[k]) : all.slice(), [1, layout.size]);
    this.plainLayers = tf.tensor2d(all.slice(), [1, layout.size]);
    this.deepLayers = tf.tensor2d(counted.slice(), [1, layout.size]);
    this.placing = tf.tensor2d(placing.slice(), [1, layout.size]);
  }

  /** [numClasses, D] the classes' centres, less the running statistics, times `placing`. */
  get placedCenters(): tf.Tensor2D {
    return this.place().centers;
  }

  /** [1, numClasses] squared lengths of `placedCenters`. */
  get squaredLengths(): tf.Tensor2D {
    return this.place().lengths;
  }

  /** Makes the two above, once: outside of a step, which would let go of them at its end. */
  place(): { centers: tf.Tensor2D; lengths: tf.Tensor2D } {
    if (this.placed) return this.placed;
    const { classCenters, layout, stored, placingValues } = this;
    const placed = classCenters
      .pack()
      .map((value, i) => (value - stored[i % layout.size]) * placingValues[i % layout.size]);
    const squares = Float32Array.from({ length: classCenters.rows }, (_, c) =>
      placed.subarray(c * layout.size, (c + 1) * layout.size).reduce((sum, value) => sum + value * value, 0),
    );
    return (this.placed = {
      centers: tf.tensor2d(placed, [classCenters.rows, layout.size]),
      lengths: tf.tensor2d(squares, [1, classCenters.rows]),
    });
  }

  /** [D] what D and C aim at for a class: its BNS centre. */
  aimOf(index: number): Float32Array {
    return this.aims.packRow(index);
  }

  /**
   * [D] standard deviations of the distorted term's noise: measured ones, or else these two in every layer and channel.
   * To be read only.
   */
  distortionScales(mean: number, variance: number): Float32Array {
    if (this.scatter) return this.scatter;
    const { uniform } = this;
    if (uniform?.mean === mean && uniform.variance === variance) return uniform.scales;
    const scales = uniformScales(this.layout, mean, variance);
    this.uniform = { mean, variance, scales };
    return scales;
  }

  /**
   * Expected value of the distorted term for a batch that lies exactly on its centre, given the noise's deviations:
   * E[D] = C + this.
   */
  distortedFloor(scales: Float32Array): number {
    if (this.floor?.scales === scales) return this.floor.value;
    let value = 0;
    for (let k = 0; k < scales.length; k++) value += this.counted[k] * scales[k] * scales[k];
    this.floor = { scales, value };
    return value;
  }

  dispose(): void {
    tf.dispose([this.running, this.allLayers, this.deepLayers, this.plainLayers, this.placing]);
    if (this.placed) tf.dispose(this.placed);
    this.placed = null;
  }
}

/** [D] one value for all means and another for all variances. */
export function uniformScales(
  { channels, offsets, size }: StatisticsLayout,
  mean: number,
  variance: number,
): Float32Array {
  const scales = new Float32Array(size).fill(variance);
  channels.forEach((c, l) => scales.fill(mean, offsets[l], offsets[l] + c));
  return scales;
}
