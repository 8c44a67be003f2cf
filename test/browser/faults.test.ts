/** What becomes of a run, and of what the page has, when something breaks. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { launch } from './chromium';
import { first, generatorStepsOf, LONG, noticeOf, openAndPlay, runOf, workersOf } from './faulty';
import { Playground } from './playground';
import { describeShort, it, itLong } from '../when';

const SHORT = runOf(20, 12, 2);

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

const notice = () => noticeOf(playground);
const workers = () => workersOf(playground);
const generatorSteps = () => generatorStepsOf(playground);

describeShort('an engine that is gone without a word', () => {
  it('is noticed at once, and another one goes on from the last snapshot', async () => {
    playground = await openAndPlay(browser, LONG, 12);
    // Until there is a snapshot.
    await playground.page.waitForTimeout(5000);
    const killed = Date.now();
    await playground.page.evaluate('workers.at(-1).terminate()');
    await playground.within(notice, (text) => text.includes('ended the engine without a word'), 5, 'the message');
    const said = Date.now() - killed;
    expect(await notice()).toContain('goes on with the run from the last snapshot');
    await playground.within(workers, (count) => count === 2, 5, 'another engine');
    const stepsOf = async (worker: number) =>
      (await playground.recording()).frames.flatMap((frame) =>
        frame.worker === worker ? frame.generator.map(({ step }) => step) : [],
      );
    const second = (await playground.recording()).frames[0].worker + 1;
    await playground.until(
      () => stepsOf(second),
      (all) => all.length > 5,
      60,
      'further steps',
    );
    const again = await stepsOf(second);
    // All that the first one had said, also what came while it was ended.
    const last = (await stepsOf(second - 1)).at(-1)!;
    const lost = last - again[0] + 1;
    console.log(
      `terminated: said after ${said} ms, goes on at step ${again[0]} of ${last} after ${Date.now() - killed} ms`,
    );
    expect(again[0]).toBeGreaterThan(1);
    expect(lost).toBeLessThan(400);
    expect(again.slice(0, 4)).toEqual([0, 1, 2, 3].map((i) => again[0] + i));
    // Still to be read while it runs.
    expect(await notice()).toContain('ended the engine without a word');
    expect(await playground.status()).toMatch(/^Training the generator/);
    playground.expectNoErrors();
  });
});

describe('closing the page', () => {
  it('loses neither results nor the pinned run nor the run that was going', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
    try {
      playground = await Playground.open(browser, { query: SHORT, context });
      await playground.ready();
      await playground.button('Play').click();
      await playground.untilStatus(/^Finished/, 150);
      await playground.button('Pin this run').first().click();
      await playground.button('Reset').click();
      await playground.ready();
      await playground.button('Play').click();
      await playground.until(generatorSteps, (all) => all.length > 14, 60, 'some steps of the second run');
      await playground.button('Pause').click();
      await playground.untilStatus(/^Paused/, 30);
      await playground.page.waitForTimeout(1500);
      const paused = (await generatorSteps()).at(-1)!;
      await playground.page.close();

      playground = await Playground.open(browser, { query: SHORT, context });
      await playground.until(notice, (text) => text.includes('Your last visit'), 30, 'the offer');
      expect(await notice()).toMatch(/a run that was \d+(\.\d+)? % done, a pinned run,? and 1 result/);
      await playground.ready();
      await playground.button('Bring it back').click();
      await playground.untilStatus(/^Paused/, 60);
      expect(await playground.page.locator('.results-table tbody tr, .compare table tbody tr').count()).toBe(1);
      expect(await playground.page.locator('.compare-bar').innerText()).toContain('Pinned');
      await playground.button('Play').click();
      await playground.until(generatorSteps, (all) => all.length > 0, 60, 'further steps');
      expect((await generatorSteps())[0]).toBe(paused + 1);
      await playground.until(
        () => playground.page.locator('.kept-line').innerText(),
        (text) => /kept in this browser, for your next visit \(\d+(\.\d)? MB\)/.test(text),
        10,
        'the size',
      );
      await playground.button('Delete what is kept').click();
      await playground.until(
        () => playground.page.locator('.kept-line').innerText(),
        (text) => text.includes('will be kept'),
        10,
        'an empty store',
      );
      playground.expectNoErrors();
    } finally {
      await context.close();
    }
  });

  itLong('in a browser that keeps nothing says so, and breaks nothing', async () => {
    playground = await Playground.open(browser, {
      query: SHORT,
      prepare: first(
        `Object.defineProperty(self, 'indexedDB', { get: () => { throw new DOMException('denied', 'SecurityError'); } });`,
      ),
    });
    await playground.ready();
    await playground.button('Play').click();
    await playground.until(notice, (text) => text.includes('keeps nothing for this page'), 30, 'the word');
    await playground.untilStatus(/^Finished/, 150);
    playground.expectNoErrors();
  });

  itLong('with a full storage says so, and breaks nothing', async () => {
    playground = await Playground.open(browser, {
      query: SHORT,
      prepare: first(`IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };`),
    });
    await playground.ready();
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 150);
    await playground.until(notice, (text) => text.includes('no room left'), 30, 'the word');
    playground.expectNoErrors();
  });
});
