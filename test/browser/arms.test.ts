import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { en } from '../../src/ui/words/en';
import { launch } from './chromium';
import { Playground } from './playground';

/** Small enough for a test, large enough that every stage is there. */
const TINY =
  'without=webgpu,webgl,cpu&generator-steps=4&student-steps=4&test-images=100&observation-per-class=2&generator-batch=4&calibration-batch=4&synthetic-batch=4';

let browser: Browser;
let playground: Playground | null = null;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(async () => {
  await playground?.close();
  playground = null;
});
afterAll(() => browser?.close());

describe('methods side by side', () => {
  it('are ticked, run in one run, and stand side by side in every view', async () => {
    playground = await Playground.open(browser, { query: TINY });
    const { page } = playground;
    await playground.ready();
    const tick = (name: string) => page.getByRole('checkbox', { name: en.arms.tick(name), exact: true });
    const { zeroShot, calibration, fdda } = en.presets;
    expect(await tick(calibration.name).isChecked()).toBe(true);
    // The leading one runs anyway.
    expect(await tick(fdda.name).isDisabled()).toBe(true);
    await tick(zeroShot.name).check();
    await page.waitForURL(/beside=calibration,zero-shot/);
    // How long that takes is known before Play.
    await page.getByText(/^With these settings a run takes about \d+ (s|min) here\.$/).waitFor({ timeout: 60_000 });
    await playground.ready();
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 120);

    const accuracies = await playground.accuracies();
    const { names } = en.arms;
    expect(Object.keys(accuracies)).toEqual(
      (['fullPrecision', 'ptq', 'calibration', 'zeroShot', 'fdda'] as const).map((id) => names[id]),
    );
    expect(Object.values(accuracies).every((accuracy) => accuracy !== null)).toBe(true);

    // Whose images are shown is chosen once, for every view.
    const picker = (title: string) =>
      playground!.region(title).getByRole('combobox', { name: en.arms.whose, exact: true });
    const titles = [en.views.images, en.views.centers, en.views.separation].map(({ title }) => title);
    for (const title of titles) expect(await picker(title).inputValue()).toBe('fdda');
    await picker(titles[0]).selectOption('zeroShot');
    for (const title of titles) expect(await picker(title).inputValue()).toBe('zeroShot');
    await page.waitForURL(/arm=zero-shot/);

    await playground.region(en.views.losses.title).getByRole('button', { name: en.views.losses.student }).click();
    const legend = await playground.region(en.views.losses.title).locator('.losses-legend').innerText();
    for (const id of ['calibration', 'zeroShot', 'fdda'] as const) expect(legend).toContain(names[id]);

    // The table has a column for each.
    const heads = await page
      .getByRole('region', { name: en.compare.results.region })
      .getByRole('columnheader')
      .allInnerTexts();
    for (const id of ['calibration', 'zeroShot', 'fdda'] as const)
      expect(heads.some((head) => head.startsWith(names[id]))).toBe(true);
    playground.expectNoErrors();
  });

  it('as an old link has them are still what it says', async () => {
    playground = await Playground.open(browser, { query: `${TINY}&compare-calibration-only=0` });
    await playground.ready();
    const box = playground.page.getByRole('checkbox', { name: en.arms.tick(en.presets.calibration.name), exact: true });
    expect(await box.isChecked()).toBe(false);
    const { fullPrecision, ptq, fdda } = en.arms.names;
    expect(Object.keys(await playground.accuracies())).toEqual([fullPrecision, ptq, fdda]);
    playground.expectNoErrors();
  });
});
