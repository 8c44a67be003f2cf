/**
 * The small end of a training step: losses of a batch's logits and of its pooled statistics. Few numbers each, and
 * dozens of launches where every operation on them is one.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { launch, launchElementwise, launchOne, size, type WebgpuBackend } from './program';

/** Invocations of a workgroup that works on one row of logits. Not tuned on a real adapter. */
const ROW_THREADS = 64;
/** ... and of the one that adds up a vector. Not tuned on a real adapter. */
const VECTOR_THREADS = 256;

/** WGSL functions \`all_<name>(lane, value)\`: the combination of all invocations' values, for each of them. */
const reductions = (threads: number, combined: Record<string, (a: string, b: string) => string>) =>
  Object.entries(combined)
    .map(
      ([name, combine]) => `
  var<workgroup> shared_${name}: array<f32, ${threads}>;
  fn all_${name}(lane: u32, value: f32) -> f32 {
    shared_${name}[lane] = value;
    workgroupBarrier();
    for (var width = ${threads / 2}u; width > 0u; width /= 2u) {
      if (lane < width) { shared_${name}[lane] = ${combine(`shared_${name}[lane]`, `shared_${name}[lane + width]`)}; }
      workgroupBarrier();
    }
    let result = shared_${name}[0];
    workgroupBarrier();
    return result;
  }`,
    )
    .join('\n');

const SUM = (a: string, b: string) => `${a} + ${b}`;
const MAXIMUM = (a: string, b: string) => `max(${a}, ${b})`;

/** Sums of the rows of values [rows, n], in one launch: a tensor of this shape. */
function rowTotals(backend: WebgpuBackend, values: TensorInfo, rows: number, shape: number[]): TensorInfo {
  return launchOne(backend, {
    name: 'RowTotals',
    inputs: { values },
    outputs: { result: shape },
    integers: { columns: size(values.shape) / rows },
    threads: VECTOR_THREADS,
    groups: [rows, 1, 1],
    source: () => `
      ${reductions(VECTOR_THREADS, { sum: SUM })}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        var sum = 0.0;
        for (var i = lane; i < u.columns; i += ${VECTOR_THREADS}u) { sum += values[group.x * u.columns + i]; }
        let total = all_sum(lane, sum);
        if (lane == 0u) { result[group.x] = total; }
      }`,
  });
}

/** WGSL: log of the sum of exp(factor x) over a row of \`array\`, as a function of the row. */
const logSumExp = (array: string) => `
  fn logSumExp_${array}(lane: u32, row: u32, factor: f32) -> f32 {
    var largest = -3.4e38;
    for (var c = lane; c < u.classes; c += ${ROW_THREADS}u) { largest = max(largest, ${array}[row * u.classes + c] * factor); }
    let most = all_max(lane, largest);
    var sum = 0.0;
    for (var c = lane; c < u.classes; c += ${ROW_THREADS}u) { sum += exp(${array}[row * u.classes + c] * factor - most); }
    return most + log(all_sum(lane, sum));
  }`;

/**
 * Mean cross entropy (../../losses/crossEntropy.ts): the value, and softmax minus targets.
 *
 * @param logits [N, K]
 * @param targets [N, K]
 */
export function crossEntropy(backend: WebgpuBackend, logits: TensorInfo, targets: TensorInfo): TensorInfo[] {
  const [n, classes] = logits.shape;
  const [rows, difference] = launch(backend, {
    name: 'CrossEntropy',
    inputs: { logits, targets },
    outputs: { rows: [n], difference: logits.shape },
    integers: { classes },
    threads: ROW_THREADS,
    groups: [n, 1, 1],
    source: () => `
      ${reductions(ROW_THREADS, { sum: SUM, max: MAXIMUM })}
      ${logSumExp('logits')}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        let total = logSumExp_logits(lane, group.x, 1.0);
        var loss = 0.0;
        for (var c = lane; c < u.classes; c += ${ROW_THREADS}u) {
          let at = group.x * u.classes + c;
          let logProbability = logits[at] - total;
          difference[at] = exp(logProbability) - targets[at];
          loss -= targets[at] * logProbability;
        }
        let all = all_sum(lane, loss);
        if (lane == 0u) { rows[group.x] = all / f32(groups.x); }
      }`,
  });
  const value = rowTotals(backend, rows, 1, []);
  backend.disposeData(rows.dataId);
  return [value, difference];
}

