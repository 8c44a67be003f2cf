/** Trains a classifier from scratch with the engine's own executor: how the bundled network comes to be. */
import * as tf from '@tensorflow/tfjs-core';
import { gatherBatch, normalizeInto, type Dataset, type Split } from '../data/dataset';
import { groupedBatchNorm } from '../kernels/groupedBatchNorm';
import { imageMean, imageStatistics } from '../kernels/reductions';
import { forward, uploadWeights, type WeightTensors } from '../network/executor';
import type { BatchNormNode, Network } from '../network/types';
import type { Random } from '../random';
import { Adam, gradientsByKey, Sgd, type OptimizerSnapshot } from './optimizers';

export interface TrainOptions {
  epochs: number;
  batch: number;
  /** Peak learning rate. */
  learningRate: number;
  /**
   * 'cosine': warmed up linearly over half an epoch, then a half cosine down to 0; 'steps': a tenth from half of the
   * steps on, a hundredth from three quarters on (He et al. 2016). Left out: 'cosine'.
   */
  schedule?: 'cosine' | 'steps';
  /** 'sgd': Nesterov momentum 0.9; 'momentum': plain momentum 0.9; 'adam': betas 0.9 and 0.999, no weight decay. */
  optimizer: 'sgd' | 'momentum' | 'adam';
  /** Of SGD. */
  weightDecay: number;
  /** Share of an old running statistic that a step keeps (0.9). */
  batchNormMomentum: number;
  /** Probability mass spread over the other classes. */
  labelSmoothing: number;
  /** Images of the train split to use. */
  images: number;
  /**
   * Images are shifted by up to so many pixels and mirrored half of the time; what comes in from outside is the edge
   * again, or the mean colour (0 once normalized). Left out: 2, 'edge'.
   */
  shift?: { pixels: number; fill: 'edge' | 'mean' };
}

/** Where a training stands, as plain data: it goes on from there to the last bit. */
export interface TrainState {
  /** Steps done. */
  step: number;
  weights: Network['weights'];
  optimizer: OptimizerSnapshot;
}

export interface TrainControl {
  /** Goes on from there; left out: from the network's own weights. */
  state?: TrainState;
  /** Is told after every epoch where the training stands. */
  onEpoch?: (state: TrainState, epoch: number) => void | Promise<void>;
}

export interface TrainProgress {
  epoch: number;
  step: number;
  steps: number;
  loss: number;
  trainAccuracy: number;
  learningRate: number;
}

/**
 * @param network is not changed; its weights are the start
 * @param random every step draws from its own stream of this
 * @param onProgress called every 20 steps; return false to stop early
 * @returns the trained weights, with running statistics
 */
