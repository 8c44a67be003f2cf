/** Text of SVG files that stand by themselves: nothing in them refers to a page, a style sheet or a font of its own. */

export const FONTS =
  "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, 'Hiragino Sans', 'Noto Sans CJK JP', 'Noto Sans JP', sans-serif";
export const PAPER = '#ffffff';
export const INK = '#1b2129';
export const INK_SOFT = '#55606e';
export const GRID = '#e6e9ee';

/** A finished picture. */
export interface SvgPicture {
  svg: string;
  width: number;
  height: number;
}

// XML has no way to write most control characters.
// eslint-disable-next-line no-control-regex
const IMPOSSIBLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escapeXml = (text: string): string =>
  text.replace(IMPOSSIBLE, '').replace(/[&<>"']/g, (character) => ENTITIES[character]);

type Attributes = Record<string, string | number | null | undefined>;

/** Pixels to two decimals: more cannot be seen. */
const written = (value: string | number): string =>
  typeof value === 'number' ? String(Math.round(value * 100) / 100) : escapeXml(value);

/** One element. `content` is markup; text goes through `text`. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => ` ${key}="${written(value!)}"`);
  return content === '' ? `<${name}${list.join('')}/>` : `<${name}${list.join('')}>${content}</${name}>`;
}

/** Text at a place. */
export const text = (x: number, y: number, content: string, attributes: Attributes = {}): string =>
  element('text', { x, y, fill: INK, 'font-size': 12, ...attributes }, escapeXml(content));

/** About how wide a text is, without a page to measure it on; wide characters count double. */
export function textWidth(content: string, size: number): number {
  let units = 0;
  for (const character of content) units += character.codePointAt(0)! > 0x2e80 ? 1 : 0.56;
  return units * size;
}

/** A text in lines that are about as wide as there is room for, broken between words and between wide characters. */
export function wrapped(content: string, size: number, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of content.match(/[\u2e80-\uffff]\s*|[^\s\u2e80-\uffff]+\s*|\s+/gu) ?? []) {
    if (line !== '' && textWidth((line + part).trimEnd(), size) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += part;
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines;
}

export interface LegendEntry {
  label: string;
  /** Markup of a mark within 22 x 12 pixels, its left edge and middle at (0, 0). */
  mark: string;
}

/** Entries side by side, in as many lines as they need. */
export function legend(
  entries: readonly LegendEntry[],
  left: number,
  top: number,
  width: number,
): { markup: string; height: number } {
  let [x, y] = [left, top + 9];
  const parts = entries.map(({ label, mark }) => {
    const needed = 28 + textWidth(label, 12) + 16;
    if (x > left && x + needed > left + width) [x, y] = [left, y + 18];
    const part = element('g', { transform: `translate(${Math.round(x)} ${y})` }, mark + text(28, 4, label));
    x += needed;
    return part;
  });
  return { markup: parts.join('\n'), height: entries.length === 0 ? 0 : y + 9 - top };
}

interface DocumentOptions {
  width: number;
  height: number;
  title: string;
  description: string;
  body: string;
}

/** A whole SVG file on white paper, with a title and a description for those who cannot see it. */
export function svgDocument({ width, height, title, description, body }: DocumentOptions): SvgPicture {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-labelledby': 'title desc',
    'font-family': FONTS,
  };
  const head = `<title id="title">${escapeXml(title)}</title>\n<desc id="desc">${escapeXml(description)}</desc>\n${element('rect', { width, height, fill: PAPER })}`;
  return {
    svg: `<?xml version="1.0" encoding="UTF-8"?>\n${element('svg', attributes, `\n${head}\n${body}\n`)}\n`,
    width,
    height,
  };
}
