import { onPaper } from '../palette';
import { element, escapeXml } from './svg';

/** An element of a drawing with everything that says how it looks: nothing is left to a style sheet. */
export interface DrawnElement {
  name: string;
  attributes: Record<string, string>;
  /** Computed properties, by their names in SVG. */
  style: Record<string, string>;
  /** Of text that has no elements in it. */
  text: string;
  children: DrawnElement[];
}

export interface Drawing {
  width: number;
  height: number;
  content: DrawnElement[];
}

/** What says where an element is; a chart writes more attributes than SVG knows. */
const GEOMETRY: Record<string, readonly string[]> = {
  path: ['d'],
  line: ['x1', 'y1', 'x2', 'y2'],
  rect: ['x', 'y', 'width', 'height', 'rx', 'ry'],
  circle: ['cx', 'cy', 'r'],
  ellipse: ['cx', 'cy', 'rx', 'ry'],
  polygon: ['points'],
  polyline: ['points'],
  text: ['x', 'y', 'dx', 'dy'],
  tspan: ['x', 'y', 'dx', 'dy'],
  g: [],
  defs: [],
  clipPath: ['id'],
};
const ANYWHERE = ['transform', 'clip-path'];

/** Looks that an element passes on to those in it, and what they are where nothing is said. */
const INHERITED: Record<string, string> = {
  fill: '#000000',
  stroke: 'none',
  'stroke-width': '1',
  'stroke-dasharray': 'none',
  'stroke-linecap': 'butt',
  'stroke-linejoin': 'miter',
  'fill-opacity': '1',
  'stroke-opacity': '1',
  'paint-order': 'normal',
};
const OF_TEXT: Record<string, string> = {
  'font-size': '',
  'font-weight': '400',
  'font-variant-numeric': 'normal',
  'text-anchor': 'start',
  'dominant-baseline': 'auto',
};
const PROPERTIES = [...Object.keys(INHERITED), ...Object.keys(OF_TEXT), 'opacity'];

const TEXTS = new Set(['text', 'tspan']);
const GROUPS = new Set(['g', 'defs', 'clipPath']);

/** What follows the pointer, and words for those who hear the page: neither belongs on paper. */
const LEFT_OUT = '.recharts-tooltip-cursor, .recharts-active-dot, title, desc';

function read(drawn: Element): DrawnElement[] {
  const name = drawn.localName;
  if (drawn.matches(LEFT_OUT) || !(name in GEOMETRY)) return [];
  const computed = getComputedStyle(drawn);
  if (computed.display === 'none' && name !== 'defs' && name !== 'clipPath') return [];
  const attributes: Record<string, string> = {};
  for (const key of [...GEOMETRY[name], ...ANYWHERE]) {
    const value = drawn.getAttribute(key);
    if (value !== null) attributes[key] = value;
  }
  return [
    {
      name,
      attributes,
      style: Object.fromEntries(PROPERTIES.map((property) => [property, computed.getPropertyValue(property)])),
      text: drawn.childElementCount === 0 ? (drawn.textContent ?? '') : '',
      children: [...drawn.children].flatMap(read),
    },
  ];
}

/** What is drawn on the page at this moment, in the colors of white paper. */
export function readDrawing(svg: SVGSVGElement): Drawing {
  const { width, height } = svg.getBoundingClientRect();
  // For the length of this call only, and nothing is painted meanwhile.
  svg.classList.add('paper');
  try {
    return { width, height, content: [...svg.children].flatMap(read) };
  } finally {
    svg.classList.remove('paper');
  }
}

/** A computed color as #rrggbb with its opacity, in the shade for white paper; other paints as they are. */
function paint(value: string): { color: string; opacity: number } {
  const match = /^rgba?\(([\d.]+)[, ]+([\d.]+)[, ]+([\d.]+)(?:[,/ ]+([\d.]+))?\)$/.exec(value);
  if (!match) return { color: value, opacity: 1 };
  const hex = match.slice(1, 4).map((part) => Math.round(Number(part)).toString(16).padStart(2, '0'));
  return { color: onPaper(`#${hex.join('')}`), opacity: Number(match[4] ?? 1) };
}

const number = (value: string): string => value.replace(/(\d*\.?\d+)px/g, '$1');

function looks({ name, style }: DrawnElement): Record<string, string | null> {
  const looked: Record<string, string | null> = {};
  if (style.opacity !== undefined && style.opacity !== '1') looked.opacity = style.opacity;
  // Groups pass nothing on: what they would have passed on is said of each shape.
  if (GROUPS.has(name)) return looked;
  for (const [property, plain] of Object.entries({ ...INHERITED, ...(TEXTS.has(name) ? OF_TEXT : {}) })) {
    let value = number(style[property] ?? plain);
    if (property === 'fill' || property === 'stroke') {
      const { color, opacity } = paint(value);
      value = opacity === 0 ? 'none' : color;
      if (opacity > 0 && opacity < 1) looked[`${property}-opacity`] = String(opacity);
    }
    if (value !== plain && value !== '') looked[property] ??= value;
  }
  return looked;
}

function markup(drawn: DrawnElement): string {
  const inside = drawn.children.map(markup).join('');
  if (GROUPS.has(drawn.name) && inside === '') return '';
  return element(drawn.name, { ...drawn.attributes, ...looks(drawn) }, inside || escapeXml(drawn.text));
}

/** A drawing as SVG elements that look the same anywhere. */
export const drawingMarkup = ({ content }: Drawing): string => content.map(markup).filter(Boolean).join('\n');
