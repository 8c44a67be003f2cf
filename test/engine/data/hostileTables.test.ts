/** Parquet tables that somebody has made to take all time or memory; and that those which are whole are read as before. */
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { collectImages } from '../../../src/engine/data/images/collection';
import { DatasetError } from '../../../src/engine/data/images/datasetError';
import { stopwatch } from '../../fuzz/fuzz';
import { greyPng } from '../../pictures';

const CATALOGUE = 'a.parquet';
const MOST_BYTES = 24 * 2 ** 20;

// ---- Thrift's compact protocol, as far as a table needs it ------------------------------------------------

type Value = number | bigint | string | Uint8Array | Value[] | Struct;
interface Struct {
  [field: number]: Value;
}

const varint = (value: number | bigint): number[] => {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 127n) | 128);
  }
};
const zigzag = (value: number | bigint) => varint(BigInt(value) >= 0n ? BigInt(value) * 2n : -BigInt(value) * 2n - 1n);
/** A bigint is of 64 bits, a number of 32. */
const kindOf = (value: Value): number =>
  typeof value === 'number'
    ? 5
    : typeof value === 'bigint'
      ? 6
      : typeof value === 'string' || value instanceof Uint8Array
        ? 8
        : Array.isArray(value)
          ? 9
          : 12;

function encode(value: Value): number[] {
  if (typeof value === 'number' || typeof value === 'bigint') return zigzag(value);
  if (typeof value === 'string') return encode(new TextEncoder().encode(value));
  if (value instanceof Uint8Array) return [...varint(value.length), ...value];
  if (Array.isArray(value)) return [0xf0 | kindOf(value[0] ?? 0), ...varint(value.length), ...value.flatMap(encode)];
  const fields = Object.entries(value) as [string, Value][];
  return [...fields.flatMap(([field, each]) => [kindOf(each), ...zigzag(Number(field)), ...encode(each)]), 0];
}

// ---- a table ----------------------------------------------------------------------------------------------

const PICTURE = new Uint8Array(greyPng(4, (x) => 60 * x));
const u32 = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);
const ROWS = 40;

/** A run of a value in one byte. */
const run = (count: number, value: number) => [...varint(2 * count), value];
/** Every row's picture, and before them that none is missing. */
const pictureBody = (levels = run(ROWS, 1)) => [
  ...u32(levels.length),
  ...levels,
  ...Array.from({ length: ROWS }).flatMap(() => [...u32(PICTURE.length), ...PICTURE]),
];
const page = (type: number, body: readonly number[], rest: Struct, whole = body.length): number[] => [
  ...encode({ 1: type, 2: whole, 3: body.length, ...rest }),
  ...body,
];
const dataPage = (body: readonly number[], encoding: number, values = ROWS, whole = body.length) =>
  page(0, body, { 5: { 1: values, 2: encoding, 3: 3, 4: 3 } }, whole);
/** One label, 7, and a run of it. */
const dictionary = page(2, [7, 0, 0, 0], { 7: { 1: 1, 2: 0 } });
const labelPages = (indexes = run(ROWS, 0)) => [...dictionary, ...dataPage([1, ...indexes], 8)];

interface Made {
  pictures?: number[];
  labels?: number[];
  rows?: bigint;
  codec?: number;
  /** How often the same parts are listed. */
  groups?: number;
  schema?: Struct[];
  /** In the place of the list of all. */
  footer?: number[];
  statistics?: Struct;
}

