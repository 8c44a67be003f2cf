/** The network and the images of an experiment, and a fingerprint of their files. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CIFAR10_CLASSES, createCifar10 } from '../../engine/data/cifar10';
import type { Dataset } from '../../engine/data/dataset';
import { collectImages } from '../../engine/data/images/collection';
import { DatasetError } from '../../engine/data/images/datasetError';
import { fitClasses } from '../../engine/data/images/fitClasses';
import { createOwnDataset } from '../../engine/data/images/ownDataset';
import type { ImageFile } from '../../engine/data/images/types';
import { createShapes, SHAPES_SEED } from '../../engine/data/shapes';
import { decodeCheckpoint, type Checkpoint } from '../../engine/generator/checkpoint';
import { checkGeneratable } from '../../engine/network/generatable';
import type { OpenOptions } from '../../engine/network/networkFile';
import { openCheckedNetwork } from '../../engine/network/openNetwork';
import { CIFAR_RESNET_NORMALIZATION, cifarResNet } from '../../engine/network/resnet20';
import { readSafetensors } from '../../engine/network/safetensors';
import type { Network } from '../../engine/network/types';
import { inWords, say, type Said } from '../../engine/sentences';
import { BUNDLED_FOLDER, readBytes, readChosenFiles, readNetworkFolder } from '../files';
import { provideJpeg } from '../jpeg';

/** Any network and images, as the page opens them. */
export interface OwnPlace {
  /** Files and folders of one network; none: the bundled one. */
  network: string[];
  /** Files and folders of labelled images; none: the bundled ones. */
  images: string[];
  options: OpenOptions;
  /** Column of a table that holds the labels. */
  label?: string;
}

/** Where to find them: plain data, handed to other processes. */
export interface SourcePlace {
  /** Left out: `data` and `weights` say it. */
  own?: OwnPlace;
  /** Folder of CIFAR-10's binary files, with `weights`; null: the bundled network and images. */
  data: string | null;
  weights: string | null;
  /** Read the shipped generator checkpoint too. */
  checkpoint: boolean;
}

export interface Source {
  network: Network;
  dataset: Dataset;
  checkpoint: Checkpoint | null;
  /** Says whether two experiments are on the same files. */
  fingerprint: string;
  /** What a person should know of how the files were read. */
  notes: string[];
}

/**
 * Needs a backend.
 *
 * @throws Error naming a file that is missing; NetworkError, DatasetError, RangeError or CheckpointError for one that
 *   cannot be used
 */
export async function loadSource({ own, data, weights, checkpoint }: SourcePlace): Promise<Source> {
  if (own) return loadOwn(own);
  if (data === null) {
    const file = join(BUNDLED_FOLDER, 'generator.bin');
    const found = checkpoint && existsSync(file) ? readBytes(file) : null;
    return {
      network: await readNetworkFolder(BUNDLED_FOLDER),
      dataset: createShapes(),
      checkpoint: found && decodeCheckpoint(found),
      notes: [],
      fingerprint: fingerprint(
        [
          readBytes(join(BUNDLED_FOLDER, 'model.json')),
          readBytes(join(BUNDLED_FOLDER, 'weights.bin')),
          ...(found ? [found] : []),
        ],
        `shapes ${SHAPES_SEED}`,
      ),
    };
  }
  if (weights === null || !existsSync(weights))
    throw new Error(`There is no file ${weights ?? ''} with the network's weights.`);
  const [train, test] = [binaryFiles(data, 'train'), binaryFiles(data, 'test')];
  const stored = readBytes(weights);
  const dataset = createCifar10({ train, test });
  return {
    network: cifarResNet(readSafetensors(stored), {
      imageSize: [32, 32],
      classNames: [...CIFAR10_CLASSES],
      normalization: CIFAR_RESNET_NORMALIZATION,
    }),
    dataset,
    checkpoint: null,
    fingerprint: fingerprint([...train, ...test, stored], 'cifar10'),
    notes: [],
  };
}

async function loadOwn({ network: networkPaths, images: imagePaths, options, label }: OwnPlace): Promise<Source> {
  const notes: Said[] = [];
  const files: ImageFile[] = readChosenFiles(networkPaths);
  let network: Network;
  if (files.length > 0) {
    const opened = await openCheckedNetwork(files, options);
    checkGeneratable(opened.network.definition);
    network = opened.network;
    notes.push(...opened.notes);
  } else network = await readNetworkFolder(BUNDLED_FOLDER);
  const pictures: ImageFile[] = readChosenFiles(imagePaths);
  let dataset: Dataset;
  if (pictures.length > 0) {
    provideJpeg();
    const collected = await collectImages(pictures, label === undefined ? {} : { label });
    const { inputShape, numClasses, name, resizing } = network.definition;
    const fitted = fitClasses(network, collected);
    if (!fitted)
      throw new DatasetError(
        say('pendingImages', collected.classes.length, name, numClasses),
        say('otherImagesHint', numClasses),
      );
    const { collection, outputs } = fitted;
    network = fitted.network;
    if (outputs) notes.push(say('outputsSelected', numClasses, outputs.length));
    const own = await createOwnDataset(nameOf(imagePaths), collection, inputShape, async () => true, {
      validation: true,
      resizing,
    });
    dataset = own!.dataset;
    notes.push(...collection.notes, ...own!.notes);
    // Its classes are called as the images' are.
    network = { ...network, definition: { ...network.definition, classNames: dataset.classNames } };
  } else dataset = createShapes();
  return {
    network,
    dataset,
    // The shipped one was trained for the bundled network and its images.
    checkpoint: null,
    fingerprint: fingerprint(
      [...files, ...pictures].map(({ bytes }) => bytes),
      `own ${JSON.stringify([files.length, pictures.length > 0 ? '' : SHAPES_SEED, options, label])}`,
    ),
    notes: notes.map((note) => inWords(note)),
  };
}

const nameOf = (paths: string[]) => paths.map((path) => basename(path)).join(', ');

/**
 * `train.bin` or `data_batch_1.bin`, `data_batch_2.bin`, ...; `test.bin` or `test_batch.bin`.
 *
 * @throws Error naming what the folder lacks
 */
export function binaryFiles(folder: string, what: 'train' | 'test'): Uint8Array[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const batches = names
    .filter((name) => (what === 'train' ? /^data_batch_\d+\.bin$/ : /^test_batch\.bin$/).test(name))
    .sort();
  const found = names.includes(`${what}.bin`) ? [`${what}.bin`] : batches;
  if (found.length === 0) {
    const expected = what === 'train' ? 'train.bin or data_batch_*.bin' : 'test.bin or test_batch.bin';
    throw new Error(
      `There is no ${expected} (CIFAR-10's binary format) in ${basename(folder) === '' ? 'that folder' : folder}.`,
    );
  }
  return found.map((name) => new Uint8Array(readBytes(join(folder, name))));
}

function fingerprint(files: (ArrayBuffer | Uint8Array)[], name: string): string {
  const hash = createHash('sha256').update(name);
  for (const file of files) hash.update(file instanceof Uint8Array ? file : new Uint8Array(file));
  return hash.digest('hex').slice(0, 16);
}
