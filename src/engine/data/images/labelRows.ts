/** The rows of a list of labels: a table of texts, or JSON. */
import { parseJson } from '../../json';

/** What stands at the beginning of a text in UTF-16, as spreadsheets save it; else UTF-8. */
const encodingOf = (bytes: Uint8Array): string =>
  bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';

/**
 * Fields of each row, trimmed. A table's separator is that of its first line (tab, comma, semicolon, or blanks); of JSON
 * (lines of objects, a list of objects, or one object whose values are texts or numbers) the first row is the keys.
 */
export function labelRows(bytes: Uint8Array): string[][] {
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes).replace(/^\ufeff/, '');
  if (/^\s*[[{]/.test(text)) {
    const rows = jsonRows(text);
    if (rows) return rows;
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const separator = ['\t', ',', ';'].find((each) => lines[0]?.includes(each));
  return lines.map((line) => (separator ? fields(line, separator) : line.trim().split(/\s+/)));
}

/** Fields of a line, in quotes or not. */
function fields(line: string, separator: string): string[] {
  const found: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '"' && quoted && line[i + 1] === '"') field += line[i++];
    else if (line[i] === '"') quoted = !quoted;
    else if (line[i] === separator && !quoted) {
      found.push(field.trim());
      field = '';
    } else field += line[i];
  }
  return [...found, field.trim()];
}

type Plain = string | number | boolean;
const isPlain = (value: unknown): value is Plain => ['string', 'number', 'boolean'].includes(typeof value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Null: it is no JSON, or holds no such list. */
function jsonRows(text: string): string[][] | null {
  const whole = parsed(text);
  if (isObject(whole) && Object.values(whole).every(isPlain))
    return Object.entries(whole).map(([name, value]) => [name, String(value as Plain)]);
  const objects = Array.isArray(whole)
    ? (whole as unknown[])
    : text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map(parsed);
  if (objects.length === 0 || !objects.every(isObject)) return null;
  const keys = Object.keys(objects[0]).filter((key) => isPlain(objects[0][key]));
  return [keys, ...objects.map((each) => keys.map((key) => (isPlain(each[key]) ? String(each[key]).trim() : '')))];
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
