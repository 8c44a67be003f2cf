import { useCallback, useMemo } from 'react';
import type { RunOverview } from '../../../engine/runReport';
import type { ChartSeries } from '../../charts/chart';
import { LineChart } from '../../charts/LineChart';
import { useActions, usePlayground } from '../../playground';
import { useFormat, useWords } from '../../language';
import { pointName } from '../../words/words';
import { lineColors } from '../../palette';
import { useScheme } from '../../useScheme';
import { PointsMap } from '../../views/PointsMap';
import type { Hit } from '../../views/scene';
import { stillClouds } from '../../views/scene';
import { useShownClasses, useShownClouds } from '../../views/useShownClasses';
import { LayerPicker } from '../../views/LayerPicker';

const NOTHING: readonly never[] = [];
const FROM_0_TO_1 = [0, 1];
const FROM_0 = [0];

function LayerMap({ overview, layer }: { overview: RunOverview; layer: number }) {
  const all = useWords();
  const words = all.argument.depth;
  const chosen = usePlayground((state) => state.classIndex);
  const { toggleClass } = useActions();
  const scheme = useScheme();
  const everyCloud = useMemo(
    () => stillClouds(overview, layer).filter(({ kind }) => kind === 'observation' || kind === 'center'),
    [overview, layer],
  );
  const clouds = useShownClouds(everyCloud, useShownClasses());
  const describe = useCallback(
    (hit: Hit) => [pointName(all, hit.kind, overview.network.classNames, hit.classIndex)],
    [all, overview],
  );
  const name = String(layer + 1);
  return (
    <div className="figure-half">
      <h4>{words.mapOf(name)}</h4>
      <div className="figure-chart">
        <PointsMap
          label={words.describe(name)}
          still={clouds}
          moving={NOTHING}
          trails={NOTHING}
          scheme={scheme}
          chosen={chosen}
          describe={describe}
          onPick={toggleClass}
        />
      </div>
    </div>
  );
}

/** First and chosen layer as maps side by side, and both measures by layer. */
export function DepthFigure() {
  const {
    argument: { depth: words },
    views: { separation, waiting },
  } = useWords();
  const { percent } = useFormat();
  const overview = usePlayground((state) => state.overview);
  const layer = usePlayground((state) => state.layer);
  const { selectLayer } = useActions();
  const select = useCallback((x: number) => selectLayer(x - 1), [selectLayer]);
  const formatShare = useCallback((y: number, decimals: number) => percent(y, Math.max(0, decimals - 2)), [percent]);
  const scheme = useScheme();
  const layers = overview?.network.layers.length ?? 0;
  const charts = useMemo(() => {
    if (!overview) return [];
    const series = (values: Float32Array): ChartSeries[] => [
      {
        id: 'real',
        label: separation.real,
        color: lineColors[scheme].real,
        dots: true,
        points: Array.from(values, (value, index) => [index + 1, Number.isFinite(value) ? value : null] as const),
      },
    ];
    return [
      {
        metric: 'nearest' as const,
        series: series(overview.separation.nearestCenterAccuracy),
        include: FROM_0_TO_1,
        references: [{ y: 1 / overview.network.numClasses, label: separation.chance }],
      },
      {
        metric: 'silhouette' as const,
        series: series(overview.separation.silhouette),
        include: FROM_0,
        references: [{ y: 0, label: '' }],
      },
    ];
  }, [overview, scheme, separation]);
  const xDomain = useMemo((): [number, number] => [1, layers], [layers]);
  const band = useMemo(() => ({ from: (overview?.startLayer ?? 0) + 1, to: layers, label: '' }), [overview, layers]);
  if (!overview || layer === null) return <div className="view-empty">{waiting}</div>;
  return (
    <>
      <div className="figure-tools">
        <LayerPicker />
      </div>
      <div className="figure-halves">
        <LayerMap overview={overview} layer={0} />
        <LayerMap overview={overview} layer={layer === 0 ? layers - 1 : layer} />
      </div>
      <div className="figure-halves">
        {charts.map(({ metric, series, include, references }) => (
          <div key={metric} className="figure-half">
            <h4 title={separation.metricHelp[metric]}>{separation.metrics[metric]}</h4>
            <div className="figure-chart">
              <LineChart
                label={`${words.figure}: ${separation.metrics[metric]}. ${separation.metricHelp[metric]}`}
                series={series}
                xLabel={separation.axis}
                xDomain={xDomain}
                band={band}
                references={references}
                include={include}
                cursor={layer + 1}
                onSelect={select}
                formatTick={metric === 'nearest' ? formatShare : undefined}
              />
            </div>
          </div>
        ))}
      </div>
    </>
  );
}
