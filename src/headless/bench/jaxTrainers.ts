/** The engine's steps once more, on the same draws, in jax-js: one compiled function a step, gradients and update in it. */
import { jit, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import type * as tf from '@tensorflow/tfjs-core';
import { runningStatistics, statisticsLayout } from '../../engine/bns/statistics';
import { drawAugmentation } from '../../engine/data/augment';
import type { Generator } from '../../engine/generator/generator';
import { drawDistortion } from '../../engine/losses/generatorLosses';
import type { Network } from '../../engine/network/types';
import type { Range } from '../../engine/quantization/ranges';
import type { Fixture } from './fixture';
import { forward, generate, generatorLoss, studentLoss, type Arrays, type GeneratorInputs } from './jaxSteps';
import type { Runner } from './steps';

/** A copy, kernels [h, w, in, out] as [out, in, h, w]. */
function upload(values: Float32Array, shape: readonly number[]): np.Array {
  const array = np.array(values.slice(), { shape: [...shape] });
  return shape.length === 4 ? np.transpose(array, [3, 2, 0, 1]) : array;
}

/** A part of a network's weights, by the engine's names. */
function uploadWeights({ weights }: Network, chosen: (key: string) => boolean = () => true): Arrays {
  return Object.fromEntries(
    Object.entries(weights)
      .filter(([key]) => chosen(key))
      .map(([key, { values, shape }]) => [key, upload(values, shape)]),
  );
}

async function uploadVariables(variables: Record<string, tf.Tensor>): Promise<Arrays> {
  const entries = Object.entries(variables).map(
    async ([name, tensor]) => [name, upload((await tensor.data()) as Float32Array, tensor.shape)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

const oneHot = (labels: readonly number[], classes: number) => {
  const values = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => (values[i * classes + label] = 1));
  return np.array(values, { shape: [labels.length, classes] });
};

const byLayer = (channels: readonly number[], packed: Float32Array): [np.Array, np.Array][] => {
  const { offsets } = statisticsLayout(channels);
  return channels.map((c, l) => [
    np.array(packed.slice(offsets[l], offsets[l] + c)),
    np.array(packed.slice(offsets[l] + c, offsets[l] + 2 * c)),
  ]);
};

const mapOf = (names: string[], of: (name: string) => np.Array): Arrays =>
  Object.fromEntries(names.map((name) => [name, of(name)]));

/** Generator steps; `step` gives the five terms and the total. @param generator stays as it is */
export async function jaxGenerator(fixture: Fixture, generator: Generator): Promise<Runner> {
  const {
    teacher,
    settings,
    options: { classes, batch },
  } = fixture;
  const { config } = generator;
  const { channels } = teacher.layout;
  const constants = {
    teacher: uploadWeights(teacher.network),
    running: byLayer(channels, runningStatistics(teacher.network).pack()),
  };
  const weights = [
    settings.ceMixedWeight,
    settings.bnsWeight,
    settings.distortedWeight,
    settings.ceSingleWeight,
    settings.centralizedWeight,
  ] as const;
  const [rate, beta1, beta2, epsilon] = [settings.generatorLearningRate, 0.5, 0.999, 1e-8];

  type State = { variables: Arrays; first: Arrays; second: Arrays };
  const variables = await uploadVariables(generator.variables);
  const names = Object.keys(variables);
  const zeros = () => mapOf(names, (name) => np.zeros(variables[name].shape));
  let state: State = { variables, first: zeros(), second: zeros() };
  let done = 0;

  /** Adam's corrections 1 - beta^t come as [2]. */
  const update = jit(
    (
      { variables: old, first, second }: State,
      fixed: typeof constants,
      inputs: GeneratorInputs,
      corrections: np.Array,
    ): { state: State; values: np.Array } => {
      const lossOf = (of: Arrays) => {
        const targets = { running: fixed.running, startLayer: fixture.targets.startLayer, weights };
        const loss = generatorLoss(config, of, teacher.definition, fixed.teacher, inputs, targets);
        tree.dispose(of);
        return loss;
      };
      const [[total, terms], gradients] = valueAndGrad(lossOf, { hasAux: true })(tree.ref(old));
      const [firstCorrection, secondCorrection] = np.split(corrections, 2);
      const next: State = { variables: {}, first: {}, second: {} };
      for (const name of names) {
        const g = gradients[name];
        const m = first[name].mul(beta1).add(g.ref.mul(1 - beta1));
        const v = second[name].mul(beta2).add(np.square(g).mul(1 - beta2));
        const root = np.sqrt(v.ref.div(secondCorrection.ref)).add(epsilon);
        next.variables[name] = old[name].sub(m.ref.div(firstCorrection.ref).div(root).mul(rate));
        next.first[name] = m;
        next.second[name] = v;
      }
      tree.dispose([fixed, inputs, firstCorrection, secondCorrection]);
      return { state: next, values: np.concatenate([terms, total.reshape([1])]) };
    },
  );

  return {
    async step() {
      const random = fixture.stepRandom('generator', done++);
      const labels = Array.from({ length: batch }, () => random.integer(classes));
      const single = random.integer(classes);
      const latents = random.fillNormal(new Float32Array(2 * batch * config.latentDim));
      const noise = drawDistortion(
        fixture.targets.distortionScales(settings.distortionMean, settings.distortionVariance),
        random,
      );
      const size = batch * config.latentDim;
      const z = (part: number) =>
        np.array(latents.slice(part * size, (part + 1) * size), { shape: [batch, config.latentDim] });
      const inputs: GeneratorInputs = {
        mixedZ: z(0),
        mixedLabels: oneHot(labels, classes),
        singleZ: z(1),
        singleLabels: oneHot(new Array<number>(batch).fill(single), classes),
        noise: byLayer(channels, noise),
      };
      const corrections = np.array([1 - beta1 ** done, 1 - beta2 ** done]);
      const result = update(state, tree.ref(constants), inputs, corrections);
      state = result.state;
      return [...(await result.values.data())] as number[];
    },
    dispose() {
      tree.dispose([state, constants]);
      update.dispose();
    },
  };
}

/**
 * Student steps without augmentation; `step` gives cross entropy, distillation and total.
 *
 * @param generator stays as it is
 * @param ranges of the activations, by node
 */
export async function jaxStudent(
  fixture: Fixture,
  generator: Generator,
  ranges: Record<string, Range>,
): Promise<Runner> {
  const {
    teacher,
    settings,
    options: { classes, batch },
    calibrationLabels,
  } = fixture;
  const { network, definition } = teacher;
  const { config } = generator;
  const isFrozen = new Set(
    definition.nodes.flatMap((node) => (node.op === 'batchNorm' ? [node.mean, node.variance] : [])),
  );
  const calibration = np.array(Float32Array.from(await fixture.calibrationImages.data()), {
    shape: fixture.calibrationImages.shape,
  });
  const constants = {
    teacher: uploadWeights(network),
    frozen: uploadWeights(network, (key) => isFrozen.has(key)),
    generator: await uploadVariables(generator.variables),
    calibration: np.transpose(calibration, [0, 3, 1, 2]),
  };
  const { momentum, weightDecay: decay, studentLearningRate: rate } = settings;
  const student = {
    weightBits: settings.weightBits,
    activationBits: settings.activationBits,
    ranges,
    temperature: settings.temperature,
    alpha: settings.distillationWeight,
  };

  type State = { variables: Arrays; buffers: Arrays };
  type Inputs = { chosen: np.Array; z: np.Array; synthetic: np.Array; labels: np.Array };
  const variables = uploadWeights(network, (key) => !isFrozen.has(key));
  const names = Object.keys(variables);
  // A first buffer is the gradient itself, which is what zeros give.
  let state: State = { variables, buffers: mapOf(names, (name) => np.zeros(variables[name].shape)) };
  let done = 0;

  const update = jit(
    (
      { variables: old, buffers }: State,
      fixed: typeof constants,
      { chosen, z, synthetic, labels }: Inputs,
    ): { state: State; values: np.Array } => {
      const images = np.concatenate([
        np.take(fixed.calibration.ref, chosen, 0),
        generate(config, fixed.generator, z, synthetic),
      ]);
      const target = forward(definition, fixed.teacher, images.ref);
      const lossOf = (of: Arrays) => {
        const loss = studentLoss(definition, { ...of, ...fixed.frozen }, target.ref, images.ref, labels, student);
        tree.dispose(of);
        return loss;
      };
      const [[total, terms], gradients] = valueAndGrad(lossOf, { hasAux: true })(tree.ref(old));
      const next: State = { variables: {}, buffers: {} };
      for (const name of names) {
        const g = gradients[name].add(old[name].ref.mul(decay));
        const buffer = buffers[name].mul(momentum).add(g.ref);
        next.variables[name] = old[name].sub(g.add(buffer.ref.mul(momentum)).mul(rate));
        next.buffers[name] = buffer;
      }
      tree.dispose([fixed, images, target, synthetic, labels]);
      return { state: next, values: np.concatenate([terms, total.reshape([1])]) };
    },
  );

  return {
    async step() {
      const random = fixture.stepRandom('student', done++);
      const chosen = Array.from({ length: batch }, () => random.integer(calibrationLabels.length));
      drawAugmentation(2 * batch, definition.inputShape, random);
      const synthetic = Array.from({ length: batch }, () => random.integer(calibrationLabels.length));
      const latents = random.fillNormal(new Float32Array(batch * config.latentDim));
      const labels = [...chosen.map((i) => calibrationLabels[i]), ...synthetic];
      const result = update(state, tree.ref(constants), {
        chosen: np.array(Int32Array.from(chosen)),
        z: np.array(latents, { shape: [batch, config.latentDim] }),
        synthetic: oneHot(synthetic, classes),
        labels: oneHot(labels, classes),
      });
      state = result.state;
      return [...(await result.values.data())] as number[];
    },
    dispose() {
      tree.dispose([state, constants]);
      update.dispose();
    },
  };
}
