import type { MouseEvent, Ref } from 'react';
import { createContext, memo, useCallback, useContext, useImperativeHandle, useMemo, useRef } from 'react';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Curve,
  Line,
  ReferenceArea,
  ReferenceDot,
  ReferenceLine,
  Tooltip,
  useActiveTooltipLabel,
  useXAxisInverseDataSnapScale,
  XAxis,
  YAxis,
} from 'recharts';
import type { CurveProps } from 'recharts';
import { exact } from '../format';
import type { ChartSeries, LineChartProps } from './chart';
import { DASHES } from './chart';
import { ChartTooltip } from './ChartTooltip';
import type { ChartRow } from './rows';
import { chartRows, freerEnd, keyOf, readingsAt } from './rows';
import type { AxisRange } from './ticks';
import { extentOf, linearTicks, logTicks, placeAxis, tickLabel, tickLabels, valueAxis } from './ticks';
import { Follow, useChosenByKeys } from './useChosenByKeys';

interface DrawnProps extends LineChartProps {
  width: number;
  height: number;
}

const TOP = 8;
/** Height of the ticks and the name below the drawing. */
const BELOW = 30;
/** About the width of a character of a tick. */
const CHARACTER = 6.4;
/** Lines and dots cover the words of what they are compared with. */
const BELOW_LINES = 300;
/** The library writes the color of texts into their style, where a style sheet cannot reach it. */
const INK_SOFT = { fill: 'var(--ink-soft)' };
const NOTHING: readonly never[] = [];

const SIGNS = { dashed: '┅', dotted: '┈' } as const;
const signOf = ({ dash, filled }: ChartSeries) => (filled ? '█' : dash ? SIGNS[dash] : '━');

/** A line through all points that its series has: a place that only others have is no gap. */
function SeriesCurve({ points = [], pathRef: _, ...rest }: CurveProps) {
  return <Curve {...rest} points={points.filter((point) => (point as { value?: unknown }).value !== undefined)} />;
}

// Every part below is drawn again only when something of its own changes: while a run goes on, that is the rows alone.
// The library tells its store of each part that is drawn again, and that costs more than drawing it.

interface Shown extends Required<Pick<LineChartProps, 'xLabel' | 'formatX' | 'formatY' | 'series'>> {
  rows: readonly ChartRow[];
}

const ShownContext = createContext<Shown | null>(null);

/** What is below the pointer, or where the keys are. */
function Readings() {
  const x = useActiveTooltipLabel();
  const shown = useContext(ShownContext);
  if (!shown || typeof x !== 'number') return null;
  const { rows, series, xLabel, formatX, formatY } = shown;
  const readings = readingsAt(
    rows.find((row) => row.x === x),
    series,
  );
  if (readings.length === 0) return null;
  return (
    <ChartTooltip
      title={`${xLabel} ${formatX(x)}`}
      rows={readings.map(({ series: each, value }) => ({
        key: each.id,
        color: each.color,
        sign: signOf(each),
        label: each.label,
        value: formatY(value),
      }))}
    />
  );
}

const Pointed = memo(function Pointed() {
  return (
    <Tooltip
      content={Readings}
      cursor={{ className: 'chart-hover' }}
      filterNull={false}
      isAnimationActive={false}
      position={{ y: 4 }}
      allowEscapeViewBox={{ x: false, y: true }}
      wrapperStyle={{ zIndex: 30 }}
    />
  );
});

const Band = memo(function Band({ from, to, label }: { from: number; to: number; label: string }) {
  return (
    <ReferenceArea
      x1={from}
      x2={to}
      ifOverflow="hidden"
      zIndex={-200}
      className="chart-band"
      label={
        label && {
          value: label,
          position: 'insideTopLeft',
          offset: 5,
          className: 'chart-note of-band',
          zIndex: BELOW_LINES,
          ...INK_SOFT,
        }
      }
    />
  );
});

interface ReferenceProps {
  y: number;
  label: string;
  above: boolean;
  end: 'left' | 'right';
}

