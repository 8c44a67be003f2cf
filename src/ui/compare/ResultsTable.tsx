import { Button } from '@mantine/core';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Result, ResultColumn } from '../../state/compare/results';
import { columnValue, sortedResults } from '../../state/compare/results';
import { exact, grouped, short } from '../format';
import { useFormat, useWords } from '../language';
import { useActions } from '../playground';
import { useComparison, useComparisonActions } from './comparison';
import { methodOf } from './sentences';
import type { TableColumn } from './tables';
import { columnName, columnsOf, isRow, isSortable, resultsCsv, resultsMarkdown } from './tables';

/** What a cell says. */
function useCell(): (result: Result, column: TableColumn) => string {
  const words = useWords();
  const { percent, duration } = useFormat();
  return useCallback(
    (result, column) => {
      if (column === 'method') return methodOf(words, result.settings);
      if (column === 'seconds') return duration(result.seconds);
      if (!isRow(column)) return String(columnValue(result, column));
      const measured = result.accuracy[column];
      return measured ? percent(measured.accuracy) : '–';
    },
    [words, percent, duration],
  );
}

/** The mark of a student whose learning rate was less than its settings say. */
function Lowered({ rate }: { rate: number | undefined }) {
  const words = useWords().compare.results;
  return rate === undefined ? null : <abbr title={words.lowered(short(rate))}>†</abbr>;
}

interface RowProps {
  result: Result;
  columns: readonly TableColumn[];
  cell: (result: Result, column: TableColumn) => string;
}

function Row({ result, columns, cell }: RowProps) {
  const {
    compare: { results: words, pinned: pinnedWord },
  } = useWords();
  const { number, run, settings, accuracy, changedMidway } = result;
  const pinned = useComparison((state) => state.pinned?.run === run && state.pinned.finished);
  const kept = useComparison((state) => state.kept.some((each) => each.run === run));
  const { pinResult, unpin } = useComparisonActions();
  const { setSettings } = useActions();
  const title = (column: TableColumn): string | undefined => {
    if (isRow(column)) {
      const measured = accuracy[column];
      return measured && `${exact(measured.accuracy)} ${words.of(grouped(measured.n))}`;
    }
    return column === 'seconds' ? `${exact(result.seconds)} s` : undefined;
  };
  return (
    <tr data-pinned={pinned}>
      {columns.map((column) =>
        column === 'number' ? (
          <th key={column} scope="row">
            {cell(result, column)}
            {changedMidway && <abbr title={words.changed}>*</abbr>}
          </th>
        ) : (
          <td key={column} className={column === 'method' ? 'text' : undefined} title={title(column)}>
            {cell(result, column)}
            {isRow(column) && <Lowered rate={accuracy[column]?.rateCap} />}
          </td>
        ),
      )}
      <td className="row-actions">
        <Button
          size="compact-xs"
          variant={pinned ? 'filled' : 'default'}
          disabled={!kept && !pinned}
          aria-pressed={pinned}
          aria-label={words.pinRun(String(number))}
          title={kept || pinned ? undefined : words.gone}
          onClick={() => (pinned ? unpin() : pinResult(run))}
        >
          {pinned ? pinnedWord : words.pin}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          aria-label={words.useRun(String(number))}
          onClick={() => setSettings(settings)}
        >
          {words.use}
        </Button>
      </td>
    </tr>
  );
}

/** Copies the table; where the browser forbids that, shows the text to be copied by hand. */
function Copy({ texts }: { texts: Record<'csv' | 'markdown', () => string> }) {
  const words = useWords().compare.results;
  const [said, setSaid] = useState<'csv' | 'markdown' | null>(null);
  const [byHand, setByHand] = useState<string | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const copy = async (format: 'csv' | 'markdown') => {
    const text = texts[format]();
    try {
      await navigator.clipboard.writeText(text);
      setSaid(format);
      setByHand(null);
    } catch {
      setSaid(null);
      setByHand(text);
      requestAnimationFrame(() => area.current?.select());
    }
  };
  return (
    <>
      <div className="compare-actions">
        {(['csv', 'markdown'] as const).map((format) => (
          <Button key={format} size="compact-xs" variant="default" onClick={() => void copy(format)}>
            <span aria-live="polite">{said === format ? words.copied : words.copyAs(words[format])}</span>
          </Button>
        ))}
      </div>
      {byHand !== null && (
        <div role="group" aria-label={words.text}>
          <p>{words.copyFailed}</p>
          <textarea ref={area} className="copy-by-hand" readOnly rows={6} aria-label={words.text} value={byHand} />
        </div>
      )}
    </>
  );
}

/** Every finished run of this visit. */
export function ResultsTable() {
  const all = useWords();
  const words = all.compare.results;
  const results = useComparison((state) => state.results);
  const [{ column, descending }, setOrder] = useState<{ column: ResultColumn; descending: boolean }>({
    column: 'number',
    descending: false,
  });
  const sorted = useMemo(() => sortedResults(results, column, descending), [results, column, descending]);
  const cell = useCell();
  const columns = useMemo(() => columnsOf(results), [results]);
  const texts = useMemo(
    () => ({ csv: () => resultsCsv(all, sorted), markdown: () => resultsMarkdown(all, sorted, cell) }),
    [all, sorted, cell],
  );
  return (
    <div className="compare-card">
      <h3>{words.title}</h3>
      {results.length === 0 ? (
        <p>{words.none}</p>
      ) : (
        <>
          <div className="table-scroll" role="region" aria-label={words.region} tabIndex={0}>
            <table className="compare-table results-table">
              <thead>
                <tr>
                  {columns.map((each) => (
                    <th
                      key={each}
                      scope="col"
                      className={each === 'method' ? 'text' : undefined}
                      aria-sort={each === column ? (descending ? 'descending' : 'ascending') : undefined}
                    >
                      {isSortable(each) ? (
                        <button
                          type="button"
                          title={words.sort(columnName(all, each))}
                          onClick={() => setOrder({ column: each, descending: each === column && !descending })}
                        >
                          {columnName(all, each)}
                          <span aria-hidden="true">{each === column ? (descending ? ' ↓' : ' ↑') : ''}</span>
                        </button>
                      ) : (
                        columnName(all, each)
                      )}
                    </th>
                  ))}
                  <th scope="col">{words.columns.actions}</th>
                </tr>
              </thead>
              <tbody>
                {sorted.map((result) => (
                  <Row key={result.run} result={result} columns={columns} cell={cell} />
                ))}
              </tbody>
            </table>
          </div>
          <p className="view-note">{words.note}</p>
          <Copy texts={texts} />
        </>
      )}
    </div>
  );
}
