/** Activations and shortcuts that a file writes as several operations: what they are, and what only looks like them. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { composed } from '../../../src/engine/network/composites';
import { forward, uploadWeights } from '../../../src/engine/network/executor';
import { upTo } from '../../../src/engine/network/outputs';
import type { NetworkDefinition, NetworkNode, WeightArray } from '../../../src/engine/network/types';
import { use } from '../backends';

beforeAll(() => use('wasm'));

const x: NetworkNode = { op: 'input', name: 'x', inputs: [] };
const line = (name: string, from: string, scale: number, offset: number): NetworkNode => ({
  op: 'rescale',
  name,
  inputs: [from],
  scale: [scale],
  offset: [offset],
});
const relu6 = (name: string, from: string): NetworkNode => ({ op: 'relu6', name, inputs: [from] });
const times = (name: string, ...inputs: string[]): NetworkNode => ({ op: 'multiply', name, inputs });
/** What float32 keeps of a number. */
const kept = Math.fround;

/** The operations that are left, in order. */
const left = (nodes: NetworkNode[], weights: Record<string, WeightArray> = {}): string[] =>
  upTo(composed([x, ...nodes], weights), nodes[nodes.length - 1].name)
    .filter(({ op }) => op !== 'input')
    .map((node) => ('slope' in node && node.slope !== undefined ? `${node.op} ${node.slope}` : node.op));

async function outputs(nodes: NetworkNode[], weights: Record<string, WeightArray> = {}): Promise<number[]> {
  const definition: NetworkDefinition = {
    name: 'a line of numbers',
    inputShape: [3, 7, 2],
    numClasses: 2,
    nodes: [x, ...nodes],
    normalization: { mean: [0, 0], std: [1, 1] },
  };
  const uploaded = uploadWeights({ definition, weights });
  const result = tf.tidy(() => {
    const values = tf.linspace(-7, 7, 42);
    return forward(definition, uploaded, values.reshape([1, 3, 7, 2]) as tf.Tensor4D);
  });
  tf.dispose(uploaded);
  return [...(await result.data().finally(() => result.dispose()))];
}

const HARD_SWISH: Record<string, NetworkNode[]> = {
  'x relu6(x + 3) / 6 (PyTorch before opset 14)': [
    line('plus', 'x', 1, 3),
    relu6('clip', 'plus'),
    times('product', 'x', 'clip'),
    line('swish', 'product', 1 / 6, 0),
  ],
  'x (relu6(x + 3) / 6), the gate in front': [
    line('plus', 'x', 1, 3),
    relu6('clip', 'plus'),
    line('gate', 'clip', kept(1 / 6), 0),
    times('swish', 'gate', 'x'),
  ],
  'x clip(x / 6 + 1/2, 0, 1) (our own tf.LayersModel)': [
    line('line', 'x', kept(1 / 6), 0.5),
    line('before', 'line', 6, 0),
    relu6('clip', 'before'),
    line('gate', 'clip', 1 / 6, 0),
    times('swish', 'x', 'gate'),
  ],
  'x clip((x / 6) + 1/2, 0, 1), in two lines': [
    line('sixth', 'x', 1 / 6, 0),
    line('line', 'sixth', 1, 0.5),
    line('before', 'line', 6, 0),
    relu6('clip', 'before'),
    line('gate', 'clip', 1 / 6, 0),
    times('swish', 'gate', 'x'),
  ],
  'x hardSigmoid(x)': [{ op: 'hardSigmoid', name: 'gate', inputs: ['x'], slope: 1 / 6 }, times('swish', 'x', 'gate')],
};

