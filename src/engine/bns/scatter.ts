/**
 * How far single images' statistics lie from their class's, in every channel: intra-class incohesion as a number for
 * each column.
 */
import type { BnsTable } from './statistics';

/**
 * Standard deviation of single images' BNS around the mean of their class, pooled over classes: the root of the squared
 * deviations' sum over (images - classes). Where no class has two images, around the mean of all of them, which
 * overestimates: it has the classes' separation in it. A lone image scatters by 0.
 *
 * @param statistics one row an image
 * @param labels [rows] class of each image
 * @returns [D] in the units of the statistics, so means' and variances' each their own
 */
export function classScatter(statistics: BnsTable, labels: ArrayLike<number>): Float32Array {
  if (labels.length !== statistics.rows) throw new RangeError(`${labels.length} labels for ${statistics.rows} images.`);
  const rowsOf = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) rowsOf.set(labels[i], [...(rowsOf.get(labels[i]) ?? []), i]);
  const classes = [...rowsOf.values()];
  const groups = classes.some((rows) => rows.length > 1) ? classes : [classes.flat()];
  const freedom = groups.reduce((sum, rows) => sum + Math.max(0, rows.length - 1), 0);
  const { size } = statistics.layout;
  const packed = statistics.pack();
  return Float32Array.from({ length: size }, (_, k) => {
    const squares = groups.reduce((sum, rows) => {
      const mean = rows.reduce((total, i) => total + packed[i * size + k], 0) / rows.length;
      return sum + rows.reduce((total, i) => total + (packed[i * size + k] - mean) ** 2, 0);
    }, 0);
    return freedom === 0 ? 0 : Math.sqrt(squares / freedom);
  });
}
