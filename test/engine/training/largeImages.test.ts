/** Runs on large images and many classes: what is held, looked at and asked for is bounded, and the method is the same. */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { areLarge, imagesAtOnce, lookedAtClasses } from '../../../src/engine/data/amounts';
import { sampleCalibrationSet } from '../../../src/engine/data/calibrationSet';
import { gatherBatch, smallTile, type Dataset, type Split } from '../../../src/engine/data/dataset';
import { Random } from '../../../src/engine/random';
import { HeldImages } from '../../../src/engine/training/heldImages';
import { backendBytes, fitToMachine, MOST_WASM_BYTES, type RunSize } from '../../../src/engine/training/machineFit';
import { SettingError } from '../../../src/engine/training/prepare';
import { Run } from '../../../src/engine/training/run';
import { Teacher } from '../../../src/engine/training/teacher';
import { defaultSettings } from '../../../src/state/settings';
import { use } from '../backends';
import { tinyNetwork } from './tiny';

beforeAll(() => use('wasm'));

let alive = 0;
beforeEach(() => (alive = tf.memory().numTensors));
afterEach(() => expect(tf.memory().numTensors).toBe(alive));

/** Four images of each class in every split: class and place give the colour. */
function colours(classes: number, size: number): Dataset & { asked: () => number } {
  let asked = 0;
  const image = (split: Split, index: number) => {
    asked++;
    const label = index % classes;
    const random = new Random(index).fork(split);
    const [a, b] = [random.integer(256), (label * 37) % 256];
    const pixels = new Uint8Array(size * size * 3);
    for (let i = 0; i < pixels.length; i++) pixels[i] = (i * a + b * (i % 3)) & 255;
    return { pixels, label };
  };
  return {
    name: 'Many colours',
    classNames: Array.from({ length: classes }, (_, c) => `c${c}`),
    imageShape: [size, size, 3],
    calibrationReserve: 1,
    size: () => 4 * classes,
    image,
    label: (_, index) => index % classes,
    asked: () => asked,
  };
}

const networkOf = (classes: number, size: number) =>
  tinyNetwork({
    inputShape: [size, size, 3],
    classNames: Array.from({ length: classes }, (_, c) => `c${c}`),
    stemStride: size > 64 ? 2 : 1,
    strides: size > 64 ? [2, 2, 2] : [1, 2, 2],
    widths: [2, 3, 4],
  });

const settings = {
  ...defaultSettings(),
  generatorStart: 'scratch' as const,
  generatorChannels: 4,
  generatorSteps: 2,
  generatorBatch: 2,
  studentSteps: 2,
  calibrationBatch: 2,
  syntheticBatch: 2,
  observationPerClass: 2,
  testImages: 15,
  beside: [],
};

describe('how much is looked at', () => {
  it('is everything of small images and few classes', () => {
    const random = new Random(1);
    for (const [classes, values] of [
      [10, 3072],
      [100, 3072],
      [10, 150528],
    ])
      expect(lookedAtClasses(classes, values, 6, random)).toEqual(Array.from({ length: classes }, (_, i) => i));
    expect([imagesAtOnce(3072, 100), imagesAtOnce(12288, 100), imagesAtOnce(150528, 100)]).toEqual([100, 100, 13]);
    expect([areLarge([32, 32, 3]), areLarge([64, 64, 3]), areLarge([224, 224, 3])]).toEqual([false, false, true]);
  });

  it('is some classes of a thousand at 224x224, which the seed decides', () => {
    const looked = (seed: number) => lookedAtClasses(1000, 150528, 6, new Random(seed));
    expect(looked(1)).toHaveLength(11);
    expect(looked(1)).toEqual([...new Set(looked(1))].sort((a, b) => a - b));
    expect(looked(1)).toEqual(looked(1));
    expect(looked(1)).not.toEqual(looked(2));
  });

  it('a tile of large images has fewer pixels, each the mean of a square', () => {
    const rgba = Uint8ClampedArray.from({ length: 2 * 128 * 130 * 4 }, (_, i) => (i * 7) & 255);
    const small = smallTile({ count: 2, height: 128, width: 130, rgba });
    expect([small.count, small.height, small.width]).toEqual([2, 64, 65]);
    const at = (image: number, y: number, x: number) => rgba[((image * 128 + y) * 130 + x) * 4 + 1];
    const mean = (at(1, 10, 20) + at(1, 10, 21) + at(1, 11, 20) + at(1, 11, 21)) / 4;
    expect(Math.abs(small.rgba[((64 + 5) * 65 + 10) * 4 + 1] - mean)).toBeLessThanOrEqual(0.5);
    const tile = { count: 1, height: 96, width: 96, rgba: new Uint8ClampedArray(96 * 96 * 4) };
    expect(smallTile(tile)).toBe(tile);
  });
});

