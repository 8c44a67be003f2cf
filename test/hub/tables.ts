/** Parquet tables of pictures as datasets of the hub have them. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { greyPng } from '../pictures';

export interface TableOptions {
  rows: number;
  /** The label of a row. */
  label(row: number): number;
  /** Rows of each part. */
  group: number;
  size?: number;
  names?: string[] | null;
  /** Labels are these texts, by the label's number. */
  texts?: string[];
  columns?: { image: string; label: string; coarse?: string };
  statistics?: boolean;
}

/** Each class is of another brightness, each row another picture. */
export function pictureTable(options: TableOptions): Uint8Array<ArrayBuffer> {
  const { rows, label, group, size = 8, names = null, texts, statistics = true } = options;
  const columns = options.columns ?? { image: 'image', label: 'label' };
  const all = Array.from({ length: rows }, (_, row) => row);
  const integers = (name: string, of: (row: number) => number) => ({
    name,
    data: all.map((row) => BigInt(of(row))),
  });
  const pictures = all.map((row) => ({
    bytes: greyPng(size, (x, y) => 20 * label(row) + 7 * x + 3 * y + row),
    path: `${row}.png`,
  }));
  const features = {
    [columns.image]: { _type: 'Image' },
    ...(names ? { [columns.label]: { _type: 'ClassLabel', names } } : {}),
    ...(names && columns.coarse ? { [columns.coarse]: { _type: 'ClassLabel', names: ['one', 'other'] } } : {}),
  };
  const labels = texts
    ? { name: columns.label, data: all.map((row) => texts[label(row)]) }
    : integers(columns.label, label);
  const coarse = columns.coarse ? [integers(columns.coarse, (row) => label(row) % 2)] : [];
  const table = parquetWriteBuffer({
    columnData: [{ name: columns.image, data: pictures }, labels, ...coarse],
    schema: [
      { name: 'schema', num_children: 2 + coarse.length },
      { name: columns.image, num_children: 2, repetition_type: 'OPTIONAL' },
      { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
      { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      texts
        ? { name: columns.label, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' }
        : { name: columns.label, type: 'INT64', repetition_type: 'REQUIRED' },
      ...coarse.map(({ name }) => ({ name, type: 'INT64' as const, repetition_type: 'REQUIRED' as const })),
    ],
    rowGroupSize: group,
    statistics,
    ...(names ? { kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }] } : {}),
  });
  return new Uint8Array(table);
}
