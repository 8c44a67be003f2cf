/**
 * Non-linear maps of one layer's points, on demand. Unlike PCA (pca.ts) they cannot place further points later:
 * everything that shall appear together goes in together.
 */
import type { Random } from '../random';
import type { Points } from './separation';
import { squaredDistances, tsne, type ProjectionProgress } from './tsne';

export type { ProjectionProgress } from './tsne';
export type ProjectionMethod = 'tsne' | 'umap';

const FEWEST_POINTS = 4;
const NEIGHBOURS = 15;
const STEPS_A_REPORT = 10;

/**
 * @param points Euclidean distances between them are what counts: give scaled ones (`scaledPoints`)
 * @param random the same stream at the same place gives the same map
 * @returns [count, 2], or null when `onProgress` said stop
 * @throws RangeError for fewer than 4 points, or points that are not finite
 */
export async function projectNonlinear(
  method: ProjectionMethod,
  points: Points,
  random: Random,
  onProgress?: ProjectionProgress,
): Promise<Float32Array | null> {
  if (points.count < FEWEST_POINTS)
    throw new RangeError(`A map needs at least ${FEWEST_POINTS} points, not ${points.count}.`);
  if (!points.values.every(Number.isFinite)) throw new RangeError('A map needs points that are finite numbers.');
  return method === 'tsne' ? tsne(points, random, onProgress) : umap(points, random, onProgress);
}

/** UMAP (McInnes et al. 2018) of umap-js, with exact neighbours instead of its approximate search. */
async function umap(points: Points, random: Random, onProgress?: ProjectionProgress): Promise<Float32Array | null> {
  const { UMAP } = await import('umap-js');
  const { count, dimensions, values } = points;
  const nNeighbors = Math.min(NEIGHBOURS, count - 1);
  const map = new UMAP({ nComponents: 2, nNeighbors, minDist: 0.1, random: () => random.next() });
  const { indices, distances } = nearestNeighbours(points, nNeighbors);
  map.setPrecomputedKNN(indices, distances);
  const rows = Array.from({ length: count }, (_, i) =>
    Array.from(values.subarray(i * dimensions, (i + 1) * dimensions)),
  );
  const steps = map.initializeFit(rows);
  for (let step = 0; step < steps; step++) {
    if (step % STEPS_A_REPORT === 0 && (await onProgress?.(step, steps)) === false) return null;
    map.step();
  }
  if ((await onProgress?.(steps, steps)) === false) return null;
  return Float32Array.from(map.getEmbedding().flat());
}

/** The `k` nearest of each point, itself first, as umap-js counts them. */
function nearestNeighbours(
  { count, dimensions, values }: Points,
  k: number,
): { indices: number[][]; distances: number[][] } {
  const squared = squaredDistances(values, count, dimensions);
  const indices = Array.from({ length: count }, (_, i) => {
    const others = Array.from({ length: count }, (_value, j) => j).filter((j) => j !== i);
    others.sort((a, b) => squared[i * count + a] - squared[i * count + b] || a - b);
    return [i, ...others.slice(0, k - 1)];
  });
  return { indices, distances: indices.map((row, i) => row.map((j) => Math.sqrt(squared[i * count + j]))) };
}