describe('calibration images that are too many to be held', () => {
  it('are bytes until they are asked for, and then the same numbers', async () => {
    const dataset = colours(130, 224);
    const definition = { inputShape: dataset.imageShape, normalization: { mean: [0.5, 0.4, 0.3], std: [1, 2, 3] } };
    const sample = sampleCalibrationSet(dataset, 1, new Random(3));
    const held = new HeldImages(dataset, sample, definition);
    expect(held.complete).toBe(false);
    expect(held.onBackend.shape).toEqual([13, 224, 224, 3]);
    expect(dataset.asked()).toBe(13);
    const expected = gatherBatch(
      dataset,
      'calibration',
      [sample.indices[7], sample.indices[129]],
      definition.normalization,
    );
    expect(held.valuesAt([7, 129])).toEqual(expected.images);
    const batch = held.batch(129, 1);
    expect(Float32Array.from(await batch.data())).toEqual(expected.images.subarray(150528));
    batch.dispose();
    const sizes = held.batches().map((make) => {
      const made = (make as () => tf.Tensor4D)();
      made.dispose();
      return made.shape[0];
    });
    expect(sizes).toEqual(new Array(10).fill(13));
    expect(held.tile()).toMatchObject({ count: 130, height: 74, width: 74 });
    held.dispose();
  });
});

describe('a run', () => {
  it('of 1000 classes looks at some, goes by all, and ends', { timeout: 120_000 }, async () => {
    // Too large for all calibration images to be held, either.
    const size = 80;
    const dataset = colours(1000, size);
    const teacher = new Teacher(networkOf(1000, size));
    const run = (await Run.create(teacher, dataset, settings, null))!;
    const { overview } = run;
    const looked = overview.lookedAt!;
    expect(looked).toHaveLength(86);
    expect(run.prepared.calibrationSet.complete).toBe(false);
    expect([...new Set(overview.points.observation.labels)]).toEqual(looked);
    expect(overview.points.centers.count).toBe(1000);
    expect(overview.calibration.verdicts.labels).toHaveLength(1000);
    expect(overview.points.distorted.count).toBe(4 * looked.length);
    // What there is of the looked-at classes, and NaN of the others.
    const { distanceToOwnCenter, joint } = overview.quality!;
    expect(
      Array.from(distanceToOwnCenter.subarray(0, 1000), (v) => !Number.isNaN(v)).flatMap((is, c) => (is ? [c] : [])),
    ).toEqual(looked);
    expect(joint.ownCenter).toBeGreaterThan(0);
    expect(overview.separation.intraClass.every((v) => v > 0)).toBe(true);
    while (!run.finishedAll) await run.advance();
    const frame = await run.frame(true);
    const { verdicts, images, batchPoints, quality } = frame.synthetic.at(-1)!;
    expect([...verdicts.labels]).toEqual(looked.flatMap((label) => new Array<number>(6).fill(label)));
    expect(images).toMatchObject({ count: 6 * looked.length, height: size, width: size });
    expect([...batchPoints.labels]).toEqual(looked);
    expect(quality!.teacherEntropy).toBeGreaterThan(0);
    expect(frame.student.every(({ total }) => Number.isFinite(total))).toBe(true);
    expect(frame.accuracy.every(({ state }) => state === 'done')).toBe(true);
    run.dispose();
    teacher.dispose();
  });

  it('on 224x224 is the same whether its images are held or not', { timeout: 120_000 }, async () => {
    const dataset = colours(4, 224);
    const teacher = new Teacher(networkOf(4, 224));
    const run = (await Run.create(teacher, dataset, settings, null))!;
    expect(run.overview.lookedAt).toBeUndefined();
    expect(run.overview.calibration.images).toMatchObject({ count: 4, height: 74, width: 74 });
    const first = await run.snapshot();
    const hashes: (string | null)[] = [];
    for (const held of [true, false]) {
      Object.assign(run.prepared.calibrationSet, { complete: held });
      await run.restore(first!);
      while (!run.finishedAll) await run.advance();
      hashes.push((await run.frame()).accuracy.at(-1)!.weightsHash);
    }
    expect(hashes[0]).toMatch(/^[0-9a-f]+$/);
    expect(hashes[1]).toBe(hashes[0]);
    run.dispose();
    teacher.dispose();
  });
});

