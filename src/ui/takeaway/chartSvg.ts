import type { LineChartProps } from '../charts/LineChart';
import { DASHES, linePath, MARGIN, tickLabel, verticalScale } from '../charts/LineChart';
import { linearScale } from '../charts/scale';
import { onPaper } from '../palette';
import type { SvgPicture } from './svg';
import { BAND, element, GRID, INK_SOFT, legend, svgDocument, text } from './svg';

/** A line chart as it is given to the page, and what stands around it on paper. */
export interface ChartPicture extends Omit<LineChartProps, 'label' | 'onSelect' | 'formatY'> {
  title: string;
  description: string;
  footnote: string;
}

const SIDE = 14;

/** A line chart as a file of its own, drawn from the same numbers as on the page. */
export function chartSvg(picture: ChartPicture, width = 760, plotHeight = 360): SvgPicture {
  const {
    title,
    description,
    footnote,
    series,
    xLabel,
    log = false,
    include = [],
    formatX = String,
    formatTick = tickLabel,
    band,
    references = [],
    cursor,
  } = picture;
  const key = legend(
    series.map(({ label, color, dash, faint }) => ({
      label,
      mark: element('line', {
        x1: 0,
        x2: 22,
        y1: 0,
        y2: 0,
        stroke: onPaper(color),
        'stroke-width': faint ? 1 : 2,
        'stroke-dasharray': dash && DASHES[dash],
        opacity: faint ? 0.55 : null,
      }),
    })),
    SIDE,
    36,
    width - 2 * SIDE,
  );
  const top = 36 + key.height + 8;
  const height = top + plotHeight + 22;

  const xs = series.flatMap(({ points }) => points.map(([x]) => x));
  const [x0, x1] = picture.xDomain ?? (xs.length > 0 ? [Math.min(...xs), Math.max(...xs)] : [0, 1]);
  const right = width - MARGIN.right;
  const bottom = plotHeight - MARGIN.bottom;
  const x = linearScale([x0, x1], [MARGIN.left, right], width / 60, true);
  const y = verticalScale(series, include, log, plotHeight);
  const drawn = (value: number | null): value is number =>
    value !== null && Number.isFinite(value) && (!log || value > 0);
  const across = (at: number, attributes: Record<string, string | number>) =>
    element('line', { x1: MARGIN.left, x2: right, y1: y(at), y2: y(at), ...attributes });

  const parts = [
    band &&
      element('rect', {
        x: x(band.from),
        y: MARGIN.top,
        width: Math.max(0, x(band.to) - x(band.from)),
        height: bottom - MARGIN.top,
        fill: BAND,
      }),
    ...y.ticks.map((tick) => across(tick, { stroke: GRID })),
    band && text(x(band.from) + 5, MARGIN.top + 14, band.label, { fill: INK_SOFT, 'font-size': 11 }),
    ...y.ticks.map((tick) =>
      text(MARGIN.left - 5, y(tick), formatTick(tick), {
        dy: '0.32em',
        'text-anchor': 'end',
        fill: INK_SOFT,
        'font-size': 11,
      }),
    ),
    ...x.ticks.map((tick) =>
      text(x(tick), bottom + 14, formatX(tick), { 'text-anchor': 'middle', fill: INK_SOFT, 'font-size': 11 }),
    ),
    text((MARGIN.left + right) / 2, plotHeight - 2, xLabel, { 'text-anchor': 'middle', fill: INK_SOFT }),
    ...references.flatMap(({ y: at, label }) => [
      across(at, { stroke: INK_SOFT, 'stroke-dasharray': '2 3' }),
      text(right - 3, y(at) - 3, label, { 'text-anchor': 'end', fill: INK_SOFT, 'font-size': 11 }),
    ]),
    cursor != null &&
      cursor >= x0 &&
      cursor <= x1 &&
      element('line', {
        x1: x(cursor),
        x2: x(cursor),
        y1: MARGIN.top,
        y2: bottom,
        stroke: INK_SOFT,
        'stroke-width': 1.2,
      }),
    ...series.map(({ points, color, dash, faint }) =>
      element('path', {
        d: linePath(points, x, y, log),
        fill: 'none',
        stroke: onPaper(color),
        'stroke-width': faint ? 1 : 1.8,
        'stroke-linejoin': 'round',
        'stroke-linecap': 'round',
        'stroke-dasharray': dash && DASHES[dash],
        opacity: faint ? 0.55 : null,
      }),
    ),
    ...series.flatMap(({ points, color, dots }) =>
      dots
        ? points.flatMap(([px, py]) =>
            drawn(py) ? [element('circle', { cx: x(px), cy: y(py), r: 2, fill: onPaper(color) })] : [],
          )
        : [],
    ),
  ].filter(Boolean);

  const body = [
    text(SIDE, 24, title, { 'font-size': 15, 'font-weight': 600 }),
    key.markup,
    element('g', { transform: `translate(0 ${top})` }, `\n${parts.join('\n')}\n`),
    text(SIDE, height - 8, footnote, { fill: INK_SOFT, 'font-size': 10 }),
  ].join('\n');
  return svgDocument({ width, height, title, description, body });
}
