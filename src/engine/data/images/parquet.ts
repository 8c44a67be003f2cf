/**
 * Image datasets as hubs serve them: parquet tables with a column of pictures ({bytes, path}) and columns of labels,
 * whose names the table's metadata holds.
 */
import { parquetMetadata, parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet';
import { parseJson } from '../../json';
import { say, type Said } from '../../sentences';
import type { CollectedImage, CollectOptions, ImageCollection, ImageFile } from './types';
import { DatasetError } from './datasetError';
import { checkedFile, checkFooter, checkTable, isText, refused } from './parquetChecks';
import { READ_BY_ITSELF } from './parquetPages';
import { TextLabels } from './textLabels';

const HINT = say('parquetHint');
/** Names of columns that hold labels, most likely first. */
const LABELS = [
  'label',
  'labels',
  'fine_label',
  'class',
  'target',
  'coarse_label',
  'label_name',
  'class_name',
  'category',
];
/** Names of columns that hold pictures and nothing else about them. */
const IMAGES = ['image', 'img', 'picture', 'photo', 'jpg', 'jpeg', 'png', 'image_bytes', 'bytes', 'content'];

/** Classes that a table of numbers without names may have: a label of any size would ask for that many. */
const MOST_NUMBERED = 65536;

export interface Columns {
  image: string;
  label: string;
  /** All that could be labels. */
  labels: string[];
  names: string[] | null;
  /** The labels are the classes' names. */
  isText: boolean;
}

/** @throws DatasetError where a table is damaged, or has no pictures or no labels */
export async function readParquet(files: readonly ImageFile[], { label }: CollectOptions): Promise<ImageCollection> {
  const images: CollectedImage[] = [];
  const texts = new TextLabels();
  let columns: Columns | null = null;
  for (const { name, bytes } of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const table = await open(name, bytes);
    columns ??= findColumns(name, table.metadata, label);
    images.push(...(await readTable(name, table, columns, texts)));
  }
  if (columns!.isText) return withTexts(images, texts, columns!);
  const { names, labels, label: used } = columns!;
  const largest = images.reduce((most, image) => Math.max(most, image.label), -1);
  if (!names && largest >= MOST_NUMBERED) throw new DatasetError(say('labelBeyondNames', largest, MOST_NUMBERED), HINT);
  const classes = names ?? Array.from({ length: largest + 1 }, (_, i) => String(i));
  if (largest >= classes.length) throw new DatasetError(say('labelBeyondNames', largest, classes.length), HINT);
  return { classes, images, notes: severalLabels(labels, used) };
}

const severalLabels = (labels: readonly string[], used: string): Said[] =>
  labels.length > 1 ? [say('severalLabels', labels.join(', '), used)] : [];

function withTexts(images: readonly CollectedImage[], texts: TextLabels, { labels, label }: Columns): ImageCollection {
  const { classes, places, byNumber } = texts.inOrder();
  return {
    classes,
    images: images.map((image) => ({ ...image, label: places[image.label] ?? -1 })),
    notes: [...severalLabels(labels, label), ...(byNumber ? [say('classesByNumber')] : [])],
  };
}

export interface Table {
  file: AsyncBuffer;
  metadata: FileMetaData;
}

async function open(name: string, bytes: ArrayBuffer): Promise<Table> {
  return openTable(name, { byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) });
}

/** Bytes of a table's end that are read at first; the list of its parts is rarely longer. */
const AHEAD = 2 ** 19;

/**
 * @param file may be elsewhere: only the list of its parts at its end is read
 * @param ahead bytes of the end that are read at once
 * @throws DatasetError where it is no table; what reading the file throws and says by itself
 */
export async function openTable(name: string, file: AsyncBuffer, ahead = AHEAD): Promise<Table> {
  try {
    const tail = await readTail(file, ahead);
    if (isWholeList(tail)) checkFooter(name, tail, file.byteLength);
    // Says of any other file what it is.
    const metadata = parquetMetadata(tail, { geoparquet: false });
    checkTable(name, metadata, file.byteLength);
    return { file, metadata };
  } catch (error) {
    throw damaged(name, error);
  }
}

