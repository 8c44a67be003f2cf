/** What tf.LayersModel has no layer for is made of what it has: tfjs-layers and our own reader compute the same. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ExportError } from '../../../src/engine/export/exportError';
import { kerasName } from '../../../src/engine/export/keras/layerBuilder';
import { channelShift, undilated, ungrouped } from '../../../src/engine/export/keras/kernels';
import { writeLayersModel } from '../../../src/engine/export/keras/layersModel';
import { packedValues } from '../../../src/engine/export/keras/storedWeights';
import { dequantizedNetwork, quantizedNetwork } from '../../../src/engine/export/quantizedNetwork';
import { forward, uploadWeights } from '../../../src/engine/network/executor';
import { readLayersModel } from '../../../src/engine/network/keras/layersModel';
import type { Network, NetworkNode, PoolNode } from '../../../src/engine/network/types';
import { Student } from '../../../src/engine/quantization/student';
import { values } from '../../cases/kernels';
import { tinyNetwork } from '../training/tiny';
import { use } from '../backends';

beforeAll(() => use('wasm'));

const floats = (count: number, from: number) => Float32Array.from(values(count, from));

const SIZE = 9;
const CHANNELS = 4;

/** A normalised image of four channels, `middle` behind it, then the mean of every channel as logits. */
function network(middle: NetworkNode[], weights: Network['weights'] = {}): Network {
  const channels = (from: number) => ({ shape: [CHANNELS], values: floats(CHANNELS, from) });
  return {
    definition: {
      name: 'of one kind / 種',
      inputShape: [SIZE, SIZE, CHANNELS],
      numClasses: CHANNELS,
      nodes: [
        { name: 'image', op: 'input', inputs: [] },
        { name: 'bn', op: 'batchNorm', inputs: ['image'], mean: 'mean', variance: 'variance', epsilon: 1e-3 },
        ...middle,
        { name: 'logits', op: 'globalAveragePool', inputs: [middle[middle.length - 1].name] },
      ],
      normalization: { mean: [0, 0, 0, 0], std: [1, 1, 1, 1] },
    },
    weights: {
      mean: channels(1),
      variance: { shape: [CHANNELS], values: floats(CHANNELS, 2).map(Math.abs) },
      ...weights,
    },
  };
}

const images = () => tf.tensor4d(values(3 * SIZE * SIZE * CHANNELS, 9), [3, SIZE, SIZE, CHANNELS]);

async function logitsOf(of: Network): Promise<Float32Array> {
  const weights = uploadWeights(of);
  const logits = tf.tidy(() => forward(of.definition, weights, images()));
  tf.dispose(weights);
  return (await logits.data().finally(() => logits.dispose())) as Float32Array;
}

type Written = { json: ReturnType<typeof JSON.parse>; files: ReturnType<typeof writeLayersModel> };

function written(...parameters: Parameters<typeof writeLayersModel>): Written {
  const files = writeLayersModel(...parameters);
  return { files, json: JSON.parse(files.modelJson) };
}

async function theirLogits({ json, files }: Written): Promise<Float32Array> {
  const [{ weights: weightSpecs }] = json.weightsManifest;
  const { modelTopology } = json;
  const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData: files.weights }));
  const logits = tf.tidy(() => model.predict(images()) as tf.Tensor);
  model.dispose();
  return (await logits.data().finally(() => logits.dispose())) as Float32Array;
}

const readAgain = ({ files }: Written) =>
  readLayersModel([
    { name: 'model.json', bytes: new TextEncoder().encode(files.modelJson).buffer as ArrayBuffer },
    { name: files.weightsName, bytes: files.weights },
  ]);

const kindsOf = ({ json }: Written): string[] =>
  json.modelTopology.config.layers.map(({ class_name }: { class_name: string }) => class_name).slice(2, -1);

async function expectSame(of: Network, kinds: string[]): Promise<void> {
  const model = written(of);
  expect(kindsOf(model)).toEqual(kinds);
  const expected = await logitsOf(of);
  expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.05);
  for (const actual of [await theirLogits(model), await logitsOf(await readAgain(model))])
    expected.forEach((each, i) => expect(actual[i]).toBeCloseTo(each, 5));
}

