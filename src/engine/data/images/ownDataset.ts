/** Own pictures as a dataset: decoded, brought to a network's size, and divided into calibration and test images. */
import { Random } from '../../random';
import { say, type Said } from '../../sentences';
import { checkIndex, type Dataset, type LabelledImage, type Split } from '../dataset';
import { MAX_CALIBRATION_IMAGES_PER_CLASS } from '../calibrationSet';
import { DatasetError } from './datasetError';
import { decodeImage } from './decode';
import { resized } from './resize';
import type { DecodedImage, ImageCollection } from './types';

/** Bytes of decoded pictures that are kept; of more, as many of each class are used as fit. */
const MOST_BYTES = 512 * 2 ** 20;
/** One to calibrate with, two to look at, one to test with. */
const FEWEST_A_CLASS = 4;
/** Networks are measured on the middle of pictures that are larger by this (256 for 224). */
const AROUND = 256 / 224;
const HINT = say('imagesHint');

export interface OwnDataset {
  dataset: Dataset;
  /** What a person should know: pictures that were left out. */
  notes: Said[];
}

/**
 * Half of every class's pictures are for calibration and for looking, half for tests; which ones, the seed decides.
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
  seed = 0,
): Promise<OwnDataset | null> {
  const [height, width, channels] = imageShape;
  if (channels !== 1 && channels !== 3) throw new DatasetError(say('channelsOfPictures', channels), HINT);
  const random = new Random(seed).fork('own images');
  const most = Math.max(FEWEST_A_CLASS, Math.floor(MOST_BYTES / (height * width * channels * classes.length)));
  const byClass = classes.map((_, label) =>
    random.fork(label).shuffle(images.filter((image) => image.label === label)),
  );
  const notes: Said[] = [];
  const dropped = byClass.reduce((sum, list) => sum + Math.max(0, list.length - most), 0);
  if (dropped > 0) notes.push(say('picturesDropped', dropped, most));
  const chosen = byClass.map((list) => list.slice(0, most));
  const total = chosen.reduce((sum, list) => sum + list.length, 0);
  const kept: Sorted[][] = classes.map(() => []);
  let done = 0;
  for (const [label, list] of chosen.entries()) {
    for (const image of list) {
      try {
        const pixels = fitted(await decodeImage(await image.read()), height, width, channels);
        kept[label].push({ pixels, label, split: image.split });
      } catch (error) {
        if (error instanceof DatasetError) throw error;
        notes.push(say('pictureBroken', image.name, (error as Error).message));
      }
      if ((await onProgress(++done / total)) === false) return null;
    }
  }
  const fewest = kept.reduce((least, list, label) => (list.length < kept[least].length ? label : least), 0);
  if (kept[fewest].length < FEWEST_A_CLASS) {
    throw new DatasetError(say('tooFewPictures', classes[fewest], kept[fewest].length, FEWEST_A_CLASS), HINT);
  }
  return { dataset: divided(name, classes, imageShape, kept), notes };
}

interface Sorted extends LabelledImage {
  split?: 'train' | 'test';
}

/**
 * Brings a class's calibration images to the front, and says how many they are: those that are said to be, else half.
 */
function calibrationFirst(list: Sorted[], name: string): number {
  if (list.some(({ split }) => split === undefined)) return Math.ceil(list.length / 2);
  const first = list.filter(({ split }) => split === 'train');
  const rest = list.filter(({ split }) => split === 'test');
  if (first.length < FEWEST_A_CLASS - 1) {
    throw new DatasetError(say('tooFewPictures', name, first.length, FEWEST_A_CLASS - 1), HINT);
  }
  if (rest.length < 1) throw new DatasetError(say('tooFewPictures', name, 0, 1), HINT);
  list.splice(0, list.length, ...first, ...rest);
  return first.length;
}

function divided(name: string, classNames: string[], imageShape: [number, number, number], kept: Sorted[][]): Dataset {
  const half = kept.map((list, label) => calibrationFirst(list, classNames[label]));
  // Test images of all classes in turn, so that any number from the start has about as many of each.
  const rounds = Math.max(...kept.map((list, label) => list.length - half[label]));
  const test = Array.from({ length: rounds }, (_, i) =>
    kept.flatMap((list, label) => list.slice(half[label] + i, half[label] + i + 1)),
  );
  const splits: Record<Split, LabelledImage[]> = {
    train: [],
    validation: [],
    calibration: kept.flatMap((list, label) => list.slice(0, half[label])),
    test: test.flat(),
  };
  const fewest = Math.min(...half);
  const dataset: Dataset = {
    name,
    classNames,
    imageShape,
    // Where there are few, a third may be calibrated with and the rest is for looking.
    calibrationReserve: Math.max(1, Math.min(MAX_CALIBRATION_IMAGES_PER_CLASS, Math.floor(fewest / 3))),
    size: (split) => splits[split].length,
    image: (split, index) => {
      checkIndex(dataset, split, index);
      return splits[split][index];
    },
    label: (split, index) => {
      checkIndex(dataset, split, index);
      return splits[split][index].label;
    },
  };
  return dataset;
}

function fitted(image: DecodedImage, height: number, width: number, channels: number): Uint8Array {
  const same = image.width === width && image.height === height;
  const small = Math.min(image.width, image.height) <= Math.min(height, width);
  // What is smaller than the network's images is brought to their size; nothing is cut off around it.
  const shorter = small ? Math.min(height, width) : Math.round(Math.min(height, width) * (height <= 96 ? 1 : AROUND));
  const { rgb } = same ? image : resized(image, { resize: shorter, crop: [height, width] });
  if (channels === 3) return rgb;
  // As Pillow's convert('L').
  return Uint8Array.from(
    { length: height * width },
    (_, p) => (rgb[3 * p] * 19595 + rgb[3 * p + 1] * 38470 + rgb[3 * p + 2] * 7471 + 0x8000) >> 16,
  );
}