describe('memory', () => {
  /** MobileNetV2 of 1000 classes. */
  const size: RunSize = {
    macs: 300_774_272,
    inputShape: [224, 224, 3],
    numClasses: 1000,
    parameters: 3_538_984,
    activations: 19_830_000,
    statistics: 34_112,
  };
  const of = (batch: number, channels: number) => ({
    ...defaultSettings(),
    generatorStart: 'scratch' as const,
    generatorBatch: batch,
    calibrationBatch: batch,
    syntheticBatch: batch,
    generatorChannels: channels,
    beside: [],
  });

  it('of MobileNetV2 is what was measured, within a fifth', () => {
    // Peaks of WebAssembly's memory, 4 + 4 and 8 + 8 images, width 32.
    for (const [batch, measured] of [
      [4, 1679],
      [8, 3072],
    ]) {
      const megabytes = backendBytes(of(batch, 32), size) / 2 ** 20;
      expect(Math.abs(megabytes / measured - 1)).toBeLessThan(0.2);
    }
  });

  it('settings for large images fit, go by the speed, and are never larger than asked', () => {
    const asked = { ...of(16, 64), testImages: 2000 };
    const fast = fitToMachine(asked, size, 1e12);
    expect(fast.generatorBatch).toBe(4);
    expect(fast.testImages).toBeUndefined();
    const slow = fitToMachine(asked, size, 2e8);
    expect(slow).toMatchObject({ generatorBatch: 2, calibrationBatch: 2, syntheticBatch: 2, generatorChannels: 16 });
    expect(slow.testImages).toBe(50);
    expect(fitToMachine({ ...asked, ...slow }, size, 1e12)).toEqual({});
    expect(fitToMachine(asked, { ...size, inputShape: [32, 32, 3] }, 1)).toEqual({});
  });

  it('counts the images that are moved themselves, also for a method beside', () => {
    const ten: RunSize = { ...size, numClasses: 10 };
    const alone = of(4, 32);
    const beside = { ...alone, beside: ['fddaPlus' as const] };
    // Nine copies of 32 images of each of ten classes.
    const moved = 9 * 32 * 10 * 224 * 224 * 3 * 4;
    expect(backendBytes(beside, ten) - backendBytes(alone, ten)).toBeGreaterThan(moved);
    expect(backendBytes(beside, ten)).toBeGreaterThan(MOST_WASM_BYTES);
    const fitted = fitToMachine(alone, ten, 1e12);
    expect(fitted).toMatchObject({ refinedPerClass: 12 });
    expect(backendBytes({ ...beside, ...fitted }, ten)).toBeLessThan(MOST_WASM_BYTES);
    expect(fitToMachine({ ...alone, refinedPerClass: 5 }, ten, 1e12).refinedPerClass).toBeUndefined();
  });

  it('that WebAssembly has not is refused before anything is read, with settings that would do', async () => {
    const dataset = colours(4, 224);
    const teacher = new Teacher(networkOf(4, 224));
    const many = { ...settings, generatorChannels: 128, generatorBatch: 64 };
    expect(backendBytes(many, { ...size, parameters: 100, activations: 1e5, numClasses: 4 })).toBeGreaterThan(
      MOST_WASM_BYTES,
    );
    const error = await Run.create(teacher, dataset, many, null).then(
      () => null,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(SettingError);
    expect((error as Error).message).toMatch(
      /would need about [\d.]+ GB of memory, and WebAssembly has 3.6. With \d+ images a step .* width of \d+ it needs about [\d.]+ GB/,
    );
    expect(dataset.asked()).toBe(0);
    teacher.dispose();
  });
});
