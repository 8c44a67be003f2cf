/** Files that somebody has made to take all time or memory, or to pass for something else. */
import { beforeAll, describe, expect, it } from 'vitest';
import { openLayersModel } from '../../../src/engine/network/keras/layersModel';
import { NetworkError } from '../../../src/engine/network/networkError';
import type { NetworkFile } from '../../../src/engine/network/networkFile';
import { openOnnx } from '../../../src/engine/network/onnx/openOnnx';
import { encoded } from '../../../src/engine/network/onnx/protobuf';
import { openSafetensors } from '../../../src/engine/network/pytorch/openSafetensors';
import { stopwatch } from '../../fuzz/fuzz';
import { use } from '../backends';

beforeAll(() => use('cpu'));

const encoder = new TextEncoder();
const bufferOf = (bytes: ArrayLike<number>) => Uint8Array.from(bytes).buffer as ArrayBuffer;

/** What is said of a file, within two seconds. */
async function refusal(opening: () => Promise<unknown>): Promise<string> {
  const elapsed = stopwatch();
  const error = await opening().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(elapsed()).toBeLessThan(2000);
  expect(error).toBeInstanceOf(NetworkError);
  return (error as NetworkError).message;
}

describe('tf.LayersModel', () => {
  const keras = (config: object, rest: object = {}, more: NetworkFile[] = []): NetworkFile[] => [
    {
      name: 'model.json',
      bytes: bufferOf(encoder.encode(JSON.stringify({ modelTopology: { class_name: 'Model', config }, ...rest }))),
    },
    ...more,
  ];
  const input = (shape: unknown = [null, 8, 8, 3]) => ({
    class_name: 'InputLayer',
    config: { name: 'input', batch_input_shape: shape },
    inbound_nodes: [],
  });
  const relu = (name: string, from: string) => ({
    class_name: 'ReLU',
    config: { name },
    inbound_nodes: [[[from, 0, 0, {}]]],
  });

  it('a chain of 10,000 layers, listed from its end', async () => {
    const count = 10_000;
    const chain = Array.from({ length: count }, (_, i) => relu(`r${i}`, i === 0 ? 'input' : `r${i - 1}`)).reverse();
    const layers = [...chain, input()];
    const config = { layers, input_layers: [['input', 0, 0]], output_layers: [[`r${count - 1}`, 0, 0]] };
    expect(await refusal(() => openLayersModel(keras(config)))).toMatch(/\[8,8,3\], not in/);
  });

  it('layers that all read each other, and more than are read at all', async () => {
    const round = Array.from({ length: 8_000 }, (_, i) => relu(`r${i}`, `r${(i + 1) % 8_000}`));
    const outputs = { input_layers: [['input', 0, 0]], output_layers: [['r0', 0, 0]] };
    expect(await refusal(() => openLayersModel(keras({ layers: [input(), ...round], ...outputs })))).toMatch(/"r0"/);
    const many = Array.from({ length: 21_000 }, (_, i) => relu(`r${i}`, 'input'));
    expect(await refusal(() => openLayersModel(keras({ layers: [input(), ...many], ...outputs })))).toMatch(/20000/);
  });

  it('models in models, each used twice', async () => {
    let inner: object = {
      class_name: 'Sequential',
      config: { name: 'm', layers: [{ class_name: 'ReLU', config: { name: 'r' } }] },
    };
    for (let depth = 0; depth < 15; depth++) {
      inner = {
        class_name: 'Model',
        config: {
          name: 'm',
          layers: [input(), { ...inner, name: 'm', inbound_nodes: [[['input', 0, 0, {}]], [['m', 0, 0, {}]]] }],
          input_layers: [['input', 0, 0]],
          output_layers: [['m', 1, 0]],
        },
      };
    }
    const { config } = inner as { config: object };
    expect(await refusal(() => openLayersModel(keras(config)))).toMatch(/20000/);
  });

  it('5,000 weighted layers against other names', async () => {
    const layers = Array.from({ length: 5_000 }, (_, i) => ({
      class_name: 'BatchNormalization',
      config: { name: `bn${i}` },
      inbound_nodes: [[['input', 0, 0, {}]]],
    }));
    const names = layers.flatMap((_, i) => [`x${i}/bn/gamma`, `x${i}/bn/beta`]);
    const weights = names.map((name) => ({ name, shape: [1], dtype: 'bool' }));
    const config = {
      layers: [input(), ...layers],
      input_layers: [['input', 0, 0]],
      output_layers: [['bn1', 0, 0]],
    };
    const files = keras(config, { weightsManifest: [{ paths: ['w.bin'], weights }] }, [
      { name: 'w.bin', bytes: new ArrayBuffer(weights.length) },
    ]);
    expect(await refusal(() => openLayersModel(files))).toMatch(/moving_mean/);
  });

  it('a million million pixels, and a weight file a hundred times', async () => {
    const layers = [input([null, 1e6, 1e6, 3]), relu('r', 'input')];
    const config = { layers, input_layers: [['input', 0, 0]], output_layers: [['r', 0, 0]] };
    expect(await refusal(() => openLayersModel(keras(config)))).toMatch(/1000000 x 1000000 x 3/);
    const manifest = Array.from({ length: 100 }, (_, i) => ({
      paths: ['w.bin'],
      weights: [{ name: `w${i}`, shape: [1000], dtype: 'float32' }],
    }));
    const twice = keras(config, { weightsManifest: manifest }, [{ name: 'w.bin', bytes: new ArrayBuffer(4000) }]);
    expect(await refusal(() => openLayersModel(twice))).toMatch(/w\.bin is listed twice/);
  });

  it('lists a hundred thousand deep', async () => {
    const text = `{"modelTopology":{"class_name":"Model","config":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`;
    const files = [{ name: 'model.json', bytes: bufferOf(encoder.encode(text)) }];
    expect(await refusal(() => openLayersModel(files))).toMatch(/nested deeper than 200/);
  });
});

