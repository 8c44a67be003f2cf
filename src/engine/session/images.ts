/** Images of a dataset as bytes, and back: the same pixels in the same order. */
import { checkIndex, type Dataset, type Split } from '../data/dataset';
import type { ImageCollection } from '../data/images/types';
import { fail, type Json } from './checks';

/** `train` is only for training networks. */
const PARTS = ['calibration', 'validation', 'test'] as const;
const MOST_CLASSES = 65535;
const MOST_IMAGES = 1e7;

export interface ImageFacts {
  name: string;
  classes: string[];
  imageShape: [number, number, number];
  calibrationReserve: number | null;
  counts: Record<(typeof PARTS)[number], number>;
}

export interface PackedImages {
  facts: ImageFacts;
  pixels: Uint8Array;
  labels: Uint8Array;
}

export function packImages(dataset: Dataset): PackedImages {
  const { name, classNames, imageShape, calibrationReserve = null } = dataset;
  const size = imageShape.reduce((product, length) => product * length, 1);
  const counts = Object.fromEntries(PARTS.map((part) => [part, dataset.size(part)])) as ImageFacts['counts'];
  const total = PARTS.reduce((sum, part) => sum + counts[part], 0);
  const pixels = new Uint8Array(total * size);
  const labels = new Uint8Array(2 * total);
  let at = 0;
  for (const part of PARTS) {
    for (let i = 0; i < counts[part]; i++, at++) {
      const image = dataset.image(part, i);
      pixels.set(image.pixels, at * size);
      labels.set([image.label & 255, image.label >> 8], 2 * at);
    }
  }
  return { facts: { name, classes: classNames, imageShape, calibrationReserve, counts }, pixels, labels };
}

/** @throws SessionError naming what is wrong */
export function readImageFacts(field: Json): ImageFacts {
  const shape = field.get('imageShape').items(3);
  if (shape.length !== 3) return fail(field.get('imageShape').path, 'is no height, width and channels');
  const [height, width] = shape.map((each) => each.integer(1, 4096));
  const classes = field
    .get('classes')
    .items(MOST_CLASSES)
    .map((each) => each.text(1000));
  if (classes.length < 2) return fail(field.get('classes').path, 'has less than two entries');
  const reserve = field.get('calibrationReserve');
  const counts = field.get('counts');
  return {
    name: field.get('name').text(1000),
    classes,
    imageShape: [height, width, shape[2].integer(1, 3)],
    calibrationReserve: reserve.value === null ? null : reserve.integer(1, 1000),
    counts: {
      calibration: counts.get('calibration').integer(1, MOST_IMAGES),
      validation: counts.get('validation').integer(0, MOST_IMAGES),
      test: counts.get('test').integer(1, MOST_IMAGES),
    },
  };
}

/** @throws SessionError where there are other bytes than the facts say */
export function unpackImages(facts: ImageFacts, pixels: Uint8Array, labels: Uint8Array): Dataset {
  const { name, classes, imageShape, calibrationReserve, counts } = facts;
  const size = imageShape.reduce((product, length) => product * length, 1);
  const total = PARTS.reduce((sum, part) => sum + counts[part], 0);
  if (pixels.length !== total * size) return fail('images/pixels', `has ${pixels.length} bytes, not ${total * size}`);
  if (labels.length !== 2 * total) return fail('images/labels', `has ${labels.length} bytes, not ${2 * total}`);
  const labelAt = (at: number) => labels[2 * at] | (labels[2 * at + 1] << 8);
  const calibrated = new Set<number>();
  for (let at = 0; at < total; at++) {
    const label = labelAt(at);
    if (label >= classes.length) return fail('images/labels', `has the label ${label} of ${classes.length} classes`);
    if (at < counts.calibration) calibrated.add(label);
  }
  if (calibrated.size < classes.length) return fail('images/labels', 'has classes without a calibration image');
  const first: Record<Split, number> = {
    train: 0,
    calibration: 0,
    validation: counts.calibration,
    test: counts.calibration + counts.validation,
  };
  const sizes: Record<Split, number> = { train: 0, ...counts };
  const dataset: Dataset = {
    name,
    classNames: classes,
    imageShape,
    ...(calibrationReserve === null ? {} : { calibrationReserve }),
    size: (split) => sizes[split],
    label: (split, index) => {
      checkIndex(dataset, split, index);
      return labelAt(first[split] + index);
    },
    image: (split, index) => {
      checkIndex(dataset, split, index);
      const at = first[split] + index;
      return { pixels: pixels.subarray(at * size, (at + 1) * size), label: labelAt(at) };
    },
  };
  return dataset;
}

/** The images as files of them would be, for a network of another size. */
export function asCollection(dataset: Dataset): ImageCollection {
  const [height, width, channels] = dataset.imageShape;
  const images = PARTS.flatMap((part) =>
    Array.from({ length: dataset.size(part) }, (_, i) => ({
      name: `${part} ${i}`,
      label: dataset.label(part, i),
      split: part === 'test' ? ('test' as const) : ('train' as const),
      read: async () => {
        const { pixels } = dataset.image(part, i);
        const rgb =
          channels === 3
            ? pixels
            : Uint8Array.from({ length: 3 * height * width }, (_p, k) => pixels[Math.floor(k / 3)]);
        return { width, height, rgb };
      },
    })),
  );
  return { classes: dataset.classNames, images: images.sort((a, b) => a.label - b.label), notes: [] };
}
