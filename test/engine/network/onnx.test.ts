/** ONNX files of PyTorch's exporter (test/fixtures/onnx/make.py): the same numbers as PyTorch and onnxruntime. */
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { forward, uploadWeights } from '../../../src/engine/network/executor';
import { NetworkError } from '../../../src/engine/network/networkError';
import type { NetworkFile, OpenOptions } from '../../../src/engine/network/networkFile';
import { readOnnx } from '../../../src/engine/network/onnx/model';
import { openCheckedNetwork, openNetwork } from '../../../src/engine/network/openNetwork';
import { checkAgainstOwnRuntime } from '../../../src/engine/network/ownRuntime';
import { use } from '../backends';
import { referenceImages } from './images';

beforeAll(() => use('wasm'));

const FOLDER = join(import.meta.dirname, '../../fixtures/onnx');
const fileOf = (name: string): NetworkFile => ({
  name: `${name}.onnx`,
  bytes: new Uint8Array(readFileSync(join(FOLDER, `${name}.onnx`))).buffer as ArrayBuffer,
});
const expected = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as Record<
  string,
  { shape: [number, number]; values: number[] }[]
>;

async function refusal(files: NetworkFile[], options: OpenOptions = {}): Promise<NetworkError> {
  const error = await openNetwork(files, options).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(NetworkError);
  return error as NetworkError;
}

