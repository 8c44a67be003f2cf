/** Ways to damage a file: bytes, text, JSON by its values, protobuf and zip with their lengths kept right. */
import type { Random } from '../../src/engine/random';

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
export const textBytes = (text: string): Bytes => encoder.encode(text);
export const bytesText = (bytes: Uint8Array): string => decoder.decode(bytes);

export const joined = (...parts: ArrayLike<number>[]): Bytes => {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (result.set(part, at), at + part.length), 0);
  return result;
};

/** Little-endian numbers that sizes, counts and places are hostile with. */
const WORDS = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000, 0x1000000];

/** Some bytes changed, a piece cut out, doubled, put elsewhere or filled, an end that lacks, a number of four bytes. */
export function mutateBytes(source: Uint8Array, random: Random): Bytes {
  if (source.length === 0) return Uint8Array.of(random.integer(256));
  const place = () => random.integer(source.length);
  const copy = source.slice() as Bytes;
  switch (random.integer(8)) {
    case 0:
      return source.slice(0, place()) as Bytes;
    case 1:
      copy[place()] ^= 1 << random.integer(8);
      return copy;
    case 2:
      for (let i = 0; i < 4; i++) copy[place()] = random.integer(256);
      return copy;
    case 3: {
      const at = place();
      const piece = source.slice(at, at + 1 + random.integer(40));
      copy.set(piece.subarray(0, Math.min(piece.length, source.length)), 0);
      const to = random.integer(source.length - piece.length + 1);
      copy.set(source);
      copy.set(piece, to);
      return copy;
    }
    case 4: {
      const [at, to] = [place(), place()];
      const piece = source.subarray(at, at + 1 + random.integer(400));
      return joined(source.subarray(0, to), piece, source.subarray(to));
    }
    case 5: {
      const at = place();
      return joined(source.subarray(0, at), source.subarray(at + 1 + random.integer(40)));
    }
    case 6: {
      const at = place();
      copy.fill(random.pick([0, 255, 0x20]), at, at + 1 + random.integer(64));
      return copy;
    }
    default: {
      const view = new DataView(copy.buffer);
      const word = random.pick(WORDS);
      if (copy.length >= 4) view.setUint32(random.integer(copy.length - 3), word, true);
      return copy;
    }
  }
}

/** Names and texts that mean something to somebody: markup, formulas, paths, what objects have anyway. */
export const NASTY_TEXTS: readonly string[] = [
  '',
  '<img src=x onerror="alert(1)">',
  '</script><script>alert(1)</script>',
  '=HYPERLINK("http://example.org")',
  '../../../etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\u0000\u202e\ud800',
  'x'.repeat(100_000),
  '"); drop table students; --',
  '%s%n${7*7}',
];

/** Written where `JSON.stringify` has left this, as no value can be. */
const RAW = '@@raw@@';
const RAW_VALUES: readonly ((random: Random) => string)[] = [
  (random) => '['.repeat(10 ** (1 + random.integer(5))),
  (random) => {
    const depth = 10 ** (1 + random.integer(4));
    return '['.repeat(depth) + ']'.repeat(depth);
  },
  (random) => {
    const depth = 10 ** (1 + random.integer(4));
    return '{"config":'.repeat(depth) + '1' + '}'.repeat(depth);
  },
  () => '1e999',
  () => '-0',
  () => '123456789012345678901234567890',
  () => '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  () => '{"length":1e9}',
  (random) => `[${'0,'.repeat(10 ** random.integer(6))}0]`,
];

const VALUES: readonly unknown[] = [
  null,
  -1,
  0,
  1,
  0.5,
  3,
  1e9,
  2 ** 31,
  2 ** 53,
  1e308,
  true,
  false,
  '1',
  'other',
  [],
  [[]],
  [null],
  [[1, 2], 3],
  [1e6, 1e6, 3],
  {},
  { a: 1 },
  { name: {}, config: [], class_name: 7 },
];

interface Place {
  holder: Record<string, unknown>;
  key: string;
}

function placesOf(root: unknown): Place[] {
  const places: Place[] = [];
  const open = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const key of Object.keys(value)) {
      const holder = value as Record<string, unknown>;
      places.push({ holder, key });
      open.push(holder[key]);
    }
  }
  return places;
}

