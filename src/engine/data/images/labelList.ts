/** Lists of labels beside pictures: a column of files, and one of labels (or one for each class, with a 1 in the right one). */
import { say, type Said } from '../../sentences';
import { PICTURE_NAME } from './kinds';
import { labelRows } from './labelRows';
import type { Place } from './types';

export interface LabelList {
  path: string;
  /** What the list calls its labels; null where it has no headings, or a column for each class. */
  column: string | null;
  /** The classes in the list's own order, where each has a column; null: there is none. */
  classes: string[] | null;
  /** The label of each picture that is in the list, by the picture's path. */
  labels: Map<string, string>;
  /** What each is for, by its path, where a column says so of all of them; with that column's heading. */
  splits: { column: string; of: Map<string, 'train' | 'test'> } | null;
  /** Rows whose file is not there. */
  missing: number;
}

/** A list that cannot be used, and why. */
export interface UnusedList {
  path: string;
  reason: Said;
}

/** Headings of columns of labels, most likely first. */
const LABELS = ['label', 'labels', 'class', 'class_name', 'classname', 'target', 'category', 'species', 'breed'];
/** Headings of columns that say what a picture is for. */
const USES = ['split', 'set', 'subset', 'partition', 'usage', 'data set', 'dataset'];
/** What pictures are for, as folders and lists call it. */
export const SPLITS: Readonly<Record<string, 'train' | 'test'>> = {
  train: 'train',
  training: 'train',
  test: 'test',
  testing: 'test',
  val: 'test',
  valid: 'test',
  validation: 'test',
  eval: 'test',
};
const NUMBER = /^-?\d+(\.\d+)?$/;
const MOST_BYTES = 64 * 2 ** 20;

/**
 * Null where a text is no list of labels at all.
 *
 * @param wanted heading of the column of labels
 */
export function readLabelList(
  path: string,
  bytes: Uint8Array,
  pictures: readonly Place[],
  wanted?: string,
): LabelList | UnusedList | null {
  if (bytes.length > MOST_BYTES) return null;
  const rows = labelRows(bytes);
  if (rows.length < 2) return null;
  const width = rows[rows.length - 1].length;
  if (width < 2) return null;
  const known = pathsByName(path, pictures);
  const files = fileColumn(rows, width, known);
  if (files === null) {
    return looksLikeList(rows, width) ? { path, reason: say('listNamesNone', path) } : null;
  }
  const { column: at, find } = files;
  const heading = find(rows[0][at]) === undefined ? rows[0] : null;
  const body = heading ? rows.slice(1) : rows;
  const column = labelColumn(heading, body, at, wanted);
  const classes = column === null && heading && wanted === undefined ? classColumns(body, at) : [];
  const labelOf = (row: readonly string[]) =>
    column !== null ? row[column] : heading![classes.find((c) => Number(row[c]) === 1)!];
  if (column === null && classes.length === 0) return { path, reason: say('listWithoutLabels', path) };
  const labels = new Map<string, string>();
  let missing = 0;
  for (const row of body) {
    const picture = find(row[at]);
    if (picture === undefined) missing++;
    else if (labelOf(row)) labels.set(picture, labelOf(row));
  }
  const named = column === null ? null : (heading?.[column] ?? null);
  const own = column === null ? classes.map((c) => heading![c]) : null;
  return { path, column: named, classes: own, labels, splits: heading && splitsOf(heading, body, at, find), missing };
}

/** Whether rows are a table with a heading for labels, or name pictures: a text about the pictures does neither. */
const looksLikeList = (rows: readonly string[][], width: number): boolean =>
  (rows.every((row) => row.length === width) && rows[0].some((name) => LABELS.includes(name.toLowerCase()))) ||
  rows[0].some((_, c) => rows.filter((row) => PICTURE_NAME.test(row[c] ?? '')).length * 2 >= rows.length);

type Find = (text: string | undefined) => string | undefined;

/**
 * The column that names most of the pictures, at least half as many as there are rows; null where there is none. A list
 * may have been written where the pictures lay in other folders: those that all its rows share count for nothing.
 */
