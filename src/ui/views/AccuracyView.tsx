import { memo, useCallback, useMemo, useRef } from 'react';
import type { AccuracyRow, MethodId } from '../../engine/runReport';
import type { PresetName } from '../../state/presets';
import { presetOf } from '../../state/presets';
import { isOver, shownMoment, shownSettings } from '../../state/playgroundState';
import type { PlaygroundState } from '../../state/playgroundState';
import type { ChartSeries } from '../charts/chart';
import { LineChart } from '../charts/LineChart';
import { usePinned, useSpread } from '../compare/comparison';
import { PinnedKey } from '../compare/PinnedKey';
import { seedDots, spreadInWords } from '../compare/seedDots';
import { exact, grouped } from '../format';
import { lineColors } from '../palette';
import { usePlayground, useThrottledPlayground } from '../playground';
import { useFormat, useWords } from '../language';
import type { Words } from '../words/words';
import type { Origin, Thing } from '../takeaway/things';
import { useScheme } from '../useScheme';
import { gainOf } from './gain';
import type { BarRow } from './BarRows';
import { BarRows } from './BarRows';
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

interface BarValueProps {
  row: AccuracyRow | undefined;
  /** The run is over: what is not measured will not be. */
  over: boolean;
  /** Of the pinned run; undefined without one. */
  pinned: number | null | undefined;
}

const BarValue = memo(function BarValue({ row, over, pinned }: BarValueProps) {
  const {
    views: { accuracy: words },
    compare,
  } = useWords();
  const { percent } = useFormat();
  const accuracy = row?.accuracy ?? null;
  const counted = row && row.correct !== null ? words.of(grouped(row.correct), grouped(row.n)) : '';
  return (
    <>
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
    </>
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

  const formatTick = useCallback((y: number, decimals: number) => percent(y, Math.max(0, decimals - 2)), [percent]);
  const formatY = useCallback((y: number) => percent(y, 2), [percent]);
  const svg = useRef<SVGSVGElement>(null);
  const bars = useMemo(
    () =>
      METHODS.map((method): BarRow => {
        const row = rows.find((each) => each.method === method);
        const other = pinned
          ? (pinned.moment.accuracy.find((each) => each.method === method)?.accuracy ?? null)
          : undefined;
        // One seed is no spread.
        const spread = spreads.find((each) => each.method === method && each.values.length > 1);
        return {
          bar: {
            id: method,
            label: methodName(all, method, preset),
            color: colors[method],
            value: row?.accuracy ?? null,
            pending: row?.state === 'running',
            other,
            ...(spread ? seedDots(all, spread, percent) : {}),
          },
          value: (
            <>
              <BarValue row={row} over={over} pinned={other} />
              {spread && <span className="visually-hidden">{spreadInWords(all, spread, percent)}</span>}
            </>
          ),
          state: row?.state ?? 'pending',
        };
      }),
    [all, rows, pinned, spreads, preset, colors, over, percent],
  );
  const things = (): Thing[] => [
    ...(svg.current === null
      ? []
      : [
          {
            kind: 'picture' as const,
            what: save.chart,
            file: 'accuracy-curve',
            make: async ({ footnote }: Origin) =>
              (await import('../takeaway/chartPicture')).chartPicture(svg.current!, {
                title: words.curve,
                description: words.help.join(' '),
                footnote,
                series: drawn,
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
      <BarRows
        label={words.title}
        rows={bars}
        pinned={pinned !== null}
        reference={ptq}
        formatValue={formatY}
        formatOther={all.compare.pinnedValue}
      />
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
        <LineChart
          ref={svg}
          label={words.curve}
          series={drawn}
          xLabel={words.curveAxis}
          references={references}
          include={include}
          formatTick={formatTick}
          formatY={formatY}
        />
      ) : (
        <div className="view-empty small">{words.curve}</div>
      )}
    </View>
  );
}
