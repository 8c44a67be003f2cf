import { useMemo } from 'react';
import { shownGenerator, shownSynthetic } from '../../../state/playgroundState';
import type { PlaygroundState } from '../../../state/playgroundState';
import type { ChartSeries } from '../../charts/chart';
import { LineChart } from '../../charts/LineChart';
import { usePlayground, useThrottledPlayground } from '../../playground';
import { useWords } from '../../language';
import { className } from '../../words/words';
import { lineColors } from '../../palette';
import { useScheme } from '../../useScheme';
import { LayerPicker } from '../../views/LayerPicker';
import { ClassPicker } from '../ClassPicker';
import { countNearestOwn, distancesByStep } from '../distances';

const recorded = (state: PlaygroundState) => state.history;
const FROM_0 = [0];

/** How a class's synthetic batch approaches its own center, or does not, as the generator learns. */
export function CentralizedFigure() {
  const all = useWords();
  const {
    argument: { centralized: words },
    views,
  } = all;
  const overview = usePlayground((state) => state.overview);
  const layer = usePlayground((state) => state.layer);
  const chosen = usePlayground((state) => state.classIndex);
  const arm = usePlayground(shownGenerator);
  const viewedStep = usePlayground(({ viewing }) => (arm && viewing?.synthetic[arm]?.step) ?? null);
  const history = useThrottledPlayground(recorded);
  const snapshot = useThrottledPlayground(shownSynthetic);
  const scheme = useScheme();
  const classes = overview?.network.numClasses ?? 0;
  const series = useMemo((): ChartSeries[] => {
    if (layer === null || classes === 0) return [];
    const samples = distancesByStep(history, arm, layer, classes, chosen);
    const colors = lineColors[scheme];
    const line = (id: 'own' | 'other', label: string, color: string, dash?: 'dashed'): ChartSeries => ({
      id,
      label,
      color,
      dash,
      dots: samples.length < 30,
      points: samples.map((sample) => [sample.step, sample[id]] as const),
    });
    return [
      line('own', views.separation.own, colors.centralized),
      line('other', views.separation.other, colors.real, 'dashed'),
    ];
  }, [history, arm, layer, classes, chosen, scheme, views]);
  if (!overview || layer === null) return <div className="view-empty">{views.waiting}</div>;
  return (
    <>
      <div className="figure-tools">
        <ClassPicker />
        <LayerPicker />
      </div>
      <div className="figure-chart tall">
        {series[0].points.length > 0 ? (
          <LineChart label={words.figure} series={series} xLabel={words.axis} include={FROM_0} cursor={viewedStep} />
        ) : (
          <div className="view-empty">{views.notYet}</div>
        )}
      </div>
      <div className="figure-legend">
        {series.map((each) => (
          <span key={each.id} className="legend-key">
            <span className={`legend-line ${each.dash ?? ''}`} style={{ borderColor: each.color }} aria-hidden="true" />
            {each.label}
          </span>
        ))}
        <span className="view-note">
          {chosen === null
            ? views.separation.allClasses
            : views.separation.forClass(className(all, overview.network.classNames, chosen))}
        </span>
      </div>
      {snapshot && (
        <p className="figure-note">
          {words.nearest(
            String(countNearestOwn(snapshot, layer, classes)),
            String(snapshot.batchPoints.count),
            String(layer + 1),
          )}
        </p>
      )}
    </>
  );
}
