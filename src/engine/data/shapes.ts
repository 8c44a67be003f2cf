import { Random } from '../random';
import type { Dataset, LabelledImage, Split } from './dataset';
import { checkIndex, SPLITS } from './dataset';
import { SHAPE_NAMES } from './shapeOutlines';
import { renderShape } from './shapeRenderer';
import { SHAPES_DIFFICULTY } from './shapesDifficulty';
import type { ShapesDifficulty } from './shapesDifficulty';

/** Images a split has. Nothing is stored: a larger number costs nothing until its images are asked for. */
const SIZES: Record<Split, number> = { train: 20000, validation: 2000, calibration: 2000, test: 5000 };

/** The seed of the data that the bundled network was trained on. Not the seed of a run. */
export const SHAPES_SEED = 2022;

/** Height and width of an image. */
export const SHAPES_SIZE = 32;

/**
 * "Shapes": ten kinds of figures drawn by code, 32x32 RGB. Colour, texture, size, turn, place, background, clutter,
 * light and noise are drawn independently of the class.
 *
 * An image is a function of (seed, split, index): each has its own random stream, so that splits are disjoint and the
 * order of asking does not matter. Labels are index mod 10: any run of 10 images has each class once.
 */
export function createShapes(seed: number = SHAPES_SEED, difficulty: ShapesDifficulty = SHAPES_DIFFICULTY): Dataset {
  const root = new Random(seed).fork('shapes');
  const streams = Object.fromEntries(SPLITS.map((split) => [split, root.fork(split)])) as Record<Split, Random>;
  const dataset: Dataset = {
    name: 'Shapes',
    classNames: [...SHAPE_NAMES],
    imageShape: [SHAPES_SIZE, SHAPES_SIZE, 3],
    size: (split) => SIZES[split],
    label(split, index) {
      checkIndex(dataset, split, index);
      return index % SHAPE_NAMES.length;
    },
    image(split, index): LabelledImage {
      const label = dataset.label(split, index);
      const pixels = renderShape(SHAPE_NAMES[label], SHAPES_SIZE, difficulty, streams[split].fork(index));
      return { pixels, label };
    },
  };
  return dataset;
}
