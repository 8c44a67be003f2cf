import { describe, expect, it } from 'vitest';
import {
  FULL_PRECISION,
  layerBitsText,
  parseLayerBits,
  withLayerBits,
  type LayerBits,
} from '../../../src/engine/quantization/layerBits';
import { LayerBitsError, quantizationPlan } from '../../../src/engine/quantization/plan';
import { Student } from '../../../src/engine/quantization/student';
import { parseSearchParams, toSearchParams, defaultSettings } from '../../../src/state/settings';
import { use } from '../backends';
import { tinyNetwork } from '../training/tiny';
import * as tf from '@tensorflow/tfjs-core';

const settings = { weightBits: 3, activationBits: 4, weightGranularity: 'perChannel', firstLast: '8' } as const;

describe('bits of single layers as text', () => {
  it.each<LayerBits>([
    { kind: 'weight', node: 'stem_conv', bits: 8 },
    { kind: 'activation', node: 'Block/Conv:2, left = 3', bits: 2 },
    { kind: 'weight', node: '畳み込み', bits: FULL_PRECISION },
  ])('are read back: %o', (entry) => {
    const text = layerBitsText(entry);
    expect(parseLayerBits(text)).toEqual(entry);
    expect(text).not.toMatch(/[, ]/);
  });

  it.each(['', 'weight:a', 'weight:a=9', 'weight:a=1', 'weight:a=32', 'bias:a=4', 'weight:%zz=4', 'weight:=4'])(
    'are nothing else: "%s"',
    (text) => expect(parseLayerBits(text)).toBeNull(),
  );

  it('replace those of the same quantizer, or are taken away', () => {
    const one = withLayerBits([], { kind: 'weight', node: 'a', bits: 4 });
    const two = withLayerBits(one, { kind: 'activation', node: 'a', bits: 5 });
    expect(withLayerBits(two, { kind: 'weight', node: 'a', bits: 6 })).toEqual(['activation:a=5', 'weight:a=6']);
    expect(withLayerBits(two, { kind: 'weight', node: 'a', bits: null })).toEqual(['activation:a=5']);
  });

  it('go through a link', () => {
    const layerBits = ['weight:Conv_A=4', layerBitsText({ kind: 'activation', node: 'a, b', bits: FULL_PRECISION })];
    const params = toSearchParams({ ...defaultSettings(), layerBits });
    const { settings: read, notes } = parseSearchParams(new URLSearchParams(params.toString()));
    expect(read.layerBits).toEqual(layerBits);
    expect(notes).toEqual([]);
    expect(parseSearchParams(new URLSearchParams('layer-bits=weight:a=99')).notes).toMatchObject([
      { kind: 'invalid', key: 'layer-bits' },
    ]);
  });
});

describe('a plan with bits of single layers', () => {
  const { definition } = tinyNetwork();

  it('puts them before low bits and F8L8', () => {
    const plan = quantizationPlan(definition, {
      ...settings,
      layerBits: ['weight:stem_conv=5', 'activation:stem_relu=full', 'weight:classifier=2'],
    });
    expect(plan.weightBits).toMatchObject({ stem_conv: 5, classifier: 2, stage1_block1_conv1: 3 });
    expect(plan.activationBits.stem_relu).toBe(FULL_PRECISION);
    expect(plan.quantizers.find(({ node }) => node === 'stem_relu')!.description).toContain('not quantized');
  });

  it('refuses bits of a layer that is not there', () => {
    expect(() => quantizationPlan(definition, { ...settings, layerBits: ['weight:nowhere=4'] })).toThrow(
      LayerBitsError,
    );
    // Kernels and activations are told apart.
    expect(() => quantizationPlan(definition, { ...settings, layerBits: ['weight:stem_relu=4'] })).toThrow(
      /weight:stem_relu=4/,
    );
  });

  it('leaves a layer of full precision as it is, and everything as the teacher has it where all are', async () => {
    await use('cpu');
    const before = tf.memory().numTensors;
    const network = tinyNetwork();
    const all = quantizationPlan(definition, settings).quantizers.map(({ kind, node }) =>
      layerBitsText({ kind, node, bits: FULL_PRECISION }),
    );
    const student = new Student(network, { ...settings, layerBits: all });
    const images = tf.randomUniform([2, 8, 8, 3], -1, 1, 'float32', 1) as tf.Tensor4D;
    const [quantized, plain] = [student.forward(images), student.forwardWith(images, {})];
    expect(await quantized.data()).toEqual(await plain.data());
    expect(await student.quantizedWeights()).toEqual([]);
    tf.dispose([images, quantized, plain]);
    student.dispose();
    const mixed = new Student(network, { ...settings, layerBits: ['weight:stem_conv=full'] });
    expect((await mixed.quantizedWeights()).map(({ node }) => node)).not.toContain('stem_conv');
    expect(mixed.gridOf('weight', 'stem_conv')).toBeNull();
    mixed.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