/** JSON of which one to three values have become others, or which is written in a way that hardly anybody does. */
export function mutateJson(text: string, random: Random): string {
  const root = { root: JSON.parse(text) as unknown };
  const places = placesOf(root);
  const raw: string[] = [];
  for (let changes = random.pick([1, 1, 1, 2, 3]); changes > 0; changes--) {
    const { holder, key } = random.pick(places);
    const other = random.pick(places);
    switch (random.integer(10)) {
      case 0:
        if (Array.isArray(holder)) holder.splice(Number(key), 1);
        else delete holder[key];
        break;
      case 1:
      case 2:
      case 3:
        holder[key] = random.pick(VALUES);
        break;
      case 4:
        holder[key] = random.pick(NASTY_TEXTS);
        break;
      case 5:
        holder[key] = `${RAW}${raw.length}`;
        raw.push(random.pick(RAW_VALUES)(random));
        break;
      case 6:
        // A copy: JSON knows no cycles.
        holder[key] = structuredClone(other.holder[other.key]);
        break;
      case 7: {
        const renamed = random.pick([...NASTY_TEXTS, other.key]);
        // Lists have no names. As `holder[renamed] =` would change a prototype.
        if (Array.isArray(holder)) break;
        Object.defineProperty(holder, renamed, { value: holder[key], enumerable: true, configurable: true });
        delete holder[key];
        break;
      }
      case 8:
        if (Array.isArray(holder)) {
          const copies = random.pick([1, 1, 2, 100, 5000]);
          for (let i = 0; i < copies && holder.length < 5000; i++) holder.push(holder[Number(key)]);
        } else holder[key] = [holder[key]];
        break;
      default: {
        const value = holder[key];
        if (typeof value === 'number') holder[key] = value * random.pick([-1, 2, 0.5, 1e3, 1e12]) + random.pick([0, 1]);
        else if (typeof value === 'string') holder[key] = value + random.pick(NASTY_TEXTS).slice(0, 50);
        // An object may have been given a `toString` that is none.
        else holder[key] = JSON.stringify(value) ?? '';
      }
    }
  }
  let changed = JSON.stringify(root.root) ?? 'null';
  raw.forEach((value, i) => (changed = changed.replace(`"${RAW}${i}"`, () => value)));
  if (random.chance(0.1)) {
    // A key twice: the last one counts.
    const braces = [...changed.matchAll(/\{/g)].map(({ index }) => index);
    if (braces.length > 0) {
      const at = random.pick(braces) + 1;
      const entry = `"${random.pick([...NASTY_TEXTS.slice(0, 8), 'name', 'config', 'shape'].map((k) => k.replace(/["\\]/g, '')))}":${JSON.stringify(random.pick(VALUES))}`;
      changed = `${changed.slice(0, at)}${entry}${changed[at] === '}' ? '' : ','}${changed.slice(at)}`;
    }
  }
  return changed;
}

// ---- protobuf -----------------------------------------------------------------------------------------------------

interface Field {
  tag: number;
  wire: number;
  /** Of a varint: its bytes; else what is in it. */
  body: Bytes;
}

function varint(value: number): number[] {
  const result: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) result.push((rest % 128) + 128);
  return [...result, rest];
}

/** Null where these bytes are no message. */
function fieldsOf(bytes: Uint8Array): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  const number = () => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    return NaN;
  };
  while (at < bytes.length) {
    const tag = number();
    const wire = tag & 7;
    const start = at;
    if (wire === 0) number();
    else if (wire === 5) at += 4;
    else if (wire === 1) at += 8;
    else if (wire === 2) {
      const length = number();
      const from = at;
      at += length;
      if (!(at <= bytes.length)) return null;
      fields.push({ tag, wire, body: bytes.slice(from, at) as Bytes });
      continue;
    } else return null;
    if (!(tag >= 8) || !(at <= bytes.length)) return null;
    fields.push({ tag, wire, body: bytes.slice(start, at) as Bytes });
  }
  return fields;
}

const written = (fields: readonly Field[]): Bytes =>
  joined(...fields.map(({ tag, wire, body }) => joined(varint(tag), wire === 2 ? varint(body.length) : [], body)));

const TEXT = /^[\w./:-]*$/;

