import { useCallback, useMemo, useState } from 'react';
import { pairedDifference } from '../../engine/evaluation/paired';
import { FULL_PRECISION, withLayerBits } from '../../engine/quantization/layerBits';
import type { LayerRow, LayerTable } from '../../engine/workbench/report';
import type { ChartSeries } from '../charts/chart';
import { LineChart } from '../charts/LineChart';
import { Choice } from '../Choice';
import { useLocked } from '../controls/Lock';
import { exact, short } from '../format';
import { useFormat, useWords } from '../language';
import { lineColors } from '../palette';
import { useActions, usePlayground } from '../playground';
import { useScheme } from '../useScheme';
import type { Words } from '../words/words';
import { points } from './AccuracyLine';
import type { Charted, Column } from './layerRows';
import { bitsNow, CHARTED, COLUMNS, commonBits, sortedRows } from './layerRows';
import { BitsPanel } from './BitsPanel';
import { MeasuredTask } from './MeasuredTask';
import { useImages } from './useImages';
import { useTask } from './useTask';

/** Validation images that everything is measured on. */
const IMAGES = 200;
const BITS = [2, 3, 4, 5, 6, 7, 8, FULL_PRECISION];

const bitsLabel = (words: Words['workbench'], bits: number) =>
  bits === FULL_PRECISION ? words.fullPrecision : String(bits);

/** The bits of a row, to be chosen. */
function BitsCell({ row }: { row: LayerRow }) {
  const words = useWords().workbench;
  const settings = usePlayground((state) => state.settings);
  const locked = useLocked('layerBits');
  const { setSetting } = useActions();
  const common = commonBits(row, settings);
  const own = settings.layerBits.some((text) => text.startsWith(`${row.id}=`));
  const now = bitsNow(row, settings);
  return (
    <select
      aria-label={words.bitsOf(row.node)}
      value={own ? String(now) : 'common'}
      disabled={locked}
      data-own={own}
      onClick={(event) => event.stopPropagation()}
      onChange={({ target: { value } }) =>
        setSetting(
          'layerBits',
          withLayerBits(settings.layerBits, { ...row, bits: value === 'common' ? null : Number(value) }),
        )
      }
    >
      <option value="common">{words.asAll(bitsLabel(words, common))}</option>
      {BITS.map((bits) => (
        <option key={bits} value={bits}>
          {bitsLabel(words, bits)}
        </option>
      ))}
    </select>
  );
}

function useCells(
  n: number,
): Record<Exclude<Column, 'place' | 'layer' | 'bits'>, (row: LayerRow) => [string, string?]> {
  const { workbench: words } = useWords();
  const { percent } = useFormat();
  return useMemo(() => {
    const decibel = (value: number | undefined): [string, string?] =>
      value === undefined || Number.isNaN(value)
        ? ['–']
        : Number.isFinite(value)
          ? [value.toFixed(1), exact(value)]
          : [value > 0 ? '∞' : '−∞'];
    const cosine = (value: number | undefined): [string, string?] =>
      value === undefined || Number.isNaN(value) ? ['–'] : [value.toFixed(4), exact(value)];
    return {
      range: ({ range }) => [range ? words.interval(short(range.lo), short(range.hi)) : '–'],
      clipped: ({ clipped }) => (clipped === null ? ['–'] : [percent(clipped, 2), exact(clipped)]),
      isolated: ({ isolated }) => decibel(isolated?.sqnr),
      isolatedCosine: ({ isolated }) => cosine(isolated?.cosine),
      accumulated: ({ accumulated }) => decibel(accumulated?.sqnr),
      accumulatedCosine: ({ accumulated }) => cosine(accumulated?.cosine),
      kl: ({ sensitivity }) =>
        sensitivity
          ? [short(sensitivity.kl), words.plusMinus(exact(sensitivity.kl), short(sensitivity.klError))]
          : ['–'],
      accuracy: ({ sensitivity }) => {
        if (!sensitivity) return ['–'];
        const { difference, interval } = pairedDifference({
          n,
          onlyA: sensitivity.onlyFull,
          onlyB: sensitivity.onlyThis,
        });
        return [points(difference), words.intervalOf(points(interval[0]), points(interval[1]), String(n))];
      },
    };
  }, [words, percent, n]);
}

const UNITS: Column[] = [
  'range',
  'clipped',
  'isolated',
  'isolatedCosine',
  'accumulated',
  'accumulatedCosine',
  'kl',
  'accuracy',
];

