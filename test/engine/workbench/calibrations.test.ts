import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { answers } from '../../../src/engine/workbench/answers';
import { calibrations, covered } from '../../../src/engine/workbench/calibrations';
import { layerTable } from '../../../src/engine/workbench/layers';
import { averagedRange } from '../../../src/engine/workbench/looked';
import { repairs } from '../../../src/engine/workbench/repairs/measure';
import { use } from '../backends';
import { tinyContext } from './source';

beforeAll(() => use('wasm'));

it('coverage is the part of a range that another reaches', () => {
  expect(covered({ lo: 0, hi: 4 }, { lo: 1, hi: 3 })).toBe(0.5);
  expect(covered({ lo: 0, hi: 4 }, { lo: -1, hi: 9 })).toBe(1);
  expect(covered({ lo: 0, hi: 4 }, { lo: 5, hi: 9 })).toBe(0);
  expect(covered({ lo: 2, hi: 2 }, { lo: 0, hi: 1 })).toBe(1);
});

it('the moving average nears the ends that batches have, from 0', () => {
  const { lo, hi } = averagedRange([{ lo: -1, hi: 2 }]);
  expect(hi).toBeCloseTo(2 * (1 - 0.9 ** 50), 9);
  expect(lo).toBeCloseTo(-(1 - 0.9 ** 50), 9);
});

it('compares all methods on all images that there are, each as if the run had used it', async () => {
  const { context, run, fractions, done } = await tinyContext({ activationBits: 3, weightBits: 3 });
  await run.studentNow();
  const before = tf.memory().numTensors;
  const found = await calibrations(context, { images: 60 });
  expect(tf.memory().numTensors).toBe(before);
  expect(fractions.at(-1)).toBeCloseTo(1, 6);
  expect(found.images).toEqual({ calibration: 4, synthetic: 16 });
  expect(found.rows.map(({ method, source }) => `${method} ${source}`)).toEqual(
    ['calibration', 'synthetic', 'both'].flatMap((source) =>
      ['minMax', 'percentile', 'mse', 'entropy', 'movingAverage'].map((method) => `${method} ${source}`),
    ),
  );
  for (const { node, calibration, synthetic } of found.coverage) {
    expect(node).toContain('relu');
    for (const share of [calibration, synthetic!]) {
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThanOrEqual(1);
    }
  }
  // Smallest to largest of the calibration images clips nothing of them, so little of others.
  const row = (method: string) => found.rows.find((each) => each.method === method && each.source === 'calibration')!;
  expect(row('minMax').clipped).toBeLessThan(row('mse').clipped + 1e-9);
  // And a run with that method has the same answers.
  const settings = { ...context.settings, activationRange: 'mse' } as const;
  const same = await answers({ ...context, settings }, { images: 60, split: 'validation' });
  const right = same.labels.reduce((sum, label, i) => sum + Number(same.student[i] === label), 0);
  expect(row('mse').correct).toBe(right);
  done();
});

it('of a trained student is beside the full-precision network, not beside its own weights without rounding', async () => {
  const { context, run, done } = await tinyContext({
    activationBits: 2,
    weightBits: 2,
    studentSteps: 30,
    studentLearningRate: 0.01,
  });
  while (run.phase !== 'done') await run.advance();
  const options = { images: 60, split: 'validation' } as const;
  const { labels, full } = await answers(context, options);
  const right = full.reduce((sum, answer, i) => sum + Number(answer === labels[i]), 0);
  const table = await layerTable(context, { images: 60 });
  // Or nothing could be told apart here.
  expect(table.correctFull).not.toBe(right);
  const found = await calibrations(context, { images: 60 });
  expect(found.step).toBeGreaterThan(0);
  const repaired = await repairs(context, { names: ['biasCorrection'], images: 60, source: 'calibration' });
  for (const { correctFull, rows } of [found, repaired]) {
    expect(correctFull).toBe(right);
    for (const { correct, loss } of rows) expect(correct - right).toBe(loss.onlyThis - loss.onlyFull);
  }
  done();
});

it('says that there is nothing to find where no activation is quantized', async () => {
  const { context, done } = await tinyContext();
  const layerBits = Object.keys((await context.source.studentNow()).snapshot.ranges).map(
    (node) => `activation:${node}=full`,
  );
  const before = tf.memory().numTensors;
  const settings = { ...context.settings, layerBits };
  await expect(calibrations({ ...context, settings }, { images: 20 })).rejects.toMatchObject({
    name: 'SettingError',
    said: { name: 'noActivations' },
  });
  expect(tf.memory().numTensors).toBe(before);
  done();
});
