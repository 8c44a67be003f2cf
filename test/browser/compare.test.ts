import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { launch } from './chromium';
import { Playground } from './playground';
import { it, itLong } from '../when';

/** Only wasm; a run of some seconds. */
const SHORT =
  'backend=wasm&without=webgpu,webgl,cpu&test-images=20&observation-per-class=2&generator-steps=2&student-steps=2&weight-bits=3';

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

const bar = () => playground.region('Pinned run and seeds');
const panel = () => playground.region('Compare runs');
const rows = () => playground.region('Table of results').locator('tbody tr');

async function finish(): Promise<void> {
  await playground.button('Play').click();
  await playground.untilStatus(/^Finished/, 150);
}

describe('comparing', () => {
  it('lays a pinned run over the next one, says in what they differ, and lists both', async () => {
    playground = await Playground.open(browser, { query: SHORT });
    await playground.ready(120);
    const pin = playground.page
      .getByRole('region', { name: 'Run', exact: true })
      .getByRole('button', { name: 'Pin this run' });
    expect(await pin.isDisabled()).toBe(true);
    await finish();
    const before = await playground.accuracies();
    await pin.click();
    expect(await pin.getAttribute('aria-pressed')).toBe('true');
    expect(await bar().innerText()).toMatch(
      /FDDA, W3A3, 1 real image a class, seed 1[^]*The run on the page is the pinned one/,
    );
    expect(await playground.region('Losses').getByText('pinned run').count()).toBe(0);

    await playground.page.getByText('Quantizer', { exact: true }).click();
    const bits = playground.page.getByRole('textbox', { name: 'Bits a weight' });
    await bits.fill('8');
    await bits.press('Enter');
    await playground.button('Reset').click();
    await playground.ready();
    await bar().getByText('This run differs from the pinned one in: Bits a weight 3 → 8.').waitFor();
    await finish();

    for (const region of ['BNS centers', 'Separation and incohesion', 'Losses', 'Accuracy']) {
      expect(await playground.region(region).getByText('pinned run', { exact: true }).count(), region).toBe(1);
    }
    // The same images for looking: both runs share the map.
    expect(await playground.region('BNS centers').getByText('pinned run: not on this map').count()).toBe(0);
    const dotted = (region: string) => playground.region(region).locator('path[stroke-dasharray="1.5 3"]').count();
    expect(await dotted('Separation and incohesion')).toBe(2);
    expect(await dotted('Losses')).toBeGreaterThan(0);
    expect(await playground.region('Accuracy').locator('.bar', { hasText: 'PTQ only' }).innerText()).toContain(
      `pinned ${(before['PTQ only']! * 100).toFixed(1)} %`,
    );
    // Both answered the same images: counted one by one, and a press shows them.
    await panel().getByText('This run beside the pinned one, image by image').waitFor();
    const lines = panel().locator('button.paired-line');
    // PTQ, calibration images alone and FDDA; full precision is the same network in both.
    await playground.until(
      () => lines.count(),
      (count) => count === 3,
      10,
      'three lines',
    );
    expect(await lines.first().innerText()).toMatch(
      /(Ahead|Behind|Not clear): [+−]?[\d.]+ points \(.* to .*\)\s*on these 20 images: \d+ won, \d+ lost, p [=<] [\d.]+/,
    );
    await lines.first().click();
    const dialog = playground.page.getByRole('dialog', { name: 'PTQ only and PTQ only, pinned run, image by image' });
    await dialog.getByRole('list', { name: 'Test images' }).waitFor();
    const kinds = await dialog.getByRole('group', { name: 'Which images' }).getByRole('button').allInnerTexts();
    const counts = kinds.map((text) => Number(/\((\d+)\)/.exec(text)![1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20);
    await dialog.getByRole('button', { name: 'Close the images' }).click();
    await playground.region('Synthetic images').getByRole('button', { name: 'Pinned' }).click();
    expect(await playground.colorsIn('Synthetic images')).toBeGreaterThan(1000);

    expect(await rows().count()).toBe(2);
    expect(await rows().nth(0).innerText()).toMatch(/^1\s+FDDA\s+3\s+3\s+1\s+1\s/);
    expect(await rows().nth(1).innerText()).toMatch(/^2\s+FDDA\s+8\s+3\s+1\s+1\s/);
    await playground.button('Use the settings of run 1').click();
    expect(await bits.inputValue()).toBe('3');

    await playground.button('Pin run 2').click();
    await bar()
      .getByText(/FDDA, W8A3/)
      .waitFor();
    await bar().getByRole('button', { name: 'Unpin' }).click();
    expect(await bar().count()).toBe(0);
    expect(await playground.region('Losses').getByText('pinned run').count()).toBe(0);
    playground.expectNoErrors();
  });

  it('copies the table, or shows it to be copied where the browser forbids that', async () => {
    playground = await Playground.open(browser, {
      query: `${SHORT}&beside=none`,
      prepare: (context) => context.grantPermissions(['clipboard-read', 'clipboard-write']),
    });
    await playground.ready(120);
    await finish();
    await playground.button('Copy as CSV').click();
    await playground.button('Copied').waitFor();
    const [head, row] = ((await playground.page.evaluate('navigator.clipboard.readText()')) as string).split('\r\n');
    expect(head).toMatch(/^Run,Method,Weight bits,.*,Other than default$/);
    expect(row).toMatch(/^1,FDDA,3,3,1,1,[\d.]+,[\d.]+,[\d.]+,20,/);
    await playground.page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("no"))');
    await playground.button('Copy as Markdown').click();
    expect(await playground.page.getByRole('textbox', { name: 'Table as text' }).inputValue()).toMatch(
      /^\| Run \| Method \|[^]*\| 1 \| FDDA \| 3 \|/,
    );
    playground.expectNoErrors();
  });

  itLong('repeats a run with two seeds and shows mean, spread and what that says', async () => {
    playground = await Playground.open(browser, { query: SHORT });
    await playground.ready(120);
    await panel().getByRole('combobox', { name: 'Seeds' }).selectOption('2');
    await playground.button('Repeat with 2 seeds').click();
    await bar().getByText('0 of 2 seeds done, now seed 1').waitFor();
    await panel().getByText('All 2 seeds are done.').waitFor({ timeout: 240_000 });
    expect(await rows().count()).toBe(2);

    const accuracyOf = async (run: number, column: number) =>
      parseFloat(await rows().nth(run).locator('th, td').nth(column).innerText());
    const [one, two] = [await accuracyOf(0, 9), await accuracyOf(1, 9)];
    const fdda = (await panel().locator('tr', { hasText: 'FDDA' }).first().locator('th, td').allInnerTexts()).map(
      (text) => text.trim(),
    );
    expect(fdda[0]).toBe('FDDA');
    expect(parseFloat(fdda[1])).toBeCloseTo((one + two) / 2, 1);
    // Of two values the sample's standard deviation is their distance over the root of two.
    expect(parseFloat(fdda[2])).toBeCloseTo(Math.abs(one - two) / Math.SQRT2, 1);
    expect(fdda[3]).toBe('2');
    expect(await panel().innerText()).toMatch(
      /FDDA minus Calibration only[^]*seed 1: [+−][\d.]+, seed 2: [+−][\d.]+\)[^]*On these 20 images, over seeds[^]*In general, over seeds and images/,
    );
    const accuracy = playground.region('Accuracy');
    expect(await accuracy.locator('.bar', { hasText: /2 seeds: mean [^]*seed 1: [^]*seed 2: / }).count()).toBe(4);
    // A dot a seed and a line at their mean, for each of the four.
    await playground.until(
      () => accuracy.locator('.chart-seed circle').count(),
      (count) => count === 8,
      5,
      'the seeds of all bars',
    );
    expect(await accuracy.locator('.chart-mean').count()).toBe(4);
    expect(await panel().locator('.chart-seed circle').count()).toBe(8);

    await playground.page.getByText('Data', { exact: true }).click();
    expect(await playground.page.getByRole('textbox', { name: 'Seed', exact: true }).inputValue()).toBe('1');

    await playground.button('Repeat with 2 seeds').click();
    await bar().getByRole('button', { name: 'Cancel the repetition' }).click();
    await panel().getByText('Canceled: 0 of 2 seeds were finished.').waitFor();
    expect(await bar().count()).toBe(0);
    playground.expectNoErrors();
  });
});
