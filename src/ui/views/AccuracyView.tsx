import { memo, useCallback, useMemo } from 'react';
import type { AccuracyRow, MethodId } from '../../engine/runReport';
import type { PresetName } from '../../state/presets';
import { presetOf } from '../../state/presets';
import { isOver, shownMoment, shownSettings } from '../../state/playgroundState';
import type { PlaygroundState } from '../../state/playgroundState';
import type { Spread } from '../../state/compare/results';
import type { ChartSeries } from '../charts/LineChart';
import { LineChart } from '../charts/LineChart';
import { usePinned, useSpread } from '../compare/comparison';
import { PinnedKey } from '../compare/PinnedKey';
import { SeedMarks } from '../compare/SeedMarks';
import { exact, grouped } from '../format';
import { lineColors } from '../palette';
import { usePlayground, useThrottledPlayground } from '../playground';
import { useFormat, useWords } from '../language';
import type { Words } from '../words/words';
import type { Origin, Thing } from '../takeaway/things';
import { useScheme } from '../useScheme';
import { gainOf } from './gain';
import { View } from './View';

const METHODS: readonly MethodId[] = ['fullPrecision', 'ptq', 'calibration', 'fdda'];
const NO_ROWS: readonly AccuracyRow[] = [];
const accuracyOf = (state: PlaygroundState) => shownMoment(state)?.accuracy ?? NO_ROWS;

/** What the last bar is called: it is FDDA only when all of its terms are on. */
export function methodName(
  { views: { accuracy: words }, presets }: Words,
  method: MethodId,
  preset: PresetName | null,
): string {
  if (method !== 'fdda' || preset === 'ptq' || preset === 'calibration' || preset === 'fdda')
    return words.methods[method];
  return preset === null ? words.ownTerms : presets[preset].name;
}

interface BarProps {
  name: string;
  row: AccuracyRow | undefined;
  color: string;
  /** Where plain quantization ended. */
  floor: number | null;
  /** The run is over: what is not measured will not be. */
  over: boolean;
  /** Of the pinned run; undefined without one. */
  pinned: number | null | undefined;
  /** Over seeds. */
  spread: Spread | undefined;
}

const Bar = memo(function Bar({ name, row, color, floor, over, pinned, spread }: BarProps) {
  const {
    views: { accuracy: words },
    compare,
  } = useWords();
  const { percent } = useFormat();
  const accuracy = row?.accuracy ?? null;
  const counted = row && row.correct !== null ? words.of(grouped(row.correct), grouped(row.n)) : '';
  return (
    <div className="bar" data-state={row?.state ?? 'pending'}>
      <span className="bar-name">{name}</span>
      <span className="bar-track">
        {accuracy !== null && <span className="bar-fill" style={{ width: `${accuracy * 100}%`, background: color }} />}
        {pinned != null && <span className="bar-pinned" style={{ width: `${pinned * 100}%`, borderColor: color }} />}
        {floor !== null && <span className="bar-mark" style={{ left: `${floor * 100}%` }} />}
        {spread && spread.values.length > 1 && <SeedMarks spread={spread} />}
      </span>
      <span className="bar-value">
        {accuracy === null ? (
          <span className="bar-pending" title={over ? words.skipped : words.pending}>
            {pinned == null ? (over ? words.skipped : words.pending) : '–'}
          </span>
        ) : (
          <>
            <data value={exact(accuracy)} title={`${counted} (${exact(accuracy)})`}>
              {percent(accuracy)}
            </data>
            {pinned === undefined && <small>{counted}</small>}
          </>
        )}
        {pinned != null && <small title={exact(pinned)}>{compare.pinnedValue(percent(pinned))}</small>}
      </span>
    </div>
  );
});

type Colors = (typeof lineColors)[keyof typeof lineColors];

/** How the students' accuracies went. */
function curvesOf(
  words: Words,
  rows: readonly AccuracyRow[],
  preset: PresetName | null,
  colors: Colors,
): ChartSeries[] {
  return (['calibration', 'fdda'] as const).flatMap((method) => {
    const row = rows.find((each) => each.method === method);
    if (!row || row.curve.length === 0) return [];
    return [
      {
        id: method,
        label: methodName(words, method, preset),
        color: colors[method],
        points: row.curve,
        dots: row.curve.length < 30,
      },
    ];
  });
}

