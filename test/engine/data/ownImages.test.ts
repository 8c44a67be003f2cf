/** Pictures as people have them (test/fixtures/images). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { collectImages } from '../../../src/engine/data/images/collection';
import type { CollectOptions, ImageFile } from '../../../src/engine/data/images/types';
import { DatasetError } from '../../../src/engine/data/images/datasetError';
import { decodeImage } from '../../../src/engine/data/images/decode';
import { resized } from '../../../src/engine/data/images/resize';
import { readZip } from '../../../src/engine/data/images/zip';
import { INTERPOLATIONS, type Interpolation } from '../../../src/engine/network/resizing';
import { Random } from '../../../src/engine/random';
import { inWords } from '../../../src/engine/sentences';
import { provideJpeg } from '../../../src/headless/jpeg';

const FOLDER = join(import.meta.dirname, '../../fixtures/images');
const load = (name: string, file = 'dataset.zip'): ImageFile => ({
  name: file,
  bytes: new Uint8Array(readFileSync(join(FOLDER, name, file))).buffer as ArrayBuffer,
});
const expected = <T>(name: string): T => JSON.parse(readFileSync(join(FOLDER, name, 'expected.json'), 'utf8')) as T;
const words = (notes: Awaited<ReturnType<typeof collectImages>>['notes']) =>
  notes.map((note) => inWords(note)).join(' ');

/** Every picture's first pixel, and the names of those that cannot be read. */
async function colours(files: ImageFile[], options: CollectOptions = {}) {
  const collection = await collectImages(files, options);
  const [first, labels, broken]: [number[][], number[], string[]] = [[], [], []];
  for (const { name, label, read } of collection.images) {
    try {
      first.push(Array.from((await decodeImage(await read())).rgb.subarray(0, 3)));
      labels.push(label);
    } catch {
      broken.push(name);
    }
  }
  return { ...collection, first, labels, broken };
}

/** Largest difference from nested lists. */
const difference = (rgb: Uint8Array, values: unknown) =>
  (values as number[][][]).flat(2).reduce((most, v, i) => Math.max(most, Math.abs(v - rgb[i])), 0);

beforeAll(provideJpeg);

