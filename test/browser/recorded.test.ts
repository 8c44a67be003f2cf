import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launch } from './chromium';
import { Playground } from './playground';
import { describeLong, describeShort, it, itLong } from '../when';

const WASM = 'without=webgpu,webgl,cpu';
const QUICK = `${WASM}&observation-per-class=2&test-images=20&generator-steps=2&student-steps=1`;

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

const open = (query: string) => Playground.open(browser, { query });
const banner = () => playground.region('Recorded run');
const slider = () => playground.page.getByRole('slider', { name: 'Timeline', exact: true });
const where = () => slider().getAttribute('aria-valuetext');
const choose = async (name: string, text: string) => {
  await playground.button('Take away').click();
  const [chooser] = await Promise.all([
    playground.page.waitForEvent('filechooser'),
    playground.page.getByRole('menuitem', { name: /^Open a run/ }).click(),
  ]);
  await chooser.setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
};

describeShort('the recorded run', () => {
  it('is shown before the engine is ready, is marked, and can be gone through with keys and as a film', async () => {
    playground = await open(WASM);
    await banner().waitFor();
    await playground.until(
      () => playground.colorsIn('Synthetic images'),
      (colors) => colors > 1000,
      60,
      'the recorded images',
    );
    const [first, picture, worker] = (await playground.page.evaluate(
      '[...["first picture", "page drawn"].map((name) => performance.getEntriesByName(name)[0].startTime), recording.workerAt]',
    )) as [number, number, number | null];
    console.log(
      `first picture after ${first.toFixed(0)} ms, page drawn after ${picture.toFixed(0)} ms, engine started after ${worker?.toFixed(0)} ms`,
    );
    // The poster comes before the page.
    expect(first).toBeLessThan(picture);
    // And waits for nothing that the engine computes.
    expect(worker).not.toBeNull();
    const { frames } = await playground.until(
      () => playground.recording(),
      ({ frames: all }) => all.length > 0,
      60,
      'a frame of the engine',
    );
    expect(first).toBeLessThan(frames[0].at);
    expect(first).toBeLessThan(1000);
    expect(await banner().innerText()).toMatch(/Recorded run[^]*Shapes ResNet-14[^]*seed 1[^]*WebAssembly/);
    const accuracies = await playground.accuracies();
    for (const accuracy of Object.values(accuracies)) expect(accuracy).toBeGreaterThan(0);

    await slider().focus();
    await playground.page.keyboard.press('Home');
    expect(await where()).toMatch(/step 0/);
    expect(Object.values(await playground.accuracies())).toEqual([null, null, null, null]);
    await playground.page.keyboard.press('ArrowRight');
    expect(await slider().inputValue()).toBe('1');
    await playground.page.keyboard.press(' ');
    await playground.until(
      () => slider().inputValue(),
      (value) => Number(value) > 3,
      30,
      'a later moment',
    );
    await playground.page.keyboard.press(' ');
    const stopped = await slider().inputValue();
    await playground.page.waitForTimeout(600);
    expect(await slider().inputValue()).toBe(stopped);
    await playground.page.keyboard.press('End');
    expect(await where()).toBe('End');
    expect(await playground.accuracies()).toEqual(accuracies);
    playground.expectNoErrors();
  });

  it('has no poster where another run was asked for, nor where the recording cannot be read', async () => {
    playground = await open(`${QUICK}&seed=7`);
    await playground.button('Play').waitFor();
    expect(await playground.page.locator('.poster').count()).toBe(0);
    await playground.close();
    playground = await Playground.open(browser, {
      query: WASM,
      prepare: async (context) => {
        await context.route('**/recordings/*.json', (route) =>
          route.fulfill({ status: 200, contentType: 'application/json', body: '{"snapshots": 3}' }),
        );
      },
    });
    await playground.button('Play').waitFor();
    expect(await playground.page.locator('.poster').count()).toBe(0);
    expect(await banner().count()).toBe(0);
  });

  it('steps instead of moving for those who want less motion', async () => {
    playground = await open(WASM);
    await playground.page.emulateMedia({ reducedMotion: 'reduce' });
    await banner().waitFor();
    await playground.button('Next moment').click();
    expect(await slider().inputValue()).toBe('0');
    await playground.page.waitForTimeout(600);
    expect(await slider().inputValue()).toBe('0');
    await playground.button('Next moment').click();
    expect(await slider().inputValue()).toBe('1');
  });

  it('gives way to a run of one’s own when Play is pressed, with pictures all the time', async () => {
    playground = await open(WASM);
    await banner().waitFor();
    await playground.until(
      () => playground.colorsIn('Synthetic images'),
      (colors) => colors > 1000,
      60,
      'the recorded images',
    );
    await playground.button('Play').click();
    const colors: number[] = [];
    await playground.until(
      async () => {
        colors.push(await playground.colorsIn('Synthetic images'));
        return banner().count();
      },
      (count) => count === 0,
      200,
      'the run of one’s own',
    );
    colors.push(await playground.colorsIn('Synthetic images'));
    expect(Math.min(...colors)).toBeGreaterThan(1000);
    expect(Object.values(await playground.accuracies())).toContain(null);
    await playground.button('Pause').click();
    playground.expectNoErrors();
  });

  it('is not shown for a link to other settings', async () => {
    playground = await open(`${WASM}&seed=2`);
    await playground.ready(120);
    expect(await banner().count()).toBe(0);
    playground.expectNoErrors();
  });

  it('has one on photographs beside it, which are not in it; one click goes there and one back', async () => {
    playground = await open(WASM);
    await playground.ready();
    await playground.button('See a run on photographs').click();
    await playground.until(
      () => banner().innerText(),
      (text) => /ResNet-20 on CIFAR-10, seed 1[^]*photographs are not in the recording/.test(text),
      30,
      'the run on photographs',
    );
    const rows = playground.page.locator('.image-row');
    expect(await rows.count()).toBe(10);
    expect(await rows.first().innerText()).toContain('airplane');
    expect(Object.keys(await playground.accuracies())).toEqual([
      'Full precision',
      'PTQ only',
      'Calibration only',
      'Zero-shot style',
      'FDDA',
      'FDDA+',
    ]);
    expect(await playground.colorsIn('Synthetic images')).toBeGreaterThan(1000);
    await playground.button('Back to your own run').click();
    await banner().waitFor({ state: 'hidden' });
    expect(await rows.first().innerText()).toContain('circle');
    playground.expectNoErrors();
  });
});

