import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeLayersModel } from '../../../src/engine/export/layersModel';
import { forward, uploadWeights } from '../../../src/engine/network/executor';
import { inspectNetwork } from '../../../src/engine/network/inspect';
import { readLayersModel, type ModelFile } from '../../../src/engine/network/layersModel';
import { NetworkError } from '../../../src/engine/network/networkError';
import { createResNet } from '../../../src/engine/network/resnet';
import type { Network } from '../../../src/engine/network/types';
import { Random } from '../../../src/engine/random';
import { tinyNetwork, type TinyFixture } from '../../cases/fixtures';
import { values } from '../../cases/kernels';
import tiny from '../../fixtures/tiny_network.json';
import { use } from '../backends';

beforeAll(() => use('cpu'));

function filesOf(network: Network): ModelFile[] {
  const { modelJson, weightsName, weights } = writeLayersModel(network);
  return [
    { name: 'model.json', bytes: new TextEncoder().encode(modelJson).buffer as ArrayBuffer },
    { name: weightsName, bytes: weights },
  ];
}

async function logitsOf(network: Network, images: tf.Tensor4D): Promise<number[]> {
  const weights = uploadWeights(network);
  const logits = forward(network.definition, weights, images);
  const result = Array.from(await logits.data());
  tf.dispose([weights, logits]);
  return result;
}

/** The model as tfjs's own layers library runs it. */
async function layersLogits(files: ModelFile[], images: tf.Tensor4D): Promise<number[]> {
  const json = JSON.parse(new TextDecoder().decode(files[0].bytes));
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest[0].weights,
      weightData: files[1].bytes,
    }),
  );
  const output = model.predict(images) as tf.Tensor;
  const result = Array.from(await output.data());
  output.dispose();
  model.dispose();
  return result;
}

const resnet = () =>
  createResNet(
    {
      name: 'test',
      inputShape: [8, 8, 3],
      classNames: ['a', 'b', 'c'],
      normalization: { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4] },
      widths: [4, 8],
      strides: [1, 2],
      blocks: 1,
      stemStride: 1,
      epsilon: 1e-5,
    },
    new Random(3),
  );

/** BatchNorm parameters that differ from their start, so that a mix-up shows. */
function disturb(network: Network): Network {
  const weights = Object.fromEntries(
    Object.entries(network.weights).map(([key, w], i) => {
      const noise = values(w.values.length, i + 1);
      const positive = key.endsWith('variance');
      return [
        key,
        {
          shape: w.shape,
          values: w.values.map((v, k) => (positive ? v + 0.5 * Math.abs(noise[k]) : v + 0.1 * noise[k])),
        },
      ];
    }),
  );
  return { ...network, weights };
}

describe('tf.LayersModel', () => {
  it.each([
    ['a residual network', () => disturb(resnet())],
    ['the tiny network with a depthwise layer and ReLU6', () => tinyNetwork(tiny as unknown as TinyFixture)],
  ])('%s: written, read back and run by tfjs-layers gives the same logits', async (_, make) => {
    const network = make();
    const files = filesOf(network);
    const before = tf.memory().numTensors;
    const again = await readLayersModel(files);
    expect(tf.memory().numTensors).toBe(before);
    expect(again.definition.normalization).toEqual(network.definition.normalization);
    expect(again.definition.classNames).toEqual(network.definition.classNames);
    const images = tf.tensor4d(values(2 * 8 * 8 * 3, 7), [2, 8, 8, 3]);
    const expected = await logitsOf(network, images);
    const read = await logitsOf(again, images);
    const layers = await layersLogits(files, images);
    images.dispose();
    expected.forEach((v, i) => {
      expect(Math.abs(read[i] - v)).toBeLessThan(1e-5);
      expect(Math.abs(layers[i] - v)).toBeLessThan(1e-4);
    });
  });

  it('reads a model that tfjs-layers itself saved, with same-padding, biases and fused activations', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [9, 8, 3],
          filters: 4,
          kernelSize: 3,
          strides: 2,
          padding: 'same',
          activation: 'relu',
        }),
        tf.layers.batchNormalization({}),
        tf.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', depthMultiplier: 2 }),
        tf.layers.maxPooling2d({ poolSize: 2, padding: 'same' }),
        tf.layers.batchNormalization({ scale: false }),
        tf.layers.reLU({ maxValue: 6 }),
        tf.layers.dropout({ rate: 0.5 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 5, activation: 'softmax' }),
      ],
    });
    let saved: tf.io.ModelArtifacts | null = null;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      }),
    );
    const { modelTopology, weightSpecs, weightData } = saved!;
    const json = JSON.stringify({ modelTopology, weightsManifest: [{ paths: ['w.bin'], weights: weightSpecs }] });
    const network = await readLayersModel([
      { name: 'model.json', bytes: new TextEncoder().encode(json).buffer as ArrayBuffer },
      { name: 'w.bin', bytes: weightData as ArrayBuffer },
    ]);
    const images = tf.tensor4d(values(9 * 8 * 3 * 2, 5), [2, 9, 8, 3]);
    const logits = await logitsOf(network, images);
    const probabilities = model.predict(images) as tf.Tensor;
    const expected = await probabilities.data();
    const softmax = tf.tidy(() => tf.softmax(tf.tensor2d(logits, [2, 5])).dataSync());
    Array.from(expected).forEach((p, i) => expect(Math.abs(softmax[i] - p)).toBeLessThan(1e-5));
    model.dispose();
    tf.dispose([images, probabilities]);
  });
});

