import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { launch } from './chromium';
import { mainThreadTasks } from './mainThread';
import { Playground, type RecordedFrame } from './playground';
import { it, itLong } from '../when';

/** In the page: counts how often something is drawn anew in the charts of each region, by the region's name. */
const COUNT_DRAWINGS = `
  self.drawings = {};
  new MutationObserver((changes) => {
    const regions = changes.map(({ target }) => target.closest?.('svg.recharts-surface')?.closest('section'));
    const nameOf = (region) =>
      region.ariaLabel ?? document.getElementById(region.getAttribute('aria-labelledby')).textContent;
    for (const region of new Set(regions.filter((each) => each?.isConnected))) {
      self.drawings[nameOf(region)] = (self.drawings[nameOf(region)] ?? 0) + 1;
    }
  }).observe(document.body, { attributes: true, childList: true, subtree: true });
`;

/** Only wasm, so that no time goes into trying what is not wanted; a run of some seconds. */
const SHORT = 'without=webgpu,webgl,cpu&generator-steps=6&student-steps=8&test-images=100&observation-per-class=4';

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

const generatorOf = (frames: RecordedFrame[]) => frames.flatMap(({ generator }) => generator);

describe('a run on wasm', () => {
  it('from Play to the final accuracies', async () => {
    playground = await Playground.open(browser, { query: SHORT });
    await playground.ready();
    expect(await playground.page.evaluate('crossOriginIsolated')).toBe(true);
    expect(await playground.backendInUse()).toMatch(/WebAssembly \(in use\)[^]*\d+ threads?/);
    expect(Object.values(await playground.accuracies())).toEqual([null, null, null, null]);
    const quality = playground.region('Quality of the synthetic images');
    const figures = async () =>
      await quality
        .locator('.quality-figures data')
        .evaluateAll((all) => all.map((each) => Number(each.getAttribute('value'))));
    // Each of synthetic and of real images.
    const atFirst = await playground.until(figures, ({ length }) => length === 18, 20, 'figures of the first images');
    await playground.page.evaluate(COUNT_DRAWINGS);
    const began = (await playground.page.evaluate('performance.now()')) as number;
    let finished = '';
    const tasks = await mainThreadTasks(browser, playground.page, async () => {
      await playground.button('Play').click();
      finished = await playground.untilStatus(/^Finished/, 150);
    });
    const ended = (await playground.page.evaluate('performance.now()')) as number;

    const accuracies = await playground.accuracies();
    expect(Object.keys(accuracies)).toEqual(['Full precision', 'PTQ only', 'Calibration only', 'FDDA']);
    for (const [name, accuracy] of Object.entries(accuracies)) {
      expect(accuracy).toBeGreaterThanOrEqual(0);
      expect(accuracy).toBeLessThanOrEqual(1);
      expect(accuracy! * 100).toBeCloseTo(Math.round(accuracy! * 100), 6);
      expect(finished).toContain(`${name} ${(accuracy! * 100).toFixed(1)} %`);
    }
    expect(await playground.region('Accuracy').innerText()).toMatch(/of 100/);

    const { frames, longTasks, statuses } = await playground.recording();
    expect(statuses).toEqual(['preparing', 'preparing', 'ready', 'running', 'finished']);
    expect(frames.at(-1)).toMatchObject({ phase: 'done', fraction: 1 });
    expect(generatorOf(frames).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const arm of ['calibration', 'fdda']) {
      expect(
        frames
          .flatMap(({ student }) => student)
          .filter((sample) => sample.arm === arm)
          .map(({ step }) => step),
      ).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }

    // At most 10 a second, plus those that must not be missed: one at each change of phase.
    const running = frames.filter(({ at }) => at > began);
    const phases = new Set(running.map(({ phase, arm }) => `${phase} ${arm}`)).size;
    const perSecond = running.map(({ at }) => running.filter((other) => other.at >= at && other.at < at + 1000).length);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(10 + phases);
    // Charts are drawn where something is told and stand still in between.
    const drawings = (await playground.page.evaluate('drawings')) as Record<string, number>;
    expect(drawings['Losses']).toBeGreaterThan(0);
    for (const [name, count] of Object.entries(drawings)) expect(count, name).toBeLessThan(2 * running.length);

    const loading = longTasks.filter(([start]) => start <= began).map(([, length]) => length);
    const share = (limit: number) =>
      tasks.filter((length) => length > limit).reduce((sum, length) => sum + length, 0) / (ended - began);
    console.log(
      `run of ${((ended - began) / 1000).toFixed(1)} s: ${running.length} frames; main thread by its own clock: ${tasks.length} tasks, the longest ${Math.max(...tasks).toFixed(0)} ms, ` +
        `${(100 * share(0)).toFixed(1)} % of the time, those over 50 ms ${(100 * share(50)).toFixed(1)} %; loading, by the wall’s: ${loading.join(', ')} ms`,
    );
    expect(share(0)).toBeGreaterThan(0);
    expect(share(200)).toBeLessThan(0.05);

    for (const region of ['BNS centers', 'Separation and incohesion', 'Losses'])
      expect(await playground.region(region).isVisible()).toBe(true);
    const atLast = await playground.until(
      figures,
      (all) => all[2] !== atFirst[2],
      5,
      'figures of the trained generator',
    );
    expect(atLast).toHaveLength(18);
    expect(atLast.every(Number.isFinite)).toBe(true);
    // Of synthetic images all but counts must have moved; of real images none.
    for (const figure of [1, 2, 3, 4, 5, 7]) expect(atLast[2 * figure]).not.toBe(atFirst[2 * figure]);
    expect(atLast.filter((_, i) => i % 2 === 1)).toEqual(atFirst.filter((_, i) => i % 2 === 1));
    // Photographs and noise have many colors; rings and markers alone have a handful.
    expect(await playground.colorsIn('Synthetic images')).toBeGreaterThan(1000);
    expect(await playground.colorsIn('BNS centers')).toBeGreaterThan(20);
    playground.expectNoErrors();
  });

  itLong('by FDDA+ says when the images themselves are moved, and goes on moving those that it showed', async () => {
    playground = await Playground.open(browser, {
      query: `${SHORT.replace('generator-steps=6', 'generator-steps=24')}&classes-per-step=4&refine-share=0.5&beside=none`,
    });
    await playground.ready();
    await playground.button('Play').click();
    expect(await playground.untilStatus(/^Training the generator/, 90)).not.toContain('themselves');
    await playground.untilStatus(/^Moving the images of Own combination themselves/, 90);
    await playground.untilStatus(/^Finished/, 150);
    const { frames } = await playground.recording();
    expect(generatorOf(frames).map(({ step }) => step)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    expect(Object.values(await playground.accuracies()).filter((accuracy) => accuracy !== null)).toHaveLength(3);
    playground.expectNoErrors();
  });

  it('can be paused, stepped, and started over with the same numbers', async () => {
    playground = await Playground.open(browser, { query: SHORT.replace('generator-steps=6', 'generator-steps=300') });
    await playground.ready();
    const frames = async () => (await playground.recording()).frames;
    await playground.button('Play').click();
    await playground.until(frames, (all) => generatorOf(all).length >= 2, 60, 'the second generator step');
    await playground.button('Pause').click();
    expect(await playground.untilStatus(/^Paused/, 20)).toBe('Paused: generator of FDDA');
    const paused = await frames();
    await playground.page.waitForTimeout(1000);
    expect((await frames()).length).toBe(paused.length);

    await playground.button('Step').click();
    const stepped = await playground.until(frames, (all) => all.length > paused.length, 20, 'the frame of a step');
    await playground.untilStatus(/^Paused/, 20);
    await playground.page.waitForTimeout(500);
    expect((await frames()).length).toBe(paused.length + 1);
    // A pause leaves the last few steps untold; the step's frame tells of them and shows where the run is.
    const { step } = stepped.at(-1)!;
    expect(generatorOf(stepped).map((sample) => sample.step)).toEqual(Array.from({ length: step }, (_, i) => i + 1));
    await playground.button('Step').click();
    const again = await playground.until(frames, (all) => all.length > stepped.length, 20, 'the frame of another step');
    expect(again.at(-1)).toMatchObject({ phase: 'generator', step: step + 1 });
    expect(again.at(-1)!.generator.map((sample) => sample.step)).toEqual([step + 1]);
    await playground.page.getByText(`step ${step + 1} of 300`).waitFor();

    await playground.untilStatus(/^Paused/, 20);
    await playground.button('Reset').click();
    await playground.ready(30);
    const reset = await playground.until(
      frames,
      (all) => all.length > again.length,
      20,
      'the first frame after the reset',
    );
    expect(reset).toHaveLength(again.length + 1);
    expect(reset.at(-1)).toMatchObject({ phase: 'ptq', step: 0, fraction: 0 });
    expect(Object.values(await playground.accuracies())).toEqual([null, null, null, null]);
    await playground.button('Play').click();
    const second = await playground.until(
      frames,
      (all) => generatorOf(all.slice(reset.length)).length > 0,
      60,
      'the first step after the reset',
    );
    expect(generatorOf(second.slice(reset.length))[0]).toEqual(generatorOf(paused)[0]);
    await playground.button('Pause').click();
    await playground.untilStatus(/^Paused/, 20);
    playground.expectNoErrors();
  });

  it('goes on with a new engine after the worker has died', async () => {
    playground = await Playground.open(browser, { query: SHORT.replace('generator-steps=6', 'generator-steps=300') });
    await playground.ready();
    await playground.button('Play').click();
    await playground.until(
      async () => (await playground.recording()).frames,
      (all) => generatorOf(all).length >= 1,
      60,
      'a generator step',
    );
    const engine = playground.page.workers().find((worker) => /server/.test(worker.url()))!;
    await engine.evaluate('setTimeout(() => { throw new Error("pulled the plug") })');
    const alert = playground.page.getByRole('alert');
    await alert.waitFor();
    const before = (await playground.recording()).frames.length;
    expect(await alert.innerText()).toMatch(/stopped unexpectedly[^]*pulled the plug[^]*A new engine/);
    // Nobody presses anything.
    await playground.until(
      async () => (await playground.recording()).frames,
      (all) => generatorOf(all.slice(before)).length >= 1,
      60,
      'a generator step of the new engine',
    );
    expect(await playground.colorsIn('Synthetic images')).toBeGreaterThan(1000);
    expect(playground.errors.filter((error) => !error.includes('pulled the plug'))).toEqual([]);
  });
});
