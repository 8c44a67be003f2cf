import { memo, useCallback, useMemo, useRef } from 'react';
import { armsOf } from '../../engine/methods/arms';
import type { AccuracyRow, RowId } from '../../engine/runReport';
import { ROW_IDS } from '../../state/history';
import { isOver, shownMoment, shownSettings } from '../../state/playgroundState';
import type { PlaygroundState } from '../../state/playgroundState';
import type { ChartSeries } from '../charts/chart';
import { LineChart } from '../charts/LineChart';
import { usePinned, useSpread } from '../compare/comparison';
import { RunDifference } from '../compare/RunDifference';
import { PinnedKey } from '../compare/PinnedKey';
import { seedDots, spreadInWords } from '../compare/seedDots';
import { exact, grouped, short } from '../format';
import { lineColors } from '../palette';
import { usePlayground, useThrottledPlayground } from '../playground';
import { useFormat, useWords } from '../language';
import type { Words } from '../words/words';
import type { Origin, Thing } from '../takeaway/things';
import { useScheme } from '../useScheme';
import type { BarRow } from './BarRows';
import { BarRows } from './BarRows';
import { View } from './View';
import { WeightsHashes } from './WeightsHashes';

const NO_ROWS: readonly AccuracyRow[] = [];
const accuracyOf = (state: PlaygroundState) => shownMoment(state)?.accuracy ?? NO_ROWS;

/**
 * The rows of a run, as text: a list made anew would count as a change each time. Before there is a run, of the one to
 * come.
 */
export const rowIds = (state: PlaygroundState): string => {
  const arms = state.overview?.arms ?? armsOf(shownSettings(state));
  return ROW_IDS.filter((id) => id === 'fullPrecision' || id === 'ptq' || arms.some((arm) => arm.id === id)).join();
};

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

/** What the learning rate is at most of students whose first step was too long with more. */
function RateCaps({ rows }: { rows: readonly AccuracyRow[] }) {
  const words = useWords();
  const { loweredRate, learnsWith } = words.views.accuracy;
  const each = rows.flatMap(({ id, rateCap }) =>
    rateCap === undefined ? [] : [learnsWith(words.arms.names[id], short(rateCap))],
  );
  return each.length === 0 ? null : <p className="view-note">{loweredRate(each.join(words.comma))}</p>;
}

type Colors = (typeof lineColors)[keyof typeof lineColors];

/** How the students' accuracies went. */
function curvesOf({ arms }: Words, rows: readonly AccuracyRow[], colors: Colors): ChartSeries[] {
  return rows.flatMap((row) => {
    if (row.id === 'fullPrecision' || row.id === 'ptq' || row.curve.length === 0) return [];
    return [
      {
        id: row.id,
        label: arms.names[row.id],
        color: colors[row.id],
        points: row.curve,
        dots: row.curve.length < 30,
      },
    ];
  });
}

export function AccuracyView() {
  const all = useWords();
  const words = all.views.accuracy;
  const save = all.share.takeAway;
  const { percent } = useFormat();
  const rows = usePlayground(accuracyOf);
  const slowRows = useThrottledPlayground(accuracyOf);
  const over = usePlayground(isOver);
  const applied = usePlayground(shownSettings);
  const scheme = useScheme();
  const colors = lineColors[scheme];
  const ptq = rows.find(({ id }) => id === 'ptq')?.accuracy ?? null;

  const pinned = usePinned();
  const spreads = useSpread();
  const own = usePlayground(rowIds);
  const ownIds = useMemo(() => own.split(',') as RowId[], [own]);
  // An arm that only the pinned run has is shown as well.
  const ids = useMemo(
    () => ROW_IDS.filter((id) => ownIds.includes(id) || pinned?.moment.accuracy.some((row) => row.id === id)),
    [ownIds, pinned],
  );

  const curves = useMemo(() => curvesOf(all, slowRows, colors), [slowRows, colors, all]);
  const pinnedCurves = useMemo(
    () =>
      (pinned ? curvesOf(all, pinned.moment.accuracy, colors) : []).map((each): ChartSeries => ({
        ...each,
        id: `pinned-${each.id}`,
        label: all.compare.ofPinned(each.label),
        dash: 'dotted',
        dots: false,
      })),
    [pinned, colors, all],
  );
  const drawn = useMemo(() => [...pinnedCurves, ...curves], [pinnedCurves, curves]);
  const full = slowRows.find(({ id }) => id === 'fullPrecision')?.accuracy ?? null;
  const references = useMemo(
    () => [...(full === null ? [] : [{ y: full, label: all.arms.names.fullPrecision }])],
    [full, all],
  );
  const include = useMemo(() => references.map(({ y }) => y), [references]);

  const formatTick = useCallback((y: number, decimals: number) => percent(y, Math.max(0, decimals - 2)), [percent]);
  const formatY = useCallback((y: number) => percent(y, 2), [percent]);
  const svg = useRef<SVGSVGElement>(null);
  const bars = useMemo(
    () =>
      ids.map((id): BarRow => {
        const row = rows.find((each) => each.id === id);
        const other = pinned ? (pinned.moment.accuracy.find((each) => each.id === id)?.accuracy ?? null) : undefined;
        // One seed is no spread.
        const spread = spreads.find((each) => each.id === id && each.values.length > 1);
        return {
          bar: {
            id,
            label: all.arms.names[id],
            color: colors[id],
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
    [all, rows, pinned, spreads, ids, colors, over, percent],
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
              (await import('../takeaway/tables')).resultsTable(rows, (id) => all.arms.names[id], applied),
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
      <RunDifference rows={rows} ids={ownIds} />
      <RateCaps rows={rows} />
      <WeightsHashes rows={rows} />
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