export interface DistillationAttrs {
  temperature: number;
  /** alpha T^2 */
  factor: number;
}

/**
 * The student's loss (../../losses/studentLosses.ts): [2] cross entropy and distillation, and the gradients of both in
 * the student's logits.
 */
export function distillation(
  backend: WebgpuBackend,
  student: TensorInfo,
  teacher: TensorInfo,
  labels: TensorInfo,
  { temperature, factor }: DistillationAttrs,
): TensorInfo[] {
  const [n, classes] = student.shape;
  const [rows, dCe, dKl] = launch(backend, {
    name: 'Distillation',
    inputs: { student, teacher, labels },
    outputs: { rows: [2, n], dCe: student.shape, dKl: student.shape },
    integers: { classes },
    floats: { cooling: 1 / temperature, factor },
    threads: ROW_THREADS,
    groups: [n, 1, 1],
    source: () => `
      ${reductions(ROW_THREADS, { sum: SUM, max: MAXIMUM })}
      ${logSumExp('student')}
      ${logSumExp('teacher')}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        let row = group.x;
        let sharp = logSumExp_student(lane, row, 1.0);
        let soft = logSumExp_student(lane, row, u.cooling);
        let wanted = logSumExp_teacher(lane, row, u.cooling);
        var loss = 0.0;
        var divergence = 0.0;
        for (var c = lane; c < u.classes; c += ${ROW_THREADS}u) {
          let at = row * u.classes + c;
          let isLabel = select(0.0, 1.0, u32(labels[row]) == c);
          let logP = student[at] - sharp;
          let logQ = student[at] * u.cooling - soft;
          let logTarget = teacher[at] * u.cooling - wanted;
          loss -= isLabel * logP;
          divergence += exp(logTarget) * (logTarget - logQ);
          dCe[at] = (exp(logP) - isLabel) / f32(groups.x);
          dKl[at] = (exp(logQ) - exp(logTarget)) * u.factor * u.cooling / f32(groups.x);
        }
        let ce = all_sum(lane, loss);
        let kl = all_sum(lane, divergence);
        if (lane == 0u) {
          rows[row] = ce / f32(groups.x);
          rows[groups.x + row] = kl * u.factor / f32(groups.x);
        }
      }`,
  });
  const parts = rowTotals(backend, rows, 2, [2]);
  backend.disposeData(rows.dataId);
  return [parts, dCe, dKl];
}

/** dL/dstudent of both parts, from dL/dparts [2]. */
export function distillationGradient(
  backend: WebgpuBackend,
  dy: TensorInfo,
  dCe: TensorInfo,
  dKl: TensorInfo,
): TensorInfo {
  return launchElementwise(backend, {
    name: 'DistillationGradient',
    inputs: { dy, dCe, dKl },
    outputs: { result: dCe.shape },
    source: () => 'fn each(i: u32) { result[i] = dy[0] * dCe[i] + dy[1] * dKl[i]; }',
  })[0];
}

/** sum(weights (actual - target)^2), a scalar, and weights (actual - target). */
export function weightedSquaredDistance(
  backend: WebgpuBackend,
  actual: TensorInfo,
  target: TensorInfo,
  weights: TensorInfo,
): TensorInfo[] {
  return launch(backend, {
    name: 'WeightedSquaredDistance',
    inputs: { actual, wanted: target, weights },
    outputs: { value: [], weighted: actual.shape },
    threads: VECTOR_THREADS,
    groups: [1, 1, 1],
    source: () => `
      ${reductions(VECTOR_THREADS, { sum: SUM })}
      fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
        var sum = 0.0;
        for (var i = lane; i < u.actualSize; i += ${VECTOR_THREADS}u) {
          let difference = actual[i] - wanted[i];
          let product = difference * weights[i];
          weighted[i] = product;
          sum += difference * product;
        }
        let total = all_sum(lane, sum);
        if (lane == 0u) { value[0] = total; }
      }`,
  });
}

