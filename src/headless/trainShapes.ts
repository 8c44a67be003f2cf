/**
 * npm run train: trains the bundled network on an easier version of Shapes, measures it on Shapes itself, and writes it
 * to public/models/shapes-resnet with its model card.
 * Flags: --seed, --images, --epochs, --out DIR.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { indexRange, measureNormalization, type Dataset, type Split } from '../engine/data/dataset';
import { createShapes, SHAPES_SEED } from '../engine/data/shapes';
import { SHAPES_EASY } from '../engine/data/shapesDifficulty';
import { writeLayersModel } from '../engine/export/keras/layersModel';
import { inspectNetwork } from '../engine/network/inspect';
import { createResNet } from '../engine/network/resnet';
import { Random } from '../engine/random';
import { evaluateNetwork, trainNetwork, type TrainOptions } from '../engine/training/trainNetwork';
import { startBackend } from './backend';
import { modelCard } from './modelCard';

const { values: flags } = parseArgs({
  options: {
    epochs: { type: 'string', default: '10' },
    images: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'public/models/shapes-resnet' },
  },
});
const number = (name: keyof typeof flags) => {
  const value = Number(flags[name]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} needs a whole number, not "${flags[name]}"`);
  return value;
};
const seed = number('seed');
const WIDTHS = [8, 24, 40];
const options: TrainOptions = {
  epochs: number('epochs'),
  images: number('images'),
  batch: 64,
  optimizer: 'sgd',
  learningRate: 0.1,
  weightDecay: 5e-4,
  batchNormMomentum: 0.9,
  labelSmoothing: 0,
};

await startBackend();
const dataset = createShapes();
const easy = createShapes(SHAPES_SEED, SHAPES_EASY);
const random = new Random(seed).fork('train');
const normalization = measureNormalization(easy, 'train', indexRange(0, 2000));
const round = (v: number) => Math.round(v * 1000) / 1000;
const start = createResNet(
  {
    name: 'Shapes ResNet-14',
    inputShape: dataset.imageShape,
    classNames: dataset.classNames,
    normalization: { mean: normalization.mean.map(round), std: normalization.std.map(round) },
    widths: WIDTHS,
    strides: [1, 2, 2],
    blocks: 2,
    stemStride: 1,
    epsilon: 1e-5,
  },
  random.fork('weights'),
);
const facts = inspectNetwork(start);
console.log(
  `${start.definition.name}: ${facts.parameters} parameters, ${facts.macs} multiply-accumulates, ${facts.batchNorms.length} BatchNorm layers`,
);

const began = Date.now();
const network = await trainNetwork(start, easy, options, random.fork('steps'), (p) => {
  if (p.step % 100 >= 20) return;
  const left = (((Date.now() - began) / p.step) * (p.steps - p.step)) / 1000;
  console.log(
    `epoch ${p.epoch + 1}/${options.epochs} step ${p.step}/${p.steps}: loss ${p.loss.toFixed(3)}, ` +
      `train ${(100 * p.trainAccuracy).toFixed(1)} %, learning rate ${p.learningRate.toFixed(4)}, ${left.toFixed(0)} s left`,
  );
});
const seconds = Math.round((Date.now() - began) / 1000);
const measure = (data: Dataset, split: Split) => evaluateNetwork(network, data, split, indexRange(0, data.size(split)));
const [test, validation, easyTest] = [
  await measure(dataset, 'test'),
  await measure(dataset, 'validation'),
  await measure(easy, 'test'),
];
const percent = ({ correct, n }: { correct: number; n: number }) =>
  `${((100 * correct) / n).toFixed(2)} % (${correct} of ${n})`;
console.log(
  `test ${percent(test)}, validation ${percent(validation)}, easier test images ${percent(easyTest)}, ${seconds} s`,
);

const files = writeLayersModel(network, {
  metadata: { card: 'MODEL_CARD.md', testAccuracy: test.correct / test.n, testImages: test.n },
});
mkdirSync(flags.out, { recursive: true });
writeFileSync(join(flags.out, 'model.json'), files.modelJson);
writeFileSync(join(flags.out, files.weightsName), new Uint8Array(files.weights));
writeFileSync(
  join(flags.out, 'MODEL_CARD.md'),
  modelCard({
    network,
    facts,
    widths: WIDTHS,
    classNames: dataset.classNames,
    dataSeed: SHAPES_SEED,
    options,
    seed,
    seconds,
    command: `npm run train -- --epochs ${options.epochs} --images ${options.images} --seed ${seed}`,
    test: percent(test),
    validation: percent(validation),
    easyTest: percent(easyTest),
  }),
);
console.log(`written to ${flags.out}`);