describe('class folders', () => {
  it('hidden files and folders are no pictures; a broken picture and an empty folder are named', async () => {
    const { classes, images } = expected<{ classes: string[]; images: number[] }>('beside-the-images');
    const found = await colours([load('beside-the-images')]);
    expect(found.classes).toEqual(classes);
    expect(classes.map((_, i) => found.labels.filter((label) => label === i).length)).toEqual(images);
    expect(found.broken).toEqual(['my dataset/crow/broken.jpg']);
    expect(words(found.notes)).toMatch(/"empty" has no picture/);
  });

  it('folders that are numbers go by their number', async () => {
    const { labels, colours: right } = expected<{ labels: number[]; colours: number[][] }>('numbered-folders');
    const found = await colours([load('numbered-folders')]);
    expect(found.classes).toEqual(labels.map(String));
    expect(found.labels).toEqual(labels);
    expect(found.first).toEqual(right);
    expect(words(found.notes)).toMatch(/order of their numbers/);
  });

  it('an archive written in one go is read by its directory', async () => {
    const { classes, colours: right } = expected<{ classes: string[]; colours: number[][][] }>('streamed-zip');
    const found = await colours([load('streamed-zip')]);
    expect(found.classes).toEqual(classes);
    expect(found.labels).toEqual([0, 0, 0, 1, 1, 1]);
    expect(found.first).toEqual(right.flat());
  });

  it('something in front of an archive, or a comment that looks like its end, changes nothing', async () => {
    const { colours: right } = expected<{ colours: number[][][] }>('streamed-zip');
    const zip = new Uint8Array(load('streamed-zip').bytes);
    const front = new TextEncoder().encode('#!/bin/sh\nunzip "$0"\n');
    const comment = new TextEncoder().encode('a PK\x05\x06 b'.repeat(9));
    const commented = Uint8Array.from([...zip, ...comment]);
    new DataView(commented.buffer).setUint16(zip.length - 2, comment.length, true);
    for (const bytes of [Uint8Array.from([...front, ...zip]), commented])
      expect((await colours([{ name: 'dataset.zip', bytes: bytes.buffer }])).first).toEqual(right.flat());
  });

  it('chosen folders are as good as an archive', async () => {
    const entries = readZip('dataset.zip', load('numbered-folders').bytes);
    const files = await Promise.all(
      entries.map(async ({ name, read }) => ({
        name: `data/${name}`,
        bytes: (await read()).slice().buffer as ArrayBuffer,
      })),
    );
    const { colours: right } = expected<{ colours: number[][] }>('numbered-folders');
    expect((await colours(files.reverse())).first).toEqual(right);
  });

  it.each<[string, () => ImageFile[], RegExp]>([
    ['no pictures', () => [{ name: 'notes.txt', bytes: new ArrayBuffer(3) }], /no picture among/],
    [
      'an archive cut off',
      () => [{ ...load('numbered-folders'), bytes: load('numbered-folders').bytes.slice(0, 900) }],
      /no zip archive, or it is cut off/,
    ],
    ['an empty file', () => [{ name: 'a.zip', bytes: new ArrayBuffer(0) }], /no zip archive/],
    ['a damaged table', () => [{ name: 'a.parquet', bytes: new ArrayBuffer(40) }], /cannot be read as a parquet table/],
    [
      'too many classes',
      () => Array.from({ length: 1025 }, (_, i) => ({ name: `d/c${i}/0.png`, bytes: new ArrayBuffer(1) })),
      /1025 classes; at most 1024/,
    ],
  ])('%s', async (_, files, message) => {
    const error = await collectImages(files()).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as DatasetError).message).toMatch(message);
    expect((error as DatasetError).hint.length).toBeGreaterThan(10);
  });

  it('a small file that would unpack without end is refused', async () => {
    // The directory says 10 bytes; a million come out.
    const name = new TextEncoder().encode('d/a/0.png');
    const data = deflateRawSync(new Uint8Array(1e6));
    const header = (signature: number, length: number, fields: [number, number, 2 | 4][]) => {
      const bytes = new Uint8Array(length);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, signature, true);
      for (const [at, value, size] of fields)
        if (size === 2) view.setUint16(at, value, true);
        else view.setUint32(at, value, true);
      return bytes;
    };
    const sizes = (at: number): [number, number, 4][] => [
      [at, data.length, 4],
      [at + 4, 10, 4],
    ];
    const local = header(0x04034b50, 30, [[8, 8, 2], ...sizes(18), [26, name.length, 2]]);
    const central = header(0x02014b50, 46, [[10, 8, 2], ...sizes(20), [28, name.length, 2]]);
    const start = local.length + name.length + data.length;
    const end = header(0x06054b50, 22, [
      [10, 1, 2],
      [16, start, 4],
    ]);
    const bytes = new Uint8Array([...local, ...name, ...data, ...central, ...name, ...end]);
    const [entry] = readZip('bomb.zip', bytes.buffer);
    await expect(entry.read()).rejects.toThrow(/no zip archive, or it is cut off/);
  });

  it('archives with random damage: pictures or a sentence', async () => {
    const random = new Random(5);
    const { bytes } = load('streamed-zip');
    for (let i = 0; i < 150; i++) {
      const copy = new Uint8Array(bytes.slice(0));
      for (let k = 0; k < 3; k++) copy[Math.floor(random.next() * copy.length)] = Math.floor(random.next() * 256);
      const error = await colours([{ name: 'a.zip', bytes: copy.buffer }]).then(
        () => null,
        (e: unknown) => e,
      );
      if (error !== null) expect(error).toBeInstanceOf(DatasetError);
    }
  });
});

describe('parquet', () => {
  const table = () => load('parquet-two-labels', 'test-00000-of-00001.parquet');
  interface Labels {
    names: string[];
    labels: number[];
  }
  const right = expected<{ fine_label: Labels; coarse_label: Labels; colours: number[][] }>('parquet-two-labels');

  it('of several columns of labels the likeliest is used, and said; another can be asked for', async () => {
    const fine = await colours([table()]);
    expect([fine.classes, fine.labels, fine.first]).toEqual([
      right.fine_label.names,
      right.fine_label.labels,
      right.colours,
    ]);
    expect(words(fine.notes)).toMatch(/fine_label, coarse_label\); fine_label is used/);
    const coarse = await colours([table()], { label: 'coarse_label' });
    expect([coarse.classes, coarse.labels]).toEqual([right.coarse_label.names, right.coarse_label.labels]);
    await expect(collectImages([table()], { label: 'other' })).rejects.toThrow(
      /its columns are img, fine_label, coarse_label/,
    );
  });
});