describe('networks that cannot be used', () => {
  const encode = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  type Json = Record<string, any>;
  const edited = (edit: (json: Json) => void): ModelFile[] => {
    const files = filesOf(disturb(resnet()));
    const json = JSON.parse(new TextDecoder().decode(files[0].bytes));
    edit(json);
    return [{ name: 'model.json', bytes: encode(JSON.stringify(json)) }, files[1]];
  };
  const layer = (json: Json, name: string) =>
    json.modelTopology.config.layers.find((l: { name: string }) => l.name === name);

  it.each<[string, () => ModelFile[], RegExp]>([
    ['no JSON file', () => [{ name: 'weights.bin', bytes: new ArrayBuffer(4) }], /no \.json file/],
    ['not JSON', () => [{ name: 'model.json', bytes: encode('{oops') }], /model\.json is not valid JSON/],
    ['another kind of JSON', () => [{ name: 'model.json', bytes: encode('{"a":1}') }], /no model topology/],
    ['a missing weight file', () => filesOf(resnet()).slice(0, 1), /weights\.bin.*missing/],
    [
      'a weight file cut short',
      () => {
        const files = filesOf(resnet());
        return [files[0], { ...files[1], bytes: files[1].bytes.slice(0, 100) }];
      },
      /cannot be read/,
    ],
    [
      'a layer that the executor lacks',
      () =>
        edited((json) => {
          layer(json, 'stem_relu').class_name = 'LSTM';
        }),
      /"stem_relu" \(LSTM\).*no such operation/,
    ],
    [
      'an activation that the executor lacks',
      () =>
        edited((json) => {
          layer(json, 'stem_conv').config.activation = 'swish';
        }),
      /"stem_conv".*"swish"/,
    ],
    [
      'a dilated convolution',
      () =>
        edited((json) => {
          layer(json, 'stem_conv').config.dilation_rate = [2, 2];
        }),
      /"stem_conv".*dilated/,
    ],
    [
      'weights that lack one',
      () =>
        edited((json) => {
          json.weightsManifest[0].weights[1].name = 'other/gamma';
        }),
      /"stem_bn".*lack "gamma"/,
    ],
    [
      'no fixed image size',
      () =>
        edited((json) => {
          layer(json, 'image').config.batch_input_shape = [null, null, null, 3];
        }),
      /not a fixed image size/,
    ],
  ])('%s', async (_, files, message) => {
    const before = tf.memory().numTensors;
    const error = await readLayersModel(files()).then(
      () => null,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(NetworkError);
    expect((error as NetworkError).message).toMatch(message);
    expect((error as NetworkError).hint.length).toBeGreaterThan(10);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a network without BatchNorm', async () => {
    const network = resnet();
    const [input, conv, , relu] = network.definition.nodes;
    const classifier = network.definition.nodes.slice(-2);
    const plain: Network = {
      ...network,
      definition: {
        ...network.definition,
        nodes: [
          input,
          conv,
          { ...relu, inputs: [conv.name] },
          { ...classifier[0], inputs: [relu.name] },
          classifier[1],
        ] as never,
      },
      weights: { ...network.weights, 'classifier/kernel': { shape: [4, 3], values: new Float32Array(12) } },
    };
    expect(() => inspectNetwork(plain)).toThrow(/no BatchNorm/);
    await expect(readLayersModel(filesOf(plain))).rejects.toThrow(/no BatchNorm/);
  });

  it('NaN in a weight', async () => {
    const network = resnet();
    network.weights['stem_conv/kernel'].values[3] = NaN;
    await expect(readLayersModel(filesOf(network))).rejects.toThrow(/stem_conv\/kernel.*not finite/);
  });
});

describe('inspectNetwork', () => {
  it('counts multiply-accumulates, parameters and BatchNorm layers', () => {
    const facts = inspectNetwork(resnet());
    // stem 8x8x3x3x3x4, block 1 two of 8x8x3x3x4x4, block 2 4x4 of 3x3x4x8, 3x3x8x8 and 1x1x4x8, classifier 8x3
    expect(facts.macs).toBe(64 * 108 + 2 * 64 * 144 + 16 * (288 + 576 + 32) + 24);
    expect(facts.batchNorms.map((b) => [b.channels, b.height])).toEqual([
      [4, 8],
      [4, 8],
      [4, 8],
      [8, 4],
      [8, 4],
      [8, 4],
    ]);
    expect(facts.parameters).toBe(108 + 2 * 144 + 288 + 576 + 32 + 24 + 3 + 4 * (4 * 3 + 8 * 3));
  });
});
