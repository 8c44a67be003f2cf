/** Image datasets of the hub: what is found by itself, and that no more comes than is needed. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unpackImages } from '../../../src/engine/data/images/packed';
import { createOwnDataset } from '../../../src/engine/data/images/ownDataset';
import type { DatasetRequest } from '../../../src/engine/data/images/types';
import { downloadDataset } from '../../../src/engine/hub/datasets';
import { StandInHub } from '../../hub/standInHub';
import { pictureTable } from '../../hub/tables';
import { hubHost, MemoryStore, watch } from './host';

const NAMES = ['cat', 'dog', 'horse', 'ship', 'truck'];
const shuffled = (row: number) => (row * 7 + (row >> 3)) % 5;

let hub: StandInHub;
beforeAll(async () => {
  hub = await StandInHub.start();
});
afterAll(() => hub.stop());
beforeEach(() => hub.reset());

const load = (request: Partial<DatasetRequest> = {}, host = hubHost(), watching = watch()) =>
  downloadDataset(host, { source: 'me/pictures', imagesPerClass: 4, ...request }, watching, hub.url);
const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => ({ message: 'nothing was refused', hint: '' }),
    (error: Error & { hint: string }) => error,
  );
const perClass = (labels: ArrayLike<number>, splits: ArrayLike<number>, split: number) =>
  NAMES.map((_, label) => Array.from(labels).filter((each, i) => each === label && splits[i] === split).length);
const bytesAsked = (file: string) =>
  hub.asked
    .filter(({ path, range }) => path === file && range)
    .reduce((sum, { range }) => {
      const [, start, end] = /(\d+)-(\d+)/.exec(range!)!;
      return sum + Number(end) - Number(start) + 1;
    }, 0);

const COLUMNS = { image: 'img', label: 'label' };
const TEST = pictureTable({ rows: 400, label: (row) => shuffled(row + 1), group: 50, names: NAMES, columns: COLUMNS });
const trainTable = (label: (row: number) => number) =>
  pictureTable({ rows: 1500, label, group: 25, size: 16, names: NAMES, columns: COLUMNS });
const TRAIN = trainTable(shuffled);

/** A dataset with parts for training and tests, in tables of many parts. */
function standard(train = TRAIN): void {
  const test = TEST;
  hub.datasets.set('me/pictures', { files: {}, tables: { plain_text: { train: [train], test: [test] } } });
}

