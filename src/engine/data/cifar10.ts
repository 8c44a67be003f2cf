/** CIFAR-10 in its own binary format, divided as experiments want it. */
import { checkIndex, type Dataset, type Split } from './dataset';
import { CIFAR10, CIFAR10_CLASSES, cifarImage, cifarLabel, cifarRecords } from './images/cifar';

export { CIFAR10_CLASSES };

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
 * @throws DatasetError for a file that is no whole number of records or has a label above 9; RangeError for no images
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
    imageShape: [32, 32, 3],
    size: (split) => splits[split].length,
    label(split, index) {
      checkIndex(dataset, split, index);
      const { bytes, at } = splits[split][index];
      return cifarLabel(CIFAR10, bytes, at);
    },
    image(split, index) {
      const label = dataset.label(split, index);
      const { bytes, at } = splits[split][index];
      return { pixels: cifarImage(CIFAR10, bytes, at).rgb, label };
    },
  };
  return dataset;
}

interface RecordPlace {
  bytes: Uint8Array;
  /** Where its record begins. */
  at: number;
}

function locate(what: string, files: readonly Uint8Array[]): RecordPlace[] {
  const places = files.flatMap((bytes) =>
    cifarRecords(`A file of CIFAR-10 ${what} images`, bytes, CIFAR10).map((at): RecordPlace => ({ bytes, at })),
  );
  if (places.length === 0) throw new RangeError(`There are no CIFAR-10 ${what} images.`);
  return places;
}
