/** The command itself, in processes of its own, on a made-up network and made-up images. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { countRight, decodeRight } from '../../src/engine/evaluation/rightAnswers';
import type { Report } from '../../src/headless/experiment/report';
import { cifarFile } from '../engine/data/cifarFile';
import { float32, safetensorsFile } from '../engine/network/safetensorsFile';
import { tinyCifarResNet } from '../engine/network/tinyCifarResNet';
import { it, itLong } from '../when';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'experiment-'));
const DATA = ['--data', join(folder, 'cifar'), '--weights', join(folder, 'tiny.safetensors')];
const SMALL = [
  '--generator-channels',
  '16',
  '--generator-steps',
  '4',
  '--steps',
  '3',
  '--batch',
  '4',
  '--observation-per-class',
  '2',
  '--test-images',
  '100',
  '--jobs',
  '2',
  '--threads',
  '1',
];

beforeAll(() => {
  mkdirSync(join(folder, 'cifar'));
  const labels = (count: number) => Array.from({ length: count }, (_, i) => i % 10);
  // 34 a class to calibrate on and to look at, and a fifth more for validation.
  writeFileSync(join(folder, 'cifar/data_batch_1.bin'), cifarFile(labels(250), 0));
  writeFileSync(join(folder, 'cifar/data_batch_2.bin'), cifarFile(labels(190), 250));
  writeFileSync(join(folder, 'cifar/test_batch.bin'), cifarFile(labels(100), 1000));
  const tensors = Object.entries(tinyCifarResNet()).map(([name, { shape, values }]) => [name, float32(shape, values)]);
  writeFileSync(join(folder, 'tiny.safetensors'), new Uint8Array(safetensorsFile(Object.fromEntries(tensors))));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** @param signalOn sends SIGINT once stderr has said this */
function experiment(args: string[], signalOn?: RegExp): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', 'src/headless/experiment.ts', ...args],
      { cwd: ROOT, maxBuffer: 1e8 },
      (error, out, err) => done({ code: error ? ((error.code as number | undefined) ?? null) : 0, out, err }),
    );
    let err = '';
    child.stderr!.on('data', (text: string) => {
      err += text;
      if (signalOn?.test(err)) {
        signalOn = undefined;
        child.kill('SIGINT');
      }
    });
  });
}

