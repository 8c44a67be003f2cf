/** Own pictures as a dataset: decoded, brought to a network's size, and divided into calibration and test images. */
import { Random } from '../../random';
import { say, type Said } from '../../sentences';
import { checkIndex, type Dataset, type LabelledImage, type Split } from '../dataset';
import { MAX_CALIBRATION_IMAGES_PER_CLASS } from '../calibrationSet';
import { DatasetError } from './datasetError';
import { decodeImage } from './decode';
import type { NetworkDefinition } from '../../network/types';
import { resized } from './resize';
import type { CollectedImage, DecodedImage, ImageCollection } from './types';

/** Bytes of decoded pictures that are kept; of more, as many of each class are used as fit, but as many as are needed. */
const MOST_BYTES = 512 * 2 ** 20;
/** One to calibrate with, two to look at, one to test with. */
const FEWEST_A_CLASS = 4;
const FEWEST_TRAINING = FEWEST_A_CLASS - 1;
/** With validation: of the images that are not for tests, at most a fifth, and at most so many. */
const VALIDATION_SHARE = 5;
const MOST_VALIDATION = 1000;
/** Networks are measured on the middle of pictures that are larger by this (256 for 224). */
const AROUND = 256 / 224;
const HINT = say('imagesHint');

export interface OwnDataset {
  dataset: Dataset;
  /** What a person should know: pictures that were left out. */
  notes: Said[];
}

export interface OwnDatasetOptions {
  /** Decides which images are for what. */
  seed?: number;
  /** Keep some images apart to choose learning rates on. */
  validation?: boolean;
  /** Left out: `MOST_BYTES`. */
  mostBytes?: number;
  /** How the network's pictures are brought to its size; left out: bilinear, and cut out of a little more. */
  resizing?: NetworkDefinition['resizing'];
}

/**
 * Where the files say which images are for tests, those are, and the others are for calibration and for looking;
 * elsewhere half of every class's pictures are for either, and the seed decides which.
 *
 * @param imageShape what the network takes; pictures of that size stay as they are, others are resized (shorter side)
 *   and cut out of their middle
 * @param onProgress fraction done; false stops
 * @returns null where it was stopped
 * @throws DatasetError where a class has too few pictures that can be read
 */
export async function createOwnDataset(
  name: string,
  { classes, images }: ImageCollection,
  imageShape: [number, number, number],
  onProgress: (fraction: number) => Promise<boolean | void>,
  { seed = 0, validation = false, mostBytes = MOST_BYTES, resizing }: OwnDatasetOptions = {},
): Promise<OwnDataset | null> {
  const [height, width, channels] = imageShape;
  if (channels !== 1 && channels !== 3) throw new DatasetError(say('channelsOfPictures', channels), HINT);
  const random = new Random(seed).fork('own images');
  const most = Math.max(FEWEST_A_CLASS, Math.floor(mostBytes / (height * width * channels * classes.length)));
  const byClass = classes.map((_, label) =>
    random.fork(label).shuffle(images.filter((image) => image.label === label)),
  );
  const split = byClass.every((list) => list.some(isTest) && list.some((image) => !isTest(image)));
  const notes: Said[] = [];
  const chosen = byClass.map((list) => (split ? bothKinds(list, most) : list.slice(0, most)));
  const total = chosen.reduce((sum, list) => sum + list.length, 0);
  const dropped = images.length - total;
  if (dropped > 0) notes.push(say('picturesDropped', dropped, most));
  const kept: Kept[][] = classes.map(() => []);
  let done = 0;
  let [colored, read] = [0, 0];
  for (const [label, list] of chosen.entries()) {
    for (const image of list) {
      try {
        const decoded = await decodeImage(await image.read());
        if (!isGrey(decoded)) colored++;
        read++;
        kept[label].push({ pixels: fitted(decoded, imageShape, resizing), label, test: isTest(image) });
      } catch (error) {
        if (error instanceof DatasetError) throw error;
        notes.push(say('pictureBroken', image.name, (error as Error).message));
      }
      if ((await onProgress(++done / total)) === false) return null;
    }
  }
  if (channels === 1 && colored > 0) notes.push(say('colourToGrey', colored));
  if (channels === 3 && read > 0 && colored === 0) notes.push(say('greyToColour'));
  checkCounts(classes, kept, split);
  return { dataset: divided(name, classes, imageShape, kept, { split, validation }), notes };
}

interface Kept extends LabelledImage {
  /** The files say that it is for tests. */
  test: boolean;
}

const isTest = ({ split }: CollectedImage): boolean => split === 'test';

