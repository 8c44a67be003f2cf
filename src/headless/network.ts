/** `npm run network -- FILES...`: opens a network as the page does and says what it is, or why it cannot be used. */
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { forward, uploadWeights } from '../engine/network/executor';
import { inspectNetwork } from '../engine/network/inspect';
import { NetworkError } from '../engine/network/networkError';
import type { OpenOptions } from '../engine/network/networkFile';
import { openCheckedNetwork } from '../engine/network/openNetwork';
import type { Network } from '../engine/network/types';
import { inWords } from '../engine/sentences';
import { startBackend } from './backend';
import { readChosenFiles } from './files';

const HELP = `npm run network -- FILES... [--batch BATCH.json] [--output NAME] [--mean A,B,C --std A,B,C] [--size H,W] [--json]

FILES     the files of one network, or a folder with them
--batch   JSON of {shape: [N, H, W, C], values}, fed as they are; prints what the network makes of them
--output  which of several outputs gives the classes
--mean, --std  what the network is fed: (pixel / 255 - mean) / std
--size    H,W of the images, where the file leaves it open
--json    for programs; what cannot be used exits with 1 and {error, hint}`;

interface Batch {
  shape: [number, number, number, number];
  values: number[];
}

interface Arguments {
  files: string[];
  batch?: string;
  options: OpenOptions;
  json: boolean;
}

function readArguments(given: string[]): Arguments {
  const values: Record<string, string> = {};
  const files: string[] = [];
  let json = false;
  for (let i = 0; i < given.length; i++) {
    const word = given[i];
    if (word === '--json') json = true;
    else if (/^--(batch|output|mean|std|size)$/.test(word)) {
      if (given[i + 1] === undefined) throw new NetworkError(`${word} needs a value.`, HELP);
      values[word.slice(2)] = given[++i];
    } else if (word.startsWith('--')) throw new NetworkError(`There is no option ${word}.`, HELP);
    else files.push(word);
  }
  const numbers = (name: string) => values[name].split(',').map(Number);
  const both = values.mean !== undefined && values.std !== undefined;
  return {
    files,
    batch: values.batch,
    json,
    options: {
      ...(values.output !== undefined ? { output: values.output } : {}),
      ...(values.size !== undefined ? { imageSize: numbers('size') as [number, number] } : {}),
      ...(both ? { normalization: { mean: numbers('mean'), std: numbers('std') } } : {}),
    },
  };
}

function readBatch(path: string, { definition }: Network): Batch {
  let batch: Partial<Batch>;
  try {
    batch = JSON.parse(readFileSync(path, 'utf8')) as Partial<Batch>;
  } catch (error) {
    throw new NetworkError(`${path} cannot be read: ${(error as Error).message}`, HELP);
  }
  const { shape, values } = batch;
  const size = Array.isArray(shape) ? shape.reduce((a, b) => a * b, 1) : -1;
  if (!Array.isArray(shape) || !Array.isArray(values) || values.length !== size) {
    throw new NetworkError(`${path} is no {shape, values} of as many values as the shape says.`, HELP);
  }
  if (shape.length !== 4 || String(shape.slice(1)) !== String(definition.inputShape)) {
    throw new NetworkError(
      `${path} has the shape [${shape}], but ${definition.name} takes [N, ${definition.inputShape}].`,
      'Give images of this size.',
    );
  }
  return { shape: shape as Batch['shape'], values };
}

/** What the network's own file means by its outputs: probabilities, or their logarithms, where it ends in a softmax. */
async function run({ definition, weights }: Network, { shape, values }: Batch) {
  const uploaded = uploadWeights({ definition, weights });
  const result = tf.tidy(() => {
    const logits = forward(definition, uploaded, tf.tensor4d(values, shape));
    return definition.endsInLog ? tf.logSoftmax(logits) : definition.endsInSoftmax ? tf.softmax(logits) : logits;
  });
  const outputs = { shape: result.shape, values: Array.from(await result.data()) };
  tf.dispose([result, uploaded]);
  return outputs;
}

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  if (given.includes('--help')) return console.log(HELP);
  const json = given.includes('--json');
  try {
    const { files, batch, options } = readArguments(given);
    if (files.length === 0) throw new NetworkError('There is no file.', HELP);
    await startBackend();
    const { network, notes, check } = await openCheckedNetwork(readChosenFiles(files), options);
    const facts = inspectNetwork(network);
    const { definition } = network;
    const report = {
      name: definition.name,
      operations: definition.nodes.filter(({ op }) => op !== 'input').length,
      parameters: facts.parameters,
      macs: facts.macs,
      inputShape: definition.inputShape,
      classes: definition.numClasses,
      ...(definition.classNames ? { classNames: definition.classNames } : {}),
      batchNorms: facts.batchNorms.length,
      normalization: definition.normalization,
      endsInSoftmax: Boolean(definition.endsInSoftmax),
      ...(definition.endsInLog ? { endsInLog: true } : {}),
      check: { runtime: check.runtime, difference: check.difference },
      notes: notes.map((note) => inWords(note)),
      ...(batch === undefined ? {} : { outputs: await run(network, readBatch(batch, network)) }),
    };
    console.log(json ? JSON.stringify(report) : described(report));
  } catch (error) {
    const { message } = error as Error;
    const hint = error instanceof NetworkError ? error.hint : 'This is a fault of the program; please report it.';
    console.log(json ? JSON.stringify({ error: message, hint }) : `${message}\n${hint}`);
    process.exitCode = 1;
  }
}

const described = (report: Record<string, unknown>): string =>
  Object.entries(report)
    .map(([key, value]) => `${key}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join('\n');

await main();