const Reference = memo(function Reference({ y, label, above, end }: ReferenceProps) {
  return (
    <ReferenceLine
      y={y}
      zIndex={BELOW_LINES}
      className="chart-reference"
      label={
        label && {
          value: label,
          position: `inside${above ? 'Bottom' : 'Top'}${end === 'left' ? 'Left' : 'Right'}`,
          offset: 3,
          className: 'chart-note',
          zIndex: BELOW_LINES,
          ...INK_SOFT,
        }
      }
    />
  );
});

const Chosen = memo(function Chosen({ x }: { x: number }) {
  return <ReferenceLine x={x} zIndex={310} className="chart-cursor" />;
});

const Mark = memo(function Mark({ x, y, color }: { x: number; y: number; color: string }) {
  return <ReferenceDot x={x} y={y} r={4} fill={color} stroke="none" ifOverflow="discard" />;
});

const Grid = memo(function Grid({ x, y }: { x: readonly number[] | null; y: readonly number[] }) {
  return (
    <CartesianGrid
      className="chart-grid"
      horizontalValues={[...y]}
      verticalValues={x ? [...x] : undefined}
      vertical={x !== null}
    />
  );
});

/** Hands out the way from a pixel to the nearest place, which is known only within the chart. */
function Places({ ref }: { ref: Ref<(pixel: number) => unknown> }) {
  const toPlace = useXAxisInverseDataSnapScale();
  useImperativeHandle(ref, () => (pixel: number) => toPlace?.(pixel), [toPlace]);
  return null;
}