describeLong('a run as a file', () => {
  itLong('is saved by the page and opened again; a malformed one changes nothing', async () => {
    playground = await open(QUICK);
    await playground.ready(120);
    await playground.button('Play').click();
    const finished = await playground.untilStatus(/^Finished/, 150);
    const accuracies = await playground.accuracies();
    await playground.button('Take away').click();
    const [download] = await Promise.all([
      playground.page.waitForEvent('download'),
      playground.page.getByRole('menuitem', { name: /^Save this run/ }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('fdda-run-seed1-w2a3.json');
    const text = await readFile((await download.path())!, 'utf8');

    const alert = playground.page.getByRole('alert');
    for (const [content, words] of [
      [text.slice(0, 9000), 'breaks off'],
      ['{"modelTopology": {}}', 'not a run of this playground'],
      [text.replace('"n":20', '"n":-1'), 'accuracies[0][0].n'],
    ]) {
      await choose('broken.json', content);
      await alert.filter({ hasText: words }).waitFor();
      expect(await alert.innerText()).toContain('broken.json');
      expect(await banner().count()).toBe(0);
      expect(await playground.status()).toBe(finished);
      expect(await playground.accuracies()).toEqual(accuracies);
      await playground.button('Dismiss').click();
    }

    await choose('mine.json', text);
    await banner().waitFor();
    expect(await banner().innerText()).toMatch(/mine\.json/);
    expect(await playground.accuracies()).toEqual(accuracies);
    expect(await playground.colorsIn('Synthetic images')).toBeGreaterThan(1000);
    await playground.button('Back to your own run').click();
    expect(await banner().count()).toBe(0);
    expect(await playground.accuracies()).toEqual(accuracies);

    await playground.button('Reset').click();
    await playground.ready();
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 150);
    await playground.region('Accuracy').getByText('Same as recorded', { exact: true }).waitFor();
    playground.expectNoErrors();
  });
});
