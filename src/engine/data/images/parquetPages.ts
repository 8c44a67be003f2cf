/**
 * The pages of one column's part of a parquet table, looked through before they are read: how many values each claims,
 * and how long its runs are.
 *
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */
import { snappyUncompress, type CompressionCodec, type Compressors, type ParquetType } from 'hyparquet';
import { inWords, say, type Said } from '../../sentences';
import { ThriftError, ThriftReader, type Fields } from './parquetThrift';

/** One column of values, as the schema has it. */
export interface Leaf {
  /** Its name, with those of what it is part of. */
  column: string;
  type: ParquetType;
  /** Bytes of a value of fixed length. */
  length: number | undefined;
  /** How many of the elements that lead to it may be missing. */
  definitionLevel: number;
  /** It is no part of another column: what follows its last value is not read. */
  isFlat: boolean;
}

/** What is wrong with a page; who knows the file's name says it to the user. */
export class PageError extends Error {
  constructor(readonly said: Said) {
    super(inWords(said));
  }
}

/** PageHeader.type */
const PAGE = { data: 0, dictionary: 2, dataV2: 3 } as const;

const ENCODINGS = [
  'PLAIN',
  'GROUP_VAR_INT',
  'PLAIN_DICTIONARY',
  'RLE',
  'BIT_PACKED',
  'DELTA_BINARY_PACKED',
  'DELTA_LENGTH_BYTE_ARRAY',
  'DELTA_BYTE_ARRAY',
  'RLE_DICTIONARY',
  'BYTE_STREAM_SPLIT',
] as const;

/** Bits that a value takes at least, as it stands. */
const LEAST_BITS: Record<ParquetType, number> = {
  BOOLEAN: 1,
  INT32: 32,
  INT64: 64,
  INT96: 96,
  FLOAT: 32,
  DOUBLE: 64,
  // Its length comes first.
  BYTE_ARRAY: 32,
  FIXED_LEN_BYTE_ARRAY: 8,
};

/** How pages are packed that hyparquet reads itself. */
export const READ_BY_ITSELF: readonly CompressionCodec[] = ['UNCOMPRESSED', 'SNAPPY'];

function unpackSnappy(page: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  snappyUncompress(page, bytes);
  return bytes;
}

/** A copy of 64 bytes takes 3 in snappy: no page grows more. */
const SNAPPY_GROWS = 22;
/** Bytes that a page packed in another way may have unpacked, and all pages of a part together, beyond that growth. */
const MOST_OF_A_PAGE = 2 ** 24;
const MOST_OF_A_PART = 2 ** 26;
/** Values that a bit-packed run may have too many: writers fill up their last group of 8, some a block of those. */
const PACKED_SLACK = 512;
const MOST_HEADER_ELEMENTS = 4096;

/**
 * @param bytes all pages of the part, headers and all
 * @param rows how many values they have together at most
 * @param others what unpacks pages that are neither plain nor snappy
 * @throws PageError
 */
export function checkPages(
  bytes: Uint8Array,
  leaf: Leaf,
  codec: CompressionCodec,
  rows: number,
  others: Compressors = {},
): void {
  let values = 0;
  let unpacked = 0;
  for (let offset = 0; offset < bytes.length - 1;) {
    const reader = new ThriftReader(bytes, offset, { elements: MOST_HEADER_ELEMENTS });
    let header: Fields;
    try {
      header = reader.struct();
    } catch (error) {
      if (error instanceof ThriftError) throw new PageError(say('tablePage', leaf.column));
      throw error;
    }
    const [type, whole, packed] = [1, 2, 3].map((field) => header.numbers.get(field) ?? -1);
    if (!isBetween(packed, 0, bytes.length - reader.offset)) throw new PageError(say('tablePage', leaf.column));
    const body = bytes.subarray(reader.offset, reader.offset + packed);
    offset = reader.offset + packed;
    unpacked += whole;
    if (unpacked > MOST_OF_A_PART + SNAPPY_GROWS * bytes.length) throw new PageError(say('tablePage', leaf.column));
    const page = new Page(leaf, codec, body, whole, { SNAPPY: unpackSnappy, ...others });
    // What holds their count: data_page_header, dictionary_page_header, data_page_header_v2.
    if (type === PAGE.data) values += page.data(header.structs.get(5));
    else if (type === PAGE.dataV2) values += page.dataV2(header.structs.get(8));
    else if (type === PAGE.dictionary) page.dictionary(header.structs.get(7));
    // hyparquet refuses the others.
    if (values > rows) throw page.error();
    if (leaf.isFlat && values === rows) return;
  }
}

