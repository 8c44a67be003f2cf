import path from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
// The rules under test need no type information, and the files below do not exist for TypeScript to look at.
const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });

const RULES = ['house/boundaries', 'no-restricted-globals', 'no-restricted-syntax'];

/** The boundary rules that a file of that path with that text breaks. */
async function broken(file: string, text: string): Promise<string[]> {
  const [{ messages }] = await eslint.lintText(text, { filePath: path.join(root, file) });
  const fatal = messages.find((each) => each.fatal || each.ruleId === null);
  if (fatal) throw new Error(`${file}: ${fatal.message}`);
  return messages.flatMap(({ ruleId }) => (ruleId && RULES.includes(ruleId) ? [ruleId] : []));
}

describe('the linter reports', () => {
  it.each([
    ['src/engine/a.ts', `import { x } from '../state/settings'; export const y = x;`],
    ['src/engine/training/a.ts', `import { x } from '../../headless/train'; export const y = x;`],
    ['src/engine/training/a.ts', `import { x } from '../../worker/client'; export const y = x;`],
    ['src/engine/training/a.ts', `import type { Message } from '../../worker/protocol'; export type Y = Message;`],
    ['src/engine/training/a.ts', `export * from '../../ui/plots';`],
    ['src/engine/training/a.ts', `export const y = () => import('../../ui/plots');`],
    ['src/engine/a.ts', `import fixture from '../../test/fixtures/losses.json'; export const y = fixture;`],
    ['src/engine/a.ts', `import { useState } from 'react'; export const y = useState;`],
    ['src/engine/a.ts', `import { create } from 'zustand'; export const y = create;`],
    ['src/engine/a.ts', `import { Button } from '@mantine/core'; export const y = Button;`],
    ['src/engine/a.ts', `import { LineChart } from 'recharts'; export const y = LineChart;`],
    ['src/engine/a.ts', `import { readFileSync } from 'node:fs'; export const y = readFileSync;`],
    ['src/engine/runSettings.ts', `import * as tf from '@tensorflow/tfjs-core'; export const y = tf;`],
    ['src/engine/methods/fdda.ts', `import * as tf from '@tensorflow/tfjs-core'; export const y = tf;`],
    ['src/engine/methods/fdda.ts', `import { x } from '../losses/generatorLosses'; export const y = x;`],
    ['src/engine/training/workCount.ts', `import { x } from './run'; export const y = x;`],
    ['src/engine/sentences.ts', `import { x } from './random'; export const y = x;`],
    ['src/ui/A.tsx', `import * as tf from '@tensorflow/tfjs-core'; export const y = tf;`],
    ['src/ui/A.tsx', `import type { Tensor } from '@tensorflow/tfjs-core'; export type Y = Tensor;`],
    ['src/ui/A.tsx', `import '#tfjs-gradients';`],
    ['src/engine/kernels/scalarQuantizer.ts', `import * as tf from '@tensorflow/tfjs-core'; export const y = tf;`],
    ['src/ui/A.tsx', `import { execute } from '../engine/network/executor'; export const y = execute;`],
    ['src/ui/plots/A.tsx', `import { serve } from '../../worker/server'; export const y = serve;`],
    ['src/ui/A.tsx', `import { connect } from '../worker/client'; export const y = connect;`],
    ['src/state/a.ts', `import { execute } from '../engine/network/executor'; export const y = execute;`],
    ['src/state/a.ts', `import * as tf from '@tensorflow/tfjs-core'; export const y = tf;`],
    ['src/state/a.ts', `import { Plot } from '../ui/Plot'; export const y = Plot;`],
    ['src/state/a.ts', `import { serve } from '../worker/server'; export const y = serve;`],
    ['src/main.tsx', `import '@tensorflow/tfjs-core';`],
    ['src/worker/client.ts', `import { execute } from '../engine/network/executor'; export const y = execute;`],
    ['src/worker/client.ts', `import '@tensorflow/tfjs-core';`],
    ['src/worker/server.ts', `import { settings } from '../state/settings'; export const y = settings;`],
    ['src/worker/protocol.ts', `import { TERMS } from '../engine/runSettings'; export type Y = typeof TERMS;`],
    ['src/headless/a.ts', `import { Plot } from '../ui/Plot'; export const y = Plot;`],
  ])('%s: %s', async (file, text) => {
    expect(await broken(file, text)).toEqual(['house/boundaries']);
  });

  it.each(['window', 'document', 'localStorage', 'self', 'process'])('%s in the engine', async (name) => {
    expect(await broken('src/engine/a.ts', `export const y = ${name};`)).toEqual(['no-restricted-globals']);
  });

  it('process in the page', async () => {
    expect(await broken('src/ui/A.tsx', `export const y = process.env.HOME;`)).toEqual(['no-restricted-globals']);
  });

  it('a value in the protocol', async () => {
    expect(await broken('src/worker/protocol.ts', `export const VERSION = 1;`)).toEqual(['no-restricted-syntax']);
  });
});

describe('the linter allows', () => {
  it.each([
    ['src/engine/training/a.ts', `import * as tf from '@tensorflow/tfjs-core'; export const y = tf;`],
    ['src/engine/training/a.ts', `import { x } from '../network/executor'; export const y = x;`],
    ['src/engine/training/a.ts', `import { TERMS } from './runSettings'; export const y = TERMS;`],
    ['src/worker/server.ts', `import { x } from '../engine/network/executor'; export const y = x;`],
    ['src/worker/server.ts', `import type { Message } from './protocol'; export const y: Message[] = [];`],
    ['src/worker/protocol.ts', `import type { RunFrame } from '../engine/runReport'; export type Y = RunFrame;`],
    ['src/worker/client.ts', `import type { Message } from './protocol'; export const y: Message[] = [];`],
    ['src/state/a.ts', `import { TERMS } from '../engine/runSettings'; export const y = TERMS;`],
    ['src/state/a.ts', `import { connect } from '../worker/client'; export const y = connect;`],
    ['src/state/a.ts', `import type { RunFrame } from '../engine/runReport'; export type Y = RunFrame;`],
    ['src/ui/A.tsx', `import { TERMS } from '../engine/runSettings'; export const y = TERMS;`],
    [
      'src/ui/A.tsx',
      `import { fakeQuantizeValue } from '../engine/kernels/scalarQuantizer'; export const y = fakeQuantizeValue;`,
    ],
    [
      'src/engine/kernels/a.ts',
      `import { distortedFloor } from '../losses/distortedFloor'; export const y = distortedFloor;`,
    ],
    ['src/ui/A.tsx', `import { useRun } from '../state/runStore'; export const y = useRun;`],
    ['src/ui/A.tsx', `import type { BackendName } from '../worker/protocol'; export const y: BackendName[] = [];`],
    ['src/ui/A.tsx', `import { Button } from '@mantine/core'; export const y = Button;`],
    ['src/headless/a.ts', `import { readFileSync } from 'node:fs'; export const y = readFileSync;`],
    [
      'src/headless/a.ts',
      `import { x } from '../engine/a'; import { settings } from '../state/settings'; export const y = [x, settings];`,
    ],
  ])('%s: %s', async (file, text) => {
    expect(await broken(file, text)).toEqual([]);
  });
});
