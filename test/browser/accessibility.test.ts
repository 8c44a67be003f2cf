/**
 * axe-core on the page: nothing serious, in light and dark, wide and narrow, in Japanese, with a dialog, the lessons or
 * the tour open, embedded, after a run.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import type { AxeResults } from 'axe-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launch } from './chromium';
import { Playground } from './playground';
import { it, itLong } from '../when';

const WASM = 'without=webgpu,webgl,cpu';

let browser: Browser;
let playground: Playground;
let axe: string;
beforeAll(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

/**
 * What is serious or worse, in words; the whole page has been in sight before, so that what waits for that is there.
 */
async function findings(): Promise<string[]> {
  await playground.page.evaluate(`(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 500) {
      scrollTo(0, y);
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
    scrollTo(0, 0);
  })()`);
  await playground.page.evaluate(axe);
  const { violations, passes } = (await playground.page.evaluate('axe.run()')) as AxeResults;
  expect(passes.length).toBeGreaterThan(20);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(', ')}`);
}

const region = () => playground.region('Recorded run').waitFor();

it('finds nothing serious in the light page, nor in the dark one', async () => {
  playground = await Playground.open(browser, { query: WASM });
  await playground.page.emulateMedia({ colorScheme: 'light' });
  await region();
  expect(await findings()).toEqual([]);
  await playground.page.emulateMedia({ colorScheme: 'dark' });
  expect(await seriousNow()).toEqual([]);
});

it('finds nothing serious on a phone', async () => {
  playground = await Playground.open(browser, { query: WASM, width: 390, height: 844 });
  await region();
  expect(await findings()).toEqual([]);
});

itLong('finds nothing serious in Japanese', async () => {
  playground = await Playground.open(browser, { query: `${WASM}&lang=ja` });
  await playground.region('記録された実行').waitFor();
  expect(await findings()).toEqual([]);
});

it('finds nothing serious in the dialog for sharing', async () => {
  playground = await Playground.open(browser, { query: WASM });
  await region();
  await playground.page.getByRole('button', { name: 'Share', exact: true }).click();
  await playground.page.getByRole('dialog').waitFor();
  await playground.page.evaluate(axe);
  const { violations } = (await playground.page.evaluate('axe.run({ include: [["[role=dialog]"]] })')) as AxeResults;
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id)).toEqual(
    [],
  );
});

/** Of what lies over the page, or all of it. */
async function seriousNow(): Promise<string[]> {
  // What fades in is pale for a moment.
  await playground.page.waitForTimeout(1500);
  await playground.page.evaluate(axe);
  const { violations } = (await playground.page.evaluate('axe.run()')) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(', ')}`);
}

itLong('finds nothing serious among the lessons, in a lesson, and on the tour', async () => {
  playground = await Playground.open(browser, { query: WASM });
  await region();
  await playground.button('Lessons').click();
  await playground.page.getByRole('dialog').waitFor();
  expect(await seriousNow()).toEqual([]);
  await playground.page.keyboard.press('Escape');
  await playground.page.getByRole('dialog').waitFor({ state: 'detached' });
  await playground.button('Tour').click();
  await playground.page.getByRole('dialog').waitFor();
  expect(await seriousNow()).toEqual([]);
});

it('finds nothing serious after a run, embedded, light and dark', async () => {
  playground = await Playground.open(browser, {
    query: `${WASM}&embed&observation-per-class=2&test-images=20&generator-steps=2&student-steps=1`,
  });
  await playground.page.emulateMedia({ colorScheme: 'light' });
  await playground.ready();
  await playground.button('Play').click();
  await playground.untilStatus(/^Finished/, 150);
  expect(await findings()).toEqual([]);
  await playground.page.emulateMedia({ colorScheme: 'dark' });
  expect(await seriousNow()).toEqual([]);
});

it('says of a setting without effect that it has none, to those who hear the page too', async () => {
  playground = await Playground.open(browser, { query: WASM });
  await region();
  const settings = playground.page.locator('.setting', { hasText: 'No effect as things are set' });
  expect(await settings.count()).toBeGreaterThan(0);
  const described = await settings
    .locator('input, select')
    .evaluateAll((controls) =>
      controls.map((control) => document.getElementById(control.getAttribute('aria-describedby') ?? '')?.textContent),
    );
  expect(described.length).toBeGreaterThanOrEqual(await settings.count());
  expect(new Set(described)).toEqual(new Set(['No effect as things are set']));
});
