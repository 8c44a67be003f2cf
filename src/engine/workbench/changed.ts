/** The student of a trial with what was chosen to be done to it: other ranges, and repairs. */
import * as tf from '@tensorflow/tfjs-core';
import { quantizationGrid, type QuantizationGrid } from '../kernels/fakeQuantize';
import { FULL_PRECISION } from '../quantization/layerBits';
import { isWeighted } from '../quantization/plan';
import type { Student } from '../quantization/student';
import { say } from '../sentences';
import { SettingError } from '../training/prepare';
import { joinedImages } from './lookedImages';
import { calibrate, quantizedActivations } from './looked';
import { repair } from './repairs';
import type { RangeChange, StudentChanges } from './report';
import type { TaskContext } from './source';
import { createTrial, type Trial } from './trial';

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
    if (calibration) await calibrate(student, context.source, calibration, () => context.pause(0));
    for (const change of ranges) changeRange(student, change);
    if (repairs && repairs.names.length > 0) {
      const images = joinedImages(context.source, repairs.source);
      await repair(student, repairs.names, images, context, calibration).finally(() => images.dispose());
    }
    return trial;
  } catch (error) {
    student.dispose();
    throw error;
  }
}

function changeRange(student: Student, change: RangeChange): void {
  const grid = changedGrid(student, change);
  if (change.kind === 'weight') return student.placeKernelGrid(change.node, grid);
  tf.dispose([grid.scale, grid.zero]);
  student.setRange(change.node, change.range);
}

/**
 * The grid that a quantizer has with a range in the place of its own; the student stays as it is.
 *
 * @returns the caller's
 * @throws SettingError where the range is empty; RangeError for a quantizer or a channel that is not there
 */
export function changedGrid(student: Student, { kind, node, channel, range }: RangeChange): QuantizationGrid {
  if (!(range.hi > range.lo) || !Number.isFinite(range.hi - range.lo))
    throw new SettingError(say('emptyRange', node, range.lo, range.hi));
  if (kind === 'activation') {
    if (!quantizedActivations(student).includes(node))
      throw new RangeError(`${student.definition.name} has no quantized activation '${node}'.`);
    return quantizationGrid(range.lo, range.hi, student.plan.activationBits[node]);
  }
  const bits = student.plan.weightBits[node];
  if (!student.definition.nodes.some((each) => each.name === node && isWeighted(each)) || bits === FULL_PRECISION)
    throw new RangeError(`${student.definition.name} has no quantized kernel '${node}'.`);
  if (channel === null) return quantizationGrid(range.lo, range.hi, bits);
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
  return { ...placed, bits };
}
