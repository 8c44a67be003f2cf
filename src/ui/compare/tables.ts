import type { Result, ResultColumn } from '../../state/compare/results';
import { defaultSettings } from '../../state/settings';
import { toCsv } from '../takeaway/csv';
import type { Words } from '../words/words';
import { methodOf, settingChanges } from './sentences';

export const COLUMNS = [
  'number',
  'method',
  'weightBits',
  'activationBits',
  'imagesPerClass',
  'seed',
  'fullPrecision',
  'ptq',
  'calibration',
  'fdda',
  'seconds',
] as const;
export type TableColumn = (typeof COLUMNS)[number];
export const isSortable = (column: TableColumn): column is ResultColumn => column !== 'method';

const METHODS = ['fullPrecision', 'ptq', 'calibration', 'fdda'] as const;

/** Exact numbers, one row a run; accuracies from 0 to 1. */
export function resultsCsv(words: Words, results: readonly Result[]): string {
  const { columns, more } = words.compare.results;
  const head = [
    columns.number,
    columns.method,
    columns.weightBits,
    columns.activationBits,
    columns.imagesPerClass,
    columns.seed,
    ...METHODS.map((method) => columns[method]),
    more.n,
    more.seconds,
    more.network,
    more.backend,
    more.settings,
  ];
  const rows = results.map((result) => {
    const { number, settings, accuracy, seconds, networkName, backend } = result;
    return [
      number,
      methodOf(words, settings),
      settings.weightBits,
      settings.activationBits,
      settings.imagesPerClass,
      settings.seed,
      ...METHODS.map((method) => accuracy[method]?.accuracy ?? ''),
      settings.testImages,
      seconds,
      networkName,
      backend ?? '',
      settingChanges(words, defaultSettings(), settings).join(words.comma),
    ];
  });
  return toCsv({ header: head, rows });
}

const markdownCell = (value: string) => value.replaceAll('|', '\\|').replace(/\s+/g, ' ');

/** As the table is read, for notes and messages. */
export function resultsMarkdown(
  words: Words,
  results: readonly Result[],
  cell: (result: Result, column: TableColumn) => string,
): string {
  const { columns } = words.compare.results;
  const row = (cells: readonly string[]) => `| ${cells.map(markdownCell).join(' | ')} |`;
  return [
    row(COLUMNS.map((column) => columns[column])),
    row(COLUMNS.map((column) => (column === 'method' ? '---' : '---:'))),
    ...results.map((result) => row(COLUMNS.map((column) => cell(result, column)))),
    '',
  ].join('\n');
}
