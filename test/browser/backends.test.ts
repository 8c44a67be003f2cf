import type { Browser } from 'playwright-core';
import { afterEach, describe, expect } from 'vitest';
import { disguiseWebgl, launch, removeWebGpu } from './chromium';
import { FDDA_TERMS } from '../../src/engine/runSettings';
import { Playground } from './playground';
import { it, itLong } from '../when';

let browser: Browser;
let playground: Playground;
afterEach(async () => {
  await playground?.close();
  await browser?.close();
});

const TINY =
  'observation-per-class=2&test-images=20&generator-channels=16&generator-batch=2&generator-steps=1&student-steps=1&calibration-batch=1&synthetic-batch=1';

describe('the page', () => {
  const menuItem = async (name: RegExp) => {
    await playground.page.getByRole('button', { name: /^Backend: / }).click({ timeout: 120_000 });
    const item = playground.page.getByRole('menuitem', { name });
    const [text, disabled] = [await item.innerText(), await item.isDisabled()];
    await playground.page.keyboard.press('Escape');
    return { text, disabled };
  };
  const spoken = async () => (await playground.recording()).spoken;
  const hears = (word: RegExp, seconds = 60) =>
    playground.until(spoken, (words) => words.some((each) => word.test(each)), seconds, `${word} from the engine`);

  it('can be played before another backend is tried, and software adapters never are', async () => {
    browser = await launch({ webgpu: 'software' });
    playground = await Playground.open(browser, { query: TINY });
    await playground.ready(120);
    expect(await playground.button('Play').isEnabled()).toBe(true);
    const words = await hears(/^backends/);
    expect(words.indexOf('ready')).toBeLessThan(words.indexOf('backends'));
    await playground.until(
      () => menuItem(/^WebAssembly/),
      ({ text }) => /in a small test/.test(text),
      60,
      'the time of wasm',
    );
    expect((await menuItem(/^WebAssembly/)).text).toMatch(/in use/);
    for (const name of [/^WebGPU/, /^WebGL/]) {
      const { text, disabled } = await menuItem(name);
      expect(text).toMatch(/software adapter, slower than WebAssembly, .*swiftshader/i);
      expect(disabled).toBe(false);
    }
    expect((await menuItem(/^Plain JavaScript/)).text).toContain('slower than the others, not tried');
    expect((await spoken()).filter((each) => each.startsWith('trying'))).toEqual([]);
    playground.expectNoErrors();
  });

  it('plays at once in the middle of a trial, on the backend it has', async () => {
    browser = await launch({ webgpu: 'off' });
    playground = await Playground.open(browser, { query: TINY, prepare: disguiseWebgl });
    await playground.ready(120);
    await hears(/^trying webgl/);
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 120);
    const words = await spoken();
    const [tried, began] = [words.indexOf('trying webgl'), words.indexOf('running')];
    expect(tried).toBeGreaterThan(words.indexOf('ready'));
    expect(began).toBeGreaterThan(tried);
    // Nothing was found out between Play and the end.
    expect(words.slice(began, words.indexOf('finished') + 1)).toEqual(['running', 'finished']);
    expect((await menuItem(/^WebAssembly/)).text).toMatch(/in use/);
    playground.expectNoErrors();
  });

  itLong('runs on WebGPU when asked to', async () => {
    browser = await launch({ webgpu: 'software' });
    const began = Date.now();
    // A hundred times slower than a graphics card: the smallest run there is.
    playground = await Playground.open(browser, {
      query: `backend=webgpu&without=webgl,wasm,cpu&beside=none&${TINY}`,
    });
    await playground.button('Play').click();
    await playground.untilStatus(/^Ready|^Finished|^Measuring|^Training/, 120);
    const ready = Date.now();
    expect(await playground.backendInUse()).toMatch(/WebGPU \(in use\)/);
    await playground.untilStatus(/^Finished/, 180);
    console.log(
      `WebGPU on the CPU: ready after ${((ready - began) / 1000).toFixed(1)} s, finished ${((Date.now() - ready) / 1000).toFixed(1)} s later`,
    );
    const accuracies = await playground.accuracies();
    expect(accuracies).not.toHaveProperty('Calibration only');
    for (const name of ['Full precision', 'PTQ only', 'FDDA']) {
      expect(accuracies[name]).toBeGreaterThanOrEqual(0);
      expect(accuracies[name]).toBeLessThanOrEqual(1);
    }
    const { frames } = await playground.recording();
    const [sample] = frames.flatMap(({ generator }) => generator);
    for (const term of FDDA_TERMS) expect(sample.terms[term]).toBeGreaterThan(0);
    expect(frames.flatMap(({ student }) => student).map(({ arm, step }) => `${arm} ${step}`)).toEqual(['fdda 1']);
    playground.expectNoErrors();
  });

  itLong('goes on with wasm, and says so everywhere, when the process that drives the GPU dies', async () => {
    browser = await launch({ webgpu: 'software' });
    playground = await Playground.open(browser, {
      query: `backend=webgpu&without=webgl,cpu&beside=none&${TINY.replace('generator-steps=1', 'generator-steps=20')}`,
    });
    await playground.ready(120);
    expect(await playground.backendInUse()).toMatch(/WebGPU \(in use\)/);
    await playground.button('Play').click();
    await playground.untilStatus(/^Measuring|^Training/, 60);
    const session = await browser.newBrowserCDPSession();
    await session.send('Browser.crashGpuProcess' as never);
    await playground.page
      .getByRole('alert')
      .filter({ hasText: 'The graphics device was lost' })
      .waitFor({ timeout: 60_000 });
    await playground.untilStatus(/^Finished/, 120);
    expect(await playground.backendInUse()).toMatch(/WebAssembly \(in use\)/);
    expect(await playground.page.getByRole('button', { name: /^Backend: / }).innerText()).toMatch(/WebAssembly/);
    const { frames } = await playground.recording();
    expect(new Set(frames.flatMap(({ generator }) => generator).map(({ step }) => step)).size).toBe(20);
  });

  it('runs on wasm in a browser that never heard of WebGPU', async () => {
    browser = await launch({ webgpu: 'off' });
    playground = await Playground.open(browser, { query: TINY, prepare: removeWebGpu });
    await playground.ready(120);
    expect(await playground.page.evaluate('"gpu" in navigator')).toBe(false);
    expect(await playground.backendInUse()).toMatch(/WebAssembly \(in use\)/);
    await playground.page.getByRole('button', { name: /^Backend: / }).click();
    const webgpu = playground.page.getByRole('menuitem', { name: /WebGPU/ });
    expect(await webgpu.innerText()).toContain('this browser has no WebGPU');
    expect(await webgpu.isDisabled()).toBe(true);
    await playground.page.keyboard.press('Escape');
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 60);
    expect(Object.values(await playground.accuracies()).every((accuracy) => accuracy !== null)).toBe(true);
    playground.expectNoErrors();
  });
});