/** The list, its length and four letters, at the end of a table. */
const listLength = (tail: Uint8Array): number =>
  tail.length < 8 ? Infinity : new DataView(tail.buffer, tail.byteOffset).getUint32(tail.length - 8, true) + 8;
const isWholeList = (tail: Uint8Array): boolean => listLength(tail) <= tail.length;

/** The end of a file with all of the list, where there is one. */
async function readTail(file: AsyncBuffer, ahead: number): Promise<Uint8Array> {
  const at = Math.max(0, file.byteLength - ahead);
  const end = new Uint8Array(await file.slice(at, file.byteLength));
  const length = listLength(end);
  if (length <= end.length || length > file.byteLength) return end;
  const begin = new Uint8Array(await file.slice(file.byteLength - length, at));
  const tail = new Uint8Array(begin.length + end.length);
  tail.set(begin);
  tail.set(end, begin.length);
  return tail;
}

/** Errors that say by themselves what is wrong (a download that broke off) stay what they are. */
function damaged(name: string, error: unknown): unknown {
  if ((error as { said?: Said } | null)?.said || (error as Error | null)?.name === 'Cancelled') return error;
  return refused(name, reasonOf(error));
}

/** What the library says of the file; not what its code stumbles over. */
function reasonOf(error: unknown): string | Said {
  const { name, message } = error as Error;
  return name === 'Error' && !message.includes('undefined') ? message : say('partDamaged');
}

interface Feature {
  _type?: string;
  names?: unknown;
}

/** @throws DatasetError where a table has no pictures, or no labels (of that name) */
export function findColumns(
  file: string,
  { schema, key_value_metadata: entries }: FileMetaData,
  wanted: string | undefined,
): Columns {
  const features = featuresOf(entries?.find(({ key }) => key === 'huggingface')?.value);
  const top = topLevel(schema, file);
  const bare = top.filter(({ type, children, isText }) => type === 'BYTE_ARRAY' && children.length === 0 && !isText);
  const image =
    top.find(({ name }) => features[name]?._type === 'Image')?.name ??
    top.find(({ children }) => children.includes('bytes'))?.name ??
    bare.find(({ name }) => IMAGES.includes(name.toLowerCase()))?.name ??
    (bare.length === 1 ? bare[0].name : undefined);
  if (!image) throw new DatasetError(say('noImageColumn', top.map(({ name }) => name).join(', ')), HINT);
  const whole = top.filter(
    ({ name, children, type }) =>
      name !== image && children.length === 0 && (/^INT/.test(type) || (type === 'BOOLEAN' && LABELS.includes(name))),
  );
  const likely = (name: string) => (LABELS.indexOf(name) + LABELS.length + 1) % (LABELS.length + 1);
  const named = whole.filter(({ name }) => features[name]?._type === 'ClassLabel');
  const texts = top.filter(({ name, isText }) => name !== image && isText);
  // Texts of other names may be anything, unless somebody asks for them.
  const likelyTexts = texts.filter(({ name }) => LABELS.includes(name));
  const labels = (named.length > 0 ? named : [...whole, ...likelyTexts])
    .map(({ name }) => name)
    .sort((a, b) => likely(a) - likely(b));
  const label = wanted ?? labels[0];
  const isText = texts.some(({ name }) => name === label);
  if (!labels.includes(label) && !isText) {
    throw new DatasetError(say('noLabelColumn', top.map(({ name }) => name).join(', ')), HINT);
  }
  const list = features[label]?.names;
  const isNamed = !isText && Array.isArray(list) && list.every((name) => typeof name === 'string');
  return { image, label, labels, names: isNamed ? list : null, isText };
}

