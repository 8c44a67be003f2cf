/** Charts as a visitor has them: when they come, what they say, and how a layer is chosen on them. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { launch } from './chromium';
import { Playground } from './playground';

const WASM = 'without=webgpu,webgl,cpu';
const CHART = 'svg.recharts-surface';

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

const chart = (region: string) => playground.region(region).locator(CHART).last();
const tooltip = (region: string) => playground.region(region).locator('.tooltip').allInnerTexts();
const layer = async () =>
  Number(await playground.region('BNS centers').getByRole('combobox', { name: 'Layer' }).inputValue());

async function open(): Promise<void> {
  playground = await Playground.open(browser, { query: WASM });
  await playground.region('Recorded run').waitFor();
  for (const region of ['Separation and incohesion', 'Losses', 'Accuracy']) await chart(region).waitFor();
}

it('come after the first picture, with axes that can be read', async () => {
  await open();
  const [picture, fetched] = (await playground.page.evaluate(`[
    performance.getEntriesByName('first picture')[0].startTime,
    performance.getEntriesByType('resource').find(({ name }) => /drawn-[^/]*\\.js$/.test(name)).startTime,
  ]`)) as [number, number];
  expect(fetched).toBeGreaterThanOrEqual(picture);
  for (const region of ['Separation and incohesion', 'Losses', 'Accuracy'])
    for (const axis of ['xAxis', 'yAxis']) {
      // The chart is there a moment before its ticks are.
      const labels = await playground.until(
        () =>
          chart(region)
            .locator(`.recharts-${axis}-tick-labels text`)
            .evaluateAll((texts) => texts.map((text) => text.textContent)),
        ({ length }) => length >= 2,
        10,
        `${axis} of ${region}`,
      );
      expect(new Set(labels).size).toBe(labels.length);
    }
  playground.expectNoErrors();
});

it('say exact values where one points', async () => {
  await open();
  const { x, y, width, height } = (await chart('Losses').boundingBox())!;
  await playground.page.mouse.move(x + width * 0.6, y + height / 2);
  const [text] = await playground.until(
    () => tooltip('Losses'),
    (texts) => texts.length > 0,
    5,
    'a tooltip',
  );
  const step = Number(/^step (\d+)/.exec(text)![1]);
  expect(step).toBeGreaterThan(1);
  // All digits that the recorded run has, where the legend below has three.
  expect(text).toMatch(/CE mixed \d\.\d{4,}/);
  await playground.page.mouse.move(5, 5);
  await playground.until(
    () => tooltip('Losses'),
    (texts) => texts.length === 0,
    5,
    'no tooltip',
  );
});

it('let a layer be chosen by click, and from there by keys', async () => {
  await open();
  const region = 'Separation and incohesion';
  const { page } = playground;
  const { x, y, width, height } = (await chart(region).boundingBox())!;
  await page.mouse.click(x + width * 0.5, y + height / 2);
  await playground.until(layer, (at) => at > 4 && at < 10, 5, 'a layer in the middle');
  const chosen = await layer();
  await page.mouse.move(5, 5);
  await page.locator('body').click({ position: { x: 3, y: 3 } });

  await playground.region(region).getByRole('button', { name: 'Batch to center' }).focus();
  await page.keyboard.press('Tab');
  expect(await chart(region).evaluate((svg) => svg === document.activeElement)).toBe(true);
  expect(await chart(region).getAttribute('aria-label')).toMatch(/^Separation and incohesion: Nearest center/);
  await page.keyboard.press('ArrowRight');
  await playground.until(layer, (at) => at === chosen + 1, 5, 'the next layer');
  const at = (index: number) =>
    playground.until(
      () => tooltip(region),
      ([text]) => text?.startsWith(`BatchNorm layer ${index + 1}\n`) ?? false,
      5,
      `the tooltip at layer ${index + 1}`,
    );
  await at(chosen + 1);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await playground.until(layer, (now) => now === chosen - 1, 5, 'two layers back');
  await at(chosen - 1);
  for (let press = 0; press < chosen + 3; press++) await page.keyboard.press('ArrowLeft');
  await playground.until(layer, (now) => now === 0, 5, 'the first layer');
  await at(0);
  playground.expectNoErrors();
});

it('say so when they cannot be fetched, and are fetched again when asked to', async () => {
  playground = await Playground.open(browser, {
    query: WASM,
    prepare: async (context) => {
      await context.route(/drawn-[^/]*\.js$/, (route) => route.abort());
    },
  });
  const losses = playground.region('Losses');
  await losses.getByRole('alert').waitFor();
  await playground.page.context().unroute(/drawn-[^/]*\.js$/);
  await losses.getByRole('button', { name: 'Try again' }).click();
  await chart('Losses').waitFor();
});
