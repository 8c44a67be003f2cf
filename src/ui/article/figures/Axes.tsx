import type { ReactNode } from 'react';
import type { Scale } from '../../charts/scale';
import { linearScale } from '../../charts/scale';

export const MARGIN = { top: 10, right: 12, bottom: 34, left: 40 };

export interface Plane {
  x: Scale;
  y: Scale;
  width: number;
  height: number;
}

/** Scales of a small drawing of that size. */
export function planeOf(width: number, height: number, xDomain: [number, number], yDomain: [number, number]): Plane {
  return {
    x: linearScale(xDomain, [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)], Math.max(3, width / 90)),
    y: linearScale(yDomain, [height - MARGIN.bottom, MARGIN.top], Math.max(3, height / 48)),
    width,
    height,
  };
}

/** A curve of [x, y] pairs as an SVG path. */
export const pathOf = ({ x, y }: Plane, points: readonly (readonly [number, number])[]): string =>
  points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${x(px).toFixed(1)} ${y(py).toFixed(1)}`).join('');

const tickLabel = (value: number) => String(Number(value.toPrecision(6))).replace('-', '−');

/** Grid, numbers and names of the axes of a drawing, and what is drawn in it. */
export function Axes({
  plane,
  label,
  xLabel,
  yLabel,
  children,
}: {
  plane: Plane;
  label: string;
  xLabel: string;
  yLabel: string;
  children: ReactNode;
}) {
  const { x, y, width, height } = plane;
  const [left, right, bottom] = [MARGIN.left, width - MARGIN.right, height - MARGIN.bottom];
  return (
    <svg width={width} height={height} role="img" aria-label={label}>
      <g className="chart-grid">
        {y.ticks.map((tick) => (
          <line key={tick} x1={left} x2={right} y1={y(tick)} y2={y(tick)} />
        ))}
        {x.ticks.map((tick) => (
          <line key={tick} x1={x(tick)} x2={x(tick)} y1={MARGIN.top} y2={bottom} />
        ))}
      </g>
      <g className="chart-ticks">
        {y.ticks.map((tick) => (
          <text key={tick} x={left - 5} y={y(tick)} dy="0.32em" textAnchor="end">
            {tickLabel(tick)}
          </text>
        ))}
        {x.ticks.map((tick) => (
          <text key={tick} x={x(tick)} y={bottom + 13} textAnchor="middle">
            {tickLabel(tick)}
          </text>
        ))}
        <text x={(left + right) / 2} y={height - 5} textAnchor="middle">
          {xLabel}
        </text>
        <text
          x={10}
          y={(MARGIN.top + bottom) / 2}
          textAnchor="middle"
          transform={`rotate(-90 10 ${(MARGIN.top + bottom) / 2})`}
        >
          {yLabel}
        </text>
      </g>
      {children}
    </svg>
  );
}