const convolution = (others: object, shape: number[]) =>
  network(
    [
      {
        name: 'conv',
        op: 'conv2d',
        inputs: ['bn'],
        kernel: 'kernel',
        strides: [1, 1],
        padding: { top: 0, bottom: 0, left: 0, right: 0 },
        ...others,
      },
    ],
    {
      kernel: {
        shape,
        values: floats(
          shape.reduce((a, b) => a * b, 1),
          5,
        ),
      },
    },
  );

describe('a tf.LayersModel of what Keras has no layer for', () => {
  it('a grouped convolution', () => expectSame(convolution({ groups: 2 }, [3, 3, 2, 4]), ['Conv2D']));

  it('a dilated convolution, depthwise or not', async () => {
    const dilations = { dilations: [2, 3] };
    await expectSame(convolution(dilations, [3, 3, 4, 4]), ['Conv2D']);
    await expectSame(convolution({ ...dilations, op: 'depthwiseConv2d' }, [3, 2, 4, 1]), ['DepthwiseConv2D']);
  });

  it.each([
    ['hardSigmoid', 1 / 6, ['Rescaling', 'ReLU']],
    ['hardSigmoid', 0.2, ['Rescaling', 'ReLU']],
    ['hardSwish', undefined, ['Rescaling', 'ReLU', 'Multiply']],
  ] as const)('%s with slope %s', (op, slope, kinds) =>
    expectSame(network([{ name: 'act', op, inputs: ['bn'], ...(slope === undefined ? {} : { slope }) }]), [...kinds]),
  );

  it('a parameter-free shortcut', async () => {
    const shortcut = { stride: 2, channelsBefore: 1, channelsAfter: 2 };
    const of = network([{ name: 'short', op: 'shortcutPad', inputs: ['bn'], ...shortcut }]);
    of.definition.numClasses = CHANNELS + 3;
    await expectSame(of, ['Conv2D']);
  });

  const pool = (others: Partial<PoolNode>, behind: 'bn' | 'relu'): Network => {
    const node: PoolNode = {
      name: 'pool',
      op: 'maxPool',
      inputs: [behind],
      size: [3, 3],
      strides: [2, 2],
      padding: { top: 1, bottom: 1, left: 1, right: 1 },
      ...others,
    };
    return network(behind === 'relu' ? [{ name: 'relu', op: 'relu', inputs: ['bn'] }, node] : [node]);
  };
  // 9 pixels in steps of 2: "same" has one on either side.
  const uneven = { top: 1, bottom: 0, left: 0, right: 1 };
  it.each<[string, Network, string[]]>([
    ['as Keras pads', pool({}, 'bn'), ['MaxPooling2D']],
    ['means, as Keras pads', pool({ op: 'averagePool' }, 'bn'), ['AveragePooling2D']],
    [
      'of what is never negative',
      pool({ padding: uneven, strides: [1, 1] }, 'relu'),
      ['ReLU', 'ZeroPadding2D', 'MaxPooling2D'],
    ],
    [
      'in steps of 3',
      pool(
        { op: 'averagePool', strides: [3, 3], size: [5, 5], padding: { top: 2, bottom: 2, left: 2, right: 2 } },
        'bn',
      ),
      ['AveragePooling2D', 'MaxPooling2D'],
    ],
    ['without padding', pool({ padding: { top: 0, bottom: 0, left: 0, right: 0 } }, 'bn'), ['MaxPooling2D']],
  ])('pooling %s', (_, of, kinds) => expectSame(of, kinds));

  it.each([
    ['maxPool', 'bn'],
    ['averagePool', 'relu'],
  ] as const)('refuses %s of %s with a padding that it cannot express, and says which layer', (op, behind) => {
    const write = () => writeLayersModel(pool({ op, padding: uneven, strides: [1, 1] }, behind));
    expect(write).toThrow(ExportError);
    expect(write).toThrow(/“pool” is a pooling layer with a padding that Keras cannot express/);
  });
});