/** One field of a message, or of a message in it, is changed; all lengths around it are right. */
export function mutateProtobuf(source: Uint8Array, random: Random, depth = 0): Bytes {
  const fields = fieldsOf(source);
  if (!fields || fields.length === 0 || depth > 8) return mutateBytes(source, random);
  const at = random.integer(fields.length);
  const field = fields[at];
  const inner = field.wire === 2 && field.body.length > 1 && !TEXT.test(bytesText(field.body));
  if (inner && random.chance(0.8)) field.body = mutateProtobuf(field.body, random, depth + 1);
  else {
    switch (random.integer(7)) {
      case 0:
        fields.splice(at, 1);
        break;
      case 1:
        fields.splice(at, 0, { ...field });
        break;
      case 2:
        fields.splice(at, 1, fields[random.integer(fields.length)]);
        break;
      case 3:
        fields[at] = { ...field, tag: 8 * (1 + random.integer(30)) + field.wire };
        break;
      case 4: {
        const wire = random.pick([0, 1, 2, 5]);
        const tag = field.tag - (field.tag & 7) + wire;
        const body = wire === 0 ? varint(random.integer(300)) : new Uint8Array(wire === 1 ? 8 : wire === 5 ? 4 : 3);
        fields[at] = { tag, wire, body: Uint8Array.from(body) };
        break;
      }
      case 5:
        if (field.wire === 2) field.body = textBytes(random.pick(NASTY_TEXTS));
        else field.body = new Uint8Array(field.wire === 1 ? 8 : 4).fill(random.pick([0, 127, 255]));
        if (field.wire === 0) field.body = Uint8Array.from([...new Uint8Array(9).fill(255), 1]);
        break;
      default:
        if (field.wire === 0)
          field.body = Uint8Array.from(varint(random.pick([0, 1, 2, 7, 100, 2 ** 20, 2 ** 31, 2 ** 40])));
        else
          field.body = field.wire === 2 ? mutateBytes(field.body, random) : field.body.map(() => random.integer(256));
    }
  }
  return written(fields);
}

// ---- files with a header in JSON ------------------------------------------------------------------------------------

/** `length` is where the header's length stands (four bytes, little-endian), `start` where the header does. */
export function mutateHeader(source: Uint8Array, random: Random, length: number, start: number): Bytes {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const size = view.getUint32(length, true);
  const header = textBytes(mutateJson(bytesText(source.subarray(start, start + size)), random));
  const result = joined(source.subarray(0, start), header, source.subarray(start + size));
  new DataView(result.buffer).setUint32(length, header.length, true);
  return result;
}

// ---- zip ------------------------------------------------------------------------------------------------------------

/** One number or name of the directory at the end is changed, or the data of one file. */
export function mutateZip(source: Uint8Array, random: Random): Bytes {
  const copy = source.slice() as Bytes;
  const view = new DataView(copy.buffer);
  const entries: number[] = [];
  for (let at = 0; at + 46 <= copy.length; at++) if (view.getUint32(at, true) === 0x02014b50) entries.push(at);
  if (entries.length === 0) return mutateBytes(source, random);
  const entry = random.pick(entries);
  switch (random.integer(4)) {
    case 0: {
      const field = random.pick([8, 10, 28, 30, 32]);
      view.setUint16(entry + field, random.pick([0, 1, 8, 9, 255, 65535]), true);
      return copy;
    }
    case 1: {
      const field = random.pick([16, 20, 24, 42]);
      view.setUint32(entry + field, random.pick(WORDS), true);
      return copy;
    }
    case 2: {
      const name = view.getUint16(entry + 28, true);
      const text = textBytes(random.pick(['../../x.png', '/etc/a.png', '__proto__/a.png', '<b>/a.jpg', '=1+1/a.png']));
      copy.set(text.subarray(0, name), entry + 46);
      return copy;
    }
    default: {
      const local = view.getUint32(entry + 42, true);
      const from = local + 30 + view.getUint16(local + 26, true);
      const size = view.getUint32(entry + 20, true);
      if (from + size > copy.length || size === 0) return mutateBytes(source, random);
      const piece = mutateBytes(copy.subarray(from, from + size), random).subarray(0, size);
      copy.set(piece, from);
      return copy;
    }
  }
}

/** A query or a stored text, of which some characters or parts are changed. */
export function mutateText(text: string, random: Random): string {
  const place = () => random.integer(text.length + 1);
  const at = place();
  switch (random.integer(6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + random.pick(NASTY_TEXTS) + text.slice(at);
    case 2:
      return (
        text.slice(0, at) +
        random.pick(['&', '=', '%', ',', '.', '-', '"', '{', '0', '1e999', '%E0%A4']) +
        text.slice(at + 1)
      );
    case 3: {
      const parts = text.split(/([&,=?])/);
      parts[random.integer(parts.length)] = random.pick([
        ...NASTY_TEXTS,
        '-1',
        '1e9',
        'NaN',
        'Infinity',
        '%',
        '+',
        '0x10',
      ]);
      return parts.join('');
    }
    case 4:
      return text + text.slice(at);
    default:
      return bytesText(mutateBytes(textBytes(text), random));
  }
}
