/** Any network and images from the command line. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeOwn } from '../../src/headless/experiment/ownFlags';
import { FlagError, parseOptions } from '../../src/headless/experiment/flags';
import { loadSource, type OwnPlace } from '../../src/headless/experiment/source';
import { use } from '../engine/backends';
import { cifarFile } from '../engine/data/cifarFile';

const NETWORKS = resolve(import.meta.dirname, '../fixtures/networks');
const folder = mkdtempSync(join(tmpdir(), 'own-'));
const labels = (count: number) => Array.from({ length: count }, (_, i) => i % 10);

beforeAll(async () => {
  await use('wasm');
  mkdirSync(join(folder, 'cifar'));
  writeFileSync(join(folder, 'cifar/data_batch_1.bin'), cifarFile(labels(100), 0));
  writeFileSync(join(folder, 'cifar/test_batch.bin'), cifarFile(labels(30), 100));
});
afterAll(() => rmSync(folder, { recursive: true }));

const load = (own: Partial<OwnPlace>) =>
  loadSource({ own: { network: [], images: [], options: {}, ...own }, data: null, weights: null, checkpoint: true });

describe('flags', () => {
  it('take as many files as follow, and leave the rest', () => {
    const line = '--bits 4 --network a.json b.bin --mean 0,0,0 --std 1,1,1 --seeds 2 --images=x.zip --label fine';
    expect(takeOwn(line.split(' '))).toEqual({
      own: {
        network: ['a.json', 'b.bin'],
        images: ['x.zip'],
        options: { normalization: { mean: [0, 0, 0], std: [1, 1, 1] } },
        label: 'fine',
      },
      rest: ['--bits', '4', '--seeds', '2'],
    });
    expect(parseOptions(line.split(' ')).own?.network).toEqual(['a.json', 'b.bin']);
    expect(parseOptions(['--bits', '4']).own).toBeNull();
  });

  it.each([
    ['--network --bits 4', /--network needs files/],
    ['--mean 1 --network a', /--mean and --std belong together/],
    ['--label x', /--label belongs to --network or --images/],
    ['--images a --size 3', /--size takes 2 numbers/],
    ['--images a --data b --weights c', /say the same/],
  ])('%s is refused', (line, message) => {
    const refused = () => parseOptions(line.split(' '));
    expect(refused).toThrow(FlagError);
    expect(refused).toThrow(message);
  });
});

describe('a source', () => {
  it('is any network and any images that fit it, brought to its size; its classes have the names of the images', async () => {
    const { network, dataset, notes, fingerprint } = await load({
      network: [join(NETWORKS, 'mnist-28x28x1')],
      images: [join(folder, 'cifar')],
    });
    expect(dataset.imageShape).toEqual([28, 28, 1]);
    expect(network.definition.classNames?.[3]).toBe('cat');
    expect((['calibration', 'validation', 'test'] as const).map((split) => dataset.size(split))).toEqual([80, 20, 30]);
    expect(notes.join(' ')).toMatch(/130 pictures in colour were made grey/);
    const other = await load({
      network: [join(NETWORKS, 'mnist-28x28x1')],
      images: [join(folder, 'cifar')],
      options: { normalization: { mean: [0.5], std: [0.5] } },
    });
    expect(other.fingerprint).not.toBe(fingerprint);
  });

  it('of images alone is on the bundled network', async () => {
    const { network, checkpoint } = await load({ images: [join(folder, 'cifar')] });
    expect(network.definition.name).toMatch(/Shapes/);
    expect(checkpoint).toBeNull();
  });

  it.each([
    ['other classes', ['hundred-classes'], ['cifar'], /10 classes, but .* knows 100/],
    ['no network', ['nowhere'], [], /cannot be read/],
    ['no images', ['mnist-28x28x1'], ['nowhere'], /cannot be read/],
  ])('%s: the cause is named', async (_, networks, images, message) => {
    const own = {
      network: networks.map((name) => join(NETWORKS, name)),
      images: images.map((name) => join(folder, name)),
    };
    await expect(load(own)).rejects.toThrow(message);
  });
});
