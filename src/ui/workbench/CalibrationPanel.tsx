import { useMemo, useState } from 'react';
import { pairedDifference } from '../../engine/evaluation/paired';
import type { Calibrations } from '../../engine/workbench/report';
import type { ChartSeries } from '../charts/chart';
import { LineChart } from '../charts/LineChart';
import { exact, grouped, short } from '../format';
import { useFormat, useWords } from '../language';
import { lineColors } from '../palette';
import { useScheme } from '../useScheme';
import { points } from './AccuracyLine';
import { rangeMethodLabel, type KeptProps } from './KeptBar';
import { MeasuredTask } from './MeasuredTask';
import { UseCell } from './UseCell';
import { useImages } from './useImages';
import { useTask } from './useTask';

const IMAGES = 500;

const COLUMNS = ['method', 'source', 'accuracy', 'difference', 'kl', 'sqnr', 'clipped'] as const;
type Column = (typeof COLUMNS)[number];

function sortValue(row: Calibrations['rows'][number], column: Column): number | string {
  switch (column) {
    case 'method':
    case 'source':
    case 'sqnr':
    case 'clipped':
      return row[column];
    case 'kl':
      return row.loss.kl;
    case 'accuracy':
    case 'difference':
      return row.correct;
  }
}

function Rows({ found, kept, onKeep }: KeptProps & { found: Calibrations }) {
  const all = useWords();
  const words = all.workbench;
  const { percent } = useFormat();
  const [{ column, descending }, setOrder] = useState<{ column: Column; descending: boolean }>({
    column: 'accuracy',
    descending: true,
  });
  const rows = useMemo(() => {
    const order = (a: number | string, b: number | string) => (a < b ? -1 : a > b ? 1 : 0);
    const sign = descending ? -1 : 1;
    return [...found.rows].sort((a, b) => sign * order(sortValue(a, column), sortValue(b, column)));
  }, [found, column, descending]);
  const { n } = found;
  return (
    <div className="table-scroll" role="region" aria-label={words.calibration.table} tabIndex={0}>
      <table className="compare-table results-table">
        <thead>
          <tr>
            {COLUMNS.map((each) => (
              <th
                key={each}
                scope="col"
                className={each === 'method' || each === 'source' ? 'text' : undefined}
                title={words.calibration.columnHelp[each]}
                aria-sort={each === column ? (descending ? 'descending' : 'ascending') : undefined}
              >
                <button
                  type="button"
                  onClick={() => setOrder({ column: each, descending: each === column ? !descending : true })}
                >
                  {words.calibration.columns[each]}
                  <span aria-hidden="true">{each === column ? (descending ? ' ↓' : ' ↑') : ''}</span>
                </button>
              </th>
            ))}
            <th scope="col">{words.kept.column}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const { loss, correct } = row;
            const { difference, interval } = pairedDifference({ n, onlyA: loss.onlyFull, onlyB: loss.onlyThis });
            const range = words.intervalOf(points(interval[0]), points(interval[1]), grouped(n));
            const { method, source } = row;
            const label = rangeMethodLabel(all, method);
            const used = kept.calibration?.method === method && kept.calibration.source === source;
            return (
              <tr key={`${method} ${source}`}>
                <th scope="row" className="text">
                  {label}
                </th>
                <td className="text">{words.sources[row.source]}</td>
                <td title={exact(correct / n)}>{percent(correct / n)}</td>
                <td title={range}>{points(difference)}</td>
                <td title={words.plusMinus(exact(loss.kl), short(loss.klError))}>{short(loss.kl)}</td>
                <td title={exact(row.sqnr)}>{row.sqnr.toFixed(1)}</td>
                <td title={exact(row.clipped)}>{percent(row.clipped, 2)}</td>
                <UseCell
                  used={used}
                  label={`${label}, ${words.sources[source]}`}
                  onToggle={() => onKeep({ ...kept, calibration: used ? undefined : { method, source } })}
                />
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** How much of each activation's range on real images the calibration and the synthetic images reach. */
function Coverage({ found }: { found: Calibrations }) {
  const words = useWords().workbench;
  const { percent } = useFormat();
  const colors = lineColors[useScheme()];
  const series = useMemo((): ChartSeries[] => {
    const line = (id: 'calibration' | 'synthetic', color: string): ChartSeries => ({
      id,
      label: words.sources[id],
      color,
      points: found.coverage.map((row, i) => [i + 1, row[id]]),
      dots: true,
    });
    return [line('calibration', colors.real), line('synthetic', colors.synthetic)];
  }, [found, words, colors]);
  const include = useMemo(() => [0, 1], []);
  return (
    <>
      <h4>{words.calibration.coverage}</h4>
      <p className="view-note">
        {words.calibration.coverageHelp(String(found.images.calibration), String(found.images.synthetic))}
      </p>
      <div className="bench-chart">
        <LineChart
          label={words.calibration.coverage}
          series={series}
          xLabel={words.calibration.axis}
          xDomain={[1, Math.max(2, found.coverage.length)]}
          include={include}
          formatY={percent}
        />
      </div>
      <footer className="view-foot">
        {series.map(({ id, label, color }) => (
          <span key={id} className="legend-key">
            <span className="legend-line" style={{ borderColor: color }} aria-hidden="true" />
            {label}
          </span>
        ))}
      </footer>
    </>
  );
}

/** Ways to the activations' ranges in one table, and whether the claim holds that synthetic images cover them. */
export function CalibrationPanel(keeping: KeptProps) {
  const words = useWords().workbench;
  const task = useTask('calibrations');
  const { images, choice } = useImages('calibrations', IMAGES);
  return (
    <>
      <p>{words.calibration.lead}</p>
      {choice}
      <MeasuredTask task={task} label={words.calibration.measure} options={{ images }}>
        {(found) => (
          <>
            <Rows found={found} {...keeping} />
            <Coverage found={found} />
          </>
        )}
      </MeasuredTask>
    </>
  );
}
