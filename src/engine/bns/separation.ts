/**
 * Inter-class separation and intra-class incohesion of BatchNorm statistics, layer by layer (paper Fig. 3 and Eq. 5;
 * fdda.md, "Centres and statistics"). Plain arrays; NaN where a value does not exist.
 */
import type { SeparationByLayer } from '../runReport';
import { gramMatrix } from './gram';
import type { BnsTable, LayerStatistics } from './statistics';

export type Metric = 'euclidean' | 'cosine';

export interface Points {
  count: number;
  dimensions: number;
  /** [count, dimensions] */
  values: Float64Array;
}

/** What a running variance of 0 (a channel that never fires) is divided by instead; PyTorch's BatchNorm epsilon. */
export const SCALE_EPSILON = 1e-5;

/**
 * Statistics as points whose dimensions are comparable: every channel's mean is divided by the layer's running standard
 * deviation of that channel, every variance by its running variance. Unscaled, a few loud channels would decide all
 * distances.
 *
 * @param layer statistics of any rows
 * @param running of one row: the statistics stored in that BatchNorm layer
 */
export function scaledPoints({ channels, values }: LayerStatistics, running: LayerStatistics): Points {
  const dimensions = 2 * channels;
  const factor = Float64Array.from({ length: dimensions }, (_, k) => {
    const variance = running.values[channels + (k % channels)] + SCALE_EPSILON;
    return 1 / (k < channels ? Math.sqrt(variance) : variance);
  });
  const scaled = Float64Array.from(values);
  for (let i = 0; i < scaled.length; i++) scaled[i] *= factor[i % dimensions];
  return { count: values.length / dimensions, dimensions, values: scaled };
}

/** One value a point; NaN for a class of one, or where there is no other class. */
export interface Silhouette {
  /** (b - a) / max(a, b), -1 to 1; NaN also where both are 0. */
  silhouette: Float64Array;
  /** a: mean distance to the other points of the same class (incohesion). */
  intraClass: Float64Array;
  /** b: mean distance to the points of the nearest other class (separation). */
  interClass: Float64Array;
}

/**
 * Silhouette coefficients (Rousseeuw 1987; paper Eq. 5).
 *
 * @param labels [count] class of each point, 0 to numClasses - 1
 */
export function silhouettes(
  points: Points,
  labels: ArrayLike<number>,
  numClasses: number,
  metric: Metric = 'euclidean',
): Silhouette {
  const { count } = points;
  const sizes = new Int32Array(numClasses);
  for (let i = 0; i < count; i++) sizes[labels[i]]++;
  const sums = new Float64Array(count * numClasses);
  const distance = pairDistances(points, metric);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const d = distance(i, j);
      sums[i * numClasses + labels[j]] += d;
      sums[j * numClasses + labels[i]] += d;
    }
  }
  const result = {
    silhouette: new Float64Array(count),
    intraClass: new Float64Array(count),
    interClass: new Float64Array(count),
  };
  for (let i = 0; i < count; i++) {
    const own = labels[i];
    // A class of one: 0 / 0.
    const a = sums[i * numClasses + own] / (sizes[own] - 1);
    let b = NaN;
    for (let c = 0; c < numClasses; c++) {
      const mean = sums[i * numClasses + c] / sizes[c];
      if (c !== own && sizes[c] > 0 && !(mean >= b)) b = mean;
    }
    result.intraClass[i] = a;
    result.interClass[i] = b;
    result.silhouette[i] = (b - a) / Math.max(a, b);
  }
  return result;
}

/** Distance of points i and j of one set, from all inner products. */
function pairDistances({ count, dimensions, values }: Points, metric: Metric): (i: number, j: number) => number {
  if (metric === 'cosine') {
    const gram = gramMatrix(values, count, dimensions);
    const norms = Float64Array.from({ length: count }, (_, i) => Math.sqrt(gram[i * count + i]));
    return (i, j) => cosineDistance(gram[i * count + j], norms[i] * norms[j]);
  }
  // Around their middle: |x|^2 + |y|^2 - 2xy cancels where points lie far from 0 and close together.
  const centred = values.slice();
  for (let k = 0; k < dimensions; k++) {
    let mean = 0;
    for (let i = k; i < centred.length; i += dimensions) mean += centred[i] / count;
    for (let i = k; i < centred.length; i += dimensions) centred[i] -= mean;
  }
  const gram = gramMatrix(centred, count, dimensions);
  return (i, j) => Math.sqrt(Math.max(0, gram[i * count + i] + gram[j * count + j] - 2 * gram[i * count + j]));
}

/** A vector of length 0 is neither like nor unlike any other: 1. */
function cosineDistance(product: number, norms: number): number {
  return norms === 0 ? 1 : 1 - product / norms;
}

