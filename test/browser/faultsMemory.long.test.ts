/** What becomes of a run, and of the page, when there is no more memory. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './chromium';
import { first, firstInEngines, generatorStepsOf, HANDS, keptOf, noticeOf, runOf, tellEngine } from './faulty';
import { Playground } from './playground';

const SHORT = runOf(20, 80, 2);

/** From when it is told on, WebAssembly's allocator has nothing left. */
const MISER = `
  let isFull = false;
  self.addEventListener('message', (event) => {
    if (event.data?.test === undefined) return;
    event.stopImmediatePropagation();
    isFull = true;
  });
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const own = WebAssembly[name];
    WebAssembly[name] = async (...parameters) => {
      const result = await own.apply(WebAssembly, parameters);
      const exports = result.instance?.exports;
      if (!exports?.malloc) return result;
      const malloc = (bytes) => (isFull ? 0 : exports.malloc(bytes));
      return { module: result.module, instance: { exports: { ...exports, malloc } } };
    };
  }
`;

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

const notice = () => noticeOf(playground);
const steps = () => generatorStepsOf(playground);

/** The page of a user who has a result and a pinned run; its next run has come to that step. */
async function openWithResults(query: string, untilStep: number, prepare: Parameters<typeof first>[0] | null) {
  playground = await Playground.open(browser, {
    query,
    prepare: prepare === null ? firstInEngines(MISER) : first(HANDS + prepare),
  });
  await playground.ready();
  await playground.button('Play').click();
  await playground.untilStatus(/^Finished/, 150);
  await playground.button('Pin this run').first().click();
  await playground.button('Reset').click();
  await playground.ready();
  const { length } = await steps();
  await playground.button('Play').click();
  await playground.until(steps, (all) => all.length >= length + untilStep, 120, `step ${untilStep}`);
  const before = await keptOf(playground);
  expect(before).toMatchObject({ results: { length: 1 }, pinned: true });
  return { before, length };
}

async function expectWhole(length: number, before: Awaited<ReturnType<typeof keptOf>>) {
  await playground.untilStatus(/^Finished/, 150);
  const told = [...new Set((await steps()).slice(length))].sort((a, b) => a - b);
  expect(told).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
  const after = await keptOf(playground);
  expect(after.settings).toEqual(before.settings);
  expect(after.pinned).toBe(true);
  expect(after.results).toHaveLength(2);
}

describe('an engine without memory', () => {
  it('says so, and the run can be gone on with in a new one', async () => {
    const { before, length } = await openWithResults(SHORT, 40, null);
    await tellEngine(playground, { full: true });
    await playground.within(notice, (text) => text.includes('Out of memory'), 5, 'the message');
    expect(await notice()).toContain('There is not enough memory for this run.');
    expect(await notice()).toContain('Choose smaller batches or fewer generator channels');
    expect(await playground.status()).toBe('Stopped by a problem');
    const goOn = playground.page.getByRole('button', { name: /^Go on from the snapshot at step \d+/ });
    await goOn.click();
    await expectWhole(length, before);
  });
});

describe('a page without memory', () => {
  const LEFT = 'This page has no more memory';

  it('that cannot draw its pictures says so in their place, pauses the run, and draws them when there is some', async () => {
    const { before, length } = await openWithResults(
      SHORT,
      20,
      `const own = CanvasRenderingContext2D.prototype.createImageData;
      CanvasRenderingContext2D.prototype.createImageData = function (...parameters) {
        if (self.isFull) throw new RangeError("Failed to execute 'createImageData': Out of memory at ImageData creation");
        return own.apply(this, parameters);
      };`,
    );
    const told = Date.now();
    await playground.page.evaluate('self.isFull = true');
    // All pictures are drawn anew.
    await playground.page.setViewportSize({ width: 1200, height: 780 });
    await playground.within(notice, (text) => text.includes(LEFT), 5, 'the message');
    console.log(`no memory to draw: said after ${Date.now() - told} ms`);
    expect(await notice()).toContain('Close other tabs, then press Play to go on.');
    await playground.untilStatus(/^Paused/, 10);
    const instead = playground.region('Not drawn');
    expect(await instead.first().innerText()).toContain('could not be drawn');
    // All else is there.
    for (const region of ['BNS centers', 'Losses', 'Accuracy'])
      expect(await playground.region(region).isVisible(), region).toBe(true);
    await playground.page.evaluate('self.isFull = false');
    for (let left = await instead.count(); left > 0; left--)
      await playground.page.getByRole('button', { name: 'Draw it again' }).first().click();
    expect(await playground.colorsIn('Synthetic images')).toBeGreaterThan(1000);
    await playground.button('Play').click();
    await expectWhole(length, before);
  });

  it('that cannot take what the engine sends says so, pauses the run, and goes on', async () => {
    const { before, length } = await openWithResults(
      SHORT,
      20,
      `const Before = self.Worker;
      self.Worker = class extends Before {
        constructor(...parameters) {
          super(...parameters);
          this.addEventListener('message', ({ data }) => {
            if (data.type !== 'frame' || !self.isFull) return;
            self.isFull = false;
            const { accuracy } = data.frame;
            let asked = false;
            Object.defineProperty(data.frame, 'accuracy', { get() {
              if (asked) return accuracy;
              asked = true;
              throw new RangeError('Array buffer allocation failed');
            } });
          });
        }
      };`,
    );
    await playground.page.evaluate('self.isFull = true');
    await playground.within(notice, (text) => text.includes(LEFT), 5, 'the message');
    await playground.untilStatus(/^Paused/, 10);
    await playground.button('Play').click();
    await expectWhole(length, before);
  });
});
