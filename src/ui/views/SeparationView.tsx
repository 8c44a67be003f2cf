import type { ArmId } from '../../engine/methods/arms';
import { useCallback, useMemo, useRef } from 'react';
import type { RunOverview, SyntheticSnapshot } from '../../engine/runReport';
import type { KeptRun } from '../../state/compare/keptRun';
import { coveredView } from '../../state/lessons/lessonState';
import type { Measure } from '../../state/linkView';
import { MEASURES } from '../../state/linkView';
import { shownSynthetic } from '../../state/playgroundState';
import type { ChartSeries } from '../charts/chart';
import { LineChart } from '../charts/LineChart';
import { Choice } from '../Choice';
import { pinnedSynthetic, usePinned } from '../compare/comparison';
import { sameDepth } from '../compare/sentences';
import { lineColors } from '../palette';
import type { Scheme } from '../palette';
import { useActions, usePlayground, useThrottledPlayground } from '../playground';
import { useWords } from '../language';
import type { Words } from '../words/words';
import type { Origin, Thing } from '../takeaway/things';
import { className } from '../words/words';
import { useScheme } from '../useScheme';
import { PinnedKey } from '../compare/PinnedKey';
import { ArmPicker } from './ArmPicker';
import { View } from './View';

/** Layers are counted from 1 on the axis. */
const byLayer = (values: ArrayLike<number>): [number, number | null][] =>
  Array.from(values, (value, layer) => [layer + 1, Number.isFinite(value) ? value : null]);

/** [L, C] -> per layer the value of one class or the mean of all. */
function ofClass(values: Float32Array, classes: number, chosen: number | null): number[] {
  return Array.from({ length: values.length / classes }, (_, layer) => {
    if (chosen !== null) return values[layer * classes + chosen];
    // Of very many classes not all are looked at.
    const row = values.subarray(layer * classes, (layer + 1) * classes).filter((value) => !Number.isNaN(value));
    return row.reduce((sum, value) => sum + value, 0) / row.length;
  });
}

