// Small matrices, a row for every image or group: columns put together and cut apart, and statistics of groups.

/** Copies `bytes` from each of `rows` rows, which begin so many bytes apart on either side. */
export function copyColumns(from: usize, fromRow: usize, to: usize, toRow: usize, rows: i32, bytes: usize): void {
  for (let r = 0; r < rows; r++) {
    memory.copy(to, from, bytes);
    from += fromRow;
    to += toRow;
  }
}

/**
 * Statistics of groups of images from theirs (bns/statistics.ts): mean_g = A m, var_g = A (v + m^2) - (A m)^2.
 *
 * @param x [n, d]
 * @param averaging A [g, n]
 * @param columns [d] int32: twice the column of the same channel's other statistic, plus 1 for a variance
 */
export function poolStatistics(x: usize, averaging: usize, columns: usize, out: usize, g: i32, n: i32, d: i32): void {
  for (let i = 0; i < g; i++) {
    for (let k = 0; k < d; k++) {
      const column = load<i32>(columns + (<usize>k << 2));
      const partner = column >> 1;
      let sum: f32 = 0, mean: f32 = 0;
      for (let j = 0; j < n; j++) {
        const share = load<f32>(averaging + (<usize>(i * n + j) << 2));
        if (share === 0) continue;
        const row = x + (<usize>(j * d) << 2);
        const m = load<f32>(row + (<usize>partner << 2));
        sum += share * (column & 1 ? load<f32>(row + (<usize>k << 2)) + m * m : load<f32>(row + (<usize>k << 2)));
        mean += share * m;
      }
      store<f32>(out + (<usize>(i * d + k) << 2), column & 1 ? sum - mean * mean : sum);
    }
  }
}

/** dL/dx of poolStatistics. */
export function poolStatisticsGradient(
  dy: usize, x: usize, averaging: usize, pooled: usize, columns: usize, dx: usize, g: i32, n: i32, d: i32,
): void {
  memory.fill(dx, 0, <usize>(n * d) << 2);
  for (let i = 0; i < g; i++) {
    for (let j = 0; j < n; j++) {
      const share = load<f32>(averaging + (<usize>(i * n + j) << 2));
      if (share === 0) continue;
      const group = <usize>(i * d) << 2;
      const row = <usize>(j * d) << 2;
      for (let k = 0; k < d; k++) {
        const at = <usize>k << 2;
        const column = load<i32>(columns + at);
        let slope = load<f32>(dy + group + at);
        if (!(column & 1)) {
          // What arrives at a group's variance also reaches the mean of the same channel.
          const dVariance = load<f32>(dy + group + (<usize>(column >> 1) << 2));
          slope += 2 * dVariance * (load<f32>(x + row + at) - load<f32>(pooled + group + at));
        }
        store<f32>(dx + row + at, load<f32>(dx + row + at) + share * slope);
      }
    }
  }
}
