/** The student of a trial with what was chosen to be done to it: other ranges, and repairs. */
import * as tf from '@tensorflow/tfjs-core';
import { quantizationGrid } from '../kernels/fakeQuantize';
import { FULL_PRECISION } from '../quantization/layerBits';
import { isWeighted } from '../quantization/plan';
import type { Range } from '../quantization/ranges';
import type { Student } from '../quantization/student';
import { say } from '../sentences';
import { SettingError } from '../training/prepare';
import { imagesFrom } from './images';
import { calibrate, quantizedActivations } from './looked';
import { repair } from './repairs';
import type { RangeChange, StudentChanges } from './report';
import { createTrial, type TaskContext, type Trial } from './trial';

/** @throws SettingError for changes of which one would undo the other */
export function checkTogether({ ranges = [], repairs }: StudentChanges): void {
  if (ranges.length > 0 && repairs?.names.includes('equalization')) throw new SettingError(say('rangeOrEqualization'));
}

/**
 * @throws SettingError where changes do not go together, cannot be made of the run's images, or a range is empty;
 * RangeError for a layer or a channel that is not there
 */
export async function createChangedTrial(context: TaskContext, changes: StudentChanges = {}): Promise<Trial> {
  const { calibration, ranges = [], repairs } = changes;
  checkTogether(changes);
  const trial = await createTrial(context);
  const { student } = trial;
  try {
    if (calibration) await calibrate(student, context.source, calibration);
    for (const change of ranges) changeRange(student, change);
    if (repairs && repairs.names.length > 0) {
      const parts = imagesFrom(context.source, repairs.source);
      const images = tf.concat4d(parts, 0);
      tf.dispose(parts);
      await repair(student, repairs.names, images, context, calibration).finally(() => images.dispose());
    }
    return trial;
  } catch (error) {
    student.dispose();
    throw error;
  }
}

function changeRange(student: Student, change: RangeChange): void {
  const { kind, node, range } = change;
  if (!(range.hi > range.lo) || !Number.isFinite(range.hi - range.lo))
    throw new SettingError(say('emptyRange', node, range.lo, range.hi));
  if (kind === 'weight') return placeKernel(student, change);
  if (!quantizedActivations(student).includes(node))
    throw new RangeError(`${student.definition.name} has no quantized activation '${node}'.`);
  student.setRange(node, range);
}

function placeKernel(
  student: Student,
  { node, channel, range }: { node: string; channel: number | null; range: Range },
): void {
  const bits = student.plan.weightBits[node];
  if (!student.definition.nodes.some((each) => each.name === node && isWeighted(each)) || bits === FULL_PRECISION)
    throw new RangeError(`${student.definition.name} has no quantized kernel '${node}'.`);
  if (channel === null) return student.placeKernelGrid(node, quantizationGrid(range.lo, range.hi, bits));
  const grid = student.gridOf('weight', node)!;
  const { size, shape } = grid.scale;
  if (!Number.isInteger(channel) || channel < 0 || channel >= size) {
    tf.dispose([grid.scale, grid.zero]);
    throw new RangeError(`The kernel of '${node}' has no channel ${channel}.`);
  }
  const wanted = quantizationGrid(range.lo, range.hi, bits);
  const placed = tf.tidy(() => {
    const here = tf.reshape(tf.oneHot(tf.scalar(channel, 'int32'), size), shape);
    const put = (own: tf.Tensor, other: tf.Tensor) =>
      tf.where(tf.cast(here, 'bool'), tf.fill(shape, 0).add(other), own);
    return { scale: put(grid.scale, wanted.scale), zero: put(grid.zero, wanted.zero) };
  });
  tf.dispose([grid.scale, grid.zero, wanted.scale, wanted.zero]);
  student.placeKernelGrid(node, { ...placed, bits });
}