/** At most so many of a class, of which at most half are for tests where there are others. */
function bothKinds(list: CollectedImage[], most: number): CollectedImage[] {
  const [test, other] = [list.filter(isTest), list.filter((image) => !isTest(image))];
  // Where there is room for few, the most of it is what the others need.
  const half = Math.min(Math.ceil(most / 2), most - FEWEST_TRAINING);
  const tests = Math.min(test.length, Math.max(half, most - other.length));
  return [...other.slice(0, most - tests), ...test.slice(0, tests)];
}

/** @throws DatasetError naming the class with the fewest */
function checkCounts(classes: string[], kept: Kept[][], split: boolean): void {
  const parts = split
    ? ([
        ['tooFewTraining', FEWEST_TRAINING, ({ test }: Kept) => !test],
        ['tooFewTest', 1, ({ test }: Kept) => test],
      ] as const)
    : ([['tooFewPictures', FEWEST_A_CLASS, () => true]] as const);
  for (const [sentence, needed, counts] of parts) {
    const numbers = kept.map((list) => list.filter(counts).length);
    const fewest = numbers.indexOf(Math.min(...numbers));
    if (numbers[fewest] < needed) throw new DatasetError(say(sentence, classes[fewest], numbers[fewest], needed), HINT);
  }
}

const isGrey = ({ rgb }: DecodedImage): boolean => {
  for (let i = 0; i < rgb.length; i += 3) if (rgb[i] !== rgb[i + 1] || rgb[i] !== rgb[i + 2]) return false;
  return true;
};

/** Images of all classes in turn, so that any number from the start has about as many of each. */
function inTurn(lists: LabelledImage[][]): LabelledImage[] {
  const rounds = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}

function divided(
  name: string,
  classNames: string[],
  imageShape: [number, number, number],
  kept: Kept[][],
  { split, validation }: { split: boolean; validation: boolean },
): Dataset {
  // Half of them, or of very few as many as are needed.
  const notForTests = ({ length }: Kept[]) => Math.max(Math.ceil(length / 2), Math.min(FEWEST_TRAINING, length - 1));
  const forTests = kept.map((list) => (split ? list.filter(({ test }) => test) : list.slice(notForTests(list))));
  const others = kept.map((list) => (split ? list.filter(({ test }) => !test) : list.slice(0, notForTests(list))));
  const apart = others.map(({ length }) =>
    validation
      ? Math.min(
          Math.floor(length / VALIDATION_SHARE),
          Math.floor(MOST_VALIDATION / classNames.length),
          length - FEWEST_TRAINING,
        )
      : 0,
  );
  const calibration = others.map((list, label) => list.slice(0, list.length - Math.max(0, apart[label])));
  const splits: Record<Split, LabelledImage[]> = {
    train: [],
    validation: inTurn(others.map((list, label) => list.slice(calibration[label].length))),
    calibration: calibration.flat(),
    test: inTurn(forTests),
  };
  const fewest = Math.min(...calibration.map(({ length }) => length));
  const dataset: Dataset = {
    name,
    classNames,
    imageShape,
    // Where there are few, a third may be calibrated with and the rest is for looking.
    calibrationReserve: Math.max(1, Math.min(MAX_CALIBRATION_IMAGES_PER_CLASS, Math.floor(fewest / 3))),
    size: (part) => splits[part].length,
    image: (part, index) => {
      checkIndex(dataset, part, index);
      return splits[part][index];
    },
    label: (part, index) => {
      checkIndex(dataset, part, index);
      return splits[part][index].label;
    },
  };
  return dataset;
}

function fitted(
  image: DecodedImage,
  [height, width, channels]: [number, number, number],
  resizing: NetworkDefinition['resizing'],
): Uint8Array {
  const same = image.width === width && image.height === height;
  const side = Math.min(height, width);
  const small = Math.min(image.width, image.height) <= side;
  // Of what is smaller than the network's images nothing is cut off, where nobody says that it should be.
  const around = resizing ? Math.floor(side / resizing.cropShare) : Math.round(side * (height <= 96 ? 1 : AROUND));
  const shorter = small && !resizing ? side : around;
  const { rgb } = same
    ? image
    : resized(image, { resize: shorter, crop: [height, width], interpolation: resizing?.interpolation });
  if (channels === 3) return rgb;
  // As Pillow's convert('L').
  return Uint8Array.from(
    { length: height * width },
    (_, p) => (rgb[3 * p] * 19595 + rgb[3 * p + 1] * 38470 + rgb[3 * p + 2] * 7471 + 0x8000) >> 16,
  );
}
