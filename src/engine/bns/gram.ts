/**
 * All inner products of rows: values [n, d] -> [n, n] symmetric, row-major. In tiles of 2 x 4 rows, so that a loaded
 * number is used several times: this product is nearly all the work of silhouettes and of PCA.
 */
export function gramMatrix(values: Float64Array, n: number, d: number): Float64Array {
  const gram = new Float64Array(n * n);
  const dot = (i: number, j: number) => {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += values[i * d + k] * values[j * d + k];
    return sum;
  };
  for (let i = 0; i < n; i += 2) {
    const [a0, a1] = [i * d, (i + 1) * d];
    let j = 0;
    if (i + 1 < n) {
      for (; j + 3 <= i; j += 4) {
        const [b0, b1, b2, b3] = [j * d, (j + 1) * d, (j + 2) * d, (j + 3) * d];
        let s00 = 0,
          s01 = 0,
          s02 = 0,
          s03 = 0,
          s10 = 0,
          s11 = 0,
          s12 = 0,
          s13 = 0;
        for (let k = 0; k < d; k++) {
          const x0 = values[a0 + k];
          const x1 = values[a1 + k];
          const y0 = values[b0 + k];
          s00 += x0 * y0;
          s10 += x1 * y0;
          const y1 = values[b1 + k];
          s01 += x0 * y1;
          s11 += x1 * y1;
          const y2 = values[b2 + k];
          s02 += x0 * y2;
          s12 += x1 * y2;
          const y3 = values[b3 + k];
          s03 += x0 * y3;
          s13 += x1 * y3;
        }
        gram.set([s00, s01, s02, s03], i * n + j);
        gram.set([s10, s11, s12, s13], (i + 1) * n + j);
      }
    }
    // What is left up to the diagonal.
    for (let r = i; r < Math.min(i + 2, n); r++) for (let q = j; q <= r; q++) gram[r * n + q] = dot(r, q);
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) gram[j * n + i] = gram[i * n + j];
  return gram;
}
