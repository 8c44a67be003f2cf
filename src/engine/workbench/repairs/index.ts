/** What can be done to a quantized network after the fact. */
import { FULL_PRECISION } from '../../quantization/layerBits';
import type { Student } from '../../quantization/student';
import { calibrate } from '../looked';
import { LookedImages } from '../lookedImages';
import { REPAIRS, type RepairName, type StudentChanges } from '../report';
import type { TaskContext } from '../source';
import { adaRound } from './adaRound';
import { biasCorrection } from './biasCorrection';
import { equalization } from './equalization';
import type { Repairs } from './repair';

/** A further one is a file beside these, its name in `REPAIRS` (`report.ts`) where its turn is, and its line here. */
const ALL: Repairs = { equalization, adaRound, biasCorrection };

/**
 * Does some repairs one after the other, in the order of `REPAIRS`.
 *
 * @param images what they may look at; the caller's
 * @param calibration where ranges of activations come from that are to be found anew; left out: from where the settings
 * have them
 * @returns names of the layers that were changed
 */
export async function repair(
  student: Student,
  names: readonly RepairName[],
  images: LookedImages,
  { source, settings, pause }: Pick<TaskContext, 'source' | 'settings' | 'pause'>,
  calibration?: StudentChanges['calibration'],
): Promise<Set<string>> {
  const changed = new Set<string>();
  const order = REPAIRS.filter((name) => names.includes(name));
  for (const [i, name] of order.entries()) {
    const told = (fraction: number) => pause((i + fraction) / order.length);
    for (const layer of await ALL[name]({ student, images, seed: settings.seed, pause: told })) changed.add(layer);
    // Channels that are scaled have other ranges.
    const quantized = Object.values(student.plan.activationBits).some((bits) => bits !== FULL_PRECISION);
    if (name === 'equalization' && quantized) {
      const { activationRange } = settings;
      if (calibration) await calibrate(student, source, calibration, () => told(1));
      else {
        const own = new LookedImages(source.calibration, source.network);
        const method = activationRange === 'movingAverage' ? 'minMax' : activationRange;
        await student.calibrateRanges(own.batches, method).finally(() => own.dispose());
      }
    }
  }
  return changed;
}
