/** PyTorch weights of known networks (test/fixtures/pytorch/make.py): the same logits as PyTorch. */
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { forward, uploadWeights } from '../../../src/engine/network/executor';
import { NetworkError } from '../../../src/engine/network/networkError';
import type { NetworkFile } from '../../../src/engine/network/networkFile';
import { openNetwork } from '../../../src/engine/network/openNetwork';
import { readSafetensors } from '../../../src/engine/network/safetensors';
import { inWords } from '../../../src/engine/sentences';
import { use } from '../backends';
import { referenceImages } from './images';
import { float32, safetensorsFile } from './safetensorsFile';

beforeAll(() => use('wasm'));

const FOLDER = join(import.meta.dirname, '../../fixtures/pytorch');
const fileOf = (name: string): NetworkFile => ({
  name: `${name}.safetensors`,
  bytes: new Uint8Array(readFileSync(join(FOLDER, `${name}.safetensors`))).buffer as ArrayBuffer,
});
const expected = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as Record<
  string,
  { size: number; shape: [number, number]; values: number[] }
>;

/** The file with other tensors. */
function edited(name: string, edit: (tensors: ReturnType<typeof readSafetensors>) => void): NetworkFile {
  const tensors = readSafetensors(fileOf(name).bytes);
  edit(tensors);
  const written = Object.entries(tensors).map(([key, { shape, values }]) => [key, float32(shape, values)] as const);
  return { name: 'edited.safetensors', bytes: safetensorsFile(Object.fromEntries(written)) };
}

async function refusal(files: NetworkFile[]): Promise<NetworkError> {
  const error = await openNetwork(files).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(NetworkError);
  return error as NetworkError;
}

describe('PyTorch weights', () => {
  it.each(Object.keys(expected))('%s gives the logits of PyTorch', async (name) => {
    const { size, shape, values } = expected[name];
    const { network } = await openNetwork([fileOf(name)], { imageSize: [size, size] });
    const { definition } = network;
    expect([definition.inputShape, definition.numClasses]).toEqual([[size, size, 3], shape[1]]);
    const before = tf.memory().numTensors;
    const weights = uploadWeights(network);
    const logits = tf.tidy(() =>
      forward(definition, weights, tf.tensor4d(referenceImages(2 * size * size * 3), [2, size, size, 3])),
    );
    const actual = await logits.data();
    tf.dispose([logits, weights]);
    expect(tf.memory().numTensors).toBe(before);
    const largest = Math.max(...values.map(Math.abs));
    values.forEach((value, i) => expect(Math.abs(actual[i] - value)).toBeLessThan(1e-5 * largest));
  });

  it.each([
    ['resnet18', 'ResNet-18', 224, 20],
    ['cifar-resnet20', 'ResNet-20', 32, 21],
    ['mobilenet-v1-timm', 'MobileNetV1', 224, 27],
    ['mobilenet-v2-torchvision', 'MobileNetV2', 224, 52],
    ['regnet-x-timm', 'RegNetX', 224, 22],
  ])('%s is %s of images of %i pixels with %i BatchNorm layers', async (file, name, size, layers) => {
    const { network, notes, runtime } = await openNetwork([fileOf(file)]);
    expect(network.definition.name).toBe(name);
    expect(network.definition.inputShape).toEqual([size, size, 3]);
    expect(network.definition.nodes.filter(({ op }) => op === 'batchNorm')).toHaveLength(layers);
    expect(runtime).toBeNull();
    expect(notes.map((note) => inWords(note)).join(' ')).toContain(`${size}x${size} is assumed`);
  });

  it('timm’s configuration beside it says pixels, size and class names', async () => {
    const configuration = {
      architecture: 'resnet18',
      label_names: ['a', 'b', 'c', 'd', 'e', 'f'],
      pretrained_cfg: { input_size: [3, 96, 80], mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.1] },
    };
    const config = {
      name: 'config.json',
      bytes: new TextEncoder().encode(JSON.stringify(configuration)).buffer as ArrayBuffer,
    };
    const { network, notes } = await openNetwork([config, fileOf('resnet18')]);
    expect(network.definition.inputShape).toEqual([96, 80, 3]);
    expect(network.definition.normalization).toEqual({ mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.1] });
    expect(network.definition.classNames).toEqual(configuration.label_names);
    expect(notes).toEqual([]);
  });

  it.each([
    [{ crop_pct: 0.95, interpolation: 'bicubic' }, { cropShare: 0.95, interpolation: 'bicubic' }, null],
    [
      { crop_pct: 0.875, interpolation: 'bilinear', crop_mode: 'center' },
      { cropShare: 0.875, interpolation: 'bilinear' },
      null,
    ],
    [
      { crop_pct: 1, interpolation: 'random' },
      { cropShare: 1, interpolation: 'bicubic' },
      /interpolation random; .* with bicubic/,
    ],
    [
      { crop_pct: 0.9, crop_mode: 'squash' },
      { cropShare: 0.9, interpolation: 'bilinear' },
      /crop_mode squash; .* out of their middle/,
    ],
    [{ crop_pct: 2, interpolation: 'bicubic' }, undefined, /crop_pct is 2, which is no share/],
    [{ interpolation: 'bicubic' }, undefined, null],
  ])('timm’s configuration %j says how pictures are resized', async (configured, resizing, note) => {
    const config = {
      name: 'config.json',
      bytes: new TextEncoder().encode(
        JSON.stringify({ pretrained_cfg: { input_size: [3, 96, 96], mean: [0, 0, 0], std: [1, 1, 1], ...configured } }),
      ).buffer as ArrayBuffer,
    };
    const { network, notes } = await openNetwork([config, fileOf('resnet18')]);
    expect(network.definition.resizing).toEqual(resizing);
    const said = notes.map((each) => inWords(each)).join(' ');
    if (note === null) expect(said).toBe('');
    else expect(said).toMatch(note);
  });

  it('a tensor too many, too few or of another shape is another network', async () => {
    const more = edited('resnet18', (tensors) => {
      tensors['layer1.0.se.fc1.weight'] = { shape: [2, 4, 1, 1], values: new Float32Array(8) };
    });
    expect((await refusal([more])).message).toMatch(/ResNet-18, which has no "layer1\.0\.se\.fc1\.weight"/);
    const fewer = edited('regnet-x-timm', (tensors) => {
      delete tensors['s2.b1.conv2.bn.running_var'];
    });
    expect((await refusal([fewer])).message).toMatch(/no tensor "s2\.b1\.conv2\.bn\.running_var"/);
    const other = edited('mobilenet-v1-timm', (tensors) => {
      tensors['classifier.weight'] = { shape: [5, 64], values: new Float32Array(320) };
    });
    expect((await refusal([other])).message).toMatch(/"classifier" takes 64 features/);
    const stages = edited('mobilenet-v2-timm', (tensors) => {
      for (const key of Object.keys(tensors)) if (key.startsWith('blocks.6.')) delete tensors[key];
    });
    expect((await refusal([stages])).message).toMatch(/6 stages or blocks, not the 7/);
  });

  it('weights of a network that is not known', async () => {
    const file = {
      name: 'vit.safetensors',
      bytes: safetensorsFile({ 'blocks.0.attn.qkv.weight': float32([2], [1, 2]) }),
    };
    const { message, hint } = await refusal([file]);
    expect(message).toMatch(/vit\.safetensors belong to no network/);
    expect(hint).toMatch(/ONNX/);
  });
});
