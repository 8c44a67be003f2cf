import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countRight, decodeRight } from '../../src/engine/evaluation/rightAnswers';
import { CollapseError } from '../../src/engine/training/notFinite';
import { Run } from '../../src/engine/training/run';
import type { RunSettings } from '../../src/engine/runSettings';
import { Laboratory } from '../../src/headless/experiment/laboratory';
import type { Experiment, Method } from '../../src/headless/experiment/plan';
import { GeneratorStore, Store } from '../../src/headless/experiment/store';
import { Workbook, type Finding, type Found, type Task } from '../../src/headless/experiment/work';
import { applyPreset } from '../../src/state/presets';
import { use } from '../engine/backends';
import { tinyDataset, tinyNetwork, tinySettings } from '../engine/training/tiny';

const folder = mkdtempSync(join(tmpdir(), 'laboratory-'));
const source = { network: tinyNetwork(), dataset: tinyDataset(), checkpoint: null, fingerprint: 'tiny', notes: [] };
let laboratory: Laboratory;
let tensors = 0;

beforeAll(async () => {
  await use('wasm');
  tensors = tf.memory().numTensors;
  laboratory = new Laboratory(source, new GeneratorStore(join(folder, 'shared')));
});
afterAll(() => {
  laboratory.dispose();
  rmSync(folder, { recursive: true });
  expect(tf.memory().numTensors).toBe(tensors);
});

function bookOf(methods: Method[], settings: Partial<RunSettings> = {}, rest: Partial<Experiment> = {}): Workbook {
  return new Workbook(
    {
      settings: tinySettings({ testImages: 120, ...settings }),
      methods,
      centers: ['class'],
      axes: [],
      seeds: 1,
      learningRates: [],
      selectionSeeds: 1,
      quality: true,
      ...rest,
    },
    source.fingerprint,
  );
}
const conduct = { progress: () => {}, stopped: () => false };

/** Works a book off; the tasks in the order they were done in. */
async function workOff(
  book: Workbook,
  where = laboratory,
): Promise<{ findings: Record<string, Found>; tasks: Task[] }> {
  const findings: Record<string, Found> = {};
  const tasks: Task[] = [];
  for (;;) {
    const task = book.ready(findings, new Set())[0];
    if (!task) return { findings, tasks };
    findings[task.id] = { ...(await where.work(task, conduct))!, engine: 'test' };
    tasks.push(task);
  }
}
const only = (findings: Record<string, Found>, kind: Finding['kind']) =>
  Object.values(findings).filter((each) => each.kind === kind);

/** What the page's run of these settings measures. */
async function pageAccuracies(settings: RunSettings): Promise<Record<string, number | null>> {
  const run = (await Run.create(laboratory.teacher, source.dataset, settings, null))!;
  while (!run.finishedAll) {
    // An untrained network's student may well be measured to have become worse: the page says so, and goes on.
    await run.advance().catch((error: unknown) => {
      if (!(error instanceof CollapseError)) throw error;
    });
  }
  const { accuracy } = await run.frame();
  run.dispose();
  return Object.fromEntries(accuracy.map(({ id, correct }) => [id, correct]));
}