/** sum(values weights), a scalar. */
export function weightedSum(backend: WebgpuBackend, values: TensorInfo, weights: TensorInfo): TensorInfo {
  return launchOne(backend, {
    name: 'WeightedSum',
    inputs: { values, weights },
    outputs: { result: [] },
    threads: 1,
    groups: [1, 1, 1],
    source: () => `fn run(lane: u32, group: vec3<u32>, groups: vec3<u32>) {
      var sum = 0.0;
      for (var i = 0u; i < u.valuesSize; i++) { sum += values[i] * weights[i]; }
      result[0] = sum;
    }`,
  });
}

/** x times (factor times by), `by` a scalar. */
export function scaled(backend: WebgpuBackend, x: TensorInfo, by: TensorInfo, factor: number): TensorInfo {
  return launchElementwise(backend, {
    name: 'Scaled',
    inputs: { x, by },
    outputs: { result: x.shape },
    floats: { factor },
    source: () => 'fn each(i: u32) { result[i] = x[i] * (by[0] * u.factor); }',
  })[0];
}

/**
 * Statistics of groups of images (../../bns/statistics.ts, poolStatistics) [G, D].
 *
 * @param perImage [N, D]
 * @param averaging [G, N]
 * @param columns int32 [D]: for a mean's column twice its variance's column, for a variance's twice its mean's and 1
 *   more
 */
export function poolStatistics(
  backend: WebgpuBackend,
  perImage: TensorInfo,
  averaging: TensorInfo,
  columns: TensorInfo,
): TensorInfo {
  const [groups, images] = averaging.shape;
  const width = perImage.shape[1];
  return launchElementwise(backend, {
    name: 'PoolStatistics',
    inputs: { perImage, averaging, columns },
    outputs: { result: [groups, width] },
    integers: { images, width },
    source: () => `fn each(i: u32) {
      let g = i / u.width;
      let c = i % u.width;
      let partner = u32(columns[c]) / 2u;
      let isVariance = u32(columns[c]) % 2u == 1u;
      let meanColumn = select(c, partner, isVariance);
      var mean = 0.0;
      for (var n = 0u; n < u.images; n++) { mean += averaging[g * u.images + n] * perImage[n * u.width + meanColumn]; }
      if (!isVariance) {
        result[i] = mean;
        return;
      }
      // The images' variances, and that of their means: no difference of large squares.
      var variance = 0.0;
      for (var n = 0u; n < u.images; n++) {
        let d = perImage[n * u.width + meanColumn] - mean;
        variance += averaging[g * u.images + n] * (perImage[n * u.width + c] + d * d);
      }
      result[i] = variance;
    }`,
  })[0];
}

/** dL/dperImage [N, D]; \`pooled\` is poolStatistics' result. */
export function poolStatisticsGradient(
  backend: WebgpuBackend,
  dy: TensorInfo,
  perImage: TensorInfo,
  averaging: TensorInfo,
  pooled: TensorInfo,
  columns: TensorInfo,
): TensorInfo {
  const [groups, images] = averaging.shape;
  const width = perImage.shape[1];
  return launchElementwise(backend, {
    name: 'PoolStatisticsGradient',
    inputs: { dy, perImage, averaging, pooled, columns },
    outputs: { result: perImage.shape },
    integers: { groupCount: groups, images, width },
    source: () => `fn each(i: u32) {
      let n = i / u.width;
      let c = i % u.width;
      let partner = u32(columns[c]) / 2u;
      // What arrives at a group's variance also reaches the means of its images.
      let isMean = f32(u32(columns[c]) % 2u == 0u);
      var sum = 0.0;
      for (var g = 0u; g < u.groupCount; g++) {
        let row = g * u.width;
        sum += averaging[g * u.images + n] * (dy[row + c] + 2.0 * isMean * (perImage[i] - pooled[row + c]) * dy[row + partner]);
      }
      result[i] = sum;
    }`,
  })[0];
}
