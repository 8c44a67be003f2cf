/** Whole steps against the same steps in plain tfjs: equal losses and gradients, and on WebGPU far fewer launches. */
import * as tf from '@tensorflow/tfjs-core';
import {
  averagingMatrix,
  BnsTable,
  networkLayout,
  poolStatistics,
  runningStatistics,
  statisticsTap,
} from '../../src/engine/bns/statistics';
import { Generator, type GeneratorConfig } from '../../src/engine/generator/generator';
import { oneHotLabels } from '../../src/engine/kernels/oneHotLabels';
import { GeneratorTargets } from '../../src/engine/losses/generatorTargets';
import { replaySteps } from '../../src/engine/kernels/replay/repeatedStep';
import { studentLosses } from '../../src/engine/losses/studentLosses';
import { createResNet } from '../../src/engine/network/resnet';
import { Student } from '../../src/engine/quantization/student';
import { Random } from '../../src/engine/random';
import { GeneratorTrainer } from '../../src/engine/training/generatorTrainer';
import { StudentTrainer } from '../../src/engine/training/studentTrainer';
import { Teacher } from '../../src/engine/training/teacher';
import * as plain from '../../src/headless/bench/plainSteps';
import { defaultSettings } from '../../src/state/settings';
import type { Case, Comparison } from './case';
import { read, tensor } from './kernels';
import { lossOf } from './lossOf';

const CLASSES = 4;
const BATCH = 4;
const CONFIG: GeneratorConfig = { latentDim: 6, channels: 8, imageSize: 8, imageChannels: 3, numClasses: CLASSES };
const SETTINGS = {
  ...defaultSettings(),
  generatorBatch: BATCH,
  calibrationBatch: BATCH,
  syntheticBatch: BATCH,
  labelRule: false,
};
const WEIGHTS: plain.PlainTargets['weights'] = [0.5, 0.2, 0.9, 0.5, 0.01];
const MIXED = [0, 3, 1, 2];
const SINGLE = [2, 2, 2, 2];
const RANGE = { lo: 0, hi: 2 };

function teacherNetwork() {
  return createResNet(
    {
      name: 'small',
      inputShape: [8, 8, 3],
      classNames: ['a', 'b', 'c', 'd'],
      normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
      widths: [8, 12],
      strides: [1, 2],
      blocks: 1,
      stemStride: 1,
      epsilon: 1e-5,
    },
    new Random(3),
  );
}

/** What a step needs; `dispose` frees it. */
function setup() {
  const network = teacherNetwork();
  const teacher = new Teacher(network);
  const running = runningStatistics(network);
  const moved = running.layers.map(({ channels, values }, l) => ({
    channels,
    values: values.map((v, i) => v + 0.1 * Math.sin(i + l)),
  }));
  const center = new BnsTable(1, moved);
  const targets = new GeneratorTargets(running, BnsTable.concat(Array.from({ length: CLASSES }, () => center)), 1);
  const generator = Generator.create(CONFIG, new Random(4));
  const noise = new Random(5).fillNormal(new Float32Array(teacher.layout.size));
  return { network, teacher, running, center, targets, generator, noise };
}

/** Launches of f; null where the backend has none to count. */
function launchesOf(f: () => void): number | null {
  const backend = tf.backend() as unknown as Partial<Record<'runWebGPUProgram', (...args: unknown[]) => unknown>>;
  const run = backend.runWebGPUProgram;
  if (!run) return null;
  let count = 0;
  backend.runWebGPUProgram = function (...args) {
    count += 1;
    return run.apply(this, args);
  };
  try {
    f();
  } finally {
    // What stood there is the class's.
    delete backend.runWebGPUProgram;
  }
  return count;
}

/** Launches of a step once everything is compiled; at least three times fewer than the plain one's. */
function launchComparison(step: () => void, plainStep: () => void): Comparison[] {
  if (launchesOf(() => {}) === null) return [];
  // A replayed step asks the backend for none.
  replaySteps(false);
  const [mine, theirs] = [step, plainStep].map((f) => {
    f();
    return launchesOf(f)!;
  });
  replaySteps(true);
  return [
    {
      name: `${mine} launches, plain tfjs ${theirs}: three times as many`,
      actual: [Math.max(theirs, 3 * mine)],
      expected: [theirs],
      absolute: 0.5,
      relative: 0,
    },
  ];
}

const gradientsOf = (variables: Record<string, tf.Tensor>, actual: tf.NamedTensorMap, expected: tf.NamedTensorMap) =>
  Object.fromEntries(
    Object.entries(variables).map(([key, v]) => {
      const { name } = v as tf.Variable;
      return [`gradient of ${key}`, [actual[name], expected[name]] as [tf.Tensor, tf.Tensor]];
    }),
  );

