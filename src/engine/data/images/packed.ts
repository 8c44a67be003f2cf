/** Collections of pictures between threads. */
import type { CollectedImage, ImageCollection, PackedImages } from './types';

const SPLITS = [undefined, 'train', 'test'] as const;

/** @param images encoded, all at hand */
export function packImages(
  classes: string[],
  images: readonly (Omit<CollectedImage, 'read'> & { bytes: Uint8Array })[],
  notes: ImageCollection['notes'],
): PackedImages {
  const ends = new Uint32Array(images.length);
  let size = 0;
  images.forEach((image, i) => (ends[i] = size += image.bytes.length));
  const bytes = new Uint8Array(size);
  images.forEach((image, i) => bytes.set(image.bytes, ends[i] - image.bytes.length));
  return {
    classes,
    names: images.map(({ name }) => name),
    labels: Uint16Array.from(images, ({ label }) => label),
    splits: Uint8Array.from(images, ({ split }) => SPLITS.indexOf(split)),
    ends,
    bytes,
    notes,
  };
}

export function unpackImages(packed: PackedImages): ImageCollection {
  const { classes, names, labels, splits, ends, bytes, notes, outputs } = packed;
  const images = names.map((name, i): CollectedImage => ({
    name,
    label: labels[i],
    split: SPLITS[splits[i]],
    read: async () => bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i]),
  }));
  return { classes, images, notes, ...(outputs ? { outputs } : {}) };
}