describe('names', () => {
  it('are such as Keras and tfjs-layers take', () => {
    expect(['stem_conv', 'layer1.0.conv1', '/conv1/Conv', 'a b:0', '層', '-x'].map(kerasName)).toEqual([
      'stem_conv',
      'layer1.0.conv1',
      'conv1_Conv',
      'a_b_0',
      'layer',
      'x',
    ]);
  });

  it('stay different, also beside those of added layers', async () => {
    const of = network([
      { name: '/a/b', op: 'hardSwish', inputs: ['bn'] },
      { name: 'a_b', op: 'relu', inputs: ['/a/b'] },
      { name: 'a_b_line', op: 'leakyRelu', slope: 0.5, inputs: ['/a/b'] },
      { name: '層', op: 'sigmoid', inputs: ['a_b'] },
      { name: '円', op: 'add', inputs: ['層', 'a_b_line'] },
    ]);
    const { layers, name } = written(of).json.modelTopology.config;
    const names = layers.map((layer: { name: string }) => layer.name);
    expect(names).toEqual('image bn a_b_line_2 a_b_gate a_b a_b_2 a_b_line layer layer_2 logits'.split(' '));
    expect(name).toBe('of_one_kind_');
    await expectSame(of, ['Rescaling', 'ReLU', 'Multiply', 'ReLU', 'LeakyReLU', 'Activation', 'Add']);
    expect((await readAgain(written(of))).definition.name).toBe('of one kind / 種');
  });
});

describe('kernels in another form', () => {
  it('groups: zeros where they do not look', () => {
    const kernel = { shape: [1, 1, 2, 4], values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    // Inputs 0 and 1 are the first group's, which makes outputs 0 and 1.
    expect(ungrouped(kernel, 2)).toEqual({
      shape: [1, 1, 4, 4],
      values: Float32Array.of(1, 2, 0, 0, 5, 6, 0, 0, 0, 0, 3, 4, 0, 0, 7, 8),
    });
  });

  it('dilations: zeros between the taps', () => {
    const kernel = { shape: [2, 2, 1, 1], values: Float32Array.of(1, 2, 3, 4) };
    expect(undilated(kernel, [2, 3])).toEqual({
      shape: [3, 4, 1, 1],
      values: Float32Array.of(1, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 4),
    });
  });

  it('channels that are moved', () => {
    expect(channelShift(2, 1, 1)).toEqual({ shape: [1, 1, 2, 4], values: Float32Array.of(0, 1, 0, 0, 0, 0, 1, 0) });
  });
});

describe('weights in 8 bits', () => {
  it('are the values that their integers stand for, or are not used', () => {
    const grid = { bits: 3, scale: Float32Array.of(3), zero: Float32Array.of(1) };
    // Levels -3/3 to 4/3.
    const on = Float32Array.of(-1, -2 / 3, 0, 1 / 3, 4 / 3);
    const { bytes, scale, min } = packedValues(on, grid)!;
    expect(bytes).toEqual(Uint8Array.of(0, 1, 3, 4, 7));
    expect(scale).toBeCloseTo(1 / 3, 12);
    expect([...bytes].map((each) => Math.fround(each * scale + min))).toEqual([...on]);
    expect(packedValues(Float32Array.of(0.1), grid)).toBeNull();
    expect(packedValues(Float32Array.of(0), { ...grid, zero: Float32Array.of(20) })).toBeNull();
    expect(packedValues(on, { ...grid, scale: Float32Array.of(3, 3) })).toBeNull();
  });

  it.each([2, 5, 8])(
    'of a student with one scale a layer and %i bits: the same bits, a quarter of the size',
    async (bits) => {
      const of = tinyNetwork();
      const student = new Student(of, {
        weightBits: bits,
        activationBits: 8,
        weightGranularity: 'perTensor',
        firstLast: 'low',
      });
      student.setRanges(
        Object.fromEntries(Object.keys(student.plan.activationBits).map((node) => [node, { lo: 0, hi: 1 }])),
      );
      const quantized = await quantizedNetwork(student, of);
      student.dispose();
      const dequantized = dequantizedNetwork(quantized);
      const packed = written(dequantized, { kernels: quantized.kernels });
      const plain = written(dequantized);
      const ofKernels = of.definition.nodes.flatMap((node) =>
        'kernel' in node ? [of.weights[node.kernel].values] : [],
      );
      const count = ofKernels.reduce((sum, { length }) => sum + length, 0);
      expect(plain.files.weights.byteLength - packed.files.weights.byteLength).toBe(3 * count);
      const again = await readAgain(packed);
      expect(again.weights).toEqual((await readAgain(plain)).weights);
      for (const node of of.definition.nodes)
        if ('kernel' in node)
          expect(again.weights[`${node.name}/kernel`].values).toEqual(dequantized.weights[node.kernel].values);
    },
  );
});
