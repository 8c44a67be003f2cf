/** The student as it is now, with whatever bits and ranges are to be tried: a copy that nobody else knows of. */
import type { Network } from '../network/types';
import { FULL_PRECISION } from '../quantization/layerBits';
import { LayerBitsError, quantizationPlan } from '../quantization/plan';
import type { Range } from '../quantization/ranges';
import { Student, type StudentSnapshot } from '../quantization/student';
import type { RunSettings } from '../runSettings';
import { say } from '../sentences';
import { SettingError } from '../training/prepare';
import { LookedImages } from './lookedImages';
import type { TaskContext } from './source';

export interface Trial {
  /** The caller's. */
  student: Student;
  step: number;
  /** Its weights as they were taken: full precision. */
  snapshot: StudentSnapshot;
  settings: RunSettings;
}

/**
 * The student with the quantizer that the settings describe. Ranges of activations stay the student's where bits and
 * method are the same as the run's; the others are calibrated on the calibration images, and step sizes that were
 * learned for other bits begin anew.
 *
 * @throws SettingError where bits are set for a layer that the network does not have
 */
export async function createTrial({ source, settings }: Pick<TaskContext, 'source' | 'settings'>): Promise<Trial> {
  const now = await source.studentNow();
  const student = newStudent(source.network, settings);
  try {
    const before = quantizationPlan(source.network.definition, now.settings);
    const same = (kind: 'weightBits' | 'activationBits', node: string) =>
      before[kind][node] === student.plan[kind][node];
    const kept = Object.entries(now.snapshot.ranges).filter(
      ([node]) => same('activationBits', node) && now.settings.activationRange === settings.activationRange,
    );
    const ranges: Record<string, Range> = Object.fromEntries(kept);
    const missing = Object.entries(student.plan.activationBits).filter(
      ([node, bits]) => bits !== FULL_PRECISION && !ranges[node],
    );
    student.takeWeights(now.snapshot.weights);
    if (missing.length > 0) {
      // A moving average is made in a run only, and goes for any bits; what the run has none of is calibrated.
      const { activationRange } = settings;
      const moved = activationRange === 'movingAverage' ? now.snapshot.ranges : {};
      const method = activationRange === 'movingAverage' ? 'minMax' : activationRange;
      const images = new LookedImages(source.calibration, source.network);
      const found = await student.rangesFrom(images.batches, method).finally(() => images.dispose());
      for (const [node] of missing) ranges[node] = moved[node] ?? found[node];
    }
    student.setRanges(ranges);
    const { steps } = now.snapshot;
    if (steps)
      student.takeSteps(
        Object.fromEntries(
          Object.entries(steps).filter(([node]) =>
            node in student.plan.weightBits
              ? same('weightBits', node) && now.settings.weightGranularity === settings.weightGranularity
              : same('activationBits', node),
          ),
        ),
      );
    return { student, step: now.step, snapshot: now.snapshot, settings };
  } catch (error) {
    student.dispose();
    throw error;
  }
}

/** A student of these settings. @throws SettingError where bits are set for a layer that the network does not have */
export function newStudent(network: Network, settings: RunSettings): Student {
  try {
    return new Student(network, settings);
  } catch (error) {
    if (error instanceof LayerBitsError) throw new SettingError(say('noSuchLayer', error.text, error.network));
    throw error;
  }
}
