/**
 * CIFAR-10 in its own binary format: records of 1 label byte, then 1024 red, 1024 green and 1024 blue bytes, row-major.
 */
import { checkIndex, type Dataset, type Split } from './dataset';

export const CIFAR10_CLASSES: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

const SIZE = 32;
const AREA = SIZE * SIZE;
const RECORD = 1 + 3 * AREA;

/** Validation images are the last of the training images: at most this many, and at most a fifth of them. */
export const CIFAR10_VALIDATION = 1000;

/** The bytes of some files of one kind, in their order. */
export interface Cifar10Files {
  train: readonly Uint8Array[];
  test: readonly Uint8Array[];
}

/**
 * CIFAR-10, or any part of it. Splits: `test` is the test files; `validation` is the end of the training files (see
 * CIFAR10_VALIDATION); `calibration` and `train` are the rest of them, both the same: a calibration set is drawn from
 * the images that the network was trained on, as in the paper.
 *
 * @throws RangeError for a file that is no whole number of records, has a label above 9, or no images
 */
export function createCifar10({ train, test }: Cifar10Files): Dataset {
  const [training, testing] = [locate('training', train), locate('test', test)];
  const validation = Math.min(CIFAR10_VALIDATION, Math.floor(training.length / 5));
  const known = training.length - validation;
  const splits: Record<Split, RecordPlace[]> = {
    train: training.slice(0, known),
    calibration: training.slice(0, known),
    validation: training.slice(known),
    test: testing,
  };
  const dataset: Dataset = {
    name: 'CIFAR-10',
    classNames: [...CIFAR10_CLASSES],
    imageShape: [SIZE, SIZE, 3],
    size: (split) => splits[split].length,
    label(split, index) {
      checkIndex(dataset, split, index);
      const { bytes, at } = splits[split][index];
      return bytes[at];
    },
    image(split, index) {
      const label = dataset.label(split, index);
      const { bytes, at } = splits[split][index];
      const pixels = new Uint8Array(3 * AREA);
      for (let c = 0; c < 3; c++) for (let p = 0; p < AREA; p++) pixels[3 * p + c] = bytes[at + 1 + c * AREA + p];
      return { pixels, label };
    },
  };
  return dataset;
}

interface RecordPlace {
  bytes: Uint8Array;
  /** Where its label is. */
  at: number;
}

function locate(what: string, files: readonly Uint8Array[]): RecordPlace[] {
  const places: RecordPlace[] = [];
  for (const bytes of files) {
    if (bytes.length % RECORD !== 0) {
      throw new RangeError(
        `A file of CIFAR-10 ${what} images has ${bytes.length} bytes: no whole number of images of ${RECORD} bytes.`,
      );
    }
    for (let at = 0; at < bytes.length; at += RECORD) {
      if (bytes[at] >= CIFAR10_CLASSES.length) {
        throw new RangeError(
          `Image ${places.length} of the CIFAR-10 ${what} images has the label ${bytes[at]}; labels are 0 to 9.`,
        );
      }
      places.push({ bytes, at });
    }
  }
  if (places.length === 0) throw new RangeError(`There are no CIFAR-10 ${what} images.`);
  return places;
}
