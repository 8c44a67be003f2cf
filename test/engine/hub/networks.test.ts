/** Networks from the hub and by address, whatever goes wrong on their way. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HubError } from '../../../src/engine/hub/hubError';
import { readSource } from '../../../src/engine/hub/addresses';
import { downloadNetwork } from '../../../src/engine/hub/networks';
import { openNetwork } from '../../../src/engine/network/openNetwork';
import { StandInHub } from '../../hub/standInHub';
import { use } from '../backends';
import { hubHost, MemoryStore, watch } from './host';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const file = (...path: string[]) => new Uint8Array(readFileSync(join(FIXTURES, ...path)));
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const RESNET = file('pytorch', 'resnet18.safetensors');
/** As timm writes it. */
const CONFIG = json({
  architecture: 'resnet18',
  pretrained_cfg: { input_size: [3, 64, 64], mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
});

let hub: StandInHub;
beforeAll(async () => {
  await use('cpu');
  hub = await StandInHub.start();
});
afterAll(() => hub.stop());
beforeEach(() => {
  hub.reset();
  hub.models.set('timm/resnet18.a1_in1k', {
    files: {
      '.gitattributes': json(1),
      'config.json': CONFIG,
      'model.safetensors': RESNET,
      'pytorch_model.bin': RESNET,
    },
  });
});

const load = (source: string, host = hubHost(), watching = watch()) => downloadNetwork(host, source, watching, hub.url);
const refused = async (promise: Promise<unknown>): Promise<HubError> => {
  const error = await promise.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(HubError);
  return error as HubError;
};

describe('by name', () => {
  it('brings weights and configuration, and the network opens with the pixels that it says', async () => {
    const watching = watch();
    const { name, files, notes } = await load('timm/resnet18.a1_in1k', hubHost(), watching);
    expect(name).toBe('timm/resnet18.a1_in1k');
    expect(files.map((each) => each.name)).toEqual(['config.json', 'model.safetensors']);
    expect(Buffer.from(files[1].bytes).equals(Buffer.from(RESNET))).toBe(true);
    expect(notes).toEqual([]);
    const { network } = await openNetwork(files);
    expect(network.definition.normalization).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
    expect(network.definition.inputShape).toEqual([64, 64, 3]);
    // Of all files together, and never backwards.
    const total = CONFIG.length + RESNET.length;
    expect(watching.seen.at(-1)).toEqual({ loaded: total, total });
    watching.seen.slice(1).forEach(({ loaded }, i) => expect(loaded).toBeGreaterThanOrEqual(watching.seen[i].loaded));
  });

  it('a layers model with its weight files; ONNX with the data that it names', async () => {
    const folder = join(FIXTURES, 'networks/keras3-functional');
    const parts = readdirSync(folder).filter((each) => each !== 'expected.json');
    hub.models.set('me/keras', {
      files: Object.fromEntries(parts.map((each) => [`tfjs/${each}`, file('networks/keras3-functional', each)])),
    });
    const keras = await load('me/keras');
    expect(keras.files.map((each) => each.name).sort()).toEqual(parts.map((each) => `tfjs/${each}`).sort());
    await openNetwork(keras.files);
    hub.models.set('me/onnx', { files: { 'onnx/model.onnx': file('onnx', 'residual-one-image.onnx') } });
    expect((await openNetwork((await load('me/onnx')).files)).network.definition.numClasses).toBe(5);
    const location = Uint8Array.of(
      0x0a,
      8,
      ...new TextEncoder().encode('location'),
      0x12,
      6,
      ...new TextEncoder().encode('w.data'),
    );
    hub.models.set('me/outside', { files: { 'model.onnx': location, 'w.data': Uint8Array.of(1, 2, 3) } });
    expect((await load('me/outside')).files.map((each) => each.name)).toEqual(['model.onnx', 'w.data']);
  });

  it('is kept: the second time nothing is fetched, also without a network', async () => {
    const store = new MemoryStore();
    await load('timm/resnet18.a1_in1k', hubHost({ store }));
    hub.asked = [];
    const again = await load('timm/resnet18.a1_in1k', hubHost({ store }));
    expect(hub.asked).toEqual([]);
    const offline = hubHost({
      store,
      fetch: () => Promise.reject(new TypeError('Failed to fetch')),
      online: () => false,
    });
    const without = await load('timm/resnet18.a1_in1k', offline);
    expect(without.files.map(({ bytes }) => bytes.byteLength)).toEqual(
      again.files.map(({ bytes }) => bytes.byteLength),
    );
    // A store without room is said, and does no harm.
    const full = new MemoryStore();
    full.room = 2000;
    const { notes } = await load('timm/resnet18.a1_in1k', hubHost({ store: full }));
    expect(notes.map(({ name }) => name)).toEqual(['hubNotKept']);
  });

  it.each([
    ['nobody/nothing', /has no “nobody\/nothing”/, /Check the name/],
    ['../etc/passwd', /neither an address nor a name/, /owner\/name/],
    ['a/b/c', /neither an address nor a name/, /owner\/name/],
    ['datasets/me/pictures', /is a dataset, not a network/, /under images/],
    ['me/pickled', /no network that can be opened; its files are pytorch_model.bin/, /safetensors.torch.save_file/],
    ['me/gated', /only to people who have agreed/, /never logs in/],
  ])('%s is refused with the cause', async (source, message, hint) => {
    hub.models.set('me/pickled', { files: { 'README.md': json(1), 'pytorch_model.bin': RESNET } });
    hub.models.set('me/gated', { files: { 'model.safetensors': RESNET }, gated: 'manual' });
    const error = await refused(load(source));
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });
});

describe('on the way', () => {
  const whole = async (host = hubHost()) => {
    const { files } = await load('timm/resnet18.a1_in1k', host);
    expect(Buffer.from(files[1].bytes).equals(Buffer.from(RESNET))).toBe(true);
  };
  const ranges = () => hub.asked.filter(({ path }) => path === 'model.safetensors').map(({ range }) => range);

  it('an interruption is gone on from, as often as something new came', async () => {
    hub.fail(
      'model.safetensors',
      ...[1000, 2000, 3000, 4000, 5000, 6000].map((after) => ({ kind: 'cut' as const, after })),
    );
    await whole();
    const starts = ranges().map((range) => (range ? Number(/^bytes=(\d+)-$/.exec(range)![1]) : 0));
    expect(starts).toHaveLength(7);
    starts.slice(1).forEach((start, i) => expect(start).toBeGreaterThan(starts[i]));
  });

  it('silence is an interruption; a server without ranges starts again', async () => {
    hub.fail('model.safetensors', { kind: 'stuck', after: 5000 }, { kind: 'noRanges' });
    await whole();
    expect(ranges()).toEqual([null, expect.stringMatching(/^bytes=\d+-$/), null]);
  });

  it('another part than was asked for is thrown away, and fetched anew', async () => {
    hub.fail('model.safetensors', { kind: 'cut', after: 5000 }, { kind: 'wrongPart' });
    await whole();
    expect(ranges().at(-1)).toBeNull();
  });

  it('slow is no failure; a busy server is asked again', async () => {
    hub.fail('model.safetensors', { kind: 'status', status: 503 }, { kind: 'slow', piece: 20000 });
    await whole();
  });

  it.each([
    ['never comes whole', { kind: 'short', bytes: 3000 }, /interrupted|other parts/],
    ['has a changed byte', { kind: 'changedByte' }, /SHA-256/],
    ['is a web page', { kind: 'page' }, /is a web page/],
    ['is busy for good', { kind: 'status', status: 503 }, /status 503/],
    ['asks for a login', { kind: 'status', status: 403 }, /without a login/],
    ['is gone', { kind: 'status', status: 404 }, /has no “model.safetensors”/],
    ['breaks off at once, every time', { kind: 'cut', after: 0 }, /did not answer/],
  ] as const)('a file that %s is refused, and nothing of it is kept', async (_, fault, message) => {
    hub.fail('model.safetensors', { ...fault, always: true });
    const store = new MemoryStore();
    const error = await refused(load('timm/resnet18.a1_in1k', hubHost({ store })));
    expect(error.message).toMatch(message);
    expect([...store.files.keys()].some((key) => key.endsWith('model.safetensors'))).toBe(false);
  });

  it('is stopped at once, also while it waits', async () => {
    hub.fail('model.safetensors', { kind: 'stuck', after: 10 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await expect(
      load('timm/resnet18.a1_in1k', hubHost({ patience: 60_000 }), watch(controller.signal)),
    ).rejects.toThrow(/stopped/);
  });

  it('no answer: without a connection, or refused to pages (CORS), each with what to do', async () => {
    const silent = { fetch: () => Promise.reject(new TypeError('Failed to fetch')) };
    expect((await refused(load('a/b', hubHost({ ...silent, online: () => false })))).hint).toMatch(/no connection/);
    expect((await refused(load('a/b', hubHost(silent)))).hint).toMatch(/CORS/);
  });
});

describe('by address', () => {
  it('brings what lies beside it', async () => {
    const at = (path: string) => `${hub.url}/timm/resnet18.a1_in1k/resolve/main/${path}`;
    expect((await load(at('model.safetensors'))).files.map(({ name }) => name)).toEqual([
      'model.safetensors',
      'config.json',
    ]);
    hub.models.set('me/bare', { files: { 'model.safetensors': RESNET } });
    const bare = await load(`${hub.url}/me/bare/blob/main/model.safetensors`);
    expect(bare.files).toHaveLength(1);
    expect(bare.notes.map(({ name }) => name)).toEqual(['hubNoConfiguration']);
    const evil = json({ weightsManifest: [{ paths: ['../../../secret.bin'] }] });
    hub.models.set('me/evil', { files: { 'model.json': evil } });
    expect((await refused(load(`${hub.url}/me/evil/resolve/main/model.json`))).message).toMatch(/secret/);
    expect((await refused(load(`${hub.url}/me/evil/resolve/main/model.pt`))).message).toMatch(/model\.pt/);
  });

  it.each([
    ['https://github.com/u/r/blob/main/a/model.onnx', 'https://raw.githubusercontent.com/u/r/main/a/model.onnx'],
    ['https://example.org/x/model.json', 'https://example.org/x/model.json'],
    ['https://huggingface.co/a/b/blob/main/m.onnx', 'https://huggingface.co/a/b/resolve/main/m.onnx'],
    ['http://localhost:8000/model.json', 'http://localhost:8000/model.json'],
  ])('%s', (typed, url) => {
    expect(readSource(typed)).toEqual({ kind: 'file', url });
  });

  it('addresses of pages on the hub are names; what is not encrypted is refused', () => {
    const name = { kind: 'hub', id: 'timm/resnet18.a1_in1k', revision: 'main', dataset: false };
    expect(readSource('https://huggingface.co/timm/resnet18.a1_in1k')).toEqual(name);
    expect(readSource('https://huggingface.co/timm/resnet18.a1_in1k/tree/main')).toEqual(name);
    expect(readSource(' hf_hub:timm/resnet18.a1_in1k@v2 ')).toEqual({ ...name, revision: 'v2' });
    expect(readSource('https://huggingface.co/datasets/uoft-cs/cifar10')).toMatchObject({
      dataset: true,
      id: 'uoft-cs/cifar10',
    });
    expect(() => readSource('http://example.org/model.onnx')).toThrow(/not encrypted/);
    expect(() => readSource('https://')).toThrow(HubError);
  });
});
