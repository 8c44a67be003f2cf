/** Values of one kernel or activation as a histogram, with the grid that they are rounded to. */
import * as tf from '@tensorflow/tfjs-core';
import type { ForwardHooks } from '../network/executor';
import { FULL_PRECISION } from '../quantization/layerBits';
import { sampleValues } from '../quantization/ranges';
import type { Student } from '../quantization/student';
import { lookedImages } from './lookedImages';
import { until } from './until';
import type { HistogramReply, ImageSource, TaskOptions } from './report';
import type { TaskContext } from './source';
import { createTrial } from './trial';

/** Fine enough that a bin's mean stands for all of its values, up to 8 bits. */
export const BINS = 2048;
/** Values of an activation that are looked at. */
const SAMPLE = 262144;

/** Number and sum of the values in each of equally wide bins from the smallest value to the largest one. */
export function histogramOf(values: ArrayLike<number>): Pick<HistogramReply, 'lo' | 'hi' | 'counts' | 'sums'> {
  let [lo, hi] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < lo) lo = values[i];
    if (values[i] > hi) hi = values[i];
  }
  const [counts, sums] = [new Float64Array(BINS), new Float64Array(BINS)];
  // Constant values: all of them in the first bin.
  const perBin = hi > lo ? BINS / (hi - lo) : 0;
  for (let i = 0; i < values.length; i++) {
    const bin = Math.min(BINS - 1, Math.floor((values[i] - lo) * perBin));
    counts[bin] += 1;
    sums[bin] += values[i];
  }
  return { lo, hi, counts, sums };
}

/**
 * @throws RangeError for a layer or a channel that is not there; SettingError where there are no synthetic images
 */
export async function histogram(context: TaskContext, options: TaskOptions<'histogram'>): Promise<HistogramReply> {
  const { channel, images } = options;
  const trial = await createTrial(context);
  const { student } = trial;
  const quantizers = student.plan.quantizers.map(({ kind, node }) => ({ kind, node }));
  const { kind, node } = options.quantizer ?? quantizers[0];
  try {
    const bits = student.plan[kind === 'weight' ? 'weightBits' : 'activationBits'][node];
    if (bits === undefined)
      throw new RangeError(`${student.definition.name} has no quantizer of kind '${kind}' at '${node}'.`);
    const values =
      kind === 'weight' ? await kernelValues(student, node) : await activationValues(context, student, node, images);
    const grid = bits === FULL_PRECISION ? null : student.gridOf(kind, node)!;
    const [scale, zero] = grid
      ? await Promise.all([grid.scale.data(), grid.zero.data()]).finally(() => tf.dispose([grid.scale, grid.zero]))
      : [new Float32Array(0), new Float32Array(0)];
    const kernel = kind === 'weight' ? student.kernelOf(node) : null;
    const depthwise = student.definition.nodes.find(({ name }) => name === node)!.op === 'depthwiseConv2d';
    const channels = kernel ? kernel.shape.slice(depthwise ? -2 : -1).reduce((a, b) => a * b, 1) : 1;
    if (channel !== null && (!Number.isInteger(channel) || channel < 0 || channel >= channels))
      throw new RangeError(`'${node}' has no channel ${channel}: there are ${channels}.`);
    const chosen = channel === null ? values : values.filter((_, i) => i % channels === channel);
    return {
      step: trial.step,
      quantizers,
      kind,
      node,
      channel,
      channels,
      bits,
      n: chosen.length,
      ...histogramOf(chosen),
      scale: Float32Array.from(scale),
      zero: Float32Array.from(zero),
    };
  } finally {
    student.dispose();
  }
}

const kernelValues = async (student: Student, node: string): Promise<Float32Array> =>
  Float32Array.from(await student.kernelOf(node).data());

/** Full-precision values of an activation on the calibration images, the synthetic ones, or both. */
async function activationValues(
  { source, pause }: TaskContext,
  student: Student,
  node: string,
  from: ImageSource,
): Promise<Float32Array> {
  const sets = lookedImages(source, from);
  const values: number[] = [];
  const total = sets.reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  try {
    for (const set of sets) {
      for (const images of set.passes()) {
        const some = (SAMPLE / sets.length) * (images.shape[0] / set.count);
        let found: tf.Tensor1D | null = null;
        const activation: ForwardHooks['activation'] = (at, x) => {
          if (at.name === node) found = tf.keep(sampleValues(x, Math.ceil(some)));
          return x;
        };
        student.forwardWith(images, until(student.definition, new Set([node]), { activation })).dispose();
        const sample = found! as tf.Tensor1D;
        for (const value of await sample.data().finally(() => sample.dispose())) values.push(value);
        done += images.shape[0];
        if (done < total) await pause(done / total);
      }
    }
    return Float32Array.from(values);
  } finally {
    for (const set of sets) set.dispose();
  }
}
