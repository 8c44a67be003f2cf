import { memo, useCallback, useMemo } from 'react';
import type { AccuracyRow, MethodId } from '../../engine/training/runReport';
import type { PresetName } from '../../state/presets';
import { presetOf } from '../../state/presets';
import { shownMoment } from '../../state/playgroundState';
import type { PlaygroundState } from '../../state/playgroundState';
import type { ChartSeries } from '../charts/LineChart';
import { LineChart } from '../charts/LineChart';
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
export function methodName({ views: { accuracy: words }, presets }: Words, method: MethodId, preset: PresetName | null): string {
  if (method !== 'fdda' || preset === 'ptq' || preset === 'calibration' || preset === 'fdda') return words.methods[method];
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
}

const Bar = memo(function Bar({ name, row, color, floor, over }: BarProps) {
  const words = useWords().views.accuracy;
  const { percent } = useFormat();
  const accuracy = row?.accuracy ?? null;
  const counted = row && row.correct !== null ? words.of(grouped(row.correct), grouped(row.n)) : '';
  return (
    <div className="bar" data-state={row?.state ?? 'pending'}>
      <span className="bar-name">{name}</span>
      <span className="bar-track">
        {accuracy !== null && <span className="bar-fill" style={{ width: `${accuracy * 100}%`, background: color }} />}
        {floor !== null && <span className="bar-mark" style={{ left: `${floor * 100}%` }} />}
      </span>
      <span className="bar-value">
        {accuracy === null ? (
          <span className="bar-pending">{over ? words.skipped : words.pending}</span>
        ) : (
          <>
            <data value={exact(accuracy)} title={`${counted} (${exact(accuracy)})`}>{percent(accuracy)}</data>
            <small>{counted}</small>
          </>
        )}
      </span>
    </div>
  );
});

const size = (points: number) => Math.abs(points).toFixed(1);

export function AccuracyView() {
  const all = useWords();
  const words = all.views.accuracy;
  const save = all.share.takeAway;
  const { percent } = useFormat();
  const rows = usePlayground(accuracyOf);
  const slowRows = useThrottledPlayground(accuracyOf);
  const over = usePlayground(({ status, viewing }) => status === 'finished' && viewing === null);
  const applied = usePlayground((state) => state.applied);
  const preset = presetOf(applied);
  const scheme = useScheme();
  const colors = lineColors[scheme];
  const ptq = rows.find(({ method }) => method === 'ptq')?.accuracy ?? null;

  const gain = gainOf(rows);

  const curves = useMemo(
    (): ChartSeries[] =>
      (['calibration', 'fdda'] as const).flatMap((method) => {
        const row = slowRows.find((each) => each.method === method);
        if (!row || row.curve.length === 0) return [];
        return [{ id: method, label: methodName(all, method, preset), color: colors[method], points: row.curve, dots: row.curve.length < 30 }];
      }),
    [slowRows, preset, colors, all],
  );
  const full = slowRows.find(({ method }) => method === 'fullPrecision')?.accuracy ?? null;
  const references = useMemo(
    () => [...(full === null ? [] : [{ y: full, label: words.methods.fullPrecision }])],
    [full, words],
  );
  const include = useMemo(() => references.map(({ y }) => y), [references]);

  const formatTick = useCallback((y: number) => percent(y, 0), [percent]);
  const chart = { series: curves, xLabel: words.curveAxis, references, include, formatTick };
  const things = (): Thing[] => [
    ...(curves.length === 0 ? [] : [
      {
        kind: 'picture' as const, what: save.chart, file: 'accuracy-curve',
        make: async ({ footnote }: Origin) => (await import('../takeaway/chartSvg')).chartSvg({ ...chart, title: words.curve, description: words.help.join(' '), footnote }),
      },
      { kind: 'table' as const, what: save.curve, file: 'accuracy-curve', make: async () => (await import('../takeaway/tables')).curveTable(rows) },
    ]),
    ...(rows.length === 0 ? [] : [{
      kind: 'table' as const, what: save.results, file: 'results',
      make: async () => (await import('../takeaway/tables')).resultsTable(rows, (method) => methodName(all, method, preset), applied),
    }]),
  ];

  return (
    <View title={words.title} area="accuracy" help={words.help} things={things}>
      <div className="bars">
        {METHODS.map((method) => (
          <Bar key={method} name={methodName(all, method, preset)} row={rows.find((row) => row.method === method)} color={colors[method]}
            floor={method === 'ptq' ? null : ptq} over={over} />
        ))}
      </div>
      {gain && <p className="gain" title={exact(gain.points)}>{gain.clear ? words.gain(size(gain.points), gain.points > 0) : words.noGain(`${gain.points < 0 ? '−' : '+'}${size(gain.points)}`, grouped(gain.n))}</p>}
      {curves.length > 0 ? (
        <LineChart label={words.curve} {...chart} formatY={(y) => percent(y, 2)} />
      ) : (
        <div className="view-empty small">{words.curve}</div>
      )}
    </View>
  );
}
