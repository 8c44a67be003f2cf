/** The page with the keyboard alone: no pointer is ever moved here. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { launch } from './chromium';
import { Playground } from './playground';

const QUICK = 'without=webgpu,webgl,cpu&observation-per-class=2&test-images=20&generator-steps=2&student-steps=2';

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

interface Stop {
  name: string;
  role: string;
  /** Whether the browser draws a ring, or the page something in its place. */
  marked: boolean;
}

const focused = () =>
  playground.page.evaluate(`(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  return {
    name: (element.getAttribute('aria-label') ?? element.textContent ?? '').trim(), role: element.getAttribute('role') ?? element.localName,
    marked: (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none',
  };
})()`) as Promise<Stop>;

/** Goes on with the Tab key to the stop that is asked for; every stop on the way shows that it has the focus. */
async function tabTo(is: (stop: Stop) => boolean, most: number, key = 'Tab'): Promise<number> {
  for (let count = 1; count <= most; count++) {
    await playground.page.keyboard.press(key);
    const stop = await focused();
    expect(stop.name, `a name of the ${stop.role} at stop ${count}`).not.toBe('');
    expect(stop.marked, `a visible focus of ${stop.name}`).toBe(true);
    if (is(stop)) return count;
  }
  throw new Error(`Not reached with ${most} presses of ${key}; at last: ${JSON.stringify(await focused())}`);
}

it('plays a run to its end, goes through its timeline, changes a setting and resets', async () => {
  playground = await Playground.open(browser, { query: QUICK });
  await playground.ready();
  await tabTo(({ name }) => name === 'Play', 25);
  await playground.page.keyboard.press('Enter');
  await playground.untilStatus(/^Finished/, 150);
  const accuracies = await playground.accuracies();
  for (const accuracy of Object.values(accuracies)) expect(accuracy).not.toBeNull();

  await tabTo(({ name, role }) => name === 'Timeline' && role !== 'group', 12);
  await playground.page.keyboard.press('Home');
  expect(Object.values(await playground.accuracies())).toEqual([null, null, null, null]);
  await playground.page.keyboard.press('End');
  await playground.until(
    () => playground.accuracies(),
    (now) => JSON.stringify(now) === JSON.stringify(accuracies),
    10,
    'the last accuracies',
  );

  // On to the settings: a method, then back to the button that starts over with it.
  await tabTo(({ name }) => name === 'Zero-shot style (CE + BNS)', 30);
  await playground.page.keyboard.press(' ');
  const zeroShot = playground.button('Zero-shot style (CE + BNS)');
  expect(await zeroShot.getAttribute('aria-pressed')).toBe('true');
  await tabTo(({ name }) => name === 'Reset' || name === 'Reset to apply', 30, 'Shift+Tab');
  await playground.page.keyboard.press('Enter');
  await playground.ready();
  expect(Object.values(await playground.accuracies())).toEqual([null, null, null, null]);
  playground.expectNoErrors();
});
