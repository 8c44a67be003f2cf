import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

// Trees of the files under test. They lie inside the project, where packages are found as they are from src/.
const trees = path.join(root, '.cache', 'boundaries');
let options: ICruiseOptions;
beforeAll(async () => {
  mkdirSync(trees, { recursive: true });
  options = await extractOptions(path.join(root, '.dependency-cruiser.js'));
});
afterAll(() => rmSync(trees, { recursive: true, force: true }));

const IMPORT = /(?:from|import) ?\(?'(\.[^']+)'/g;

/**
 * The import rules that a tree breaks which has these files, by path, with these texts. What they import from other
 * files of the project and is not among them is there too, but empty.
 */
async function broken(files: Record<string, string>): Promise<string[]> {
  const tree = mkdtempSync(`${trees}/`);
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
    writeFileSync(path.join(tree, file), text);
  };
  for (const [file, text] of Object.entries(files)) {
    for (const [, specifier] of text.matchAll(IMPORT)) {
      const target = path.join(path.dirname(file), specifier);
      const ending = path.extname(target) === '' ? (existsSync(path.join(root, `${target}.tsx`)) ? '.tsx' : '.ts') : '';
      write(target + ending, ending === '' ? '{}' : 'export {};');
    }
  }
  for (const [file, text] of Object.entries(files)) write(file, text);
  const { output } = await cruise(['src'], { ...options, baseDir: tree });
  const { summary } = output as ICruiseResult;
  if (summary.totalDependenciesCruised === 0) throw new Error(`No import was found in ${Object.values(files).join()}`);
  return [...new Set(summary.violations.map(({ rule }) => rule.name))].sort();
}

const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });
const ESLINT_RULES = ['no-restricted-globals', 'no-restricted-syntax', '@typescript-eslint/consistent-type-imports'];

/** The linter's rules about boundaries that a file of that path with that text breaks. */
async function linted(file: string, text: string): Promise<string[]> {
  const [{ messages }] = await eslint.lintText(text, { filePath: path.join(root, file) });
  const fatal = messages.find((each) => each.fatal || each.ruleId === null);
  if (fatal) throw new Error(`${file}: ${fatal.message}`);
  return messages.flatMap(({ ruleId }) => (ruleId && ESLINT_RULES.includes(ruleId) ? [ruleId] : []));
}

