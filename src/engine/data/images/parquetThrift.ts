/**
 * The lists in which a parquet file says of itself what it holds: Thrift's compact protocol, as far as parquet uses it.
 *
 * hyparquet reads them as well, but believes them: a list of two billion elements is made before its first element is
 * looked for, and a number may be as long as the file. Here every length is held against the bytes that are left.
 *
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

/** Of a struct, by the numbers of its fields: whole numbers, truth values as 1 and 0, and structs. */
export interface Fields {
  numbers: Map<number, number>;
  structs: Map<number, Fields>;
}

/** What was found where nothing like it can be: never shown as it is. */
export class ThriftError extends Error {}

const KIND = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  int16: 4,
  int32: 5,
  int64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
} as const;

/** Deeper than parquet's own structs go (seven). */
const DEEPEST = 24;
/** Bytes of a number of 64 bits, seven a byte. */
const LONGEST_NUMBER = 10;

export interface ThriftOptions {
  /** Fields and elements at most. */
  elements: number;
  /** Told of every text: its length, and the fields that lead to it. */
  onText?(length: number, path: readonly number[]): void;
  /** Told of every number, likewise. */
  onNumber?(value: number, path: readonly number[]): void;
}

/** Reads structs one after the other from `offset` on. */
export class ThriftReader {
  private readonly path: number[] = [];
  private elements = 0;

  constructor(
    private readonly bytes: Uint8Array,
    public offset: number,
    private readonly options: ThriftOptions,
  ) {}

  /** @throws ThriftError */
  struct(): Fields {
    if (this.path.length > DEEPEST) throw new ThriftError('too deep');
    const fields: Fields = { numbers: new Map(), structs: new Map() };
    for (let field = 0; ;) {
      const head = this.byte();
      const kind = head & 0x0f;
      if (kind === KIND.stop) return fields;
      field = head >> 4 ? field + (head >> 4) : this.number();
      this.count();
      this.path.push(field);
      this.value(kind, field, fields);
      this.path.pop();
    }
  }

  private value(kind: number, field: number, fields: Fields): void {
    switch (kind) {
      case KIND.true:
      case KIND.false:
        fields.numbers.set(field, kind === KIND.true ? 1 : 0);
        return;
      case KIND.byte:
        fields.numbers.set(field, this.byte());
        return;
      case KIND.int16:
      case KIND.int32:
      case KIND.int64: {
        const value = this.number();
        fields.numbers.set(field, value);
        this.options.onNumber?.(value, this.path);
        return;
      }
      case KIND.double:
        return this.skip(8);
      case KIND.binary: {
        const length = this.unsigned();
        this.options.onText?.(length, this.path);
        return this.skip(length);
      }
      case KIND.list:
        return this.list();
      case KIND.struct:
        fields.structs.set(field, this.struct());
        return;
      default:
        throw new ThriftError('a kind of value that parquet has not');
    }
  }

  private list(): void {
    const head = this.byte();
    const length = head >> 4 === 15 ? this.unsigned() : head >> 4;
    // No element takes less than a byte.
    if (length > this.bytes.length - this.offset) throw new ThriftError('a list is longer than the file');
    const kind = head & 0x0f;
    const passing: Fields = { numbers: new Map(), structs: new Map() };
    for (let i = 0; i < length; i++) {
      this.count();
      this.value(kind === KIND.true || kind === KIND.false ? KIND.byte : kind, 0, passing);
    }
  }

  private count(): void {
    if (++this.elements > this.options.elements) throw new ThriftError('too many elements');
  }

  private byte(): number {
    if (this.offset >= this.bytes.length) throw new ThriftError('it ends too early');
    return this.bytes[this.offset++];
  }

  private skip(length: number): void {
    if (length > this.bytes.length - this.offset) throw new ThriftError('it ends too early');
    this.offset += length;
  }

  private unsigned(): number {
    let value = 0;
    for (let i = 0; i < LONGEST_NUMBER; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new ThriftError('a number is too long');
  }

  /** Above 2^53 it is rounded, which is enough to find it too large. */
  private number(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