function Table({
  table,
  selected,
  onSelect,
}: {
  table: LayerTable;
  selected: string | null;
  onSelect: (row: LayerRow) => void;
}) {
  const words = useWords().workbench;
  const layer = usePlayground((state) => state.layer);
  const [{ column, descending }, setOrder] = useState<{ column: Column; descending: boolean }>({
    column: 'place',
    descending: false,
  });
  const rows = useMemo(() => sortedRows(table.rows, column, descending), [table, column, descending]);
  const cells = useCells(table.n);
  return (
    <div className="table-scroll bench-scroll" role="region" aria-label={words.tableRegion} tabIndex={0}>
      <table className="compare-table bench-table">
        <thead>
          <tr>
            {COLUMNS.map((each) => (
              <th
                key={each}
                scope="col"
                className={each === 'layer' ? 'text' : undefined}
                title={words.columnHelp[each]}
                aria-sort={each === column ? (descending ? 'descending' : 'ascending') : undefined}
              >
                <button
                  type="button"
                  onClick={() => setOrder({ column: each, descending: each === column && !descending })}
                >
                  {words.columns[each]}
                  <span aria-hidden="true">{each === column ? (descending ? ' ↓' : ' ↑') : ''}</span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ row, place }) => (
            <tr
              key={row.id}
              data-selected={row.id === selected}
              data-layer={row.layer !== null && row.layer === layer}
              onClick={() => onSelect(row)}
            >
              <td>{place}</td>
              <th scope="row" className="text">
                <button type="button" aria-pressed={row.id === selected} onClick={() => onSelect(row)}>
                  {row.node}
                </button>{' '}
                <small>{words.kinds[row.kind]}</small>
              </th>
              <td>
                <BitsCell row={row} />
              </td>
              {UNITS.map((each) => {
                const [text, title] = cells[each as keyof typeof cells](row);
                return (
                  <td key={each} title={title}>
                    {text}
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

function chartOf(
  words: Words['workbench'],
  table: LayerTable,
  charted: Charted,
  colors: (typeof lineColors)['light' | 'dark'],
): ChartSeries[] {
  const points = (value: (row: LayerRow) => number | null | undefined): [number, number | null][] =>
    table.rows.map((row, i) => {
      const y = value(row);
      return [i + 1, y === undefined || y === null || !Number.isFinite(y) ? null : y];
    });
  const alone = (value: Parameters<typeof points>[0]): ChartSeries => ({
    id: 'alone',
    label: words.alone,
    color: colors.fdda,
    points: points(value),
    dots: true,
  });
  if (charted === 'kl') return [alone(({ sensitivity }) => sensitivity?.kl)];
  if (charted === 'clipped') return [{ ...alone(({ clipped }) => clipped), label: words.columns.clipped }];
  return [
    alone(({ isolated }) => isolated?.[charted]),
    {
      id: 'accumulated',
      label: words.accumulated,
      color: colors.ptq,
      points: points(({ accumulated }) => accumulated?.[charted]),
      dash: 'dashed',
    },
  ];
}

/** Every quantizer: bits, range, errors alone and accumulated, and what it costs. */
export function LayersPanel({ selected, onSelect }: { selected: string | null; onSelect: (row: LayerRow) => void }) {
  const words = useWords().workbench;
  const { percent } = useFormat();
  const task = useTask('layers');
  const { images, choice } = useImages('layers', IMAGES);
  const scheme = useScheme();
  const [charted, setCharted] = useState<Charted>('sqnr');
  const table = task.done?.result ?? null;
  const series = useMemo(
    () => (table ? chartOf(words, table, charted, lineColors[scheme]) : []),
    [words, table, charted, scheme],
  );
  // Before any training they are the full-precision network's.
  const besideOwn = ({ step, correctFull, n }: LayerTable) =>
    step === 0 ? '' : words.besideOwn(percent(correctFull / n));
  const place = table ? table.rows.findIndex(({ id }) => id === selected) + 1 : 0;
  const select = useCallback(
    (x: number) => {
      const row = table?.rows[Math.round(x) - 1];
      if (row) onSelect(row);
    },
    [table, onSelect],
  );
  return (
    <>
      <p>{words.layersLead}</p>
      {choice}
      <MeasuredTask
        task={task}
        label={table ? words.measureAgain : words.measure}
        options={{ images }}
        note={besideOwn}
      >
        {(measured) => (
          <>
            <BitsPanel table={measured} />
            <div className="view-bar">
              <Choice
                label={words.chart}
                value={charted}
                onChange={setCharted}
                options={CHARTED.map((value) => ({ value, label: words.charted[value] }))}
              />
            </div>
            <div className="bench-chart">
              <LineChart
                label={words.charted[charted]}
                series={series}
                xLabel={words.axis}
                formatY={short}
                xDomain={[1, Math.max(2, measured.rows.length)]}
                include={charted === 'cosine' ? [1] : [0]}
                cursor={place === 0 ? null : place}
                onSelect={select}
              />
            </div>
            <footer className="view-foot">
              {series.map(({ id, label, color, dash }) => (
                <span key={id} className="legend-key">
                  <span className={dash ? `legend-line ${dash}` : 'legend-line'} style={{ borderColor: color }} />
                  {label}
                </span>
              ))}
            </footer>
            <Table table={measured} selected={selected} onSelect={onSelect} />
          </>
        )}
      </MeasuredTask>
    </>
  );
}
