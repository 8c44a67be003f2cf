/** Every reader of files, links and stored texts, with whole files to damage. */
import { encode } from 'jpeg-js';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatasetError } from '../../src/engine/data/images/datasetError';
import { collectImages } from '../../src/engine/data/images/collection';
import { decodeImage } from '../../src/engine/data/images/decode';
import { provideJpeg } from '../../src/headless/jpeg';
import type { ImageFile } from '../../src/engine/data/images/types';
import { CheckpointError, decodeCheckpoint, encodeCheckpoint } from '../../src/engine/generator/checkpoint';
import { initialGeneratorWeights } from '../../src/engine/generator/generator';
import { openLayersModel } from '../../src/engine/network/keras/layersModel';
import { NetworkError } from '../../src/engine/network/networkError';
import type { NetworkFile } from '../../src/engine/network/networkFile';
import { openOnnx } from '../../src/engine/network/onnx/openOnnx';
import { openSafetensors } from '../../src/engine/network/pytorch/openSafetensors';
import { Random } from '../../src/engine/random';
import { RecordingError } from '../../src/state/recording/checks';
import { readRecording } from '../../src/state/recording/read';
import { writeRecording } from '../../src/state/recording/write';
import { defaultSettings } from '../../src/state/settings';
import { readLink, writeLink } from '../../src/state/shareLink';
import { sampleRecording } from '../state/recording/sample';
import type { FuzzTarget } from './fuzz';
import {
  bytesText,
  joined,
  mutateBytes,
  mutateHeader,
  mutateJson,
  mutateProtobuf,
  mutateText,
  mutateZip,
  textBytes,
} from './mutate';
import { storageTarget } from './storage';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const load = (folder: string, names: readonly string[]): NetworkFile[] =>
  names.map((name) => ({
    name,
    bytes: new Uint8Array(readFileSync(join(FIXTURES, folder, name))).buffer as ArrayBuffer,
  }));
const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer as ArrayBuffer;
const sizeOf = (files: readonly { bytes: ArrayBuffer }[]) =>
  files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);

/** What engines say of a program that went wrong is no word for people, whoever repeats it. */
const RAW =
  /undefined|Cannot (read|set|convert|mix|destructure)|is not (a function|iterable|a constructor)|Maximum call|Invalid (array|typed array|DataView|string) |outside the bounds|out of memory|allocation failed/;
const isWorded = (error: unknown): boolean =>
  !/^(Type|Range|Reference)Error$/.test((error as Error).name) && !RAW.test((error as Error).message);

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;
const json: Mutation = (bytes, random) => textBytes(mutateJson(bytesText(bytes), random));

/** One of the files becomes another one: by what knows its format four times in five, else by its bytes. */
function oneOf(mutations: Record<string, Mutation>) {
  return <F extends { name: string; bytes: ArrayBuffer }>(files: readonly F[], random: Random): F[] => {
    const at = random.integer(files.length);
    const ending = Object.keys(mutations).find((end) => files[at].name.endsWith(end));
    const change = ending !== undefined && random.chance(0.8) ? mutations[ending] : mutateBytes;
    const bytes = bufferOf(change(new Uint8Array(files[at].bytes), random));
    return files.map((file, i) => (i === at ? { ...file, bytes } : file));
  };
}

const NETWORKS = readdirSync(join(FIXTURES, 'networks'));

const keras: FuzzTarget<NetworkFile[]> = {
  name: 'keras',
  samples: NETWORKS.map((name) =>
    load(
      `networks/${name}`,
      readdirSync(join(FIXTURES, 'networks', name)).filter((file) => file !== 'expected.json'),
    ),
  ),
  mutate: oneOf({ '.json': json }),
  size: sizeOf,
  read: (files) => openLayersModel(files),
  isRefusal: (error) => error instanceof NetworkError && isWorded(error),
};

const onnx: FuzzTarget<NetworkFile[]> = {
  name: 'onnx',
  samples: ['mobile', 'plain', 'residual', 'residual-one-image', 'training'].map((name) =>
    load('onnx', [`${name}.onnx`]),
  ),
  mutate: oneOf({ '.onnx': (bytes, random) => mutateProtobuf(bytes, random) }),
  size: sizeOf,
  read: (files) => openOnnx(files),
  isRefusal: (error) => error instanceof NetworkError && isWorded(error),
};

const CONFIG = JSON.stringify({
  pretrained_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], input_size: [3, 64, 64] },
  label_names: ['cat', 'dog'],
});

const safetensors: FuzzTarget<NetworkFile[]> = {
  name: 'safetensors',
  samples: ['regnet-x-timm', 'cifar-resnet20', 'resnet50'].flatMap((name) => {
    const files = load('pytorch', [`${name}.safetensors`]);
    return [files, [...files, { name: 'config.json', bytes: bufferOf(textBytes(CONFIG)) }]];
  }),
  mutate: oneOf({ '.safetensors': (bytes, random) => mutateHeader(bytes, random, 0, 8), '.json': json }),
  size: sizeOf,
  read: (files) => openSafetensors(files),
  isRefusal: (error) => error instanceof NetworkError && isWorded(error),
};

