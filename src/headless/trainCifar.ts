/**
 * A CIFAR ResNet on CIFAR-10 by the recipe of He et al. 2016 (section 4.2): SGD with momentum 0.9, weight decay 1e-4,
 * batches of 128, learning rate 0.1 divided by ten at half and at three quarters of the steps, images shifted by up to 4
 * pixels and mirrored. Goes on where it was interrupted. Writes the weights under PyTorch's names, as the page and
 * `npm run experiment` open them, timm's kind of config.json, and a model card.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CIFAR10_CLASSES, createCifar10 } from '../engine/data/cifar10';
import { indexRange, type Split } from '../engine/data/dataset';
import { inspectNetwork } from '../engine/network/inspect';
import {
  CIFAR_RESNET_NORMALIZATION,
  cifarResNet,
  cifarResNetTensors,
  freshCifarResNet,
} from '../engine/network/resnet20';
import { readSafetensors, readSafetensorsMetadata } from '../engine/network/safetensors';
import type { Network, WeightArray } from '../engine/network/types';
import { writeSafetensors } from '../engine/network/writeSafetensors';
import { Random } from '../engine/random';
import { evaluateNetwork, trainNetwork, type TrainOptions, type TrainState } from '../engine/training/trainNetwork';
import { startBackend } from './backend';
import { cifarCard, type CifarResult } from './cifarCard';
import { binaryFiles } from './experiment/source';
import { readBytes } from './files';

export const TRAIN_CIFAR_HELP = `npm run train -- --dataset cifar10 --data DIR
  --data DIR         CIFAR-10's binary files: data_batch_*.bin and test_batch.bin, or train.bin and test.bin
  --out DIR          where the network goes, and what is needed to go on after an interruption (cifar10-resnet)
  --depth N          20, 32, 44, 56: 6n + 2 layers (20)
  --epochs N         (164: 64,000 steps on the whole set, as in the paper)
  --batch N          (128)
  --learning-rate X  (0.1)
  --weight-decay X   (0.0001)
  --minutes X        stop after so long; called again, it goes on
  --seed N           (1)`;

/** What a checkpoint is told by: another recipe does not go on from it. */
interface Recipe {
  depth: number;
  seed: number;
  images: number;
  options: Omit<TrainOptions, 'images'>;
}

export interface TrainCifarOptions {
  log: (line: string) => void;
  /** Aborted: stops after the step that is being done; the last epoch's end is kept. */
  signal?: AbortSignal;
  /** Channels of the three stages; for tests. */
  widths?: number[];
}

/**
 * @returns what was reached; null where it was stopped before the end
 * @throws Error with a sentence for the user
 */
export async function trainCifar(
  argv: readonly string[],
  { log, signal, widths = [16, 32, 64] }: TrainCifarOptions,
): Promise<CifarResult | null> {
  const flags = readFlags(argv);
  if (flags.help) {
    log(TRAIN_CIFAR_HELP);
    return null;
  }
  const { data, out, depth, seed } = flags;
  const dataset = createCifar10({ train: binaryFiles(data, 'train'), test: binaryFiles(data, 'test') });
  const images = dataset.size('train');
  const options: TrainOptions = {
    epochs: flags.epochs,
    batch: Math.min(flags.batch, images),
    learningRate: flags.learningRate,
    schedule: 'steps',
    optimizer: 'momentum',
    weightDecay: flags.weightDecay,
    batchNormMomentum: 0.9,
    labelSmoothing: 0,
    shift: { pixels: 4, fill: 'mean' },
    images,
  };
  const recipe: Recipe = { depth, seed, images, options };
  await startBackend();
  const random = new Random(seed).fork('train cifar10');
  const fresh = freshCifarResNet({ classes: 10, blocks: (depth - 2) / 6, widths }, random.fork('weights'));
  const about = {
    imageSize: [32, 32] as [number, number],
    classNames: [...CIFAR10_CLASSES],
    normalization: CIFAR_RESNET_NORMALIZATION,
  };
  const start = cifarResNet(fresh, about);
  const facts = inspectNetwork(start);
  mkdirSync(out, { recursive: true });
  const kept = join(out, 'checkpoint.safetensors');
  const before = existsSync(kept) ? readCheckpoint(kept, recipe) : null;
  log(
    `${start.definition.name}: ${facts.parameters} parameters, ${facts.macs} multiply-accumulates; ${images} training images` +
      (before ? `; goes on after step ${before.state.step}` : ''),
  );
  const began = Date.now();
  const seconds = () => (before?.seconds ?? 0) + (Date.now() - began) / 1000;
  let stopped = false;
  const network = await trainNetwork(
    start,
    dataset,
    options,
    random.fork('steps'),
    (p) => {
      const done = p.step - (before?.state.step ?? 0);
      const left = (((Date.now() - began) / done) * (p.steps - p.step)) / 1000;
      if (done <= 20 || p.step % 100 < 20)
        log(
          `epoch ${p.epoch + 1}/${options.epochs} step ${p.step}/${p.steps}: loss ${p.loss.toFixed(3)}, ` +
            `train ${(100 * p.trainAccuracy).toFixed(1)} %, learning rate ${p.learningRate}, ${left.toFixed(0)} s left`,
        );
      const late = (Date.now() - began) / 60_000 > flags.minutes;
      stopped = (late || signal?.aborted === true) && p.step < p.steps;
      return !stopped;
    },
    {
      ...(before ? { state: before.state } : {}),
      onEpoch: (state) => writeFileSync(kept, writeCheckpoint(state, recipe, seconds())),
    },
  );
  if (stopped) {
    log(
      existsSync(kept)
        ? `Stopped; the end of the last epoch is kept in ${kept}. The same command goes on from there.`
        : 'Stopped before the end of the first epoch: nothing was kept.',
    );
    return null;
  }
  const measure = (split: Split) => evaluateNetwork(network, dataset, split, indexRange(0, dataset.size(split)));
  const result: CifarResult = {
    test: await measure('test'),
    validation: await measure('validation'),
    trainImages: images,
    seconds: Math.round(seconds()),
  };
  writeNetwork(out, network, recipe, result);
  rmSync(kept, { force: true });
  const { test, validation } = result;
  log(`test ${test.correct} of ${test.n}, validation ${validation.correct} of ${validation.n}; written to ${out}`);
  return result;
}

