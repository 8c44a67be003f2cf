/**
 * Labelled pictures from files as people have them: folders of classes, archives of such, flat folders with a list of
 * labels, parquet files, CIFAR's and MNIST's binary files. What a file is, its bytes say.
 */
import { say, type Said } from '../../sentences';
import { readBinaryFiles, type BinaryFile } from './binaryFiles';
import { DatasetError } from './datasetError';
import { inflate } from './inflate';
import { kindOf, PICTURE_NAME } from './kinds';
import { readLabelList, type LabelList, type UnusedList } from './labelList';
import { haveFolders, labelPictures } from './labelledPictures';
import { readTar } from './tar';
import type { CollectOptions, ImageCollection, ImageFile, Place } from './types';
import { readZip } from './zip';

export { MOST_CLASSES } from './labelledPictures';

const HINT = say('imagesHint');
/** Files and folders that no person made. */
const HIDDEN = /(^|\/)(\.(?!\.?\/)|__MACOSX(\/|$)|Thumbs\.db$|desktop\.ini$|@eaDir(\/|$))/i;
/** Of one file that comes out of a compressed one. */
const MOST_BYTES = 2 ** 30;
/** Of one archive in another. */
const MOST_DEPTH = 3;

/** @throws DatasetError that says what is wrong with the files and what to do */
export async function collectImages(
  files: readonly ImageFile[],
  options: CollectOptions = {},
): Promise<ImageCollection> {
  const sorted: Sorted = { pictures: [], folders: [], tables: [], cifar: [], idx: [], texts: [], unread: [] };
  for (const { name, bytes } of files) {
    const path = name.replace(/^\/+/, '');
    if (!HIDDEN.test(path)) await sortFile(sorted, { path, read: async () => new Uint8Array(bytes) }, bytes, 0);
  }
  const { pictures, folders, tables, cifar, idx, texts, unread } = sorted;
  if (tables.length > 0) return (await import('./parquet')).readParquet(tables, options);
  const notes: Said[] = [];
  if (pictures.length === 0) {
    if (cifar.length + idx.length > 0) return readBinaryFiles(cifar, idx, texts);
    if (unread.length > 0) throw new DatasetError(say('archiveOfOtherKind', unread[0]), say('archiveOfOtherKindHint'));
    throw new DatasetError(say('noPictures'), HINT);
  }
  if (cifar.length + idx.length > 0) notes.push(say('binaryBeside', [...cifar, ...idx][0].path));
  const read = texts.map(({ path, bytes }) => readLabelList(path, bytes, pictures, options.label));
  const lists = read.filter((list): list is LabelList => list !== null && 'labels' in list);
  const unused = read.filter((list): list is UnusedList => list !== null && 'reason' in list);
  // Without it all of them would count as one class.
  if (unused.length > 0 && lists.length === 0 && !haveFolders(pictures)) throw new DatasetError(unused[0].reason, HINT);
  notes.push(...unused.map(({ reason }) => reason));
  const collection = labelPictures(
    pictures,
    folders.filter((folder) => !HIDDEN.test(folder)),
    lists,
  );
  return { ...collection, notes: [...notes, ...collection.notes] };
}

interface Sorted {
  pictures: Place[];
  /** Of archives, with or without files. */
  folders: string[];
  tables: ImageFile[];
  cifar: BinaryFile[];
  idx: BinaryFile[];
  texts: BinaryFile[];
  /** Names of archives of kinds that are not read. */
  unread: string[];
}

/** @param whole the file itself, where it lies in no archive */
async function sortFile(sorted: Sorted, place: Place, whole: ArrayBuffer | null, depth: number): Promise<void> {
  const { path } = place;
  // Pictures in an archive are looked into only when they are used.
  if (whole === null && PICTURE_NAME.test(path)) return void sorted.pictures.push(place);
  const bytes = await place.read();
  const kind = kindOf(path, bytes);
  switch (kind) {
    case 'picture':
      return void sorted.pictures.push(place);
    case 'parquet':
      return void sorted.tables.push({ name: path, bytes: whole ?? bytes.slice().buffer });
    case 'cifar':
    case 'idx':
      return void sorted[kind].push({ path, bytes });
    case 'text':
      // A program in front of it that unpacks it may be a text.
      if (/\.zip$/i.test(path)) return sortAll(sorted, readZip(path, whole ?? bytes.slice().buffer), depth);
      // A damaged picture is one all the same: it is named as such when it is read.
      return void (PICTURE_NAME.test(path) ? sorted.pictures.push(place) : sorted.texts.push({ path, bytes }));
    case 'gzip': {
      const inner = path.replace(/\.(gz|gzip)$/i, '').replace(/\.tgz$/i, '.tar');
      const unpacked = await inflate(bytes, 'gzip', MOST_BYTES).catch((error: Error) => {
        throw new DatasetError(say('gzipDamaged', path, error.message), say('archiveHint'));
      });
      if (depth < MOST_DEPTH)
        await sortFile(sorted, { path: inner, read: async () => unpacked }, unpacked.buffer, depth + 1);
      return;
    }
    case 'tar':
      return sortAll(sorted, readTar(path, bytes), depth);
    case 'zip':
      return sortAll(sorted, readZip(path, whole ?? bytes.slice().buffer), depth);
    case 'archive':
      return void sorted.unread.push(path);
    case 'other':
      if (/\.parquet$/i.test(path)) sorted.tables.push({ name: path, bytes: whole ?? bytes.slice().buffer });
      else if (/\.zip$/i.test(path)) return sortAll(sorted, readZip(path, whole ?? bytes.slice().buffer), depth);
      else if (PICTURE_NAME.test(path)) sorted.pictures.push(place);
  }
}

async function sortAll(
  sorted: Sorted,
  entries: readonly (Place | { name: string; read: Place['read'] })[],
  depth: number,
) {
  for (const entry of entries) {
    const path = 'path' in entry ? entry.path : entry.name;
    // A path that leads elsewhere is only a name here: nothing is ever written.
    if (path.endsWith('/')) sorted.folders.push(path.slice(0, -1));
    else if (!HIDDEN.test(path) && depth < MOST_DEPTH)
      await sortFile(sorted, { path, read: entry.read }, null, depth + 1);
  }
}
