/** The last check of a network that was read: the file's own runtime must compute the same. */
import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../random';
import { say, type Said } from '../sentences';
import { forward, uploadWeights } from './executor';
import { NetworkError } from './networkError';
import type { OpenedNetwork } from './networkFile';
import type { Network } from './types';

/** Largest difference of two logits, relative to the largest logit or to 1. */
export const TOLERANCE = 1e-3;
const IMAGES = 2;

export interface RuntimeCheck {
  /** The runtime's name; null: the format has none. */
  runtime: string | null;
  /** Largest difference, relative to the largest logit or to 1; null where the runtime did not run. */
  difference: number | null;
  /** Why it was not compared. */
  reason?: Said;
}

/**
 * Runs the file's own runtime and our executor on the same random images. Needs a backend; leaves nothing on it.
 *
 * @throws NetworkError naming the first layer that differs, where the results do
 */
export async function checkAgainstOwnRuntime({ network, runtime }: OpenedNetwork): Promise<RuntimeCheck> {
  if (!runtime) return { runtime: null, difference: null };
  const { shape, images } = randomImages(network);
  let expected: Float32Array;
  try {
    expected = await runtime.run(images, shape);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { runtime: runtime.name, difference: null, reason: say('runtimeFails', runtime.name, reason.slice(0, 300)) };
  }
  const actual = await outputsOf(network, images, shape, new Set());
  const difference = largestDifference(actual.logits, expected);
  if (difference <= TOLERANCE) return { runtime: runtime.name, difference };
  const layer = await firstDifference({ network, runtime, notes: [] }, images, shape);
  const amount = difference === Infinity ? say('notTheSameSize') : difference.toPrecision(2);
  throw new NetworkError(
    layer === null
      ? say('differsFromRuntime', runtime.name, amount)
      : say('differsAtLayer', layer, runtime.name, amount),
    say('differsHint'),
  );
}

/** What a network of this range of pixels may get. */
function randomImages({ definition }: Network): { images: Float32Array; shape: [number, number, number, number] } {
  const { inputShape, normalization } = definition;
  const channels = inputShape[2];
  const random = new Random(1);
  const images = Float32Array.from(
    { length: IMAGES * inputShape.reduce((a, b) => a * b, 1) },
    // Pixels are whole numbers.
    (_, i) =>
      (Math.floor(256 * random.next()) / 255 - normalization.mean[i % channels]) / normalization.std[i % channels],
  );
  return { images, shape: [IMAGES, ...inputShape] };
}

/** Logits, and the outputs of some nodes. */
async function outputsOf(
  network: Network,
  images: Float32Array,
  shape: [number, number, number, number],
  nodes: ReadonlySet<string>,
): Promise<{ logits: Float32Array; outputs: Map<string, Float32Array> }> {
  const weights = uploadWeights(network);
  const kept = new Map<string, tf.Tensor>();
  try {
    const logits = tf.tidy(() =>
      forward(network.definition, weights, tf.tensor4d(images.slice(), shape), {
        output: (node, y) => {
          if (nodes.has(node.name)) kept.set(node.name, tf.keep(tf.clone(y)));
        },
      }),
    );
    kept.set('', logits);
    const outputs = new Map<string, Float32Array>();
    for (const [name, tensor] of kept) outputs.set(name, (await tensor.data()) as Float32Array);
    return { logits: outputs.get('')!, outputs };
  } finally {
    tf.dispose([...kept.values()]);
    tf.dispose(weights);
  }
}

/** The first layer whose output differs; null where it cannot be told. */
async function firstDifference(
  { network, runtime }: OpenedNetwork,
  images: Float32Array,
  shape: [number, number, number, number],
): Promise<string | null> {
  const { outputs } = await outputsOf(
    network,
    images,
    shape,
    new Set(network.definition.nodes.map(({ name }) => name)),
  );
  let found: string | null = null;
  try {
    await runtime!.walk(images, shape, (layer, node, values) => {
      const ours = outputs.get(node);
      if (ours && largestDifference(ours, values) > TOLERANCE) found = layer;
      return found === null;
    });
  } catch {
    return null;
  }
  return found;
}

/** Infinity where there are not as many numbers, or some are none. */
export function largestDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  let [difference, largest] = [0, 1];
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i] - expected[i]);
    if (!(d <= difference)) difference = Number.isNaN(d) ? Infinity : d;
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return difference / largest;
}