describe('refused', () => {
  it.each([
    ['engine-parts', 'src/engine/random.ts', `import { x } from '../state/settings'; export const y = x;`],
    ['engine-parts', 'src/engine/training/a.ts', `import { x } from '../../headless/train'; export const y = x;`],
    ['engine-parts', 'src/engine/training/a.ts', `import { x } from '../../worker/client'; export const y = x;`],
    ['engine-parts', 'src/engine/training/a.ts', `import type { X } from '../../worker/protocol'; export type Y = X;`],
    ['engine-parts', 'src/engine/training/a.ts', `export * from '../../ui/plots';`],
    ['engine-parts', 'src/engine/training/a.ts', `export { x } from '../../ui/plots';`],
    ['engine-parts', 'src/engine/training/a.ts', `export const y = () => import('../../ui/plots');`],
    ['engine-parts', 'src/engine/random.ts', `import x from '../../test/fixtures/losses.json'; export const y = x;`],
    ['engine-packages', 'src/engine/random.ts', `import { useState } from 'react'; export const y = useState;`],
    ['engine-packages', 'src/engine/random.ts', `import type { ReactNode } from 'react'; export type Y = ReactNode;`],
    ['engine-packages', 'src/engine/random.ts', `import { create } from 'zustand'; export const y = create;`],
    [
      'engine-packages',
      'src/engine/random.ts',
      `import { createStore } from 'zustand/vanilla'; export { createStore };`,
    ],
    ['engine-packages', 'src/engine/random.ts', `import { Button } from '@mantine/core'; export const y = Button;`],
    ['engine-packages', 'src/engine/random.ts', `import { LineChart } from 'recharts'; export const y = LineChart;`],
    ['engine-node', 'src/engine/random.ts', `import { readFileSync } from 'node:fs'; export const y = readFileSync;`],
    ['engine-node', 'src/engine/random.ts', `import { readFileSync } from 'fs'; export const y = readFileSync;`],
    ['pure-packages', 'src/engine/runSettings.ts', `import * as tf from '@tensorflow/tfjs-core'; export const y = tf;`],
    [
      'pure-packages',
      'src/engine/kernels/scalarQuantizer.ts',
      `import * as tf from '@tensorflow/tfjs-core'; export { tf };`,
    ],
    ['engine-order,pure-parts', 'src/engine/sentences.ts', `import { x } from './random'; export const y = x;`],
    [
      'engine-order,pure-parts',
      'src/engine/evaluation/paired.ts',
      `import { x } from '../random'; export const y = x;`,
    ],
    ['ui-packages', 'src/ui/A.tsx', `import * as tf from '@tensorflow/tfjs-core'; export const y = tf;`],
    ['ui-packages', 'src/ui/A.tsx', `import type { Tensor } from '@tensorflow/tfjs-core'; export type Y = Tensor;`],
    ['ui-packages', 'src/ui/A.tsx', `import '#tfjs-gradients';`],
    ['ui-node', 'src/ui/A.tsx', `import { join } from 'node:path'; export const y = join;`],
    ['ui-types', 'src/ui/A.tsx', `import { execute } from '../engine/network/executor'; export const y = execute;`],
    [
      'ui-types',
      'src/ui/A.tsx',
      `import { type X, execute } from '../engine/network/executor'; export const y: X = execute;`,
    ],
    ['ui-parts', 'src/ui/plots/A.tsx', `import { serve } from '../../worker/server'; export const y = serve;`],
    ['ui-types', 'src/ui/A.tsx', `import { connect } from '../worker/client'; export const y = connect;`],
    [
      'state-types',
      'src/state/a.ts',
      `import { execute } from '../engine/network/executor'; export const y = execute;`,
    ],
    ['state-packages', 'src/state/a.ts', `import * as tf from '@tensorflow/tfjs-core'; export const y = tf;`],
    ['state-parts', 'src/state/a.ts', `import { Plot } from '../ui/Plot'; export const y = Plot;`],
    ['state-parts', 'src/state/a.ts', `import { serve } from '../worker/server'; export const y = serve;`],
    ['app-packages', 'src/main.tsx', `import '@tensorflow/tfjs-core';`],
    ['app-types', 'src/main.tsx', `import { execute } from './engine/network/executor'; export const y = execute;`],
    ['client-types', 'src/worker/client.ts', `import { x } from '../engine/network/executor'; export const y = x;`],
    ['client-packages', 'src/worker/client.ts', `import '@tensorflow/tfjs-core';`],
    [
      'server-parts',
      'src/worker/server.ts',
      `import { settings } from '../state/settings'; export const y = settings;`,
    ],
    ['server-types', 'src/worker/server.ts', `import { x } from './protocol'; export const y = x;`],
    [
      'protocol-types',
      'src/worker/protocol.ts',
      `import { TERMS } from '../engine/runSettings'; export type Y = typeof TERMS;`,
    ],
    ['headless-parts', 'src/headless/a.ts', `import { Plot } from '../ui/Plot'; export const y = Plot;`],
    ['headless-packages', 'src/headless/a.ts', `import { create } from 'zustand'; export const y = create;`],
  ])('%s: %s: %s', async (rules, file, text) => {
    expect(await broken({ [file]: text })).toEqual(rules.split(','));
  });

  it.each([
    ['src/engine/network/a.ts', `import { x } from '../generator/checkpoint'; export const y = x;`],
    ['src/engine/network/a.ts', `import type { X } from '../generator/checkpoint'; export type Y = X;`],
    ['src/engine/kernels/a.ts', `import { x } from '../network/executor'; export const y = x;`],
    ['src/engine/runReport.ts', `import type { X } from './training/run'; export type Y = X;`],
    ['src/engine/random.ts', `import { x } from './kernels/dense'; export const y = x;`],
    ['src/engine/losses/a.ts', `import { x } from '../training/teacher'; export const y = x;`],
    ['src/engine/quantization/a.ts', `import { x } from '../losses/crossEntropy'; export const y = x;`],
  ])("upward in the engine's order: %s: %s", async (file, text) => {
    expect(await broken({ [file]: text })).toEqual(['engine-order']);
  });

  it.each([
    ['values', `import { b } from './b'; export const a = b;`, `import { a } from './a'; export const b = a;`],
    ['types', `import type { B } from './b'; export type A = B;`, `import type { A } from './a'; export type B = A;`],
    [
      'a value and a type',
      `import type { b } from './b'; export type A = typeof b;`,
      `export const b = 1; export * from './a';`,
    ],
  ])('two files that import each other: %s', async (_, a, b) => {
    expect(await broken({ 'src/state/a.ts': a, 'src/state/b.ts': b })).toEqual(['no-circles']);
  });

  it('a circle of three', async () => {
    const next = (name: string) => `import { x } from './${name}'; export { x };`;
    const files = { 'src/ui/a.ts': next('b'), 'src/ui/b.ts': next('c'), 'src/ui/c.ts': next('a') };
    expect(await broken(files)).toEqual(['no-circles']);
  });

  it('a part of src/ or a layer of the engine that has no place in the order', async () => {
    const text = `import { x } from './b'; export const y = x;`;
    expect(await broken({ 'src/elsewhere/a.ts': text })).toEqual(['listed']);
    expect(await broken({ 'src/engine/elsewhere/a.ts': text })).toContain('listed');
  });

  it.each(['window', 'document', 'localStorage', 'self', 'process'])('%s in the engine', async (name) => {
    expect(await linted('src/engine/a.ts', `export const y = ${name};`)).toEqual(['no-restricted-globals']);
  });

  it('process in the page', async () => {
    expect(await linted('src/ui/A.tsx', `export const y = process.env.HOME;`)).toEqual(['no-restricted-globals']);
  });

  it('a value in the protocol', async () => {
    expect(await linted('src/worker/protocol.ts', `export const VERSION = 1;`)).toEqual(['no-restricted-syntax']);
  });

  it('a type imported inside an expression, which the import rules do not see', async () => {
    const text = `export type Y = import('../engine/network/executor').Z;`;
    expect(await linted('src/ui/A.tsx', text)).toEqual(['@typescript-eslint/consistent-type-imports']);
  });
});

