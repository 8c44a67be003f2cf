import type { Ref } from 'react';
import type { FormatTick } from './ticks';

/**
 * What the page's charts are asked for. The library that draws them is named only in the files that are loaded for it.
 */

export type Dash = 'dashed' | 'dotted';
export const DASHES: Record<Dash, string> = { dashed: '5 3', dotted: '1.5 3' };

export interface ChartSeries {
  id: string;
  label: string;
  color: string;
  /** x rising; a y that is null or not finite leaves a gap. */
  points: readonly (readonly [x: number, y: number | null])[];
  dash?: Dash;
  faint?: boolean;
  dots?: boolean;
  /** The space between the line and 0 is filled, and the line itself is not drawn. */
  filled?: boolean;
}

export interface LineChartProps {
  /** Says what is drawn, for those who cannot see it. */
  label: string;
  series: readonly ChartSeries[];
  xLabel: string;
  yLabel?: string;
  log?: boolean;
  /** Always within the vertical range. */
  include?: readonly number[];
  xDomain?: readonly [number, number];
  /** In place of a range found from the values; what lies outside is cut off. */
  yDomain?: readonly [number, number];
  formatX?: (x: number) => string;
  formatY?: (y: number) => string;
  formatTick?: FormatTick;
  /** A shaded part of the x axis. */
  band?: { from: number; to: number; label: string };
  /** Horizontal lines that values are compared with. */
  references?: readonly { y: number; label: string }[];
  /** A vertical line: the chosen place. */
  cursor?: number | null;
  /** Single places of note. */
  marks?: readonly { x: number; y: number; color: string }[];
  /** Grid lines from the ticks of the vertical axis only, or of both. */
  grid?: 'horizontal' | 'both';
  /** Makes places choosable, by click and by arrow keys. */
  onSelect?: (x: number) => void;
  /** The drawing, once it is there: what is saved as a file. */
  ref?: Ref<SVGSVGElement>;
}

/** A row of a bar chart: a bar from the left, and what is compared with it. */
export interface ChartBar {
  id: string;
  label: string;
  color: string;
  /** Null: not known, or not measured yet. */
  value: number | null;
  /** Still changing. */
  pending?: boolean;
  /** The same of another run, drawn as an outline. */
  other?: number | null;
  /** Single measurements, each with its name. */
  dots?: readonly { label: string; value: number }[];
  /** The middle of the dots. */
  mean?: number;
}

export interface BarChartProps {
  /** Says what is drawn, for those who cannot see it. */
  label: string;
  /** From top to bottom, in rows of the same height. */
  bars: readonly ChartBar[];
  domain: readonly [number, number];
  formatValue: (value: number) => string;
  /** How the tooltip writes the values of `other`. */
  formatOther?: (value: string) => string;
  /** A vertical line that bars are compared with. */
  reference?: number | null;
  /** With it there are ticks below the bars, and each bar's name stands beside it; without it there are only bars. */
  formatTick?: FormatTick;
  ref?: Ref<SVGSVGElement>;
}
