/** Lists of labels beside pictures: a table (commas, tabs, semicolons or blanks) with a column of files and of labels. */
import type { Place } from './types';

export interface LabelList {
  path: string;
  /** What the list calls its labels; null where it has no headings. */
  column: string | null;
  /** The label of each picture that is in the list, by the picture's path. */
  labels: Map<string, string>;
  /** Rows whose file is not there. */
  missing: number;
}

/** Headings of columns of labels, most likely first. */
const LABELS = ['label', 'labels', 'class', 'class_name', 'classname', 'target', 'category', 'species', 'breed'];
const NUMBER = /^-?\d+(\.\d+)?$/;
const MOST_BYTES = 64 * 2 ** 20;

/**
 * Null where a text is no such list: no column names at least half as many of the pictures as there are rows, or it
 * cannot be told which column is the label.
 *
 * @param wanted heading of the column of labels
 */
export function readLabelList(
  path: string,
  bytes: Uint8Array,
  pictures: readonly Place[],
  wanted?: string,
): LabelList | null {
  if (bytes.length > MOST_BYTES) return null;
  const rows = rowsOf(new TextDecoder().decode(bytes));
  if (rows.length < 2) return null;
  const width = rows[rows.length - 1].length;
  if (width < 2) return null;
  const known = pathsByName(path, pictures);
  const find = (text: string | undefined) => (text === undefined ? undefined : known.get(text.replace(/^\.?\//, '')));
  const hits = Array.from({ length: width }, (_, c) => rows.filter((row) => find(row[c]) !== undefined).length);
  const files = hits.indexOf(Math.max(...hits));
  if (hits[files] * 2 < rows.length) return null;
  const heading = find(rows[0][files]) === undefined ? rows[0] : null;
  const body = heading ? rows.slice(1) : rows;
  const column = labelColumn(heading, body, files, wanted);
  if (column === null) return null;
  const labels = new Map<string, string>();
  let missing = 0;
  for (const row of body) {
    const picture = find(row[files]);
    if (picture === undefined) missing++;
    else if (row[column]) labels.set(picture, row[column]);
  }
  return { path, column: heading?.[column] ?? null, labels, missing };
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

/** Rows of the fields that the first line's separator makes. */
function rowsOf(text: string): string[][] {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const separator = ['\t', ',', ';'].find((each) => lines[0]?.includes(each));
  return lines.map((line) => (separator ? fields(line, separator) : line.trim().split(/\s+/)));
}

/** Fields of a line, in quotes or not. */
function fields(line: string, separator: string): string[] {
  const found: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '"' && quoted && line[i + 1] === '"') field += line[i++];
    else if (line[i] === '"') quoted = !quoted;
    else if (line[i] === separator && !quoted) {
      found.push(field.trim());
      field = '';
    } else field += line[i];
  }
  return [...found, field.trim()];
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
