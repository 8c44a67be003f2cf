import { useMemo } from 'react';
import { expectedDistorted, distortedFloor } from '../../../engine/losses/distortedFloor';
import type { GeneratorSample } from '../../../engine/runReport';
import type { PlaygroundState } from '../../../state/playgroundState';
import { shownGenerator } from '../../../state/playgroundState';
import { emptySeries, thinned } from '../../../state/series';
import { SETTINGS } from '../../../state/settings';
import type { ChartSeries } from '../../charts/LineChart';
import { LineChart } from '../../charts/LineChart';
import { NumberSlider } from '../../controls/NumberField';
import { usePlayground, useThrottledPlayground } from '../../playground';
import { useWords } from '../../language';
import { lineColors } from '../../palette';
import { useScheme } from '../../useScheme';
import { useSize } from '../../useSize';
import { Axes, pathOf, planeOf } from './Axes';

const REACH = 2;
const TOP = 5;
const PLACES = Array.from({ length: 81 }, (_, i) => -REACH + (i * 2 * REACH) / 80);
/** Height of the bell of targets, in the units of the cost axis. */
const BELL = 0.9;
const POINTS = 150;
const FROM_0 = [0];
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
  const [box, { width, height }] = useSize<HTMLDivElement>();
  const plane = planeOf(width, height, [-REACH, REACH], [0, TOP]);
  const cost = (x: number, strength: number) => expectedDistorted(x * x, strength, 0);
  const bell = (x: number) => (sigma === 0 ? 0 : BELL * Math.exp(-(x * x) / (2 * sigma * sigma)));
  const floor = distortedFloor(sigma, 0);
  const [c, d] = [cost(batch, 0), cost(batch, sigma)];
  const note = words.expected(c.toFixed(2), floor.toFixed(2), d.toFixed(2));

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
      <div className="figure-chart tall" ref={box}>
        {width > 0 && (
          <Axes plane={plane} label={`${words.figure}. ${note}`} xLabel={words.axis} yLabel={words.cost}>
            <path
              className="figure-bell"
              d={`${pathOf(
                plane,
                PLACES.map((x) => [x, bell(x)] as const),
              )}L${plane.x(REACH)} ${plane.y(0)}L${plane.x(-REACH)} ${plane.y(0)}Z`}
            />
            <clipPath id="distorted-figure-clip">
              <rect
                x={plane.x(-REACH)}
                y={plane.y(TOP)}
                width={plane.x(REACH) - plane.x(-REACH)}
                height={plane.y(0) - plane.y(TOP)}
              />
            </clipPath>
            <g clipPath="url(#distorted-figure-clip)" fill="none" strokeWidth={2}>
              <path
                d={pathOf(
                  plane,
                  PLACES.map((x) => [x, cost(x, 0)] as const),
                )}
                stroke={colors.centralized}
              />
              <path
                d={pathOf(
                  plane,
                  PLACES.map((x) => [x, cost(x, sigma)] as const),
                )}
                stroke={colors.distorted}
                strokeDasharray="7 3"
              />
              <path
                d={pathOf(plane, [
                  [-REACH, floor],
                  [REACH, floor],
                ])}
                stroke={colors.floor}
                strokeWidth={1}
                strokeDasharray="1.5 3"
              />
            </g>
            <line className="chart-cursor" x1={plane.x(batch)} x2={plane.x(batch)} y1={plane.y(TOP)} y2={plane.y(0)} />
            {c <= TOP && <circle cx={plane.x(batch)} cy={plane.y(c)} r={4} fill={colors.centralized} />}
            {d <= TOP && <circle cx={plane.x(batch)} cy={plane.y(d)} r={4} fill={colors.distorted} />}
          </Axes>
        )}
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
