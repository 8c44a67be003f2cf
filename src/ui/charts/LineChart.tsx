import { memo, useId, useMemo, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { exact, short } from '../format';
import { useSize } from '../useSize';
import type { Scale } from './scale';
import { linearScale, logScale } from './scale';

export interface ChartSeries {
  id: string;
  label: string;
  color: string;
  /** x rising; a y that is null or not finite leaves a gap. */
  points: readonly (readonly [x: number, y: number | null])[];
  dash?: 'dashed' | 'dotted';
  faint?: boolean;
  dots?: boolean;
}

export interface LineChartProps {
  /** Says what is drawn, for those who cannot see it. */
  label: string;
  series: readonly ChartSeries[];
  xLabel: string;
  log?: boolean;
  /** Always within the vertical range. */
  include?: readonly number[];
  xDomain?: [number, number];
  formatX?: (x: number) => string;
  formatY?: (y: number) => string;
  formatTick?: (y: number) => string;
  /** A shaded part of the x axis. */
  band?: { from: number; to: number; label: string };
  /** Horizontal lines that values are compared with. */
  references?: readonly { y: number; label: string }[];
  /** A vertical line: the chosen place. */
  cursor?: number | null;
  /** Makes places choosable, by click and by arrow keys. */
  onSelect?: (x: number) => void;
}

/** How values on an axis are written when a chart does not say so itself. */
export const tickLabel = (y: number) =>
  Math.abs(y) >= 1e4 || (y !== 0 && Math.abs(y) < 1e-3) ? short(y) : String(Number(y.toPrecision(6))).replace('-', '−');

export const MARGIN = { top: 8, right: 10, bottom: 30, left: 42 };
export const DASHES = { dashed: '5 3', dotted: '1.5 3' };

/** The vertical axis of a chart of this height. */
export function verticalScale(
  series: readonly ChartSeries[],
  include: readonly number[],
  log: boolean,
  height: number,
): Scale {
  const values = series.flatMap(({ points }) => points.map(([, y]) => y)).concat(include);
  const usable = values.filter((y): y is number => y !== null && Number.isFinite(y) && (!log || y > 0));
  const range: [number, number] = [height - MARGIN.bottom, MARGIN.top];
  const count = Math.max(2, Math.round(height / 48));
  let [low, high] = usable.length > 0 ? [Math.min(...usable), Math.max(...usable)] : [0.1, 1];
  if (log) return logScale(low === high ? [low / 2, high * 2] : [low / 1.1, high * 1.1], range, count);
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  if (low !== 0) low -= room;
  high += room;
  return linearScale([low, high], range, count);
}

/** A line as SVG path data, with gaps where there is no value. */
export function linePath(points: ChartSeries['points'], x: Scale, y: Scale, log: boolean): string {
  let d = '';
  let pen = 'M';
  for (const [px, py] of points) {
    if (py === null || !Number.isFinite(py) || (log && py <= 0)) {
      pen = 'M';
      continue;
    }
    // The first point of a stretch is drawn as a dot, so that it shows even when it stays alone.
    d += `${pen}${x(px).toFixed(1)} ${y(py).toFixed(1)}${pen === 'M' ? 'h0' : ''}`;
    pen = 'L';
  }
  return d;
}

/** The sorted x values that any series has. */
function places(series: readonly ChartSeries[]): number[] {
  return [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
}

function nearest(sorted: readonly number[], value: number): number | null {
  let best: number | null = null;
  for (const each of sorted) if (best === null || Math.abs(each - value) < Math.abs(best - value)) best = each;
  return best;
}

/** Lines over numbers in SVG. Draws no more often than its props change; never animates. */
export const LineChart = memo(function LineChart(props: LineChartProps) {
  const {
    label,
    series,
    xLabel,
    log = false,
    include = [],
    formatX = String,
    formatY = exact,
    formatTick = tickLabel,
    band,
    references = [],
    onSelect,
  } = props;
  const [box, { width, height }] = useSize<HTMLDivElement>();
  const [hover, setHover] = useState<number | null>(null);
  const clip = useId();

  const xs = useMemo(() => places(series), [series]);
  const [x0, x1] = props.xDomain ?? [xs[0] ?? 0, xs[xs.length - 1] ?? 1];
  const includeKey = include.join();
  const { x, y, paths } = useMemo(() => {
    const across: [number, number] = [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)];
    const x = linearScale([x0, x1], across, Math.max(2, width / 60), true);
    const y = verticalScale(series, includeKey === '' ? [] : includeKey.split(',').map(Number), log, height);
    return { x, y, paths: series.map(({ points }) => linePath(points, x, y, log)) };
  }, [series, x0, x1, width, height, log, includeKey]);

  const bottom = height - MARGIN.bottom;
  const shown = hover !== null && xs.includes(hover) ? hover : null;
  const readings =
    shown === null
      ? []
      : series.flatMap((each) => {
          const point = each.points.find(([px]) => px === shown);
          return point && point[1] !== null && Number.isFinite(point[1]) ? [{ ...each, value: point[1] }] : [];
        });

  const placeAt = (event: PointerEvent) =>
    nearest(xs, x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left));
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (event.key === 'Escape') setHover(null);
    if (direction === 0 || xs.length === 0) return;
    event.preventDefault();
    const at = xs.indexOf(shown ?? nearest(xs, props.cursor ?? (direction > 0 ? -Infinity : Infinity)) ?? xs[0]);
    const next = shown === null && props.cursor == null ? at : Math.min(xs.length - 1, Math.max(0, at + direction));
    setHover(xs[next]);
    onSelect?.(xs[next]);
  };

  return (
    <div className="chart" ref={box}>
      {width > 0 && height > 0 && (
        <svg
          width={width}
          height={height}
          role="group"
          aria-label={label}
          tabIndex={0}
          className={onSelect ? 'chart-pick' : undefined}
          onPointerMove={(event) => setHover(placeAt(event))}
          onPointerLeave={() => setHover(null)}
          onBlur={() => setHover(null)}
          onClick={
            onSelect &&
            ((event) => {
              const place = placeAt(event as PointerEvent<SVGSVGElement>);
              if (place !== null) onSelect(place);
            })
          }
          onKeyDown={onKeyDown}
        >
          <clipPath id={clip}>
            <rect x={MARGIN.left} y={0} width={Math.max(0, width - MARGIN.left)} height={Math.max(0, bottom + 1)} />
          </clipPath>
          {band && (
            <g className="chart-band">
              <rect
                x={x(band.from)}
                y={MARGIN.top}
                width={Math.max(0, x(band.to) - x(band.from))}
                height={Math.max(0, bottom - MARGIN.top)}
              />
            </g>
          )}
          <g className="chart-grid">
            {y.ticks.map((tick) => (
              <line key={tick} x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} />
            ))}
          </g>
          {band && (
            <g className="chart-band">
              <text x={x(band.from) + 5} y={MARGIN.top + 14}>
                {band.label}
              </text>
            </g>
          )}
          <g className="chart-ticks">
            {y.ticks.map((tick) => (
              <text key={tick} x={MARGIN.left - 5} y={y(tick)} dy="0.32em" textAnchor="end">
                {formatTick(tick)}
              </text>
            ))}
            {x.ticks.map((tick) => (
              <text key={tick} x={x(tick)} y={bottom + 13} textAnchor="middle">
                {formatX(tick)}
              </text>
            ))}
            <text
              x={(MARGIN.left + width - MARGIN.right) / 2}
              y={height - 4}
              textAnchor="middle"
              className="chart-axis"
            >
              {xLabel}
            </text>
          </g>
          {references.map(({ y: at, label: name }) => (
            <g key={at} className="chart-reference">
              <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(at)} y2={y(at)} />
              <text x={width - MARGIN.right - 3} y={y(at) - 3} textAnchor="end">
                {name}
              </text>
            </g>
          ))}
          {props.cursor != null && props.cursor >= x0 && props.cursor <= x1 && (
            <line className="chart-cursor" x1={x(props.cursor)} x2={x(props.cursor)} y1={MARGIN.top} y2={bottom} />
          )}
          <g clipPath={`url(#${clip})`} fill="none">
            {series.map((each, i) => (
              <path
                key={each.id}
                d={paths[i]}
                stroke={each.color}
                strokeWidth={each.faint ? 1 : 1.8}
                strokeLinejoin="round"
                strokeLinecap="round"
                opacity={each.faint ? 0.55 : 1}
                strokeDasharray={each.dash && DASHES[each.dash]}
              />
            ))}
          </g>
          {series.map(
            (each) =>
              each.dots &&
              each.points.map(
                ([px, py]) =>
                  py !== null &&
                  Number.isFinite(py) &&
                  (!log || py > 0) && <circle key={`${each.id}${px}`} cx={x(px)} cy={y(py)} r={2} fill={each.color} />,
              ),
          )}
          {shown !== null && <line className="chart-hover" x1={x(shown)} x2={x(shown)} y1={MARGIN.top} y2={bottom} />}
          {readings.map(
            (each) =>
              (!log || each.value > 0) && (
                <circle key={each.id} cx={x(shown!)} cy={y(each.value)} r={3.2} fill={each.color} />
              ),
          )}
        </svg>
      )}
      {shown !== null && readings.length > 0 && (
        <div
          className="tooltip"
          aria-live="polite"
          style={x(shown) > width / 2 ? { right: width - x(shown) + 10, top: 4 } : { left: x(shown) + 10, top: 4 }}
        >
          <strong>{`${xLabel} ${formatX(shown)}`}</strong>
          {readings.map((each) => (
            <div key={each.id} className="tooltip-row">
              <span className="tooltip-key" style={{ color: each.color }}>
                {each.dash === 'dotted' ? '┈' : each.dash ? '┅' : '━'}
              </span>{' '}
              {each.label} <b>{formatY(each.value)}</b>
            </div>
          ))}
        </div>
      )}
    </div>
  );
});
