/**
 * The engine's steps again, on the same draws, as one writes them with tfjs's own operations, gradients and optimizers.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Generator } from '../../engine/generator/generator';
import { drawAugmentation } from '../../engine/data/augment';
import { drawDistortion } from '../../engine/losses/generatorLosses';
import { uploadWeights, type WeightTensors } from '../../engine/network/executor';
import type { Range } from '../../engine/quantization/ranges';
import type { Fixture } from './fixture';
import { byLayer, forward, generate, generatorLoss, studentLoss } from './plainSteps';

/** Adam, one variable after the other. */
function adam(rate: number, beta1: number, beta2: number, epsilon: number) {
  const state = new Map<string, { m: tf.Tensor; v: tf.Tensor }>();
  let step = 0;
  return {
    apply(variables: Record<string, tf.Variable>, grads: tf.NamedTensorMap) {
      step++;
      tf.tidy(() => {
        for (const variable of Object.values(variables)) {
          const g = grads[variable.name];
          const old = state.get(variable.name);
          const m = tf.add(tf.mul(old?.m ?? tf.zerosLike(g), beta1), tf.mul(g, 1 - beta1));
          const v = tf.add(tf.mul(old?.v ?? tf.zerosLike(g), beta2), tf.mul(tf.square(g), 1 - beta2));
          const [mHat, vHat] = [tf.div(m, 1 - beta1 ** step), tf.div(v, 1 - beta2 ** step)];
          variable.assign(tf.sub(variable, tf.mul(rate, tf.div(mHat, tf.add(tf.sqrt(vHat), epsilon)))));
          state.set(variable.name, { m: tf.keep(m), v: tf.keep(v) });
          if (old) tf.dispose([old.m, old.v]);
        }
      });
    },
    dispose: () => state.forEach(({ m, v }) => tf.dispose([m, v])),
  };
}

/** SGD with weight decay and Nesterov momentum. */
function sgd(momentum: number, decay: number) {
  const state = new Map<string, tf.Tensor>();
  return {
    apply(variables: WeightTensors, grads: tf.NamedTensorMap, rate: number) {
      tf.tidy(() => {
        for (const variable of Object.values(variables) as tf.Variable[]) {
          const g = tf.add(grads[variable.name], tf.mul(variable, decay));
          const old = state.get(variable.name);
          const buffer = old ? tf.add(tf.mul(old, momentum), g) : tf.clone(g);
          variable.assign(tf.sub(variable, tf.mul(rate, tf.add(g, tf.mul(buffer, momentum)))));
          state.set(variable.name, tf.keep(buffer));
          old?.dispose();
        }
      });
    },
    dispose: () => state.forEach((buffer) => buffer.dispose()),
  };
}

/** Generator steps; `step` gives the five terms and the total. */
export class PlainGeneratorTrainer {
  private readonly optimizer: ReturnType<typeof adam>;
  private readonly running: [tf.Tensor, tf.Tensor][];
  private done = 0;

  /** @param generator trained in place; stays the caller's */
  constructor(
    private readonly fixture: Fixture,
    private readonly generator: Generator,
    running: Float32Array,
  ) {
    this.optimizer = adam(fixture.settings.generatorLearningRate, 0.5, 0.999, 1e-8);
    this.running = byLayer(fixture.teacher.layout.channels, running);
  }

