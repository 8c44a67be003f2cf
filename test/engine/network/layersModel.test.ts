import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeLayersModel } from '../../../src/engine/export/keras/layersModel';
import { forward, uploadWeights } from '../../../src/engine/network/executor';
import { inspectNetwork } from '../../../src/engine/network/inspect';
import { readLayersModel } from '../../../src/engine/network/keras/layersModel';
import { NetworkError } from '../../../src/engine/network/networkError';
import type { NetworkFile } from '../../../src/engine/network/networkFile';
import { openCheckedNetwork } from '../../../src/engine/network/openNetwork';
import { createResNet } from '../../../src/engine/network/resnet';
import type { Network } from '../../../src/engine/network/types';
import { Random } from '../../../src/engine/random';
import { tinyNetwork, type TinyFixture } from '../../cases/fixtures';
import { values } from '../../cases/kernels';
import tiny from '../../fixtures/tiny_network.json';
import { use } from '../backends';

beforeAll(() => use('cpu'));

function filesOf(network: Network): NetworkFile[] {
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
async function layersLogits(files: NetworkFile[], images: tf.Tensor4D): Promise<number[]> {
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

/** The files that tfjs itself writes. */
async function savedFiles(model: tf.LayersModel): Promise<NetworkFile[]> {
  let saved: tf.io.ModelArtifacts | null = null;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  const { modelTopology, weightSpecs, weightData } = saved!;
  const json = JSON.stringify({ modelTopology, weightsManifest: [{ paths: ['w.bin'], weights: weightSpecs }] });
  return [
    { name: 'model.json', bytes: new TextEncoder().encode(json).buffer as ArrayBuffer },
    { name: 'w.bin', bytes: tf.io.concatenateArrayBuffers([weightData as ArrayBuffer]) },
  ];
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

  it('every operation that Keras has: written, read back and run by tfjs-layers gives the same logits', async () => {
    const nodes: Network['definition']['nodes'] = [
      { op: 'input', name: 'image', inputs: [] },
      { op: 'rescale', name: 'scaled', inputs: ['image'], scale: [2], offset: [-1] },
      {
        op: 'conv2d',
        name: 'conv',
        inputs: ['scaled'],
        kernel: 'conv/kernel',
        strides: [1, 1],
        padding: { top: 2, bottom: 2, left: 2, right: 2 },
        dilations: [2, 2],
      },
      { op: 'batchNorm', name: 'bn', inputs: ['conv'], mean: 'bn/mean', variance: 'bn/variance', epsilon: 1e-3 },
      { op: 'leakyRelu', name: 'leaky', inputs: ['bn'], slope: 0.1 },
      { op: 'silu', name: 'silu', inputs: ['bn'] },
      { op: 'concat', name: 'both', inputs: ['leaky', 'silu'] },
      { op: 'globalMaxPool', name: 'squeezed', inputs: ['both'] },
      { op: 'hardSigmoid', name: 'gate', inputs: ['squeezed'], slope: 0.2 },
      { op: 'reshape', name: 'gateImage', inputs: ['gate'], shape: [1, 1, 8] },
      { op: 'multiply', name: 'gated', inputs: ['both', 'gateImage'] },
      { op: 'transpose', name: 'turned', inputs: ['gated'], order: [1, 0, 2] },
      { op: 'softmax', name: 'attention', inputs: ['turned'] },
      { op: 'flatten', name: 'flat', inputs: ['attention'] },
      { op: 'dense', name: 'hidden', inputs: ['flat'], kernel: 'hidden/kernel' },
      { op: 'batchNorm', name: 'bn2', inputs: ['hidden'], mean: 'bn2/mean', variance: 'bn2/variance', epsilon: 1e-3 },
      { op: 'sigmoid', name: 'sigmoid', inputs: ['bn2'] },
      { op: 'dense', name: 'classes', inputs: ['sigmoid'], kernel: 'classes/kernel' },
    ];
    const weight = (shape: number[], seed: number, least = -1) => ({
      shape,
      values: Float32Array.from(
        values(
          shape.reduce((a, b) => a * b, 1),
          seed,
        ),
        (v) => Math.max(least, v),
      ),
    });
    const network: Network = {
      definition: {
        name: 'operations',
        inputShape: [6, 5, 2],
        numClasses: 3,
        nodes,
        normalization: { mean: [0, 0], std: [1, 1] },
      },
      weights: {
        'conv/kernel': weight([3, 3, 2, 4], 1),
        'bn/mean': weight([4], 2),
        'bn/variance': weight([4], 3, 0.2),
        'hidden/kernel': weight([240, 6], 4),
        'bn2/mean': weight([6], 5),
        'bn2/variance': weight([6], 6, 0.2),
        'classes/kernel': weight([6, 3], 7),
      },
    };
    const files = filesOf(network);
    const images = tf.tensor4d(values(2 * 60, 7), [2, 6, 5, 2]);
    const expected = await logitsOf(network, images);
    const read = await logitsOf(await readLayersModel(files), images);
    const layers = await layersLogits(files, images);
    images.dispose();
    expected.forEach((v, i) => {
      expect(Math.abs(read[i] - v)).toBeLessThan(1e-5);
      expect(Math.abs(layers[i] - v)).toBeLessThan(1e-5);
    });
  });

  it('a layer that is used twice keeps its one set of weights, a model in the model its own', async () => {
    const image = tf.input({ shape: [6, 6, 2] });
    const shared = tf.layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', name: 'shared' });
    const once = tf.layers.batchNormalization({ name: 'bn' }).apply(shared.apply(image)) as tf.SymbolicTensor;
    const twice = shared.apply(once) as tf.SymbolicTensor;
    const block = tf.sequential({
      name: 'block',
      layers: [
        tf.layers.separableConv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 3, name: 'separable' }),
        tf.layers.batchNormalization({ name: 'bn2' }),
        tf.layers.globalMaxPooling2d({ name: 'pool' } as never),
      ],
    });
    const joined = tf.layers.add().apply([block.apply(once) as never, block.apply(twice) as never]);
    const output = tf.layers.dense({ units: 4, activation: 'softmax' }).apply(joined) as tf.SymbolicTensor;
    const model = tf.model({ inputs: image, outputs: output });
    const { network, check } = await openCheckedNetwork((await savedFiles(model)).reverse());
    expect(check.difference).toBeLessThan(1e-5);
    expect(network.definition.nodes.filter(({ op }) => op === 'conv2d')).toHaveLength(4);
    const images = tf.tensor4d(values(6 * 6 * 2 * 2, 5), [2, 6, 6, 2]);
    const logits = await logitsOf(network, images);
    const probabilities = model.predict(images) as tf.Tensor;
    const expected = await probabilities.data();
    const softmax = tf.tidy(() => tf.softmax(tf.tensor2d(logits, [2, 4])).dataSync());
    Array.from(expected).forEach((p, i) => expect(Math.abs(softmax[i] - p)).toBeLessThan(1e-5));
    model.dispose();
    tf.dispose([images, probabilities]);
  });

  it.each([1, 0.25, 20])('a ReLU of the limit %d is clipped there', async (maxValue) => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [6, 6, 3], filters: 4, kernelSize: 3, kernelInitializer: 'randomNormal' }),
        tf.layers.batchNormalization({}),
        tf.layers.reLU({ maxValue }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3 }),
      ],
    });
    // Values on both sides of every limit.
    const spread = model
      .getWeights()
      .map((w) => (w.shape.length === 4 ? tf.randomNormal(w.shape, 0, 40, 'float32', 3) : w));
    model.setWeights(spread);
    const files = await savedFiles(model);
    const { network, check } = await openCheckedNetwork(files);
    expect(check.difference).toBeLessThan(1e-5);
    const images = tf.randomUniform([2, 6, 6, 3], 0, 1, 'float32', 4) as tf.Tensor4D;
    const expected = await layersLogits(files, images);
    (await logitsOf(network, images)).forEach((v, k) => expect(v).toBeCloseTo(expected[k], 3));
    model.dispose();
    tf.dispose(images);
  });

  it.each(['softmax', 'logSoftmax'] as const)(
    'reads a model that tfjs-layers itself saved, with same-padding, biases and fused activations, and %s',
    async (activation) => {
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
          // tfjs-layers has a name more than its types.
          tf.layers.dense({ units: 5, activation: activation as 'softmax' }),
        ],
      });
      const { network, check } = await openCheckedNetwork(await savedFiles(model));
      expect(check.difference).toBeLessThan(1e-5);
      expect(network.definition).toMatchObject({ endsInSoftmax: true });
      expect(network.definition.endsInLog).toBe(activation === 'logSoftmax' ? true : undefined);
      const images = tf.tensor4d(values(9 * 8 * 3 * 2, 5), [2, 9, 8, 3]);
      const logits = await logitsOf(network, images);
      const probabilities = model.predict(images) as tf.Tensor;
      const expected = await probabilities.data();
      const softmax = tf.tidy(() => tf[activation](tf.tensor2d(logits, [2, 5])).dataSync());
      Array.from(expected).forEach((p, i) => expect(Math.abs(softmax[i] - p)).toBeLessThan(1e-5));
      model.dispose();
      tf.dispose([images, probabilities]);
    },
  );
});

