/** A parquet table on another server, of which only the parts that are needed come, and are kept. */
import type { AsyncBuffer } from 'hyparquet';
import { findColumns, openTable, pictureIn, read, type Columns, type Table } from '../data/images/parquet';
import { textOf } from '../data/images/textLabels';
import { downloadRange, sizeOf } from './download';
import type { DownloadWatch, HubHost } from './host';

/** Bytes of a table's end that are read at once: the list of its parts, unless there are very many. */
const END = 2 ** 17;

export interface RemoteRow {
  /** Place in its table. */
  row: number;
  /** The class's number, -1 where there is none; or what the table has, where its labels are texts. */
  label: number | string;
}

/** Rows that are stored together, and so come together. */
export interface RowGroup {
  start: number;
  rows: number;
  /** Smallest and largest label, where the table says; else all are possible. */
  range: [number, number] | null;
  /** Bytes of its pictures. */
  bytes: number;
}

export class RemoteTable {
  private constructor(
    readonly name: string,
    private readonly table: Table,
    readonly columns: Columns,
    readonly groups: readonly RowGroup[],
  ) {}

  /**
   * @param version of the file: what is kept of another one is not used
   * @param wanted column of labels; left out: the likeliest
   * @param onFull what came could not be kept
   * @throws DatasetError, HubError, Cancelled
   */
  static async open(
    host: HubHost,
    url: string,
    version: string,
    wanted: string | undefined,
    watch: DownloadWatch,
    onFull: () => void,
  ): Promise<RemoteTable> {
    const key = (part: string) => `${url}?version=${version}&part=${part}`;
    const keep = async (part: string, bytes: Uint8Array<ArrayBuffer>) => {
      if (host.store && !(await host.store.write(key(part), bytes))) onFull();
    };
    const known = await host.store?.read(key('size'));
    const byteLength = known ? Number(new TextDecoder().decode(known)) : await sizeOf(host, url, watch.signal);
    if (!known) await keep('size', new TextEncoder().encode(String(byteLength)));
    const file: AsyncBuffer = {
      byteLength,
      async slice(start, end = byteLength) {
        const part = `${start}-${end}`;
        const kept = await host.store?.read(key(part));
        if (kept && kept.byteLength === end - start) return kept;
        const bytes = await downloadRange(host, url, start, end, watch);
        await keep(part, bytes);
        return bytes.buffer;
      },
    };
    const name = url.split('/').slice(-3).join('/');
    const table = await openTable(name, file, END);
    const columns = findColumns(name, table.metadata, wanted);
    return new RemoteTable(name, table, columns, rowGroups(table, columns));
  }

  async labels({ start, rows }: RowGroup): Promise<RemoteRow[]> {
    const found = await read(this.name, {
      ...this.table,
      columns: [this.columns.label],
      rowStart: start,
      rowEnd: start + rows,
    });
    return found.map((each, i) => {
      const value = each[this.columns.label];
      if (this.columns.isText) return { row: start + i, label: textOf(value) };
      return { row: start + i, label: value === null || value === undefined ? -1 : Number(value) };
    });
  }

  /** Pictures of some rows of a group; those that have none are left out. */
  async pictures(group: RowGroup, rows: readonly number[]): Promise<Map<number, Uint8Array>> {
    const column = this.columns.image;
    const found = await read(this.name, {
      ...this.table,
      columns: [column],
      rowStart: group.start,
      rowEnd: group.start + group.rows,
    });
    const pictures = new Map<number, Uint8Array>();
    for (const row of rows) {
      const bytes = pictureIn(found[row - group.start]?.[column]);
      // A copy: what they come in holds the whole group.
      if (bytes) pictures.set(row, bytes.slice());
    }
    return pictures;
  }
}

function rowGroups({ metadata }: Table, columns: Columns): RowGroup[] {
  let start = 0;
  return metadata.row_groups.map(({ num_rows: count, columns: chunks }): RowGroup => {
    const of = (column: string) => chunks.filter(({ meta_data: data }) => data?.path_in_schema[0] === column);
    const { min_value: least, max_value: most } = of(columns.label)[0]?.meta_data?.statistics ?? {};
    const whole = (value: unknown) => typeof value === 'bigint' || Number.isInteger(value);
    const group = {
      start,
      rows: Number(count),
      range: whole(least) && whole(most) ? ([Number(least), Number(most)] as [number, number]) : null,
      bytes: of(columns.image).reduce((sum, { meta_data: data }) => sum + Number(data?.total_compressed_size ?? 0), 0),
    };
    start += group.rows;
    return group;
  });
}
