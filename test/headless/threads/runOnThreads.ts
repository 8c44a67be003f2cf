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
process.stdout.write(JSON.stringify(outcome), () => process.exit(0));
