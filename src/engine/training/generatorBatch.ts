/** Which images a generator's step makes, and which of them belong together. Plain data. */
import { averagingMatrix } from '../bns/statistics';
import type { Random } from '../random';
import type { RunSettings } from '../runSettings';

export interface BatchPlan {
  /** Class of each image. */
  labels: number[];
  /** Sizes of consecutive parts that the generator normalizes each on their own. */
  groups: number[];
  /** [rows, labels.length] row-major: averages of images whose statistics are wanted. */
  averaging: Float32Array;
  /** Classes whose statistics are compared with their centres, in the order of the averages' rows. */
  classes: number[];
  /**
   * Whether one batch serves as the mixed and the single-class one: the first row averages all of it, the others the
   * classes.
   */
  joint: boolean;
  /** Latents that are drawn, and the first one that is used. */
  drawn: number;
  first: number;
}

/**
 * With one class a step, as in the paper: a mixed batch of random classes and a batch of one class, generatorBatch
 * images each; a batch that no term needs is left out. With more: as many images in one batch, in which each of the
 * classes, drawn without repeats, has the same share. Normalized together the classes may lie apart: a batch of one
 * class that is normalized by itself has the same mean and deviation in each of the image's channels, whatever its
 * class.
 *
 * @param drawable classes that may be drawn
 */
export function planBatch(
  settings: RunSettings,
  drawable: readonly number[],
  needs: { needsMixed: boolean; needsSingle: boolean },
  random: Random,
): BatchPlan {
  return settings.classesPerStep > 1
    ? severalClasses(settings, drawable, random)
    : oneClass(settings, drawable, needs, random);
}

function oneClass(
  { generatorBatch: size }: RunSettings,
  drawable: readonly number[],
  { needsMixed, needsSingle }: { needsMixed: boolean; needsSingle: boolean },
  random: Random,
): BatchPlan {
  const mixed = Array.from({ length: size }, () => drawable[random.integer(drawable.length)]);
  const single = drawable[random.integer(drawable.length)];
  const labels = [...(needsMixed ? mixed : []), ...(needsSingle ? new Array<number>(size).fill(single) : [])];
  const groups = new Array<number>(labels.length / size).fill(size);
  return {
    labels,
    groups,
    averaging: averagingMatrix(groups),
    classes: [single],
    joint: false,
    drawn: 2 * size,
    first: needsMixed ? 0 : size,
  };
}

function severalClasses(
  { generatorBatch, classesPerStep }: RunSettings,
  drawable: readonly number[],
  random: Random,
): BatchPlan {
  const count = Math.min(classesPerStep, drawable.length, 2 * generatorBatch);
  const classes = random.shuffle([...drawable]).slice(0, count);
  const each = Math.floor((2 * generatorBatch) / count);
  const labels = classes.flatMap((label) => new Array<number>(each).fill(label));
  const all = new Float32Array(labels.length).fill(1 / labels.length);
  return {
    labels,
    groups: [labels.length],
    averaging: Float32Array.from([...all, ...averagingMatrix(new Array<number>(count).fill(each))]),
    classes,
    joint: true,
    drawn: labels.length,
    first: 0,
  };
}
