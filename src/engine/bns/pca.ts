/** Two principal components of a layer's points: a plane that everything else can be projected into. */
import { Random } from '../random';
import { gramMatrix } from './gram';
import type { Points } from './separation';

export interface Pca {
  /** Share of the variance along each of the two axes, 0 to 1; 0 where there is none. */
  explainedVariance: [number, number];
  /** [2, dimensions] unit vectors, or zeros for an axis that the points do not have. */
  axes: Float64Array;
  /**
   * @returns [count, 2] of any points of the same dimensions, relative to the middle of the points it was fitted on.
   */
  project(points: Points): Float32Array;
}

/** Vectors iterated together: the more there are beyond two, the faster the first two settle. */
const BLOCK = 8;

/**
 * Fits a plane. Signs are fixed so that the largest entry of each axis is positive: the same points give the same
 * picture. Covariance or Gram matrix, whichever is smaller; its first eigenvectors by orthogonal iteration with
 * Rayleigh-Ritz.
 */
export function fitPca(points: Points): Pca {
  const { count: n, dimensions: d } = points;
  const mean = new Float64Array(d);
  for (let i = 0; i < n * d; i++) mean[i % d] += points.values[i] / n;
  const centred = points.values.map((v, i) => v - mean[i % d]);
  const byRows = n <= d;
  const matrix = byRows ? gramMatrix(centred, n, d) : gramMatrix(transposed(centred, n, d), d, n);
  const size = byRows ? n : d;
  let trace = 0;
  for (let i = 0; i < size; i++) trace += matrix[i * size + i];
  const { values, vectors } = leadingEigenvectors(matrix, size);
  const axes = new Float64Array(2 * d);
  const explainedVariance: [number, number] = [0, 0];
  for (const a of [0, 1]) {
    // What is left of rounding is no axis.
    if (!(values[a] > 1e-12 * trace)) continue;
    explainedVariance[a] = values[a] / trace;
    const axis = axes.subarray(a * d, (a + 1) * d);
    if (byRows) {
      for (let i = 0; i < n; i++) for (let k = 0; k < d; k++) axis[k] += vectors[a][i] * centred[i * d + k];
    } else {
      axis.set(vectors[a]);
    }
    orient(axis);
  }
  return {
    explainedVariance,
    axes,
    project({ count, dimensions, values: given }) {
      if (dimensions !== d)
        throw new RangeError(`Points of ${dimensions} dimensions cannot be projected with axes of ${d}.`);
      const xy = new Float32Array(count * 2);
      for (let i = 0; i < count; i++) {
        for (const a of [0, 1]) {
          let sum = 0;
          for (let k = 0; k < d; k++) sum += (given[i * d + k] - mean[k]) * axes[a * d + k];
          xy[i * 2 + a] = sum;
        }
      }
      return xy;
    },
  };
}

/** Scales to length 1, with the entry of largest magnitude (the first of equals) positive. */
function orient(axis: Float64Array): void {
  let largest = 0;
  for (const v of axis) if (Math.abs(v) > Math.abs(largest) * (1 + 1e-9)) largest = v;
  const factor = Math.sign(largest) / Math.hypot(...axis);
  for (let k = 0; k < axis.length; k++) axis[k] *= factor;
}

function transposed(values: Float64Array, n: number, d: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < n; i++) for (let k = 0; k < d; k++) result[k * n + i] = values[i * d + k];
  return result;
}

/** First eigenvalues and orthonormal eigenvectors of a symmetric positive semidefinite matrix, largest first. */
function leadingEigenvectors(matrix: Float64Array, size: number): { values: number[]; vectors: Float64Array[] } {
  const block = Math.min(BLOCK, size);
  const random = new Random(0).fork('pca');
  let basis: Float64Array[] = Array.from({ length: block }, () =>
    Float64Array.from({ length: size }, () => random.normal()),
  );
  orthonormalize(basis);
  let values = new Array<number>(block).fill(0);
  for (let iteration = 0; iteration < 100; iteration++) {
    const image = basis.map((v) => multiply(matrix, v));
    // Rayleigh-Ritz: eigenvectors of the matrix as the block sees it.
    const small = basis.map((u) => image.map((w) => dot(u, w)));
    const { values: ritz, rotation } = jacobi(small);
    const rotated = rotation.map((column) => combination(image, column));
    const settled = ritz.slice(0, 2).every((v, i) => Math.abs(v - values[i]) <= 1e-11 * Math.abs(ritz[0]));
    values = ritz;
    if (settled) {
      basis = rotation.map((column) => combination(basis, column));
      break;
    }
    basis = rotated;
    orthonormalize(basis);
  }
  while (values.length < 2) {
    values.push(0);
    basis.push(new Float64Array(size));
  }
  return { values, vectors: basis };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

function multiply(matrix: Float64Array, v: Float64Array): Float64Array {
  const n = v.length;
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += matrix[i * n + k] * v[k];
    result[i] = sum;
  }
  return result;
}

function combination(vectors: Float64Array[], factors: number[]): Float64Array {
  const result = new Float64Array(vectors[0].length);
  vectors.forEach((v, b) => {
    for (let k = 0; k < v.length; k++) result[k] += factors[b] * v[k];
  });
  return result;
}

/** Gram-Schmidt, twice for accuracy. A vector with nothing of its own becomes 0. */
function orthonormalize(vectors: Float64Array[]): void {
  vectors.forEach((v, b) => {
    const before = Math.sqrt(dot(v, v));
    for (let pass = 0; pass < 2; pass++) {
      for (const u of vectors.slice(0, b)) {
        const along = dot(u, v);
        for (let k = 0; k < v.length; k++) v[k] -= along * u[k];
      }
    }
    const length = Math.sqrt(dot(v, v));
    const factor = length > 1e-10 * before ? 1 / length : 0;
    for (let k = 0; k < v.length; k++) v[k] *= factor;
  });
}

/** Eigenvalues (largest first) and eigenvectors of a small symmetric matrix by cyclic Jacobi rotations. */
function jacobi(matrix: number[][]): { values: number[]; rotation: number[][] } {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = a.map((_, i) => a.map((_row, j) => Number(i === j)));
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    let diagonal = 0;
    for (let i = 0; i < n; i++) {
      diagonal += a[i][i] ** 2;
      for (let j = 0; j < i; j++) off += a[i][j] ** 2;
    }
    if (off <= 1e-30 * diagonal) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p][q] === 0) continue;
        const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) turn(a[k], p, a[k], q, c, s);
        for (let k = 0; k < n; k++) turn(a[p], k, a[q], k, c, s);
        for (let k = 0; k < n; k++) turn(v[k], p, v[k], q, c, s);
      }
    }
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map((i) => a[i][i]), rotation: order.map((i) => v.map((row) => row[i])) };
}

/**
 * Turns the pair of x[i] and y[j]. No arrays are made on the way: this runs millions of times before the first picture.
 */
function turn(x: number[], i: number, y: number[], j: number, cos: number, sin: number): void {
  const first = x[i];
  const second = y[j];
  x[i] = cos * first - sin * second;
  y[j] = sin * first + cos * second;
}