describe('a dataset of the hub', () => {
  it('gives so many pictures of every class: calibration images from training, test images from tests', async () => {
    standard();
    const watching = watch();
    const packed = await load({}, hubHost(), watching);
    expect(packed.classes).toEqual(NAMES);
    expect(perClass(packed.labels, packed.splits, 1)).toEqual([4, 4, 4, 4, 4]);
    expect(perClass(packed.labels, packed.splits, 2)).toEqual([4, 4, 4, 4, 4]);
    expect(packed.notes).toEqual([{ name: 'hubSplits', values: ['train', 'test'] }]);
    expect(watching.seen.at(-1)!.loaded).toBe(watching.seen.at(-1)!.total);
    // Its labels are those of its rows: each class is of another brightness.
    const collection = unpackImages(packed);
    const made = await createOwnDataset('x', collection, [16, 16, 1], async () => true);
    expect([made!.dataset.size('calibration'), made!.dataset.size('test')]).toEqual([20, 20]);
    for (let i = 0; i < 20; i++) {
      const { pixels, label } = made!.dataset.image('calibration', i);
      const row = collection.images.filter((each) => each.split === 'train' && each.label === label);
      const first = row.map(({ name }) => (20 * label + Number(name.split(':')[1])) & 255);
      expect(first).toContain(pixels[0]);
    }
  });

  it('of a table, the end and a few parts come, not all', async () => {
    standard();
    const whole = hub.datasets.get('me/pictures')!.tables!.plain_text.train[0].length;
    await load();
    // The end is 128 KB at once.
    expect(bytesAsked('train/0.parquet')).toBeLessThan(2 ** 17 + 0.1 * whole);
    expect(hub.asked.every(({ method, range }) => method === 'HEAD' || range !== null)).toBe(true);
  });

  it('sorted by class: the statistics of the parts say where a class is', async () => {
    standard(trainTable((row) => Math.floor(row / 300)));
    const packed = await load();
    expect(perClass(packed.labels, packed.splits, 1)).toEqual([4, 4, 4, 4, 4]);
    // The end; then labels and pictures of one part a class.
    expect(hub.asked.filter(({ path, range }) => path === 'train/0.parquet' && range).length).toBeLessThan(4 * 5 + 3);
  });

  it('columns, versions and splits are found; without a part for tests half is for tests', async () => {
    const columns = { image: 'img', label: 'fine_label', coarse: 'coarse_label' };
    const table = pictureTable({ rows: 200, label: shuffled, group: 20, names: NAMES, columns });
    hub.datasets.set('me/pictures', { files: {}, tables: { small: { train: [table] }, large: { train: [table] } } });
    const packed = await load();
    expect(packed.notes.map(({ name }) => name)).toEqual(['hubSeveralParts', 'hubOneSplit', 'severalLabels']);
    expect(perClass(packed.labels, packed.splits, 0)).toEqual([8, 8, 8, 8, 8]);
    expect((await load({ config: 'large', label: 'coarse_label' })).classes).toEqual(['one', 'other']);
    const none = await refused(load({ config: 'huge' }));
    expect(none.message).toMatch(/no part “huge”; it has small, large/);
  });

  it('labels that are the classes’ names: all are found, also those that one table alone has', async () => {
    const texts = ['owl', 'ant', 'zebra', 'bee', 'cat'];
    const first = pictureTable({ rows: 90, label: (row) => row % 3, group: 20, texts });
    const second = pictureTable({ rows: 90, label: (row) => 2 + (row % 3), group: 20, texts });
    const test = pictureTable({ rows: 60, label: (row) => row % 6, group: 20, texts: [...texts, 'of no class'] });
    hub.datasets.set('me/pictures', { files: {}, tables: { plain_text: { train: [first, second], test: [test] } } });
    const packed = await load();
    expect(packed.classes).toEqual(['ant', 'bee', 'cat', 'owl', 'zebra']);
    expect(perClass(packed.labels, packed.splits, 1)).toEqual([4, 4, 4, 4, 4]);
    expect(perClass(packed.labels, packed.splits, 2)).toEqual([4, 4, 4, 4, 4]);
    const collection = unpackImages(packed);
    const made = await createOwnDataset('x', collection, [8, 8, 1], async () => true);
    for (let i = 0; i < 20; i++) {
      const { pixels, label } = made!.dataset.image('calibration', i);
      const number = texts.indexOf(packed.classes[label]);
      const ofClass = collection.images.filter((each) => each.split === 'train' && each.label === label);
      expect(ofClass.map(({ name }) => (20 * number + Number(name.split(':')[1])) & 255)).toContain(pixels[0]);
    }
  });

  it('without a list of converted tables those of the dataset itself are read; names come from its page', async () => {
    const train = pictureTable({ rows: 100, label: shuffled, group: 20 });
    const test = pictureTable({ rows: 100, label: () => -1, group: 20 });
    const valid = pictureTable({ rows: 100, label: shuffled, group: 20 });
    const names = Object.fromEntries(NAMES.map((name, i) => [String(i), name]));
    hub.datasets.set('me/pictures', {
      files: { 'data/train-00000-of-00001.parquet': train, 'data/test-0.parquet': test, 'data/valid-0.parquet': valid },
      card: { dataset_info: { features: [{ name: 'label', dtype: { class_label: { names } } }] } },
    });
    const packed = await load();
    expect(packed.classes).toEqual(NAMES);
    // A test part without labels is passed over.
    expect(packed.notes[0]).toEqual({ name: 'hubSplits', values: ['train', 'valid'] });
    hub.datasets.get('me/pictures')!.card = {};
    expect((await load()).classes).toEqual(['0', '1', '2', '3', '4']);
  });

  it('is kept: the second time only lists are asked for, also with tables on two servers', async () => {
    standard();
    const store = new MemoryStore();
    const first = await load({}, hubHost({ store }));
    hub.asked = [];
    const second = await load({}, hubHost({ store }));
    expect(hub.asked).toEqual([]);
    expect(second).toEqual(first);
    const full = new MemoryStore();
    full.room = 0;
    expect((await load({}, hubHost({ store: full }))).notes.map(({ name }) => name)).toContain('hubNotKept');
  });

  it('fewer than were asked for: all there are, and said', async () => {
    standard();
    const packed = await load({ imagesPerClass: 1000 });
    expect(packed.notes.find(({ name }) => name === 'hubFewer')!.values[2]).toBe(1000);
    expect(packed.labels.length).toBe(1500 + 400);
  });
});

describe('refused with the cause', () => {
  it.each([
    ['no such dataset', () => hub.reset(), /has no “me\/pictures”/],
    ['only for some', () => (hub.datasets.get('me/pictures')!.gated = 'auto'), /agreed to its terms/],
    [
      'no tables',
      () => hub.datasets.set('me/pictures', { files: { 'a.zip': new Uint8Array(3) } }),
      /no parquet tables/,
    ],
    [
      'a server without ranges',
      () => hub.fail('train/0.parquet', { kind: 'noRanges', always: true }),
      /whole files only/,
    ],
    ['another part', () => hub.fail('train/0.parquet', { kind: 'wrongPart', always: true }), /other parts/],
    [
      'always interrupted',
      () => hub.fail('train/0.parquet', { kind: 'cut', after: 0, always: true }),
      /did not answer/,
    ],
    [
      'no parquet',
      () => (hub.datasets.get('me/pictures')!.tables!.plain_text.train = [new Uint8Array(50_000)]),
      /cannot be read as a parquet table/,
    ],
  ])('%s', async (_, spoil, message) => {
    standard();
    spoil();
    const error = await refused(load());
    expect(error.message).toMatch(message);
    expect(error.hint).not.toBe('');
  });

  it('interrupted parts are gone on from; a stopped download ends', async () => {
    standard();
    hub.fail(
      'train/0.parquet',
      { kind: 'cut', after: 500 },
      { kind: 'status', status: 500 },
      { kind: 'cut', after: 300 },
    );
    expect((await load()).labels.length).toBe(40);
    hub.fail('train/0.parquet', { kind: 'stuck', after: 10, always: true });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const error = await refused(load({}, hubHost({ patience: 60_000 }), watch(controller.signal)));
    expect(error.message).toMatch(/stopped/);
  });
});
