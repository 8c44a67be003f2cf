/** `npm run train -- --dataset cifar10` on a few made-up images. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCifar10 } from '../../src/engine/data/cifar10';
import { indexRange } from '../../src/engine/data/dataset';
import { openNetwork } from '../../src/engine/network/openNetwork';
import { readSafetensors, readSafetensorsMetadata } from '../../src/engine/network/safetensors';
import { writeSafetensors } from '../../src/engine/network/writeSafetensors';
import { evaluateNetwork } from '../../src/engine/training/trainNetwork';
import { trainCifar } from '../../src/headless/trainCifar';
import { cifarFile } from '../engine/data/cifarFile';

const folder = mkdtempSync(join(tmpdir(), 'cifar-'));
const data = join(folder, 'data');
const labels = (count: number) => Array.from({ length: count }, (_, i) => i % 10);
const files = { train: [cifarFile(labels(100), 0)], test: [cifarFile(labels(40), 500)] };
beforeAll(() => {
  mkdirSync(data);
  writeFileSync(join(data, 'data_batch_1.bin'), files.train[0]);
  writeFileSync(join(data, 'test_batch.bin'), files.test[0]);
});
afterAll(() => rmSync(folder, { recursive: true }));

const widths = [4, 6, 8];
const flags = (out: string, ...more: string[]) => [
  ...['--data', data, '--out', join(folder, out), '--depth', '8', '--batch', '8', '--epochs', '8'],
  ...more,
];
const bytes = (...path: string[]) => new Uint8Array(readFileSync(join(folder, ...path))).buffer as ArrayBuffer;

describe('training on CIFAR-10', () => {
  it('writes a network that opens and gets right what its card says', async () => {
    const lines: string[] = [];
    const result = (await trainCifar(flags('whole'), { log: (line) => lines.push(line), widths }))!;
    expect(result).toMatchObject({ trainImages: 80, test: { n: 40 }, validation: { n: 20 } });
    // Classes differ in brightness: that can be learned from 80 images.
    expect(result.test.correct).toBeGreaterThan(10);
    const { network, notes } = await openNetwork([
      { name: 'model.safetensors', bytes: bytes('whole', 'model.safetensors') },
      { name: 'config.json', bytes: bytes('whole', 'config.json') },
    ]);
    expect(notes).toEqual([]);
    expect(network.definition).toMatchObject({ name: 'ResNet-8', inputShape: [32, 32, 3], numClasses: 10 });
    expect(network.definition.classNames?.[9]).toBe('truck');
    expect(await evaluateNetwork(network, createCifar10(files), 'test', indexRange(0, 40))).toEqual(result.test);
    const card = readFileSync(join(folder, 'whole', 'MODEL_CARD.md'), 'utf8');
    expect(card).toContain(`(${result.test.correct} of 40)`);
    expect(card).toMatch(/part of CIFAR-10/);
    expect(existsSync(join(folder, 'whole', 'checkpoint.safetensors'))).toBe(false);
    expect(lines.filter((line) => line.startsWith('epoch')).length).toBeGreaterThan(0);
  });

  it('goes on after an interruption, to the same weights to the bit', async () => {
    const stop = new AbortController();
    const log = (line: string) => line.includes('step 20/80') && stop.abort();
    expect(await trainCifar(flags('parts'), { log, signal: stop.signal, widths })).toBeNull();
    const kept = bytes('parts', 'checkpoint.safetensors');
    expect(readSafetensorsMetadata(kept).step).toBe('20');
    const lines: string[] = [];
    await trainCifar(flags('parts'), { log: (line) => lines.push(line), widths });
    expect(lines[0]).toContain('goes on after step 20');
    expect(Buffer.from(bytes('parts', 'model.safetensors'))).toEqual(Buffer.from(bytes('whole', 'model.safetensors')));
  });

  it('does not go on with another recipe, and says what flags and files are wrong', async () => {
    const stop = new AbortController();
    const log = (line: string) => line.includes('step 20/80') && stop.abort();
    await trainCifar(flags('other'), { log, signal: stop.signal, widths });
    const silent = { log: () => undefined, widths };
    await expect(trainCifar(flags('other', '--seed', '2'), silent)).rejects.toThrow(/another recipe/);
    await expect(trainCifar(flags('x', '--depth', '21'), silent)).rejects.toThrow(/6n \+ 2 layers.*"21"/);
    await expect(trainCifar(flags('x', '--epochs', '0'), silent)).rejects.toThrow(/--epochs needs a whole number/);
    await expect(trainCifar([], silent)).rejects.toThrow(/--data names the folder/);
    await expect(trainCifar(['--data', folder], silent)).rejects.toThrow(/no train.bin or data_batch/);
  });
});

describe('a written safetensors file', () => {
  it('is read as it was written, its texts too', () => {
    const tensors = {
      a: { shape: [2, 3], values: Float32Array.of(1, -2, 3.5, 0, 1e-30, 7) },
      'b.c': { shape: [], values: Float32Array.of(4) },
    };
    const file = writeSafetensors(tensors, { note: 'made here' });
    expect(readSafetensors(file.buffer)).toEqual(tensors);
    expect(readSafetensorsMetadata(file.buffer)).toEqual({ note: 'made here' });
    expect(readSafetensorsMetadata(writeSafetensors(tensors).buffer)).toEqual({});
  });
});
