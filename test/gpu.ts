/**
 * For a machine with a GPU, in one go: every numeric case on it, then replayed steps beside those that are not, with
 * the GPU's own clock. Before: npm install --no-save webgpu. Then: npx tsx test/gpu.ts [words of the cases' names]
 */
import * as tf from '@tensorflow/tfjs-core';
import { startForReplay } from '../src/headless/bench/backend';
import { benchReplay, formatReplay } from '../src/headless/bench/replay';
import { NoBackend } from '../src/headless/webgpu';
import { allCases } from './cases/all';
import { disagreement } from './cases/case';

interface Device {
  addEventListener(kind: 'uncapturederror', heard: (event: { error: { message: string } }) => void): void;
}

/** @returns what is wrong, a line each */
async function runCases(words: string): Promise<string[]> {
  const wrong: string[] = [];
  const { device } = tf.backend() as unknown as { device: Device };
  device.addEventListener('uncapturederror', ({ error }) => wrong.push(`The GPU: ${error.message.slice(0, 500)}`));
  for (const { name, run } of allCases.filter((each) => !each.except?.webgpu && each.name.includes(words))) {
    const before = tf.memory().numTensors;
    const began = performance.now();
    try {
      for (const comparison of await run()) {
        const off = disagreement(comparison);
        if (off) wrong.push(`${name}: ${off}`);
      }
      const left = tf.memory().numTensors - before;
      if (left !== 0) wrong.push(`${name}: ${left} tensors are left`);
    } catch (error) {
      wrong.push(`${name}: ${(error as Error).message.slice(0, 500)}`);
    }
    console.log(`${((performance.now() - began) / 1000).toFixed(1)} s  ${name}`);
  }
  return wrong;
}

try {
  const adapter = await startForReplay('webgpu');
  console.log(adapter);
  const wrong = await runCases(process.argv[2] ?? '');
  console.log(wrong.length === 0 ? 'All cases are right.' : wrong.join('\n'));
  if (wrong.length > 0) process.exit(1);
  const options = { on: 'webgpu', quick: false, effort: { repeats: 30, seconds: 20 } } as const;
  console.log(
    formatReplay(await benchReplay(options, adapter, ({ step, what, ratio }) => console.log(step, what, ratio))),
  );
  process.exit(0);
} catch (error) {
  console.error((error as Error).message);
  process.exit(error instanceof NoBackend ? 0 : 1);
}