function table({
  groups = 1,
  rows = BigInt(ROWS),
  codec = 0,
  statistics,
  ...made
}: Made = {}): Uint8Array<ArrayBuffer> {
  const pictures = made.pictures ?? dataPage(pictureBody(), 0);
  const labels = made.labels ?? labelPages();
  const at = 4;
  const column = (type: number, path: string[], start: number, size: number, more: Struct = {}): Struct => ({
    2: BigInt(start),
    3: { 1: type, 2: [0], 3: path, 4: codec, 5: rows, 6: BigInt(size), 7: BigInt(size), 9: BigInt(start), ...more },
  });
  const parts = {
    1: [
      column(6, ['image', 'bytes'], at, pictures.length, statistics ? { 12: statistics } : {}),
      column(1, ['label'], at + pictures.length, labels.length),
    ],
    2: BigInt(pictures.length + labels.length),
    3: rows,
  };
  const schema = made.schema ?? [
    { 4: 'schema', 5: 2 },
    { 3: 0, 4: 'image', 5: 1 },
    { 1: 6, 3: 1, 4: 'bytes' },
    { 1: 1, 3: 0, 4: 'label' },
  ];
  const footer = made.footer ?? encode({ 1: 1, 2: schema, 3: rows, 4: Array.from({ length: groups }, () => parts) });
  const magic = [...new TextEncoder().encode('PAR1')];
  return Uint8Array.from([...magic, ...pictures, ...labels, ...footer, ...u32(footer.length), ...magic]);
}

const filesOf = (bytes: Uint8Array<ArrayBuffer>) => [{ name: CATALOGUE, bytes: bytes.buffer }];
const readAll = async (bytes: Uint8Array<ArrayBuffer>) => {
  const { images } = await collectImages(filesOf(bytes));
  const pictures = [];
  for (const { read, label } of images) pictures.push({ label, bytes: new Uint8Array((await read()) as Uint8Array) });
  return pictures;
};

/** What is said of a table, within two seconds and with little memory. */
async function refusal(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const inUse = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const [before, elapsed] = [inUse(), stopwatch()];
  const error = await readAll(bytes).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(elapsed()).toBeLessThan(2000);
  expect(inUse() - before).toBeLessThan(MOST_BYTES + 4 * bytes.length);
  expect(error).toBeInstanceOf(DatasetError);
  return (error as DatasetError).message;
}

describe('a table', () => {
  it('that is whole is read: a label once for all rows, pictures of which none is missing', async () => {
    const pictures = await readAll(table());
    expect(pictures).toHaveLength(ROWS);
    expect(new Set(pictures.map(({ label }) => label))).toEqual(new Set([7]));
    for (const { bytes } of pictures) expect(bytes).toEqual(PICTURE);
  });

  it.each([
    ['PLAIN', 'PLAIN', false],
    ['PLAIN', 'PLAIN', true],
    ['RLE_DICTIONARY', 'DELTA_LENGTH_BYTE_ARRAY', true],
    ['DELTA_BINARY_PACKED', 'DELTA_LENGTH_BYTE_ARRAY', false],
    ['RLE_DICTIONARY', 'RLE_DICTIONARY', false],
    ['DELTA_BINARY_PACKED', 'RLE_DICTIONARY', true],
  ] as const)('of labels in %s and pictures in %s, some missing: %s', async (labels, encoding, hasGaps) => {
    const rows = 300;
    const picture = (row: number) => (hasGaps && row % 7 === 3 ? null : greyPng(4, (x) => 20 * (row % 5) + x));
    const all = Array.from({ length: rows }, (_, row) => row);
    for (const codec of ['SNAPPY', 'UNCOMPRESSED'] as const) {
      const written = parquetWriteBuffer({
        codec,
        columnData: [
          { name: 'image', data: all.map(picture), encoding },
          { name: 'label', data: all.map((row) => BigInt((row * row) % 5)), encoding: labels },
        ],
        rowGroupSize: 128,
        pageSize: 2000,
        schema: [
          { name: 'schema', num_children: 2 },
          { name: 'image', type: 'BYTE_ARRAY', repetition_type: hasGaps ? 'OPTIONAL' : 'REQUIRED' },
          { name: 'label', type: 'INT64', repetition_type: 'REQUIRED' },
        ],
        kvMetadata: [{ key: 'huggingface', value: '{"info":{"features":{"image":{"_type":"Image"}}}}' }],
      });
      const { images } = await collectImages(filesOf(new Uint8Array(written)));
      expect(images).toHaveLength(rows);
      for (const [row, { label, read }] of images.entries()) {
        expect(label).toBe((row * row) % 5);
        const expected = picture(row);
        if (expected) expect(new Uint8Array((await read()) as Uint8Array)).toEqual(new Uint8Array(expected));
        else await expect(read()).rejects.toThrow('no picture');
      }
    }
  });
});

