/** Which class each picture is of: by the folder that it lies in, or by a list of labels beside it. */
import { say, type Said } from '../../sentences';
import { DatasetError } from './datasetError';
import { SPLITS, type LabelList } from './labelList';
import type { CollectedImage, ImageCollection, Place } from './types';

const HINT = say('imagesHint');
/** More classes than a label of a byte holds. */
export const MOST_CLASSES = 1024;

interface Labelled {
  place: Place;
  /** Null: of no class. */
  label: string | null;
  split?: 'train' | 'test';
}

/**
 * @param folders of the archive, also those without a picture
 * @throws DatasetError where there is no class, or there are too many
 */
export function labelPictures(
  places: readonly Place[],
  folders: string[],
  lists: readonly LabelList[],
): ImageCollection {
  const notes: Said[] = [];
  const found = bySplit(places, notes) ?? byFolder(places, folders, lists.length > 0, notes);
  byLists(found, lists, notes);
  const known = new Set(found.flatMap(({ split, label }) => (split === 'train' && label !== null ? [label] : [])));
  if (known.size > 0) {
    // Folders of unlabelled test images are no class.
    const strange = found.filter(({ split, label }) => split === 'test' && label !== null && !known.has(label));
    if (strange.length > 0) notes.push(say('testOfNoClass', strange.length));
    for (const each of strange) each.label = null;
    if (!found.some(({ split, label }) => split === 'test' && label !== null)) {
      for (const each of found) delete each.split;
    }
  }
  const names = [...new Set(found.flatMap(({ label }) => (label === null ? [] : [label])))];
  if (names.length === 0) throw new DatasetError(say('noPictures'), HINT);
  const own = lists.length === 1 ? (lists[0].classes ?? []) : [];
  const isOwn = names.every((name) => own.includes(name));
  const { classes, byNumber } = isOwn
    ? { classes: own.filter((name) => names.includes(name)), byNumber: false }
    : orderedClasses(names);
  if (byNumber) notes.push(say('classesByNumber'));
  if (classes.length > MOST_CLASSES) throw new DatasetError(say('tooManyClasses', classes.length, MOST_CLASSES), HINT);
  const numbers = new Map(classes.map((name, i) => [name, i]));
  const images = found
    .flatMap(({ place: { path, read }, label, split }): CollectedImage[] =>
      label === null ? [] : [{ name: path, label: numbers.get(label)!, ...(split ? { split } : {}), read }],
    )
    .sort((a, b) => a.label - b.label || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { classes: classes.map((name) => name || 'images'), images, notes };
}

const parentsOf = (places: readonly Place[]) => places.map(({ path }) => path.split('/').slice(0, -1));

/** How many folders all pictures share. */
function sharedOf(parents: string[][]): number {
  let shared = 0;
  while (parents.every((parent) => parent.length > shared && parent[shared] === parents[0][shared])) shared++;
  return shared;
}

/** Class folders in folders for training and tests; null where they do not lie so. */
function bySplit(places: readonly Place[], notes: Said[]): Labelled[] | null {
  const parents = parentsOf(places);
  const shared = sharedOf(parents);
  const splits = [...new Set(parents.map((parent) => parent[shared]))];
  const known = splits.map((name) => SPLITS[name?.toLowerCase() ?? '']);
  if (!known.includes('train') || !known.includes('test') || known.includes(undefined as never)) return null;
  const trained = parents.filter(
    (parent, i) => parent.length > shared + 1 && known[splits.indexOf(parents[i][shared])] === 'train',
  );
  if (trained.length === 0) return null;
  const testFolders = splits.filter((_, i) => known[i] === 'test');
  notes.push(say('splitFolders', testFolders.join(', ')));
  return places.map((place, i) => ({
    place,
    label: parents[i][shared + 1] ?? null,
    split: known[splits.indexOf(parents[i][shared])],
  }));
}

/** Whether pictures lie in different folders, which may be their classes. */
export function haveFolders(places: readonly Place[]): boolean {
  const parents = parentsOf(places);
  const shared = sharedOf(parents);
  return parents.some((parent) => parent.length > shared);
}

/** The folder below those that all pictures share is the class. */
function byFolder(places: readonly Place[], folders: string[], listed: boolean, notes: Said[]): Labelled[] {
  const parents = parentsOf(places);
  const shared = sharedOf(parents);
  const inClasses = parents.some((parent) => parent.length > shared);
  // One class alone: its folder was taken for one around all.
  const classAt = inClasses ? shared : Math.max(0, shared - 1);
  const loose = parents.filter((parent) => inClasses && parent.length <= shared).length;
  if (loose > 0 && !listed) notes.push(say('picturesBeside', loose));
  if (!inClasses && !listed) notes.push(say('oneClassOnly'));
  const labels = parents.map((parent) =>
    inClasses ? (parent[classAt] ?? null) : listed ? null : (parent[classAt] ?? ''),
  );
  const prefix = parents[0].slice(0, classAt).join('/');
  const empty = folders
    .filter((folder) => prefix === '' || folder.startsWith(`${prefix}/`))
    .map((folder) => folder.split('/').slice(classAt))
    .filter((rest) => rest.length === 1 && inClasses && !labels.includes(rest[0]));
  for (const [name] of empty) notes.push(say('emptyFolder', name));
  return places.map((place, i) => ({ place, label: labels[i] }));
}

/** What is in a list counts more than a folder; of what is in none, only folders that are called as listed labels are. */
function byLists(found: Labelled[], lists: readonly LabelList[], notes: Said[]): void {
  if (lists.length === 0) return;
  for (const { path, column, missing } of lists) {
    notes.push(column === null ? say('labelsFrom', path) : say('labelsFromColumn', path, column));
    if (missing > 0) notes.push(say('listedMissing', missing, path));
  }
  const listed = new Map(lists.flatMap(({ labels }) => [...labels]));
  const names = new Set(listed.values());
  let without = 0;
  for (const each of found) {
    const label = listed.get(each.place.path);
    if (label !== undefined) each.label = label;
    else if (each.split === undefined && (each.label === null || !names.has(each.label))) {
      each.label = null;
      without++;
    }
  }
  if (without > 0) notes.push(say('notListed', without));
  if (found.some(({ split }) => split !== undefined)) return;
  for (const { path, splits } of lists) {
    if (splits === null) continue;
    notes.push(say('splitsFromColumn', path, splits.column));
    for (const each of found) each.split = splits.of.get(each.place.path) ?? each.split;
  }
}

/** Folders that are all numbers by number, others as data loaders sort them. */
export function orderedClasses(names: readonly string[]): { classes: string[]; byNumber: boolean } {
  const byNumber = names.length > 1 && names.every((name) => /^\d+$/.test(name));
  const plain = [...names].sort();
  const classes = byNumber ? [...names].sort((a, b) => Number(a) - Number(b)) : plain;
  return { classes, byNumber: byNumber && String(classes) !== String(plain) };
}
