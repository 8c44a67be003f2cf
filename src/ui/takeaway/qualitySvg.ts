import { classColor, classMarker, divergingShades } from '../palette';
import { labeledLayers, shadePaths } from '../views/qualityShapes';
import type { QualityMeasure } from '../views/qualityValues';
import { SHADES } from '../views/qualityValues';
import type { SvgPicture } from './svg';
import { element, GRID, INK_SOFT, legend, svgDocument, text, textWidth } from './svg';

/** The map of layers and classes as it is on the page, and what stands around it on paper. */
export interface QualityPicture {
  title: string;
  description: string;
  footnote: string;
  measure: QualityMeasure;
  /** [L, C] */
  values: Float32Array;
  layers: number;
  /** One row each: what it is called, and which class it is. */
  classNames: readonly string[];
  classes: readonly number[];
  startLayer: number;
  words: { layers: string; deep: string; marked: string; unmarked: string };
}

const SIDE = 14;
const CELL_HEIGHT = 20;

/** The map of quality as a file of its own. */
export function qualitySvg(
  { title, description, footnote, measure, values, layers, classNames, classes, startLayer, words }: QualityPicture,
  width = 760,
): SvgPicture {
  const shades = divergingShades.light;
  const swatch = (shade: number, dotted: boolean) =>
    element('rect', { x: 4, y: -6, width: 14, height: 12, fill: shades[shade][0] }) +
    (dotted ? element('circle', { cx: 11, cy: 0, r: 2, fill: shades[shade][1] }) : '');
  const key = legend(
    [
      { label: words.unmarked, mark: swatch(1, false) },
      { label: words.marked, mark: swatch(2 * SHADES - 2, true) },
    ],
    SIDE,
    36,
    width - 2 * SIDE,
  );
  const left = SIDE + 26 + Math.min(200, Math.max(...classNames.map((name) => textWidth(name, 12))));
  const top = 36 + key.height + 32;
  const grid = {
    layers,
    classes: classNames.length,
    left,
    top,
    cellWidth: (width - SIDE - left) / layers,
    cellHeight: CELL_HEIGHT,
  };
  const bottom = top + classNames.length * CELL_HEIGHT;
  const height = bottom + 58;
  const body = [
    text(SIDE, 24, title, { 'font-size': 15, 'font-weight': 600 }),
    key.markup,
    text(width - SIDE, top - 10, words.deep, { 'text-anchor': 'end', fill: INK_SOFT, 'font-size': 11 }),
    element('path', {
      d: `M${left + startLayer * grid.cellWidth} ${top - 3}v-3H${width - SIDE}v3`,
      fill: 'none',
      stroke: INK_SOFT,
    }),
    ...classNames.flatMap((name, c) => [
      element('path', {
        d: classMarker(classes[c]),
        fill: classColor(classes[c], 'light'),
        transform: `translate(${SIDE + 6} ${top + (c + 0.5) * CELL_HEIGHT}) scale(5)`,
      }),
      text(SIDE + 17, top + (c + 0.5) * CELL_HEIGHT, name, { dy: '0.32em' }),
    ]),
    element('rect', {
      x: left,
      y: top,
      width: layers * grid.cellWidth - 1,
      height: bottom - top - 1,
      fill: 'none',
      stroke: GRID,
    }),
    ...shadePaths(measure, values, grid).flatMap(({ shade, cells, dots }) => [
      element('path', { d: cells, fill: shades[shade][0] }),
      ...(dots ? [element('path', { d: dots, fill: shades[shade][1] })] : []),
    ]),
    ...labeledLayers(grid).map((l) =>
      text(left + (l + 0.5) * grid.cellWidth, bottom + 14, String(l + 1), {
        'text-anchor': 'middle',
        fill: INK_SOFT,
        'font-size': 11,
      }),
    ),
    text((left + width - SIDE) / 2, bottom + 30, words.layers, { 'text-anchor': 'middle', fill: INK_SOFT }),
    text(SIDE, height - 8, footnote, { fill: INK_SOFT, 'font-size': 10 }),
  ].join('\n');
  return svgDocument({ width, height, title, description, body });
}
