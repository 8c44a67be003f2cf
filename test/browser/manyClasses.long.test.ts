/** A network of a thousand classes on the page: what is shown of them, and that nothing takes long. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { zip } from '../../src/engine/export/zip';
import { manyClassNetwork, manyClassPictures } from '../manyClasses';
import { launch } from './chromium';
import { Playground } from './playground';

const QUICK =
  'without=webgpu,webgl,cpu&images-per-class=1&observation-per-class=1&test-images=40&generator-steps=2&student-steps=1';

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

describe('a thousand classes', () => {
  it('are shown by a sample, which can be chosen, in a page that stays narrow', async () => {
    playground = await Playground.open(browser, { query: QUICK, width: 390, height: 844 });
    const { page } = playground;
    await playground.ready();
    await page.locator('button[aria-controls=controls]').click();
    const choose = (label: string) => page.locator(`input[type=file][aria-label="${label}"]`);
    await choose('Open a network…').setInputFiles(
      manyClassNetwork(1000, 8).map(({ name, bytes }) => ({
        name,
        mimeType: 'application/octet-stream',
        buffer: Buffer.from(bytes),
      })),
    );
    await page.getByRole('alert').filter({ hasText: '8x8x1 in 1000 classes' }).waitFor();
    const buffer = Buffer.from(zip(manyClassPictures(1000, 4, 8)));
    await choose('Open images…').setInputFiles({ name: 'many.zip', mimeType: 'application/zip', buffer });
    await page.locator('.own-images').waitFor({ timeout: 120_000 });
    await page.locator('button[aria-controls=controls]').click();
    await playground.ready();
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 120);

    const images = playground.region('Synthetic images');
    const rows = images.locator('.image-row');
    expect(await images.locator('.shown-count').innerText()).toBe('20 of 1,000 classes');
    expect(await rows.count()).toBe(20);
    // A class that is in no sample is found by its name, chosen, and its images are looked at.
    const search = images.getByRole('combobox', { name: 'Look for a class' });
    await search.fill('kind 0777');
    await images.getByRole('option', { name: /kind 0777/ }).waitFor();
    await search.press('Enter');
    const found = rows.filter({ hasText: 'kind 0777' });
    await found.filter({ hasText: /[0-6]\/6/ }).waitFor({ timeout: 30_000 });
    expect(await found.getAttribute('aria-pressed')).toBe('true');
    expect(await rows.count()).toBe(20);
    const before = await rows.allInnerTexts();
    await images.getByRole('combobox', { name: 'Chosen by' }).selectOption('farthest');
    await playground.until(
      () => rows.allInnerTexts(),
      (texts) => texts.join() !== before.join(),
      10,
      'another sample',
    );
    expect(await rows.count()).toBe(20);

    // The other views have as many, and nothing is wider than the page.
    await page.locator('.quality-map').scrollIntoViewIfNeeded();
    expect(await page.locator('.quality-map .quality-class').count()).toBe(20);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(4000);
    playground.expectNoErrors();
  });
});
