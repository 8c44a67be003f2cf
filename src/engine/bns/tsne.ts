/**
 * t-SNE, exact (van der Maaten and Hinton 2008), with the start and the learning rate of Kobak and Berens (2019): the
 * two first principal components, tiny, and n / 12. Every step looks at all pairs, which is fine up to a few thousand
 * points.
 */
import type { Random } from '../random';
import { gramMatrix } from './gram';
import { fitPca } from './pca';
import type { Points } from './separation';

/** Called between steps; return false to stop. Awaited, so that it may let other events in. */
export type ProjectionProgress = (done: number, total: number) => boolean | void | Promise<boolean | void>;

const STEPS = 750;
const EXAGGERATED_STEPS = 250;
const EXAGGERATION = 12;
const STEPS_A_REPORT = 10;

/**
 * @param random breaks the ties of points that coincide
 * @param perplexity effective number of neighbours; less for few points
 * @returns [count, 2], or null when `onProgress` said stop
 */
export async function tsne(
  points: Points,
  random: Random,
  onProgress?: ProjectionProgress,
  perplexity = 30,
): Promise<Float32Array | null> {
  const { count: n } = points;
  const p = jointProbabilities(points, Math.min(perplexity, (n - 1) / 3));
  const y = start(points, random);
  const velocity = new Float64Array(2 * n);
  const gains = new Float64Array(2 * n).fill(1);
  const learningRate = Math.max(50, n / EXAGGERATION);
  for (let step = 0; step < STEPS; step++) {
    if (step % STEPS_A_REPORT === 0 && (await onProgress?.(step, STEPS)) === false) return null;
    const early = step < EXAGGERATED_STEPS;
    const slope = gradient(p, y, n, early ? EXAGGERATION : 1);
    for (let k = 0; k < 2 * n; k++) {
      gains[k] = Math.max(0.01, slope[k] * velocity[k] > 0 ? gains[k] * 0.8 : gains[k] + 0.2);
      velocity[k] = (early ? 0.5 : 0.8) * velocity[k] - learningRate * gains[k] * slope[k];
      y[k] += velocity[k];
    }
  }
  if ((await onProgress?.(STEPS, STEPS)) === false) return null;
  return Float32Array.from(y);
}

/** Principal components scaled to a standard deviation of 1e-4 along the first, plus a hundredth of that in noise. */
function start(points: Points, random: Random): Float64Array {
  const xy = fitPca(points).project(points);
  let squares = 0;
  for (let i = 0; i < xy.length; i += 2) squares += xy[i] * xy[i];
  const deviation = Math.sqrt(squares / points.count) || 1;
  return Float64Array.from(xy, (v) => 1e-4 * (v / deviation) + 1e-6 * random.normal());
}

/** Symmetric p_ij [n, n], summing to 1; each point's own Gaussian is as wide as the perplexity asks. */
function jointProbabilities({ count: n, dimensions, values }: Points, perplexity: number): Float64Array {
  const squared = squaredDistances(values, n, dimensions);
  const p = new Float64Array(n * n);
  const entropy = Math.log(perplexity);
  for (let i = 0; i < n; i++) {
    const row = p.subarray(i * n, (i + 1) * n);
    let nearest = Infinity;
    for (let j = 0; j < n; j++) if (j !== i) nearest = Math.min(nearest, squared[i * n + j]);
    let [low, high, beta] = [0, Infinity, 1];
    for (let attempt = 0; attempt < 100; attempt++) {
      // Relative to the nearest: the factor cancels, and far points do not underflow to a sum of 0.
      let sum = 0;
      let weighted = 0;
      for (let j = 0; j < n; j++) {
        const excess = squared[i * n + j] - nearest;
        row[j] = j === i ? 0 : Math.exp(-beta * excess);
        sum += row[j];
        if (j !== i) weighted += row[j] * excess;
      }
      for (let j = 0; j < n; j++) row[j] /= sum;
      const difference = Math.log(sum) + (beta * weighted) / sum - entropy;
      if (Math.abs(difference) < 1e-5) break;
      if (difference > 0) low = beta;
      else high = beta;
      beta = high === Infinity ? beta * 2 : (low + high) / 2;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) p[i * n + j] = p[j * n + i] = (p[i * n + j] + p[j * n + i]) / (2 * n);
  }
  return p;
}

/** Squared Euclidean distances, [n, n]. */
export function squaredDistances(values: Float64Array, n: number, dimensions: number): Float64Array {
  const gram = gramMatrix(values, n, dimensions);
  const squares = Float64Array.from({ length: n }, (_, i) => gram[i * n + i]);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++)
      gram[i * n + j] = i === j ? 0 : Math.max(0, squares[i] + squares[j] - 2 * gram[i * n + j]);
  }
  return gram;
}

/** Gradient of KL(P || Q) in y, [n, 2]: 4 sum_j (p_ij - q_ij) (y_i - y_j) / (1 + |y_i - y_j|^2). */
function gradient(p: Float64Array, y: Float64Array, n: number, exaggeration: number): Float64Array {
  const attraction = new Float64Array(2 * n);
  const repulsion = new Float64Array(2 * n);
  let total = 0;
  for (let i = 0; i < n; i++) {
    const [xi, yi] = [y[2 * i], y[2 * i + 1]];
    let ax = 0,
      ay = 0,
      rx = 0,
      ry = 0;
    for (let j = 0; j < i; j++) {
      const dx = xi - y[2 * j];
      const dy = yi - y[2 * j + 1];
      const weight = 1 / (1 + dx * dx + dy * dy);
      total += 2 * weight;
      const pull = p[i * n + j] * weight;
      const push = weight * weight;
      ax += pull * dx;
      ay += pull * dy;
      rx += push * dx;
      ry += push * dy;
      attraction[2 * j] -= pull * dx;
      attraction[2 * j + 1] -= pull * dy;
      repulsion[2 * j] -= push * dx;
      repulsion[2 * j + 1] -= push * dy;
    }
    attraction[2 * i] += ax;
    attraction[2 * i + 1] += ay;
    repulsion[2 * i] += rx;
    repulsion[2 * i + 1] += ry;
  }
  for (let k = 0; k < 2 * n; k++) attraction[k] = 4 * (exaggeration * attraction[k] - repulsion[k] / total);
  return attraction;
}