describe('ONNX', () => {
  it.each([
    ['residual', {}, 0],
    ['residual-one-image', {}, 0],
    ['mobile', {}, 0],
    ['plain', { output: 'main' }, 0],
    ['plain', { output: 'aux' }, 1],
  ] as const)('%s %j gives what PyTorch and onnxruntime give', async (name, options, place) => {
    const before = tf.memory().numTensors;
    const { network, check } = await openCheckedNetwork([fileOf(name)], options);
    expect(check.runtime).toBe('onnxruntime-web');
    expect(check.difference).toBeLessThan(1e-5);
    const { shape, values } = expected[name][place];
    const { definition, weights } = network;
    expect(definition.numClasses).toBe(shape[1]);
    const [h, w, c] = definition.inputShape;
    const uploaded = uploadWeights(network);
    const outputs = tf.tidy(() => {
      const images = tf.tensor4d(referenceImages(shape[0] * h * w * c), [shape[0], h, w, c]);
      const logits = forward(definition, uploaded, images);
      return definition.endsInSoftmax ? tf.softmax(logits) : logits;
    });
    const actual = Array.from(await outputs.data());
    tf.dispose([outputs, uploaded]);
    values.forEach((value, i) => expect(Math.abs(actual[i] - value)).toBeLessThan(1e-5));
    expect(tf.memory().numTensors).toBe(before);
    // Nothing is left behind of the other output.
    const used = new Set(definition.nodes.flatMap((node) => Object.values(node)).filter((v) => typeof v === 'string'));
    for (const key of Object.keys(weights)) expect(used).toContain(key);
  });

  it('of the newer exporter, with numbers and missing biases as it writes them (dynamo.py), gives what PyTorch gives', async () => {
    const { network, check } = await openCheckedNetwork([fileOf('dynamo')]);
    expect(check.difference).toBeLessThan(1e-5);
    const { definition } = network;
    expect(definition).toMatchObject({ numClasses: 5, endsInSoftmax: true, endsInLog: true });
    for (const op of ['relu6', 'hardSwish', 'depthwiseConv2d', 'multiply'])
      expect(definition.nodes.some((node) => node.op === op)).toBe(true);
    const { shape, values } = JSON.parse(readFileSync(join(FOLDER, 'dynamo.json'), 'utf8')) as {
      shape: [number, number];
      values: number[];
    };
    const uploaded = uploadWeights(network);
    const outputs = tf.tidy(() =>
      tf.logSoftmax(
        forward(definition, uploaded, tf.tensor4d(referenceImages(shape[0] * 16 * 16 * 3), [shape[0], 16, 16, 3])),
      ),
    );
    const actual = Array.from(await outputs.data());
    tf.dispose([outputs, uploaded]);
    values.forEach((value, i) => expect(Math.abs(actual[i] - value)).toBeLessThan(1e-5));
  });

  it('clips at any limits, however they are written (limits.py)', async () => {
    const { network, check } = await openCheckedNetwork([fileOf('limits')]);
    expect(check.difference).toBeLessThan(1e-5);
    const ops = network.definition.nodes.map(({ op }) => op);
    for (const op of ['relu', 'relu6', 'leakyRelu', 'rescale']) expect(ops).toContain(op);
  });

  it('an input of bytes is fed bytes', async () => {
    const { network, check, notes } = await openCheckedNetwork([fileOf('bytes')]);
    expect(check.difference).toBeLessThan(1e-5);
    expect(network.definition.normalization.std).toEqual([1 / 255, 1 / 255, 1 / 255]);
    expect(notes.map(({ name }) => name)).toEqual(['assumedBytes']);
  });

  it('an open size is asked for, and taken where it is said', async () => {
    expect((await refusal([fileOf('open')])).hint).toMatch(/fixed input shape/);
    const { network, check } = await openCheckedNetwork([fileOf('open')], { imageSize: [12, 8] });
    expect(network.definition.inputShape).toEqual([12, 8, 3]);
    expect(check.difference).toBeLessThan(1e-5);
  });

  it('knows activations, groups, dilation and depthwise convolutions by what they are', async () => {
    const ops = async (name: string) => (await openNetwork([fileOf(name)])).network.definition.nodes;
    const mobile = await ops('mobile');
    expect(mobile.filter(({ op }) => op === 'depthwiseConv2d')).toHaveLength(1);
    for (const op of ['hardSwish', 'relu6', 'silu', 'hardSigmoid', 'multiply'])
      expect(mobile.some((node) => node.op === op)).toBe(true);
    const residual = await ops('residual');
    expect(residual.some((node) => node.op === 'conv2d' && node.groups === 4)).toBe(true);
    expect(residual.some((node) => node.op === 'conv2d' && String(node.dilations) === '2,2')).toBe(true);
  });

  it('a network whose BatchNorm was folded away is answered with how to keep it', async () => {
    const { message, hint } = await refusal([fileOf('folded')]);
    expect(message).toMatch(/folded\.onnx has no BatchNormalization/);
    expect(hint).toMatch(/TrainingMode\.PRESERVE.*dynamo=True, optimize=False/);
  });

  it('one in training mode too', async () => {
    const { message, hint } = await refusal([fileOf('training')]);
    expect(message).toMatch(/BatchNormalization\) cannot be used: it was exported in training mode/);
    expect(hint).toMatch(/TrainingMode\.PRESERVE/);
  });

  it('several outputs have to be told apart', async () => {
    expect((await refusal([fileOf('plain')])).message).toMatch(/several outputs: main, aux/);
  });

  it('files that are cut off, empty, or something else', async () => {
    const { bytes } = fileOf('residual');
    for (const length of [0, 3, 200, bytes.byteLength - 7]) {
      const { message } = await refusal([{ name: 'a.onnx', bytes: bytes.slice(0, length) }]);
      expect(message).toMatch(/a\.onnx (is no ONNX file|has no graph)|does not fit its data|names no output/);
    }
    const other = new TextEncoder().encode('<!DOCTYPE html>').buffer as ArrayBuffer;
    expect((await refusal([{ name: 'a.onnx', bytes: other }])).message).toMatch(/is no ONNX file/);
  });

  it('what another runtime would compute otherwise is refused, naming the first layer', async () => {
    const opened = await openNetwork([fileOf('residual')]);
    const { nodes } = opened.network.definition;
    const changed = nodes.map((node) =>
      node.op === 'conv2d' && node.dilations ? { ...node, dilations: undefined } : node,
    );
    const padding = changed.map((node, i) =>
      node === nodes[i] ? node : { ...node, padding: { top: 1, bottom: 1, left: 1, right: 1 } },
    );
    const network = {
      ...opened.network,
      definition: { ...opened.network.definition, nodes: padding as typeof nodes },
    };
    await expect(checkAgainstOwnRuntime({ ...opened, network })).rejects.toThrow(
      /onnxruntime-web computes something else.*first layer that differs is "\/b\/b\.0\/Conv"/,
    );
  });

  it('constants of the file are read as they are', () => {
    const model = readOnnx(fileOf('residual'), []);
    expect(model.opset).toBe(13);
    expect(model.producer).toBe('pytorch');
    expect(model.constants.get('fc.weight')!.shape).toEqual([5, 12]);
    expect(model.inputs[0].shape).toEqual([2, 3, 33, 29]);
  });
});
