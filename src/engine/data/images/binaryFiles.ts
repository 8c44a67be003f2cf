/** Datasets in binary files of their own kind: CIFAR-10, CIFAR-100, and the idx files of MNIST and its likes. */
import { say, type Said } from '../../sentences';
import { cifarImage, cifarKindOf, cifarLabel, cifarRecords, CIFAR10, CIFAR100_CLASSES, CIFAR10_CLASSES } from './cifar';
import { DatasetError } from './datasetError';
import { idxImage, readIdx, type Idx } from './idx';
import type { CollectedImage, ImageCollection } from './types';

export interface BinaryFile {
  path: string;
  bytes: Uint8Array;
}

const HINT = say('imagesHint');
const FASHION = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Boot'];

/** By the words that such files have in their names. */
const splitOf = (path: string): 'train' | 'test' => (/test|t10k|val/i.test(path.split('/').pop()!) ? 'test' : 'train');

const byPath = (a: BinaryFile, b: BinaryFile) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);

/** @throws DatasetError where files of several datasets lie together, or one does not hold what it says */
export function readBinaryFiles(
  cifar: readonly BinaryFile[],
  idx: readonly BinaryFile[],
  texts: readonly BinaryFile[],
): ImageCollection {
  if (cifar.length > 0 && idx.length > 0)
    throw new DatasetError(say('severalDatasets', cifar[0].path, idx[0].path), HINT);
  const { images, classes: known } = cifar.length > 0 ? readCifar([...cifar].sort(byPath)) : readIdxFiles(idx);
  const largest = images.reduce((most, { label }) => Math.max(most, label), 0);
  const count = Math.max(known.length, largest + 1);
  const named = namesIn(texts, count);
  const classes = named?.names ?? Array.from({ length: count }, (_, i) => known[i] ?? String(i));
  const notes: Said[] = [];
  if (named) notes.push(say('namesFrom', named.path));
  else if (known.length === 0) notes.push(say('classesAreNumbers'));
  images.sort((a, b) => a.label - b.label);
  return { classes, images, notes };
}

function readCifar(files: BinaryFile[]): { images: CollectedImage[]; classes: readonly string[] } {
  const kinds = files.map(({ path, bytes }) => cifarKindOf(path, bytes)!);
  const other = kinds.findIndex((kind) => kind !== kinds[0]);
  if (other > 0) throw new DatasetError(say('severalDatasets', files[0].path, files[other].path), HINT);
  const [kind] = kinds;
  const images = files.flatMap(({ path, bytes }) =>
    cifarRecords(path, bytes, kind).map((at, i): CollectedImage => ({
      name: `${path}:${i}`,
      label: cifarLabel(kind, bytes, at),
      split: splitOf(path),
      read: async () => cifarImage(kind, bytes, at),
    })),
  );
  return { images, classes: kind === CIFAR10 ? CIFAR10_CLASSES : CIFAR100_CLASSES };
}

interface IdxFile extends Idx {
  path: string;
}

/** What a file of images and its file of labels are both called. */
const stem = (path: string) => path.toLowerCase().replace(/images?|labels?|idx\d|\.gz$|[-_.]/g, '');

function readIdxFiles(files: readonly BinaryFile[]): { images: CollectedImage[]; classes: readonly string[] } {
  const read = files.map(({ path, bytes }): IdxFile => ({ path, ...readIdx(path, bytes) }));
  const pictures = read.filter(({ shape }) => shape.length > 1);
  const lists = read.filter(({ shape }) => shape.length === 1);
  if (pictures.length === 0) throw new DatasetError(say('idxNoImages', read[0].path), HINT);
  const images = pictures.flatMap((file) => {
    const labels =
      lists.find(({ path }) => stem(path) === stem(file.path)) ??
      (pictures.length === 1 && lists.length === 1 ? lists[0] : undefined);
    if (!labels) throw new DatasetError(say('idxNoLabels', file.path), HINT);
    const count = file.shape[0];
    if (labels.shape[0] !== count)
      throw new DatasetError(say('idxCounts', file.path, count, labels.path, labels.shape[0]), HINT);
    return Array.from({ length: count }, (_, i): CollectedImage => ({
      name: `${file.path}:${i}`,
      label: labels.values[i],
      ...(pictures.length > 1 ? { split: splitOf(file.path) } : {}),
      read: async () => idxImage(file, i),
    }));
  });
  return { images, classes: files.some(({ path }) => /fashion/i.test(path)) ? FASHION : [] };
}

/** A text with as many lines as there are classes names them. */
function namesIn(texts: readonly BinaryFile[], count: number): { path: string; names: string[] } | null {
  for (const { path, bytes } of texts) {
    if (bytes.length > 2 ** 20) continue;
    const names = new TextDecoder()
      .decode(bytes)
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean);
    const short = names.every(({ length }) => length <= 60);
    if (short && names.length === count && new Set(names).size === count) return { path, names };
  }
  return null;
}