describe('an experiment', () => {
  it('finds what the page finds with the same settings: full precision, plain quantization, calibration only, FDDA', async () => {
    const settings = tinySettings({ testImages: 120, studentLearningRate: 3e-3, studentSteps: 12, updateLimit: 0 });
    const { findings } = await workOff(bookOf(['ptq', 'calibration', 'fdda'], settings));
    const page = await pageAccuracies(applyPreset(settings, 'fdda'));
    const students = only(findings, 'student').map((each) => each.kind === 'student' && each.test.correct);
    expect(students).toEqual([page.ptq, page.calibration, page.fdda]);
    expect(new Set(students).size).toBe(3);
    expect(only(findings, 'fullPrecision')).toMatchObject([
      { test: { correct: page.fullPrecision, n: 120 }, validation: { n: 200 } },
    ]);
    // Which images those are is kept, too.
    for (const each of [...only(findings, 'student'), ...only(findings, 'fullPrecision')]) {
      if (each.kind !== 'student' && each.kind !== 'fullPrecision') throw new Error('neither is a finding of these');
      expect(countRight(decodeRight(each.test.right!, 120))).toBe(each.test.correct);
      expect(each.validation).not.toHaveProperty('right');
    }
  });

  it('trains one generator for several bit widths', async () => {
    const { findings, tasks } = await workOff(
      bookOf(['zeroShot'], {}, { axes: [[{ weightBits: 3 }, { weightBits: 8 }]], quality: false }),
    );
    expect(tasks.map(({ kind }) => kind)).toEqual(['fullPrecision', 'generator', 'student', 'student']);
    expect(only(findings, 'generator')).toMatchObject([{ steps: 6 }]);
  });

  it('aims at one common center when asked to', async () => {
    const learned = async (center: 'class' | 'classAgnostic') => {
      const store = new GeneratorStore(join(folder, center));
      const own = new Laboratory(source, store);
      const { tasks } = await workOff(bookOf(['fdda'], {}, { centers: [center], quality: false }), own);
      own.dispose();
      return store.load(tasks[1].generator!, 6).snapshot.weights['conv3.kernel'].values;
    };
    const [own, common] = [await learned('class'), await learned('classAgnostic')];
    expect(own).not.toEqual(common);
    expect(common.every(Number.isFinite)).toBe(true);
  });

  it('goes on with a generator where it was stopped, and with a longer training where a shorter one ended', async () => {
    const tasksOf = (generatorSteps: number) =>
      bookOf(['fdda'], { generatorSteps })
        .remaining({})
        .find(({ kind }) => kind === 'generator')!;
    const [short, long] = [tasksOf(6), tasksOf(9)];
    const uncut = new GeneratorStore(join(folder, 'uncut'));
    const cut = new GeneratorStore(join(folder, 'cut'));
    const [first, second] = [uncut, cut].map((store) => new Laboratory(source, store));
    await first.work(long, conduct);

    let steps = 0;
    const stopsAfter = (n: number) => ({ progress: () => {}, stopped: () => steps++ === n });
    expect(await second.work(short, stopsAfter(2))).toBeNull();
    expect(readdirSync(cut.folder)).toEqual([`${short.generator}-2.bin`]);
    expect(await second.work(short, conduct)).toMatchObject({ kind: 'generator', steps: 6 });
    expect(readdirSync(cut.folder)).toEqual([`${short.generator}-6.bin`]);
    steps = 0;
    expect(await second.work(long, stopsAfter(1))).toBeNull();
    await second.work(long, conduct);
    // The finished training of fewer steps stays, what was kept on the way goes.
    expect(readdirSync(cut.folder)).toEqual([`${short.generator}-6.bin`, `${short.generator}-9.bin`]);
    expect(cut.load(long.generator!, 9).snapshot).toEqual(uncut.load(long.generator!, 9).snapshot);
    first.dispose();
    second.dispose();
  });

  it('goes on with a student where it was stopped', async () => {
    const [task] = bookOf(['calibration'], { studentSteps: 6 })
      .ready({}, new Set())
      .filter(({ kind }) => kind === 'student');
    const cut = new GeneratorStore(join(folder, 'cut student'));
    const second = new Laboratory(source, cut);
    let steps = 0;
    expect(await second.work(task, { progress: () => {}, stopped: () => steps++ === 4 })).toBeNull();
    expect(cut.loadStudent(task.id)!.snapshot.step).toBe(4);
    const seen: number[] = [];
    const counted = { progress: (fraction: number) => seen.push(Math.round(6 * fraction)), stopped: () => false };
    const finding = await second.work(task, counted);
    expect(Math.min(...seen)).toBe(4);
    const without = (found: Finding | null) => ({ ...found, seconds: 0 });
    expect(without(finding)).toEqual(without(await laboratory.work(task, conduct)));
    expect(readdirSync(cut.folder)).toEqual([]);
    second.dispose();
  });

  it('says of what another version of the engine began which one that was', async () => {
    const kept = new GeneratorStore(join(folder, 'two versions'));
    const [older, newer] = ['older', 'newer'].map((engine) => new Laboratory(source, kept, engine));
    const book = bookOf(['calibration', 'fdda'], { generatorSteps: 4, studentSteps: 4 });
    for (const kind of ['generator', 'student'] as const) {
      const task = book.remaining({}).find((each) => each.kind === kind)!;
      let steps = 0;
      expect(await older.work(task, { progress: () => {}, stopped: () => steps++ === 2 })).toBeNull();
      expect(await newer.work(task, conduct)).toMatchObject({ kind, begunBy: 'older' });
    }
    const whole = book.remaining({}).find(({ kind, generator }) => kind === 'student' && generator === null)!;
    expect(await newer.work(whole, conduct)).not.toHaveProperty('begunBy');
    older.dispose();
    newer.dispose();
  });

  it('takes a training that diverges for a finding, and throws what is wrong with the settings', async () => {
    const diverges = bookOf(['calibration'], { studentLearningRate: 1e30, studentSteps: 12, updateLimit: 0 });
    const { findings } = await workOff(diverges);
    expect(only(findings, 'failed')).toMatchObject([{ message: expect.stringMatching(/not a finite number at step/) }]);
    const [impossible] = bookOf(['calibration'], { startLayer: 99 })
      .ready({}, new Set())
      .filter(({ kind }) => kind === 'student');
    await expect(laboratory.work(impossible, conduct)).rejects.toThrow(/BatchNorm layers/);
  });

  it('measures the quality of synthetic images beside that of real ones', async () => {
    const { findings } = await workOff(bookOf(['fdda'], { observationPerClass: 6 }));
    const [found] = only(findings, 'quality');
    if (found.kind !== 'quality') throw new Error('no quality');
    const { synthetic, real, spreadRatio, activationCoverage, layers, startLayer } = found.quality;
    expect([layers.length, startLayer]).toEqual([9, 3]);
    for (const rows of [
      synthetic.ownCenter,
      synthetic.nearestOther,
      synthetic.nearestCenterRate,
      real.silhouette,
      spreadRatio,
    ]) {
      expect([rows.byLayer.length, rows.byClass.length, rows.byClass[0].length]).toEqual([9, 9, 4]);
      expect(rows.byLayer.every(Number.isFinite)).toBe(true);
    }
    // The classes are colours: real images of a class lie nearest to its center even in a random network.
    expect(real.joint.nearestCenterRate).toBeGreaterThan(0.9);
    expect(real.joint.nearestCenterRate).toBeGreaterThan(synthetic.joint.nearestCenterRate);
    expect(real.observed).toBe(6);
    expect(synthetic.teacherEntropy).toBeGreaterThan(0);
    expect(synthetic.teacherEntropy).toBeLessThanOrEqual(Math.log(4) + 1e-6);
    expect(activationCoverage.activations).toHaveLength(activationCoverage.synthetic.length);
    for (const share of [...activationCoverage.synthetic, ...activationCoverage.calibration]) {
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });
});

describe('what an experiment keeps', () => {
  const finding: Found = { kind: 'generator', steps: 6, seconds: 3, engine: 'x' };
  const snapshot = {
    step: 6,
    weights: { w: { shape: [2], values: Float32Array.of(1, 2) } },
    optimizer: { step: 6, state: { m: { w: Float32Array.of(3, 4) } } },
  };

  it('is there again, but for generators whose file is gone', () => {
    const file = join(folder, 'state', 'experiment.json');
    const store = new Store(file);
    store.generators.save('abc', { snapshot, seconds: 3, finished: true });
    store.add('generator:abc:6', finding);
    store.add('generator:abd:6', finding);
    store.close();
    const again = new Store(file);
    expect(again.findings).toEqual({ 'generator:abc:6': finding });
    expect(again.reused).toBe(1);
    expect(again.generators.load('abc', 6)).toEqual({ snapshot, seconds: 3, finished: true });
    expect([
      again.generators.latest('abc', 100),
      again.generators.latest('abc', 5),
      again.generators.latest('ab', 100),
    ]).toEqual([6, null, null]);
  });

  it('refuses a file of something else', () => {
    const file = join(folder, 'other.json');
    writeFileSync(file, '{"name": "thing"}');
    expect(() => new Store(file)).toThrow(/holds no experiment/);
  });

  it('goes with the program where no file is named', () => {
    const store = new Store(null);
    store.generators.save('abc', { snapshot, seconds: 3, finished: true });
    expect(store.generators.has('abc', 6)).toBe(true);
    store.close();
    expect(store.generators.has('abc', 6)).toBe(false);
  });
});