/** A line chart of that size, by recharts: `LineChart` says when it is drawn. */
export const DrawnLineChart = memo(function DrawnLineChart(props: DrawnProps) {
  const {
    label,
    xLabel,
    yLabel,
    log = false,
    include = NOTHING,
    xDomain,
    yDomain,
    formatX = tickLabel,
    formatY = exact,
    formatTick,
    band,
    references = NOTHING,
    cursor = null,
    marks = NOTHING,
    grid = 'horizontal',
    onSelect,
    ref,
    width,
    height,
  } = props;
  const box = useRef<HTMLDivElement>(null);
  const placeAt = useRef<(pixel: number) => unknown>(null);

  // A line without a point costs as much as any other.
  const series = useMemo(() => props.series.filter(({ points }) => points.length > 0), [props.series]);
  const rows = useMemo(() => chartRows(series, log), [series, log]);
  const places = useMemo(() => rows.map(({ x }) => x), [rows]);
  const [x0, x1] = xDomain ?? [places[0] ?? 0, places[places.length - 1] ?? 1];
  const integers = useMemo(() => [x0, x1, ...places].every(Number.isInteger), [x0, x1, places]);
  const xCount = Math.max(2, Math.round(width / 60));
  const x = useMemo(() => placeAxis(x0, x1, xCount, integers), [x0, x1, xCount, integers]);
  const [low, high] = useMemo(
    () => extentOf([...series.flatMap(({ points }) => points.map(([, value]) => value)), ...include], log),
    [series, include, log],
  );
  const yCount = Math.max(2, Math.round(height / 48));
  const y = useMemo((): AxisRange => {
    if (!yDomain) return valueAxis([low, high], log, yCount);
    const [from, to] = yDomain;
    return { domain: [from, to], ticks: log ? logTicks(from, to, yCount) : linearTicks(from, to, yCount) };
  }, [low, high, log, yCount, yDomain]);
  const yLabels = useMemo(() => tickLabels(y.ticks, formatTick), [y, formatTick]);
  const xLabels = useMemo(() => x.ticks.map((tick) => formatX(tick)), [x, formatX]);
  const xLabelOf = useCallback((tick: number) => xLabels[x.ticks.indexOf(tick)], [x, xLabels]);
  const yLabelOf = useCallback((tick: number) => yLabels[y.ticks.indexOf(tick)], [y, yLabels]);
  const shown = useMemo(() => ({ rows, series, xLabel, formatX, formatY }), [rows, series, xLabel, formatX, formatY]);

  const { target, handlers } = useChosenByKeys(places, cursor, onSelect);
  const select =
    onSelect &&
    (({ clientX, currentTarget }: MouseEvent) => {
      const place = placeAt.current?.(clientX - currentTarget.getBoundingClientRect().left);
      if (typeof place === 'number') onSelect(place);
    });

  const left = Math.max(30, 12 + CHARACTER * Math.max(...yLabels.map((text) => text.length))) + (yLabel ? 14 : 0);
  const right = Math.max(10, (CHARACTER * (xLabels[xLabels.length - 1]?.length ?? 0)) / 2);
  const plotted = height - TOP - BELOW;
  /** Whether there is room for a line of text above a value. */
  const roomAbove = (value: number) => {
    const [from, to] = log ? y.domain.map(Math.log) : y.domain;
    return ((to - (log ? Math.log(value) : value)) / (to - from)) * plotted > 10;
  };

  return (
    <div className={onSelect ? 'chart-drawing chart-pick' : 'chart-drawing'} ref={box} onClick={select} {...handlers}>
      <ShownContext value={shown}>
        <ComposedChart
          ref={ref}
          width={width}
          height={height}
          data={rows}
          margin={{ top: TOP, right, bottom: 0, left: 0 }}
          accessibilityLayer
          aria-label={label}
        >
          {band && <Band {...band} />}
          <Grid x={grid === 'both' ? x.ticks : null} y={y.ticks} />
          <XAxis
            dataKey="x"
            type="number"
            scale="linear"
            domain={x.domain}
            allowDataOverflow
            ticks={x.ticks}
            niceTicks="none"
            tickFormatter={xLabelOf}
            interval={0}
            height={BELOW}
            axisLine={false}
            tickLine={false}
            tickSize={2}
            tick={INK_SOFT}
            label={{ value: xLabel, position: 'insideBottom', offset: 2, ...INK_SOFT }}
          />
          <YAxis
            type="number"
            scale={log ? 'log' : 'linear'}
            domain={y.domain}
            allowDataOverflow
            ticks={y.ticks}
            niceTicks="none"
            tickFormatter={yLabelOf}
            interval={0}
            width={left}
            axisLine={false}
            tickLine={false}
            tickSize={3}
            tick={INK_SOFT}
            label={yLabel && { value: yLabel, angle: -90, position: 'insideLeft', offset: 8, ...INK_SOFT }}
          />
          {references.map(({ y: at, label: name }) => (
            <Reference key={at} y={at} label={name} above={roomAbove(at)} end={freerEnd(rows, at)} />
          ))}
          {cursor !== null && <Chosen x={cursor} />}
          <Pointed />
          {series.map((each, index) =>
            each.filled ? (
              <Area
                key={each.id}
                dataKey={keyOf(index)}
                type="linear"
                stroke="none"
                fill={each.color}
                fillOpacity={0.28}
                activeDot={false}
                isAnimationActive={false}
              />
            ) : (
              <Line
                key={each.id}
                dataKey={keyOf(index)}
                type="linear"
                stroke={each.color}
                strokeWidth={each.faint ? 1 : 1.8}
                strokeLinejoin="round"
                strokeLinecap="round"
                strokeOpacity={each.faint ? 0.55 : 1}
                strokeDasharray={each.dash && DASHES[each.dash]}
                // The library draws no line through a single place.
                dot={(each.dots || rows.length < 2) && { r: 2, fill: each.color, stroke: 'none', clipDot: false }}
                activeDot={{ r: 3.2, fill: each.color, stroke: 'none' }}
                shape={SeriesCurve}
                isAnimationActive={false}
              />
            ),
          )}
          {marks.map((mark) => (
            <Mark key={mark.color} {...mark} />
          ))}
          <Places ref={placeAt} />
          <Follow target={target} box={box} />
        </ComposedChart>
      </ShownContext>
    </div>
  );
});
