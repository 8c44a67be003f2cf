import { useMemo } from 'react';
import type { Answers } from '../../engine/workbench/report';
import { MOST_SHOWN } from '../../state/classSample';
import { grouped } from '../format';
import { useFormat, useWords } from '../language';
import { usePlayground } from '../playground';
import { className } from '../words/words';
import { points } from './AccuracyLine';
import { confusion, type ClassChanges } from './confusion';

/** Rows of the table of classes that lose most. */
export const MOST_LOSERS = 10;

/** What each of two networks says, by the other's answer; of very many classes those that are confused most. */
export function Matrix({ answers, classes }: { answers: Answers; classes: number }) {
  const all = useWords();
  const words = all.workbench.changes;
  const names = usePlayground((state) => state.overview?.network.classNames);
  const { classes: shown, others, counts } = useMemo(() => confusion(answers, classes), [answers, classes]);
  const labels = [...shown.map((c) => className(all, names, c)), ...(others ? [all.manyClasses.others] : [])];
  const size = labels.length;
  const between = (i: number) => {
    const [row, column] = [Math.floor(i / size), i % size];
    return row !== column && row < shown.length && column < shown.length;
  };
  const most = Math.max(...counts.filter((_, i) => between(i)), 1);
  return (
    <div className="table-scroll" role="region" aria-label={words.matrix} tabIndex={0}>
      <table className="compare-table bench-matrix">
        <caption>
          {words.matrixHelp} {others && all.manyClasses.confused(String(shown.length), grouped(classes))}
        </caption>
        <thead>
          <tr>
            <td />
            {labels.map((label, c) => (
              <th key={c} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, row) => (
            <tr key={row}>
              <th scope="row" className="text">
                {label}
              </th>
              {labels.map((_, column) => {
                const count = counts[row * size + column];
                const strength = between(row * size + column) ? (count / most) * 55 : 0;
                return (
                  <td
                    key={column}
                    data-same={row === column}
                    style={
                      strength > 0
                        ? { background: `color-mix(in srgb, var(--past) ${strength}%, var(--card))` }
                        : undefined
                    }
                  >
                    {count === 0 ? '' : count}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Of very many classes those that lost most; nothing where the matrix shows all. */
export function ClassTable({ changes: { worst, count } }: { changes: ClassChanges }) {
  const all = useWords();
  const { losers, losersHelp, columns } = all.manyClasses;
  const { percent } = useFormat();
  const network = usePlayground((state) => state.overview?.network);
  if (!network || network.numClasses <= MOST_SHOWN) return null;
  return (
    <div className="table-scroll" role="region" aria-label={losers} tabIndex={0}>
      <table className="compare-table">
        <caption>{losersHelp(String(worst.length), grouped(count))}</caption>
        <thead>
          <tr>
            <th scope="col" className="text">
              {columns.name}
            </th>
            {(['images', 'full', 'student', 'difference'] as const).map((column) => (
              <th key={column} scope="col">
                {columns[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {worst.map(({ classIndex, n, full, student, difference }) => (
            <tr key={classIndex}>
              <th scope="row" className="text">
                {className(all, network.classNames, classIndex)}
              </th>
              <td>{n}</td>
              <td>{percent(full / n)}</td>
              <td>{percent(student / n)}</td>
              <td>{points(difference)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