  async step(): Promise<number[]> {
    const { fixture, generator, running } = this;
    const {
      teacher,
      settings,
      options: { classes, batch },
    } = fixture;
    const random = fixture.stepRandom('generator', this.done++);
    const labels = Array.from({ length: batch }, () => random.integer(classes));
    const single = random.integer(classes);
    const { config } = generator;
    const latents = random.fillNormal(new Float32Array(2 * batch * config.latentDim));
    const noise = drawDistortion(
      fixture.targets.distortionScales(settings.distortionMean, settings.distortionVariance),
      random,
    );
    const values = tf.tidy(() => {
      const z = (part: number) =>
        tf.tensor2d(latents.subarray(part * batch * config.latentDim, (part + 1) * batch * config.latentDim), [
          batch,
          config.latentDim,
        ]);
      let packed: tf.Tensor | null = null;
      const { grads } = tf.variableGrads(() => {
        const { terms, total } = generatorLoss(
          config,
          generator.variables as Record<string, tf.Variable>,
          teacher.definition,
          teacher.weights,
          { z: z(0), labels },
          { z: z(1), labels: new Array<number>(batch).fill(single) },
          {
            running,
            center: running,
            noise: byLayer(teacher.layout.channels, noise),
            startLayer: fixture.targets.startLayer,
            weights: [
              settings.ceMixedWeight,
              settings.bnsWeight,
              settings.distortedWeight,
              settings.ceSingleWeight,
              settings.centralizedWeight,
            ],
          },
        );
        packed = tf.keep(tf.stack([...terms, total]));
        return total;
      }, Object.values(generator.variables));
      this.optimizer.apply(generator.variables as Record<string, tf.Variable>, grads);
      return packed!;
    });
    const read = [...(await values.data())];
    values.dispose();
    return read;
  }

  dispose(): void {
    this.optimizer.dispose();
    tf.dispose(this.running);
  }
}

/** Student steps without augmentation; `step` gives cross entropy, distillation and total. */
export class PlainStudentTrainer {
  private readonly variables: WeightTensors;
  private readonly frozen: WeightTensors;
  private readonly optimizer: ReturnType<typeof sgd>;
  private done = 0;

  /** @param ranges of the activations, by node */
  constructor(
    private readonly fixture: Fixture,
    private readonly generator: Generator,
    private readonly ranges: Record<string, Range>,
  ) {
    const { network } = fixture.teacher;
    const frozen = new Set(
      network.definition.nodes.flatMap((node) => (node.op === 'batchNorm' ? [node.mean, node.variance] : [])),
    );
    const part = (isFrozen: boolean) => ({
      ...network,
      weights: Object.fromEntries(Object.entries(network.weights).filter(([key]) => frozen.has(key) === isFrozen)),
    });
    this.variables = uploadWeights(part(false), true);
    this.frozen = uploadWeights(part(true));
    this.optimizer = sgd(fixture.settings.momentum, fixture.settings.weightDecay);
  }

  async step(): Promise<number[]> {
    const { fixture, generator } = this;
    const {
      teacher,
      settings,
      options: { batch },
      calibrationImages,
      calibrationLabels,
    } = fixture;
    const random = fixture.stepRandom('student', this.done++);
    const chosen = Array.from({ length: batch }, () => random.integer(calibrationLabels.length));
    drawAugmentation(2 * batch, teacher.definition.inputShape, random);
    const synthetic = Array.from({ length: batch }, () => random.integer(calibrationLabels.length));
    const { config } = generator;
    const latents = random.fillNormal(new Float32Array(batch * config.latentDim));
    const labels = [...chosen.map((i) => calibrationLabels[i]), ...synthetic];
    const values = tf.tidy(() => {
      const z = tf.tensor2d(latents, [batch, config.latentDim]);
      const images = tf.concat(
        [
          tf.gather(calibrationImages, tf.tensor1d(chosen, 'int32')),
          generate(config, generator.variables, z, synthetic),
        ],
        0,
      );
      const target = forward(teacher.definition, teacher.weights, images);
      let packed: tf.Tensor | null = null;
      const { grads } = tf.variableGrads(
        () => {
          const { ce, distillation, total } = studentLoss(
            teacher.definition,
            { ...this.variables, ...this.frozen },
            target,
            images,
            labels,
            {
              weightBits: settings.weightBits,
              activationBits: settings.activationBits,
              ranges: this.ranges,
              temperature: settings.temperature,
              alpha: settings.distillationWeight,
            },
          );
          packed = tf.keep(tf.stack([ce, distillation, total]));
          return total;
        },
        Object.values(this.variables) as tf.Variable[],
      );
      this.optimizer.apply(this.variables, grads, settings.studentLearningRate);
      return packed!;
    });
    const read = [...(await values.data())];
    values.dispose();
    return read;
  }

  dispose(): void {
    tf.dispose([this.variables, this.frozen]);
    this.optimizer.dispose();
  }
}