export async function trainNetwork(
  network: Network,
  dataset: Dataset,
  options: TrainOptions,
  random: Random,
  onProgress: (progress: TrainProgress) => boolean | void,
  { state, onEpoch }: TrainControl = {},
): Promise<Network> {
  const { definition } = network;
  const weights = uploadWeights({ definition, weights: state?.weights ?? network.weights }, true);
  const running = new Set(definition.nodes.flatMap((n) => (n.op === 'batchNorm' ? [n.mean, n.variance] : [])));
  const trainable = Object.fromEntries(Object.entries(weights).filter(([key]) => !running.has(key))) as Record<
    string,
    tf.Variable
  >;
  const optimizer =
    options.optimizer === 'adam'
      ? new Adam(trainable, { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 })
      : new Sgd(trainable, {
          momentum: 0.9,
          weightDecay: options.weightDecay,
          nesterov: options.optimizer === 'sgd',
        });
  if (state) optimizer.restore(state.optimizer);
  const cache = readImages(dataset, options.images);
  const { pixels: shift, fill } = options.shift ?? { pixels: 2, fill: 'edge' };
  const imageSize = definition.inputShape[0] * definition.inputShape[1] * definition.inputShape[2];
  const perEpoch = Math.floor(options.images / options.batch);
  const steps = perEpoch * options.epochs;
  let order: number[] = [];
  let lossSum = 0;
  let correct = 0;
  let seen = 0;
  try {
    const normalized = new Float32Array(imageSize);
    for (let step = state?.step ?? 0; step < steps; step++) {
      const epoch = Math.floor(step / perEpoch);
      if (step % perEpoch === 0 || order.length === 0)
        order = random.fork(`epoch ${epoch}`).shuffle(Array.from({ length: options.images }, (_, i) => i));
      const chosen = order.slice((step % perEpoch) * options.batch, ((step % perEpoch) + 1) * options.batch);
      const images = new Float32Array(chosen.length * imageSize);
      const labels = new Int32Array(chosen.length);
      const augment = random.fork(`augment ${step}`);
      chosen.forEach((index, i) => {
        const pixels = cache.pixels.subarray(index * imageSize, (index + 1) * imageSize);
        normalizeInto(pixels, definition.normalization, normalized);
        copyAugmented(normalized, definition.inputShape, images, i * imageSize, augment, shift, fill);
        labels[i] = cache.labels[index];
      });
      const learningRate = scheduledRate(step, steps, perEpoch, options);
      const { loss, hits } = await trainStep(images, labels, learningRate);
      lossSum += loss;
      correct += hits;
      seen += chosen.length;
      if (onEpoch && (step + 1) % perEpoch === 0)
        await onEpoch(
          { step: step + 1, weights: await download(weights, network), optimizer: await optimizer.snapshot() },
          epoch,
        );
      if (step % 20 === 19 || step === steps - 1) {
        const count = (step % 20) + 1;
        if (
          onProgress({
            epoch,
            step: step + 1,
            steps,
            loss: lossSum / count,
            trainAccuracy: correct / seen,
            learningRate,
          }) === false
        )
          break;
        lossSum = correct = seen = 0;
      }
    }
    return { definition, weights: await download(weights, network) };
  } finally {
    optimizer.dispose();
    tf.dispose(weights);
  }

  async function trainStep(
    images: Float32Array,
    labels: Int32Array,
    learningRate: number,
  ): Promise<{ loss: number; hits: number }> {
    const n = labels.length;
    const updates: Record<string, tf.Tensor> = {};
    const summary = tf.tidy(() => {
      const x = tf.tensor4d(images, [n, ...definition.inputShape]);
      const smooth = options.labelSmoothing;
      const targets = tf.add(
        tf.mul(tf.oneHot(labels, definition.numClasses), 1 - smooth),
        smooth / definition.numClasses,
      );
      let hits: tf.Scalar | null = null;
      const { value, grads } = tf.variableGrads(() => {
        const logits = forward(definition, weights, x, {
          batchNorm: (node, h) => trainingBatchNorm(node, h, weights, updates),
        });
        hits = tf.keep(
          tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), tf.tensor1d(labels, 'int32')), 'float32')) as tf.Scalar,
        );
        return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1))) as tf.Scalar;
      }, Object.values(trainable));
      optimizer.apply(gradientsByKey(trainable, grads), learningRate);
      const packed = tf.stack([value, hits!]);
      tf.dispose(hits!);
      return packed;
    });
    for (const [key, fresh] of Object.entries(updates)) {
      const old = weights[key] as tf.Variable;
      old.assign(
        tf.tidy(() => tf.add(tf.mul(old, options.batchNormMomentum), tf.mul(fresh, 1 - options.batchNormMomentum))),
      );
      fresh.dispose();
    }
    const [loss, hits] = await summary.data();
    summary.dispose();
    return { loss, hits };
  }
}

/** BatchNorm with the batch's own statistics; leaves them (unbiased variance, as PyTorch keeps it) in `updates`. */
function trainingBatchNorm(
  node: BatchNormNode,
  x: tf.Tensor4D,
  weights: WeightTensors,
  updates: Record<string, tf.Tensor>,
): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  // Only numbers leave: the running statistics take no part in the gradient.
  const [mean, variance] = tf.tidy(() => {
    const perImage = imageStatistics(x);
    const pool = (v: tf.Tensor2D) => tf.reshape(imageMean(tf.reshape(v, [1, n, 1, c]) as tf.Tensor4D), [c]);
    const means = tf.slice(perImage, [0, 0], [n, c]);
    const batchMean = pool(means);
    const within = tf.slice(perImage, [0, c], [n, c]);
    const between = tf.square(tf.sub(means, batchMean));
    const count = n * h * w;
    return [batchMean, tf.mul(pool(tf.add(within, between)), count / (count - 1))];
  });
  updates[node.mean] = tf.keep(mean);
  updates[node.variance] = tf.keep(variance);
  const rows = (key: string | undefined, fallback: number) => {
    const ones = tf.ones([n, 1]);
    return (key ? tf.mul(ones, tf.reshape(weights[key], [1, c])) : tf.fill([n, c], fallback)) as tf.Tensor2D;
  };
  return groupedBatchNorm(x, rows(node.gamma, 1), rows(node.beta, 0), [n], node.epsilon);
}