function featuresOf(text: string | undefined): Record<string, Feature> {
  if (text === undefined) return {};
  try {
    return ((parseJson(text) as { info?: { features?: Record<string, Feature> } }).info?.features ?? {}) as Record<
      string,
      Feature
    >;
  } catch {
    return {};
  }
}

interface Column {
  name: string;
  type: string;
  children: string[];
  isText: boolean;
}

/** The columns of a table with the names of their parts. */
function topLevel(schema: FileMetaData['schema'], file: string): Column[] {
  const columns: Column[] = [];
  let at = 1;
  /** Skips an element with all below it. */
  const next = () => {
    const element = schema[at++];
    if (!element) throw new DatasetError(say('parquetDamaged', file, say('columnsMissing')), HINT);
    return element;
  };
  const skip = (): string => {
    const { name, num_children: below = 0 } = next();
    for (let i = 0; i < below; i++) skip();
    return name;
  };
  for (let i = 0; i < (schema[0]?.num_children ?? 0); i++) {
    const element = next();
    const { name = '', type, num_children: below = 0 } = element;
    const children: string[] = [];
    for (let j = 0; j < below; j++) children.push(skip());
    columns.push({ name, type: type ?? '', children, isText: below === 0 && isText(element) });
  }
  return columns;
}

/** All labels at once; pictures by row groups, when they are asked for. */
async function readTable(
  name: string,
  { file, metadata }: Table,
  columns: Columns,
  texts: TextLabels,
): Promise<CollectedImage[]> {
  const rows = await read(name, { file, metadata, columns: [columns.label] });
  const groups: { start: number; end: number; rows: Promise<Record<string, unknown>[]> | null }[] = [];
  let start = 0;
  for (const { num_rows: count } of metadata.row_groups) {
    groups.push({ start, end: start + Number(count), rows: null });
    start += Number(count);
  }
  let at = 0;
  return rows.map((row, i): CollectedImage => {
    while (i >= groups[at]?.end) at++;
    const group = groups[at];
    if (!group) throw new DatasetError(say('parquetDamaged', name, say('columnsMissing')), HINT);
    return {
      name: `${name}:${i}`,
      label: columns.isText ? texts.numberOf(row[columns.label]) : labelOf(row[columns.label]),
      read: async () => {
        group.rows ??= read(name, {
          file,
          metadata,
          columns: [columns.image],
          rowStart: group.start,
          rowEnd: group.end,
        });
        const bytes = pictureIn((await group.rows)[i - group.start]?.[columns.image]);
        if (!bytes) throw new Error('its row holds no picture');
        return bytes;
      },
    };
  });
}

/** -1, as for pictures without a label, where there is none. @throws DatasetError where it is no class's number */
function labelOf(value: unknown): number {
  if (value === null || value === undefined) return -1;
  const label = typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : value;
  if (typeof label !== 'number' || !Number.isSafeInteger(label) || label < -1)
    throw new DatasetError(say('notALabel', String(value).slice(0, 40)), HINT);
  return label;
}

/** A picture as tables hold it: its bytes, or {bytes, path}. Null: there is none. */
export function pictureIn(value: unknown): Uint8Array | null {
  const bytes = value instanceof Uint8Array ? value : (value as { bytes?: unknown } | null | undefined)?.bytes;
  return bytes instanceof Uint8Array ? bytes : null;
}

/** Some columns of some rows; of the file, only the parts that hold them are read. */
export async function read(
  name: string,
  options: Table & { columns: string[]; rowStart?: number; rowEnd?: number },
): Promise<Record<string, unknown>[]> {
  try {
    const packed = options.metadata.row_groups.some(({ columns }) =>
      columns.some(({ meta_data: data }) => data && !READ_BY_ITSELF.includes(data.codec)),
    );
    const { compressors } = packed ? await import('./parquetCodecs') : { compressors: {} };
    const checked = { ...options, compressors };
    return await parquetReadObjects({ ...checked, file: checkedFile(name, checked), utf8: false });
  } catch (error) {
    throw damaged(name, error);
  }
}
