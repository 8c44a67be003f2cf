import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { layerBitsText } from '../../../src/engine/quantization/layerBits';
import { distortionOf, layerTable, sensitivities } from '../../../src/engine/workbench/layers';
import { answers } from '../../../src/engine/workbench/answers';
import { divergences, logProbabilities, measured, topClasses } from '../../../src/engine/workbench/images';
import type { Split } from '../../../src/engine/data/dataset';
import { createTrial } from '../../../src/engine/workbench/trial';
import { NODE_BACKENDS, use } from '../backends';
import { tinyContext } from './source';

describe('numbers', () => {
  it('SQNR and cosine are those of the formulas', () => {
    // x = (3, 4), y = (3, 3): noise 1 of 25.
    const { sqnr, cosine } = distortionOf({ xx: 25, noise: 1, xy: 21, yy: 18 });
    expect(sqnr).toBeCloseTo(10 * Math.log10(25), 12);
    expect(cosine).toBeCloseTo(21 / (5 * Math.sqrt(18)), 12);
    expect(distortionOf({ xx: 25, noise: 0, xy: 25, yy: 25 })).toEqual({ sqnr: Infinity, cosine: 1 });
  });

  it('divergence is that of the probabilities', () => {
    const p = logProbabilities(Float32Array.from([0, Math.log(3), 5, 5]), 2);
    const q = logProbabilities(Float32Array.from([0, 0, 5, 5]), 2);
    const [first, second] = divergences(p, q, 2);
    expect(first).toBeCloseTo(0.25 * Math.log(0.5) + 0.75 * Math.log(1.5), 6);
    expect(second).toBe(0);
    expect([...topClasses([1, 2, 7, 7], 2)]).toEqual([1, 0]);
  });
});

describe.each(NODE_BACKENDS)('layer table on %s', (backend) => {
  beforeAll(() => use(backend));

  it('has each quantizer once, alone and with all before it, and leaves nothing behind', async () => {
    const { context, fractions, run, done } = await tinyContext({ weightBits: 3, activationBits: 3 });
    await run.studentNow();
    const before = tf.memory().numTensors;
    const table = await layerTable(context, { images: 60 });
    expect(tf.memory().numTensors).toBe(before);
    const { student } = await createTrial(context);
    expect(table.rows.map(({ kind, node }) => `${kind} ${node}`)).toEqual(
      student.plan.quantizers.map(({ kind, node }) => `${kind} ${node}`),
    );
    student.dispose();
    expect(fractions.every((each, i) => i === 0 || each >= fractions[i - 1])).toBe(true);
    expect(fractions.at(-1)).toBeCloseTo(1, 6);
    for (const { isolated, accumulated, sensitivity, clipped, range, values, grids } of table.rows) {
      expect(isolated!.sqnr).toBeGreaterThan(0);
      expect(isolated!.cosine).toBeGreaterThan(0.5);
      expect(accumulated!.cosine).toBeLessThanOrEqual(1 + 1e-6);
      expect(sensitivity!.kl).toBeGreaterThanOrEqual(0);
      expect(clipped).toBeGreaterThanOrEqual(0);
      expect(range!.hi).toBeGreaterThan(range!.lo);
      expect(values % grids).toBe(0);
    }
    // Nothing is quantized before the first kernel: alone and with all before it are the same there.
    const [first] = table.rows;
    expect(first.node).toBe('stem_conv');
    expect(first.accumulated!.sqnr).toBeCloseTo(first.isolated!.sqnr, 2);
    // And in the last layer everything that came before has added up.
    const last = table.rows.at(-1)!;
    expect(last.accumulated!.sqnr).toBeLessThan(last.isolated!.sqnr);
    expect(table.rows.map(({ layer }) => layer).filter((layer) => layer !== null).length).toBeGreaterThan(8);
    done();
  });

  it('beginning at a quantizer gives what the whole pass gives', async () => {
    const { context, done } = await tinyContext({ weightBits: 2, activationBits: 3 });
    const table = await layerTable(context, { images: 50 });
    const plan = (await createTrial(context)).student;
    const only = table.rows.find(({ node, kind }) => kind === 'activation' && node !== 'stem_relu')!;
    const layerBits = plan.plan.quantizers
      .filter(({ kind, node }) => kind !== only.kind || node !== only.node)
      .map(({ kind, node }) => layerBitsText({ kind, node, bits: 32 }));
    plan.dispose();
    // A student in which nothing else is quantized at all.
    const alone = await answers(
      { ...context, settings: { ...context.settings, layerBits } },
      { images: 50, split: 'validation' },
    );
    const kl = alone.kl.reduce((sum, each) => sum + each, 0) / 50;
    expect(only.sensitivity!.kl).toBeCloseTo(kl, 5);
    const right = (of: Uint16Array) => of.reduce((sum, answer, i) => sum + Number(answer === alone.labels[i]), 0);
    expect(table.correctFull).toBe(right(alone.full));
    expect(right(alone.student) - right(alone.full)).toBe(only.sensitivity!.onlyThis - only.sensitivity!.onlyFull);
    done();
  });
});

