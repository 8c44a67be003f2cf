/**
 * CIFAR's binary files: records of the labels (CIFAR-10: 1 byte; CIFAR-100: a coarse and a fine one), then 1024 red,
 * 1024 green and 1024 blue bytes, row-major.
 */
import { say } from '../../sentences';
import { DatasetError } from './datasetError';
import type { DecodedImage } from './types';

const SIZE = 32;
const AREA = SIZE * SIZE;

export interface CifarKind {
  name: string;
  labelBytes: number;
  /** Of the last label byte, which counts. */
  classes: number;
}

export const CIFAR10: CifarKind = { name: 'CIFAR-10', labelBytes: 1, classes: 10 };
export const CIFAR100: CifarKind = { name: 'CIFAR-100', labelBytes: 2, classes: 100 };
const KINDS = [CIFAR10, CIFAR100];
const COARSE_CLASSES = 20;

export const recordBytes = ({ labelBytes }: CifarKind): number => labelBytes + 3 * AREA;

/** Names that such files have. */
const NAMES = /(^|\/)(data_batch_\d+|test_batch|train|test)\.bin$/i;

/**
 * What kind of CIFAR's files this is: a whole number of records. A file without a usual name is one only if all of its
 * labels are. Null: none.
 */
export function cifarKindOf(name: string, bytes: Uint8Array): CifarKind | null {
  const kind = KINDS.find((each) => bytes.length > 0 && bytes.length % recordBytes(each) === 0) ?? null;
  if (kind) return NAMES.test(name) || firstWrongLabel(kind, bytes) === null ? kind : null;
  // Cut off, but called as CIFAR's are.
  return NAMES.test(name) && bytes.length > recordBytes(CIFAR100) ? CIFAR10 : null;
}

/** @returns the number of the record and its label; null: all are labels */
export function firstWrongLabel(kind: CifarKind, bytes: Uint8Array): [record: number, label: number] | null {
  const record = recordBytes(kind);
  for (let i = 0, at = 0; at < bytes.length; i++, at += record) {
    if (kind === CIFAR100 && bytes[at] >= COARSE_CLASSES) return [i, bytes[at]];
    const label = bytes[at + kind.labelBytes - 1];
    if (label >= kind.classes) return [i, label];
  }
  return null;
}

/** Where the records of a file are: each at its first byte. @throws DatasetError for a cut file or a wrong label */
export function cifarRecords(name: string, bytes: Uint8Array, kind: CifarKind): number[] {
  const hint = say('imagesHint');
  const record = recordBytes(kind);
  if (bytes.length === 0 || bytes.length % record !== 0)
    throw new DatasetError(say('cifarCut', name, bytes.length, record), hint);
  const wrong = firstWrongLabel(kind, bytes);
  if (wrong) throw new DatasetError(say('cifarLabel', name, wrong[0], wrong[1], kind.name, kind.classes - 1), hint);
  return Array.from({ length: bytes.length / record }, (_, i) => i * record);
}

export const cifarLabel = ({ labelBytes }: CifarKind, bytes: Uint8Array, at: number): number =>
  bytes[at + labelBytes - 1];

export function cifarImage({ labelBytes }: CifarKind, bytes: Uint8Array, at: number): DecodedImage {
  const rgb = new Uint8Array(3 * AREA);
  const start = at + labelBytes;
  for (let c = 0; c < 3; c++) for (let p = 0; p < AREA; p++) rgb[3 * p + c] = bytes[start + c * AREA + p];
  return { width: SIZE, height: SIZE, rgb };
}

export const CIFAR10_CLASSES: readonly string[] = 'airplane automobile bird cat deer dog frog horse ship truck'.split(
  ' ',
);

/** In the order of the fine labels, which is that of the alphabet. */
export const CIFAR100_CLASSES: readonly string[] =
  `apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle
  caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish
  forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle
  mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine
  possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar
  sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle wardrobe whale
  willow_tree wolf woman worm`.split(/\s+/);