async function generatorStep(): Promise<Comparison[]> {
  const { network, teacher, running, center, targets, generator, noise } = setup();
  const variables = generator.variables as Record<string, tf.Variable>;
  const plainLoss = (z: tf.Tensor2D) => {
    const [zMixed, zSingle] = tf.split(z, 2) as tf.Tensor2D[];
    return plain.generatorLoss(
      CONFIG,
      variables,
      network.definition,
      teacher.weights,
      { z: zMixed, labels: MIXED },
      { z: zSingle, labels: SINGLE },
      {
        running: plain.byLayer(teacher.layout.channels, running.pack()),
        center: plain.byLayer(teacher.layout.channels, center.pack()),
        noise: plain.byLayer(teacher.layout.channels, noise),
        startLayer: 1,
        weights: WEIGHTS,
      },
    ).total;
  };
  const loss = (z: tf.Tensor2D) => {
    const tap = statisticsTap();
    const logits = tf.split(
      teacher.forward(generator.generate(z, [...MIXED, ...SINGLE], [BATCH, BATCH]), tap),
      2,
    ) as tf.Tensor2D[];
    const pooled = poolStatistics(
      tap.packed(),
      tf.tensor2d(averagingMatrix([BATCH, BATCH]), [2, 2 * BATCH]),
      networkLayout(network),
    );
    const statistics = tf.split(pooled, 2) as tf.Tensor2D[];
    const view = (g: number, labels: number[]) => ({
      logits: logits[g],
      labels: oneHotLabels(labels, CLASSES),
      statistics: statistics[g],
    });
    const [ceMixed, bns, distorted, ceSingle, centralized] = WEIGHTS;
    return lossOf(
      view(0, MIXED),
      view(1, SINGLE),
      targets,
      [{ index: 2, noise: tf.tensor2d(noise, [1, noise.length]), trusted: true }],
      { ceMixed, bns, distorted, ceSingle, centralized, contrast: null },
      1,
    ).total;
  };
  const comparisons = await read(
    () => {
      const z = tensor([2 * BATCH, CONFIG.latentDim], 1) as tf.Tensor2D;
      const [mine, theirs] = [loss, plainLoss].map((f) => tf.variableGrads(() => f(z), Object.values(variables)));
      return { total: [mine.value, theirs.value], ...gradientsOf(variables, mine.grads, theirs.grads) };
    },
    2e-3,
    2e-3,
  );
  const trainer = new GeneratorTrainer(
    Generator.create(CONFIG, new Random(4)),
    teacher,
    targets,
    new Uint8Array(CLASSES).fill(1),
    new Random(6),
  );
  const adam = tf.train.adam(1e-3, 0.5, 0.999, 1e-8);
  comparisons.push(
    ...launchComparison(
      () => trainer.step(SETTINGS),
      () =>
        tf.tidy(() => {
          const z = tensor([2 * BATCH, CONFIG.latentDim], 1) as tf.Tensor2D;
          adam.minimize(() => plainLoss(z), false, Object.values(variables));
        }),
    ),
  );
  adam.dispose();
  for (const owned of [trainer, generator, targets, teacher]) owned.dispose();
  return comparisons;
}

async function studentStep(): Promise<Comparison[]> {
  const { network, teacher, targets, generator } = setup();
  const student = new Student(network, {
    weightBits: 4,
    activationBits: 4,
    weightGranularity: 'perChannel',
    firstLast: 'low',
  });
  const ranges = Object.fromEntries(
    network.definition.nodes.filter(({ op }) => op === 'relu').map(({ name }) => [name, RANGE]),
  );
  student.setRanges(ranges);
  const images = tf.keep(tensor([2 * BATCH, 8, 8, 3], 1)) as tf.Tensor4D;
  const labels = [...MIXED, ...SINGLE];
  const weights = { ...teacher.weights, ...student.variables };
  const plainLoss = (target: tf.Tensor2D) =>
    plain.studentLoss(network.definition, weights, target, images, labels, {
      weightBits: 4,
      activationBits: 4,
      ranges,
      temperature: 20,
      alpha: 20,
    }).total;
  const loss = (target: tf.Tensor2D) =>
    studentLosses(student.forward(images), target, tf.tensor1d(labels, 'int32'), 20, 20).total;
  const comparisons = await read(
    () => {
      const target = teacher.forward(images);
      const [mine, theirs] = [loss, plainLoss].map((f) => tf.variableGrads(() => f(target), student.trainable));
      return { total: [mine.value, theirs.value], ...gradientsOf(student.variables, mine.grads, theirs.grads) };
    },
    5e-3,
    5e-3,
  );
  const data = {
    calibrationImages: images,
    calibrationLabels: Uint16Array.from(labels),
    generator,
    classes: [0, 1, 2, 3],
  };
  const trainer = new StudentTrainer('fdda', student, teacher, data, SETTINGS, new Random(6));
  const momentum = tf.train.momentum(1e-5, 0.9, true);
  comparisons.push(
    ...launchComparison(
      () => trainer.step({ ...SETTINGS, augment: false }),
      () =>
        tf.tidy(() => {
          const synthetic = plain.generate(
            CONFIG,
            generator.variables,
            tensor([BATCH, CONFIG.latentDim], 1) as tf.Tensor2D,
            MIXED,
          );
          const joined = tf.concat([tf.gather(images, tf.tensor1d(MIXED, 'int32')), synthetic]) as tf.Tensor4D;
          const target = plain.forward(network.definition, teacher.weights, joined);
          momentum.minimize(() => plainLoss(target), false, student.trainable);
        }),
    ),
  );
  momentum.dispose();
  // Its dispose forgets the learning rate.
  (momentum as unknown as { c: tf.Tensor }).c.dispose();
  images.dispose();
  for (const owned of [trainer, generator, targets, teacher]) owned.dispose();
  return comparisons;
}

const except: Case['except'] = { cpu: "tfjs's gradient of resizeNearestNeighbor is wrong there for batches above 1" };

export const stepCases: Case[] = [
  { name: 'a generator step equals the plain one', run: generatorStep, long: true, except },
  { name: 'a student step equals the plain one', run: studentStep, except },
];
