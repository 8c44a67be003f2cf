/** A student that is made block by block. */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dequantize, quantize } from '../../../src/engine/kernels/fakeQuantize';
import { replaySteps } from '../../../src/engine/kernels/replay/repeatedStep';
import { networkBlocks } from '../../../src/engine/network/blocks';
import { isWeighted } from '../../../src/engine/quantization/plan';
import { Student } from '../../../src/engine/quantization/student';
import { Random } from '../../../src/engine/random';
import type { RunSettings } from '../../../src/engine/runSettings';
import { prepareRun, type PreparedRun } from '../../../src/engine/training/prepare';
import { ReconstructionTrainer } from '../../../src/engine/training/reconstructionTrainer';
import { Teacher } from '../../../src/engine/training/teacher';
import { use } from '../backends';
import { tinyDataset, tinyNetwork, tinySettings } from './tiny';

let teacher: Teacher;
let prepared: PreparedRun;
let before = 0;

beforeAll(() => use('wasm'));
beforeEach(async () => {
  before = tf.memory().numTensors;
  teacher = new Teacher(tinyNetwork());
  prepared = (await prepareRun(teacher, tinyDataset(), tinySettings(), null))!;
});
afterEach(() => {
  replaySteps(true);
  prepared.dispose();
  teacher.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

const BLOCKS = 5;

const settingsOf = (overrides: Partial<RunSettings> = {}) =>
  tinySettings({
    studentRecipe: 'reconstruction',
    calibrationBatch: 8,
    weightBits: 2,
    activationBits: 3,
    studentSteps: 40 * BLOCKS,
    ...overrides,
  });

async function training(settings: RunSettings, count = settings.studentSteps) {
  const student = new Student(teacher.network, settings);
  await student.calibrateRanges([prepared.calibrationImages], 'minMax');
  const { calibrationImages, calibrationLabels } = prepared;
  const data = { calibrationImages, calibrationLabels, generator: null, classes: [] };
  return new ReconstructionTrainer('calibration', student, teacher, data, count, new Random(4));
}

function run(trainer: ReconstructionTrainer, settings: RunSettings, until: number): void {
  while (trainer.steps < until) trainer.step(settings);
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean squared difference of logits on the calibration images. */
const difference = ({ student }: ReconstructionTrainer) =>
  tf.tidy(() => {
    const images = prepared.calibrationImages;
    return tf.mean(tf.square(tf.sub(student.forward(images), teacher.forward(images)))).dataSync()[0];
  });

describe('reconstruction block by block', () => {
  it('brings the student nearer to the teacher, block after block, and every kernel onto its grid', async () => {
    const settings = settingsOf();
    const trainer = await training(settings);
    const start = difference(trainer);
    run(trainer, settings, settings.studentSteps);
    const samples = await trainer.drain();
    expect(samples.map(({ step }) => step)).toEqual(Array.from({ length: settings.studentSteps }, (_, i) => i + 1));
    expect(samples.every(({ ce, distillation }) => ce === null && distillation === null)).toBe(true);
    expect(difference(trainer)).toBeLessThan(0.7 * start);

    const { student } = trainer;
    for (const node of student.definition.nodes.filter(isWeighted)) {
      const grid = student.gridOf('weight', node.name)!;
      const kernel = student.variables[node.kernel];
      const gap = tf.tidy(() => tf.max(tf.abs(tf.sub(dequantize(quantize(kernel, grid), grid), kernel))).dataSync()[0]);
      // A level, but for the last bits of a division and a product.
      expect(gap).toBeLessThan(1e-5);
      tf.dispose([grid.scale, grid.zero]);
    }
    trainer.dispose();
  });

  it('fits each block: the error falls while weights are free', async () => {
    const settings = settingsOf({ weightRange: 'mse' });
    const trainer = await training(settings);
    run(trainer, settings, settings.studentSteps);
    const totals = (await trainer.drain()).map(({ total }) => total);
    const falls = Array.from({ length: BLOCKS }, (_, i) => {
      const own = totals.slice(40 * i, 40 * i + 40);
      return mean(own.slice(25, 35)) / mean(own.slice(0, 5));
    });
    expect(mean(falls)).toBeLessThan(0.9);
    trainer.dispose();
  });

  it('touches nothing of the blocks that it has not come to, nor of those that are done', async () => {
    const settings = settingsOf();
    const trainer = await training(settings);
    const keysOf = (index: number) =>
      networkBlocks(teacher.definition)[index].nodes.flatMap((node) => (isWeighted(node) ? [node.kernel] : []));
    const read = (keys: string[]) => keys.map((key) => Float32Array.from(trainer.student.variables[key].dataSync()));
    const [firstBefore, thirdBefore] = [read(keysOf(0)), read(keysOf(2))];
    run(trainer, settings, 60);
    const firstAfter = read(keysOf(0));
    expect(firstAfter).not.toEqual(firstBefore);
    expect(read(keysOf(2))).toEqual(thirdBefore);
    run(trainer, settings, 80);
    expect(read(keysOf(0))).toEqual(firstAfter);
    await trainer.drain();
    trainer.dispose();
  });

  it('has the same numbers replayed and as written', async () => {
    const settings = settingsOf({ studentSteps: 4 * BLOCKS });
    const numbers = async () => {
      const trainer = await training(settings);
      run(trainer, settings, settings.studentSteps);
      const totals = (await trainer.drain()).map(({ total }) => total);
      const { weights, steps } = await trainer.student.snapshot();
      trainer.dispose();
      return { totals, weights, steps };
    };
    const replayed = await numbers();
    replaySteps(false);
    expect(await numbers()).toEqual(replayed);
  });

  it('gives the first blocks one step more where they cannot have equally many, and some none', async () => {
    const settings = settingsOf({ studentSteps: 3 });
    const trainer = await training(settings);
    run(trainer, settings, 3);
    trainer.step(settings);
    expect(trainer.steps).toBe(3);
    expect(await trainer.drain()).toHaveLength(3);
    trainer.dispose();
  });

  it('leaves nothing behind when it is given up in the middle of a block, or while images are drawn', async () => {
    const settings = settingsOf();
    for (const units of [1, 3, 80, 120]) {
      const trainer = await training(settings);
      for (let i = 0; i < units; i++) trainer.step(settings);
      trainer.dispose();
      expect(tf.memory().numTensors).toBeGreaterThan(before);
    }
  });
});
