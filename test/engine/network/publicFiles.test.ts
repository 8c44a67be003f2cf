/** Files as people have them (test/fixtures/networks): each computes what its own runtime computes, or says why not. */
import * as tf from '@tensorflow/tfjs-core';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { forward, uploadWeights } from '../../../src/engine/network/executor';
import { NetworkError } from '../../../src/engine/network/networkError';
import type { NetworkFile, OpenOptions } from '../../../src/engine/network/networkFile';
import { openCheckedNetwork, openNetwork } from '../../../src/engine/network/openNetwork';
import { OutputChoice } from '../../../src/engine/network/outputs';
import type { Network } from '../../../src/engine/network/types';
import { inWords } from '../../../src/engine/sentences';
import { use } from '../backends';
import { referenceImages } from './images';

beforeAll(() => use('cpu'));

const FOLDER = join(import.meta.dirname, '../../fixtures/networks');
const bytesOf = (path: string) => new Uint8Array(readFileSync(path)).buffer as ArrayBuffer;

function filesOf(name: string): NetworkFile[] {
  const folder = join(FOLDER, name);
  return readdirSync(folder)
    .filter((file) => file !== 'expected.json')
    .map((file) => ({ name: file, bytes: bytesOf(join(folder, file)) }));
}

interface Expected {
  shape: [number, number];
  values: number[];
}

/** What the file's own network makes of the images that `expected.json` belongs to. */
async function outputsOf({ definition, weights }: Network, change = (v: number) => v): Promise<number[]> {
  const [h, w, c] = definition.inputShape;
  const images = referenceImages(4 * h * w * c).map(change);
  const uploaded = uploadWeights({ definition, weights });
  const outputs = tf.tidy(() => {
    const logits = forward(definition, uploaded, tf.tensor4d(images, [4, h, w, c]));
    return definition.endsInSoftmax ? tf.softmax(logits) : logits;
  });
  const values = Array.from(await outputs.data());
  tf.dispose([outputs, uploaded]);
  return values;
}

async function expectSame(name: string, options: OpenOptions, place: number): Promise<void> {
  const before = tf.memory().numTensors;
  const { network, check } = await openCheckedNetwork(filesOf(name), options);
  expect(check.runtime).toBe('tf.loadLayersModel');
  expect(check.difference).toBeLessThan(1e-4);
  const expected = JSON.parse(readFileSync(join(FOLDER, name, 'expected.json'), 'utf8')) as Expected[];
  const actual = await outputsOf(network);
  expect(tf.memory().numTensors).toBe(before);
  expect(actual.length).toBe(expected[place].values.length);
  expected[place].values.forEach((value, i) => expect(Math.abs(actual[i] - value)).toBeLessThan(1e-4));
  expect(network.definition.numClasses).toBe(expected[place].shape[1]);
}

const SEVERAL = 'two-outputs';
const named = readdirSync(FOLDER).filter((name) => existsSync(join(FOLDER, name, 'expected.json')));

