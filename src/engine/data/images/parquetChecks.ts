/**
 * What a parquet table declares, held against the bytes it has, before hyparquet believes it. A table of pictures needs
 * room for every row; one that claims rows, values or lengths beyond that was made to take the memory of who opens it.
 */
import type { AsyncBuffer, Compressors, FileMetaData, SchemaElement } from 'hyparquet';
import { say, type Said } from '../../sentences';
import { DatasetError } from './datasetError';
import { checkPages, PageError, type Leaf } from './parquetPages';
import { ThriftError, ThriftReader } from './parquetThrift';

/** Rows that a file of any size may have, and the bytes that each further row takes: no picture is smaller. */
const ROWS = 65_536;
const BYTES_PER_ROW = 64;
/** Likewise of what the table says of its parts; a column of a part takes some 60. */
const ELEMENTS = 131_072;
const BYTES_PER_ELEMENT = 32;
const MOST_COLUMNS = 4096;
const DEEPEST_COLUMN = 16;
/** Bytes of a least or largest value where a column holds decimal numbers, which take the square of that to read. */
const LONGEST_DECIMAL = 64;

/** Columns that are texts, of tables that were looked through. */
const texts = new WeakSet<SchemaElement>();
export const isText = (element: SchemaElement): boolean => texts.has(element);

export const refused = (file: string, reason: Said | string): DatasetError =>
  new DatasetError(say('parquetDamaged', file, reason), say('parquetHint'));

/**
 * Looks through the list of a table's parts.
 *
 * @param tail the end of the file, with the whole list
 * @param fileBytes the whole file's size
 * @throws DatasetError
 */
export function checkFooter(file: string, tail: Uint8Array, fileBytes: number): void {
  const length = new DataView(tail.buffer, tail.byteOffset, tail.byteLength).getUint32(tail.length - 8, true);
  let [hasDecimals, longest] = [false, 0];
  const reader = new ThriftReader(tail.subarray(0, -8), tail.length - 8 - length, {
    elements: ELEMENTS + fileBytes / BYTES_PER_ELEMENT,
    // FileMetaData.schema.converted_type DECIMAL; FileMetaData.row_groups.columns.meta_data.statistics
    onNumber: (value, path) => {
      if (path.length === 2 && path[0] === 2 && path[1] === 6 && value === 5) hasDecimals = true;
    },
    onText: (bytes, path) => {
      if (path.length === 5 && [4, 1, 3, 12].every((field, i) => path[i] === field)) longest = Math.max(longest, bytes);
    },
  });
  try {
    reader.struct();
  } catch (error) {
    if (error instanceof ThriftError) throw refused(file, say('tableListDamaged'));
    throw error;
  }
  if (hasDecimals && longest > LONGEST_DECIMAL) throw refused(file, say('tableListDamaged'));
}

/**
 * Holds rows, columns and their places against the file. Kinds of texts are taken from the schema: what is read of them
 * is bytes, and hyparquet would make numbers, JSON or dates of them.
 *
 * @throws DatasetError
 */
export function checkTable(file: string, metadata: FileMetaData, fileBytes: number): void {
  checkSchema(file, metadata.schema);
  const most = ROWS + Math.floor(fileBytes / BYTES_PER_ROW);
  let rows = 0;
  const ranges: { start: number; end: number; column: string }[] = [];
  for (const group of metadata.row_groups) {
    const count = Number(group.num_rows);
    if (!Number.isInteger(count) || count < 0) throw refused(file, say('tableListDamaged'));
    rows += count;
    if (rows > most) throw refused(file, say('tableRows', rows, most));
    for (const { meta_data: data } of group.columns) {
      if (!data) continue;
      const [start, end] = rangeOf(data);
      const column = data.path_in_schema.join('.');
      if (!(start >= 0 && end >= start && end <= fileBytes)) throw refused(file, say('tableChunk', column));
      ranges.push({ start, end, column });
    }
  }
  ranges.sort((a, b) => a.start - b.start);
  for (let i = 1; i < ranges.length; i++)
    if (ranges[i].start < ranges[i - 1].end) throw refused(file, say('tableChunk', ranges[i].column));
}