describe('allowed', () => {
  it.each([
    ['src/engine/training/a.ts', `import * as tf from '@tensorflow/tfjs-core'; export const y = tf;`],
    ['src/engine/training/a.ts', `import { x } from '../network/executor'; export const y = x;`],
    ['src/engine/training/a.ts', `import { TERMS } from '../runSettings'; export const y = TERMS;`],
    ['src/engine/training/a.ts', `import { x } from './b'; export const y = x;`],
    [
      'src/engine/backend/a.ts',
      `import '#tfjs-gradients'; import { SENTENCES } from '../sentences'; export { SENTENCES };`,
    ],
    ['src/worker/server.ts', `import { x } from '../engine/network/executor'; export const y = x;`],
    ['src/worker/server.ts', `import type { Message } from './protocol'; export const y: Message[] = [];`],
    ['src/worker/protocol.ts', `import type { RunFrame } from '../engine/runReport'; export type Y = RunFrame;`],
    ['src/worker/client.ts', `import type { Message } from './protocol'; export const y: Message[] = [];`],
    ['src/state/a.ts', `import { TERMS } from '../engine/runSettings'; export const y = TERMS;`],
    ['src/state/a.ts', `import { connect } from '../worker/client'; export const y = connect;`],
    ['src/state/a.ts', `import type { RunFrame } from '../engine/runReport'; export type Y = RunFrame;`],
    ['src/state/a.ts', `import { type RunFrame } from '../engine/runReport'; export type Y = RunFrame;`],
    ['src/ui/A.tsx', `import { TERMS } from '../engine/runSettings'; export const y = TERMS;`],
    ['src/ui/A.tsx', `import { SENTENCES } from '../engine/sentences'; export const y = SENTENCES;`],
    ['src/ui/A.tsx', `import { x } from '../engine/kernels/scalarQuantizer'; export const y = x;`],
    ['src/engine/kernels/a.ts', `import { x } from '../losses/distortedFloor'; export const y = x;`],
    ['src/ui/A.tsx', `import { useRun } from '../state/runStore'; export const y = useRun;`],
    ['src/ui/A.tsx', `import type { BackendName } from '../worker/protocol'; export const y: BackendName[] = [];`],
    ['src/ui/A.tsx', `import { Button } from '@mantine/core'; export const y = Button;`],
    ['src/headless/a.ts', `import { readFileSync } from 'node:fs'; export const y = readFileSync;`],
    [
      'src/headless/a.ts',
      `import { x } from '../engine/network/executor'; import { y } from '../state/settings'; export { x, y };`,
    ],
  ])('%s: %s', async (file, text) => {
    expect(await broken({ [file]: text })).toEqual([]);
  });
});

it('all of src/ keeps these rules', async () => {
  const { output } = await cruise(['src'], { ...options, baseDir: root });
  const { summary } = output as ICruiseResult;
  expect(summary.violations).toEqual([]);
  expect(summary.totalCruised).toBeGreaterThan(300);
});
