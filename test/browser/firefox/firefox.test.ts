/**
 * What needs no WebGPU, in Firefox: `npm run test:firefox`. Driven by WebDriver BiDi, which a Firefox has built in:
 * Playwright's own Firefox would be a download.
 */
import { join } from 'node:path';
import puppeteer, { type Browser, type ElementHandle, type Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch } from '../chromium';
import { Playground } from '../playground';
import { findFirefox } from './findFirefox';

const QUERY =
  'without=webgpu,webgl,cpu&beside=fdda-plus&generator-steps=3&student-steps=3&test-images=100&observation-per-class=2';
const FIXTURES = join(import.meta.dirname, '../../fixtures');
const firefox = findFirefox();

let browser: Browser;
let page: Page;
let errors: string[];

beforeAll(async () => {
  if (firefox) browser = await puppeteer.launch({ browser: 'firefox', executablePath: firefox, headless: true });
});
afterEach(() => page?.close());
afterAll(() => browser?.close());

async function open(query: string): Promise<void> {
  errors = [];
  page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  page.on('pageerror', (error) => errors.push((error as Error).message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(`${inject('pageUrl')}?${query}`);
}

/** Empty before there is one. */
const status = async () =>
  (await page.$$eval('[role=status]', (elements) => elements.map((each) => (each as HTMLElement).innerText)))[0] ?? '';

async function untilStatus(words: RegExp, seconds: number): Promise<void> {
  const end = Date.now() + 1000 * seconds;
  while (!words.test(await status())) {
    if (Date.now() > end)
      throw new Error(`Status "${await status()}" after ${seconds} s; errors: ${errors.join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const press = async (name: string) =>
  (await page.waitForSelector(`::-p-aria([name="${name}"][role="button"])`))!.click();

async function hashesOfChromium(): Promise<string[]> {
  const chromium = await launch({ webgpu: 'off' });
  try {
    const playground = await Playground.open(chromium, { query: QUERY });
    await playground.ready();
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 150);
    return await playground.region('Accuracy').locator('.weights-hashes code').allInnerTexts();
  } finally {
    await chromium.close();
  }
}

describe.skipIf(!firefox)('Firefox', () => {
  it('plays to the end, with threads, and comes to the very weights that Chromium comes to', async () => {
    await open(QUERY);
    await untilStatus(/^Ready/, 120);
    expect(await page.evaluate(() => [crossOriginIsolated, typeof SharedArrayBuffer])).toEqual([true, 'function']);
    await press('Play');
    await untilStatus(/^Finished/, 240);
    const hashes = await page.$$eval('.weights-hashes code', (codes) => codes.map((code) => code.textContent));
    expect(hashes).toHaveLength(2);
    expect(hashes).toEqual(await hashesOfChromium());
    expect(errors).toEqual([]);
  });

  it('opens a network of one’s own, checked against its own runtime', async () => {
    await open(`${QUERY}&generator-steps=1&student-steps=0`);
    await untilStatus(/^Ready/, 120);
    const input = (await page.$('input[type=file][aria-label="Open a network…"]')) as ElementHandle<HTMLInputElement>;
    const folder = join(FIXTURES, 'networks/mnist-28x28x1');
    await input.uploadFile(join(folder, 'model.json'), join(folder, 'group1-shard1of1.bin'));
    await page.waitForFunction(
      () =>
        [...document.querySelectorAll('[role=alert]')].some((each) =>
          each.textContent.includes('28x28x1 in 10 classes'),
        ),
      { timeout: 60_000 },
    );
    expect(errors).toEqual([]);
  });

  it('says of a damaged network what is wrong with it', async () => {
    await open(`${QUERY}&generator-steps=1&student-steps=0`);
    await untilStatus(/^Ready/, 120);
    const input = (await page.$('input[type=file][aria-label="Open a network…"]')) as ElementHandle<HTMLInputElement>;
    await input.uploadFile(join(FIXTURES, 'networks/mnist-28x28x1/model.json'));
    await page.waitForFunction(
      () =>
        [...document.querySelectorAll('[role=alert]')].some((each) =>
          each.textContent.includes('group1-shard1of1.bin'),
        ),
      { timeout: 60_000 },
    );
    expect(errors).toEqual([]);
  });
});