/** Where points lie among the classes' centres; one value a point. */
export interface CenterDistances {
  /** Distance to the centre of the point's own class; NaN if it has none. */
  own: Float64Array;
  /** Distance to the nearest centre of another class. */
  nearestOther: Float64Array;
  /** Class of the nearest centre of all; -1 without centres. */
  nearest: Int32Array;
}

/** @param centers one point a class; NaN for a class without a centre */
export function centerDistances(
  points: Points,
  labels: ArrayLike<number>,
  centers: Points,
  metric: Metric = 'euclidean',
): CenterDistances {
  const { count, dimensions, values } = points;
  const nothing = () => new Float64Array(count).fill(NaN);
  const result = { own: nothing(), nearestOther: nothing(), nearest: new Int32Array(count).fill(-1) };
  for (let i = 0; i < count; i++) {
    let best = Infinity;
    for (let c = 0; c < centers.count; c++) {
      const d = distance(values, i * dimensions, centers.values, c * dimensions, dimensions, metric);
      if (Number.isNaN(d)) continue;
      if (d < best) {
        best = d;
        result.nearest[i] = c;
      }
      if (c === labels[i]) result.own[i] = d;
      else if (!(d >= result.nearestOther[i])) result.nearestOther[i] = d;
    }
  }
  return result;
}

function distance(a: Float64Array, from: number, b: Float64Array, start: number, d: number, metric: Metric): number {
  if (metric === 'euclidean') {
    let sum = 0;
    for (let k = 0; k < d; k++) {
      const difference = a[from + k] - b[start + k];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }
  let product = 0,
    squareA = 0,
    squareB = 0;
  for (let k = 0; k < d; k++) {
    product += a[from + k] * b[start + k];
    squareA += a[from + k] * a[from + k];
    squareB += b[start + k] * b[start + k];
  }
  return cosineDistance(product, Math.sqrt(squareA * squareB));
}

/** Per layer, and per layer and class. */
export interface Separation {
  byLayer: SeparationByLayer;
  /** The same four, each [L, numClasses]: means over the class's points. */
  byClass: SeparationByLayer;
}

const MEASURES = [
  'silhouette',
  'intraClass',
  'interClass',
  'nearestCenterAccuracy',
] as const satisfies (keyof SeparationByLayer)[];

/**
 * Separation and incohesion of some images' statistics at every layer. Points are scaled (`scaledPoints`); means leave
 * out what does not exist, and are NaN where nothing is left.
 *
 * @param statistics one row an image
 * @param labels [rows] class of each image
 * @param centers one row a class (`bnsCenters`), as a rule of other images
 * @param running one row: the network's stored statistics
 */
export function separation(
  statistics: BnsTable,
  labels: ArrayLike<number>,
  centers: BnsTable,
  running: BnsTable,
  metric: Metric = 'euclidean',
): Separation {
  const numClasses = centers.rows;
  const layers = statistics.layers.length;
  if (labels.length !== statistics.rows) throw new RangeError(`${labels.length} labels for ${statistics.rows} images.`);
  const empty = (length: number) =>
    Object.fromEntries(MEASURES.map((name) => [name, new Float32Array(length)])) as unknown as SeparationByLayer;
  const [byLayer, byClass] = [empty(layers), empty(layers * numClasses)];
  statistics.layers.forEach((layer, l) => {
    const points = scaledPoints(layer, running.layers[l]);
    const { own, nearest } = centerDistances(
      points,
      labels,
      scaledPoints(centers.layers[l], running.layers[l]),
      metric,
    );
    const hits = own.map((d, i) => (Number.isNaN(d) ? NaN : Number(nearest[i] === labels[i])));
    const measured = { ...silhouettes(points, labels, numClasses, metric), nearestCenterAccuracy: hits };
    for (const name of MEASURES) {
      byLayer[name][l] = meanOfExisting(measured[name]);
      byClass[name].set(meansByClass(measured[name], labels, numClasses), l * numClasses);
    }
  });
  return { byLayer, byClass };
}

/** The same for the values of each class. */
function meansByClass(values: Float64Array, labels: ArrayLike<number>, numClasses: number): Float64Array {
  const [sums, counts] = [new Float64Array(numClasses), new Int32Array(numClasses)];
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    sums[labels[i]] += value;
    counts[labels[i]]++;
  });
  return sums.map((sum, c) => sum / counts[c]);
}

/** Mean of what is not NaN; NaN of nothing. */
function meanOfExisting(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const v of values) {
    if (Number.isNaN(v)) continue;
    sum += v;
    count++;
  }
  return sum / count;
}