describe('files as people have them', () => {
  it('are here', () => expect(named.length).toBeGreaterThan(12));

  it.each(named.filter((name) => name !== SEVERAL))('%s', (name) => expectSame(name, {}, 0));

  it('of several outputs the one that is named counts, and without a name none', async () => {
    const error = await openNetwork(filesOf(SEVERAL)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OutputChoice);
    expect((error as OutputChoice).outputs).toEqual(['aux', 'dense']);
    await expectSame(SEVERAL, { output: 'aux' }, 0);
    await expectSame(SEVERAL, { output: 'dense' }, 1);
    await expect(openNetwork(filesOf(SEVERAL), { output: 'other' })).rejects.toThrow(/no output "other".*aux, dense/);
  });

  it('what no output needs leaves no weights behind', async () => {
    const { network } = await openNetwork(filesOf(SEVERAL), { output: 'dense' });
    expect(Object.keys(network.weights).filter((key) => key.startsWith('aux'))).toEqual([]);
    expect(Object.keys(network.weights)).toContain('dense/kernel');
  });

  it('a network that scales its pixels itself is fed 0 to 255', async () => {
    const { network, check, notes } = await openCheckedNetwork(filesOf('rescaling-in-front'));
    expect(check.difference).toBeLessThan(1e-4);
    expect(network.definition.normalization).toEqual({ mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] });
    expect(notes.map((note) => inWords(note)).join(' ')).toMatch(/0 to 255/);
    // Where the network itself takes them from 0 and 255 to -1 and 1, another without that takes them so.
    const { network: plain } = await openNetwork(filesOf('mixed-valid'));
    const [scaled, expected] = [await outputsOf(network, (v) => v * 255), await outputsOf(plain, (v) => 2 * v - 1)];
    scaled.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-4));
  });

  it('weights with another number behind their names go to the layers in order', async () => {
    const files = filesOf('flat-inbound-nodes');
    const renamed = files.map((file) => {
      if (file.name !== 'model.json') return file;
      const text = new TextDecoder().decode(file.bytes);
      // bn_2 and bn_3 for layers that are called bn_1 and bn_2: by name, one would get the other's.
      const json = JSON.parse(text);
      const rename = (name: string, by: number) =>
        name.replace(/^batch_normalization(_1)?(?=$|\/)/, (_, one) => `batch_normalization_${(one ? 2 : 1) + by}`);
      for (const entry of json.weightsManifest[0].weights) entry.name = rename(entry.name, 1);
      const topology = JSON.stringify(json.modelTopology).replace(
        /"batch_normalization(_1)?"/g,
        (_, one) => `"batch_normalization_${one ? 2 : 1}"`,
      );
      json.modelTopology = JSON.parse(topology);
      return { ...file, bytes: new TextEncoder().encode(JSON.stringify(json)).buffer as ArrayBuffer };
    });
    const { network } = await openNetwork(files);
    const { network: again, notes, check } = await openCheckedNetwork(renamed);
    expect(notes.map((note) => inWords(note)).join(' ')).toMatch(/matched by their names without numbers/);
    expect(check.difference).toBeLessThan(1e-4);
    const [expected, actual] = [await outputsOf(network), await outputsOf(again)];
    actual.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-6));
  });

  it('a Sequential of Keras 3 means Keras 3’s slopes and hard sigmoid', async () => {
    const change = (edit: (json: { modelTopology: Record<string, unknown> }, layer: KerasLayer) => void) =>
      filesOf('mixed-valid').map((file) => {
        if (file.name !== 'model.json') return file;
        const json = JSON.parse(new TextDecoder().decode(file.bytes));
        const layer = json.modelTopology.config.layers.find(({ class_name: kind }: KerasLayer) => kind === 'ReLU');
        edit(json, layer);
        return { ...file, bytes: new TextEncoder().encode(JSON.stringify(json)).buffer as ArrayBuffer };
      });
    interface KerasLayer {
      class_name: string;
      config: Record<string, unknown>;
    }
    const leaky = await openCheckedNetwork(
      change((json, layer) => {
        json.modelTopology.keras_version = '3.3.3';
        Object.assign(layer, { class_name: 'LeakyReLU', config: { name: 'r', negative_slope: 0.05 } });
      }),
    );
    expect(leaky.check.difference).toBeLessThan(1e-4);
    expect(leaky.network.definition.nodes.find(({ name }) => name === 'r')).toMatchObject({ slope: 0.05 });
    const hard = (version: string) =>
      openCheckedNetwork(
        change((json, layer) => {
          json.modelTopology.keras_version = version;
          Object.assign(layer, { class_name: 'Activation', config: { name: 'r', activation: 'hard_sigmoid' } });
        }),
      );
    const [two, three] = [await hard('2.15.0'), await hard('3.3.3')];
    expect(two.check.difference).toBeLessThan(1e-4);
    expect(two.network.definition.nodes.find(({ name }) => name === 'r')).toMatchObject({ slope: 0.2 });
    // tfjs has only the older one: that it was not compared is said.
    expect(three.check.difference).toBeNull();
    expect(three.network.definition.nodes.find(({ name }) => name === 'r')).toMatchObject({ slope: 1 / 6 });
    expect(three.notes.map((note) => inWords(note)).join(' ')).toMatch(/could not be compared/);
  });

  it.each([
    ['model.h5', /tensorflowjs_converter/],
    ['model.pth', /safetensors/],
    ['network.tflite', /quantized or folded/],
    ['notes.txt', /model\.json with all of its weight files/],
  ])('%s is refused with what to do', async (name, hint) => {
    const error = await openNetwork([{ name, bytes: new ArrayBuffer(8) }]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NetworkError);
    expect((error as NetworkError).message).toContain(name);
    expect((error as NetworkError).hint).toMatch(hint);
  });
});
