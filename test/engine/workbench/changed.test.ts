/** What was chosen to be done to the student: other ranges, and repairs. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { quantizedNetwork } from '../../../src/engine/export/quantizedNetwork';
import { readLayersModel } from '../../../src/engine/network/keras/layersModel';
import { answers } from '../../../src/engine/workbench/answers';
import { calibrations } from '../../../src/engine/workbench/calibrations';
import { createChangedTrial } from '../../../src/engine/workbench/changed';
import { exportStudent } from '../../../src/engine/workbench/exports';
import { exportLayersModel } from '../../../src/engine/workbench/exports/layersModel';
import { exportOnnx } from '../../../src/engine/workbench/exports/onnx';
import { histogram } from '../../../src/engine/workbench/histogram';
import { layerTable } from '../../../src/engine/workbench/layers';
import { repairs } from '../../../src/engine/workbench/repairs/measure';
import type { RangeChange, StudentChanges } from '../../../src/engine/workbench/report';
import { verdictOf } from '../../../src/engine/workbench/report';
import { createTrial } from '../../../src/engine/workbench/trial';
import { use } from '../backends';
import { tinyNetwork } from '../training/tiny';
import { tinyContext } from './source';

beforeAll(() => use('wasm'));

const RANGE: RangeChange = { kind: 'activation', node: 'stem_relu', channel: null, range: { lo: 0, hi: 0.75 } };
const right = ({ labels, student }: Awaited<ReturnType<typeof answers>>) =>
  labels.reduce((sum, label, i) => sum + Number(student[i] === label), 0);

describe('a changed student', () => {
  it.each<[string, StudentChanges]>([
    ['ranges of another method', { calibration: { method: 'mse', source: 'both' } }],
    [
      'ranges set by hand',
      { ranges: [RANGE, { kind: 'weight', node: 'stem_conv', channel: 1, range: { lo: -0.25, hi: 0.3 } }] },
    ],
    ['one range for a whole kernel', { ranges: [{ ...RANGE, kind: 'weight', node: 'classifier' }] }],
    ['equalization', { repairs: { names: ['equalization'], source: 'calibration' } }],
    ['bias correction', { repairs: { names: ['biasCorrection'], source: 'both' } }],
    [
      'learned rounding on other ranges',
      { calibration: { method: 'percentile', source: 'synthetic' }, repairs: { names: ['adaRound'], source: 'both' } },
    ],
  ])('with %s is what the files hold', async (_, changes) => {
    const network = tinyNetwork();
    // Two layers whose rounding is learned are enough.
    const inner = network.definition.nodes.filter((node) => node.op === 'conv2d').slice(1);
    const layerBits = changes.repairs?.names.includes('adaRound') ? inner.map(({ name }) => `weight:${name}=full`) : [];
    const { context, run, done } = await tinyContext({ weightBits: 3, activationBits: 4, layerBits }, network);
    await run.studentNow();
    const before = tf.memory().numTensors;
    // One student for both, because learning takes a while.
    const trial = await createChangedTrial(context, changes);
    const { kernels } = await quantizedNetwork(trial.student, network);
    const onnx = await exportOnnx(context, trial, 60);
    const layers = await exportLayersModel(context, trial, 60);
    trial.student.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(onnx.check).toMatchObject({ n: 60, same: 60, unoptimized: { same: 60 } });
    // Of the others a value lay between two levels.
    expect(onnx.check!.close).toBeGreaterThanOrEqual(57);
    expect(layers.check).toMatchObject({ n: 60, same: 60, maxDifference: 0 });
    // Another file than without the changes.
    const plain = await exportStudent(context, { format: 'onnx', images: 20 });
    expect(onnx.files[0].bytes).not.toEqual(plain.files[0].bytes);
    const read = await readLayersModel(layers.files.map(({ name, bytes }) => ({ name, bytes: bytes.slice().buffer })));
    for (const node of read.definition.nodes) {
      if (!('kernel' in node) || !kernels.has(node.name)) continue;
      const { integers, scale, zero } = kernels.get(node.name)!;
      const channel = (i: number) => i % scale.length;
      expect(Array.from(read.weights[node.kernel].values)).toEqual(
        Array.from(integers, (q, i) => Math.fround(Math.fround(q + zero[channel(i)]) / scale[channel(i)])),
      );
    }
    done();
  });

  it('is what is asked for by name', async () => {
    const { context, done } = await tinyContext({ weightBits: 3, activationBits: 4 });
    const changes: StudentChanges = { repairs: { names: ['biasCorrection'], source: 'calibration' } };
    const asked = await exportStudent(context, { format: 'onnx', images: 20, changes });
    const trial = await createChangedTrial(context, changes);
    expect(asked.files).toEqual((await exportOnnx(context, trial, 20)).files);
    trial.student.dispose();
    done();
  });

  it('has the ranges that were compared, and other activations as they were', async () => {
    const { context, done } = await tinyContext({ weightBits: 3, activationBits: 3 });
    const { rows } = await calibrations(context, { images: 60 });
    const row = rows.find(({ method, source }) => method === 'entropy' && source === 'synthetic')!;
    const changes: StudentChanges = { calibration: { method: 'entropy', source: 'synthetic' } };
    expect(right(await answers(context, { images: 60, split: 'validation', changes }))).toBe(row.correct);
    const rangesOf = async (of: StudentChanges) => {
      const { student } = await createChangedTrial(context, of);
      const ranges = await student.ranges();
      student.dispose();
      return ranges;
    };
    const { stem_relu: own, ...others } = await rangesOf({});
    const { stem_relu: changed, ...left } = await rangesOf({ ranges: [RANGE] });
    expect(own).not.toEqual(RANGE.range);
    expect(changed).toEqual(RANGE.range);
    expect(left).toEqual(others);
    done();
  });

  it('is what a repair begins with, and keeps its ranges’ method behind equalization', async () => {
    const { context, done } = await tinyContext({ weightBits: 3, activationBits: 3 });
    const calibration = { method: 'mse', source: 'both' } as const;
    const asked = { names: ['equalization'], source: 'both', images: 60 } as const;
    const found = await repairs(context, { ...asked, changes: { calibration } });
    for (const [names, row] of [[], ['equalization'] as const].map((each, i) => [each, found.rows[i]] as const)) {
      const changes = { calibration, repairs: { names, source: 'both' } } as const;
      expect(row.correct).toBe(right(await answers(context, { images: 60, split: 'validation', changes })));
    }
    done();
  });
});

describe('what cannot be', () => {
  it('is refused in words, and leaves nothing behind', async () => {
    const { context, run, done } = await tinyContext();
    await run.studentNow();
    const before = tf.memory().numTensors;
    const without = { ...context, source: { ...context.source, syntheticImages: () => null } };
    const refused = (changes: StudentChanges, of = context) => expect(createChangedTrial(of, changes)).rejects;
    const both: StudentChanges = { ranges: [RANGE], repairs: { names: ['equalization'], source: 'calibration' } };
    await refused(both).toMatchObject({ said: { name: 'rangeOrEqualization' } });
    await expect(
      repairs(context, { ...both.repairs!, images: 20, changes: { ranges: both.ranges } }),
    ).rejects.toMatchObject({ said: { name: 'rangeOrEqualization' } });
    for (const range of [
      { lo: 1, hi: 1 },
      { lo: 2, hi: 1 },
      { lo: 0, hi: NaN },
    ])
      await refused({ ranges: [{ ...RANGE, range }] }).toMatchObject({
        said: { name: 'emptyRange' },
        message: expect.stringContaining('stem_relu') as string,
      });
    await refused({ ranges: [{ ...RANGE, node: 'nowhere' }] }).toThrow(/no quantized activation 'nowhere'/);
    await refused({ ranges: [{ ...RANGE, kind: 'weight', node: 'stem_conv', channel: 99 }] }).toThrow(/no channel 99/);
    await refused({ calibration: { method: 'mse', source: 'synthetic' } }, without).toMatchObject({
      said: { name: 'noSyntheticImages' },
    });
    await refused({ repairs: { names: ['biasCorrection'], source: 'both' } }, without).toMatchObject({
      said: { name: 'noSyntheticImages' },
    });
    const quantizer = { kind: 'activation', node: 'stem_relu' } as const;
    await expect(histogram(without, { quantizer, channel: null, images: 'both' })).rejects.toMatchObject({
      said: { name: 'noSyntheticImages' },
    });
    expect(tf.memory().numTensors).toBe(before);
    done();
  });

  it.each([0, 0.5])('a layer whose weights are all %d is measured, drawn and written as it is', async (value) => {
    const network = tinyNetwork();
    network.weights['stem_conv/kernel'].values.fill(value);
    const { context, done } = await tinyContext({ weightBits: 3, activationBits: 4, weightRangeShare: 1 }, network);
    const { rows } = await layerTable(context, { images: 20 });
    const row = rows.find(({ id }) => id === 'weight:stem_conv')!;
    expect(row.clipped).toBe(0);
    expect(row.isolated!.sqnr).toBeGreaterThan(60);
    const quantizer = { kind: 'weight', node: 'stem_conv' } as const;
    const drawn = await histogram(context, { quantizer, channel: null, images: 'calibration' });
    expect([drawn.lo, drawn.hi]).toEqual([value, value]);
    const { check } = await exportStudent(context, { format: 'onnx', images: 40 });
    expect(check!.same).toBe(40);
    done();
  });
});

describe('whether a file is offered', () => {
  it('goes by what the student itself was undecided about', () => {
    expect(verdictOf({ n: 1000, same: 999, ties: 0 })).toBe('same');
    expect(verdictOf({ n: 1000, same: 998, ties: 1 })).toBe('ties');
    expect(verdictOf({ n: 1000, same: 130, ties: 40 })).toBe('differs');
    expect(verdictOf({ n: 40, same: 39, ties: 0 })).toBe('differs');
  });

  it('a trial without changes is the student', async () => {
    const { context, done } = await tinyContext();
    const weights = async (trial: Promise<{ student: Awaited<ReturnType<typeof createTrial>>['student'] }>) => {
      const { student } = await trial;
      const snapshot = await student.snapshot();
      student.dispose();
      return snapshot;
    };
    expect(await weights(createChangedTrial(context))).toEqual(await weights(createTrial(context)));
    done();
  });
});
