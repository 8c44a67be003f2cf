import { useMemo } from 'react';
import { expectedDistorted, distortedFloor } from '../../../engine/losses/distortedFloor';
import type { GeneratorSample } from '../../../engine/runReport';
import type { PlaygroundState } from '../../../state/playgroundState';
import { shownGenerator } from '../../../state/playgroundState';
import { emptySeries, thinned } from '../../../state/series';
import { SETTINGS } from '../../../state/settings';
import type { ChartSeries } from '../../charts/chart';
import { LineChart } from '../../charts/LineChart';
import { NumberSlider } from '../../controls/NumberField';
import { usePlayground, useThrottledPlayground } from '../../playground';
import { useWords } from '../../language';
import { lineColors } from '../../palette';
import { useScheme } from '../../useScheme';

const REACH = 2;
const TOP = 5;
const PLACES = Array.from({ length: 81 }, (_, i) => -REACH + (i * 2 * REACH) / 80);
/** Height of the bell of targets, in the units of the cost axis. */
const BELL = 0.9;
const POINTS = 150;
const FROM_0 = [0];
const X_DOMAIN = [-REACH, REACH] as const;
const Y_DOMAIN = [0, TOP] as const;
/** What a batch whose mean lies there costs. */
const cost = (x: number, strength: number) => expectedDistorted(x * x, strength, 0);
const twoDecimals = (x: number) => String(Number(x.toFixed(2))).replace('-', '−');
const NO_LOSSES = emptySeries<GeneratorSample>();
const losses = (state: PlaygroundState) => state.generatorLosses[shownGenerator(state) ?? 'custom'] ?? NO_LOSSES;

/** A small slider's setting: the shape that the controls' slider takes, for what is no setting of a run. */
const BATCH = { ...SETTINGS.distortionMean, min: -REACH, max: REACH };

interface DistortedFigureProps {
  /** Distance of the batch's mean from the center. */
  batch: number;
  /** Null: as strong as in the run. */
  noise: number | null;
  onBatch: (batch: number) => void;
  onNoise: (noise: number) => void;
}

/** C and the average of D over one number of the center, and D, D - floor and C as this run has them. */
export function DistortedFigure({ batch, noise, onBatch, onNoise }: DistortedFigureProps) {
  const {
    argument: { distorted: words },
    terms,
    views,
  } = useWords();
  const inRun = usePlayground((state) => state.settings.distortionMean);
  const sigma = noise ?? inRun;
  const samples = useThrottledPlayground(losses);
  const cursor = usePlayground((state) => state.viewing?.generatorStep[shownGenerator(state) ?? 'custom'] ?? null);
  const scheme = useScheme();
  const colors = lineColors[scheme];
  const floor = distortedFloor(sigma, 0);
  const [c, d] = [cost(batch, 0), cost(batch, sigma)];
  const note = words.expected(c.toFixed(2), floor.toFixed(2), d.toFixed(2));
  const curves = useMemo((): ChartSeries[] => {
    const bell = (x: number) => (sigma === 0 ? 0 : BELL * Math.exp(-(x * x) / (2 * sigma * sigma)));
    const line = (id: string, label: string, color: string, of: (x: number) => number): ChartSeries => ({
      id,
      label,
      color,
      points: PLACES.map((x) => [x, of(x)] as const),
    });
    return [
      { ...line('bell', words.noise, colors.total, bell), filled: true },
      line('c', words.ofC, colors.centralized, (x) => cost(x, 0)),
      { ...line('d', words.ofD, colors.distorted, (x) => cost(x, sigma)), dash: 'dashed' },
      { ...line('floor', words.floor, colors.floor, () => floor), dash: 'dotted', faint: true },
    ];
  }, [sigma, floor, colors, words]);
  const marks = useMemo(
    () => [
      { x: batch, y: c, color: colors.centralized },
      { x: batch, y: d, color: colors.distorted },
    ],
    [batch, c, d, colors],
  );

  const series = useMemo((): ChartSeries[] => {
    const shown = thinned(samples, POINTS);
    if (shown.length === 0) return [];
    return [
      {
        id: 'distorted',
        label: terms.distorted.short,
        color: colors.distorted,
        faint: true,
        points: shown.map(({ step, terms: { distorted } }) => [step, distorted] as const),
      },
      {
        id: 'floor',
        label: views.losses.floor,
        color: colors.floor,
        dash: 'dashed',
        points: shown.map(
          ({ step, terms: { distorted }, distortedFloor: noiseCost }) =>
            [step, distorted === null || noiseCost === null ? null : distorted - noiseCost] as const,
        ),
      },
      {
        id: 'centralized',
        label: terms.centralized.short,
        color: colors.centralized,
        points: shown.map(({ step, terms: { centralized } }) => [step, centralized] as const),
      },
    ];
  }, [samples, colors, terms, views]);

  return (
    <>
      <label className="figure-slider">
        <span>{words.batch}</span>
        <NumberSlider setting={BATCH} value={batch} label={words.batch} onChange={onBatch} />
        <b className="figure-value">{batch.toFixed(2).replace('-', '−')}</b>
      </label>
      <label className="figure-slider">
        <span>{words.noise}</span>
        <NumberSlider setting={SETTINGS.distortionMean} value={sigma} label={words.noise} onChange={onNoise} />
        <b className="figure-value">{sigma.toFixed(2)}</b>
      </label>
      <div className="figure-chart tall">
        <LineChart
          label={`${words.figure}. ${note}`}
          series={curves}
          xLabel={words.axis}
          yLabel={words.cost}
          xDomain={X_DOMAIN}
          yDomain={Y_DOMAIN}
          formatX={twoDecimals}
          cursor={batch}
          marks={marks}
          grid="both"
        />
      </div>
      <div className="figure-legend">
        {(
          [
            ['ofC', colors.centralized, ''],
            ['ofD', colors.distorted, 'dashed'],
            ['floor', colors.floor, 'dotted'],
          ] as const
        ).map(([key, color, dash]) => (
          <span key={key} className="legend-key">
            <span className={`legend-line ${dash}`} style={{ borderColor: color }} aria-hidden="true" />
            {words[key]}
          </span>
        ))}
      </div>
      <p className="figure-note" aria-live="polite">
        {note}
      </p>
      <h4>{words.live}</h4>
      <div className="figure-chart">
        {series.length > 0 ? (
          <LineChart label={words.live} series={series} xLabel={views.losses.axis} include={FROM_0} cursor={cursor} />
        ) : (
          <div className="view-empty">{views.notYet}</div>
        )}
      </div>
      <div className="figure-legend">
        {series.map((each) => (
          <span key={each.id} className="legend-key">
            <span
              className={`legend-line ${each.dash ?? ''}`}
              style={{ borderColor: each.color, opacity: each.faint ? 0.55 : 1 }}
              aria-hidden="true"
            />
            {each.label}
          </span>
        ))}
      </div>
    </>
  );
}
