import type { RowId } from '../../engine/runReport';
import type { Result, ResultColumn } from '../../state/compare/results';
import { rowsOf } from '../../state/compare/results';
import { ROW_IDS } from '../../state/history';
import { defaultSettings } from '../../state/settings';
import { short } from '../format';
import { toCsv } from '../takeaway/csv';
import type { Words } from '../words/words';
import { methodOf, settingChanges } from './sentences';

export type TableColumn = ResultColumn | 'method';

/** The columns of a table of these results: an accuracy for everything that one of them measured. */
export const columnsOf = (results: readonly Result[]): TableColumn[] => [
  'number',
  'method',
  'weightBits',
  'activationBits',
  'imagesPerClass',
  'seed',
  ...rowsOf(results),
  'seconds',
];

export const isSortable = (column: TableColumn): column is ResultColumn => column !== 'method';
export const isRow = (column: TableColumn): column is RowId => ROW_IDS.some((id) => id === column);

export const columnName = ({ compare, arms }: Words, column: TableColumn): string =>
  isRow(column) ? arms.names[column] : compare.results.columns[column];

/** A student whose learning rate was less than its settings say, and what it was; null: as they say. */
function loweredRate(words: Words, { accuracy }: Result, id: RowId): string | null {
  const rate = accuracy[id]?.rateCap;
  return rate === undefined ? null : words.views.accuracy.learnsWith(words.arms.names[id], short(rate));
}

/** Exact numbers, one row a run; accuracies from 0 to 1. */
export function resultsCsv(words: Words, results: readonly Result[]): string {
  const { columns, more } = words.compare.results;
  const ids = rowsOf(results);
  const head = [
    columns.number,
    columns.method,
    columns.weightBits,
    columns.activationBits,
    columns.imagesPerClass,
    columns.seed,
    ...ids.map((id) => words.arms.names[id]),
    more.n,
    ...ids.map((id) => more.correct(words.arms.names[id])),
    more.seconds,
    more.lowered,
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
      ...ids.map((id) => accuracy[id]?.accuracy ?? ''),
      settings.testImages,
      ...ids.map((id) => accuracy[id]?.correct ?? ''),
      seconds,
      ids.flatMap((id) => loweredRate(words, result, id) ?? []).join(words.comma),
      networkName,
      backend ?? '',
      settingChanges(words, defaultSettings(), settings).join(words.comma),
    ];
  });
  return toCsv({ header: head, rows });
}

/** What stands in a name is no markup, and no end of a cell. */
const markdownCell = (value: string) => value.replace(/[\\|<>[\]*_`]/g, '\\$&').replace(/\s+/g, ' ');

/** As the table is read, for notes and messages. */
export function resultsMarkdown(
  words: Words,
  results: readonly Result[],
  cell: (result: Result, column: TableColumn) => string,
): string {
  const columns = columnsOf(results);
  const row = (cells: readonly string[]) => `| ${cells.map(markdownCell).join(' | ')} |`;
  return [
    row(columns.map((column) => columnName(words, column))),
    row(columns.map((column) => (column === 'method' ? '---' : '---:'))),
    ...results.map((result) => row(columns.map((column) => cell(result, column)))),
    '',
  ].join('\n');
}