describe('parquet of other writers', () => {
  const written = (name: string): ImageFile => {
    const { buffer, byteOffset, length } = readFileSync(join('test/fixtures/parquet', name));
    return { name, bytes: buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer };
  };
  const NAMES = ['zebra', 'ant', 'bee'];
  const LABELS = Array.from({ length: 12 }, (_, i) => i % 3);
  /** Class by name, and red of the first pixel, which says the class as well. */
  const rows = async (name: string, label?: string) => {
    const { classes, images, notes } = await collectImages([written(name)], { label });
    const found = await Promise.all(
      images.map(async (image) => {
        const { rgb, width, height } = await decodeImage(await image.read());
        expect([width, height]).toEqual([5, 4]);
        return [classes[image.label] ?? null, NAMES[rgb[0] / 60]];
      }),
    );
    return { classes, found, notes: words(notes) };
  };
  const right = LABELS.map((label) => [NAMES[label], NAMES[label]]);

  it('packed with zstd, labels with names', async () => {
    expect(await rows('zstd.parquet')).toEqual({ classes: NAMES, found: right, notes: '' });
  });

  it.each(['gzip-texts.parquet', 'zstd-pages2-texts.parquet'])('%s: labels that are the names', async (name) => {
    expect(await rows(name)).toEqual({ classes: ['ant', 'bee', 'zebra'], found: right, notes: '' });
  });

  it('pictures that are nothing but their bytes; the likelier of two columns', async () => {
    const { classes, found, notes } = await rows('lz4-bare.parquet');
    expect([classes, found]).toEqual([['ant', 'bee', 'zebra'], right]);
    expect(notes).toMatch(/several columns of labels \(class, id\); class is used/);
  });

  it('a picture without a name is of no class; a column that nobody would guess can be asked for', async () => {
    const { classes, found } = await rows('missing-text.parquet');
    expect(classes).toEqual(['ant', 'bee', 'zebra']);
    expect(found).toEqual(right.map((each, i) => (i === 3 ? [null, each[1]] : each)));
    expect((await rows('missing-text.parquet', 'title')).found).toEqual(right);
    await expect(rows('missing-text.parquet', 'image')).rejects.toThrow(/no such column of labels/);
  });

  it('numbers for names are in their order', async () => {
    const { classes, notes } = await rows('numbers-as-texts.parquet');
    expect(classes).toEqual(['8', '9', '10']);
    expect(notes).toMatch(/called by numbers/);
  });

  it('what cannot be unpacked is named', async () => {
    await expect(rows('brotli.parquet')).rejects.toThrow(/BROTLI/);
  });
});

describe('pixels', () => {
  it.each(['transparent', 'palette', 'grey', 'grey16', 'gamma'])('%s as Pillow has them', async (name) => {
    const { bytes } = load('colours', `${name}.png`);
    const { rgb, width, height } = await decodeImage(new Uint8Array(bytes));
    expect([width, height]).toEqual([8, 8]);
    expect(difference(rgb, expected<Record<string, unknown>>('colours')[`${name}.png`])).toBeLessThanOrEqual(1);
  });

  it('sizes as torchvision makes them', async () => {
    const { resize, crop, values } = expected<{ resize: number; crop: number; values: unknown }>('resize');
    const image = await decodeImage(new Uint8Array(load('resize', 'stripes.png').bytes));
    const { rgb, width, height } = resized(image, { resize, crop: [crop, crop] });
    expect([width, height]).toEqual([crop, crop]);
    expect(difference(rgb, values)).toBeLessThanOrEqual(2);
  });

  it('sizes as Pillow makes them, to the bit', async () => {
    interface Case {
      interpolation: Interpolation;
      size: number;
      cropShare: number;
      values: number[];
    }
    const cases = JSON.parse(readFileSync(join(FOLDER, 'resize/pillow.json'), 'utf8')) as Case[];
    const image = await decodeImage(new Uint8Array(load('resize', 'stripes.png').bytes));
    expect(cases.map(({ interpolation }) => interpolation)).toEqual(expect.arrayContaining([...INTERPOLATIONS]));
    for (const { interpolation, size, cropShare, values } of cases) {
      const resize = Math.floor(size / cropShare);
      const { rgb } = resized(image, { resize, crop: [size, size], interpolation });
      expect([interpolation, size, ...rgb]).toEqual([interpolation, size, ...values]);
    }
  });

  it('a crop larger than the picture is surrounded with black', () => {
    const image = { width: 2, height: 1, rgb: Uint8Array.of(10, 20, 30, 40, 50, 60) };
    const { rgb } = resized(image, { crop: [3, 4] });
    const black = [0, 0, 0];
    expect(Array.from(rgb)).toEqual([
      ...new Array(12).fill(0),
      ...black,
      10,
      20,
      30,
      40,
      50,
      60,
      ...black,
      ...new Array(12).fill(0),
    ]);
  });
});
