/**
 * `runOnThreads.ts THREADS [resume]`: a small run of every method on the bundled network, and what it came to, as one JSON
 * object on stdout (`Outcome`). 0 threads: tfjs's binary without any. A program of its own, because the number of
 * threads is for good (`enableThreads`).
 */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { createShapes } from '../../../src/engine/data/shapes';
import { decodeCheckpoint } from '../../../src/engine/generator/checkpoint';
import { METHOD_IDS } from '../../../src/engine/methods';
import type { RunSettings } from '../../../src/engine/runSettings';
import { Run, type RunSnapshot } from '../../../src/engine/training/run';
import { Teacher } from '../../../src/engine/training/teacher';
import { startBackend } from '../../../src/headless/backend';
import { BUNDLED_FOLDER, readBytes, readNetworkFolder } from '../../../src/headless/files';
import { enableThreads } from '../../../src/headless/threads';
import { defaultSettings } from '../../../src/state/settings';

export interface Outcome {
  /** Kernels that were launched, each with a hash of the bits that came out, in order. */
  calls: string[];
  /** `weightsHash` of every student, run by run: run through, and, with `resume`, gone on from a snapshot in a fresh run. */
  through: (string | null)[];
  resumed: (string | null)[];
}

const threads = Number(process.argv[2]);
if (threads > 0) enableThreads(threads);
await startBackend('wasm');

const calls: string[] = [];
let noting = true;
const backend = tf.backend() as unknown as { readSync(id: object): ArrayBufferView };

function hash(values: ArrayBufferView): number {
  const words = new Int32Array(values.buffer, values.byteOffset, values.byteLength >> 2);
  let h = 0x811c9dc5 | 0;
  for (let i = 0; i < words.length; i++) h = Math.imul(h ^ words[i], 0x01000193);
  return h >>> 0;
}

/** Kernels that only make a new name for the same values. */
const FREE = new Set(['Identity', 'Reshape', 'ExpandDims', 'Cast']);
for (const kernel of tf.getKernelsForBackend('wasm').filter(({ kernelName }) => !FREE.has(kernelName))) {
  tf.unregisterKernel(kernel.kernelName, 'wasm');
  tf.registerKernel({
    ...kernel,
    kernelFunc: (args) => {
      const results = kernel.kernelFunc(args);
      if (noting)
        for (const { dataId, shape } of [results].flat())
          calls.push(`${kernel.kernelName} ${shape.join('x')} ${hash(backend.readSync(dataId))}`);
      return results;
    },
  });
}

const small = { generatorSteps: 2, studentSteps: 1, testImages: 10, observationPerClass: 1 };
const changes: Partial<RunSettings>[] = [
  { beside: METHOD_IDS },
  { beside: [], generatorStart: 'scratch', stepSizes: 'learned' },
];
const teacher = new Teacher(await readNetworkFolder(BUNDLED_FOLDER));
const checkpoint = decodeCheckpoint(readBytes(join(BUNDLED_FOLDER, 'generator.bin')));

/** @param onUnit called between any two units of work */
async function finish(run: Run, onUnit: () => Promise<void> = async () => {}): Promise<(string | null)[]> {
  while (!run.finishedAll) {
    await run.advance();
    await onUnit();
    // Threads get ready while the event loop turns.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  const { accuracy } = await run.frame();
  run.dispose();
  return accuracy.filter(({ id }) => id !== 'fullPrecision' && id !== 'ptq').map(({ weightsHash }) => weightsHash);
}

/** What other networks would launch: each large enough for several threads, with sizes that no thread count divides. */
function launchOthers(): void {
  const some = (...shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
        Math.fround(((i * 7919) % 1009) / 1009 - 0.5),
      ),
      shape,
    );
  const pad = [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ];
  const gradients = (strides: number, filterShape: [number, number, number, number]) => ({
    strides,
    pad,
    dataFormat: 'NHWC',
    dimRoundingMode: 'floor',
    filterShape,
  });
  const launches: [string, tf.NamedTensorMap, object][] = [
    ['Conv2DBackpropFilter', { x: some(5, 31, 31, 13), dy: some(5, 31, 31, 22) }, gradients(1, [3, 3, 13, 22])],
    ['Conv2DBackpropFilter', { x: some(5, 31, 31, 13), dy: some(5, 16, 16, 22) }, gradients(2, [3, 3, 13, 22])],
    ['Conv2DBackpropFilter', { x: some(5, 31, 31, 44), dy: some(5, 31, 31, 3) }, gradients(1, [3, 3, 44, 3])],
    [
      'DepthwiseConv2dNativeBackpropFilter',
      { x: some(9, 31, 31, 27), dy: some(9, 31, 31, 27) },
      gradients(1, [3, 3, 27, 1]),
    ],
    [
      'DepthwiseConv2dNativeBackpropFilter',
      { x: some(9, 31, 31, 27), dy: some(9, 16, 16, 54) },
      gradients(2, [3, 3, 27, 2]),
    ],
    ['fdda/UpsampleConv2dFilterGradient', { x: some(5, 9, 9, 13), dy: some(5, 18, 18, 22) }, {}],
    ['fdda/TransposedProduct', { a: some(3001, 61), b: some(3001, 37) }, {}],
    ['Sum', { x: some(7, 41, 41, 37) }, { axis: [0, 1, 2], keepDims: false }],
    ['Softmax', { logits: some(3001, 10) }, { dim: 1 }],
    ['BatchMatMul', { a: some(1, 301, 211), b: some(1, 211, 101) }, { transposeA: false, transposeB: false }],
    ['BatchMatMul', { a: some(1, 211, 301), b: some(1, 101, 211) }, { transposeA: true, transposeB: true }],
    [
      'DepthwiseConv2dNative',
      { x: some(9, 31, 31, 27), filter: some(3, 3, 27, 1) },
      { strides: 1, pad, dilations: 1, dataFormat: 'NHWC', dimRoundingMode: 'floor' },
    ],
  ];
  for (const [name, inputs, attrs] of launches) tf.dispose(tf.engine().runKernel(name, inputs, attrs as never));
}

const outcome: Outcome = { calls, through: [], resumed: [] };
for (const each of changes) {
  const create = async () =>
    (await Run.create(teacher, createShapes(), { ...defaultSettings(), ...small, ...each }, checkpoint))!;
  const run = await create();
  let snapshot: RunSnapshot | null = null;
  outcome.through.push(
    ...(await finish(run, async () => {
      if (run.generatorStep === 1) snapshot ??= structuredClone(await run.snapshot());
    })),
  );
  if (process.argv[3] !== 'resume') continue;
  noting = false;
  const fresh = await create();
  await fresh.restore(snapshot!);
  outcome.resumed.push(...(await finish(fresh)));
  noting = true;
}
launchOthers();
process.stdout.write(JSON.stringify(outcome), () => process.exit(0));