/** The first images of the train split as bytes: a quarter of what they take normalized. */
function readImages(dataset: Dataset, count: number): { pixels: Uint8Array; labels: Uint16Array } {
  const size = dataset.imageShape.reduce((product, length) => product * length, 1);
  const [pixels, labels] = [new Uint8Array(count * size), new Uint16Array(count)];
  for (let i = 0; i < count; i++) {
    const image = dataset.image('train', i);
    pixels.set(image.pixels, i * size);
    labels[i] = image.label;
  }
  return { pixels, labels };
}

function scheduledRate(
  step: number,
  steps: number,
  perEpoch: number,
  { learningRate: peak, schedule = 'cosine' }: TrainOptions,
): number {
  if (schedule === 'steps') return step < steps / 2 ? peak : step < 0.75 * steps ? peak / 10 : peak / 100;
  const warmup = perEpoch / 2;
  if (step < warmup) return (peak * (step + 1)) / warmup;
  return peak * 0.5 * (1 + Math.cos((Math.PI * (step - warmup)) / (steps - warmup)));
}

/** Copies one image [H, W, C], shifted by up to `shift` pixels and mirrored half of the time. */
function copyAugmented(
  source: Float32Array,
  [h, w, c]: [number, number, number],
  target: Float32Array,
  at: number,
  random: Random,
  shift: number,
  fill: 'edge' | 'mean',
): void {
  const draw = () => random.integer(2 * shift + 1) - shift;
  const [dy, dx, mirror] = [draw(), draw(), random.chance(0.5)];
  const inside = (v: number, n: number) => fill === 'edge' || (v >= 0 && v < n);
  const clamp = (v: number, n: number) => (v < 0 ? 0 : v >= n ? n - 1 : v);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      const [y, x] = [i + dy, (mirror ? w - 1 - j : j) + dx];
      const to = at + (i * w + j) * c;
      if (!inside(y, h) || !inside(x, w)) continue;
      const from = (clamp(y, h) * w + clamp(x, w)) * c;
      for (let k = 0; k < c; k++) target[to + k] = source[from + k];
    }
  }
}

async function download(weights: WeightTensors, like: Network): Promise<Network['weights']> {
  const result: Network['weights'] = {};
  for (const key of Object.keys(like.weights)) {
    result[key] = { shape: weights[key].shape.slice(), values: Float32Array.from(await weights[key].data()) };
  }
  return result;
}

/**
 * Top-1 accuracy of a network on images of a split.
 *
 * @param indices which images
 * @returns correct answers and the number asked
 */
export async function evaluateNetwork(
  network: Network,
  dataset: Dataset,
  split: Split,
  indices: ArrayLike<number>,
  batch = 100,
): Promise<{ correct: number; n: number }> {
  const weights = uploadWeights(network);
  let correct = 0;
  try {
    for (let start = 0; start < indices.length; start += batch) {
      const part = gatherBatch(
        dataset,
        split,
        Array.from(indices).slice(start, start + batch),
        network.definition.normalization,
      );
      const predicted = tf.tidy(() =>
        tf.argMax(
          forward(
            network.definition,
            weights,
            tf.tensor4d(part.images, [part.count, ...network.definition.inputShape]),
          ),
          1,
        ),
      );
      const classes = await predicted.data();
      predicted.dispose();
      for (let i = 0; i < part.count; i++) if (classes[i] === part.labels[i]) correct++;
    }
  } finally {
    tf.dispose(weights);
  }
  return { correct, n: indices.length };
}