/** All pictures of a collection, decoded as a dataset is made of them. */
async function readPictures(files: ImageFile[]): Promise<void> {
  const { images } = await collectImages(files);
  for (const { read } of images) {
    try {
      await decodeImage(await read());
    } catch (error) {
      // A picture is left out, and a note says why: in words, not in those of the language.
      if (!(error instanceof DatasetError) && !isWorded(error)) throw error;
    }
  }
}

const pictureTarget = (
  name: string,
  samples: ImageFile[][],
  mutations: Record<string, Mutation>,
): FuzzTarget<ImageFile[]> => ({
  name,
  samples,
  mutate: oneOf(mutations),
  size: sizeOf,
  read: readPictures,
  isRefusal: (error) => error instanceof DatasetError && isWorded(error),
});

const zips = pictureTarget(
  'zip',
  ['beside-the-images', 'numbered-folders', 'streamed-zip'].map((name) => load(`images/${name}`, ['dataset.zip'])),
  { '.zip': mutateZip },
);

/** The table of what is in it, at the end, is a fifth of the file; it gets half of the damage. */
const TABLES = ['zstd', 'gzip-texts', 'zstd-pages2-texts', 'lz4-bare'].map((name) =>
  load('parquet', [`${name}.parquet`]),
);
const TABLE = load('images/parquet-two-labels', ['test-00000-of-00001.parquet']);
const parquet = pictureTarget('parquet', [TABLE, ...TABLES], {
  '.parquet': (bytes, random) => {
    if (random.chance(0.4)) return mutateBytes(bytes, random);
    const footer = new DataView(bytes.buffer).getUint32(bytes.length - 8, true);
    const start = bytes.length - 8 - footer;
    return joined(bytes.subarray(0, start), mutateBytes(bytes.subarray(start, -8), random), bytes.subarray(-8));
  },
});

function jpegSample(): ImageFile {
  const random = new Random(5);
  const data = Uint8Array.from({ length: 24 * 40 * 4 }, () => random.integer(256));
  return { name: 'a/b/noise.jpg', bytes: bufferOf(encode({ width: 40, height: 24, data }, 60).data) };
}

const pictures = pictureTarget(
  'pictures',
  [
    ...['gamma', 'grey', 'grey16', 'palette', 'transparent'].map((name) => load('images/colours', [`${name}.png`])),
    load('images/resize', ['stripes.png']),
    [jpegSample()],
    [jpegSample()],
  ],
  {},
);

/** Made when it is first needed: writing one takes a while. */
let recording: string[] | null = null;
export async function prepareTargets(): Promise<void> {
  provideJpeg();
  recording ??= [
    await writeRecording(sampleRecording({}, 2)),
    readFileSync(join(FIXTURES, '../../public/recordings/poster.json'), 'utf8'),
  ];
}

const recordings: FuzzTarget<string> = {
  name: 'recordings',
  get samples() {
    if (!recording) throw new Error('prepareTargets comes first');
    return recording.slice(0, 1);
  },
  mutate: (text, random) =>
    random.chance(0.8) ? mutateJson(text, random) : bytesText(mutateBytes(textBytes(text), random)),
  size: (text) => text.length,
  read: (text) => readRecording(text),
  isRefusal: (error) => error instanceof RecordingError,
};

const links: FuzzTarget<string> = {
  name: 'links',
  samples: [
    writeLink({ settings: defaultSettings() }) || '?v=1',
    '?v=1&seed=7&wbits=2&abits=3&arms=calibration,zero-shot&backend=wasm&without=webgpu,webgl&lang=ja',
    '?v=1&lesson=bits&view=separation&layer=4&embed=1&views=centers,losses&controls=0&height=600',
    writeLink({
      settings: { ...defaultSettings(), seed: 9, weightBits: 4, generatorSteps: 17, studentLearningRate: 3e-5 },
      backend: 'cpu',
      language: 'en',
    }),
  ],
  mutate: mutateText,
  size: (text) => text.length,
  read(text) {
    const link = readLink(text);
    // What was understood is written so that it is understood again.
    const again = readLink(writeLink(link));
    if (JSON.stringify(again.settings) !== JSON.stringify(link.settings))
      throw new Error('a link that was read is written as another one');
  },
  isRefusal: () => false,
};

function checkpointSample(): ArrayBuffer {
  const config = { latentDim: 4, channels: 4, imageSize: 8, imageChannels: 3, numClasses: 2 };
  return encodeCheckpoint(initialGeneratorWeights(config, new Random(1)), {
    config,
    steps: 3,
    seed: 1,
    network: 'small',
    settings: { generatorBatch: 4 },
    note: 'A small one.',
  });
}

const checkpoint: FuzzTarget<ArrayBuffer> = {
  name: 'checkpoint',
  samples: [checkpointSample()],
  mutate: (buffer, random) => {
    const bytes = new Uint8Array(buffer);
    return bufferOf(random.chance(0.7) ? mutateHeader(bytes, random, 8, 12) : mutateBytes(bytes, random));
  },
  size: (buffer) => buffer.byteLength,
  read: (buffer) => decodeCheckpoint(buffer),
  isRefusal: (error) => error instanceof CheckpointError && isWorded(error),
};

/** What they read is of no concern to who hands it on. */
const EACH = [keras, onnx, safetensors, zips, parquet, pictures, recordings, links, checkpoint, storageTarget];
export const TARGETS = EACH as unknown as readonly FuzzTarget[];
