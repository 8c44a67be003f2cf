import { classColor, classMarker } from '../palette';
import { LOOKS, outlineWidth } from '../views/drawPoints';
import type { Cloud, Frame, PointKind, Trail } from '../views/scene';
import { frameOf, place } from '../views/scene';
import type { SvgPicture } from './svg';
import { element, GRID, INK, INK_SOFT, legend, PAPER, svgDocument, text } from './svg';

/** The map of centers, before it is drawn, and what stands around it on paper. */
export interface MapPicture {
  title: string;
  description: string;
  footnote: string;
  still: readonly Cloud[];
  moving: readonly Cloud[];
  trails: readonly Trail[];
  chosen: number | null;
  /** Those that have points here. */
  classes: readonly number[];
  classNames: readonly string[];
  kindNames: Record<PointKind, string>;
}

const SIDE = 14;
const CIRCLE = 'M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z';
const DIAMOND = 'M0-1L1 0L0 1L-1 0Z';

/** One marker at a place, as the canvas draws it: an outline of paper below, then filled or hollow. */
function marker(
  kind: PointKind,
  path: string,
  color: string,
  px: number,
  py: number,
  opacity: number,
  radius = LOOKS[kind].radius,
): string {
  const { fill, outline, marker: shaped } = LOOKS[kind];
  const round = (value: number) => Math.round(value * 1000) / 1000;
  const transform = `translate(${round(px)} ${round(py)}) scale(${round(radius)})`;
  const around =
    outline && shaped
      ? element('path', {
          d: path,
          fill: 'none',
          stroke: PAPER,
          'stroke-width': String(round(outlineWidth(kind) / radius)),
          'stroke-linejoin': 'round',
        })
      : '';
  const shape = fill
    ? element('path', { d: path, fill: color })
    : element('path', {
        d: path,
        fill: outline ? PAPER : 'none',
        stroke: color,
        'stroke-width': String(round((outline ? 2 : 1) / radius)),
        'stroke-linejoin': 'round',
      });
  return element('g', { transform, opacity: opacity < 1 ? String(round(opacity)) : null }, around + shape);
}

function points(frame: Frame, { kind, xy, labels }: Cloud, chosen: number | null): string {
  const look = LOOKS[kind];
  const parts: string[] = [];
  for (let i = 0; i < labels.length; i++) {
    const { px, py, outside } = place(frame, xy[2 * i], xy[2 * i + 1]);
    if (!Number.isFinite(px) || !Number.isFinite(py) || (outside && kind === 'distorted')) continue;
    const away = chosen !== null && labels[i] !== chosen;
    const opacity = look.alpha * (away ? 0.18 : 1) * (outside && kind !== 'center' ? 0.6 : 1);
    parts.push(
      marker(kind, look.marker ? classMarker(labels[i]) : CIRCLE, classColor(labels[i], 'light'), px, py, opacity),
    );
  }
  return element('g', { 'data-kind': kind }, parts.join('\n'));
}

function ways(
  frame: Frame,
  trails: readonly Trail[],
  batch: Cloud | undefined,
  centers: Cloud | undefined,
  chosen: number | null,
): string {
  const parts: string[] = [];
  const line = (from: number[], to: number[], attributes: Record<string, string | number>) => {
    const [a, b] = [place(frame, from[0], from[1]), place(frame, to[0], to[1])];
    parts.push(element('line', { x1: a.px, y1: a.py, x2: b.px, y2: b.py, ...attributes }));
  };
  for (const { classIndex, xy } of trails) {
    const away = chosen !== null && classIndex !== chosen;
    const segments = xy.length / 2 - 1;
    for (let i = 0; i < segments; i++) {
      line(xy.slice(2 * i, 2 * i + 2), xy.slice(2 * i + 2, 2 * i + 4), {
        stroke: classColor(classIndex, 'light'),
        'stroke-width': 1.6,
        'stroke-linecap': 'round',
        opacity: (away ? 0.1 : 0.75) * ((i + 1) / segments) ** 1.5,
      });
    }
  }
  if (batch && centers) {
    batch.labels.forEach((label, i) => {
      const target = centers.labels.indexOf(label);
      if (target < 0) return;
      line([batch.xy[2 * i], batch.xy[2 * i + 1]], [centers.xy[2 * target], centers.xy[2 * target + 1]], {
        stroke: classColor(label, 'light'),
        'stroke-width': 1,
        'stroke-dasharray': '2 4',
        opacity: chosen !== null && label !== chosen ? 0.08 : 0.5,
      });
    });
  }
  return element('g', { 'data-kind': 'trails' }, parts.join('\n'));
}

/** The map as real shapes, in the order in which the page draws them. */
export function mapSvg(picture: MapPicture, width = 760, mapHeight = 560): SvgPicture {
  const {
    title,
    description,
    footnote,
    still,
    moving,
    trails,
    chosen,
    classes: shownClasses,
    classNames,
    kindNames,
  } = picture;
  const shown = [...still, ...moving];
  const kinds = legend(
    shown.map(({ kind }) => ({
      label: kindNames[kind],
      mark: marker(kind, LOOKS[kind].marker ? DIAMOND : CIRCLE, INK, 11, 0, 1, Math.min(LOOKS[kind].radius, 6)),
    })),
    SIDE,
    36,
    width - 2 * SIDE,
  );
  const classes = legend(
    shownClasses.map((index) => ({
      label: classNames[index] ?? String(index),
      mark: marker('calibration', classMarker(index), classColor(index, 'light'), 11, 0, 1, 5),
    })),
    SIDE,
    36 + kinds.height + 4,
    width - 2 * SIDE,
  );
  const top = 36 + kinds.height + 4 + classes.height + 8;
  const height = top + mapHeight + 24;
  const inner = width - 2 * SIDE;
  const frame = frameOf(still, moving, inner, mapHeight);
  const centers = still.find(({ kind }) => kind === 'center');
  const batch = moving.find(({ kind }) => kind === 'batch');
  const ordered = [
    ...still.filter(({ kind }) => kind !== 'center'),
    null,
    ...moving.filter(({ kind }) => kind !== 'batch'),
    centers,
    batch,
  ];
  const parts = ordered.flatMap((cloud) =>
    cloud === null ? [ways(frame, trails, batch, centers, chosen)] : cloud ? [points(frame, cloud, chosen)] : [],
  );
  const body = [
    text(SIDE, 24, title, { 'font-size': 15, 'font-weight': 600 }),
    kinds.markup,
    classes.markup,
    element('rect', { x: SIDE, y: top, width: inner, height: mapHeight, fill: 'none', stroke: GRID }),
    element('g', { transform: `translate(${SIDE} ${top})` }, `\n${parts.join('\n')}\n`),
    text(SIDE, height - 8, footnote, { fill: INK_SOFT, 'font-size': 10 }),
  ].join('\n');
  return svgDocument({ width, height, title, description, body });
}
