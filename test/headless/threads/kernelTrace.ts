/**
 * Runs a small run of every method and notes of each kernel that it launches what went in and what came out, as hashes
 * of the bits: `kernelTrace.ts THREADS FILE`; 0 threads: tfjs's binary without any. A program of its own, because the
 * number of threads is for good (`enableThreads`).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { createShapes } from '../../../src/engine/data/shapes';
import { decodeCheckpoint } from '../../../src/engine/generator/checkpoint';
import type { RunSettings } from '../../../src/engine/runSettings';
import { Run } from '../../../src/engine/training/run';
import { Teacher } from '../../../src/engine/training/teacher';
import { startBackend } from '../../../src/headless/backend';
import { BUNDLED_FOLDER, readBytes, readNetworkFolder } from '../../../src/headless/files';
import { enableThreads } from '../../../src/headless/threads';
import { defaultSettings } from '../../../src/state/settings';

const threads = Number(process.argv[2]);
if (threads > 0) enableThreads(threads);
await startBackend('wasm');

function hash(values: ArrayBufferView): string {
  const words =
    values.byteLength % 4 === 0
      ? new Int32Array(values.buffer, values.byteOffset, values.byteLength / 4)
      : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let a = 0x811c9dc5 | 0;
  for (let i = 0; i < words.length; i++) a = Math.imul(a ^ words[i], 0x01000193);
  return (a >>> 0).toString(16);
}

const lines: string[] = [];
const backend = tf.backend() as unknown as { readSync(id: object): ArrayBufferView };
const infosOf = (value: unknown): tf.TensorInfo[] =>
  [value].flat(3).filter((each): each is tf.TensorInfo => Boolean((each as tf.TensorInfo)?.dataId));
const say = (tensor: tf.TensorInfo) => `${tensor.shape.join('x')}:${hash(backend.readSync(tensor.dataId))}`;
for (const kernel of tf.getKernelsForBackend('wasm')) {
  tf.unregisterKernel(kernel.kernelName, 'wasm');
  tf.registerKernel({
    ...kernel,
    kernelFunc: (args) => {
      const inputs = infosOf(Object.values(args.inputs)).map(say).join(' ');
      const out = kernel.kernelFunc(args);
      const line = `${kernel.kernelName}\t${inputs} ${JSON.stringify(args.attrs)}\t${infosOf(out).map(say).join(' ')}`;
      lines.push(line);
      return out;
    },
  });
}

const teacher = new Teacher(await readNetworkFolder(BUNDLED_FOLDER));
const checkpoint = decodeCheckpoint(readBytes(join(BUNDLED_FOLDER, 'generator.bin')));
const base: RunSettings = {
  ...defaultSettings(),
  generatorSteps: 3,
  studentSteps: 2,
  testImages: 100,
  observationPerClass: 3,
  beside: ['calibration', 'zeroShot', 'centralized', 'distorted', 'fdda', 'fddaPlus'],
};
const cases: Partial<RunSettings>[] = [
  {},
  {
    generatorStart: 'scratch',
    beside: [],
    activationRange: 'movingAverage',
    weightRange: 'minMax',
    weightRangeShare: 1,
    clippedGradient: 'pass',
    updateLimit: 0,
  },
  {
    generatorStart: 'scratch',
    beside: [],
    stepSizes: 'learned',
    weightGranularity: 'perTensor',
    activationRange: 'mse',
    weightRange: 'mse',
  },
];
for (const changes of cases) {
  const run = (await Run.create(teacher, createShapes(), { ...base, ...changes }, checkpoint))!;
  while (!run.finishedAll) {
    await run.advance();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await run.frame(true);
  const frame = await run.frame(true);
  console.log(threads, frame.accuracy.map(({ id, accuracy }) => `${id} ${accuracy}`).join(', '));
  run.dispose();
}
writeFileSync(process.argv[3], lines.join('\n'));
process.exit(0);