describe('ONNX', () => {
  const text = (number: number, value: string) => encoded(number, encoder.encode(value));
  const node = (kind: string, inputs: string[], outputs: string[], attributes: number[] = []) =>
    encoded(1, [
      ...inputs.flatMap((name) => text(1, name)),
      ...outputs.flatMap((name) => text(2, name)),
      ...text(3, 'same'),
      ...text(4, kind),
      ...attributes,
    ]);
  const dimension = (size: number) => encoded(1, [8, size]);
  const value = (number: number, name: string, shape: number[]) =>
    encoded(number, [...text(1, name), ...encoded(2, encoded(1, [8, 1, ...encoded(2, shape.flatMap(dimension))]))]);
  const numbers = (name: string, list: number[]) =>
    encoded(5, [...encoded(1, [list.length]), 16, 7, ...list.flatMap((v) => [56, v]), ...text(8, name)]);
  const model = (...graph: number[][]): NetworkFile[] => [
    { name: 'model.onnx', bytes: bufferOf(encoded(7, graph.flat())) },
  ];
  const ends = [value(11, 'x', [1, 3, 8, 8]), value(12, 'y', [1, 2])];
  const norm = node('BatchNormalization', ['x'], ['n']);

  it('8,000 nodes of one name, listed from their end', async () => {
    const chain = Array.from({ length: 8_000 }, (_, i) =>
      node('Relu', [i === 0 ? 'x' : `v${i - 1}`], [i === 7_999 ? 'y' : `v${i}`]),
    ).reverse();
    expect(await refusal(() => openOnnx(model(...chain, norm, ...ends)))).toMatch(/\[8,8,3\], not in/);
  });

  it('a constant that doubles forty times', async () => {
    const doubling = Array.from({ length: 40 }, (_, i) => node('Concat', [`c${i}`, `c${i}`], [`c${i + 1}`]));
    const files = model(numbers('c0', [1, 1, 1, 1]), ...doubling, node('Reshape', ['x', 'c40'], ['y']), norm, ...ends);
    expect(await refusal(() => openOnnx(files))).toMatch(/Concat/);
  });

  it('a slice whose step is 0', async () => {
    const constants = [numbers('c', [1, 2, 3]), numbers('from', [2]), numbers('to', [0]), numbers('step', [0])];
    const slice = node('Slice', ['c', 'from', 'to', 'from', 'step'], ['s']);
    const files = model(...constants, slice, node('Reshape', ['x', 's'], ['y']), norm, ...ends);
    expect(await refusal(() => openOnnx(files))).toMatch(/Slice/);
  });

  it('a number of 300,000 digits', async () => {
    const endless = encoded(5, encoded(1, new Uint8Array(3e5).fill(255)));
    expect(await refusal(() => openOnnx(model(endless, norm, ...ends)))).toMatch(/model\.onnx/);
  });
});

describe('safetensors', () => {
  it('a thousand tensors that are the same bytes', async () => {
    const entry = { dtype: 'U8', shape: [4000], data_offsets: [0, 4000] };
    const header = JSON.stringify(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`t${i}`, entry])));
    const bytes = new Uint8Array(8 + header.length + 4000);
    new DataView(bytes.buffer).setUint32(0, header.length, true);
    bytes.set(encoder.encode(header), 8);
    const files = [{ name: 'm.safetensors', bytes: bytes.buffer }];
    expect(await refusal(() => openSafetensors(files))).toMatch(/"t1" shares its bytes/);
  });

  it('30,000 blocks of nothing', async () => {
    const names = Array.from({ length: 30_000 }, (_, i) => `layer1.${i}.conv1.bias`);
    const header = JSON.stringify(
      Object.fromEntries(names.map((name) => [name, { dtype: 'U8', shape: [0], data_offsets: [0, 0] }])),
    );
    const bytes = new Uint8Array(8 + header.length);
    new DataView(bytes.buffer).setUint32(0, header.length, true);
    bytes.set(encoder.encode(header), 8);
    await refusal(() => openSafetensors([{ name: 'm.safetensors', bytes: bytes.buffer }]));
  });
});