function fileColumn(
  rows: readonly string[][],
  width: number,
  known: ReadonlyMap<string, string>,
): { column: number; find: Find } | null {
  const partsOf = (text: string) =>
    text
      .replaceAll('\\', '/')
      .replace(/^(\.?\/)+/, '')
      .split('/');
  let best: { column: number; find: Find; hits: number } | null = null;
  for (let c = 0; c < width; c++) {
    const paths = rows.slice(1).map((row) => partsOf(row[c] ?? ''));
    let shared = 0;
    const isShared = () =>
      paths.every(
        (parts) =>
          parts.length > shared + 1 && parts[shared] === paths[0][shared] && !SPLITS[parts[shared].toLowerCase()],
      );
    do {
      const from = shared;
      const find: Find = (text) => (text === undefined ? undefined : known.get(partsOf(text).slice(from).join('/')));
      const hits = rows.filter((row) => find(row[c]) !== undefined).length;
      // A number in front of each row may happen to be a picture's name without its ending.
      const worth = hits + (PICTURE_NAME.test(rows[1][c] ?? '') ? 0.5 : 0);
      if (hits > 0 && hits * 2 >= rows.length && !(best && best.hits >= worth)) best = { column: c, find, hits: worth };
    } while (isShared() && ++shared);
  }
  return best;
}

/** Null where several columns could be it: the corners of boxes, for one, are no labels. */
function labelColumn(
  heading: string[] | null,
  body: readonly string[][],
  files: number,
  wanted: string | undefined,
): number | null {
  const others = body[0].map((_, c) => c).filter((c) => c !== files);
  if (heading && wanted !== undefined) return others.find((c) => heading[c] === wanted) ?? null;
  if (heading) {
    const names = heading.map((name) => name.toLowerCase());
    const likely = LABELS.map((name) => names.indexOf(name)).find((c) => c >= 0 && c !== files);
    if (likely !== undefined) return likely;
  }
  if (others.length === 1) return others[0];
  const words = others.filter((c) => body.some((row) => !NUMBER.test(row[c] ?? '')));
  return words.length === 1 ? words[0] : null;
}

/** Columns of noughts and ones, of which every row has one: each is a class. */
function classColumns(body: readonly string[][], files: number): number[] {
  const columns = body[0]
    .map((_, c) => c)
    .filter((c) => c !== files && body.every((row) => row[c] !== '' && [0, 1].includes(Number(row[c]))));
  const oneEach = body.every((row) => columns.filter((c) => Number(row[c]) === 1).length === 1);
  return columns.length >= 2 && oneEach ? columns : [];
}

function splitsOf(heading: string[], body: readonly string[][], files: number, find: Find): LabelList['splits'] {
  const at = heading.findIndex((name, c) => c !== files && USES.includes(name.toLowerCase()));
  if (at < 0) return null;
  const of = new Map<string, 'train' | 'test'>();
  for (const row of body) {
    const use = SPLITS[row[at]?.toLowerCase()];
    if (!use) return null;
    const picture = find(row[files]);
    if (picture !== undefined) of.set(picture, use);
  }
  return new Set(of.values()).size === 2 ? { column: heading[at], of } : null;
}

/** Pictures by all that a list may call them: path from the list's folder, whole path, name, name without ending. */
function pathsByName(list: string, pictures: readonly Place[]): Map<string, string> {
  const folder = list.includes('/') ? list.slice(0, list.lastIndexOf('/') + 1) : '';
  const known = new Map<string, string>();
  const twice = new Set<string>();
  for (const { path } of pictures) {
    if (!path.startsWith(folder)) continue;
    const name = path.split('/').pop()!;
    const inside = path.slice(folder.length);
    const without = (file: string) => file.replace(/\.\w+$/, '');
    for (const key of new Set([inside, path, name, without(inside), without(name)])) {
      const before = known.get(key);
      if (before !== undefined && before !== path) twice.add(key);
      known.set(key, path);
    }
  }
  // A name that several pictures have says nothing.
  for (const key of twice) known.delete(key);
  return known;
}