function seriesOf(
  { comma, views: { separation: words } }: Words,
  metric: Measure,
  overview: RunOverview,
  snapshot: SyntheticSnapshot | null,
  chosen: number | null,
  scheme: Scheme,
): ChartSeries[] {
  const colors = lineColors[scheme];
  const line = (
    id: string,
    label: string,
    color: string,
    values: ArrayLike<number>,
    dash?: ChartSeries['dash'],
  ): ChartSeries => ({
    id,
    label,
    color,
    points: byLayer(values),
    dash,
    dots: !dash,
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
    list.push(
      line('intra', `${words.intra}${comma}${words.real}`, colors.distorted, real.intraClass),
      line('inter', `${words.inter}${comma}${words.real}`, colors.ceMixed, real.interClass),
    );
    if (synthetic) {
      list.push(
        line('intraS', `${words.intra}${comma}${words.synthetic}`, colors.distorted, synthetic.intraClass, 'dashed'),
        line('interS', `${words.inter}${comma}${words.synthetic}`, colors.ceMixed, synthetic.interClass, 'dashed'),
      );
    }
    return list;
  }
  const key = metric === 'nearest' ? 'nearestCenterAccuracy' : 'silhouette';
  list.push(line('real', words.real, colors.real, real[key]));
  if (synthetic) list.push(line('synthetic', words.synthetic, colors.synthetic, synthetic[key], 'dashed'));
  return list;
}

/**
 * The lines of a pinned run: its own dash, otherwise as this run's. What stands still for all of a run is drawn only
 * for this one.
 */
function pinnedSeries(
  words: Words,
  metric: Measure,
  pinned: KeptRun,
  arm: ArmId | null,
  chosen: number | null,
  scheme: Scheme,
): ChartSeries[] {
  return seriesOf(words, metric, pinned.overview, pinnedSynthetic(pinned, arm), chosen, scheme)
    .filter(({ id }) => metric === 'batch' || id === 'real' || id === 'synthetic' || id.endsWith('S'))
    .map((each) => ({
      ...each,
      id: `pinned-${each.id}`,
      label: words.compare.ofPinned(each.label),
      dash: 'dotted',
      dots: false,
    }));
}

export function SeparationView() {
  const all = useWords();
  const { views, compare, lessons, share } = all;
  const words = views.separation;
  const overview = usePlayground((state) => state.overview);
  const layer = usePlayground((state) => state.layer);
  const chosen = usePlayground((state) => state.classIndex);
  const snapshot = useThrottledPlayground(shownSynthetic);
  const covered = usePlayground((state) => coveredView(state) === 'separation');
  const scheme = useScheme();
  const { selectLayer, selectMeasure } = useActions();
  const metric = usePlayground((state) => state.measure);

  const series = useMemo(
    () => (overview ? seriesOf(all, metric, overview, snapshot, chosen, scheme) : []),
    [all, metric, overview, snapshot, metric === 'batch' ? chosen : null, scheme], // eslint-disable-line react-hooks/exhaustive-deps
  );
  const pinned = usePinned();
  const arm = usePlayground((state) => state.arm);
  const overlaid = pinned !== null && overview !== null && sameDepth(pinned, { overview });
  const pinnedLines = useMemo(
    () => (overlaid ? pinnedSeries(all, metric, pinned, arm, chosen, scheme) : []),
    [all, overlaid, pinned, arm, metric, metric === 'batch' ? chosen : null, scheme], // eslint-disable-line react-hooks/exhaustive-deps
  );
  const lines = useMemo(() => [...pinnedLines, ...series], [pinnedLines, series]);
  const layers = overview?.network.layers.length ?? 0;
  const band = useMemo(
    () => (overview ? { from: overview.startLayer + 1, to: layers, label: words.deep } : undefined),
    [overview, layers, words],
  );
  const references = useMemo(
    () =>
      metric === 'nearest' && overview
        ? [{ y: 1 / overview.network.numClasses, label: words.chance }]
        : metric === 'silhouette'
          ? [{ y: 0, label: '' }]
          : [],
    [metric, overview, words],
  );
  const include = useMemo(() => (metric === 'nearest' ? [0, 1] : metric === 'silhouette' ? [0] : [0]), [metric]);

  const xDomain = useMemo((): [number, number] => [1, layers], [layers]);
  const svg = useRef<SVGSVGElement>(null);
  const select = useCallback((x: number) => selectLayer(x - 1), [selectLayer]);
  const chart = {
    series: lines,
    xLabel: words.axis,
    xDomain,
    band,
    references,
    include,
    cursor: layer === null ? null : layer + 1,
  };
  const title = `${words.title}: ${words.metrics[metric]}`;
  const things = (): Thing[] =>
    overview && !covered
      ? [
          ...(svg.current === null
            ? []
            : [
                {
                  kind: 'picture' as const,
                  what: share.takeAway.chart,
                  file: `separation-${metric}`,
                  make: async ({ footnote }: Origin) =>
                    (await import('../takeaway/chartPicture')).chartPicture(svg.current!, {
                      title,
                      description: words.metricHelp[metric],
                      footnote,
                      series: lines,
                    }),
                },
              ]),
          {
            kind: 'table',
            what: share.takeAway.byLayer,
            file: 'separation-by-layer',
            make: async () => (await import('../takeaway/tables')).separationTable(overview, snapshot),
          },
          ...(snapshot
            ? [
                {
                  kind: 'table' as const,
                  what: share.takeAway.byClass,
                  file: 'distances-by-class',
                  make: async () => (await import('../takeaway/tables')).distancesTable(overview, snapshot),
                },
              ]
            : []),
        ]
      : [];

  return (
    <View title={words.title} area="separation" help={words.help} things={things} tools={<ArmPicker />}>
      <div className="view-bar">
        <Choice
          label={words.metric}
          value={metric}
          onChange={selectMeasure}
          options={MEASURES.map((value) => ({ value, label: words.metrics[value], title: words.metricHelp[value] }))}
        />
      </div>
      {covered ? (
        <div className="view-empty">{lessons.covered}</div>
      ) : overview ? (
        <LineChart
          label={`${words.title}: ${words.metrics[metric]}. ${words.metricHelp[metric]}`}
          ref={svg}
          {...chart}
          onSelect={select}
        />
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
        {pinned && <PinnedKey shown={overlaid} otherwise={compare.separationNone} />}
        {metric === 'batch' && (
          <span className="view-note">
            {chosen === null ? words.allClasses : words.forClass(className(all, overview?.network.classNames, chosen))}
          </span>
        )}
      </footer>
    </View>
  );
}
