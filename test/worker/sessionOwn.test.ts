/** The user's own network and images together: other sizes, grey pictures, other classes. */
import * as tf from '@tensorflow/tfjs-core';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inWords } from '../../src/engine/sentences';
import type { Failure, InitializeReply, NetworkFile } from '../../src/worker/protocol';
import { use } from '../engine/backends';
import { packImages } from '../../src/engine/data/images/packed';
import { manyClassNetwork, manyClassPictures } from '../manyClasses';
import { classPictures } from '../pictures';
import { Harness, modelFiles, Refused, shapesNetwork, smallSettings } from './sessionHarness';

const settings = smallSettings({
  generatorStart: 'scratch',
  generatorSteps: 2,
  studentSteps: 1,
  observationPerClass: 10,
});
const NETWORKS = join(import.meta.dirname, '../fixtures/networks');

/** Files as a page reads them: fresh buffers, since they are handed over. */
const network = (name: string): NetworkFile[] =>
  readdirSync(join(NETWORKS, name))
    .filter((file) => file !== 'expected.json')
    .map((file) => ({
      name: file,
      bytes: new Uint8Array(readFileSync(join(NETWORKS, name, file))).buffer as ArrayBuffer,
    }));

const pictures = (classes: number, each: number, size: number): NetworkFile[] =>
  classPictures(classes, each, size).map(({ name, bytes }) => ({ name, bytes: bytes.buffer }));

beforeAll(() => use('wasm'));

