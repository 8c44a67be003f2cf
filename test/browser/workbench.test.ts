/** The workbench as a user has it: measure, change bits, drag a range, keep what was made, take it away. */
import { readFile } from 'node:fs/promises';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { launch } from './chromium';
import { Playground } from './playground';
import { it, itLong } from '../when';

const QUICK =
  'without=webgpu,webgl,cpu&observation-per-class=2&test-images=20&generator-steps=3&student-steps=2&seed=6';

let browser: Browser;
let playground: Playground;
let bench: Locator;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
  playground = await Playground.open(browser, { query: QUICK });
  await playground.ready();
  bench = playground.page.locator('#workbench');
  await bench.scrollIntoViewIfNeeded();
});
afterAll(async () => {
  await playground?.close();
  await browser?.close();
});

const open = (part: string) => bench.getByText(part, { exact: true }).first().click();
const visible = (selector: string) => bench.locator(selector).locator('visible=true');
const button = (name: string | RegExp) => bench.getByRole('button', { name, exact: true });

describe('the quantization workbench', () => {
  it('measures every layer, before the training', async () => {
    await button('Measure all layers').click();
    const rows = visible('.bench-table tbody tr');
    await rows.first().waitFor({ timeout: 120_000 });
    // The bundled network: 15 convolutions, one dense layer, 13 activations.
    expect(await rows.count()).toBe(29);
    await bench.getByText('Measured on 200 validation images, before the student’s training.').waitFor();
    await rows.nth(2).getByRole('button').click();
    expect(await rows.nth(2).getAttribute('data-selected')).toBe('true');
  });

  it('changes the bits of one layer: size, mean bits and the address follow', async () => {
    const { page } = playground;
    const size = () => visible('.bench-bits p').first().innerText();
    const before = await size();
    expect(before).toContain('Mean bits: weights 2.00');
    await bench.getByLabel('Bits of stem_conv').first().selectOption('8');
    await playground.until(size, (text) => text !== before, 20, 'another size');
    const address = () => Promise.resolve(decodeURIComponent(page.url()));
    await playground.until(address, (url) => url.includes('layer-bits=weight:stem_conv=8'), 20, 'another address');
    await bench.getByText('Run or quantizer have changed since: measure again.').waitFor();
    await bench.getByLabel('Bits of stem_conv').first().selectOption('common');
    await playground.until(size, (text) => text.slice(0, 60) === before.slice(0, 60), 20, 'the size as it was');
    // The run that this prepares begins the histogram anew.
    await page.waitForTimeout(2000);
    await playground.ready();
  });

  it('moves a range: its numbers follow at once, its accuracy after', async () => {
    await open('Values and levels');
    await visible('.bench-handle').first().waitFor({ timeout: 60_000 });
    const reading = () => visible('p').filter({ hasText: 'SQNR' }).innerText();
    const before = await reading();
    const upper = bench.getByRole('slider', { name: 'Upper end of the range' });
    await upper.scrollIntoViewIfNeeded();
    const box = (await upper.locator('rect').boundingBox())!;
    const { mouse } = playground.page;
    await mouse.move(box.x + box.width / 2, box.y + 40);
    await mouse.down();
    await mouse.move(box.x - 80, box.y + 40, { steps: 4 });
    await mouse.up();
    const sqnr = (text: string) => /SQNR ([\d.]+)/.exec(text)?.[1];
    expect(sqnr(await reading())).not.toBe(sqnr(before));
    await playground.until(reading, (text) => /Accuracy \d.*200 validation images/.test(text), 60, 'an accuracy');
    await button('Keep this range').click();
    await bench.getByRole('group', { name: /^Chosen for the student/ }).waitFor();
  });

  it('refuses what does not go together, in words', async () => {
    await open('Rounding and repairs');
    await button('Measure before and after').click();
    const alert = visible('[role=alert]');
    await alert.waitFor({ timeout: 60_000 });
    expect(await alert.innerText()).toContain('Ranges set by hand and cross-layer equalization exclude each other');
    await button(/^Take back: range of/).click();
  });

  itLong('makes a repaired student, runs its file and offers it, also after the training', async () => {
    await open('Rounding and repairs');
    await bench.getByRole('checkbox', { name: /^Cross-layer/ }).uncheck();
    await button('Measure before and after').click();
    await button('Use: Bias correction').click({ timeout: 120_000 });
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 180);
    await open('Take it away');
    await button('Make and check the file').click();
    const save = button(/^Save Shapes.*onnx/);
    await save.waitFor({ timeout: 180_000 });
    const said = await bench.innerText();
    const [, same] = /student’s answer on ([\d,]+) of 1,000 test images/.exec(said)!;
    expect(Number(same.replace(',', ''))).toBeGreaterThan(990);
    const [download] = await Promise.all([playground.page.waitForEvent('download'), save.click()]);
    const bytes = await readFile(await download.path());
    expect(bytes.includes('FDDA playground')).toBe(true);
    expect(await save.innerText()).toContain(`${(bytes.length / 1000).toFixed(1)} kB`);
    playground.expectNoErrors();
  });
});