describe('of a table made to take all memory it is said why it is not read, when', () => {
  const MUCH = 2 ** 30;

  it('a run of labels is longer than the table', async () => {
    expect(await refusal(table({ labels: labelPages(run(MUCH, 0)) }))).toMatch(/“label” claims more than it holds/);
    // Packed in groups of 8 of one bit.
    const packed = [...varint(2 * (MUCH / 8) + 1), 255];
    expect(await refusal(table({ labels: labelPages(packed) }))).toMatch(/“label” claims more/);
    // Of no bits: it takes no bytes at all.
    const indexes = { 8: { 1: ROWS, 2: 0, 3: ROWS, 4: 8, 5: 0, 6: 0 } };
    const second = [...dictionary, ...page(3, [0, ...varint(2 * (MUCH / 8) + 1)], indexes)];
    expect(await refusal(table({ labels: second }))).toMatch(/“label” claims more/);
  });

  it('a run of what says whether a picture is there is longer than the table', async () => {
    const pictures = dataPage(pictureBody(run(MUCH, 1)), 0);
    const { images } = await collectImages(filesOf(table({ pictures })));
    // The labels are whole; pictures are read when they are asked for.
    expect(images).toHaveLength(ROWS);
    expect(await refusal(table({ pictures }))).toMatch(/“image.bytes” claims more/);
  });

  it('there are more rows than there are bytes for', async () => {
    for (const rows of [70_000n, 2n ** 40n, 2n ** 62n]) {
      const indexes = run(Number(rows < 2n ** 30n ? rows : 2n ** 30n), 0);
      const labels = [...dictionary, ...dataPage([1, ...indexes], 8, Number(rows % 2n ** 31n))];
      expect(await refusal(table({ rows, labels }))).toMatch(
        /claims \d+ rows, but a file of its size holds at most 65/,
      );
    }
    expect(await refusal(table({ rows: -5n }))).toContain('the list of its parts is damaged');
  });

  it('a page claims more values than its rows or its bytes', async () => {
    const more = [...dictionary, ...dataPage([1, ...run(MUCH, 0)], 8, MUCH)];
    expect(await refusal(table({ labels: more }))).toMatch(/“label” claims more/);
    expect(await refusal(table({ labels: dataPage([1, 0, 0, 0], 0) }))).toMatch(/“label” claims more/);
    const words = page(2, [7, 0, 0, 0], { 7: { 1: MUCH, 2: 0 } });
    expect(await refusal(table({ labels: [...words, ...dataPage([1, ...run(ROWS, 0)], 8)] }))).toMatch(
      /“label” claims/,
    );
  });

  it('a page is to be unpacked to more than its bytes can be', async () => {
    const labels = dataPage([128, 128, 128, 128, 4, 0, 0], 0, ROWS, MUCH);
    expect(await refusal(table({ labels, codec: 1 }))).toMatch(/“label” claims more/);
  });

  it.each([
    ['gzip', 2],
    ['zstd', 6],
    ['LZ4', 7],
  ])('a page packed with %s claims to be far larger, or is none', async (_, codec) => {
    const [claimed, damaged] = [2 ** 28, 2 ** 20].map((whole) =>
      refusal(table({ codec, labels: dataPage(run(ROWS, 7), 0, ROWS, whole) })),
    );
    expect(await claimed).toMatch(/“label” claims more/);
    expect(await damaged).toMatch(/a part of it is damaged/);
  });

  it('a packed page holds megabytes of nothing, for more values than there are rows', async () => {
    const bomb = [...gzipSync(new Uint8Array(2 ** 23))];
    const pages = dataPage(bomb, 0, 2 ** 21, 2 ** 23);
    expect(await refusal(table({ codec: 2, labels: pages }))).toMatch(/“label” claims more/);
  });

  it('values are made of those before them, or of blocks without end', async () => {
    expect(await refusal(table({ pictures: dataPage(pictureBody(), 7) }))).toMatch(/“image.bytes”.*DELTA_BYTE_ARRAY/);
    const blocks = [...varint(MUCH), ...varint(MUCH), ...varint(ROWS), 0, 0];
    expect(await refusal(table({ labels: dataPage(blocks, 5) }))).toMatch(/“label” claims more/);
    const longNumber = [...varint(128), 4, ROWS, ...Array<number>(100_000).fill(128), 1];
    expect(await refusal(table({ labels: dataPage(longNumber, 5) }))).toMatch(/“label” claims more/);
  });

  it('the same bytes are listed as many parts, or parts lie outside the file', async () => {
    expect(await refusal(table({ groups: 1000 }))).toMatch(/“image.bytes” lies outside the file, or where another/);
    const footer = encode({
      1: 1,
      2: [
        { 4: 'schema', 5: 1 },
        { 1: 1, 3: 0, 4: 'label' },
      ],
      3: 1n,
      4: [{ 1: [{ 2: 4n, 3: { 1: 1, 2: [0], 3: ['label'], 4: 0, 5: 1n, 6: 9n, 7: 2n ** 40n, 9: 4n } }], 2: 9n, 3: 1n }],
    });
    expect(await refusal(table({ footer }))).toMatch(/“label” lies outside the file/);
  });

  it('the list of its parts claims more than it has, nests without end or has endless numbers', async () => {
    const isDamaged = 'the list of its parts is damaged';
    // A list of structs, of which there are none.
    expect(await refusal(table({ footer: [0x29, 0xfc, ...varint(2 ** 31 - 1)] }))).toContain(isDamaged);
    expect(await refusal(table({ footer: Array<number>(50_000).fill(0x1c) }))).toContain(isDamaged);
    expect(await refusal(table({ footer: [0x16, ...Array<number>(500_000).fill(0x80), 0] }))).toContain(isDamaged);
    // Each a list of its own, one byte long.
    const many = [0x29, 0xf9, ...varint(400_000), ...Array<number>(400_000).fill(0x05), 0];
    expect(await refusal(table({ footer: many }))).toContain(isDamaged);
  });

  it('its columns nest deep, are lists, or have decimals of great length', async () => {
    const nested = Array.from({ length: 1000 }, (_, i) => ({ 3: 0, 4: `n${i}`, 5: 1 }));
    const schema: Struct[] = [{ 4: 'schema', 5: 1 }, ...nested, { 1: 1, 3: 0, 4: 'label' }];
    expect(await refusal(table({ schema }))).toContain('the list of its parts is damaged');
    const lists: Struct[] = [
      { 4: 'schema', 5: 2 },
      { 3: 0, 4: 'image', 5: 1 },
      { 1: 6, 3: 1, 4: 'bytes' },
      { 1: 1, 3: 2, 4: 'label' },
    ];
    expect(await refusal(table({ schema: lists }))).toMatch(/“label” holds lists/);
    const decimals: Struct[] = [
      { 4: 'schema', 5: 2 },
      { 3: 0, 4: 'image', 5: 1 },
      { 1: 7, 2: 4, 3: 1, 4: 'bytes', 6: 5 },
      { 1: 1, 3: 0, 4: 'label' },
    ];
    const statistics = { 5: new Uint8Array(100_000).fill(77) };
    expect(await refusal(table({ schema: decimals, statistics }))).toContain('the list of its parts is damaged');
  });
});