function writeNetwork(out: string, network: Network, { seed, options }: Recipe, result: CifarResult): void {
  const { definition } = network;
  const { mean, std } = definition.normalization;
  writeFileSync(
    join(out, 'model.safetensors'),
    writeSafetensors(cifarResNetTensors(network.weights), { format: 'pt', card: 'MODEL_CARD.md' }),
  );
  const [height, width, channels] = definition.inputShape;
  const config = {
    architecture: definition.name,
    num_classes: definition.numClasses,
    label_names: definition.classNames,
    pretrained_cfg: { input_size: [channels, height, width], mean, std },
  };
  writeFileSync(join(out, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
  writeFileSync(join(out, 'MODEL_CARD.md'), cifarCard(network, options, seed, result));
}

// ---- going on --------------------------------------------------------------------------------------------------

const prefixed = (prefix: string, arrays: Record<string, WeightArray>) =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));

function writeCheckpoint({ step, weights, optimizer }: TrainState, recipe: Recipe, seconds: number): Uint8Array {
  const states = Object.entries(optimizer.state).map(([name, of]) =>
    prefixed(
      `state/${name}`,
      Object.fromEntries(Object.entries(of).map(([key, values]) => [key, { shape: [values.length], values }])),
    ),
  );
  return writeSafetensors(Object.assign({}, prefixed('weights', weights), ...states) as Record<string, WeightArray>, {
    step: String(step),
    optimizerStep: String(optimizer.step),
    recipe: JSON.stringify(recipe),
    seconds: String(seconds),
  });
}

/** @throws Error where it belongs to another recipe */
function readCheckpoint(path: string, recipe: Recipe): { state: TrainState; seconds: number } {
  const bytes = readBytes(path);
  const metadata = readSafetensorsMetadata(bytes);
  if (metadata.recipe !== JSON.stringify(recipe))
    throw new Error(
      `${path} belongs to a training of another recipe or on other images. Name another folder with --out, or delete it.`,
    );
  const weights: TrainState['weights'] = {};
  const state: TrainState['optimizer']['state'] = {};
  for (const [name, array] of Object.entries(readSafetensors(bytes))) {
    const [kind, ...rest] = name.split('/');
    if (kind === 'weights') weights[rest.join('/')] = array;
    else (state[rest[0]] ??= {})[rest.slice(1).join('/')] = array.values;
  }
  return {
    state: { step: Number(metadata.step), weights, optimizer: { step: Number(metadata.optimizerStep), state } },
    seconds: Number(metadata.seconds),
  };
}

// ---- flags -----------------------------------------------------------------------------------------------------

function readFlags(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      help: { type: 'boolean', default: false },
      data: { type: 'string', default: '' },
      out: { type: 'string', default: 'cifar10-resnet' },
      depth: { type: 'string', default: '20' },
      epochs: { type: 'string', default: '164' },
      batch: { type: 'string', default: '128' },
      'learning-rate': { type: 'string', default: '0.1' },
      'weight-decay': { type: 'string', default: '0.0001' },
      minutes: { type: 'string', default: 'Infinity' },
      seed: { type: 'string', default: '1' },
    },
  });
  const number = (name: Exclude<keyof typeof values, 'help'>, fits: (value: number) => boolean, what: string) => {
    const value = values[name].trim() === '' ? NaN : Number(values[name]);
    if (!fits(value)) throw new Error(`--${name} needs ${what}, not "${values[name]}".`);
    return value;
  };
  const whole = (value: number) => Number.isInteger(value) && value >= 1;
  if (!values.help && values.data === '')
    throw new Error(`--data names the folder of CIFAR-10's binary files.\n${TRAIN_CIFAR_HELP}`);
  return {
    help: values.help,
    data: values.data,
    out: values.out,
    depth: number('depth', (v) => whole(v) && v >= 8 && (v - 2) % 6 === 0, '6n + 2 layers, such as 20'),
    epochs: number('epochs', whole, 'a whole number above 0'),
    batch: number('batch', (v) => whole(v) && v >= 2, 'a whole number above 1'),
    learningRate: number('learning-rate', (v) => v > 0 && v < Infinity, 'a number above 0'),
    weightDecay: number('weight-decay', (v) => v >= 0 && v < Infinity, 'a number from 0 on'),
    minutes: number('minutes', (v) => v > 0, 'a number above 0'),
    seed: number('seed', (v) => Number.isInteger(v) && v >= 0, 'a whole number'),
  };
}