describe('networks that cannot be used', () => {
  const encode = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  type Json = Record<string, any>;
  const edited = (edit: (json: Json) => void): NetworkFile[] => {
    const files = filesOf(disturb(resnet()));
    const json = JSON.parse(new TextDecoder().decode(files[0].bytes));
    edit(json);
    return [{ name: 'model.json', bytes: encode(JSON.stringify(json)) }, files[1]];
  };
  const layer = (json: Json, name: string) =>
    json.modelTopology.config.layers.find((l: { name: string }) => l.name === name);

  it.each<[string, () => NetworkFile[], RegExp]>([
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
      /weights\.bin has 100 bytes.*take 5852/,
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
          layer(json, 'stem_conv').config.activation = 'gelu';
        }),
      /"stem_conv".*"gelu"/,
    ],
    [
      'channels first',
      () =>
        edited((json) => {
          layer(json, 'stem_conv').config.data_format = 'channels_first';
        }),
      /"stem_conv".*channels_last/,
    ],
    [
      'a setting that nobody knows',
      () =>
        edited((json) => {
          layer(json, 'stem_conv').config.spectral_norm = true;
        }),
      /"stem_conv".*spectral_norm = true is not known/,
    ],
    [
      "a kernel size that is not the weight's",
      () =>
        edited((json) => {
          layer(json, 'stem_conv').config.kernel_size = [5, 5];
        }),
      /"stem_conv".*stem_conv\/kernel/,
    ],
    [
      'causal padding',
      () =>
        edited((json) => {
          layer(json, 'stem_conv').config.padding = 'causal';
        }),
      /"stem_conv".*padding = "causal"/,
    ],
    [
      'groups that the kernel does not have',
      () =>
        edited((json) => {
          layer(json, 'stem_conv').config.groups = 2;
        }),
      /"stem_conv".*takes 6 channels/,
    ],
    [
      'BatchNorm along another axis',
      () =>
        edited((json) => {
          layer(json, 'stem_bn').config.axis = [1];
        }),
      /"stem_bn".*axis 1/,
    ],
    [
      'renormalization',
      () =>
        edited((json) => {
          layer(json, 'stem_bn').config.renorm = true;
        }),
      /"stem_bn".*renorm/,
    ],
    [
      'BatchNorm that is called in training',
      () =>
        edited((json) => {
          layer(json, 'stem_bn').inbound_nodes[0][0][3] = { training: true };
        }),
      /"stem_bn".*training=True/,
    ],
    [
      'a ReLU with a threshold',
      () =>
        edited((json) => {
          layer(json, 'stem_relu').config.threshold = 0.5;
        }),
      /"stem_relu".*threshold = 0\.5/,
    ],
    [
      'a leaky ReLU that tfjs takes for a plain one',
      () =>
        edited((json) => {
          layer(json, 'stem_relu').config.negative_slope = 0.1;
        }),
      /"stem_relu".*reads its negative_slope over/,
    ],
    [
      'a cycle',
      () =>
        edited((json) => {
          layer(json, 'stem_conv').inbound_nodes[0][0][0] = 'stem_relu';
        }),
      /"stem_conv" needs its own output/,
    ],
    [
      'a layer that is not there',
      () =>
        edited((json) => {
          layer(json, 'stem_conv').inbound_nodes[0][0][0] = 'nobody';
        }),
      /reads "nobody"/,
    ],
    [
      'two inputs',
      () =>
        edited((json) => {
          const input = layer(json, 'image');
          json.modelTopology.config.layers.push({ ...input, name: 'mask', config: { ...input.config, name: 'mask' } });
          layer(json, 'stem_conv').class_name = 'Multiply';
          layer(json, 'stem_conv').config = { name: 'stem_conv' };
          layer(json, 'stem_conv').inbound_nodes[0].push(['mask', 0, 0, {}]);
        }),
      /several inputs: image, mask/,
    ],
    [
      'a graph model',
      () =>
        edited((json) => {
          json.format = 'graph-model';
        }),
      /is a graph model/,
    ],
    [
      'a huge declared weight',
      () =>
        edited((json) => {
          json.weightsManifest[0].weights[0].shape = [1e6, 1e6, 1e6];
        }),
      /do not belong together/,
    ],
    [
      'a layer without a configuration',
      () =>
        edited((json) => {
          layer(json, 'stem_conv').config = null;
        }),
      /has no class or no configuration/,
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
