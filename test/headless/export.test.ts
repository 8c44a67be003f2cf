import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createShapes } from '../../src/engine/data/shapes';
import { Run } from '../../src/engine/training/run';
import { Teacher } from '../../src/engine/training/teacher';
import { exportStudent } from '../../src/engine/workbench/exports';
import { BUNDLED_FOLDER, readNetworkFolder } from '../../src/headless/files';
import { defaultSettings } from '../../src/state/settings';
import { use } from '../engine/backends';
import { manyClassNetwork, manyClassPictures } from '../manyClasses';
import { describeShort, it, itLong } from '../when';

const folder = mkdtempSync(join(tmpdir(), 'export-'));
afterAll(() => rmSync(folder, { recursive: true }));

function save(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

function command(...flags: string[]): Promise<{ code: number; out: string; said: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, ['--import', 'tsx', 'src/headless/export.ts', ...flags], (error, out, said) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, said }),
    ),
  );
}

describeShort('npm run export', () => {
  it('writes the file and says how it was checked', async () => {
    const path = join(folder, 'student.onnx');
    const { code, out } = await command('--bits', '4', '--format', 'onnx', '--images', '50', '--out', path, '--json');
    expect(code).toBe(0);
    const { bytes, agreement, maxDifference, n } = JSON.parse(out) as Record<string, number>;
    expect(n).toBe(50);
    expect(agreement).toBe(1);
    expect(maxDifference).toBeLessThan(1);
    expect(statSync(path).size).toBe(bytes);
    expect(readFileSync(path).includes('FDDA playground')).toBe(true);
  });

  it('writes a student that was repaired', async () => {
    const path = join(folder, 'repaired.onnx');
    const flags = ['--bits', '3', '--images', '40', '--repairs', 'equalization,biasCorrection'];
    const { code, out } = await command(...flags, '--repair-images', 'calibration', '--out', path, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ n: 40, agreement: 1, verdict: 'same' });
    expect(statSync(path).size).toBeGreaterThan(40_000);
  });

  it('takes another network and a few images, as the page does', async () => {
    const place = (kind: string, name: string) => join(folder, kind, name);
    for (const { name, bytes } of manyClassNetwork(5, 8)) save(place('network', name), bytes);
    for (const { name, bytes } of manyClassPictures(5, 6, 8)) save(place('pictures', name), bytes);
    const own = ['--network', join(folder, 'network'), '--images', join(folder, 'pictures')];
    const { code, out, said } = await command(...own, '--bits', '4', '--json');
    expect(said).toMatch(/Images for looking only/);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ agreement: 1, verdict: 'same' });
  });

  it.each([
    [['--bits', '9'], /--bits is a whole number from 2 to 8, not "9"/],
    [['--format', 'tflite'], /--format is one of onnx, layersModel, images, not "tflite"/],
    [['--layer-bits', 'weight:stem_conv=1'], /layer-bits/],
    [['--layer-bits', 'weight:nowhere=4'], /nowhere/],
    [['--weights', 'a.safetensors'], /belong together/],
    [['--repairs', 'sandpaper'], /--repairs is one of equalization, adaRound, biasCorrection, not "sandpaper"/],
  ])('refuses %j', async (flags, said) => {
    const result = await command(...flags);
    expect(result.code).toBe(1);
    expect(result.said).toMatch(said);
  });
});

describe('the bundled network', () => {
  const dataset = createShapes();
  const common = { ...defaultSettings(), beside: [], testImages: 0, observationPerClass: 2 };
  let teacher: Teacher;
  let run: Run;
  beforeAll(async () => {
    await use('wasm');
    teacher = new Teacher(await readNetworkFolder(BUNDLED_FOLDER));
    run = (await Run.create(teacher, dataset, common, null))!;
  });
  afterAll(() => {
    run.dispose();
    teacher.dispose();
  });

  const compare = async (bits: number) => {
    for (const [weightGranularity, weightRange] of (['perChannel', 'perTensor'] as const).flatMap((granularity) =>
      (['minMax', 'mse'] as const).map((range) => [granularity, range] as const),
    )) {
      const settings = { ...common, weightBits: bits, activationBits: bits, weightGranularity, weightRange };
      const source = {
        network: teacher.network,
        dataset,
        calibration: run.prepared.calibrationSet,
        studentNow: () => run.studentNow(),
        syntheticImages: () => null,
      };
      const context = { source, settings, pause: async () => undefined };
      const { check, bytes, fullBytes } = await exportStudent(context, { format: 'onnx', images: 60 });
      const layers = await exportStudent(context, { format: 'layersModel', images: 20 });
      for (const { same, close } of [check!, check!.unoptimized!]) {
        expect(same).toBe(60);
        expect(close).toBeGreaterThanOrEqual(59);
      }
      expect(layers.check).toMatchObject({ same: 20, maxDifference: 0 });
      // What is not quantized, and the graph, take some 16 kB.
      const storage = bits === 2 ? 2 : bits <= 4 ? 4 : 8;
      expect(bytes - (fullBytes! * storage) / 32).toBeLessThan(18_000);
    }
  };
  const NAME = 'exported with %i bits answers as the student, one scale a channel or a layer, spanned or placed';
  it.each([2, 4, 8])(NAME, compare);
  itLong.each([3, 5, 6, 7])(NAME, compare);
});