const isBetween = (value: number, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= least && value <= most;

class Page {
  constructor(
    private readonly leaf: Leaf,
    private readonly codec: CompressionCodec,
    private readonly body: Uint8Array,
    /** Bytes of it when it is unpacked, as it says. */
    private readonly whole: number,
    private readonly unpackers: Compressors,
  ) {}

  /** Of the others hyparquet says that it cannot read them. */
  private get isRead(): boolean {
    return this.codec === 'UNCOMPRESSED' || this.codec in this.unpackers;
  }

  error(): PageError {
    return new PageError(say('tablePage', this.leaf.column));
  }

  dictionary(fields: Fields | undefined): void {
    this.checkPlain(this.countOf(fields), this.checkedSize(this.body, this.whole));
  }

  /** How many values it holds. */
  data(fields: Fields | undefined): number {
    const values = this.countOf(fields);
    const bytes = this.unpacked(this.body, this.whole);
    if (!this.isRead) return values;
    let [offset, present] = [0, values];
    const width = bitsFor(this.leaf.definitionLevel);
    if (width > 0) {
      if (bytes.length < 4) throw this.error();
      const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
      present = this.runs(bytes, 4, width, values, this.leaf.definitionLevel);
      offset = 4 + length;
      if (offset > bytes.length) throw this.error();
    }
    const encoding = fields!.numbers.get(2);
    const rest = bytes.subarray(offset);
    // One value alone has no runs in these pages, only the width of its number.
    const isOneValue = rest[0] === 0 && this.leaf.type !== 'BOOLEAN' && /_DICTIONARY$/.test(ENCODINGS[encoding ?? -1]);
    if (!isOneValue) this.checkValues(rest, encoding, present);
    return values;
  }

  dataV2(fields: Fields | undefined): number {
    const values = this.countOf(fields);
    const [nulls, rows, , definition, repetition] = [2, 3, 4, 5, 6].map((field) => fields!.numbers.get(field) ?? -1);
    const ofLevels = Math.min(this.body.length, this.whole);
    if (!isBetween(nulls, 0, values) || rows !== values || repetition !== 0 || !isBetween(definition, 0, ofLevels))
      throw this.error();
    const width = bitsFor(this.leaf.definitionLevel);
    if (width > 0) this.runs(this.body, 0, width, values, this.leaf.definitionLevel);
    const body = this.body.subarray(width > 0 ? definition : 0);
    const isPacked = (fields!.numbers.get(7) ?? 1) === 1 && this.whole > definition;
    const bytes = isPacked ? this.unpacked(body, this.whole - definition) : body;
    this.checkValues(bytes, fields!.numbers.get(4), values - nulls);
    return values;
  }

  private countOf(fields: Fields | undefined): number {
    const count = fields?.numbers.get(1) ?? -1;
    if (!isBetween(count, 0, 2 ** 31)) throw this.error();
    return count;
  }

  private checkedSize(body: Uint8Array, whole: number): number {
    const grown = SNAPPY_GROWS * body.length;
    const most =
      this.codec === 'UNCOMPRESSED' ? body.length : this.codec === 'SNAPPY' ? grown : Math.max(MOST_OF_A_PAGE, grown);
    if (!isBetween(whole, 0, most)) throw this.error();
    return whole;
  }

  private unpacked(body: Uint8Array, whole: number): Uint8Array {
    this.checkedSize(body, whole);
    if (this.codec === 'UNCOMPRESSED') return body;
    const unpack = this.unpackers[this.codec];
    if (!unpack) return new Uint8Array(0);
    let bytes: Uint8Array | null = null;
    try {
      bytes = unpack(body, whole);
    } catch {
      // Said below.
    }
    if (bytes?.length !== whole) throw new PageError(say('partDamaged'));
    return bytes;
  }

  private checkPlain(values: number, bytes: number): void {
    const { type, length = 1 } = this.leaf;
    const bits = type === 'FIXED_LEN_BYTE_ARRAY' ? 8 * length : LEAST_BITS[type];
    if (!(bits > 0) || values * bits > bytes * 8) throw this.error();
  }

  private checkValues(bytes: Uint8Array, code: number | undefined, values: number): void {
    if (values === 0 || !this.isRead) return;
    const encoding = ENCODINGS[code ?? -1];
    switch (encoding) {
      case 'PLAIN':
      case 'BYTE_STREAM_SPLIT':
        return this.checkPlain(values, bytes.length);
      case 'PLAIN_DICTIONARY':
      case 'RLE_DICTIONARY':
        if (bytes.length === 0 || bytes[0] > 32 || this.leaf.type === 'BOOLEAN') throw this.error();
        this.runs(bytes, 1, bytes[0], values, null);
        return;
      case 'RLE':
        if (this.leaf.type !== 'BOOLEAN') throw this.error();
        this.runs(bytes, 4, 1, values, null);
        return;
      case 'DELTA_BINARY_PACKED':
      case 'DELTA_LENGTH_BYTE_ARRAY':
        return this.checkDelta(bytes, values);
      default:
        // Values that are made of those before them grow without bound.
        throw new PageError(say('tableEncoding', this.leaf.column, encoding ?? String(code ?? -1)));
    }
  }

  /**
   * Goes through runs of values as far as they are read.
   *
   * @param of counts the values that are this one
   * @returns how many those are; 0 where none is asked for
   */
  private runs(bytes: Uint8Array, start: number, width: number, values: number, of: number | null): number {
    let [offset, seen, found] = [start, 0, 0];
    const valueBytes = Math.ceil(width / 8);
    while (seen < values) {
      const [head, next] = this.varint(bytes, offset, 5);
      offset = next;
      if (head % 2 === 0) {
        const count = head / 2;
        if (count > values - seen || offset + valueBytes > bytes.length) throw this.error();
        if (of !== null && bytes[offset] === of) found += count;
        offset += valueBytes;
        seen += count;
      } else {
        const count = ((head - 1) / 2) * 8;
        if (count > values - seen + PACKED_SLACK) throw this.error();
        const taken = Math.min(count, values - seen);
        // The last byte may be missing where only filling was in it.
        if (offset + Math.ceil((taken * width) / 8) > bytes.length) throw this.error();
        if (of !== null) for (let i = 0; i < taken; i++) if (packedAt(bytes, offset, i, width) === of) found++;
        // One byte is read of an empty run, too.
        offset += Math.max(1, (count * width) / 8);
        seen += taken;
      }
    }
    return found;
  }

  /** Differences, block by block: a number and the widths of the block's parts, then these. */
  private checkDelta(bytes: Uint8Array, values: number): void {
    let offset = 0;
    const number = (): number => {
      const [value, next] = this.varint(bytes, offset, 10);
      offset = next;
      return value;
    };
    const [block, parts] = [number(), number()];
    number();
    number();
    const each = block / parts;
    if (!isBetween(parts, 1, bytes.length) || !isBetween(each, 32, 2 ** 20) || each % 32 !== 0) throw this.error();
    for (let seen = 1; seen < values;) {
      number();
      const widths = bytes.subarray(offset, offset + parts);
      if (widths.length < parts) throw this.error();
      offset += parts;
      for (let i = 0; i < parts && seen < values; i++) {
        if (widths[i] > 64) throw this.error();
        offset += (each * widths[i]) / 8;
        seen += each;
      }
    }
  }

  /** A number without a sign, of so many bytes at most, and where it ends. */
  private varint(bytes: Uint8Array, offset: number, most: number): readonly [number, number] {
    let value = 0;
    for (let i = 0; i < most; i++) {
      if (offset + i >= bytes.length) throw this.error();
      const byte = bytes[offset + i];
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return [value, offset + i + 1];
    }
    throw this.error();
  }
}

/** Bits of the values 0 to `most`. */
const bitsFor = (most: number): number => 32 - Math.clz32(most);

/** Value `i` of those that are packed from a byte on, lowest bits first; of at most 8 bits each. */
function packedAt(bytes: Uint8Array, offset: number, i: number, width: number): number {
  const bit = i * width;
  const at = offset + (bit >> 3);
  const two = bytes[at] | ((bytes[at + 1] ?? 0) << 8);
  return (two >> (bit & 7)) & ((1 << width) - 1);
}
