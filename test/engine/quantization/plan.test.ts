import { describe, expect, it } from 'vitest';
import { quantizationPlan, type QuantizerSettings } from '../../../src/engine/quantization/plan';
import type { NetworkDefinition, NetworkNode } from '../../../src/engine/network/types';
import { tinyNetwork, type TinyFixture } from '../../cases/fixtures';
import tiny from '../../fixtures/tiny_network.json';

const { definition } = tinyNetwork(tiny as unknown as TinyFixture);
const settings: QuantizerSettings = {
  weightBits: 3,
  activationBits: 4,
  weightGranularity: 'perChannel',
  firstLast: 'low',
};
const padding = { top: 0, bottom: 0, left: 0, right: 0 };
const network = (nodes: NetworkNode[]): NetworkDefinition => ({
  name: 'made up',
  inputShape: [4, 4, 1],
  numClasses: 2,
  nodes,
  normalization: { mean: [0], std: [1] },
});

describe('quantizationPlan', () => {
  it('gives every kernel and every ReLU the low bits, and nothing else', () => {
    const plan = quantizationPlan(definition, settings);
    expect(plan.weightBits).toEqual({ stem: 3, a1: 3, a2: 3, b1: 3, b2: 3, proj: 3, dw: 3, fc: 3 });
    expect(plan.activationBits).toEqual({ relu0: 4, relu1: 4, relu2: 4, relu3: 4, relu4: 4, relu5: 4 });
  });

  it('F8L8: first convolution, first activation, activation before the classifier and the classifier have 8 bits', () => {
    const plan = quantizationPlan(definition, { ...settings, firstLast: '8' });
    expect(plan.weightBits).toEqual({ stem: 8, a1: 3, a2: 3, b1: 3, b2: 3, proj: 3, dw: 3, fc: 8 });
    expect(plan.activationBits).toEqual({ relu0: 8, relu1: 4, relu2: 4, relu3: 4, relu4: 4, relu5: 8 });
  });

  it('says in words what becomes of each layer, in network order', () => {
    const { quantizers } = quantizationPlan(definition, { ...settings, firstLast: '8' });
    const words = (node: string) => quantizers.find((q) => q.node === node)!.description;
    expect(words('stem')).toBe('kernel of stem (convolution), 8 bits per channel: first convolution');
    expect(words('dw')).toBe('kernel of dw (depthwise convolution), 3 bits per channel');
    expect(words('relu5')).toBe('output of relu5 (ReLU6), 8 bits per tensor: activation before the classifier');
    expect(words('fc')).toBe('kernel of fc (dense), 8 bits per channel: classifier');
    expect(quantizers.map((q) => q.node).slice(0, 4)).toEqual(['stem', 'relu0', 'a1', 'relu1']);
  });

  it('finds the activations before the classifier behind a sum, and stops at a layer with weights', () => {
    const conv = (name: string, from: string): NetworkNode => ({
      op: 'conv2d',
      name,
      inputs: [from],
      kernel: name,
      strides: [1, 1],
      padding,
    });
    const head = (from: string): NetworkNode[] => [
      { op: 'globalAveragePool', name: 'pool', inputs: [from] },
      { op: 'dense', name: 'fc', inputs: ['pool'], kernel: 'fc' },
    ];
    const input: NetworkNode = { op: 'input', name: 'input', inputs: [] };
    const twoPaths = network([
      input,
      conv('c1', 'input'),
      { op: 'relu', name: 'r1', inputs: ['c1'] },
      { op: 'relu', name: 'r2', inputs: ['c1'] },
      conv('c2', 'r1'),
      { op: 'relu', name: 'r3', inputs: ['c2'] },
      { op: 'add', name: 'sum', inputs: ['r2', 'r3'] },
      ...head('sum'),
    ]);
    const plan = quantizationPlan(twoPaths, { ...settings, firstLast: '8' });
    expect(plan.activationBits).toEqual({ r1: 8, r2: 8, r3: 8 });
    expect(plan.quantizers.find((q) => q.node === 'r1')!.role).toBe('firstActivation');
    expect(plan.quantizers.find((q) => q.node === 'r2')!.role).toBe('lastActivation');
    const bottleneck = network([
      input,
      conv('c1', 'input'),
      { op: 'relu', name: 'r1', inputs: ['c1'] },
      conv('c2', 'r1'),
      { op: 'relu6', name: 'r2', inputs: ['c2'] },
      conv('linear', 'r2'),
      ...head('linear'),
    ]);
    expect(quantizationPlan(bottleneck, { ...settings, firstLast: '8' }).activationBits).toEqual({ r1: 8, r2: 4 });
  });

  it('takes a network whose classifier is a convolution', () => {
    const all = network([
      { op: 'input', name: 'input', inputs: [] },
      { op: 'conv2d', name: 'only', inputs: ['input'], kernel: 'only', strides: [1, 1], padding },
      { op: 'globalAveragePool', name: 'pool', inputs: ['only'] },
    ]);
    const { quantizers } = quantizationPlan(all, { ...settings, firstLast: '8' });
    expect(quantizers).toMatchObject([{ node: 'only', role: 'classifier', bits: 8 }]);
  });

  it('names what is wrong', () => {
    const dense = network([
      { op: 'input', name: 'input', inputs: [] },
      { op: 'flatten', name: 'flat', inputs: ['input'] },
      { op: 'dense', name: 'fc', inputs: ['flat'], kernel: 'fc' },
    ]);
    expect(() => quantizationPlan(dense, settings)).toThrow('made up has no convolution');
    expect(() => quantizationPlan(definition, { ...settings, weightBits: 9 })).toThrow(RangeError);
    expect(() => quantizationPlan(definition, { ...settings, activationBits: 1 })).toThrow('2 to 8 bits, not 1');
    expect(() => quantizationPlan(definition, { ...settings, activationBits: 2.5 })).toThrow(RangeError);
  });
});
