/** Labelled pictures from files as people have them: folders of classes, a zip archive of such, a parquet file. */
import { say, type Said } from '../../sentences';
import { DatasetError } from './datasetError';
import { PICTURE } from './decode';
import type { CollectOptions, ImageCollection, ImageFile } from './types';
import { readZip } from './zip';

const HINT = say('imagesHint');
/** Files and folders that no person made. */
const HIDDEN = /(^|\/)(\.|__MACOSX(\/|$)|Thumbs\.db$|desktop\.ini$|@eaDir(\/|$))/i;
/** Of ImageNet and a little more: beyond that, one calibration image of every class alone fills the memory. */
export const MOST_CLASSES = 1024;

interface Place {
  path: string;
  read(): Promise<Uint8Array>;
}

/** @throws DatasetError that says what is wrong with the files and what to do */
export async function collectImages(
  files: readonly ImageFile[],
  options: CollectOptions = {},
): Promise<ImageCollection> {
  const tables = files.filter(({ name }) => /\.parquet$/i.test(name));
  if (tables.length > 0) return (await import('./parquet')).readParquet(tables, options);
  const places: Place[] = [];
  const folders: string[] = [];
  for (const { name, bytes } of files) {
    if (!/\.zip$/i.test(name)) {
      places.push({ path: name.replace(/^\/+/, ''), read: async () => new Uint8Array(bytes) });
      continue;
    }
    for (const entry of readZip(name, bytes)) {
      // A path that leads elsewhere is only a name here: nothing is ever written.
      if (entry.name.endsWith('/')) folders.push(entry.name.slice(0, -1));
      else places.push({ path: entry.name, read: entry.read });
    }
  }
  const shown = places.filter(({ path }) => !HIDDEN.test(path) && PICTURE.test(path));
  if (shown.length === 0) throw new DatasetError(say('noPictures'), HINT);
  return classFolders(
    shown,
    folders.filter((folder) => !HIDDEN.test(folder)),
  );
}

/** The folder below those that all pictures share is the class. */
function classFolders(places: Place[], folders: string[]): ImageCollection {
  const parents = places.map(({ path }) => path.split('/').slice(0, -1));
  let shared = 0;
  while (parents.every((parent) => parent.length > shared && parent[shared] === parents[0][shared])) shared++;
  const notes: Said[] = [];
  const inClasses = parents.some((parent) => parent.length > shared);
  // One class alone: its folder was taken for one around all.
  const classAt = inClasses ? shared : Math.max(0, shared - 1);
  const classOf = (parent: string[]) => parent[classAt] ?? '';
  const loose = parents.filter((parent) => inClasses && parent.length <= shared).length;
  if (loose > 0) notes.push(say('picturesBeside', loose));
  const names = [...new Set(parents.map(classOf))].filter((name) => name !== '' || !inClasses);
  const { classes, byNumber } = ordered(names);
  if (byNumber) notes.push(say('classesByNumber'));
  if (!inClasses) notes.push(say('oneClassOnly'));
  if (classes.length > MOST_CLASSES) throw new DatasetError(say('tooManyClasses', classes.length, MOST_CLASSES), HINT);
  const prefix = parents[0].slice(0, classAt).join('/');
  const empty = folders
    .filter((folder) => prefix === '' || folder.startsWith(`${prefix}/`))
    .map((folder) => folder.split('/').slice(classAt))
    .filter((rest) => rest.length === 1 && inClasses && !classes.includes(rest[0]));
  for (const [name] of empty) notes.push(say('emptyFolder', name));
  const numbers = new Map(classes.map((name, i) => [name, i]));
  const images = places
    .map(({ path, read }, i) => ({ name: path, label: numbers.get(classOf(parents[i])) ?? -1, read }))
    .filter(({ label }) => label >= 0)
    .sort((a, b) => a.label - b.label || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { classes: classes.map((name) => name || 'images'), images, notes };
}

/** Folders that are all numbers by number, others as data loaders sort them. */
function ordered(names: string[]): { classes: string[]; byNumber: boolean } {
  const byNumber = names.length > 1 && names.every((name) => /^\d+$/.test(name));
  const plain = [...names].sort();
  const classes = byNumber ? [...names].sort((a, b) => Number(a) - Number(b)) : plain;
  return { classes, byNumber: byNumber && String(classes) !== String(plain) };
}
