import type { ChartSeries } from '../charts/chart';
import { DASHES } from '../charts/chart';
import type { Drawing } from './drawing';
import { drawingMarkup, readDrawing } from './drawing';
import type { SvgPicture } from './svg';
import { element, INK_SOFT, legend, svgDocument, text, wrapped } from './svg';
import { onPaper } from '../palette';

/** What stands around a chart on paper. */
export interface ChartFrame {
  title: string;
  description: string;
  footnote: string;
  /** For the legend: those that have something to show. */
  series: readonly ChartSeries[];
}

const SIDE = 14;
/** Narrower drawings get more paper around them, so that title and legend have room. */
const LEAST_WIDTH = 420;

/** A drawing with its title, legend and footnote, as a file of its own. */
export function framed(drawing: Drawing, { title, description, footnote, series }: ChartFrame): SvgPicture {
  const width = Math.max(LEAST_WIDTH, Math.ceil(drawing.width) + 2 * SIDE);
  const room = width - 2 * SIDE;
  const titleLines = wrapped(title, 15, room);
  const footLines = wrapped(footnote, 10, room);
  const below = 16 + titleLines.length * 19;
  const key = legend(
    series
      .filter(({ points }) => points.length > 0)
      .map(({ label, color, dash, faint }) => ({
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
    below,
    room,
  );
  const top = below + key.height + 8;
  const foot = top + Math.ceil(drawing.height) + 18;
  const height = foot + (footLines.length - 1) * 13 + 8;
  const body = [
    ...titleLines.map((line, i) => text(SIDE, 24 + 19 * i, line, { 'font-size': 15, 'font-weight': 600 })),
    key.markup,
    element(
      'g',
      { transform: `translate(${Math.round((width - drawing.width) / 2)} ${top})` },
      `\n${drawingMarkup(drawing)}\n`,
    ),
    ...footLines.map((line, i) => text(SIDE, foot + 13 * i, line, { fill: INK_SOFT, 'font-size': 10 })),
  ].join('\n');
  return svgDocument({ width, height, title, description, body });
}

/** A chart as it is on the page at this moment, on white paper. */
export const chartPicture = (svg: SVGSVGElement, frame: ChartFrame): SvgPicture => framed(readDrawing(svg), frame);
