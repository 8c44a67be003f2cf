/** Students of random networks as files: another runtime computes what the student computes, or the file is refused. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect } from 'vitest';
import { ExportError } from '../../../src/engine/export/exportError';
import { writeLayersModel } from '../../../src/engine/export/keras/layersModel';
import { startOnnx, type Optimization } from '../../../src/engine/export/onnx/runOnnx';
import { writeOnnx } from '../../../src/engine/export/onnx/writeOnnx';
import { dequantizedNetwork, quantizedNetwork } from '../../../src/engine/export/quantizedNetwork';
import { composed } from '../../../src/engine/network/composites';
import { readLayersModel } from '../../../src/engine/network/keras/layersModel';
import { forward, uploadWeights } from '../../../src/engine/network/executor';
import { upTo } from '../../../src/engine/network/outputs';
import type { Network } from '../../../src/engine/network/types';
import { Student } from '../../../src/engine/quantization/student';
import { Random } from '../../../src/engine/random';
import { randomNetwork } from '../../randomNetwork';
import { it, itLong } from '../../when';
import { use } from '../backends';

beforeAll(() => use('wasm'));

const IMAGES = 20;
/** Of a logit beside the image's largest of any image; by far more where a layer or a weight is another. */
const CLOSE = 1e-3;

/** Images in which a value lies so near to the middle between two levels that the order of a sum decides. */
const FEW = 2;

/** Images of which a logit is not close. */
function off(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const classes = expected.length / IMAGES;
  const largest = Array.from(expected).reduce((most, each) => Math.max(most, Math.abs(each)), 1e-6);
  const isClose = (i: number) => Math.abs(actual[i] - expected[i]) <= CLOSE * largest;
  const indices = Array.from({ length: classes }, (_, c) => c);
  return Array.from({ length: IMAGES }, (_, image) => image).filter(
    (image) => !indices.every((c) => isClose(image * classes + c)),
  ).length;
}

async function read(tensor: tf.Tensor): Promise<Float32Array> {
  return (await tensor.data().finally(() => tensor.dispose())) as Float32Array;
}

/** How many activations, shortcuts and sums there are of each kind, however a file writes them. */
function quantizable({ definition, weights }: Network): Record<string, number> {
  const counts: Record<string, number> = {};
  const { nodes } = definition;
  for (const { op } of upTo(composed(nodes, weights), nodes[nodes.length - 1].name))
    if (!['pad', 'averagePool', 'maxPool'].includes(op)) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}

interface Found {
  onnx: Record<Optimization, number>;
  /** By tfjs-layers and by our own reader; null: refused. */
  layers: { theirs: number; ours: number } | null;
  packed: boolean;
}

async function compare({ network, settings, ranges }: ReturnType<typeof randomNetwork>, seed: number): Promise<Found> {
  const shape = [IMAGES, ...network.definition.inputShape] as [number, number, number, number];
  const random = new Random(seed).fork('images');
  const pixels = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
  const images = tf.tensor4d(pixels, shape);
  const student = new Student(network, settings);
  try {
    await student.calibrateRanges([images], ranges);
    const expected = await read(student.forward(images));
    const quantized = await quantizedNetwork(student, network);
    const file = writeOnnx(quantized);
    const onnx = { disabled: 0, all: 0 };
    for (const level of ['disabled', 'all'] as const) {
      const run = await startOnnx(file, level);
      onnx[level] = off(await run.logits(pixels, shape).finally(() => run.release()), expected);
    }
    const { kernel } = student.hooks();
    const unrounded = await read(student.forwardWith(images, { kernel }));
    return { onnx, ...(await asLayers(quantized, images, unrounded)) };
  } finally {
    student.dispose();
    images.dispose();
  }
}

async function asLayers(
  quantized: Awaited<ReturnType<typeof quantizedNetwork>>,
  images: tf.Tensor4D,
  expected: Float32Array,
): Promise<Pick<Found, 'layers' | 'packed'>> {
  const network = dequantizedNetwork(quantized);
  let files: ReturnType<typeof writeLayersModel>;
  try {
    files = writeLayersModel(network, { kernels: quantized.kernels });
  } catch (error) {
    if (!(error instanceof ExportError) || error.said.name !== 'exportPooling') throw error;
    return { layers: null, packed: false };
  }
  const json = JSON.parse(files.modelJson);
  const [{ weights: weightSpecs }] = json.weightsManifest;
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs, weightData: files.weights }),
  );
  const theirs = off(await read(model.predict(images) as tf.Tensor), expected);
  model.dispose();
  const again = await readLayersModel([
    { name: 'model.json', bytes: new TextEncoder().encode(files.modelJson).buffer as ArrayBuffer },
    { name: files.weightsName, bytes: files.weights },
  ]);
  // Or its activations would be quantized otherwise when it is opened again.
  expect(quantizable(again), again.definition.name).toEqual(quantizable(network));
  const weights = uploadWeights(again);
  const ours = off(await read(tf.tidy(() => forward(again.definition, weights, images))), expected);
  tf.dispose(weights);
  return { layers: { theirs, ours }, packed: files.modelJson.includes('"uint8"') };
}

/**
 * Whether all but few of the networks compute the same as ONNX: a value that lies between two levels may go to the other
 * one where a runtime adds in another order. Optimized or not they compute the same but for such, and every LayersModel,
 * which does not round values, does.
 */
async function check(from: number, to: number): Promise<void> {
  const before = tf.memory().numTensors;
  let [written, packed, perTensor, different, unequal] = [0, 0, 0, 0, 0];
  for (let seed = from; seed < to; seed++) {
    const random = randomNetwork(seed);
    const { onnx, layers, packed: isPacked } = await compare(random, seed);
    expect(Math.abs(onnx.all - onnx.disabled), `optimized; ${random.described}`).toBeLessThanOrEqual(FEW);
    if (onnx.all > FEW) different++;
    if (onnx.all !== onnx.disabled) unequal++;
    // Weights of 50 make values of 10^6 before a ReLU6, and differences there of their own.
    const most = random.odd === 'large' ? IMAGES / 2 : 0;
    if (layers) {
      written++;
      expect(layers.theirs, `tfjs-layers; ${random.described}`).toBeLessThanOrEqual(most);
      expect(layers.ours, `our reader; ${random.described}`).toBeLessThanOrEqual(most);
    }
    if (layers && random.settings.weightGranularity === 'perTensor') {
      perTensor++;
      if (isPacked) packed++;
    }
  }
  expect(tf.memory().numTensors).toBe(before);
  const count = to - from;
  expect(different / count).toBeLessThan(0.01);
  // None on the machine where this was written; another one may add in another order.
  expect(unequal / count).toBeLessThan(0.01);
  expect(written / count).toBeGreaterThan(0.9);
  expect(packed / perTensor).toBeGreaterThan(0.9);
}

describe('students of random networks', () => {
  it('compute the same as files', { timeout: 300_000 }, () => check(0, 120));
  itLong('compute the same as files, a thousand of them', { timeout: 600_000 }, () => check(1000, 2000));
});