const size = (points: number) => Math.abs(points).toFixed(1);

export function AccuracyView() {
  const all = useWords();
  const words = all.views.accuracy;
  const save = all.share.takeAway;
  const { percent } = useFormat();
  const rows = usePlayground(accuracyOf);
  const slowRows = useThrottledPlayground(accuracyOf);
  const over = usePlayground(isOver);
  const applied = usePlayground(shownSettings);
  const preset = presetOf(applied);
  const scheme = useScheme();
  const colors = lineColors[scheme];
  const ptq = rows.find(({ method }) => method === 'ptq')?.accuracy ?? null;

  const pinned = usePinned();
  const spreads = useSpread();
  const gain = gainOf(rows);

  const curves = useMemo(() => curvesOf(all, slowRows, preset, colors), [slowRows, preset, colors, all]);
  const pinnedCurves = useMemo(
    () =>
      (pinned ? curvesOf(all, pinned.moment.accuracy, presetOf(pinned.settings), colors) : []).map(
        (each): ChartSeries => ({
          ...each,
          id: `pinned-${each.id}`,
          label: all.compare.ofPinned(each.label),
          dash: 'dotted',
          dots: false,
        }),
      ),
    [pinned, colors, all],
  );
  const drawn = useMemo(() => [...pinnedCurves, ...curves], [pinnedCurves, curves]);
  const full = slowRows.find(({ method }) => method === 'fullPrecision')?.accuracy ?? null;
  const references = useMemo(
    () => [...(full === null ? [] : [{ y: full, label: words.methods.fullPrecision }])],
    [full, words],
  );
  const include = useMemo(() => references.map(({ y }) => y), [references]);

  const formatTick = useCallback((y: number) => percent(y, 0), [percent]);
  const chart = { series: drawn, xLabel: words.curveAxis, references, include, formatTick };
  const things = (): Thing[] => [
    ...(drawn.length === 0
      ? []
      : [
          {
            kind: 'picture' as const,
            what: save.chart,
            file: 'accuracy-curve',
            make: async ({ footnote }: Origin) =>
              (await import('../takeaway/chartSvg')).chartSvg({
                ...chart,
                title: words.curve,
                description: words.help.join(' '),
                footnote,
              }),
          },
          {
            kind: 'table' as const,
            what: save.curve,
            file: 'accuracy-curve',
            make: async () => (await import('../takeaway/tables')).curveTable(rows),
          },
        ]),
    ...(rows.length === 0
      ? []
      : [
          {
            kind: 'table' as const,
            what: save.results,
            file: 'results',
            make: async () =>
              (await import('../takeaway/tables')).resultsTable(
                rows,
                (method) => methodName(all, method, preset),
                applied,
              ),
          },
        ]),
  ];

  return (
    <View title={words.title} area="accuracy" help={words.help} things={things}>
      <div className="bars" data-pinned={pinned !== null}>
        {METHODS.map((method) => (
          <Bar
            key={method}
            name={methodName(all, method, preset)}
            row={rows.find((row) => row.method === method)}
            color={colors[method]}
            floor={method === 'ptq' ? null : ptq}
            over={over}
            spread={spreads.find((each) => each.method === method)}
            pinned={
              pinned ? (pinned.moment.accuracy.find((row) => row.method === method)?.accuracy ?? null) : undefined
            }
          />
        ))}
      </div>
      {gain && (
        <p className="gain" title={exact(gain.points)}>
          {gain.clear
            ? words.gain(size(gain.points), gain.points > 0)
            : words.noGain(`${gain.points < 0 ? '−' : '+'}${size(gain.points)}`, grouped(gain.n))}
        </p>
      )}
      {(pinned !== null || spreads.length > 0) && (
        <div className="view-foot">
          {pinned && <PinnedKey shown />}
          {spreads.some(({ values }) => values.length > 1) && (
            <span className="view-note">{all.compare.seeds.legend}</span>
          )}
        </div>
      )}
      {drawn.length > 0 ? (
        <LineChart label={words.curve} {...chart} formatY={(y) => percent(y, 2)} />
      ) : (
        <div className="view-empty small">{words.curve}</div>
      )}
    </View>
  );
}