describe('on wasm', () => {
  beforeAll(() => use('wasm'));

  it('more bits cost less, and a layer of full precision nothing', async () => {
    const { context, done } = await tinyContext();
    const found = await sensitivities(context, { images: 50, bits: [2, 4, 8] });
    const sum = (i: number) => Object.values(found.kl).reduce((total, each) => total + each[i], 0);
    expect(sum(0)).toBeGreaterThan(sum(1));
    expect(sum(1)).toBeGreaterThan(sum(2));
    const settings = { ...context.settings, layerBits: ['weight:classifier=full'] };
    const table = await layerTable({ ...context, settings }, { images: 50 });
    expect(table.rows.find(({ id }) => id === 'weight:classifier')).toMatchObject({
      bits: 32,
      range: null,
      clipped: null,
      isolated: null,
      sensitivity: null,
    });
    done();
  });

  it('stops where it is told to, and leaves nothing behind', async () => {
    const { context, run, done } = await tinyContext();
    await run.studentNow();
    const before = tf.memory().numTensors;
    const stop = new Error('enough');
    let pauses = 0;
    const pause = async () => {
      if (++pauses === 5) throw stop;
    };
    await expect(layerTable({ ...context, pause }, { images: 60 })).rejects.toBe(stop);
    expect(tf.memory().numTensors).toBe(before);
    done();
  });

  it('refuses bits of a layer that is not there, and no images; takes no more than there are', async () => {
    const { context, done } = await tinyContext();
    const settings = { ...context.settings, layerBits: ['weight:nowhere=4'] };
    await expect(layerTable({ ...context, settings }, { images: 50 })).rejects.toMatchObject({
      name: 'SettingError',
      said: { name: 'noSuchLayer' },
    });
    await expect(layerTable(context, { images: 0 })).rejects.toThrow(RangeError);
    const { dataset } = context.source;
    expect(measured(dataset, 1e6)).toEqual({ split: 'validation', n: 200 });
    const without = { ...dataset, size: (split: Split) => (split === 'validation' ? 0 : 40) };
    expect(measured(without, 100)).toEqual({ split: 'test', n: 40 });
    done();
  });

  it('looks at the student as it is: before, during and after its training', async () => {
    const { context, run, done } = await tinyContext({
      beside: [],
      studentSteps: 4,
      studentLearningRate: 1e-2,
      testImages: 0,
    });
    const plain = await answers(context, { images: 50, split: 'test' });
    expect(plain.step).toBe(0);
    while (run.phase !== 'student' || run.position.step < 2) await run.advance();
    const during = await answers(context, { images: 50, split: 'test' });
    expect(during.step).toBe(2);
    expect(during.kl).not.toEqual(plain.kl);
    expect(during.full).toEqual(plain.full);
    while (!run.finishedAll) await run.advance();
    expect((await answers(context, { images: 50, split: 'test' })).step).toBe(4);
    done();
  });
});