describe('what is written as several operations', () => {
  it.each(Object.entries(HARD_SWISH))('hard-swish as %s is one', async (_, nodes) => {
    expect(left(nodes)).toEqual(['hardSwish']);
    const [one, several] = [await outputs([{ op: 'hardSwish', name: 'swish', inputs: ['x'] }]), await outputs(nodes)];
    one.forEach((value, i) => expect(value).toBeCloseTo(several[i], 5));
  });

  it.each([
    ['1/6', kept(1 / 6), 1 / 6],
    ['0.2', kept(0.2), 0.2],
    ['0.3', 0.3, 0.3],
  ])('a hard sigmoid of slope %s is one', async (_, written, slope) => {
    const nodes = [
      line('line', 'x', written, 0.5),
      line('before', 'line', 6, 0),
      relu6('clip', 'before'),
      line('gate', 'clip', kept(1 / 6), 0),
    ];
    const [one] = composed([x, ...nodes], {}).slice(-1);
    expect(one).toMatchObject({ op: 'hardSigmoid', name: 'gate', inputs: ['x'] });
    expect((one as { slope: number }).slope).toBeCloseTo(slope, 12);
    const [alone, several] = [await outputs([one]), await outputs(nodes)];
    alone.forEach((value, i) => expect(value).toBeCloseTo(several[i], 5));
  });

  it('x sigmoid(x) is SiLU', () => {
    const gate: NetworkNode = { op: 'sigmoid', name: 'gate', inputs: ['x'] };
    for (const inputs of [
      ['x', 'gate'],
      ['gate', 'x'],
    ])
      expect(left([gate, times('silu', ...inputs)])).toEqual(['silu']);
    // Of something else it is a gate.
    expect(left([gate, relu6('other', 'x'), times('product', 'other', 'gate')])).toEqual([
      'sigmoid',
      'relu6',
      'multiply',
    ]);
    expect(left([gate, times('product', 'x', 'gate', 'x')])).toEqual(['sigmoid', 'multiply']);
  });

  it('a hard sigmoid of something scaled is one of that', () => {
    const nodes = [line('half', 'x', 0.5, 0), line('plus', 'half', 1, 3), relu6('clip', 'plus')];
    expect(left([...nodes, line('gate', 'clip', 1 / 6, 0)])).toEqual(['rescale', `hardSigmoid ${1 / 6}`]);
    expect(left([...nodes, line('gate', 'clip', 1 / 6, 0), times('product', 'half', 'gate')])).toEqual([
      'rescale',
      'hardSwish',
    ]);
  });

  it('keeps what another node reads of the parts', () => {
    const [plus, clip, product, swish] = HARD_SWISH['x relu6(x + 3) / 6 (PyTorch before opset 14)'];
    const sum: NetworkNode = { op: 'add', name: 'sum', inputs: ['swish', 'clip'] };
    expect(left([plus, clip, product, swish, sum])).toEqual(['rescale', 'relu6', 'hardSwish', 'add']);
  });

  it.each<[string, NetworkNode[]]>([
    ['another offset', [line('a', 'x', 1, 2.9), relu6('b', 'a'), times('c', 'x', 'b'), line('d', 'c', 1 / 6, 0)]],
    ['another slope', [line('a', 'x', 1.2, 3), relu6('b', 'a'), times('c', 'x', 'b'), line('d', 'c', 1 / 6, 0)]],
    ['a falling gate', [line('a', 'x', -1, 3), relu6('b', 'a'), times('c', 'x', 'b'), line('d', 'c', 1 / 6, 0)]],
    ['another factor', [line('a', 'x', 1, 3), relu6('b', 'a'), times('c', 'x', 'b'), line('d', 'c', 1 / 5, 0)]],
    ['something added', [line('a', 'x', 1, 3), relu6('b', 'a'), times('c', 'x', 'b'), line('d', 'c', 1 / 6, 1)]],
    ['no limit above', [line('a', 'x', 1, 3), { op: 'relu', name: 'b', inputs: ['a'] }, times('c', 'x', 'b')]],
    [
      'a gate of another',
      [relu6('y', 'x'), line('a', 'x', 1, 3), relu6('b', 'a'), times('c', 'y', 'b'), line('d', 'c', 1 / 6, 0)],
    ],
  ])('leaves what only looks like hard-swish, with %s, as it is', (_, nodes) => {
    expect(left(nodes)).toEqual(nodes.map(({ op }) => op));
  });

  it('goes through as many lines as a file may have in no time', () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => line(`line${i}`, i === 0 ? 'x' : `line${i - 1}`, 1, 0));
    const sum = times('product', ...lines.map(({ name }) => name));
    expect(left([...lines, sum])).toHaveLength(50_001);
  });

  it('leaves scales that differ by channel as they are', () => {
    const plus: NetworkNode = { op: 'rescale', name: 'a', inputs: ['x'], scale: [1, 1], offset: [3, 3.1] };
    const nodes = [plus, relu6('b', 'a'), times('c', 'x', 'b'), line('d', 'c', 1 / 6, 0)];
    expect(left(nodes)).toEqual(['rescale', 'relu6', 'multiply', 'rescale']);
  });
});

describe('a convolution', () => {
  const conv = (overrides: object = {}): NetworkNode => ({
    op: 'conv2d',
    name: 'shortcut',
    inputs: ['x'],
    kernel: 'kernel',
    strides: [2, 2],
    padding: { top: 0, bottom: 0, left: 0, right: 0 },
    ...overrides,
  });
  const kernelOf = (shape: number[], values: number[]) => ({ kernel: { shape, values: Float32Array.from(values) } });

  it('that hands channels on is a shortcut without parameters', async () => {
    const weights = kernelOf([1, 1, 2, 5], [0, 1, 0, 0, 0, 0, 0, 1, 0, 0]);
    const [, one] = composed([x, conv()], weights);
    expect(one).toEqual({
      op: 'shortcutPad',
      name: 'shortcut',
      inputs: ['x'],
      stride: 2,
      channelsBefore: 1,
      channelsAfter: 2,
    });
    expect(await outputs([one])).toEqual(await outputs([conv()], weights));
  });

  it.each<[string, object, number[], number[]]>([
    ['is trained', {}, [1, 1, 2, 3], [1, 0, 0, 0, 0.9, 0]],
    ['takes channels in another order', {}, [1, 1, 2, 3], [0, 1, 0, 1, 0, 0]],
    ['has as many channels as before', {}, [1, 1, 2, 2], [1, 0, 0, 1]],
    ['runs out of channels', {}, [1, 1, 2, 3], [0, 0, 1, 0, 0, 0]],
    ['has zeros only', {}, [1, 1, 2, 3], [0, 0, 0, 0, 0, 0]],
    ['has a bias', { bias: 'bias' }, [1, 1, 2, 3], [1, 0, 0, 0, 1, 0]],
    ['has groups', { groups: 2 }, [1, 1, 1, 3], [1, 0, 0]],
    ['has two strides', { strides: [1, 2] }, [1, 1, 2, 3], [1, 0, 0, 0, 1, 0]],
    ['pads', { padding: { top: 1, bottom: 0, left: 0, right: 0 } }, [1, 1, 2, 3], [1, 0, 0, 0, 1, 0]],
    ['looks around', {}, [1, 2, 2, 3], [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]],
  ])('that %s stays one', (_, overrides, shape, values) => {
    expect(composed([x, conv(overrides)], kernelOf(shape, values))[1]).toEqual(conv(overrides));
  });
});