let harness: Harness;
let before = 0;
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(async () => {
  await harness.session.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

async function started(): Promise<void> {
  harness = new Harness();
  await harness.initialize({ ...settings, observationPerClass: 2, testImages: 20 });
}

const refused = async (request: Promise<unknown>): Promise<Failure> => {
  const error = await request.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(Refused);
  return (error as Refused).failure;
};

describe('own network and images', () => {
  it('a network of other images waits for them; then the whole method runs on both', { timeout: 120_000 }, async () => {
    await started();
    const early = await refused(
      harness.ask({ type: 'loadNetwork', runId: 2, settings, files: network('mnist-28x28x1') }),
    );
    expect(early.code).toBe('mismatch');
    expect(early.message).toMatch(/28x28x1 in 10 classes/);
    expect(early.hint).toMatch(/images of its 10 classes/);

    const reply = (await harness.ask({
      type: 'loadImages',
      runId: 3,
      settings,
      files: pictures(10, 12, 40),
    })) as InitializeReply;
    expect(reply.bundled).toBe(false);
    expect(reply.opened).toMatchObject({ inputShape: [28, 28, 1], classes: 10, runtime: 'tf.loadLayersModel' });
    expect(reply.opened!.difference).toBeLessThan(1e-4);
    // Weights are random: that so few are right is said.
    expect(reply.opened!.notes.map((note) => inWords(note)).join(' ')).toMatch(/full-precision network gets \d+ %/);
    expect(reply.ownImages).toMatchObject({ calibration: 60, test: 60 });
    expect(reply.ownImages!.classes[3]).toBe('kind 03');
    // Six of each class to calibrate with and to look at, two of them to calibrate with.
    expect(reply.ownImages!.notes.map((note) => inWords(note)).join(' ')).toMatch(
      /“Images for looking only” is 4 here.*“Test images” is 60 here/,
    );
    const overview = harness.of('overview').at(-1)!.overview;
    expect(overview.network.inputShape).toEqual([28, 28, 1]);
    expect(overview.network.classNames).toEqual(reply.ownImages!.classes);

    const done = harness.status(3, 'finished');
    await harness.ask({ type: 'play', runId: 3 });
    await done;
    expect(harness.frames(3).at(-1)!.phase).toBe('done');
    expect(harness.of('failure').filter(({ id }) => id === null)).toEqual([]);

    const back = (await harness.ask({ type: 'useBundledImages', runId: 4, settings })) as InitializeReply;
    expect(back).toMatchObject({ bundled: true });
    expect(back.ownImages).toBeUndefined();
    expect(back.opened).toBeUndefined();
  });

  it('images of 128x128: settings that fit the machine, and the whole method', { timeout: 120_000 }, async () => {
    await started();
    const large = shapesNetwork({ inputShape: [128, 128, 3], classNames: ['a', 'b', 'c'], strides: [2, 2, 2] });
    const asked = { ...settings, generatorBatch: 32, generatorChannels: 128, observationPerClass: 2, testImages: 2000 };
    await refused(harness.ask({ type: 'loadNetwork', runId: 2, settings: asked, files: modelFiles(large) }));
    const reply = (await harness.ask({
      type: 'loadImages',
      runId: 3,
      settings: asked,
      files: pictures(3, 5, 140),
    })) as InitializeReply;
    const { overview } = harness.of('overview').at(-1)!;
    expect(reply.fitted!.generatorBatch).toBeLessThanOrEqual(16);
    expect(overview.settings).toMatchObject({ ...reply.fitted, testImages: 6 });
    expect(overview.network.activations).toBeGreaterThan(128 * 128 * 3);
    const said = reply.ownImages!.notes.map((note) => inWords(note)).join(' ');
    expect(said).toMatch(
      new RegExp(`fit into memory: ${reply.fitted!.generatorBatch} images a step, a generator width`),
    );
    expect(overview.calibration.images).toMatchObject({ count: 3, height: 64, width: 64 });
    // What the user then asks for is taken, as long as there is memory for it.
    const own = { ...overview.settings, generatorBatch: 2, generatorChannels: 16 };
    await harness.ask({ type: 'configure', runId: 4, settings: own });
    expect(harness.of('overview').at(-1)!.overview.settings).toMatchObject({
      generatorBatch: 2,
      generatorChannels: 16,
    });
    const done = harness.status(4, 'finished');
    await harness.ask({ type: 'play', runId: 4 });
    await done;
    const frames = harness.frames(4);
    expect(frames.at(-1)!.phase).toBe('done');
    expect(frames.flatMap(({ synthetic }) => synthetic).at(-1)!.images).toMatchObject({
      count: 18,
      height: 64,
      width: 64,
    });
    const tooMuch = await refused(
      harness.ask({ type: 'configure', runId: 5, settings: { ...own, generatorBatch: 64, generatorChannels: 128 } }),
    );
    expect(tooMuch.code).toBe('settings');
    expect(tooMuch.message).toMatch(/would need about [\d.]+ GB of memory/);
    const back = (await harness.ask({ type: 'useBundledNetwork', runId: 6, settings })) as InitializeReply;
    expect(back.bundled).toBe(true);
    expect(back.fitted).toBeUndefined();
  });

  it(
    'images of other classes wait for a network; those of as many go with the one in use',
    { timeout: 120_000 },
    async () => {
      await started();
      const few = { ...settings, testImages: 10, observationPerClass: 2 };
      const other = await refused(
        harness.ask({ type: 'loadImages', runId: 2, settings: few, files: pictures(3, 8, 32) }),
      );
      expect(other.code).toBe('mismatch');
      expect(other.message).toMatch(/3 classes, but tiny knows 10/);
      const reply = (await harness.ask({
        type: 'loadImages',
        runId: 3,
        settings: few,
        files: pictures(10, 8, 32),
      })) as InitializeReply;
      expect(reply).toMatchObject({ bundled: true, networkName: 'tiny' });
      expect(reply.ownImages!.classes).toHaveLength(10);
      // A network for these images takes the place of the bundled one, with the pixels that the user says.
      const own = (await harness.ask({
        type: 'loadNetwork',
        runId: 4,
        settings: few,
        files: network('sidecar-json'),
        options: { normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } },
      })) as InitializeReply;
      expect(own.opened!.normalization.mean).toEqual([0.5, 0.5, 0.5]);
      expect(own.ownImages!.classes).toEqual(reply.ownImages!.classes);
      const again = (await harness.ask({
        type: 'loadNetwork',
        runId: 5,
        settings: few,
        files: [],
        options: { normalization: { mean: [0, 0, 0], std: [1, 1, 1] } },
      })) as InitializeReply;
      expect(again.opened!.normalization.mean).toEqual([0, 0, 0]);
    },
  );

  it('images of some of the network’s classes go to the outputs of their names', { timeout: 120_000 }, async () => {
    await started();
    const few = { ...settings, testImages: 6, observationPerClass: 2 };
    const named = (classes: string[]) =>
      pictures(classes.length, 8, 32).map(({ name, bytes }) => ({
        name: name.replace(/kind 0(\d)/, (_, label: string) => classes[Number(label)]),
        bytes,
      }));
    const files = named(['star', 'heart', 'circle']);
    const reply = (await harness.ask({ type: 'loadImages', runId: 2, settings: few, files })) as InitializeReply;
    // In the network's order, which is not that of the folders.
    expect(reply.ownImages!.classes).toEqual(['circle', 'star', 'heart']);
    expect(reply.ownImages!.notes.map((note) => inWords(note)).join(' ')).toContain('order of the network');
    const done = harness.status(2, 'finished');
    await harness.ask({ type: 'play', runId: 2 });
    await done;
    expect(harness.of('overview').at(-1)!.overview.network).toMatchObject({ numClasses: 3 });
    // What they are of is still there: for other images, in a saved session, and by itself.
    const two = (await harness.ask({
      type: 'loadImages',
      runId: 4,
      settings: few,
      files: named(['ring', 'arrow']),
    })) as InitializeReply;
    expect(two.ownImages!.classes).toEqual(['ring', 'arrow']);
    const saved = (await harness.ask({ type: 'saveSession', runId: 4, texts: {} })) as unknown as ArrayBuffer;
    await harness.ask({ type: 'readSession', runId: 4, file: { name: 'kept.fdda', bytes: saved } });
    const opened = (await harness.ask({ type: 'openSession', runId: 5, settings: few })) as InitializeReply;
    expect(opened).toMatchObject({ networkName: 'tiny', ownImages: { classes: ['ring', 'arrow'] } });
    expect(harness.of('overview').at(-1)!.overview.network).toMatchObject({ numClasses: 2 });
    const back = (await harness.ask({ type: 'useBundledNetwork', runId: 3, settings: few })) as InitializeReply;
    expect(back).toMatchObject({ bundled: true, networkName: 'tiny' });
  });

  it('outputs to choose from come with the failure; pictures that are none are told', async () => {
    await started();
    const failure = await refused(
      harness.ask({ type: 'loadNetwork', runId: 2, settings, files: network('two-outputs') }),
    );
    expect(failure).toMatchObject({ code: 'network', outputs: ['aux', 'dense'] });
    const reply = (await harness.ask({
      type: 'loadNetwork',
      runId: 3,
      settings: { ...settings, testImages: 10, observationPerClass: 2 },
      files: [],
      options: { output: 'dense' },
    })) as InitializeReply;
    expect(reply.opened).toMatchObject({ classes: 10 });
    const none = await refused(
      harness.ask({ type: 'loadImages', runId: 4, settings, files: [{ name: 'a.txt', bytes: new ArrayBuffer(3) }] }),
    );
    expect(none).toMatchObject({ code: 'images' });
    expect(none.message).toMatch(/no picture among these files/);
  });

  it(
    'operations that the bundled network lacks train alike on wasm, where steps replay, and in plain JavaScript',
    { timeout: 120_000 },
    async () => {
      harness = new Harness();
      const few = { ...settings, generatorSteps: 4, studentSteps: 4, testImages: 10, observationPerClass: 2 };
      await harness.initialize(few, { without: [] });
      const bytes = new Uint8Array(readFileSync(join(NETWORKS, '../onnx/mobile.onnx'))).buffer as ArrayBuffer;
      const files = [{ name: 'mobile.onnx', bytes }];
      await refused(harness.ask({ type: 'loadNetwork', runId: 2, settings: few, files }));
      await harness.ask({ type: 'loadImages', runId: 3, settings: few, files: pictures(7, 8, 16) });
      const losses = async (runId: number) => {
        const done = harness.status(runId, 'finished');
        await harness.ask({ type: 'play', runId });
        await done;
        return harness.frames(runId).flatMap((frame) => frame.generator.map(({ total }) => total));
      };
      const onWasm = await losses(3);
      await harness.ask({ type: 'useBackend', runId: 4, settings: few, backend: 'cpu' });
      const onCpu = await losses(4);
      expect(onWasm).toHaveLength(4);
      onWasm.forEach((loss, i) => expect(Math.abs(loss / onCpu[i] - 1)).toBeLessThan(1e-3));
      await harness.ask({ type: 'useBackend', runId: 5, settings: few, backend: 'wasm' });
    },
  );
});

describe('a network of very many classes', () => {
  it('has those looked at that somebody wants to see', { timeout: 120_000 }, async () => {
    const few = { ...settings, imagesPerClass: 1, observationPerClass: 1, testImages: 8, generatorSteps: 4 };
    await started();
    const files = manyClassNetwork(60, 16).map(({ name, bytes }) => ({ name, bytes: bytes.slice().buffer }));
    await refused(harness.ask({ type: 'loadNetwork', runId: 2, settings: few, files }));
    await harness.ask({
      type: 'loadImages',
      runId: 3,
      settings: few,
      files: manyClassPictures(60, 6, 16).map(({ name, bytes }) => ({ name, bytes: bytes.buffer })),
    });
    const looked = () => harness.frames(3).flatMap(({ synthetic }) => synthetic.map((s) => [...s.batchPoints.labels]));
    const [sample] = looked();
    expect(sample).toHaveLength(48);
    const missing = Array.from({ length: 60 }, (_, c) => c).filter((c) => !sample.includes(c));
    for (const runId of [2, 3]) await harness.ask({ type: 'lookAt', runId, classes: [missing[0]] });
    await harness.ask({ type: 'step', runId: 3 });
    expect(looked()).toHaveLength(2);
    expect(
      looked()
        .slice(1)
        .every((labels) => labels.length === 48 && labels.includes(missing[0])),
    ).toBe(true);
    // While it runs, the next frame has them.
    const done = harness.status(3, 'finished');
    const before = looked().length;
    await harness.ask({ type: 'play', runId: 3 });
    await harness.ask({ type: 'lookAt', runId: 3, classes: [missing[1], missing[2]] });
    await done;
    expect(looked().length).toBeGreaterThan(before);
    expect(looked().at(-1)).toEqual(expect.arrayContaining([missing[1], missing[2]]));
  });
});

describe('a saved session', () => {
  const texts = { 'settings.json': '{}' };
  const save = async (runId = 3) =>
    (await harness.ask({ type: 'saveSession', runId, texts })) as unknown as ArrayBuffer;
  const read = (bytes: ArrayBuffer) =>
    harness.ask({ type: 'readSession', runId: 3, file: { name: 'mine.fdda', bytes } });

  it('opens elsewhere as it was: the same network, images and run, to the bit', { timeout: 120_000 }, async () => {
    await started();
    await refused(harness.ask({ type: 'loadNetwork', runId: 2, settings, files: network('mnist-28x28x1') }));
    await harness.ask({ type: 'loadImages', runId: 3, settings, files: pictures(10, 12, 40) });
    const one = harness.of('overview').at(-1)!.overview;
    const bytes = await save();
    await harness.session.dispose();

    await started();
    expect(await read(bytes.slice(0))).toEqual({ texts });
    const reply = (await harness.ask({ type: 'openSession', runId: 4, settings })) as InitializeReply;
    expect(reply).toMatchObject({ bundled: false, opened: { inputShape: [28, 28, 1] }, ownImages: { test: 60 } });
    const two = harness.of('overview').at(-1)!.overview;
    expect(two.calibration.images.rgba).toEqual(one.calibration.images.rgba);
    expect(two.points.observation.xy).toEqual(one.points.observation.xy);
    expect(two.network.classNames).toEqual(one.network.classNames);
    // Saved again, it is the same file; its images fit other networks as before.
    expect(
      Buffer.from((await harness.ask({ type: 'saveSession', runId: 4, texts })) as unknown as ArrayBuffer),
    ).toEqual(Buffer.from(bytes));
  });

  it('keeps that only some of a network’s outputs are used', { timeout: 120_000 }, async () => {
    const outputs = [7, 999, 0, 450];
    const files = () => manyClassNetwork(1000, 16).map(({ name, bytes }) => ({ name, bytes: bytes.slice().buffer }));
    const images = classPictures(4, 8, 16).map(({ name, bytes }, i) => ({ name, label: i % 4, bytes }));
    const packed = { ...packImages(['a', 'b', 'c', 'd'], images, []), outputs };
    const few = { ...settings, observationPerClass: 2, testImages: 8 };
    await started();
    await refused(harness.ask({ type: 'loadNetwork', runId: 2, settings: few, files: files() }));
    const loaded = (await harness.ask({
      type: 'loadImages',
      runId: 3,
      settings: few,
      files: [],
      packed,
    })) as InitializeReply;
    expect(loaded.opened).toMatchObject({ classes: 4 });
    const said = loaded.opened!.notes.map((note) => inWords(note)).join(' ');
    expect(said.match(/1000/g)).toHaveLength(1);
    const one = harness.of('overview').at(-1)!.overview;
    const bytes = await save();
    await harness.session.dispose();

    await started();
    await read(bytes.slice(0));
    const reply = (await harness.ask({ type: 'openSession', runId: 4, settings: few })) as InitializeReply;
    expect(reply.opened).toMatchObject({ classes: 4, inputShape: [16, 16, 1] });
    expect(reply.opened!.notes.map((note) => inWords(note)).join(' ')).toContain('1000');
    const two = harness.of('overview').at(-1)!.overview;
    expect(two.calibration.verdicts).toEqual(one.calibration.verdicts);
    expect(two.points.centers.xy).toEqual(one.points.centers.xy);
    expect(Buffer.from(await save(4))).toEqual(Buffer.from(bytes));
    // The whole network opened again, and pixels set by hand, still belong to these images.
    const again = (await harness.ask({
      type: 'loadNetwork',
      runId: 5,
      settings: few,
      files: files(),
    })) as InitializeReply;
    expect(again.opened).toMatchObject({ classes: 4 });
    const set = (await harness.ask({
      type: 'loadNetwork',
      runId: 6,
      settings: few,
      files: [],
      options: { normalization: { mean: [0], std: [1] } },
    })) as InitializeReply;
    expect(set.opened).toMatchObject({ classes: 4, normalization: { mean: [0] } });
  });

  it('that cannot be used leaves all as it was', { timeout: 60_000 }, async () => {
    await started();
    const bytes = await save();
    const failure = await refused(read(bytes.slice(0, bytes.byteLength - 30)));
    expect([failure.code, failure.hint]).toEqual(['session', expect.stringMatching(/still there/)]);
    const none = await refused(harness.ask({ type: 'openSession', runId: 5, settings }));
    expect(none.message).toMatch(/no session to open/);
    await read(bytes);
    const reply = (await harness.ask({
      type: 'openSession',
      runId: 6,
      settings: { ...settings, testImages: 20 },
    })) as InitializeReply;
    expect(reply.bundled).toBe(true);
  });
});
