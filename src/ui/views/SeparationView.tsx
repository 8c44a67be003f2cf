import { useMemo } from 'react';
import type { RunOverview, SyntheticSnapshot } from '../../engine/training/runReport';
import type { Measure } from '../../state/linkView';
import { MEASURES } from '../../state/linkView';
import { shownMoment } from '../../state/playgroundState';
import type { PlaygroundState } from '../../state/playgroundState';
import type { ChartSeries } from '../charts/LineChart';
import { LineChart } from '../charts/LineChart';
import { Choice } from '../Choice';
import { lineColors } from '../palette';
import type { Scheme } from '../palette';
import { useActions, usePlayground, useThrottledPlayground } from '../playground';
import { useWords } from '../language';
import type { Words } from '../words/words';
import type { Thing } from '../takeaway/things';
import { useScheme } from '../useScheme';
import { View } from './View';

/** Layers are counted from 1 on the axis. */
const byLayer = (values: ArrayLike<number>): [number, number | null][] =>
  Array.from(values, (value, layer) => [layer + 1, Number.isFinite(value) ? value : null]);

/** [L, C] -> per layer the value of one class or the mean of all. */
function ofClass(values: Float32Array, classes: number, chosen: number | null): number[] {
  return Array.from({ length: values.length / classes }, (_, layer) => {
    if (chosen !== null) return values[layer * classes + chosen];
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += values[layer * classes + c];
    return sum / classes;
  });
}

function seriesOf(words: Words['views']['separation'], metric: Measure, overview: RunOverview, snapshot: SyntheticSnapshot | null, chosen: number | null, scheme: Scheme): ChartSeries[] {
  const colors = lineColors[scheme];
  const line = (id: string, label: string, color: string, values: ArrayLike<number>, dash?: 'dashed'): ChartSeries => ({
    id, label, color, points: byLayer(values), dash, dots: !dash,
  });
  const real = overview.separation;
  const synthetic = snapshot?.separation;
  const list: ChartSeries[] = [];
  if (metric === 'batch') {
    if (!snapshot) return [];
    const classes = overview.network.numClasses;
    return [
      line('own', words.own, colors.centralized, ofClass(snapshot.distanceToOwnCenter, classes, chosen)),
      line('other', words.other, colors.real, ofClass(snapshot.distanceToNearestOther, classes, chosen), 'dashed'),
    ];
  }
  if (metric === 'distances') {
    list.push(line('intra', `${words.intra}, ${words.real}`, colors.distorted, real.intraClass), line('inter', `${words.inter}, ${words.real}`, colors.ceMixed, real.interClass));
    if (synthetic) {
      list.push(
        line('intraS', `${words.intra}, ${words.synthetic}`, colors.distorted, synthetic.intraClass, 'dashed'),
        line('interS', `${words.inter}, ${words.synthetic}`, colors.ceMixed, synthetic.interClass, 'dashed'),
      );
    }
    return list;
  }
  const key = metric === 'nearest' ? 'nearestCenterAccuracy' : 'silhouette';
  list.push(line('real', words.real, colors.real, real[key]));
  if (synthetic) list.push(line('synthetic', words.synthetic, colors.synthetic, synthetic[key], 'dashed'));
  return list;
}

const shownSynthetic = (state: PlaygroundState) => shownMoment(state)?.synthetic ?? null;

export function SeparationView() {
  const { views, share } = useWords();
  const words = views.separation;
  const overview = usePlayground((state) => state.overview);
  const layer = usePlayground((state) => state.layer);
  const chosen = usePlayground((state) => state.classIndex);
  const snapshot = useThrottledPlayground(shownSynthetic);
  const scheme = useScheme();
  const { selectLayer, selectMeasure } = useActions();
  const metric = usePlayground((state) => state.measure);

  const series = useMemo(
    () => (overview ? seriesOf(words, metric, overview, snapshot, chosen, scheme) : []),
    [words, metric, overview, snapshot, metric === 'batch' ? chosen : null, scheme], // eslint-disable-line react-hooks/exhaustive-deps
  );
  const layers = overview?.network.layers.length ?? 0;
  const band = useMemo(() => (overview ? { from: overview.startLayer + 1, to: layers, label: words.deep } : undefined), [overview, layers, words]);
  const references = useMemo(
    () =>
      metric === 'nearest' && overview
        ? [{ y: 1 / overview.network.numClasses, label: words.chance }]
        : metric === 'silhouette' ? [{ y: 0, label: '' }] : [],
    [metric, overview, words],
  );
  const include = useMemo(() => (metric === 'nearest' ? [0, 1] : metric === 'silhouette' ? [0] : [0]), [metric]);

  const chart = { series, xLabel: words.axis, xDomain: [1, layers] as [number, number], band, references, include, cursor: layer === null ? null : layer + 1 };
  const title = `${words.title}: ${words.metrics[metric]}`;
  const things = (): Thing[] => overview ? [
    {
      kind: 'picture', what: share.takeAway.chart, file: `separation-${metric}`,
      make: async ({ footnote }) => (await import('../takeaway/chartSvg')).chartSvg({ ...chart, title, description: words.metricHelp[metric], footnote }),
    },
    { kind: 'table', what: share.takeAway.byLayer, file: 'separation-by-layer', make: async () => (await import('../takeaway/tables')).separationTable(overview, snapshot) },
    ...(snapshot ? [{ kind: 'table' as const, what: share.takeAway.byClass, file: 'distances-by-class', make: async () => (await import('../takeaway/tables')).distancesTable(overview, snapshot) }] : []),
  ] : [];

  return (
    <View title={words.title} area="separation" help={words.help} things={things}>
      <div className="view-bar">
        <Choice label={words.metric} value={metric} onChange={selectMeasure}
          options={MEASURES.map((value) => ({ value, label: words.metrics[value], title: words.metricHelp[value] }))} />
      </div>
      {overview ? (
        <LineChart label={`${words.title}: ${words.metrics[metric]}. ${words.metricHelp[metric]}`} {...chart} onSelect={(x) => selectLayer(x - 1)} />
      ) : (
        <div className="view-empty">{views.waiting}</div>
      )}
      <footer className="view-foot">
        {series.map((each) => (
          <span key={each.id} className="legend-key">
            <span className={`legend-line ${each.dash ?? ''}`} style={{ borderColor: each.color }} aria-hidden="true" />
            {each.label}
          </span>
        ))}
        {metric === 'batch' && (
          <span className="view-note">{chosen === null ? words.allClasses : words.forClass(overview?.network.classNames[chosen] ?? '')}</span>
        )}
      </footer>
    </View>
  );
}