type ColumnData = NonNullable<FileMetaData['row_groups'][number]['columns'][number]['meta_data']>;

/** Where a column's part lies, as hyparquet finds it. */
function rangeOf({
  dictionary_page_offset: dictionary,
  data_page_offset: data,
  total_compressed_size: size,
}: ColumnData) {
  const start = Number(dictionary || data);
  return [start, start + Number(size)] as const;
}

function checkSchema(file: string, schema: SchemaElement[]): void {
  if (schema.length > MOST_COLUMNS) throw refused(file, say('tableListDamaged'));
  let at = 0;
  const below = (depth: number): void => {
    const element = schema[at++];
    if (!element) throw refused(file, say('columnsMissing'));
    if (depth > DEEPEST_COLUMN) throw refused(file, say('tableListDamaged'));
    if (element.converted_type === 'UTF8' || element.logical_type?.type === 'STRING') texts.add(element);
    if (!element.type || element.type === 'BYTE_ARRAY' || element.type === 'FIXED_LEN_BYTE_ARRAY') {
      delete element.converted_type;
      delete element.logical_type;
    }
    for (let i = 0; i < (element.num_children ?? 0); i++) below(depth + 1);
  };
  below(0);
}

/** The elements of the schema that lead to a column. @throws DatasetError where there is none, or it holds lists */
function leafOf(file: string, schema: SchemaElement[], path: readonly string[]): Leaf {
  const column = path.join('.');
  let [at, definitionLevel] = [0, 0];
  /** How many elements one takes, with all below it. */
  const sizeAt = (index: number): number => {
    let size = 1;
    for (let i = 0; i < (schema[index].num_children ?? 0); i++) size += sizeAt(index + size);
    return size;
  };
  for (const name of path) {
    let child = at + 1;
    const end = at + sizeAt(at);
    while (child < end && schema[child].name !== name) child += sizeAt(child);
    if (child >= end) throw refused(file, say('columnsMissing'));
    const { repetition_type: repetition } = schema[child];
    if (repetition === 'REPEATED') throw refused(file, say('tableRepeated', column));
    if (repetition !== 'REQUIRED') definitionLevel++;
    at = child;
  }
  const { type, type_length: length } = schema[at];
  if (!type || schema[at].num_children) throw refused(file, say('columnsMissing'));
  return { column, type, length, definitionLevel, isFlat: path.length === 1 };
}

/**
 * The file for hyparquet: what it reads of these columns has been looked through.
 *
 * @param file where the table is; its slices may fail by themselves
 */
export function checkedFile(
  name: string,
  { file, metadata, columns, compressors, rowStart = 0, rowEnd = Infinity }: CheckedPart,
): AsyncBuffer {
  const parts: { start: number; end: number; check(bytes: Uint8Array): void }[] = [];
  let first = 0;
  for (const { num_rows: count, columns: chunks } of metadata.row_groups) {
    const rows = Number(count);
    if (first < rowEnd && first + rows > rowStart) {
      for (const { meta_data: data } of chunks) {
        if (!data || !columns.includes(data.path_in_schema[0])) continue;
        const leaf = leafOf(name, metadata.schema, data.path_in_schema);
        if (data.type !== leaf.type) throw refused(name, say('partDamaged'));
        const [start, end] = rangeOf(data);
        parts.push({ start, end, check: (bytes) => checkPages(bytes, leaf, data.codec, rows, compressors) });
      }
    }
    first += rows;
  }
  return {
    byteLength: file.byteLength,
    async slice(start, end = file.byteLength) {
      const buffer = await file.slice(start, end);
      for (const part of parts) {
        if (part.end <= start || part.start >= end) continue;
        try {
          if (part.start < start || part.end > end) throw new PageError(say('partDamaged'));
          part.check(new Uint8Array(buffer, part.start - start, part.end - part.start));
        } catch (error) {
          throw error instanceof PageError ? refused(name, error.said) : error;
        }
      }
      return buffer;
    },
  };
}

export interface CheckedPart {
  file: AsyncBuffer;
  metadata: FileMetaData;
  columns: readonly string[];
  /** What unpacks pages that are neither plain nor snappy. */
  compressors?: Compressors;
  rowStart?: number;
  rowEnd?: number;
}