describe('npm run experiment', { timeout: 300_000 }, () => {
  it('compares methods over seeds and reports for machines; what is known is not done again', async () => {
    const args = [
      ...DATA,
      ...SMALL,
      '--methods',
      'ptq,calibration,fdda',
      '--seeds',
      '2',
      '--state',
      join(folder, 'state.json'),
    ];
    const first = await experiment([...args, '--json']);
    expect(first.err).not.toMatch(/undefined|NaN/);
    expect(first.code).toBe(0);
    const report = JSON.parse(first.out) as Report;
    expect(report).toMatchObject({
      network: 'ResNet-8',
      dataset: 'CIFAR-10',
      complete: true,
      seeds: [1, 2],
      settings: { testImages: 100, generatorSteps: 4, generatorBatch: 4, calibrationBatch: 4 },
      versions: { backend: 'wasm', threads: 1, node: process.versions.node },
      fullPrecision: { n: 100 },
    });
    expect(report.rows.map(({ method, seed, n, steps }) => [method, seed, n, steps])).toEqual([
      ['ptq', 1, 100, 0],
      ['ptq', 2, 100, 0],
      ['calibration', 1, 100, 3],
      ['calibration', 2, 100, 3],
      ['fdda', 1, 100, 3],
      ['fdda', 2, 100, 3],
    ]);
    for (const row of report.rows) {
      expect(Object.keys(row)).toEqual(
        expect.arrayContaining([
          'method',
          'weightBits',
          'activationBits',
          'firstLast',
          'imagesPerClass',
          'seed',
          'n',
          'accuracy',
          'weightsHash',
          'steps',
          'seconds',
        ]),
      );
      expect(row.accuracy).toBe(row.correct / 100);
      expect(countRight(decodeRight(row.right!, 100))).toBe(row.correct);
      expect(row.seconds).toBeGreaterThan(0);
      expect(row.weightsHash).toMatch(/^[0-9a-f]{16}$/);
    }
    expect(report.quality).toHaveLength(2);
    const [compared] = report.comparisons;
    expect(compared.images!.onlyMethod - compared.images!.onlyOver).toBe(Math.round(compared.mean * 200));
    expect(compared.overSeeds.inGeneral).not.toBeNull();
    expect(first.err).toMatch(/11 of 11 done, 100 %/);
    expect(first.err).toMatch(/left: /);

    const again = await experiment([...args, '--bits', '4']);
    expect(again.code).toBe(0);
    // Generators and their images are known: six students of four bits are left.
    expect(again.err).toMatch(/6 of 6 done/);
    expect(again.err).not.toMatch(/generator fdda/);
    expect(again.out).toMatch(/^fdda +W4A4 +1 /m);
    expect(again.out).toMatch(/fdda over calibration/);
  });

  itLong('can be interrupted, and goes on', async () => {
    const args = [
      ...DATA,
      ...SMALL,
      '--methods',
      'zero-shot',
      '--generator-steps',
      '400',
      '--no-quality',
      '--state',
      join(folder, 'cut.json'),
      '--json',
    ];
    const cut = await experiment(args, /generator zero-shot/);
    expect(cut.code).toBe(130);
    expect(cut.err).toMatch(/goes on from here/);
    expect(JSON.parse(cut.out)).toMatchObject({ complete: false, rows: [] });
    const rest = await experiment([...args, '--generator-steps', '4']);
    expect(rest.code).toBe(0);
    expect(JSON.parse(rest.out)).toMatchObject({ complete: true, rows: [{ method: 'zero-shot' }] });
  });

  itLong('takes any number of test images, and all there are where more are asked for', async () => {
    const measured = (n: string) => experiment([...DATA, '--methods', 'ptq', '--test-images', n, '--json']);
    const [some, tooMany] = await Promise.all([measured('37'), measured('2500')]);
    expect(some.code).toBe(0);
    expect(some.err).not.toMatch(/37 test images|rounded/);
    expect(JSON.parse(some.out)).toMatchObject({ complete: true, fullPrecision: { n: 37 }, rows: [{ n: 37 }] });
    expect(tooMany.code).toBe(0);
    expect(tooMany.err).toMatch(/There are 100 test images, not 2500: all of them are used\./);
    expect(JSON.parse(tooMany.out)).toMatchObject({ fullPrecision: { n: 100 }, rows: [{ n: 100 }] });
  });

  it('says in one sentence what it cannot do', async () => {
    const [unknown, missing, tooMany, tooDeep] = await Promise.all([
      experiment(['--methods', 'magic']),
      experiment(['--data', folder, '--weights', join(folder, 'tiny.safetensors')]),
      experiment([...DATA, ...SMALL, '--methods', 'fdda', '--observation-per-class', '50']),
      experiment([...DATA, ...SMALL, '--methods', 'calibration', '--start-layer', '99']),
    ]);
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err.trim()).toMatch(/^--methods does not know "magic"\..*$/);
    expect(missing).toMatchObject({ code: 1, out: '' });
    expect(missing.err).toMatch(/There is no train.bin or data_batch_\*.bin/);
    expect(tooMany).toMatchObject({ code: 2, out: '' });
    expect(tooMany.err.trim()).toMatch(
      /The calibration split of CIFAR-10 has .*Ask for fewer: --observation-per-class\.$/,
    );
    // Only the engine knows: a process of its own says so.
    expect(tooDeep.code).toBe(1);
    expect(tooDeep.err).toMatch(/first aligned layer is 100, but ResNet-8 has 7/);
  });
});
