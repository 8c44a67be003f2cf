import type { Table } from './csv';
import type { SvgPicture } from './svg';

/** What stands below a picture that leaves the page. */
export interface Origin {
  seed: number;
  /** Year, month and day. */
  date: string;
  footnote: string;
}

interface Common {
  /** As the menu names it. */
  what: string;
  /** Of the file's name, between `fdda-` and the seed. */
  file: string;
}

/** Something that a view offers to take away. It is made only when it is asked for, by code loaded only then. */
export type Thing =
  | (Common & { kind: 'picture'; make: (origin: Origin) => Promise<SvgPicture> })
  | (Common & { kind: 'table'; make: () => Promise<Table> })
  | (Common & { kind: 'image'; make: (origin: Origin) => Promise<Blob> });

const two = (value: number) => String(value).padStart(2, '0');

/** The visitor's date: 2026-02-03. */
export const dayOf = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/** Says what it is, of which seed and day: `fdda-losses-generator-seed1-2026-02-03.csv`. */
export function fileName(file: string, { seed, date }: Pick<Origin, 'seed' | 'date'>, extension: string): string {
  const safe = file.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/^-+|-+$/g, '');
  return `fdda-${safe}-seed${seed}-${date}.${extension}`;
}
