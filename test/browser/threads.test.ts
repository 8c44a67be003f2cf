/** A link gives the same weights on any number of threads, in the browser as in Node. */
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { createShapes } from '../../src/engine/data/shapes';
import { decodeCheckpoint } from '../../src/engine/generator/checkpoint';
import { Run } from '../../src/engine/training/run';
import { Teacher } from '../../src/engine/training/teacher';
import { startBackend } from '../../src/headless/backend';
import { BUNDLED_FOLDER, readBytes, readNetworkFolder } from '../../src/headless/files';
import { readLink } from '../../src/state/shareLink';
import { launch } from './chromium';
import { Playground } from './playground';
import { it, itLong } from '../when';

/** Only wasm; two methods, one of which moves images themselves. */
const QUERY =
  'without=webgpu,webgl,cpu&beside=fdda-plus&generator-steps=3&student-steps=3&test-images=100&observation-per-class=2';

let browser: Browser;
let playground: Playground;
let expected: string[];

beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
  await startBackend('wasm');
  const teacher = new Teacher(await readNetworkFolder(BUNDLED_FOLDER));
  const checkpoint = decodeCheckpoint(readBytes(join(BUNDLED_FOLDER, 'generator.bin')));
  const run = (await Run.create(teacher, createShapes(), readLink(`?${QUERY}`).settings, checkpoint))!;
  while (!run.finishedAll) await run.advance();
  expected = (await run.frame()).accuracy.flatMap(({ weightsHash }) => (weightsHash === null ? [] : [weightsHash]));
  run.dispose();
  teacher.dispose();
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

/** The page's worker takes the machine for one of so many cores. */
const withCores = (cores: number) => async (context: BrowserContext) => {
  await context.route(/\/assets\/server-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const script = `Object.defineProperty(navigator, 'hardwareConcurrency', { value: ${cores} });\n`;
    await route.fulfill({ response, body: script + (await response.text()) });
  });
};

describe('the page on wasm', () => {
  const NAME = 'comes with %i threads to the weights that Node comes to with one';
  const compare = async (threads: number) => {
    expect(expected).toHaveLength(2);
    playground = await Playground.open(browser, { query: QUERY, prepare: withCores(threads) });
    await playground.ready();
    const unit = threads === 1 ? 'thread' : 'threads';
    expect(await playground.backendInUse()).toMatch(new RegExp(`WebAssembly \\(in use\\)[^]*\\b${threads} ${unit}\\b`));
    if (threads === 3) {
      // With pauses and single steps on the way.
      await playground.button('Step').click();
      await playground.untilStatus(/^Paused/, 30);
      await playground.button('Step').click();
      await playground.untilStatus(/^Paused/, 30);
    }
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 150);
    const hashes = playground.region('Accuracy').locator('.weights-hashes code');
    expect(await hashes.allInnerTexts()).toEqual(expected);
    expect(playground.errors).toEqual([]);
  };
  it.each([3])(NAME, compare);
  itLong.each([1, 2, 8])(NAME, compare);
});
