import type { Random } from '../random';
import type { Dataset } from './dataset';

/** Most labelled images a class that a run may use. */
export const MAX_CALIBRATION_IMAGES_PER_CLASS = 32;

/** Some images of the calibration split, as many of each class (of all C, or of those that were asked for). */
export interface ClassSample {
  imagesPerClass: number;
  /** [C * imagesPerClass] indices into the calibration split, sorted by class: class c's from c * imagesPerClass on. */
  indices: Int32Array;
  /** [C * imagesPerClass] */
  labels: Uint16Array;
}

/**
 * Every class's images of the calibration split in an order that only the stream's seed and names decide, not how much
 * was drawn from it. The calibration set takes its images from place 0 on, the observation set from place 32 on (or the
 * dataset's own `calibrationReserve`): they
 * never meet, whatever their sizes, and neither changes when the other's size does.
 */
function classOrders(dataset: Dataset, random: Random): number[][] {
  const orders = dataset.classNames.map((): number[] => []);
  for (let i = 0; i < dataset.size('calibration'); i++) orders[dataset.label('calibration', i)].push(i);
  const stream = random.fork('calibration split');
  return orders.map((order, label) => stream.fork(label).shuffle(order));
}

/** How many images of each class calibration sets may take. */
export const reserveOf = ({ calibrationReserve }: Dataset): number =>
  calibrationReserve ?? MAX_CALIBRATION_IMAGES_PER_CLASS;

function takeFromEachClass(
  dataset: Dataset,
  start: number,
  imagesPerClass: number,
  random: Random,
  classes = Array.from(dataset.classNames, (_, label) => label),
): ClassSample {
  const indices = new Int32Array(classes.length * imagesPerClass);
  const labels = new Uint16Array(indices.length);
  const orders = classOrders(dataset, random);
  classes.forEach((label, place) => {
    const order = orders[label];
    const available = Math.max(0, order.length - start);
    if (available < imagesPerClass) {
      const what = `'${dataset.classNames[label]}' to draw ${imagesPerClass} from`;
      throw new RangeError(`The calibration split of ${dataset.name} has ${available} images of ${what}.`);
    }
    indices.set(order.slice(start, start + imagesPerClass), place * imagesPerClass);
    labels.fill(label, place * imagesPerClass, (place + 1) * imagesPerClass);
  });
  return { imagesPerClass, indices, labels };
}

/**
 * The calibration set: the labelled real images that the method may use, drawn from the calibration split by seed
 * without replacement. The set of k images a class contains those of every smaller k.
 * @param imagesPerClass 1 to 32 (paper: 1); RangeError otherwise, or where a class has fewer
 * @param random only its seed and names matter; the same one must be given to `observationSet`
 */
export function sampleCalibrationSet(dataset: Dataset, imagesPerClass: number, random: Random): ClassSample {
  const most = reserveOf(dataset);
  if (!Number.isInteger(imagesPerClass) || imagesPerClass < 1 || imagesPerClass > most) {
    throw new RangeError(`A calibration set has 1 to ${most} images a class, not ${imagesPerClass}.`);
  }
  return takeFromEachClass(dataset, 0, imagesPerClass, random);
}

/**
 * Further images of the calibration split, for looking only: the method never sees them. No image is in any calibration
 * set drawn with the same `random`.
 * @param perClass at least 1; RangeError otherwise, or where a class has fewer beyond the 32 that calibration sets may
 *   take
 * @param random as for `sampleCalibrationSet`
 * @param classes of which; left out: of all. A class has the same images whichever others are asked for
 */
export function observationSet(dataset: Dataset, perClass: number, random: Random, classes?: number[]): ClassSample {
  if (!Number.isInteger(perClass) || perClass < 1) {
    throw new RangeError(`An observation set has at least 1 image a class, not ${perClass}.`);
  }
  return takeFromEachClass(dataset, reserveOf(dataset), perClass, random, classes);
}
